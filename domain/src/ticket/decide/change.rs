//! The new facts that an allowed action brings. What is missing was refused before; here nothing is checked again.

use std::collections::BTreeMap;

use super::super::Ticket;
use super::super::action::{Action, ActionKind};
use super::super::attention::Attention;
use super::super::event::{
    Assignment, Change, Fix, GivenPoint, Meeting, Milestone, Part, PartAsked, Place, Plan, Request,
    Signature, Stone, Unit,
};
use super::super::state::State;
use super::{Known, needs};
use crate::actor::Actor;
use crate::geo::grid::Layer;
use crate::id::{DepartmentCode, GridCode, PhotoId};
use crate::time::Moment;

/// The duty of a unit that stepped in where nobody had set one.
const STEPPED_IN: &str = "补位主办";

/// What the action changes.
pub(super) fn change(ticket: &Ticket, action: &Action, known: &Known, actor: &Actor, now: Moment) -> Change {
    match action {
        Action::Locate { place, found_at, grids, .. } => {
            Change::Located { place: *place, found_at: *found_at, grids: grids.clone() }
        }
        Action::ConfirmPlace { grids, point, .. } => placed(known, grids, point.as_ref()),
        Action::Verify { finding, photo_ids, .. } => {
            Change::Verified { finding: *finding, photos: photo_ids.clone() }
        }
        Action::Prompt { until, .. } => Change::Prompted { until: *until },
        Action::Heed { photo_ids, .. } => Change::Heeded { photos: photo_ids.clone() },
        Action::File { .. } => filed(ticket, known),
        Action::Dispatch { .. }
        | Action::Redispatch { .. }
        | Action::Rule { .. }
        | Action::Transfer { .. }
        | Action::TakeOver { .. } => assigned(ticket, known, action, actor),
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
            fixed(ticket, action, photo_ids, known, actor, now)
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
        Action::LinkRelapse { .. } => {
            known.relapse.clone().map_or(Change::Nothing, |(to, nth)| Change::RelapseLinked { to, nth })
        }
        Action::UnlinkRelapse { .. } => Change::RelapseUnlinked,
        Action::NameCause { cause, .. } => Change::CauseNamed { cause: *cause },
        Action::Reply { .. } => Change::Replied,
        Action::CheckFrame { clear, confidence, photo_ids, .. } => {
            Change::FrameChecked { clear: *clear, confidence: *confidence, photos: photo_ids.clone() }
        }
        Action::Escalate { .. }
        | Action::Convene { .. }
        | Action::CheckIn { .. }
        | Action::Split { .. }
        | Action::FinishPart { .. }
        | Action::Plan { .. }
        | Action::ReachMilestone { .. } => joint(ticket, action, known, actor),
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
        | Action::Lapse {}
        | Action::Note { .. } => Change::Nothing,
    }
}

/// What units settle together.
fn joint(ticket: &Ticket, action: &Action, known: &Known, actor: &Actor) -> Change {
    let made = match action {
        Action::Escalate { .. } => {
            known.superior.clone().map(|(level, person)| Change::Escalated { level, person })
        }
        Action::Convene { parties, on_site, at, .. } => {
            let parties = known_of(parties, known);
            Some(Change::Convened(Meeting { parties, on_site: *on_site, at: *at, present: Vec::new() }))
        }
        Action::CheckIn { point, .. } => needs::at_place(ticket, point)
            .zip(actor.department.clone())
            .map(|((at, distance_m), unit)| Change::CheckedIn { unit, at, distance_m }),
        Action::Split { parts, .. } => Some(Change::Divided {
            parts: parts.iter().filter_map(|part| divided(ticket, known, part)).collect(),
        }),
        Action::FinishPart { photo_ids, .. } => {
            actor.department.clone().map(|unit| Change::PartFinished { unit, photos: photo_ids.clone() })
        }
        Action::Plan { milestones, text } => Some(Change::Planned(planned(milestones, text))),
        Action::ReachMilestone { position, photo_ids, .. } => {
            Some(Change::MilestoneReached { position: *position, photos: photo_ids.clone() })
        }
        _ => None,
    };
    made.unwrap_or(Change::Nothing)
}

