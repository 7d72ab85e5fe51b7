//! What must come with an action. Each need has two halves: what hangs on the ticket and the asker alone (it decides whether
//! there is a button) and what the request itself must bring. It refuses to decide where the ticket goes.

use std::collections::BTreeSet;

use super::super::Ticket;
use super::super::action::{Action, ActionKind};
use super::super::attention::AttentionKind;
use super::super::event::{ClosePolicy, GivenPoint, Milestone, PartAsked, Source, Unit};
use super::super::flow::Step;
use super::super::refusal::{Need, Refusal};
use super::super::state::State;
use super::Known;
use crate::actor::{Actor, Role};
use crate::geo::datum::{Wgs84, distance_m, to_wgs84};
use crate::id::DepartmentCode;
use crate::time::{DAY_MS, Moment};

/// How long 挂账 may last at most, and how far a plan may reach.
const YEAR_MS: i64 = 366 * DAY_MS;
/// How long an 案前提示 may last at most.
const LONGEST_PROMPT_MS: i64 = 30 * DAY_MS;
/// The highest level of 逐级上报.
const TOP_LEVEL: u8 = 4;
/// The most milestones that a plan may have.
const MOST_STONES: usize = 20;
/// How far from the ticket's place, in metres and beside both accuracies, one is still on the spot.
const ON_SITE_M: f64 = 200.0;
/// The accuracy of a given point of which nothing is said, metres.
pub(super) const USUAL_ACCURACY_M: f64 = 50.0;

/// A request with all that it is judged by.
pub(super) struct Ask<'a> {
    pub ticket: &'a Ticket,
    pub action: &'a Action,
    pub actor: &'a Actor,
    pub known: &'a Known,
    pub now: Moment,
}

/// Refuses a request that lacks something.
pub(super) fn check(ask: &Ask<'_>, step: &Step) -> Result<(), Refusal> {
    let missing = |need| Refusal::Missing { action: step.action, need };
    // 一元化指挥 overrides anything, but never without saying why.
    if ask.actor.role == Role::Command && ask.action.reason().is_none_or(|r| r.trim().is_empty()) {
        return Err(missing(Need::Reason));
    }
    let lacking = step
        .needs
        .iter()
        .find(|need| !stands(**need, ask.ticket, step.action, ask.actor) || !brings(**need, ask));
    lacking.map_or(Ok(()), |need| Err(missing(*need)))
}

/// Whether the ticket and the asker's role leave a need to be met; true for needs that only the request can meet.
pub(super) fn stands(need: Need, ticket: &Ticket, action: ActionKind, actor: &Actor) -> bool {
    let own = actor.department.as_ref();
    let orders = matches!(actor.role, Role::Dispatcher | Role::Command);
    match need {
        Need::PendingRequest => {
            ticket.pending.is_some() == matches!(action, ActionKind::Grant | ActionKind::Deny)
        }
        Need::Side => signature_fits(ticket, actor),
        Need::SuspectedTwin => ticket.attention.iter().any(|a| a.kind() == AttentionKind::Duplicate),
        Need::RelapseLink => ticket.relapse_of.is_some(),
        Need::Unlinked => ticket.relapse_of.is_none() || ticket.relapse_nth == 0,
        Need::NotPrompted => !ticket.lapsed,
        Need::NotRuled => ticket.assignment.as_ref().is_none_or(|a| a.parties.is_empty()),
        Need::Patch => !matches!(actor.role, Role::Handler | Role::UnitHead) || ticket.source.is_patch(),
        Need::OtherLead => ticket.assignment.as_ref().map(|a| &a.lead.code) != own,
        Need::OrderRight => orders || !ticket.assignment.as_ref().is_some_and(|a| a.red),
        Need::Superior => actor.role == Role::Command || level_of(ticket) < TOP_LEVEL,
        Need::Meeting => awaits(ticket, own),
        Need::Present => ticket.meeting.as_ref().is_none_or(|meeting| {
            let came = |unit: &Unit| meeting.present.iter().any(|(code, _)| *code == unit.code);
            !meeting.on_site || meeting.parties.iter().all(came)
        }),
        Need::OpenPart => {
            ticket.parts.iter().any(|part| part.done_at.is_none() && Some(&part.unit.code) == own)
        }
        Need::PartsDone => ticket.parts.iter().all(|part| part.done_at.is_some()),
        Need::OpenMilestone => {
            ticket.plan.as_ref().is_some_and(|plan| plan.milestones.iter().any(|s| s.reached_at.is_none()))
        }
        Need::ReplyOwed => {
            let formal = [Source::Assigned, Source::Proposal, Source::Media, Source::Petition];
            ticket.origin.reply_due.is_some() || formal.contains(&ticket.source)
        }
        _ => true,
    }
}

