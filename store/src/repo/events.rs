//! What happened: the history of one ticket, and the stream of all changes for live views. It refuses to promise that
//! ids come in the order of commits: two processes may commit the other way round, so a reader goes back a little.

use domain::id::TicketId;
use domain::ticket::action::ActionKind;
use domain::ticket::event::{By, Event};
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::Deserialize;

use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};
use crate::{fetch_all, fetch_scalar_optional, id};

/// How far a live reader goes back to meet events that were committed late: longer than any transaction of ours takes.
pub const OVERLAP_MS: i64 = 5_000;

/// One change for live views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// Its id, the cursor of the stream.
    pub id: String,
    /// The ticket.
    pub ticket: TicketId,
    /// Its state after the change.
    pub stage: Stage,
    /// What was done; `None` for the report that opened it.
    pub action: Option<ActionKind>,
    /// Who did it.
    pub by: By,
    /// When.
    pub at: Moment,
}

/// The whole history of a ticket, oldest first.
pub async fn timeline(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<Event>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String,),
        "select body from ticket_event where ticket_id = $1 order by seq",
        ticket.as_str()
    )?;
    rows.iter().map(|(body,)| super::tickets::parse("ticket_event", "body", ticket.as_str(), body)).collect()
}

/// Up to `limit` changes after a cursor, in the order of their ids; without one from the very first.
pub async fn after(on: impl Into<On<'_>>, cursor: Option<&str>, limit: u32) -> Result<Vec<LiveEvent>> {
    type Columns = (String, String, String, Option<String>, i64, String);
    /// The part of an event that says who did it.
    #[derive(Deserialize)]
    struct Signed {
        by: By,
    }
    let mut text = SqlText::new("select id, ticket_id, stage, action, at, body from ticket_event");
    text.filter(" where id > ", cursor).push(" order by id limit ").bind(limit);
    let rows: Vec<Columns> = fetch_all_dyn(on, &text).await?;
    let read = |(id, ticket, stage, action, at, body): Columns| {
        let corrupt = |column| StoreError::corrupt("ticket_event", column, &id);
        let signed: Signed = super::tickets::parse("ticket_event", "body", &id, &body)?;
        Ok(LiveEvent {
            stage: stage.parse().map_err(|_| corrupt("stage"))?,
            action: action.as_deref().map(str::parse).transpose().map_err(|_| corrupt("action"))?,
            ticket: ticket.into(),
            by: signed.by,
            at: Moment::from_ms(at),
            id,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The cursor of the newest change.
pub async fn newest(on: impl Into<On<'_>>) -> Result<Option<String>> {
    let mut on: On<'_> = on.into();
    fetch_scalar_optional!(on, String, "select id from ticket_event order by id desc limit 1")
}

/// The cursor from which a reader that has seen `cursor` reads again, dropping what it has sent already; `None` when it is
/// no cursor of ours.
pub fn step_back(cursor: &str) -> Option<String> {
    id::time_of(cursor).map(|at| id::floor(at.plus_ms(-OVERLAP_MS)))
}
