//! The roll-ups: how many of what on which day, under which value of which dimension. An event writes only what it
//! changed, a job folds the changes in, and a read adds both up, so that no two events wait for one row. It refuses to
//! count by other rules than the domain's [`count`].

mod audit;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::job::Job;
use domain::stats::tally::{Blemish, Keys, Sums, blemishes, count, difference};
use domain::ticket::Ticket;
use domain::time::Moment;

pub use audit::{Difference, Recount, begin, compare, rebuild, recount};
pub use domain::stats::tally::Dimension;

use self::rows::{ChangeRow, SumsRow, push_columns, push_values};
use super::tickets::write;
use crate::jobs::{self, NewJob};
use crate::sequel::Turn;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn, fetch_all_dyn};
use crate::{execute, fetch_scalar, id};

/// How long changes wait until they are folded in.
pub const FOLD_AFTER_MS: i64 = 5_000;
/// Changes of one run.
const FOLD_AT_MOST: i64 = 2_000;
/// Rows of one statement.
const BATCH: usize = 100;

/// Where a number of the roll-ups stands: dimension, day and value.
pub(super) type Cell = (String, String, String);
/// A row of `tally_case`: blemish, day, ticket and lead.
pub(super) type Case = (String, String, String, String);

/// Takes the turn of one event: writes what it changed, and has it folded in a little later.
pub(crate) async fn note(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    let before = turn.before.map_or_else(Vec::new, |(ticket, late_at)| count(ticket, late_at));
    let changes = difference(before, count(turn.after, turn.late_at));
    if changes.is_empty() {
        return Ok(());
    }
    write_changes(tx, &changes).await?;
    if turn.before.map_or_else(Vec::new, |(ticket, _)| cases(ticket)) != cases(turn.after) {
        execute!(&mut *tx, "delete from tally_case where ticket_id = $1", turn.after.id.as_str())?;
        write_cases(tx, &cases(turn.after)).await?;
    }
    want_fold(tx, turn.event.at).await
}

/// What stands in `tally_case` for a ticket: blemish, day, ticket and lead.
fn cases(ticket: &Ticket) -> Vec<Case> {
    let lead =
        ticket.assignment.as_ref().map(|assignment| assignment.lead.code.to_string()).unwrap_or_default();
    let case = |(blemish, day): (Blemish, NaiveDate)| {
        (blemish.to_string(), day.to_string(), ticket.id.to_string(), lead.clone())
    };
    blemishes(ticket).into_iter().map(case).collect()
}

/// Plans a fold unless one is planned; two events that plan one each do no harm, waiting for each other's row would.
async fn want_fold(tx: &mut Tx, now: Moment) -> Result<()> {
    let planned =
        fetch_scalar!(&mut *tx, i64, "select cast(count(*) as bigint) from job where kind = 'fold_tally'")?;
    if planned == 0 {
        let job = NewJob::new("fold_tally", write(&Job::FoldTally {})?, now.plus_ms(FOLD_AFTER_MS).ms());
        jobs::enqueue(tx, &job).await?;
    }
    Ok(())
}

async fn write_changes(tx: &mut Tx, changes: &[(NaiveDate, Keys, Sums)]) -> Result<()> {
    let mut text =
        SqlText::new("insert into tally_change (id, day, lead, area, category, workline, source, mode, ");
    push_columns(&mut text, "");
    text.push(") values ");
    for (number, (day, keys, sums)) in changes.iter().enumerate() {
        text.push(if number == 0 { "(" } else { ", (" }).bind(id::fresh()).push(", ").bind(day.to_string());
        for dimension in rows::KEYS {
            text.push(", ").bind(keys.value(dimension));
        }
        push_values(&mut text, sums);
    }
    execute_dyn(tx, &text).await?;
    Ok(())
}

async fn write_cases(tx: &mut Tx, cases: &[Case]) -> Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    let mut text = SqlText::new("insert into tally_case (blemish, day, ticket_id, lead) values ");
    for (number, (blemish, day, ticket, lead)) in cases.iter().enumerate() {
        text.push(if number == 0 { "(" } else { ", (" }).bind(blemish).push(", ").bind(day).push(", ");
        text.bind(ticket).push(", ").bind(lead).push(")");
    }
    execute_dyn(tx, &text).await?;
    Ok(())
}

