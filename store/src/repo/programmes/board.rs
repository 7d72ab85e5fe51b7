//! What a programme has come to: coverage with the missed points, tasks and lost points by unit, its tickets by unit.

use chrono::NaiveDate;
use domain::id::DepartmentCode;
use domain::programme::ProgrammeKind;
use domain::stats::formula::Counts;
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;

use super::rows::Stored;
use crate::sql::{On, Result, SqlText, fetch_all_dyn};
use crate::{fetch_all, fetch_scalar};

/// How many of the declared points were looked at in a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Key of the term.
    pub span: String,
    pub declared: i64,
    pub visited: i64,
    /// Codes of the others, in order.
    pub missed: Vec<String>,
}

/// The coverage of one term of a programme: a point is visited when all its tasks are done.
pub async fn cover(on: impl Into<On<'_>>, programme: &str, span: &str) -> Result<Coverage> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, i64),
        "select subject, cast(min(case when state = 'done' then 1 else 0 end) as bigint) from task
         where programme = $1 and span = $2 group by subject order by subject",
        programme,
        span
    )?;
    let declared = rows.len() as i64;
    let missed: Vec<String> = rows.into_iter().filter(|(_, done)| *done == 0).map(|(code, _)| code).collect();
    Ok(Coverage { span: span.to_owned(), declared, visited: declared - missed.len() as i64, missed })
}

/// The tasks of a programme that one unit owes, or that are about it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct UnitTasks {
    pub unit: String,
    pub tasks: i64,
    pub done: i64,
    /// Not done in time.
    pub late: i64,
    /// Hundredths of points lost.
    pub deducted: i64,
    /// What the questionnaires gave, and could have given.
    pub score: i64,
    pub full_score: i64,
}

/// The tasks of a programme by unit; the unit that is looked at, else the one that owes.
pub async fn units(on: impl Into<On<'_>>, programme: &str, now: Moment) -> Result<Vec<UnitTasks>> {
    let mut on: On<'_> = on.into();
    fetch_all!(
        on,
        UnitTasks,
        "select coalesce(about, unit, '') as unit, cast(count(*) as bigint) as tasks,
         cast(sum(case when state = 'done' then 1 else 0 end) as bigint) as done,
         cast(sum(case when (state = 'open' and due_at < $2) or (state = 'done' and done_at > due_at)
                  then 1 else 0 end) as bigint) as late,
         cast(sum(deducted) as bigint) as deducted, cast(sum(score) as bigint) as score,
         cast(sum(full_score) as bigint) as full_score
         from task where programme = $1 group by coalesce(about, unit, '') order by 1",
        programme,
        now.ms()
    )
}

/// Hundredths of points that a unit lost in the 模拟测评 done from `first` to `last`, both included; those of a round that
/// is still hidden don't count yet.
pub async fn deductions(
    on: impl Into<On<'_>>,
    unit: &DepartmentCode,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<i64> {
    fetch_scalar!(
        on.into(),
        i64,
        "select cast(coalesce(sum(deducted), 0) as bigint) from task where about = $1 and kind = $2
         and deducted <> 0 and not hidden and done_at >= $3 and done_at < $4",
        unit.as_str(),
        ProgrammeKind::Simulation.to_string(),
        Moment::midnight(first).ms(),
        Moment::midnight(last.succ_opt().unwrap_or(last)).ms()
    )
}

#[derive(FromRow)]
struct LeadRow {
    lead: String,
    stage: String,
    tickets: i64,
    late: i64,
    registered: i64,
    reworked: i64,
}

/// The tickets of a programme by leading unit: those of its categories in its period, and those found in it.
pub async fn tickets_by_unit(
    on: impl Into<On<'_>>,
    stored: &Stored,
    now: Moment,
) -> Result<Vec<(DepartmentCode, Counts)>> {
    let programme = &stored.programme;
    let mut text = SqlText::new(
        "select lead, stage, cast(count(*) as bigint) as tickets,
         cast(sum(case when not exempt and late_at <= ",
    );
    text.bind(now.ms()).push(
        " then 1 else 0 end) as bigint) as late, cast(count(registered_at) as bigint) as registered,
         cast(sum(case when reworks > 0 then 1 else 0 end) as bigint) as reworked
         from ticket where lead is not null and id in (select id from ticket where programme = ",
    );
    text.bind(stored.id.as_str());
    if !programme.categories.is_empty() {
        text.among(
            " union select id from ticket where category in",
            programme.categories.iter().map(|c| c.as_str()),
        );
        text.push(" and opened_at >= ").bind(Moment::midnight(programme.first_day).ms());
        let after = programme.last_day.succ_opt().unwrap_or(programme.last_day);
        text.push(" and opened_at < ").bind(Moment::midnight(after).ms());
    }
    text.push(") group by lead, stage order by lead, stage");
    let rows: Vec<LeadRow> = fetch_all_dyn(on, &text).await?;
    let mut units: Vec<(DepartmentCode, Counts)> = Vec::new();
    for row in rows {
        let counts = counts_of(&row);
        match units.last_mut() {
            Some((unit, sum)) if unit.as_str() == row.lead => *sum = *sum + counts,
            _ => units.push((row.lead.into(), counts)),
        }
    }
    Ok(units)
}

fn counts_of(row: &LeadRow) -> Counts {
    let stage = row.stage.parse::<Stage>().ok();
    let is_open = stage.is_some_and(Stage::is_open);
    let of = |holds: bool, number: i64| if holds { number } else { 0 };
    let closed = stage == Some(Stage::Closed);
    Counts {
        received: row.tickets,
        filed: row.registered,
        due_to_close: of(closed, row.tickets) + of(is_open, row.late),
        closed: of(closed, row.tickets),
        closed_on_time: of(closed, row.tickets - row.late),
        open: of(is_open, row.tickets),
        open_overdue: of(is_open, row.late),
        reworked: row.reworked,
        declined: of(stage == Some(Stage::Declined), row.tickets),
        merged: of(stage == Some(Stage::Merged), row.tickets),
        ..Counts::default()
    }
}
