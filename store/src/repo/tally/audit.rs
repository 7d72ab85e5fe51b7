//! The roll-ups held against the tickets themselves: counted anew, compared number by number, and written anew. It
//! refuses to read while somebody writes: all of it sees one moment.

use std::collections::{BTreeMap, BTreeSet};

use domain::stats::tally::{Dimension, Sums, count};
use domain::ticket::Ticket;
use strum::VariantArray as _;

use super::rows::{CellRow, ChangeRow, push_columns};
use super::{Case, Cell, add, cases, write_cases};
use crate::repo::tickets::parse;
use crate::sql::{AssertSqlSafe, Pool, Result, SqlText, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_scalar_optional};

/// Tickets read at a time.
const PAGE: i64 = 500;

/// What the tickets add up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// How many tickets were counted.
    pub tickets: u64,
    /// Dimension, day, value → sums; cells of nothing are left out.
    pub cells: BTreeMap<Cell, Sums>,
    /// Blemish, day, ticket, lead.
    pub cases: BTreeSet<Case>,
}

/// A number that is not what the tickets add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: dimension, day, value and column, or the case.
    pub place: String,
    pub stored: i64,
    pub counted: i64,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}：汇总为 {}，逐件清点为 {}", self.place, self.stored, self.counted)
    }
}

/// Counts every ticket of the transaction's moment.
pub async fn recount(tx: &mut Tx) -> Result<Recount> {
    let mut found = Recount::default();
    let mut after = String::new();
    loop {
        let page = fetch_all!(
            &mut *tx,
            (String, String, Option<i64>),
            "select id, doc, late_at from ticket where id > $1 order by id limit $2",
            &after,
            PAGE
        )?;
        for (id, doc, late_at) in &page {
            let ticket: Ticket = parse("ticket", "doc", id, doc)?;
            found.take(&ticket, *late_at);
        }
        match page.into_iter().next_back() {
            Some((last, ..)) => after = last,
            None => break,
        }
    }
    found.cells.retain(|_, sums| !sums.is_zero());
    Ok(found)
}

impl Recount {
    fn take(&mut self, ticket: &Ticket, late_at: Option<i64>) {
        self.tickets += 1;
        for (day, keys, sums) in count(ticket, late_at) {
            for dimension in Dimension::VARIANTS {
                let cell = (dimension.to_string(), day.to_string(), keys.value(*dimension));
                *self.cells.entry(cell).or_default() += sums;
            }
        }
        self.cases.extend(cases(ticket));
    }
}

/// Begins a transaction that sees one moment. On SQLite nobody writes meanwhile.
async fn snapshot(pool: &Pool) -> Result<Tx> {
    let mut tx = pool.write().await?;
    if let Some(text) = tx.dialect().snapshot() {
        execute!(&mut tx, AssertSqlSafe(text))?;
    }
    Ok(tx)
}

/// How many tickets there are, and every number that differs from what they add up to.
pub async fn compare(pool: &Pool) -> Result<(u64, Vec<Difference>)> {
    let mut tx = snapshot(pool).await?;
    let counted = recount(&mut tx).await?;
    let stored = stored(&mut tx).await?;
    tx.rollback().await?;
    let mut found = Vec::new();
    let nothing = Sums::default();
    for cell in counted.cells.keys().chain(stored.cells.keys()).collect::<BTreeSet<_>>() {
        let (stored, counted) =
            (stored.cells.get(cell).unwrap_or(&nothing), counted.cells.get(cell).unwrap_or(&nothing));
        let values = stored.values().into_iter().zip(counted.values());
        for (column, (stored, counted)) in Sums::COLUMNS.iter().zip(values).filter(|(_, (a, b))| a != b) {
            let place = format!("{} {} “{}” {column}", label(&cell.0), cell.1, cell.2);
            found.push(Difference { place, stored, counted });
        }
    }
    for case in counted.cases.symmetric_difference(&stored.cases) {
        let place = format!("案件明细 {} {} {} “{}”", case.0, case.1, case.2, case.3);
        let is = |of: &Recount| i64::from(of.cases.contains(case));
        found.push(Difference { place, stored: is(&stored), counted: is(&counted) });
    }
    Ok((counted.tickets, found))
}

fn label(dimension: &str) -> &str {
    match dimension.parse::<Dimension>() {
        Ok(known) => known.label(),
        Err(_) => dimension,
    }
}

/// What stands in the tables, the changes that wait included.
async fn stored(tx: &mut Tx) -> Result<Recount> {
    let mut text = SqlText::new("select dimension, day, value, ");
    push_columns(&mut text, "");
    text.push(" from tally");
    let rows: Vec<CellRow> = fetch_all_dyn(&mut *tx, &text).await?;
    let cells = rows.into_iter().map(|row| (row.cell, row.sums)).collect();
    let mut found = Recount { cells, ..Recount::default() };
    let mut text = SqlText::new("select day, lead, area, category, workline, source, mode, ");
    push_columns(&mut text, "");
    text.push(" from tally_change");
    let changes: Vec<ChangeRow> = fetch_all_dyn(&mut *tx, &text).await?;
    for change in &changes {
        change.put(&mut found.cells);
    }
    found.cells.retain(|_, sums| !sums.is_zero());
    let cases = fetch_all!(
        &mut *tx,
        (String, String, String, String),
        "select blemish, day, ticket_id, lead from tally_case"
    )?;
    found.cases = cases.into_iter().collect();
    Ok(found)
}

/// Counts the tickets of an installation that is older than the roll-ups; does nothing where anything was ever counted.
pub async fn begin(pool: &Pool) -> Result<()> {
    let uncounted = fetch_scalar_optional!(
        pool,
        i64,
        "select cast(1 as bigint) from ticket where not exists (select 1 from tally)
         and not exists (select 1 from tally_change) limit 1"
    )?;
    if uncounted.is_some() {
        let tickets = rebuild(pool).await?;
        tracing::info!(tally.tickets = tickets, "the roll-ups were made from the tickets that there were");
    }
    Ok(())
}

/// Writes the roll-ups anew from the tickets and tells how many there were. What is changed meanwhile stays a change.
pub async fn rebuild(pool: &Pool) -> Result<u64> {
    let mut tx = snapshot(pool).await?;
    execute!(&mut tx, "delete from tally_change")?;
    execute!(&mut tx, "delete from tally")?;
    execute!(&mut tx, "delete from tally_case")?;
    let counted = recount(&mut tx).await?;
    add(&mut tx, &counted.cells).await?;
    let cases: Vec<_> = counted.cases.into_iter().collect();
    for batch in cases.chunks(super::BATCH) {
        write_cases(&mut tx, batch).await?;
    }
    tx.commit().await?;
    Ok(counted.tickets)
}
