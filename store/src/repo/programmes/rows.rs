//! Rows as they are stored and as they are used.

use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::programme::{Part, Programme, ProgrammeState, TaskResult, TaskState};
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;
use strum::VariantArray as _;

use crate::repo::tickets::parse;
use crate::sql::{Result, StoreError};

pub(super) const PROGRAMME: &str =
    "select id, state, hidden, version, doc, created_by, created_at, updated_at from programme";
pub(super) const TASK: &str = "select id, programme, kind, span, subject, title, part, person, unit, role, about, ticket_id, \
     due_at, hidden, late_given, state, done_at, done_by, deducted, score, full_score, version, created_at, body from task";

/// A programme with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub id: String,
    pub state: ProgrammeState,
    /// Kept from the inspected units now.
    pub hidden: bool,
    pub version: u64,
    pub programme: Programme,
    pub created_by: AccountId,
    pub created_at: Moment,
    pub updated_at: Moment,
}

#[derive(FromRow)]
pub(super) struct ProgrammeRow {
    id: String,
    state: String,
    hidden: bool,
    version: i64,
    doc: String,
    created_by: String,
    created_at: i64,
    updated_at: i64,
}

/// One term of a programme, or one draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub span: String,
    /// `None` when nothing was drawn.
    pub seed: Option<u64>,
    /// Out of how many.
    pub candidates: i64,
    /// Codes in the order in which they were drawn; empty when nothing was.
    pub drawn: Vec<String>,
    pub at: Moment,
    /// Made up for after its time.
    pub late: bool,
}

#[derive(FromRow)]
pub(super) struct RunRow {
    span: String,
    seed: Option<i64>,
    candidates: i64,
    drawn: String,
    at: i64,
    late: bool,
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: String,
    pub programme: Option<String>,
    pub kind: String,
    pub span: String,
    pub subject: String,
    pub title: String,
    pub part: Option<Part>,
    pub person: Option<AccountId>,
    pub unit: Option<DepartmentCode>,
    pub role: Option<Role>,
    pub about: Option<DepartmentCode>,
    pub ticket: Option<TicketId>,
    pub due_at: Moment,
    pub hidden: bool,
    pub late_given: bool,
    pub state: TaskState,
    pub done_at: Option<Moment>,
    pub done_by: Option<AccountId>,
    /// Hundredths of points.
    pub deducted: i64,
    pub score: i64,
    pub full_score: i64,
    pub version: u64,
    pub created_at: Moment,
    pub result: TaskResult,
}

impl Task {
    /// Whether it was not done in time.
    pub fn is_late(&self, now: Moment) -> bool {
        match self.state {
            TaskState::Open => self.due_at < now,
            TaskState::Done => self.done_at.is_some_and(|at| at > self.due_at),
            TaskState::Skipped => false,
        }
    }
}

#[derive(FromRow)]
pub(super) struct TaskRow {
    id: String,
    programme: Option<String>,
    kind: String,
    span: String,
    subject: String,
    title: String,
    part: Option<String>,
    person: Option<String>,
    unit: Option<String>,
    role: Option<String>,
    about: Option<String>,
    ticket_id: Option<String>,
    due_at: i64,
    hidden: bool,
    late_given: bool,
    state: String,
    done_at: Option<i64>,
    done_by: Option<String>,
    deducted: i64,
    score: i64,
    full_score: i64,
    version: i64,
    created_at: i64,
    body: String,
}

pub(super) fn programme(row: ProgrammeRow) -> Result<Stored> {
    Ok(Stored {
        state: row.state.parse().map_err(|_| StoreError::corrupt("programme", "state", &row.id))?,
        programme: parse("programme", "doc", &row.id, &row.doc)?,
        hidden: row.hidden,
        version: row.version.unsigned_abs(),
        created_by: row.created_by.into(),
        created_at: Moment::from_ms(row.created_at),
        updated_at: Moment::from_ms(row.updated_at),
        id: row.id,
    })
}

pub(super) fn run(programme: &str, row: RunRow) -> Result<Run> {
    Ok(Run {
        drawn: parse("programme_run", "drawn", programme, &row.drawn)?,
        span: row.span,
        seed: row.seed.map(i64::unsigned_abs),
        candidates: row.candidates,
        at: Moment::from_ms(row.at),
        late: row.late,
    })
}

pub(super) fn task(row: TaskRow) -> Result<Task> {
    let corrupt = |column| StoreError::corrupt("task", column, &row.id);
    Ok(Task {
        part: row.part.as_deref().map(str::parse).transpose().map_err(|_| corrupt("part"))?,
        role: row.role.as_deref().map(str::parse).transpose().map_err(|_| corrupt("role"))?,
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        result: parse("task", "body", &row.id, &row.body)?,
        programme: row.programme,
        kind: row.kind,
        span: row.span,
        subject: row.subject,
        title: row.title,
        person: row.person.map(Into::into),
        unit: row.unit.map(Into::into),
        about: row.about.map(Into::into),
        ticket: row.ticket_id.map(Into::into),
        due_at: Moment::from_ms(row.due_at),
        hidden: row.hidden,
        late_given: row.late_given,
        done_at: row.done_at.map(Moment::from_ms),
        done_by: row.done_by.map(Into::into),
        deducted: row.deducted,
        score: row.score,
        full_score: row.full_score,
        version: row.version.unsigned_abs(),
        created_at: Moment::from_ms(row.created_at),
        id: row.id,
    })
}

/// The stages that something holds of, as they are stored.
pub(super) fn stages(of: impl Fn(Stage) -> bool) -> Vec<String> {
    Stage::VARIANTS.iter().filter(|stage| of(**stage)).map(Stage::to_string).collect()
}
