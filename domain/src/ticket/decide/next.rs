//! Where an action leads: one of the states that its row of the flow allows. It refuses to look at who asks.

use super::super::Ticket;
use super::super::action::Action;
use super::super::event::{ClosePolicy, Finding, Request};
use super::super::flow::Step;
use super::super::state::{Stage, State};
use crate::id::DepartmentCode;
use crate::proof::Outcome;

/// The reason that stands on a ticket that was put right after a prompt.
const HEEDED: &str = "案前提示后已整改";

/// The state after the action.
pub(super) fn state(ticket: &Ticket, action: &Action, step: &Step) -> State {
    match action {
        Action::Return { proposed, reason } => State::Disputed {
            by: ticket.assignment.as_ref().map_or_else(|| proposed.clone(), |a| a.lead.code.clone()),
            proposed: proposed.clone(),
            reason: reason.clone(),
        },
        Action::Convene { parties, reason, .. } if ticket.stage() != Stage::Disputed => {
            called(ticket, parties, reason)
        }
        Action::Verify { finding, .. } if ticket.source.is_patch() && *finding != Finding::Real => {
            State::Declined { reason: finding.label().to_owned() }
        }
        Action::Prompt { until, .. } => State::Prompted { until: *until },
        Action::Heed { .. } => State::Declined { reason: HEEDED.to_owned() },
        Action::Decline { reason } => State::Declined { reason: reason.clone() },
        Action::Merge { into, .. } => State::Merged { into: into.clone() },
        Action::Grant { reason } => match &ticket.pending {
            Some(Request::Suspension { until }) => State::Suspended { until: *until, reason: reason.clone() },
            _ => ticket.state.clone(),
        },
        Action::SubmitFix { .. } | Action::HandleOnSpot { .. } => State::Fixed { round: ticket.rounds + 1 },
        Action::Judge { verdict } => judged(ticket, verdict.outcome),
        Action::Accept { .. } => match ticket.class.as_ref().map(|c| c.policy) {
            Some(ClosePolicy::Inspector) if ticket.signatures.is_empty() => ticket.state.clone(),
            _ => State::Accepted,
        },
        Action::Reopen { .. } if ticket.stage() == Stage::Declined => State::Received,
        Action::Rework { .. } | Action::Reopen { .. } => back_to_work(ticket),
        _ => plain(step.to.first().copied().unwrap_or(step.from), ticket),
    }
}

/// A meeting opens a dispute: the lead is one side, the first other unit called is the other.
fn called(ticket: &Ticket, parties: &[DepartmentCode], reason: &str) -> State {
    let Some(lead) = ticket.assignment.as_ref().map(|a| &a.lead.code) else { return ticket.state.clone() };
    let other = parties.iter().find(|code| *code != lead);
    State::Disputed { by: lead.clone(), proposed: other.unwrap_or(lead).clone(), reason: reason.to_owned() }
}

fn judged(ticket: &Ticket, outcome: Outcome) -> State {
    match (outcome, ticket.class.as_ref().map(|c| c.policy)) {
        (Outcome::Fail, _) => back_to_work(ticket),
        (Outcome::Pass, Some(ClosePolicy::Auto)) => State::Accepted,
        (Outcome::Pass | Outcome::Doubt, _) => ticket.state.clone(),
    }
}

const fn back_to_work(ticket: &Ticket) -> State {
    if ticket.assignment.is_some() { State::Handling } else { State::Filed }
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
        Stage::Prompted
        | Stage::Disputed
        | Stage::Suspended
        | Stage::Fixed
        | Stage::Declined
        | Stage::Merged => ticket.state.clone(),
    }
}