/// Whether the request brings what a need asks of it; true for needs that hang on the ticket alone.
fn brings(need: Need, ask: &Ask<'_>) -> bool {
    let Ask { ticket, action, actor, known, now } = *ask;
    let says = |text: Option<&str>| text.is_some_and(|t| !t.trim().is_empty());
    match need {
        Need::Reason => actor.role == Role::System || says(action.reason()),
        Need::Text => says(action.reason()),
        Need::Photos => photos_fit(ask),
        Need::Grids => grids_fit(ask),
        Need::Standard => known.class.is_some() && (known.number.is_some() || ticket.number.is_some()),
        Need::Lead => known.lead.is_some() && (action.units().1.is_none() || known.assist.is_some()),
        Need::Person => known.person.is_some(),
        Need::Task => matches!(action, Action::Dispatch { task, .. } if says(Some(task))),
        Need::Duty => matches!(action, Action::Dispatch { duty, .. } if says(Some(duty))),
        Need::OtherUnit => known.lead.as_ref().is_some_and(|u| Some(&u.code) != actor.department.as_ref()),
        Need::ExternalUnit => known.lead.is_some() && known.lead_is_external,
        Need::OtherTicket => known.other.as_ref().is_some_and(|other| *other != ticket.id),
        Need::FutureTime => match action {
            Action::RequestSuspension { until, .. } => within(*until, now, YEAR_MS),
            Action::Prompt { until, .. } => within(*until, now, LONGEST_PROMPT_MS),
            _ => false,
        },
        Need::FittingLimit => matches!(action, Action::RequestExtension { by, .. }
            if ticket.assignment.as_ref().is_some_and(|a| a.limit.compatible(*by))),
        Need::Stars => matches!(action, Action::Rate { stars, .. } if (1..=5).contains(stars)),
        Need::NextLevel => {
            actor.role == Role::Command || !matches!(action, Action::Escalate { to_level: Some(_), .. })
        }
        Need::Superior => superior_fits(ask),
        Need::Parties => matches!(action, Action::Convene { parties, .. }
            if parties.iter().collect::<BTreeSet<_>>().len() >= 2 && parties.iter().all(|p| is_known(p, known))),
        Need::OnSite => matches!(action, Action::CheckIn { point, .. } if at_place(ticket, point).is_some()),
        Need::ThreeParties => at_the_table(ticket, known, actor).len() >= 3,
        Need::Parts => matches!(action, Action::Split { parts, .. } if parts_fit(parts, known)),
        Need::Milestones => matches!(action, Action::Plan { milestones, .. } if stones_fit(milestones, now)),
        Need::OpenMilestone => {
            matches!((action, &ticket.plan), (Action::ReachMilestone { position, .. }, Some(plan))
            if plan.milestones.get(*position as usize).is_some_and(|stone| stone.reached_at.is_none()))
        }
        Need::OrderRight => {
            let red = matches!(action, Action::Dispatch { red: true, .. });
            !red || matches!(actor.role, Role::Dispatcher | Role::Command)
        }
        Need::Head => !super::change::is_red(ticket, action) || known.head.is_some(),
        Need::ClosedTicket => {
            matches!((action, &known.relapse), (Action::LinkRelapse { to, .. }, Some((id, nth)))
            if id == to && *id != ticket.id && *nth > 0 && ticket.relapse_of.as_ref().is_none_or(|of| of == id))
        }
        Need::Confidence => {
            matches!(action, Action::CheckFrame { confidence, .. } if (0.0..=1.0).contains(confidence))
        }
        _ => true,
    }
}

fn within(moment: Moment, now: Moment, longest_ms: i64) -> bool {
    moment > now && moment.since(now) <= longest_ms
}

/// Every named picture must be usable, and there must be one; the machine may look again without keeping a picture.
fn photos_fit(ask: &Ask<'_>) -> bool {
    let named = ask.action.photos();
    let optional = ask.actor.role == Role::System && ask.action.kind() == ActionKind::CheckFrame;
    (optional || !named.is_empty()) && named.iter().all(|p| ask.known.photos.contains(p))
}

