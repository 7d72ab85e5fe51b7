//! What automatic decisions rested on, kept beside the ticket for whoever asks why. It keeps the newest few of each
//! subject and no document beyond a bound; a document that this version can't read counts as absent.

use domain::explain::{Decision, Ground};
use domain::id::TicketId;
use domain::proof::Verdict;
use domain::time::Moment;

use super::tickets::{parse, write};
use crate::sql::{On, Result, Tx};
use crate::{execute, fetch_all, fetch_scalar_optional};

/// Decisions kept of each subject.
const KEPT: i64 = 5;
/// The most bytes of one document; a longer one is not kept.
const MOST_BYTES: usize = 64 * 1024;

/// Keeps what a decision rested on.
pub async fn save(tx: &mut Tx, ticket: &TicketId, ground: &Ground, at: Moment) -> Result<()> {
    let (subject, body) = (ground.subject().to_string(), write(ground)?);
    if body.len() > MOST_BYTES {
        tracing::warn!(ticket.id = %ticket, ground.subject = subject, ground.bytes = body.len(), "a ground is too long to be kept");
        return Ok(());
    }
    execute!(
        &mut *tx,
        "insert into ground (ticket_id, subject, at, body) values ($1, $2, $3, $4) \
         on conflict (ticket_id, subject, at) do update set body = excluded.body",
        ticket.as_str(),
        subject.as_str(),
        at.ms(),
        body,
    )?;
    execute!(
        tx,
        "delete from ground where ticket_id = $1 and subject = $2 and at < (select min(at) from \
         (select at from ground where ticket_id = $1 and subject = $2 order by at desc limit $3) as kept)",
        ticket.as_str(),
        subject.as_str(),
        KEPT,
    )?;
    Ok(())
}

/// What is kept of a ticket's decisions, oldest first.
pub async fn of(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<Decision>> {
    let rows = fetch_all!(
        on.into(),
        (i64, String),
        "select at, body from ground where ticket_id = $1 order by at, subject",
        ticket.as_str(),
    )?;
    let decision = |(at, body): (i64, String)| {
        Some(Decision { at: Moment::from_ms(at), ground: serde_json::from_str(&body).ok()? })
    };
    Ok(rows.into_iter().filter_map(decision).collect())
}

/// The verdicts on a ticket's fixes with their round and time, oldest first.
pub async fn verdicts(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<(i64, Verdict, Moment)>> {
    let rows = fetch_all!(
        on.into(),
        (i64, String, i64),
        "select round, body, judged_at from verdict where ticket_id = $1 order by round",
        ticket.as_str(),
    )?;
    let verdict = |(round, body, at): (i64, String, i64)| {
        Ok((round, parse("verdict", "body", ticket.as_str(), &body)?, Moment::from_ms(at)))
    };
    rows.into_iter().map(verdict).collect()
}

/// The ticket with this number or id.
pub async fn find(on: impl Into<On<'_>>, name: &str) -> Result<Option<TicketId>> {
    let id = fetch_scalar_optional!(
        on.into(),
        String,
        "select id from ticket where number = $1 or id = $1 order by id limit 1",
        name,
    )?;
    Ok(id.map(TicketId::from))
}

/// The ids of tickets opened since a moment, a page of them in their order behind `after`.
pub async fn page(on: impl Into<On<'_>>, since: Moment, after: &str, limit: i64) -> Result<Vec<TicketId>> {
    let rows = fetch_all!(
        on.into(),
        (String,),
        "select id from ticket where id > $1 and opened_at >= $2 order by id limit $3",
        after,
        since.ms(),
        limit,
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
