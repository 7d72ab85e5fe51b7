//! 议定事项: what was decided on a paper, tracked until it is carried out. It refuses to finish one twice.

use domain::id::DepartmentCode;
use domain::ticket::event::By;
use domain::time::Moment;
use sqlx::FromRow;

use super::super::tickets::{parse, write};
use crate::sql::{On, Result, Tx};
use crate::{execute, fetch_all, id};

/// A decision to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    /// On which paper.
    pub paper: &'a str,
    /// What.
    pub words: &'a str,
    /// Who carries it out.
    pub unit: Option<&'a DepartmentCode>,
    /// Until when.
    pub due_at: Option<Moment>,
    /// Who decided.
    pub by: &'a By,
}

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Its id.
    pub id: String,
    /// On which paper.
    pub paper: String,
    /// What.
    pub words: String,
    /// Who carries it out.
    pub unit: Option<DepartmentCode>,
    /// Until when.
    pub due_at: Option<Moment>,
    /// Who decided, and when.
    pub made: (By, Moment),
    /// Who noted that it was carried out, and when.
    pub done: Option<(By, Moment)>,
    /// How it came out.
    pub outcome: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    paper_id: String,
    words: String,
    department: Option<String>,
    due_at: Option<i64>,
    made_at: i64,
    made_by: String,
    done_at: Option<i64>,
    done_by: Option<String>,
    outcome: Option<String>,
}

macro_rules! select_decision {
    ($rest:literal) => {
        concat!(
            "select id, paper_id, words, department, due_at, made_at, made_by, done_at, done_by, outcome
             from decision where ",
            $rest
        )
    };
}

/// Makes a decision.
pub async fn decide(tx: &mut Tx, new: &NewDecision<'_>, now: Moment) -> Result<()> {
    execute!(
        tx,
        "insert into decision (id, paper_id, words, department, due_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id::fresh(),
        new.paper,
        new.words,
        new.unit.map(DepartmentCode::as_str),
        new.due_at.map(Moment::ms),
        now.ms(),
        write(new.by)?
    )?;
    Ok(())
}

/// Notes that a decision on `paper` was carried out; false when there is no such open one.
pub async fn finish_decision(
    tx: &mut Tx,
    (paper, decision): (&str, &str),
    outcome: &str,
    by: &By,
    now: Moment,
) -> Result<bool> {
    let written = execute!(
        tx,
        "update decision set done_at = $1, done_by = $2, outcome = $3
         where id = $4 and paper_id = $5 and done_at is null",
        now.ms(),
        write(by)?,
        outcome,
        decision,
        paper
    )?;
    Ok(written == 1)
}

/// The decisions on a paper, in the order in which they were made.
pub async fn decisions(on: impl Into<On<'_>>, paper: &str) -> Result<Vec<Decision>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(on, Row, select_decision!("paper_id = $1 order by made_at, id"), paper)?;
    rows.into_iter().map(read).collect()
}

/// Decisions that are still open, the oldest first: up to `limit` in the whole district.
pub async fn open_decisions(on: impl Into<On<'_>>, limit: u32) -> Result<Vec<Decision>> {
    let mut on: On<'_> = on.into();
    let sql = select_decision!("done_at is null order by made_at, id limit $1");
    let rows = fetch_all!(on, Row, sql, i64::from(limit))?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Decision> {
    let by = |text: &str| parse("decision", "by", &row.id, text);
    let done = row.done_by.as_deref().map(by).transpose()?.zip(row.done_at.map(Moment::from_ms));
    Ok(Decision {
        made: (by(&row.made_by)?, Moment::from_ms(row.made_at)),
        done,
        unit: row.department.map(Into::into),
        due_at: row.due_at.map(Moment::from_ms),
        paper: row.paper_id,
        words: row.words,
        outcome: row.outcome,
        id: row.id,
    })
}
