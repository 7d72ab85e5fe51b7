//! The six steps of a problem (发现、登记、整治、验收、达标、销号): when each was taken and, for staff, by whom. It refuses to
//! name a citizen, and to the inspected whoever found it in secret.

use domain::actor::Role;
use domain::ticket::action::ActionKind;
use domain::ticket::event::Event;
use domain::ticket::{Stamps, Ticket};
use domain::time::Moment;
use serde::Serialize;

use super::joint::{CLOSED, hides};
use super::{Frame, Named};

/// One of the six steps.
#[derive(Debug, Serialize)]
pub struct StampView {
    pub step: StampStep,
    pub label: &'static str,
    pub at: Option<Moment>,
    /// Who took it, for staff.
    pub by: Option<String>,
}

/// The name of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StampStep {
    Found,
    Registered,
    Rectified,
    Inspected,
    Qualified,
    StruckOff,
}

/// The six steps.
pub fn stamps(stamps: &Stamps) -> Vec<StampView> {
    use StampStep::{Found, Inspected, Qualified, Rectified, Registered, StruckOff};
    let Stamps { found, registered, rectified, inspected, qualified, struck_off } = *stamps;
    [
        (Found, "发现", Some(found)),
        (Registered, "登记", registered),
        (Rectified, "整治", rectified),
        (Inspected, "验收", inspected),
        (Qualified, "达标", qualified),
        (StruckOff, "销号", struck_off),
    ]
    .into_iter()
    .map(|(step, label, at)| StampView { step, label, at, by: None })
    .collect()
}

/// Those who took the six steps, in their order: unit and name, 市民 for a citizen.
pub fn owners(frame: &Frame<'_>, role: Role, ticket: &Ticket, history: &[Event]) -> [Option<String>; 6] {
    use ActionKind as A;
    let Stamps { registered, rectified, inspected, qualified, struck_off, .. } = ticket.stamps;
    let name = |event: &Event| match (event.by.role, &event.by.department) {
        (Role::Citizen, _) => Role::Citizen.label().to_owned(),
        (_, Some(unit)) => {
            let Named { name, .. } = frame.unit(unit);
            format!("{name}{}", event.by.name)
        }
        _ => event.by.name.clone(),
    };
    let step = |at: Option<Moment>, actions: &[ActionKind]| {
        let took =
            |event: &&Event| Some(event.at) == at && event.action.is_some_and(|a| actions.contains(&a));
        history.iter().rev().find(took).map(name)
    };
    let found = match hides(role, ticket.source) {
        true => Some(CLOSED.to_owned()),
        false => history.first().map(name),
    };
    [
        found,
        step(registered, &[A::File]),
        step(rectified, &[A::SubmitFix, A::HandleOnSpot]),
        step(inspected, &[A::Judge, A::Accept]),
        step(qualified, &[A::Judge, A::Accept]),
        step(struck_off, &[A::Close]),
    ]
}
