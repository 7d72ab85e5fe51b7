//! Sees that every filed case has somebody (补位): one that nobody took within the set working minutes is put before the
//! desk and handed to the fall-back unit, and looked at again until somebody has it.

use domain::actor::Actor;
use domain::id::TicketId;
use domain::job::{Audience, Job};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::attention::{Attention, AttentionKind};
use domain::ticket::event::Event;
use domain::ticket::state::Stage;
use domain::time::{MINUTE_MS, Moment};
use store::desk::DeskError;
use store::repo::people::Footing;
use store::repo::{events, tickets};

use super::triage::units::{fallback, order};
use super::{enqueue, not_before, nothing};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// How often a case is looked at that even the fall-back unit could not be given.
const LOOK_MS: i64 = 30 * MINUTE_MS;

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let Some(ticket) = tickets::get(pool, id).await?.filter(|ticket| ticket.stage() == Stage::Filed) else {
        return nothing(context).await;
    };
    let (now, books) = (now(), context.desk.books.get(pool).await?);
    let since = vacant_since(&events::timeline(pool, id).await?).unwrap_or(ticket.updated_at);
    let left = i64::from(books.config.gap.minutes) * MINUTE_MS - books.calendar.worked_ms(since, now);
    if left > 0 {
        return not_before(context, now.plus_ms(left.max(MINUTE_MS))).await;
    }
    let Some(class) = &ticket.class else { return nothing(context).await };
    let mut tx = pool.write().await?;
    let footing = Footing::of(&ticket, now);
    let named = fallback(&mut tx, &books, class, &footing).await?.map(|(_, unit)| unit);
    let unit = named.unwrap_or_else(|| books.config.gap.unit.clone());
    let system = Actor::system();
    if !ticket.attention.iter().any(|doubt| doubt.kind() == AttentionKind::Gap) {
        let flagged = context.desk.apply(&mut tx, id, alarm(&ticket, since), &system, None, now).await?;
        let tell = Job::Notify { ticket: id.clone(), seq: flagged.version, audience: Audience::Desk };
        enqueue(&mut tx, &tell, now).await?;
    }
    let reason = format!("补位：立案后 {} 个工作分钟无人接办，由兜底单位先行负责", books.config.gap.minutes);
    let action = order(&books, class, unit, None, reason);
    match context.desk.apply(&mut tx, id, action, &system, None, now).await {
        Ok(_) => Ok(Outcome::Done(tx)),
        Err(DeskError::Refused(_)) => Ok(Outcome::Later(tx, now.plus_ms(LOOK_MS))),
        Err(error) => Err(error.into()),
    }
}

/// The doubt, with what kept the case from being handed out.
fn alarm(ticket: &Ticket, since: Moment) -> Action {
    let mut reasons = vec![format!("自 {} 起没有责任单位", since.short())];
    reasons.extend(ticket.attention.iter().map(Attention::sentence));
    Action::Flag { attention: vec![Attention::Gap { reasons }] }
}

/// When the case came last to where it waits.
fn vacant_since(history: &[Event]) -> Option<Moment> {
    let waits = |event: &&Event| event.state.stage() == Stage::Filed;
    history.iter().rev().take_while(waits).last().map(|event| event.at)
}
