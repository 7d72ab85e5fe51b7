//! The decision: a ticket, what is asked, who asks, what the desk looked up, and the time go in; events and jobs come
//! out, or a refusal. It is the only place where `FLOW` and `PERMITS` meet.

use super::Ticket;
use super::action::{Action, ActionKind};
use super::attention::{Attention, AttentionKind};
use super::event::{
    Assignment, By, Change, Class, ClosePolicy, Event, Fix, Opening, Person, Request, Signature, Unit,
};
use super::flow::{self, Effect, FLOW, Start, Step};
use super::permit;
use super::refusal::{Need, Refusal};
use super::state::{Stage, State};
use crate::actor::{Actor, Role};
use crate::clock::reckon::{Mark, PauseReason};
use crate::id::{PhotoId, TicketId};
use crate::job::{Audience, Due, Job};
use crate::proof::Outcome;
use crate::time::{DAY_MS, Moment};

/// How long 挂账 may last at most.
const LONGEST_SUSPENSION_MS: i64 = 366 * DAY_MS;

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
    pub lead: Option<Unit>,
    pub lead_is_external: bool,
    pub assist: Option<Unit>,
    /// The named person, or the leading unit's head.
    pub person: Option<Person>,
    /// Those of the action's pictures that exist, are readable and belong to the actor.
    pub photos: Vec<PhotoId>,
    /// The other ticket, when it exists and is open.
    pub other: Option<TicketId>,
    /// Every grid that the action names exists in the current boundaries.
    pub grids_exist: bool,
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
    check_needs(ticket, action, actor, known, step, now)?;
    let state = next_state(ticket, action, step);
    let event = Event {
        seq: ticket.version + 1,
        at: now,
        by: By::from(actor),
        action: Some(kind),
        marks: marks(ticket, step, &state, known),
        raised: raised(action),
        settled: settled(kind)
            .into_iter()
            .filter(|k| ticket.attention.iter().any(|a| a.kind() == *k))
            .collect(),
        note: action.reason().filter(|r| !r.is_empty()).map(str::to_owned),
        change: change(ticket, action, known, actor),
        state,
    };
    let jobs = jobs(ticket, &event, step);
    Ok(Decision { jobs, also: also(ticket, action), event })
}

