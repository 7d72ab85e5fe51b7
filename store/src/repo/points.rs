//! The citizens' points ledger: each event that changes what is due for a ticket appends the difference. It refuses to
//! change a line and to count for anybody but citizens.

use std::collections::BTreeMap;

use domain::actor::Role;
use domain::id::{AccountId, TicketId};
use domain::points::{self, Reason, Sent, Standing};
use domain::ticket::Ticket;
use domain::ticket::action::ActionKind;
use domain::ticket::event::{Change, Event, Finding};
use domain::ticket::state::{Stage, State};
use domain::time::Moment;
use sqlx::FromRow;

use super::page::{Cursor, Page, PageSize};
use super::tickets::parse;
use crate::sequel::Turn;
use crate::sql::{On, Result, SqlText, StoreError, Tx, execute_dyn, fetch_all_dyn};
use crate::{fetch_all, fetch_scalar_optional, id};

/// The word in a reason for declining that makes the report a false one.
const FALSE_WORD: &str = "虚假";

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub ticket: TicketId,
    /// The ticket's number, when it has one.
    pub number: Option<String>,
    pub reason: Reason,
    pub points: i64,
    pub taken_back: bool,
    pub at: Moment,
}

/// What one account earned within a span of time.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Earned {
    pub account: String,
    pub name: String,
    pub points: i64,
    pub entries: i64,
}

#[derive(FromRow)]
struct Row {
    id: String,
    ticket_id: String,
    number: Option<String>,
    reason: String,
    points: i64,
    taken_back: bool,
    at: i64,
}

/// Takes the turn of one event.
pub(crate) async fn note(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    use ActionKind::{Absorb, Close, Decline, File, Lapse, Merge, Recheck, Release, Reopen, Unmerge, Verify};
    let rule = &turn.books.config.points;
    let matters = turn.event.action.is_some_and(|action| {
        matches!(
            action,
            File | Lapse | Merge | Absorb | Release | Unmerge | Decline | Close | Reopen | Recheck | Verify
        )
    });
    if !rule.enabled || !matters {
        return Ok(());
    }
    let ticket = &turn.after.id;
    let standing = standing(tx, turn.after).await?;
    let reports = match standing {
        Standing::Nothing => Vec::new(),
        _ => family(&mut *tx, ticket).await?,
    };
    let due = points::due(rule, standing, &reports);
    let changes = points::corrections(&kept(&mut *tx, ticket).await?, &due);
    if changes.is_empty() {
        return Ok(());
    }
    let mut text = SqlText::new(
        "insert into point_entry (id, ticket_id, seq, account_id, reason, points, taken_back, at) values ",
    );
    for (at, change) in changes.iter().enumerate() {
        let taken_back = !due.contains(change);
        text.push(if at == 0 { "(" } else { ", (" }).bind(id::fresh());
        text.push(", ").bind(ticket.as_str()).push(", ").bind(turn.event.seq as i64);
        text.push(", ").bind(change.account.as_str()).push(", ").bind(change.reason.to_string());
        text.push(", ").bind(change.points).push(", ").bind(taken_back);
        text.push(", ").bind(turn.event.at.ms()).push(")");
    }
    execute_dyn(tx, &text).await?;
    Ok(())
}

async fn standing(tx: &mut Tx, ticket: &Ticket) -> Result<Standing> {
    Ok(match &ticket.state {
        State::Closed => Standing::Closed,
        State::Declined { reason } if reason.contains(FALSE_WORD) => Standing::False,
        State::Declined { .. } if found_false(tx, &ticket.id).await? => Standing::False,
        State::Merged { .. } | State::Withdrawn | State::Declined { .. } => Standing::Nothing,
        // A number once drawn stays; a ticket that waits for its triage again isn't filed.
        _ if ticket.number.is_some() && !waits(ticket.stage()) => Standing::Filed,
        _ => Standing::Nothing,
    })
}

const fn waits(stage: Stage) -> bool {
    matches!(stage, Stage::Received | Stage::Verifying | Stage::Prompted)
}

