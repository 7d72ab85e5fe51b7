//! What an event of a ticket writes beside the ticket itself: roll-ups, acts, points, answers, subscribers' deliveries. Each room
//! takes the same turn and writes its own rows in the desk's transaction. It refuses to change a ticket.

use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::event::Event;

use crate::repo::district::Books;
use crate::repo::{acts, answers, points, subscriptions, tally};
use crate::sql::{Result, Tx};

/// One event: the ticket before and after it, and what the roll-ups need of its clock.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The ticket before the event and its `late_at` then, epoch milliseconds; `None` when the event opened it.
    pub before: Option<(&'a Ticket, Option<i64>)>,
    /// The ticket after it.
    pub after: &'a Ticket,
    /// When it got, or will get, late if nothing changes; epoch milliseconds.
    pub late_at: Option<i64>,
    /// What happened; its `at` is now.
    pub event: &'a Event,
    /// What was asked for; `None` for the report that opened it.
    pub action: Option<&'a Action>,
    /// The district's books.
    pub books: &'a Books,
}

/// Has every room take its turn.
pub(crate) async fn play(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    tally::note(tx, turn).await?;
    acts::note(tx, turn).await?;
    points::note(tx, turn).await?;
    answers::note(tx, turn).await?;
    subscriptions::note(tx, turn).await
}