/// The actions that this actor may ask for now: the buttons of the console.
pub fn allowed_actions(ticket: &Ticket, actor: &Actor, mine: bool) -> Vec<ActionKind> {
    FLOW.iter()
        .filter(|step| step.from == ticket.stage())
        .filter(|step| admit(ticket, step.action, actor, mine).is_ok())
        .filter(|step| {
            step.needs.iter().all(|need| stands(*need, ticket, step.action, actor).unwrap_or(true))
        })
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

fn worked_on(ticket: &Ticket, actor: &Actor) -> bool {
    let unit = ticket.assignment.as_ref().map(|a| &a.lead.code);
    ticket.hands.contains(&actor.account) || (unit.is_some() && unit == actor.department.as_ref())
}

/// Whether a need that hangs on the ticket alone is met; `None` for needs that the request itself must meet.
fn stands(need: Need, ticket: &Ticket, action: ActionKind, actor: &Actor) -> Option<bool> {
    match need {
        Need::PendingRequest => Some(pending_fits(ticket, action)),
        Need::Side => Some(signature_fits(ticket, actor)),
        Need::SuspectedTwin => Some(ticket.attention.iter().any(|a| a.kind() == AttentionKind::Duplicate)),
        Need::RelapseLink => Some(ticket.relapse_of.is_some()),
        _ => None,
    }
}

fn pending_fits(ticket: &Ticket, action: ActionKind) -> bool {
    let answers = matches!(action, ActionKind::Grant | ActionKind::Deny);
    ticket.pending.is_some() == answers
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

fn check_needs(
    ticket: &Ticket,
    action: &Action,
    actor: &Actor,
    known: &Known,
    step: &Step,
    now: Moment,
) -> Result<(), Refusal> {
    for need in step.needs {
        let met = match need {
            Need::Reason => {
                actor.role == Role::System || action.reason().is_some_and(|r| !r.trim().is_empty())
            }
            Need::Photos => {
                let named = action.photos();
                !named.is_empty() && named.iter().all(|p| known.photos.contains(p))
            }
            Need::Grids => known.grids_exist,
            Need::Standard => known.class.is_some() && (known.number.is_some() || ticket.number.is_some()),
            Need::Lead => {
                let (_, assist) = action.units();
                known.lead.is_some() && (assist.is_none() || known.assist.is_some())
            }
            Need::Person => known.person.is_some(),
            Need::Task => matches!(action, Action::Dispatch { task, .. } if !task.trim().is_empty()),
            Need::Duty => matches!(action, Action::Dispatch { duty, .. } if !duty.trim().is_empty()),
            Need::OtherUnit => {
                known.lead.as_ref().is_some_and(|unit| Some(&unit.code) != actor.department.as_ref())
            }
            Need::ExternalUnit => known.lead.is_some() && known.lead_is_external,
            Need::OtherTicket => known.other.as_ref().is_some_and(|other| *other != ticket.id),
            Need::FutureTime => matches!(action, Action::RequestSuspension { until, .. }
                if *until > now && until.since(now) <= LONGEST_SUSPENSION_MS),
            Need::FittingLimit => matches!(action, Action::RequestExtension { by, .. }
                if ticket.assignment.as_ref().is_some_and(|a| a.limit.compatible(*by))),
            Need::Stars => matches!(action, Action::Rate { stars, .. } if (1..=5).contains(stars)),
            Need::PendingRequest | Need::Side | Need::SuspectedTwin | Need::RelapseLink => {
                stands(*need, ticket, step.action, actor).unwrap_or(true)
            }
        };
        if !met {
            return Err(Refusal::Missing { action: step.action, need: *need });
        }
    }
    Ok(())
}

fn next_state(ticket: &Ticket, action: &Action, step: &Step) -> State {
    let back_to_work = || if ticket.assignment.is_some() { State::Handling } else { State::Filed };
    match action {
        Action::Return { proposed, reason } => State::Disputed {
            by: ticket.assignment.as_ref().map_or_else(|| proposed.clone(), |a| a.lead.code.clone()),
            proposed: proposed.clone(),
            reason: reason.clone(),
        },
        Action::Decline { reason } => State::Declined { reason: reason.clone() },
        Action::Merge { into, .. } => State::Merged { into: into.clone() },
        Action::Grant { reason } => match &ticket.pending {
            Some(Request::Suspension { until }) => State::Suspended { until: *until, reason: reason.clone() },
            _ => ticket.state.clone(),
        },
        Action::SubmitFix { .. } | Action::HandleOnSpot { .. } => State::Fixed { round: ticket.rounds + 1 },
        Action::Judge { verdict } => match (verdict.outcome, ticket.class.as_ref().map(|c| c.policy)) {
            (Outcome::Fail, _) => back_to_work(),
            (Outcome::Pass, Some(ClosePolicy::Auto)) => State::Accepted,
            (Outcome::Pass | Outcome::Doubt, _) => ticket.state.clone(),
        },
        Action::Accept { .. } => match ticket.class.as_ref().map(|c| c.policy) {
            Some(ClosePolicy::Inspector) if ticket.signatures.is_empty() => ticket.state.clone(),
            _ => State::Accepted,
        },
        Action::Rework { .. } => back_to_work(),
        Action::Reopen { .. } if ticket.stage() == Stage::Declined => State::Received,
        Action::Reopen { .. } => back_to_work(),
        _ => plain(step.to.first().copied().unwrap_or(step.from), ticket),
    }
}

/// A state without data of its own; one that has data stays as it is.
fn plain(stage: Stage, ticket: &Ticket) -> State {
    match stage {
        Stage::Received => State::Received,
        Stage::Verifying => State::Verifying,
        Stage::Filed => State::Filed,
        Stage::Dispatched => State::Dispatched,
        Stage::Handling => State::Handling,
        Stage::Accepted => State::Accepted,
        Stage::Closed => State::Closed,
        Stage::Withdrawn => State::Withdrawn,
        Stage::Prompted | Stage::Disputed | Stage::Suspended | Stage::Fixed | Stage::Declined | Stage::Merged => {
            ticket.state.clone()
        }
    }
}

fn marks(ticket: &Ticket, step: &Step, state: &State, known: &Known) -> Vec<Mark> {
    let limit = ticket.class.as_ref().map(|c| c.limit);
    let start = || limit.map(|limit| Mark::Start { limit }).into_iter().collect();
    match step.clock {
        Effect::Keep => Vec::new(),
        Effect::Start => start(),
        Effect::HandOver => {
            let same =
                ticket.assignment.as_ref().map(|a| &a.lead.code) == known.lead.as_ref().map(|u| &u.code);
            if same { vec![Mark::Resume] } else { start() }
        }
        Effect::Pause(why) => vec![Mark::Pause { why }],
        Effect::Resume if ticket.stage() == Stage::Closed => vec![Mark::Restart],
        Effect::Resume => vec![Mark::Resume],
        Effect::Stop => vec![Mark::Stop],
        Effect::ByOutcome => match (ticket.stage(), state.stage()) {
            (Stage::Fixed, Stage::Accepted) => vec![Mark::Stop],
            (Stage::Fixed, Stage::Handling) => vec![Mark::Resume],
            (Stage::Accepted, Stage::Handling) => vec![Mark::Restart],
            _ => Vec::new(),
        },
        Effect::ByRequest => match &ticket.pending {
            Some(Request::Extension { by }) => vec![Mark::Extend { by: *by }],
            Some(Request::Suspension { .. }) => vec![Mark::Pause { why: PauseReason::Suspension }],
            Some(Request::Appeal {}) | None => Vec::new(),
        },
    }
}

fn raised(action: &Action) -> Vec<Attention> {
    match action {
        Action::Flag { attention } => attention.clone(),
        Action::Return { reason, .. } => vec![Attention::Dispute { reason: reason.clone() }],
        Action::Contest { reason, .. } => vec![Attention::Contested { reason: reason.clone() }],
        Action::RequestExtension { reason, .. }
        | Action::RequestSuspension { reason, .. }
        | Action::Appeal { reason } => vec![Attention::Request { reason: reason.clone() }],
        Action::Judge { verdict } if verdict.outcome == Outcome::Doubt => {
            vec![Attention::DoubtfulProof { reasons: verdict.reasons() }]
        }
        Action::Recheck { holds: false, note, .. } => vec![Attention::Relapsed { note: note.clone() }],
        _ => Vec::new(),
    }
}

/// The doubts that an action puts to rest.
fn settled(action: ActionKind) -> Vec<AttentionKind> {
    use AttentionKind as A;
    match action {
        ActionKind::ConfirmPlace => vec![A::Border, A::Outside, A::NoPlace],
        ActionKind::File => vec![A::NoCategory, A::BrokenPhoto],
        ActionKind::Dispatch => vec![A::Border, A::Outside, A::NoPlace, A::Unroutable, A::Duplicate],
        ActionKind::KeepSeparate => vec![A::Duplicate],
        ActionKind::Merge | ActionKind::Decline | ActionKind::Withdraw => {
            <A as strum::VariantArray>::VARIANTS.to_vec()
        }
        ActionKind::Rule | ActionKind::Transfer | ActionKind::Redispatch => vec![A::Dispute, A::Request],
        ActionKind::Grant | ActionKind::Deny => vec![A::Request],
        ActionKind::SubmitFix => vec![A::Request, A::DoubtfulProof],
        ActionKind::Judge | ActionKind::Accept | ActionKind::Rework => vec![A::DoubtfulProof],
        ActionKind::Close => vec![A::DoubtfulProof, A::Duplicate],
        ActionKind::Reopen => vec![A::Contested, A::Relapsed],
        _ => Vec::new(),
    }
}

fn change(ticket: &Ticket, action: &Action, known: &Known, actor: &Actor) -> Change {
    match action {
        Action::Locate { place, found_at, grids, .. } => {
            Change::Located { place: *place, found_at: *found_at, grids: grids.clone() }
        }
        Action::ConfirmPlace { grids, .. } => Change::Placed { grids: grids.clone(), place: None },
        Action::Verify { finding, photo_ids, .. } => {
            Change::Verified { finding: *finding, photos: photo_ids.clone() }
        }
        Action::File { .. } => filed(ticket, known),
        Action::Dispatch { task, duty, .. } => assigned(ticket, known, task, duty, action),
        Action::Redispatch { .. } | Action::Rule { .. } | Action::Transfer { .. } => {
            let before = ticket.assignment.as_ref();
            let task = before.map_or("", |a| a.task.as_str());
            let duty = before.map_or("", |a| a.duty.as_str());
            assigned(ticket, known, task, duty, action)
        }
        Action::Assign { .. } => {
            known.person.clone().map_or(Change::Nothing, |person| Change::PersonNamed { person })
        }
        Action::SignIn {} => Change::SignedIn,
        Action::Acknowledge {} => Change::Acknowledged,
        Action::RequestExtension { by, .. } => Change::Asked(Request::Extension { by: *by }),
        Action::RequestSuspension { until, .. } => Change::Asked(Request::Suspension { until: *until }),
        Action::Appeal { .. } => Change::Asked(Request::Appeal {}),
        Action::Grant { .. } => Change::Answered { granted: true },
        Action::Deny { .. } => Change::Answered { granted: false },
        Action::SubmitFix { photo_ids, .. } | Action::HandleOnSpot { photo_ids, .. } => {
            Change::FixSubmitted(Fix {
                round: ticket.rounds + 1,
                photos: photo_ids.clone(),
                by: actor.account.clone(),
                on_spot: action.kind() == ActionKind::HandleOnSpot,
                delay_ms: None,
            })
        }
        Action::Judge { verdict } => Change::Judged { outcome: verdict.outcome },
        Action::Accept { .. } => {
            Change::Signed(Signature { account: actor.account.clone(), side: actor.side })
        }
        Action::Recheck { holds, photo_ids, .. } => {
            Change::Rechecked { holds: *holds, photos: photo_ids.clone() }
        }
        Action::Rate { stars, .. } => Change::Rated { stars: *stars },
        Action::Contest { photo_ids, .. } => Change::Contested { photos: photo_ids.clone() },
        Action::Absorb { from, reports } => Change::Absorbed { from: from.clone(), reports: *reports },
        Action::Release { from, reports } => Change::Released { from: from.clone(), reports: *reports },
        Action::Unmerge { .. } => match &ticket.state {
            State::Merged { into } => Change::SetApart { from: Some(into.clone()) },
            _ => Change::Nothing,
        },
        Action::KeepSeparate { .. } => Change::SetApart {
            from: ticket.attention.iter().find_map(|a| match a {
                Attention::Duplicate { ticket, .. } => Some(ticket.clone()),
                _ => None,
            }),
        },
        Action::Follow {} if !known.follows => Change::Followed,
        Action::Supervise { level, .. } => Change::Supervised { level: *level },
        Action::UnlinkRelapse { .. } => Change::RelapseUnlinked,
        Action::Follow {}
        | Action::Flag { .. }
        | Action::AskVerify { .. }
        | Action::Decline { .. }
        | Action::Merge { .. }
        | Action::Withdraw { .. }
        | Action::Return { .. }
        | Action::Resume { .. }
        | Action::Rework { .. }
        | Action::Close {}
        | Action::Reopen { .. }
        | Action::Prompt { .. }
        | Action::Heed { .. }
        | Action::Lapse {}
        | Action::TakeOver { .. }
        | Action::Escalate { .. }
        | Action::Convene { .. }
        | Action::CheckIn { .. }
        | Action::Split { .. }
        | Action::FinishPart { .. }
        | Action::Plan { .. }
        | Action::ReachMilestone { .. }
        | Action::LinkRelapse { .. }
        | Action::NameCause { .. }
        | Action::Reply { .. }
        | Action::CheckFrame { .. }
        | Action::Note { .. } => Change::Nothing,
    }
}

fn filed(ticket: &Ticket, known: &Known) -> Change {
    let number = ticket.number.clone().or_else(|| known.number.clone());
    match (number, known.class.clone()) {
        (Some(number), Some(class)) => Change::Filed { number, class },
        _ => Change::Nothing,
    }
}

fn assigned(ticket: &Ticket, known: &Known, task: &str, duty: &str, action: &Action) -> Change {
    let (Some(lead), Some(person), Some(class)) = (&known.lead, &known.person, &ticket.class) else {
        return Change::Nothing;
    };
    let parties = if let Action::Rule { parties, .. } = action { parties.clone() } else { Vec::new() };
    Change::Assigned(Assignment {
        lead: lead.clone(),
        assist: known.assist.clone().filter(|unit| unit.code != lead.code),
        person: person.clone(),
        task: task.to_owned(),
        limit: class.limit,
        standard: class.closes_when.clone(),
        duty: duty.to_owned(),
        parties,
        leader: None,
        red: false,
    })
}

fn jobs(ticket: &Ticket, event: &Event, step: &Step) -> Vec<Due> {
    let id = || ticket.id.clone();
    let tell = |audience| Due { job: Job::Notify { ticket: id(), seq: event.seq, audience }, at: None };
    let mut list: Vec<Due> = step
        .starts
        .iter()
        .map(|start| match start {
            Start::Triage => Due { job: Job::Triage { ticket: id() }, at: None },
            Start::VerifyProof => {
                Due { job: Job::VerifyProof { ticket: id(), round: ticket.rounds + 1 }, at: None }
            }
            Start::ScheduleRecheck => {
                let days = ticket.class.as_ref().map_or(0, |c| c.recheck_days);
                Due {
                    job: Job::Recheck { ticket: id() },
                    at: Some(event.at.plus_ms(i64::from(days) * DAY_MS)),
                }
            }
            Start::WatchDeadline => Due { job: Job::WatchDeadline { ticket: id() }, at: None },
            Start::Tell(audience) => tell(*audience),
        })
        .collect();
    match (&event.change, event.state.stage()) {
        (Change::Judged { outcome: Outcome::Doubt }, _) => list.push(tell(Audience::Desk)),
        (Change::Judged { outcome: Outcome::Pass }, Stage::Fixed) => list.push(tell(Audience::Inspectors)),
        (Change::Judged { outcome: Outcome::Fail }, Stage::Handling) => list.push(tell(Audience::Lead)),
        (Change::Rechecked { holds: false, .. }, _) => {
            list.push(Due { job: Job::OpenRelapse { ticket: id() }, at: None });
        }
        _ => {}
    }
    if event.state.stage() == Stage::Filed
        && ticket.stage() != Stage::Received
        && ticket.stage() != Stage::Filed
    {
        list.push(Due { job: Job::Triage { ticket: id() }, at: None });
    }
    list
}

fn also(ticket: &Ticket, action: &Action) -> Vec<(TicketId, Action)> {
    match (action, &ticket.state) {
        (Action::Merge { into, .. }, _) => {
            vec![(into.clone(), Action::Absorb { from: ticket.id.clone(), reports: ticket.reports })]
        }
        (Action::Unmerge { .. }, State::Merged { into }) => {
            vec![(into.clone(), Action::Release { from: ticket.id.clone(), reports: ticket.reports })]
        }
        _ => Vec::new(),
    }
}