/// Folds the oldest changes into the roll-ups and tells how many there were.
pub async fn fold(tx: &mut Tx) -> Result<usize> {
    let take = take_sql(tx.dialect().claim_lock());
    let changes: Vec<ChangeRow> = fetch_all_dyn(&mut *tx, &take).await?;
    let mut cells: BTreeMap<Cell, Sums> = BTreeMap::new();
    for change in &changes {
        change.put(&mut cells);
    }
    add(tx, &cells).await?;
    Ok(changes.len())
}

fn take_sql(lock: &'static str) -> SqlText {
    let mut text = SqlText::new("with due as materialized (select id from tally_change order by id limit ");
    text.bind(FOLD_AT_MOST).push(lock);
    text.push(
        ") delete from tally_change where id in (select id from due)
         returning day, lead, area, category, workline, source, mode, ",
    );
    push_columns(&mut text, "");
    text
}

/// Adds to the roll-ups, always in the order of the cells, so that two folds can't wait for each other.
async fn add(tx: &mut Tx, cells: &BTreeMap<Cell, Sums>) -> Result<()> {
    let cells: Vec<_> = cells.iter().filter(|(_, sums)| !sums.is_zero()).collect();
    for batch in cells.chunks(BATCH) {
        let mut text = SqlText::new("insert into tally (dimension, day, value, ");
        push_columns(&mut text, "");
        text.push(") values ");
        for (number, ((dimension, day, value), sums)) in batch.iter().enumerate() {
            text.push(if number == 0 { "(" } else { ", (" }).bind(dimension).push(", ").bind(day);
            text.push(", ").bind(value);
            push_values(&mut text, sums);
        }
        text.push(" on conflict (dimension, day, value) do update set ");
        for (number, column) in Sums::COLUMNS.iter().enumerate() {
            text.push(if number == 0 { "" } else { ", " }).push(column).push(" = tally.").push(column);
            text.push(" + excluded.").push(column);
        }
        execute_dyn(&mut *tx, &text).await?;
    }
    Ok(())
}

/// The sums of the days from `first` to `last` by value of a dimension; of one value, when it is named.
pub async fn sums(
    on: impl Into<On<'_>>,
    dimension: Dimension,
    value: Option<&str>,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<BTreeMap<String, Sums>> {
    grouped(on, &sums_sql(dimension, value, Some((first, last)), "value")).await
}

/// The sums of all days of one value; everything of [`Dimension::All`] when none is named.
pub async fn ever(on: impl Into<On<'_>>, dimension: Dimension, value: &str) -> Result<Sums> {
    let found = grouped(on, &sums_sql(dimension, Some(value), None, "value")).await?;
    Ok(found.into_values().sum())
}

/// The sums of one value by month (`2026-11`); months without anything are left out.
pub async fn by_month(
    on: impl Into<On<'_>>,
    dimension: Dimension,
    value: &str,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<BTreeMap<String, Sums>> {
    grouped(on, &sums_sql(dimension, Some(value), Some((first, last)), "month")).await
}

async fn grouped(on: impl Into<On<'_>>, text: &SqlText) -> Result<BTreeMap<String, Sums>> {
    let rows: Vec<SumsRow> = fetch_all_dyn(on, text).await?;
    Ok(rows.into_iter().filter(|row| !row.sums.is_zero()).map(|row| (row.key, row.sums)).collect())
}

/// One statement, so that a fold can't come between the sums and the changes.
fn sums_sql(
    dimension: Dimension,
    value: Option<&str>,
    days: Option<(NaiveDate, NaiveDate)>,
    by: &'static str,
) -> SqlText {
    let mut text = SqlText::new("select ");
    text.push(by).push(", ");
    push_columns(&mut text, "sum");
    text.push(" from (select value, substr(day, 1, 7) as month, ");
    push_columns(&mut text, "");
    text.push(" from tally where dimension = ").bind(dimension.to_string()).filter(" and value = ", value);
    push_days(&mut text, days);
    let column = rows::column(dimension);
    text.push(" union all select ").push(column).push(", substr(day, 1, 7), ");
    push_columns(&mut text, "");
    text.push(" from tally_change where ").push(column);
    match value {
        Some(value) => text.push(" = ").bind(value),
        None => text.push(" is not null"),
    };
    push_days(&mut text, days);
    text.push(") both_of_them group by ").push(by);
    text
}

fn push_days(text: &mut SqlText, days: Option<(NaiveDate, NaiveDate)>) {
    if let Some((first, last)) = days {
        text.push(" and day >= ").bind(first.to_string()).push(" and day <= ").bind(last.to_string());
    }
}
