//! The decision: a ticket, what is asked, who asks, what the desk looked up, and the time go in; events and jobs come
//! out, or a refusal. It is the only place where `FLOW` and `PERMITS` meet.

mod change;
mod doubts;
mod jobs;
mod marks;
mod needs;
mod next;

use std::collections::BTreeMap;

use super::Ticket;
use super::action::{Action, ActionKind};
use super::event::{By, Change, Class, Event, Opening, Person, Unit};
use super::flow::{self, FLOW, Step};
use super::permit;
use super::refusal::Refusal;
use super::state::State;
use crate::actor::Actor;
use crate::geo::grid::Layer;
use crate::id::{GridCode, PhotoId, TicketId};
use crate::job::{Due, Job};
use crate::time::Moment;

/// What the desk looked up for the action: each field is filled only when the action names such a thing and it exists.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The actor reported or follows the ticket.
    pub mine: bool,
    /// The actor already follows it: following again changes nothing.
    pub follows: bool,
    /// The number to be given on filing; drawn in the same transaction.
    pub number: Option<String>,
    pub class: Option<Class>,
    /// The leading unit that the action names; for `TakeOver` the actor's own unit.
    pub lead: Option<Unit>,
    pub lead_is_external: bool,
    pub assist: Option<Unit>,
    /// The named person, or the leading unit's head; for `TakeOver` the actor.
    pub person: Option<Person>,
    /// Those of the action's pictures that exist, are readable and belong to the actor.
    pub photos: Vec<PhotoId>,
    /// The other ticket, when it exists and is open.
    pub other: Option<TicketId>,
    /// Every grid that the action names exists in the current boundaries, and there is one.
    pub grids_exist: bool,
    /// The grids in which the point of a `ConfirmPlace` lies.
    pub place_grids: BTreeMap<Layer, GridCode>,
    /// The head of the leading unit.
    pub head: Option<Person>,
    /// The leader in charge of the leading unit or of the place (分管领导, 包保领导).
    pub leader: Option<Person>,
    /// For `Escalate`: the next level that has a person (or the level that the command names), 1 to 4, and that person.
    pub superior: Option<(u8, Person)>,
    /// Each existing unit that a `Convene`, a `Rule` (its `parties`) or a `Split` names.
    pub parties: Vec<Unit>,
    /// For `LinkRelapse`: the closed ticket that it names, and the how-manieth return this is, 1 for the first.
    pub relapse: Option<(TicketId, u32)>,
    /// When the latest of the action's pictures was taken, when it is known.
    pub captured_at: Option<Moment>,
}

/// What follows from an action that was allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub event: Event,
    pub jobs: Vec<Due>,
    /// Actions of the machine on other tickets, to be applied in the same transaction.
    pub also: Vec<(TicketId, Action)>,
}

/// Opens a ticket for a report.
pub fn open(id: &TicketId, opening: Opening, actor: &Actor, now: Moment) -> Decision {
    let event = Event {
        seq: 1,
        at: now,
        by: By::from(actor),
        action: None,
        state: State::Received,
        marks: Vec::new(),
        raised: Vec::new(),
        settled: Vec::new(),
        note: None,
        change: Change::Opened(opening),
    };
    Decision {
        event,
        jobs: vec![Due { job: Job::Triage { ticket: id.clone() }, at: None }],
        also: Vec::new(),
    }
}

/// Says what an action does to a ticket, or why not.
pub fn decide(
    ticket: &Ticket,
    action: &Action,
    actor: &Actor,
    known: &Known,
    now: Moment,
) -> Result<Decision, Refusal> {
    let kind = action.kind();
    let step = admit(ticket, kind, actor, known.mine)?;
    needs::check(&needs::Ask { ticket, action, actor, known, now }, step)?;
    let state = next::state(ticket, action, step);
    let event = Event {
        seq: ticket.version + 1,
        at: now,
        by: By::from(actor),
        action: Some(kind),
        marks: marks::marks(ticket, step, &state, known, now),
        raised: doubts::raised(ticket, action),
        settled: doubts::settled(kind, state.stage())
            .into_iter()
            .filter(|k| ticket.attention.iter().any(|a| a.kind() == *k))
            .collect(),
        note: action.reason().filter(|r| !r.is_empty()).map(str::to_owned),
        change: change::change(ticket, action, known, actor, now),
        state,
    };
    let jobs = jobs::jobs(ticket, &event, step);
    Ok(Decision { jobs, also: jobs::also(ticket, action), event })
}

/// The actions that this actor may ask for now: the buttons of the console.
pub fn allowed_actions(ticket: &Ticket, actor: &Actor, mine: bool) -> Vec<ActionKind> {
    FLOW.iter()
        .filter(|step| step.from == ticket.stage())
        .filter(|step| admit(ticket, step.action, actor, mine).is_ok())
        .filter(|step| step.needs.iter().all(|need| needs::stands(*need, ticket, step.action, actor)))
        .map(|step| step.action)
        .collect()
}

fn admit(ticket: &Ticket, action: ActionKind, actor: &Actor, mine: bool) -> Result<&'static Step, Refusal> {
    if !permit::is_role_allowed(action, actor.role) {
        return Err(Refusal::Role { action, role: actor.role });
    }
    if !permit::is_allowed(action, actor, ticket, mine) {
        return Err(Refusal::Reach { action, role: actor.role });
    }
    let stage = ticket.stage();
    let step = flow::find(stage, action).ok_or_else(|| Refusal::State {
        action,
        stage,
        allowed: flow::sources(action),
    })?;
    if judges(action) && worked_on(ticket, actor) {
        return Err(Refusal::OwnWork { action });
    }
    Ok(step)
}

const fn judges(action: ActionKind) -> bool {
    matches!(action, ActionKind::Accept | ActionKind::Rework | ActionKind::Close | ActionKind::Recheck)
}

/// Whether the actor or his unit had a hand in the work, as lead or with a part of a joint operation.
fn worked_on(ticket: &Ticket, actor: &Actor) -> bool {
    let is_own = |unit: &Unit| Some(&unit.code) == actor.department.as_ref();
    ticket.hands.contains(&actor.account)
        || ticket.assignment.as_ref().is_some_and(|a| is_own(&a.lead))
        || ticket.parts.iter().any(|part| part.done_at.is_some() && is_own(&part.unit))
}