/// Named grids must exist; a point alone must be a position inside some grid.
fn grids_fit(ask: &Ask<'_>) -> bool {
    let Action::ConfirmPlace { grids, point, .. } = ask.action else { return false };
    match point {
        Some(point) if position(point).is_none() => false,
        Some(_) if grids.is_empty() => !ask.known.place_grids.is_empty(),
        _ => ask.known.grids_exist,
    }
}

fn signature_fits(ticket: &Ticket, actor: &Actor) -> bool {
    match ticket.class.as_ref().map(|c| c.policy) {
        Some(ClosePolicy::Inspector) => {
            actor.side.is_some()
                && !ticket.signatures.iter().any(|s| s.side == actor.side || s.account == actor.account)
        }
        Some(ClosePolicy::Auto) | None => true,
    }
}

/// The level that the ticket was reported up to last, 0 for none.
fn level_of(ticket: &Ticket) -> u8 {
    ticket.escalations.last().map_or(0, |e| e.level)
}

/// The level looked up must be above the last one, and the one that was named, when the command named one.
fn superior_fits(ask: &Ask<'_>) -> bool {
    let (Action::Escalate { to_level, .. }, Some((level, _))) = (ask.action, &ask.known.superior) else {
        return false;
    };
    let fits = to_level.map_or(*level > level_of(ask.ticket), |named| named == *level);
    fits && (1..=TOP_LEVEL).contains(level)
}

fn is_known(code: &DepartmentCode, known: &Known) -> bool {
    known.parties.iter().any(|unit| unit.code == *code)
}

/// Whether the unit is called to the spot and hasn't come yet.
fn awaits(ticket: &Ticket, own: Option<&DepartmentCode>) -> bool {
    ticket.meeting.as_ref().is_some_and(|meeting| {
        meeting.on_site
            && meeting.parties.iter().any(|unit| Some(&unit.code) == own)
            && !meeting.present.iter().any(|(code, _)| Some(code) == own)
    })
}

/// The units that settle a dispute: who has it, whose it should be, who was called or is named, and the arbiter's own.
pub(super) fn at_the_table(ticket: &Ticket, known: &Known, actor: &Actor) -> BTreeSet<DepartmentCode> {
    let mut units = BTreeSet::new();
    if let State::Disputed { by, proposed, .. } = &ticket.state {
        units.extend([by.clone(), proposed.clone()]);
    }
    let called = ticket.meeting.iter().flat_map(|meeting| &meeting.parties);
    units.extend(known.parties.iter().chain(called).map(|unit| unit.code.clone()));
    units.extend(actor.department.clone());
    units
}

fn parts_fit(parts: &[PartAsked], known: &Known) -> bool {
    let units: BTreeSet<_> = parts.iter().map(|part| &part.unit).collect();
    !parts.is_empty()
        && units.len() == parts.len()
        && parts.iter().all(|part| is_known(&part.unit, known) && !part.task.trim().is_empty())
}

fn stones_fit(stones: &[Milestone], now: Moment) -> bool {
    (1..=MOST_STONES).contains(&stones.len())
        && stones.iter().all(|s| !s.name.trim().is_empty() && within(s.due_at, now, YEAR_MS))
        && stones.windows(2).all(|pair| pair[0].due_at < pair[1].due_at)
}

/// A given point as a position and its accuracy in metres; `None` when it is none.
pub(super) fn position(point: &GivenPoint) -> Option<(Wgs84, f64)> {
    let accuracy = point.accuracy.unwrap_or(USUAL_ACCURACY_M);
    let at = to_wgs84(point.coord_type, point.longitude, point.latitude)?;
    (accuracy.is_finite() && accuracy >= 0.0).then_some((at, accuracy))
}

/// Where somebody stands and how far from the ticket's place (`None` when it has none), when that is on the spot. A vague
/// point proves nothing: of its own accuracy no more than [`ON_SITE_M`] is allowed for.
pub(super) fn at_place(ticket: &Ticket, point: &GivenPoint) -> Option<(Wgs84, Option<f64>)> {
    let (at, accuracy) = position(point)?;
    let Some(place) = ticket.place else { return Some((at, None)) };
    let distance = distance_m(at, place.at);
    let near = distance <= ON_SITE_M + accuracy.min(ON_SITE_M) + place.accuracy_m.max(0.0);
    near.then_some((at, Some(distance)))
}
