//! What an action does to the handler's clock, read off the row's effect. It refuses to reckon: that is the clock's.

use super::super::Ticket;
use super::super::event::Request;
use super::super::flow::{Effect, Step};
use super::super::state::{Stage, State};
use super::Known;
use crate::clock::reckon::{Mark, PauseReason};
use crate::time::Moment;

/// The marks that the step leaves on the clock.
pub(super) fn marks(ticket: &Ticket, step: &Step, state: &State, known: &Known, now: Moment) -> Vec<Mark> {
    match step.clock {
        Effect::Keep => Vec::new(),
        Effect::Start => start(ticket, now),
        Effect::HandOver => {
            let lead = ticket.assignment.as_ref().map(|a| &a.lead.code);
            let same = lead == known.lead.as_ref().map(|u| &u.code);
            if same { vec![Mark::Resume] } else { start(ticket, now) }
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

/// A new clock, capped by the authority's own deadline where that is still to come.
fn start(ticket: &Ticket, now: Moment) -> Vec<Mark> {
    let Some(class) = &ticket.class else { return Vec::new() };
    let cap = ticket.origin.deadline.filter(|at| *at > now).map(|at| Mark::Cap { at });
    std::iter::once(Mark::Start { limit: class.limit }).chain(cap).collect()
}