/// The named units that exist, each once, in the order in which they were named.
fn known_of(named: &[DepartmentCode], known: &Known) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for code in named {
        let found = known.parties.iter().find(|unit| unit.code == *code);
        units.extend(found.filter(|unit| !units.contains(unit)).cloned());
    }
    units
}

fn filed(ticket: &Ticket, known: &Known) -> Change {
    let number = ticket.number.clone().or_else(|| known.number.clone());
    match (number, known.class.clone()) {
        (Some(number), Some(class)) => Change::Filed { number, class },
        _ => Change::Nothing,
    }
}

/// The grids that a point lies in hold unless the person names others.
fn placed(known: &Known, named: &BTreeMap<Layer, GridCode>, point: Option<&GivenPoint>) -> Change {
    let place = point.and_then(needs::position).map(|(at, accuracy_m)| Place { at, accuracy_m });
    let mut grids = if place.is_some() { known.place_grids.clone() } else { BTreeMap::new() };
    grids.extend(named.clone());
    Change::Placed { grids, place }
}

/// Whether the order that the action makes or moves is a red one.
pub(super) fn is_red(ticket: &Ticket, action: &Action) -> bool {
    match action {
        Action::Dispatch { red, .. } => *red,
        _ => ticket.assignment.as_ref().is_some_and(|a| a.red),
    }
}

fn assigned(ticket: &Ticket, known: &Known, action: &Action, actor: &Actor) -> Change {
    let (Some(lead), Some(person), Some(class)) = (&known.lead, &known.person, &ticket.class) else {
        return Change::Nothing;
    };
    let before = ticket.assignment.as_ref();
    let (task, duty) = match action {
        Action::Dispatch { task, duty, .. } => (task.as_str(), duty.as_str()),
        _ => before.map_or((class.closes_when.as_str(), STEPPED_IN), |a| (a.task.as_str(), a.duty.as_str())),
    };
    let assist = match action {
        Action::TakeOver { .. } => before.and_then(|a| a.assist.clone()),
        _ => known.assist.clone(),
    };
    let parties = match action {
        Action::Rule { .. } => needs::at_the_table(ticket, known, actor).into_iter().collect(),
        _ => Vec::new(),
    };
    let red = is_red(ticket, action);
    let head = known.head.as_ref().filter(|_| red);
    Change::Assigned(Assignment {
        lead: lead.clone(),
        assist: assist.filter(|unit| unit.code != lead.code),
        person: head.unwrap_or(person).clone(),
        task: task.to_owned(),
        limit: class.limit,
        standard: class.closes_when.clone(),
        duty: duty.to_owned(),
        parties,
        leader: known.leader.clone(),
        red,
    })
}

fn fixed(
    ticket: &Ticket,
    action: &Action,
    photos: &[PhotoId],
    known: &Known,
    actor: &Actor,
    now: Moment,
) -> Change {
    Change::FixSubmitted(Fix {
        round: ticket.rounds + 1,
        photos: photos.to_vec(),
        by: actor.account.clone(),
        on_spot: action.kind() == ActionKind::HandleOnSpot,
        // A camera whose clock is ahead was not late.
        delay_ms: known.captured_at.map(|taken| now.since(taken).max(0)),
    })
}

/// A unit's part; what it has already finished of the same task stays finished.
fn divided(ticket: &Ticket, known: &Known, asked: &PartAsked) -> Option<Part> {
    let unit = known.parties.iter().find(|unit| unit.code == asked.unit)?;
    let done = ticket.parts.iter().find(|part| part.unit.code == asked.unit && part.task == asked.task);
    Some(done.cloned().unwrap_or_else(|| Part {
        unit: unit.clone(),
        task: asked.task.clone(),
        done_at: None,
        photos: Vec::new(),
    }))
}

fn planned(milestones: &[Milestone], text: &str) -> Plan {
    let stone =
        |asked: &Milestone| Stone { name: asked.name.clone(), due_at: asked.due_at, reached_at: None };
    Plan { text: text.to_owned(), milestones: milestones.iter().map(stone).collect() }
}
