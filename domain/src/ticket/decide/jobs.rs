//! What an event sets going: jobs for the worker and the other half of actions that touch two tickets.

use super::super::Ticket;
use super::super::action::Action;
use super::super::event::{Change, Event};
use super::super::flow::{Start, Step};
use super::super::state::{Stage, State};
use crate::id::TicketId;
use crate::job::{Audience, Due, Job};
use crate::proof::Outcome;
use crate::time::DAY_MS;

/// The jobs that follow from the event; `ticket` is the ticket before it.
pub(super) fn jobs(ticket: &Ticket, event: &Event, step: &Step) -> Vec<Due> {
    let tell = |audience| told(ticket, event, audience);
    let mut list: Vec<Due> = step.starts.iter().filter_map(|start| begun(ticket, event, *start)).collect();
    match (&event.change, event.state.stage()) {
        (Change::Judged { outcome: Outcome::Doubt }, _) => list.push(tell(Audience::Desk)),
        (Change::Judged { outcome: Outcome::Pass }, Stage::Fixed) => list.push(tell(Audience::Inspectors)),
        (Change::Judged { outcome: Outcome::Fail }, Stage::Handling) => list.push(tell(Audience::Lead)),
        (Change::Verified { .. }, Stage::Declined) => list.push(tell(Audience::Followers)),
        (Change::Assigned(assignment), _) if assignment.red => list.push(tell(Audience::Handlers)),
        (Change::FrameChecked { clear: false, .. }, _) => list.push(tell(Audience::Desk)),
        (Change::Rechecked { holds: false, .. }, _) => {
            list.push(at_once(Job::OpenRelapse { ticket: ticket.id.clone() }));
        }
        _ => {}
    }
    // Back among those that wait for a unit: routed again, and watched.
    let fallen = !matches!(ticket.stage(), Stage::Received | Stage::Filed);
    if event.state.stage() == Stage::Filed && fallen {
        list.push(at_once(Job::Triage { ticket: ticket.id.clone() }));
        list.push(at_once(Job::WatchGap { ticket: ticket.id.clone() }));
    }
    list
}

const fn at_once(job: Job) -> Due {
    Due { job, at: None }
}

fn told(ticket: &Ticket, event: &Event, audience: Audience) -> Due {
    at_once(Job::Notify { ticket: ticket.id.clone(), seq: event.seq, audience })
}

/// The job that a start of the row asks for; nothing where the state that was reached leaves it no sense.
fn begun(ticket: &Ticket, event: &Event, start: Start) -> Option<Due> {
    let id = ticket.id.clone();
    Some(match start {
        Start::Triage if event.state.stage() == Stage::Declined => return None,
        Start::Triage => at_once(Job::Triage { ticket: id }),
        Start::VerifyProof => at_once(Job::VerifyProof { ticket: id, round: ticket.rounds + 1 }),
        Start::ScheduleRecheck => {
            let days = ticket.class.as_ref().map_or(0, |c| c.recheck_days);
            let at = event.at.plus_ms(i64::from(days) * DAY_MS);
            Due { job: Job::Recheck { ticket: id }, at: Some(at) }
        }
        Start::WatchDeadline => at_once(Job::WatchDeadline { ticket: id }),
        Start::Climb => at_once(Job::Climb { ticket: id }),
        Start::WatchGap => at_once(Job::WatchGap { ticket: id }),
        Start::EndPrompt => {
            let State::Prompted { until } = event.state else { return None };
            Due { job: Job::EndPrompt { ticket: id }, at: Some(until) }
        }
        Start::Tell(audience) => told(ticket, event, audience),
    })
}

/// The machine's actions on other tickets that belong to this one.
pub(super) fn also(ticket: &Ticket, action: &Action) -> Vec<(TicketId, Action)> {
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
