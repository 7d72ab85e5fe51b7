//! What was done in a stretch of time, read from the history of tickets: by units for their papers, by one person for the
//! duty ledger (履责台账), by root cause. It refuses to read what a citizen wrote.

use std::collections::BTreeMap;

use domain::id::{AccountId, CategoryCode, DepartmentCode, TicketId};
use domain::paper::{Causes, Work};
use domain::ticket::action::ActionKind;
use domain::ticket::event::{Change, Event};
use domain::ticket::joint::Cause;
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;
use strum::VariantArray as _;

use super::page::{Cursor, Page, PageSize};
use super::tickets::parse;
use crate::fetch_all;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// One event, as lists of deeds show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Moment,
    /// Of which case.
    pub ticket: TicketId,
    /// The case's number.
    pub number: Option<String>,
    /// The case's category.
    pub category: Option<CategoryCode>,
    /// What was done; `None` for the report that opened it.
    pub action: Option<ActionKind>,
    /// The state after it.
    pub stage: Stage,
}

#[derive(FromRow)]
struct Row {
    lead: Option<String>,
    id: String,
    at: i64,
    ticket_id: String,
    number: Option<String>,
    category: Option<String>,
    action: Option<String>,
    stage: String,
}

/// What each unit's cases went through in `from..until`, and how many it has open and overdue as of `now`.
///
/// Events count for the unit that leads the case now. Two statements for all units.
pub async fn work(
    on: impl Into<On<'_>>,
    (from, until): (Moment, Moment),
    now: Moment,
) -> Result<BTreeMap<DepartmentCode, Work>> {
    type Counted = (String, Option<String>, String, i64);
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Counted,
        "select t.lead, e.action, e.stage, cast(count(*) as bigint) from ticket_event e
         join ticket t on t.id = e.ticket_id
         where e.at >= $1 and e.at < $2 and t.lead is not null group by t.lead, e.action, e.stage",
        from.ms(),
        until.ms()
    )?;
    let mut all: BTreeMap<DepartmentCode, Work> = BTreeMap::new();
    for (lead, action, stage, events) in rows {
        let work = all.entry(lead.into()).or_default();
        if let Some(count) = field(work, action.as_deref(), &stage) {
            *count += events;
        }
    }
    let mut text =
        SqlText::new("select lead, cast(count(*) as bigint), cast(sum(case when not exempt and late_at <= ");
    text.bind(now.ms()).push(" then 1 else 0 end) as bigint) from ticket where lead is not null");
    let open = Stage::VARIANTS.iter().filter(|stage| stage.is_open());
    text.among(" and stage in", open.map(ToString::to_string)).push(" group by lead");
    let stock: Vec<(String, i64, i64)> = fetch_all_dyn(&mut on, &text).await?;
    for (lead, open, overdue) in stock {
        let work = all.entry(lead.into()).or_default();
        (work.open, work.overdue) = (open, overdue);
    }
    Ok(all)
}

/// Where an event is counted.
fn field<'a>(work: &'a mut Work, action: Option<&str>, stage: &str) -> Option<&'a mut i64> {
    let back = stage == "handling";
    Some(match action.map(str::parse) {
        None => &mut work.received,
        Some(Ok(ActionKind::Dispatch | ActionKind::Redispatch)) => &mut work.dispatched,
        Some(Ok(ActionKind::SignIn)) => &mut work.signed_in,
        Some(Ok(ActionKind::SubmitFix | ActionKind::HandleOnSpot)) => &mut work.fixed,
        Some(Ok(ActionKind::Close)) => &mut work.struck_off,
        Some(Ok(ActionKind::Rework)) => &mut work.reworked,
        Some(Ok(ActionKind::Judge)) if back => &mut work.reworked,
        Some(Ok(ActionKind::Return)) => &mut work.returned,
        Some(Ok(ActionKind::Supervise)) => &mut work.supervised,
        _ => return None,
    })
}