/// Whether the last look on the spot found nothing (不属实).
async fn found_false(tx: &mut Tx, ticket: &TicketId) -> Result<bool> {
    let body = fetch_scalar_optional!(
        tx,
        String,
        "select body from ticket_event where ticket_id = $1 and action = 'verify' order by seq desc limit 1",
        ticket.as_str()
    )?;
    let Some(body) = body else { return Ok(false) };
    let event: Event = parse("ticket_event", "body", ticket.as_str(), &body)?;
    Ok(matches!(event.change, Change::Verified { finding: Finding::NotReal, .. }))
}

/// The reports that ended in the ticket: its own and those of every ticket merged into it, at any depth.
pub async fn family(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<Sent>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, Option<String>, i64),
        "with recursive kin (id) as (select cast($1 as text) union
           select f.via from follower f join kin on f.ticket_id = kin.id)
         select r.id, a.id, r.received_at from report r join kin on kin.id = r.ticket_id
         left join account a on a.id = r.reporter and a.role = $2 order by r.received_at, r.id",
        ticket.as_str(),
        Role::Citizen.to_string()
    )?;
    let sent = |(report, citizen, at): (String, Option<String>, i64)| Sent {
        report: report.into(),
        citizen: citizen.map(Into::into),
        received_at: Moment::from_ms(at),
    };
    Ok(rows.into_iter().map(sent).collect())
}

async fn kept(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<BTreeMap<(AccountId, Reason), i64>> {
    let rows = fetch_all!(
        on.into(),
        (String, String, i64),
        "select account_id, reason, cast(sum(points) as bigint) from point_entry where ticket_id = $1
         group by account_id, reason",
        ticket.as_str()
    )?;
    rows.into_iter().map(|(account, reason, points)| Ok(((account.into(), word(&reason)?), points))).collect()
}

fn word(reason: &str) -> Result<Reason> {
    reason.parse().map_err(|_| StoreError::corrupt("point_entry", "reason", reason))
}

/// One's own lines within `from` (inclusive) and `to` (exclusive), newest first.
pub async fn entries(
    on: impl Into<On<'_>>,
    account: &AccountId,
    (from, to): (Moment, Moment),
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Entry>> {
    let mut text = SqlText::new(
        "select p.id, p.ticket_id, t.number, p.reason, p.points, p.taken_back, p.at from point_entry p \
         join ticket t on t.id = p.ticket_id where p.account_id = ",
    );
    text.bind(account.as_str()).push(" and p.at >= ").bind(from.ms()).push(" and p.at < ").bind(to.ms());
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (p.at, p.id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by p.at desc, p.id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let entries = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(entries, size, |entry: &Entry| Cursor::at(entry.at.ms(), &entry.id)))
}

fn read(row: Row) -> Result<Entry> {
    let Row { id, ticket_id, number, reason, points, taken_back, at } = row;
    let (ticket, at) = (ticket_id.into(), Moment::from_ms(at));
    Ok(Entry { id, ticket, number, reason: word(&reason)?, points, taken_back, at })
}

/// When and how many points an account ever earned, oldest first: what the balance is counted from.
pub async fn earned(on: impl Into<On<'_>>, account: &AccountId) -> Result<Vec<(Moment, i64)>> {
    let rows = fetch_all!(
        on.into(),
        (i64, i64),
        "select at, points from point_entry where account_id = $1 order by at, id",
        account.as_str()
    )?;
    Ok(rows.into_iter().map(|(at, points)| (Moment::from_ms(at), points)).collect())
}

/// What every account earned within `from` (inclusive) and `to` (exclusive), the most first.
pub async fn earners(on: impl Into<On<'_>>, from: Moment, to: Moment) -> Result<Vec<Earned>> {
    fetch_all!(
        on.into(),
        Earned,
        "select a.id as account, a.name as name, cast(sum(p.points) as bigint) as points,
         cast(count(*) as bigint) as entries from point_entry p join account a on a.id = p.account_id
         where p.at >= $1 and p.at < $2 group by a.id, a.name order by 3 desc, a.id",
        from.ms(),
        to.ms()
    )
}

#[cfg(test)]
#[path = "points_tests.rs"]
mod tests;
