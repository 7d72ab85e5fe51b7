//! Programmes and tasks as people read them: every figure with what it is made of, points lost as decimals, and no name of
//! an inspector for those who were inspected.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::programme::{
    Part, Point, Programme, ProgrammeKind, ProgrammeState, TaskResult, TaskState, Verb, places,
};
use domain::stats::formula::{Counts, find_formula};
use domain::stats::rate::{Rate, basis_points, rate};
use domain::time::Moment;
use serde::Serialize;
use store::repo::programmes::{Coverage, Run, Stored, Task, UnitTasks};
use strum::VariantArray as _;

use super::{Frame, Named};

/// By which a programme ranks its units.
const RANKED_BY: &str = "closing_on_time";
/// Words for the kinds of tasks that no programme gives.
const OTHER_KINDS: [(&str, &str); 2] = [("duty", "常态化任务"), ("secret_recheck", "暗访复核")];

/// A programme in a list.
#[derive(Debug, Serialize)]
pub struct RowView {
    pub id: String,
    pub kind: ProgrammeKind,
    pub kind_label: &'static str,
    pub name: String,
    pub state: ProgrammeState,
    pub state_label: &'static str,
    pub hidden: bool,
    pub lead: Named,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub version: u64,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// A programme as a row.
pub fn row(frame: &Frame<'_>, stored: &Stored) -> RowView {
    let Stored { id, state, hidden, version, programme, created_at, updated_at, .. } = stored;
    RowView {
        id: id.clone(),
        kind: programme.kind,
        kind_label: programme.kind.label(),
        name: programme.name.clone(),
        state: *state,
        state_label: state.label(),
        hidden: *hidden,
        lead: frame.unit(&programme.lead),
        first_day: programme.first_day,
        last_day: programme.last_day,
        version: *version,
        created_at: *created_at,
        updated_at: *updated_at,
    }
}

/// What was read for the page of one programme.
pub struct Board {
    pub runs: Vec<Run>,
    pub coverage: Option<Coverage>,
    /// Its points as of now, for their names.
    pub points: Vec<Point>,
    pub units: Vec<UnitTasks>,
    pub tickets: Vec<(DepartmentCode, Counts)>,
    /// Whether the asker may move it.
    pub may: bool,
}

/// A programme with what it has come to.
#[derive(Debug, Serialize)]
pub struct ProgrammeView {
    #[serde(flatten)]
    row: RowView,
    plan: Programme,
    progress: Progress,
    coverage: Option<CoverageView>,
    runs: Vec<RunView>,
    units: Vec<UnitView>,
    ranking: Vec<PlaceView>,
    allowed_actions: Vec<ButtonView>,
}

#[derive(Debug, Serialize)]
struct Progress {
    /// Done tasks aimed at.
    target: i64,
    tasks: i64,
    done: i64,
    late: i64,
}

#[derive(Debug, Serialize)]
struct CoverageView {
    span: String,
    rate: Rate,
    missed: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct RunView {
    span: String,
    seed: Option<u64>,
    candidates: i64,
    drawn: Vec<String>,
    at: Moment,
    late: bool,
}

#[derive(Debug, Serialize)]
struct UnitView {
    /// Null for tasks of nobody's unit.
    unit: Option<Named>,
    tasks: i64,
    done: i64,
    late: i64,
    points_lost: f64,
    /// What the questionnaires gave, out of `full_score`.
    score: i64,
    full_score: i64,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    /// Null when nothing was due.
    place: Option<usize>,
    unit: Named,
    counts: Counts,
    rate: Option<Rate>,
}

/// Something that the asker may do now.
#[derive(Debug, Serialize)]
pub struct ButtonView {
    action: String,
    label: &'static str,
}

/// A programme's page.
pub fn whole(frame: &Frame<'_>, stored: &Stored, board: Board) -> ProgrammeView {
    let Board { runs, coverage, points, units, tickets, may } = board;
    let sum = |of: fn(&UnitTasks) -> i64| units.iter().map(of).sum::<i64>();
    let tasks = sum(|unit| unit.tasks);
    let target = stored.programme.target.map_or(tasks, i64::from);
    let progress = Progress { target, tasks, done: sum(|unit| unit.done), late: sum(|unit| unit.late) };
    let verbs = Verb::VARIANTS.iter().filter(|verb| may && stored.state.after(**verb).is_some());
    ProgrammeView {
        row: row(frame, stored),
        plan: stored.programme.clone(),
        progress,
        coverage: coverage.map(|coverage| covered(coverage, &points)),
        runs: runs.into_iter().map(run).collect(),
        units: units.iter().map(|unit| unit_view(frame, unit)).collect(),
        ranking: ranking(frame, tickets),
        allowed_actions: verbs
            .map(|verb| ButtonView { action: verb.to_string(), label: verb.label() })
            .collect(),
    }
}

fn covered(coverage: Coverage, points: &[Point]) -> CoverageView {
    let Coverage { span, declared, visited, missed } = coverage;
    let value = basis_points(visited, declared);
    let print = |value: i64| format!("{}.{:02} %", value / 100, value % 100);
    let name = |code: String| {
        let name = points.iter().find(|point| point.code == code).map_or(&code, |point| &point.name).clone();
        Named { code, name }
    };
    CoverageView {
        span,
        rate: Rate {
            name: "point_coverage",
            version: 1,
            label: "点位覆盖率",
            text: "已督查点位数 ÷ 应督查点位数",
            numerator: visited,
            denominator: declared,
            value,
            printed: value.map_or_else(|| "—".to_owned(), print),
        },
        missed: missed.into_iter().map(name).collect(),
    }
}

fn run(run: Run) -> RunView {
    let Run { span, seed, candidates, drawn, at, late } = run;
    RunView { span, seed, candidates, drawn, at, late }
}

fn unit_view(frame: &Frame<'_>, unit: &UnitTasks) -> UnitView {
    let named = (!unit.unit.is_empty()).then(|| frame.unit(&DepartmentCode::new(unit.unit.as_str())));
    let &UnitTasks { tasks, done, late, deducted, score, full_score, .. } = unit;
    UnitView { unit: named, tasks, done, late, points_lost: points(deducted), score, full_score }
}

fn ranking(frame: &Frame<'_>, tickets: Vec<(DepartmentCode, Counts)>) -> Vec<PlaceView> {
    let counts: Vec<Counts> = tickets.iter().map(|(_, counts)| *counts).collect();
    let placed = tickets.iter().zip(places(&counts)).map(|((unit, counts), place)| PlaceView {
        place,
        unit: frame.unit(unit),
        counts: *counts,
        rate: find_formula(RANKED_BY).map(|formula| rate(formula, counts)),
    });
    let mut placed: Vec<PlaceView> = placed.collect();
    placed.sort_by_key(|view| view.place.unwrap_or(usize::MAX));
    placed
}

/// Hundredths as points.
fn points(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}

/// What somebody may see of a task and do with it.
pub struct Audience {
    /// Whether persons are named.
    pub persons: bool,
    pub verbs: Vec<(String, &'static str)>,
}

/// A task.
#[derive(Debug, Serialize)]
pub struct TaskView {
    pub id: String,
    pub programme: Option<String>,
    pub kind: String,
    pub kind_label: String,
    pub span: String,
    pub subject: String,
    pub title: String,
    pub part: Option<Part>,
    pub person: Option<PersonView>,
    pub unit: Option<Named>,
    pub role: Option<domain::actor::Role>,
    pub about: Option<Named>,
    pub ticket_id: Option<TicketId>,
    pub due_at: Moment,
    pub late: bool,
    pub hidden: bool,
    pub late_given: bool,
    pub state: TaskState,
    pub state_label: &'static str,
    pub done_at: Option<Moment>,
    pub done_by: Option<PersonView>,
    pub points_lost: f64,
    pub score: i64,
    pub full_score: i64,
    pub result: Option<TaskResult>,
    pub version: u64,
    pub created_at: Moment,
    pub allowed_actions: Vec<ButtonView>,
}

/// Somebody by name.
#[derive(Debug, Serialize)]
pub struct PersonView {
    pub id: AccountId,
    pub name: String,
}

/// A task as `audience` may see it.
pub fn task(
    frame: &Frame<'_>,
    task: &Task,
    names: &BTreeMap<AccountId, String>,
    audience: &Audience,
) -> TaskView {
    let person = |id: &Option<AccountId>| {
        let id = id.as_ref().filter(|_| audience.persons)?;
        let name = names.get(id).map_or("系统", String::as_str);
        Some(PersonView { id: id.clone(), name: name.to_owned() })
    };
    let kind_label = match task.kind.parse::<ProgrammeKind>() {
        Ok(kind) => kind.label(),
        Err(_) => {
            OTHER_KINDS.iter().find(|(kind, _)| *kind == task.kind).map_or("任务", |(_, label)| label)
        }
    };
    TaskView {
        id: task.id.clone(),
        programme: task.programme.clone(),
        kind: task.kind.clone(),
        kind_label: kind_label.to_owned(),
        span: task.span.clone(),
        subject: task.subject.clone(),
        title: task.title.clone(),
        part: task.part,
        person: person(&task.person),
        unit: task.unit.as_ref().map(|unit| frame.unit(unit)),
        role: task.role,
        about: task.about.as_ref().map(|unit| frame.unit(unit)),
        ticket_id: task.ticket.clone(),
        due_at: task.due_at,
        late: task.is_late(frame.now),
        hidden: task.hidden,
        late_given: task.late_given,
        state: task.state,
        state_label: task.state.label(),
        done_at: task.done_at,
        done_by: person(&task.done_by),
        points_lost: points(task.deducted),
        score: task.score,
        full_score: task.full_score,
        result: (task.state != TaskState::Open).then(|| task.result.clone()),
        version: task.version,
        created_at: task.created_at,
        allowed_actions: audience
            .verbs
            .iter()
            .map(|(action, label)| ButtonView { action: action.clone(), label })
            .collect(),
    }
}
