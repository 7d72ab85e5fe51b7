//! Gathers what a view of a ticket needs: a fixed number of statements, whatever the ticket has been through.

use std::collections::BTreeMap;

use domain::clock::reckon::Tick;
use domain::geo::datum::CoordType;
use domain::id::{AccountId, PhotoId, TicketId};
use domain::ticket::Ticket;
use domain::ticket::state::State;
use domain::time::Moment;
use store::repo::district::Books;
use store::repo::lists::{self, TicketRow};
use store::repo::tickets::PhotoUse;
use store::repo::{events, people, photos, tickets};
use store::sql::On;

use super::{DEFAULT, check_sight};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult};
use crate::extract::Caller;
use crate::view::Frame;
use crate::view::public::public;
use crate::view::row::{Beside, Covers, Persons};
use crate::view::ticket::{Album, Dossier, whole};
use crate::{Api, now};

/// Likely duplicates that are shown.
const MOST_DUPLICATES: i64 = 10;
/// Merges that are followed; a chain longer than this ends where it stands.
const MOST_MERGES: usize = 16;

/// What views look through.
pub fn frame<'a>(api: &'a Api, books: &'a Books, coord_type: CoordType, now: Moment) -> Frame<'a> {
    Frame { books, coord_type, now, signer: &api.signer }
}

/// The ticket as the caller may see it, with its version; "not found" when not at all.
pub async fn answer(
    api: &Api,
    caller: &Caller,
    on: impl Into<On<'_>>,
    ticket: Ticket,
    coord_type: CoordType,
) -> ApiResult<Reply> {
    let mut on: On<'_> = on.into();
    let version = ticket.version;
    let mine = tickets::follows(&mut on, &ticket.id, &caller.account.id).await?.is_some();
    check_sight(caller, &ticket, mine)?;
    let books = api.books().await?;
    let frame = frame(api, &books, coord_type, now());
    let reply = if caller.is_staff() {
        let dossier = gather(on, ticket, mine).await?;
        Reply::ok(&whole(&frame, &caller.actor, dossier))?
    } else {
        let album = album(on, std::slice::from_ref(&ticket.id)).await?;
        Reply::ok(&public(&frame, &caller.actor, &ticket, mine, &album))?
    };
    Ok(reply.version(version))
}

/// The public view, whoever asks.
pub async fn answer_publicly(
    api: &Api,
    caller: &Caller,
    on: impl Into<On<'_>>,
    ticket: Ticket,
) -> ApiResult<Reply> {
    let mut on: On<'_> = on.into();
    let mine = tickets::follows(&mut on, &ticket.id, &caller.account.id).await?.is_some();
    let album = album(on, std::slice::from_ref(&ticket.id)).await?;
    let books = api.books().await?;
    let frame = frame(api, &books, DEFAULT, now());
    Ok(Reply::ok(&public(&frame, &caller.actor, &ticket, mine, &album))?.version(ticket.version))
}

async fn gather(mut on: On<'_>, ticket: Ticket, mine: bool) -> ApiResult<Dossier> {
    let id = &ticket.id;
    let merged = tickets::merged_into(&mut on, id).await?;
    let family: Vec<TicketId> = std::iter::once(id).chain(&merged).cloned().collect();
    let album = album(&mut on, &family).await?;
    let mut verdicts = tickets::verdicts(&mut on, id).await?;
    // The ticket was read first: a verdict that came since belongs to a later version of it.
    verdicts.retain(|(round, _)| *round < i64::from(ticket.rounds) || ticket.outcome.is_some());
    let scores = tickets::scores(&mut on, id, MOST_DUPLICATES).await?;
    let others: Vec<TicketId> = scores.iter().map(|(other, _)| other.clone()).collect();
    let others = lists::rows(&mut on, &others).await?;
    let recheck_due = tickets::recheck_due(&mut on, id).await?;
    let mut history = events::timeline(&mut on, id).await?;
    history.retain(|event| event.seq <= ticket.version);
    Ok(Dossier { ticket, mine, merged, album, verdicts, scores, others, recheck_due, history })
}

/// The pictures of tickets, in two statements.
pub async fn album(on: impl Into<On<'_>>, ids: &[TicketId]) -> ApiResult<Album> {
    let mut on: On<'_> = on.into();
    let uses = tickets::photo_uses(&mut on, ids).await?;
    let mut wanted: Vec<PhotoId> = uses.iter().map(|used| PhotoId::new(used.photo_id.as_str())).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let cards = photos::cards(&mut on, &wanted).await?;
    Ok(Album { uses, cards })
}

/// What the rows of a page show that is not in their columns, in three statements.
pub async fn beside(on: impl Into<On<'_>>, caller: &Caller, rows: &[TicketRow]) -> ApiResult<Beside> {
    let mut on: On<'_> = on.into();
    let covers = covers(&mut on, rows.iter().map(|row| row.id.clone())).await?;
    let persons = persons(&mut on, caller, rows).await?;
    let clocks = clocks(&mut on, rows).await?;
    Ok(Beside { covers, persons, clocks })
}

/// The running clocks of the rows that are being worked on, in one statement.
pub async fn clocks(on: impl Into<On<'_>>, rows: &[TicketRow]) -> ApiResult<BTreeMap<TicketId, Vec<Tick>>> {
    let worked_on = rows.iter().filter(|row| row.due_at.is_some() && row.stage.is_open());
    let worked_on: Vec<&TicketId> = worked_on.map(|row| &row.id).collect();
    match worked_on.is_empty() {
        true => Ok(BTreeMap::new()),
        false => Ok(tickets::ticks(on, worked_on).await?),
    }
}

/// The first picture of each ticket, in one statement.
pub async fn covers(on: impl Into<On<'_>>, ids: impl Iterator<Item = TicketId>) -> ApiResult<Covers> {
    let ids: Vec<TicketId> = ids.collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let uses = tickets::photo_uses(on, &ids).await?;
    let mut covers = BTreeMap::new();
    for PhotoUse { ticket_id, photo_id, .. } in uses.into_iter().filter(|used| used.part == "before") {
        covers.entry(TicketId::from(ticket_id)).or_insert_with(|| PhotoId::from(photo_id));
    }
    Ok(covers)
}

/// Names of the responsible persons, for staff.
pub async fn persons(on: impl Into<On<'_>>, caller: &Caller, rows: &[TicketRow]) -> ApiResult<Persons> {
    let mut ids: Vec<AccountId> = rows.iter().filter_map(|row| row.person.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || !caller.is_staff() {
        return Ok(BTreeMap::new());
    }
    let accounts = people::accounts(on, &ids).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}

/// The ticket that goes on when this one was merged, else itself.
pub async fn going_on(on: impl Into<On<'_>>, mut ticket: Ticket) -> ApiResult<Ticket> {
    let mut on: On<'_> = on.into();
    for _ in 0..MOST_MERGES {
        let State::Merged { into } = &ticket.state else { return Ok(ticket) };
        let next = tickets::get(&mut on, into).await?;
        ticket = next.ok_or_else(|| ApiError::internal(format!("ticket {into} of a merge is missing")))?;
    }
    Ok(ticket)
}