/// The newest events of each unit's cases in `from..until`, at most `most` a unit, newest first. One statement.
pub async fn newest(
    on: impl Into<On<'_>>,
    (from, until): (Moment, Moment),
    most: u32,
) -> Result<BTreeMap<DepartmentCode, Vec<Deed>>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Row,
        "select lead, id, at, ticket_id, number, category, action, stage from
         (select t.lead as lead, e.id as id, e.at as at, e.ticket_id as ticket_id, t.number as number,
                 t.category as category, e.action as action, e.stage as stage,
                 row_number() over (partition by t.lead order by e.at desc, e.id desc) as nth
          from ticket_event e join ticket t on t.id = e.ticket_id
          where e.at >= $1 and e.at < $2 and t.lead is not null) ranked
         where nth <= $3 order by lead, at desc, id desc",
        from.ms(),
        until.ms(),
        i64::from(most)
    )?;
    let mut all: BTreeMap<DepartmentCode, Vec<Deed>> = BTreeMap::new();
    for mut row in rows {
        let lead = row.lead.take().unwrap_or_default();
        all.entry(lead.into()).or_default().push(read(row)?);
    }
    Ok(all)
}

/// How often a person did what in `from..until`.
pub async fn duties(
    on: impl Into<On<'_>>,
    person: &AccountId,
    (from, until): (Moment, Moment),
) -> Result<Vec<(Option<ActionKind>, i64)>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (Option<String>, i64),
        "select action, cast(count(*) as bigint) from ticket_event
         where actor = $1 and at >= $2 and at < $3 group by action order by action",
        person.as_str(),
        from.ms(),
        until.ms()
    )?;
    rows.into_iter().map(|(action, count)| Ok((kind(action.as_deref(), "")?, count))).collect()
}

/// What a person did in `from..until`, newest first.
pub async fn deeds(
    on: impl Into<On<'_>>,
    person: &AccountId,
    (from, until): (Moment, Moment),
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Deed>> {
    let mut text = SqlText::new(
        "select cast(null as text) as lead, e.id, e.at, e.ticket_id, t.number, t.category, e.action, e.stage
         from ticket_event e join ticket t on t.id = e.ticket_id where e.actor = ",
    );
    text.bind(person.as_str()).push(" and e.at >= ").bind(from.ms()).push(" and e.at < ").bind(until.ms());
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (e.at, e.id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by e.at desc, e.id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let deeds = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(deeds, size, |deed: &Deed| Cursor::at(deed.at.ms(), &deed.id)))
}

/// The root causes named in `from..until`, by category; of a case named twice the last one counts.
pub async fn causes(
    on: impl Into<On<'_>>,
    (from, until): (Moment, Moment),
) -> Result<BTreeMap<CategoryCode, Causes>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, String, String),
        "select e.ticket_id, t.category, e.body from ticket_event e join ticket t on t.id = e.ticket_id
         where e.at >= $1 and e.at < $2 and e.action = 'name_cause' and t.category is not null
         order by e.at, e.id",
        from.ms(),
        until.ms()
    )?;
    let mut last: BTreeMap<String, (String, Cause)> = BTreeMap::new();
    for (ticket, category, body) in rows {
        let event: Event = parse("ticket_event", "body", &ticket, &body)?;
        if let Change::CauseNamed { cause } = event.change {
            last.insert(ticket, (category, cause));
        }
    }
    let mut all: BTreeMap<CategoryCode, Causes> = BTreeMap::new();
    for (category, cause) in last.into_values() {
        all.entry(category.into()).or_default().add(cause);
    }
    Ok(all)
}

fn read(row: Row) -> Result<Deed> {
    Ok(Deed {
        action: kind(row.action.as_deref(), &row.id)?,
        stage: row.stage.parse().map_err(|_| StoreError::corrupt("ticket_event", "stage", &row.id))?,
        id: row.id,
        at: Moment::from_ms(row.at),
        ticket: row.ticket_id.into(),
        number: row.number,
        category: row.category.map(Into::into),
    })
}

fn kind(action: Option<&str>, row: &str) -> Result<Option<ActionKind>> {
    action.map(str::parse).transpose().map_err(|_| StoreError::corrupt("ticket_event", "action", row))
}
