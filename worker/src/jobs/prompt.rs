//! Ends an 案前提示 whose time ran out: what was not put right by itself becomes a case.

use domain::actor::Actor;
use domain::id::TicketId;
use domain::ticket::action::Action;
use domain::ticket::state::State;
use store::repo::tickets;

use super::{not_before, nothing};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let ticket = tickets::get(&context.stores.pool, id).await?;
    let Some(ticket) = ticket else { return nothing(context).await };
    let (State::Prompted { until }, now) = (&ticket.state, now()) else { return nothing(context).await };
    if *until > now {
        return not_before(context, *until).await;
    }
    let mut tx = context.stores.pool.write().await?;
    context.desk.apply(&mut tx, id, Action::Lapse {}, &Actor::system(), Some(ticket.version), now).await?;
    Ok(Outcome::Done(tx))
}
