//! Climbs the ladder of 督办 of one ticket, and calls to mind what is owed beside its clock: the assisting unit's word, a
//! plan's milestones, a formal reply. It looks at the ticket anew each time, so that nothing has to tell it of changes.

use domain::act::{Act, ActKind, ActState};
use domain::actor::Actor;
use domain::clock::calendar::Calendar;
use domain::clock::reckon::{ClockState, Reckoning, reckon};
use domain::id::{DepartmentCode, TicketId};
use domain::ladder::{Facts, Issued, Next, TicketLadder, When, after_working, next};
use domain::ticket::Ticket;
use domain::ticket::action::{Action, SupervisionLevel};
use domain::ticket::event::By;
use domain::ticket::state::Stage;
use domain::time::{DAY_MS, MINUTE_MS, Moment};
use store::Tx;
use store::repo::acts::{self, NewAct};
use store::repo::tickets;

use super::{not_before, nothing};
use crate::letter::subject;
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// How often a standing clock is looked at.
const STANDING_LOOK_MS: i64 = 30 * MINUTE_MS;
/// How often a ticket is looked at that expects nothing.
const IDLE_LOOK_MS: i64 = DAY_MS;

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let Some(ticket) = tickets::get(pool, id).await?.filter(|ticket| ticket.stage().is_owned()) else {
        return nothing(context).await;
    };
    let books = context.desk.books.get(pool).await?;
    let (now, ladder) = (now(), &books.config.ticket_ladder);
    let acts = acts::of_ticket(pool, id).await?;
    let (owed, later): (Vec<Owed>, Vec<Owed>) =
        owed(&ticket, ladder, &books.calendar, &acts).into_iter().partition(|owed| owed.at <= now);
    let clock = reckon(&ticket.ticks, &books.calendar, now);
    let facts = facts(&ticket, &clock, &acts);
    let climbs = clock.state == ClockState::Running;
    let next = if climbs {
        next(ladder, &facts, &books.calendar, now)
    } else {
        Next::Wait(now.plus_ms(STANDING_LOOK_MS))
    };
    let rung = match next {
        Next::Issue(rung, when) => Some((rung.act, why(when, &ticket, &clock))),
        _ => None,
    };
    if owed.is_empty() && rung.is_none() {
        let soonest = later.iter().map(|owed| owed.at).min();
        return match next {
            Next::Done if soonest.is_none() => nothing(context).await,
            Next::Wait(until) => not_before(context, soonest.map_or(until, |at| at.min(until))).await,
            _ => {
                not_before(
                    context,
                    soonest.unwrap_or(now.plus_ms(IDLE_LOOK_MS)).min(now.plus_ms(IDLE_LOOK_MS)),
                )
                .await
            }
        };
    }
    let mut tx = pool.write().await?;
    for owed in &owed {
        remind(&mut tx, id, owed, now).await?;
    }
    if let Some((level, text)) = rung {
        let action = Action::Supervise { level, text };
        context.desk.apply(&mut tx, id, action, &Actor::system(), Some(ticket.version), now).await?;
    }
    Ok(Outcome::Later(tx, now.plus_ms(MINUTE_MS)))
}

/// What the ladder looks at: the rungs since the present unit got the ticket.
fn facts(ticket: &Ticket, clock: &Reckoning, acts: &[Act]) -> Facts {
    let dispatched_at = clock.started_at.unwrap_or(ticket.updated_at);
    let rung = |act: &Act| -> Option<Issued> {
        let level: SupervisionLevel = act.kind.level().filter(|_| act.slot.starts_with("supervise:"))?;
        let fresh = act.created_at >= dispatched_at && act.state != ActState::Revoked;
        fresh.then_some(Issued { level, at: act.created_at, effect: act.effect_at.is_some() })
    };
    Facts {
        dispatched_at,
        started: ticket.stage() != Stage::Dispatched,
        late_at: clock.late_since.or(clock.due_at),
        issued: acts.iter().filter_map(rung).collect(),
    }
}

/// The sentence of a rung.
fn why(when: When, ticket: &Ticket, clock: &Reckoning) -> String {
    let what = subject(ticket);
    match (when, clock.due_at) {
        (When::NotStarted, _) => format!("{what}派单后未签收，请立即处置"),
        (When::Overdue, Some(due)) => format!("{what}已于 {} 超时，请立即处置", due.short()),
        (When::Overdue, None) => format!("{what}已超时，请立即处置"),
        (When::NotEffective, _) => format!("{what}经督办仍未见行动"),
    }
}

/// Something owed beside the clock, and since when it is overdue.
struct Owed {
    slot: String,
    unit: DepartmentCode,
    words: String,
    at: Moment,
}

/// Everything owed that was not called to mind yet.
fn owed(ticket: &Ticket, ladder: &TicketLadder, calendar: &Calendar, acts: &[Act]) -> Vec<Owed> {
    let Some(assignment) = &ticket.assignment else { return Vec::new() };
    let (id, what, lead) = (&ticket.id, subject(ticket), &assignment.lead.code);
    let mut list = Vec::new();
    let since = ticket.ticks.first().map_or(ticket.updated_at, |tick| tick.at);
    if let Some(unit) = assignment.assist.as_ref().filter(|_| ticket.assist_acknowledged.is_none()) {
        list.push(Owed {
            slot: format!("assist:{id}:{}", since.ms()),
            unit: unit.code.clone(),
            words: format!("{what}协办未签收，请及时协助"),
            at: after_working(calendar, since, ladder.assist_minutes),
        });
    }
    let stones = ticket.plan.iter().flat_map(|plan| plan.milestones.iter().enumerate());
    list.extend(stones.filter(|(_, stone)| stone.reached_at.is_none()).map(|(position, stone)| Owed {
        slot: format!("milestone:{id}:{position}:{}", stone.due_at.ms()),
        unit: lead.clone(),
        words: format!("{what}整改节点“{}”已过期未完成", stone.name),
        at: stone.due_at,
    }));
    if let Some(due) = ticket.origin.reply_due.filter(|_| ticket.replied_at.is_none()) {
        list.push(Owed {
            slot: format!("reply:{id}:{}", due.ms()),
            unit: lead.clone(),
            words: format!("{what}正式答复已逾期"),
            at: due,
        });
    }
    list.retain(|owed| acts.iter().all(|act| act.slot != owed.slot));
    list
}

async fn remind(tx: &mut Tx, ticket: &TicketId, owed: &Owed, now: Moment) -> Result<(), JobError> {
    let new = NewAct {
        kind: ActKind::Reminder,
        ticket: Some(ticket.clone()),
        unit: Some(owed.unit.clone()),
        person: None,
        parent: None,
        words: owed.words.clone(),
        by: By::from(&Actor::system()),
        due_at: None,
        state: ActState::Open,
        slot: owed.slot.clone(),
        body: serde_json::json!({}),
    };
    if acts::issue(tx, &new, now).await?.is_some() {
        acts::tell(tx, &new, now).await?;
    }
    Ok(())
}
