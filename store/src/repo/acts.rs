//! Acts of supervision and accountability (督办, 通报, 曝光, 约谈 …): written once for each slot, numbered when they become
//! open, changed only as the domain decided. It refuses a number with a gap and a change of an act somebody else changed.

mod count;
mod note;
#[cfg(test)]
mod tests;

use chrono::Datelike as _;
use domain::act::{Act, ActKind, ActState, Particulars, Signed};
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::ticket::event::By;
use domain::time::Moment;
use serde_json::Value;
use sqlx::FromRow;

use super::page::{Cursor, Page, PageSize};
use super::tickets::{parse, write};
use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn, fetch_scalar_dyn};
use crate::{execute, fetch_all, fetch_optional, fetch_scalar, id};

pub use count::{
    LateTicket, Repeated, Votes, circulars_of, exposures_of, ladder_facts, late_tickets, photos_of_ticket,
    repeated_circulars, vote, votes,
};
pub(crate) use note::note;
pub use note::{open_file_after_exposure, tell};

/// An act to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAct {
    pub kind: ActKind,
    pub ticket: Option<TicketId>,
    pub unit: Option<DepartmentCode>,
    pub person: Option<AccountId>,
    /// The accountability file to which it belongs.
    pub parent: Option<String>,
    pub words: String,
    pub by: By,
    pub due_at: Option<Moment>,
    pub state: ActState,
    /// The same slot twice is one act.
    pub slot: String,
    /// [`Particulars`], and whatever else its room keeps with it.
    pub body: Value,
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    state: String,
    number: Option<String>,
    ticket_id: Option<String>,
    unit: Option<String>,
    person: Option<String>,
    parent: Option<String>,
    words: String,
    issued_by: String,
    created_at: i64,
    issued_at: Option<i64>,
    due_at: Option<i64>,
    receipt: Option<String>,
    effect_at: Option<i64>,
    ended_at: Option<i64>,
    slot: String,
    body: String,
    version: i64,
}

macro_rules! select_act {
    ($rest:literal) => {
        concat!(
            "select id, kind, state, number, ticket_id, unit, person, parent, words, issued_by, created_at, issued_at, \
             due_at, receipt, effect_at, ended_at, slot, body, version from act",
            $rest
        )
    };
}

/// Writes an act; its id, or `None` when the slot was taken. It gets its number here unless it is proposed or a draft.
pub async fn issue(tx: &mut Tx, new: &NewAct, now: Moment) -> Result<Option<String>> {
    let id = id::fresh();
    let issued = new.state.counts();
    let written = execute!(
        &mut *tx,
        "insert into act (id, kind, state, ticket_id, unit, person, parent, words, issuer, issued_by, created_at,
         issued_at, due_at, slot, body, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) on conflict (slot) do nothing",
        &id,
        new.kind.to_string(),
        new.state.to_string(),
        new.ticket.as_ref().map(TicketId::as_str),
        new.unit.as_ref().map(DepartmentCode::as_str),
        new.person.as_ref().map(AccountId::as_str),
        new.parent.as_deref(),
        &new.words,
        new.by.account.as_str(),
        write(&new.by)?,
        now.ms(),
        issued.then(|| now.ms()),
        new.due_at.map(Moment::ms),
        &new.slot,
        write(&new.body)?
    )?;
    if written == 0 {
        return Ok(None);
    }
    if issued {
        let number = draw(tx, new.kind, now).await?;
        execute!(&mut *tx, "update act set number = $2 where id = $1", &id, number)?;
    }
    Ok(Some(id))
}

/// The next number of the kind in the year; it is given back when the transaction doesn't commit.
async fn draw(tx: &mut Tx, kind: ActKind, now: Moment) -> Result<String> {
    let year = now.date().year();
    execute!(
        &mut *tx,
        "insert into act_sequence (kind, year, last) values ($1, $2, 1)
         on conflict (kind, year) do update set last = act_sequence.last + 1",
        kind.to_string(),
        i64::from(year)
    )?;
    let serial = fetch_scalar!(
        &mut *tx,
        i64,
        "select last from act_sequence where kind = $1 and year = $2",
        kind.to_string(),
        i64::from(year)
    )?;
    Ok(kind.number(year, serial))
}

/// Writes what the domain made of an act; draws its number when it has become open. False when somebody was faster.
pub async fn save(tx: &mut Tx, act: &Act, now: Moment) -> Result<bool> {
    let number = match &act.number {
        None if act.state.counts() => Some(draw(tx, act.kind, now).await?),
        number => number.clone(),
    };
    let changed = execute!(
        &mut *tx,
        "update act set state = $3, number = $4, issued_at = $5, due_at = $6, receipt = $7, ended_at = $8, body = $9,
         version = $10 where id = $1 and version = $2",
        &act.id,
        act.version as i64 - 1,
        act.state.to_string(),
        number,
        act.issued_at.map(Moment::ms),
        act.due_at.map(Moment::ms),
        act.receipt.as_ref().map(write).transpose()?,
        act.ended_at.map(Moment::ms),
        write(&act.body)?,
        act.version as i64
    )?;
    Ok(changed == 1)
}

/// The act.
pub async fn get(on: impl Into<On<'_>>, id: &str) -> Result<Option<Act>> {
    let mut on: On<'_> = on.into();
    fetch_optional!(on, Row, select_act!(" where id = $1"), id)?.map(read).transpose()
}

/// The act, its row locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<Act>> {
    let mut text = SqlText::new(select_act!(" where id = "));
    text.bind(id).push(tx.dialect().lock_row());
    let rows: Vec<Row> = fetch_all_dyn(tx, &text).await?;
    rows.into_iter().next().map(read).transpose()
}

/// The act of a slot.
pub async fn of_slot(on: impl Into<On<'_>>, slot: &str) -> Result<Option<Act>> {
    let mut on: On<'_> = on.into();
    fetch_optional!(on, Row, select_act!(" where slot = $1"), slot)?.map(read).transpose()
}

/// The acts on a ticket, oldest first.
pub async fn of_ticket(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<Act>> {
    let mut on: On<'_> = on.into();
    let sql = select_act!(" where ticket_id = $1 order by created_at, id");
    fetch_all!(on, Row, sql, ticket.as_str())?.into_iter().map(read).collect()
}

/// The acts of a unit that were issued and not taken back: kind and when, oldest first.
pub async fn issued_on_unit(on: impl Into<On<'_>>, unit: &DepartmentCode) -> Result<Vec<(ActKind, Moment)>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, i64),
        "select kind, issued_at from act where unit = $1 and issued_at is not null and state <> 'revoked'
         order by issued_at, id",
        unit.as_str()
    )?;
    rows.into_iter()
        .map(|(kind, at)| {
            let kind = kind.parse().map_err(|_| StoreError::corrupt("act", "kind", unit.as_str()))?;
            Ok((kind, Moment::from_ms(at)))
        })
        .collect()
}

/// Which acts are wanted; what is `None` or empty doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActFilter {
    pub kinds: Vec<ActKind>,
    /// Kinds that the asker may not see.
    pub hidden: Vec<ActKind>,
    pub states: Vec<ActState>,
    pub ticket: Option<TicketId>,
    pub unit: Option<DepartmentCode>,
    pub parent: Option<String>,
    /// Addressed to this unit or person.
    pub addressed: Option<(Option<DepartmentCode>, AccountId)>,
    /// Issued, still open, and not yet received.
    pub unreceipted: bool,
}

/// One page, newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    filter: &ActFilter,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Act>> {
    let mut text = SqlText::new(select_act!(" where 1 = 1"));
    push_filter(&mut text, filter);
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (created_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by created_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let acts = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(acts, size, |act: &Act| Cursor::at(act.created_at.ms(), &act.id)))
}

/// How many there are.
pub async fn count(on: impl Into<On<'_>>, filter: &ActFilter) -> Result<i64> {
    let mut text = SqlText::new("select cast(count(*) as bigint) from act where 1 = 1");
    push_filter(&mut text, filter);
    fetch_scalar_dyn(on, &text).await
}

fn push_filter(text: &mut SqlText, filter: &ActFilter) {
    if !filter.kinds.is_empty() {
        text.among(" and kind in", filter.kinds.iter().map(ActKind::to_string));
    }
    if !filter.hidden.is_empty() {
        text.among(" and kind not in", filter.hidden.iter().map(ActKind::to_string));
    }
    if !filter.states.is_empty() {
        text.among(" and state in", filter.states.iter().map(ActState::to_string));
    }
    text.filter(" and ticket_id = ", filter.ticket.as_ref().map(TicketId::as_str));
    text.filter(" and unit = ", filter.unit.as_ref().map(DepartmentCode::as_str));
    text.filter(" and parent = ", filter.parent.as_deref());
    if let Some((unit, account)) = &filter.addressed {
        // What is not out yet is nobody's.
        text.push(" and issued_at is not null and (person = ").bind(account.as_str());
        text.filter(" or unit = ", unit.as_ref().map(DepartmentCode::as_str)).push(")");
    }
    if filter.unreceipted {
        text.push(" and receipt is null and state in ('open', 'effective')");
    }
}

fn read(row: Row) -> Result<Act> {
    let corrupt = |column| StoreError::corrupt("act", column, &row.id);
    let moment = |ms: Option<i64>| ms.map(Moment::from_ms);
    let receipt = row.receipt.as_deref().map(|text| parse::<Signed>("act", "receipt", &row.id, text));
    Ok(Act {
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        by: parse("act", "issued_by", &row.id, &row.issued_by)?,
        receipt: receipt.transpose()?,
        body: parse::<Particulars>("act", "body", &row.id, &row.body)?,
        number: row.number,
        ticket: row.ticket_id.map(Into::into),
        unit: row.unit.map(Into::into),
        person: row.person.map(Into::into),
        parent: row.parent,
        words: row.words,
        created_at: Moment::from_ms(row.created_at),
        issued_at: moment(row.issued_at),
        due_at: moment(row.due_at),
        effect_at: moment(row.effect_at),
        ended_at: moment(row.ended_at),
        slot: row.slot,
        version: row.version.unsigned_abs(),
        id: row.id,
    })
}
