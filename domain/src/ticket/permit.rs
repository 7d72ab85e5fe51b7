//! The one table of who may ask for what, and how far: action × role × reach. Also who may see a ticket at all.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::Ticket;
use super::action::ActionKind::{self, *};
use crate::actor::Actor;
use crate::actor::Role::{self, *};

/// How far a role reaches.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reach {
    /// Tickets that one reported or follows.
    Own,
    /// Tickets in one's grids.
    Grid,
    /// Tickets that one's unit leads.
    Department,
    /// Tickets that one's unit assists.
    Assisting,
    /// Every ticket.
    District,
}

/// One row: this role may ask for this action on tickets within this reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    pub action: ActionKind,
    pub role: Role,
    pub reach: Reach,
}

const fn may(action: ActionKind, role: Role, reach: Reach) -> Permit {
    Permit { action, role, reach }
}

/// The table.
#[rustfmt::skip]
pub const PERMITS: &[Permit] = &[
    may(Flag, System, Reach::District),
    may(Locate, System, Reach::District),
    may(AskVerify, System, Reach::District), may(AskVerify, Dispatcher, Reach::District),
    may(Verify, GridWorker, Reach::Grid), may(Verify, Dispatcher, Reach::District),
    may(ConfirmPlace, Dispatcher, Reach::District),
    may(File, System, Reach::District), may(File, Dispatcher, Reach::District),
    may(Decline, Dispatcher, Reach::District),
    may(Merge, System, Reach::District), may(Merge, Dispatcher, Reach::District),
    may(Unmerge, Dispatcher, Reach::District),
    may(KeepSeparate, Dispatcher, Reach::District),
    may(Absorb, System, Reach::District), may(Release, System, Reach::District),
    may(Follow, Citizen, Reach::District), may(Follow, GridWorker, Reach::District),
    may(Withdraw, Citizen, Reach::Own), may(Withdraw, GridWorker, Reach::Own),
    may(Dispatch, System, Reach::District), may(Dispatch, Dispatcher, Reach::District),
    may(Redispatch, Dispatcher, Reach::District),
    may(Assign, UnitHead, Reach::Department), may(Assign, Dispatcher, Reach::District),
    may(SignIn, Handler, Reach::Department), may(SignIn, UnitHead, Reach::Department),
    may(Acknowledge, Handler, Reach::Assisting), may(Acknowledge, UnitHead, Reach::Assisting),
    may(Return, Handler, Reach::Department), may(Return, UnitHead, Reach::Department),
    may(Rule, Dispatcher, Reach::District),
    may(Transfer, Dispatcher, Reach::District),
    may(RequestExtension, Handler, Reach::Department), may(RequestExtension, UnitHead, Reach::Department),
    may(RequestSuspension, Handler, Reach::Department), may(RequestSuspension, UnitHead, Reach::Department),
    may(Appeal, UnitHead, Reach::Department),
    may(Grant, Dispatcher, Reach::District), may(Deny, Dispatcher, Reach::District),
    may(Resume, Handler, Reach::Department), may(Resume, UnitHead, Reach::Department),
    may(Resume, Dispatcher, Reach::District), may(Resume, System, Reach::District),
    may(SubmitFix, Handler, Reach::Department), may(SubmitFix, UnitHead, Reach::Department),
    may(HandleOnSpot, GridWorker, Reach::Grid),
    may(Judge, System, Reach::District),
    may(Accept, Inspector, Reach::District), may(Accept, Dispatcher, Reach::District),
    may(Rework, Inspector, Reach::District), may(Rework, Dispatcher, Reach::District),
    may(Close, System, Reach::District), may(Close, Inspector, Reach::District), may(Close, Dispatcher, Reach::District),
    may(Recheck, Inspector, Reach::District), may(Recheck, GridWorker, Reach::Grid),
    may(Reopen, Dispatcher, Reach::District), may(Reopen, Inspector, Reach::District),
    may(Rate, Citizen, Reach::Own), may(Rate, GridWorker, Reach::Own),
    may(Contest, Citizen, Reach::Own), may(Contest, GridWorker, Reach::Own),
    may(Supervise, Dispatcher, Reach::District), may(Supervise, Leader, Reach::District), may(Supervise, System, Reach::District),
    may(UnlinkRelapse, Dispatcher, Reach::District),
    may(Note, Dispatcher, Reach::District), may(Note, Inspector, Reach::District), may(Note, Leader, Reach::District),
    may(Note, Handler, Reach::Department), may(Note, UnitHead, Reach::Department),
    may(Note, GridWorker, Reach::Grid),
];

/// Who sees which tickets whole; everyone else gets the public view of public tickets only.
#[rustfmt::skip]
pub const VIEWS: &[(Role, Reach)] = &[
    (Citizen, Reach::Own),
    (GridWorker, Reach::Grid), (GridWorker, Reach::Own),
    (Handler, Reach::Department), (Handler, Reach::Assisting),
    (UnitHead, Reach::Department), (UnitHead, Reach::Assisting),
    (Dispatcher, Reach::District), (Inspector, Reach::District), (Leader, Reach::District), (Admin, Reach::District),
    (Integration, Reach::Own),
    (System, Reach::District),
];

/// Whether `reach` covers this ticket for this actor; `mine` says that the actor reported or follows it.
pub fn covers(reach: Reach, actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    let assignment = ticket.assignment.as_ref();
    match reach {
        Reach::District => true,
        Reach::Own => mine,
        Reach::Grid => ticket.grids.iter().any(|(layer, code)| actor.grids.contains(&(*layer, code.clone()))),
        Reach::Department => assignment.is_some_and(|a| Some(&a.lead.code) == actor.department.as_ref()),
        Reach::Assisting => assignment
            .and_then(|a| a.assist.as_ref())
            .is_some_and(|unit| Some(&unit.code) == actor.department.as_ref()),
    }
}

/// Whether the role ever asks for this action.
pub fn is_role_allowed(action: ActionKind, role: Role) -> bool {
    PERMITS.iter().any(|p| p.action == action && p.role == role)
}

/// Whether this actor may ask for this action on this ticket, its state aside.
pub fn is_allowed(action: ActionKind, actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    PERMITS.iter().any(|p| p.action == action && p.role == actor.role && covers(p.reach, actor, ticket, mine))
}

/// Whether this actor may see the whole ticket.
pub fn can_see(actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    VIEWS.iter().any(|(role, reach)| *role == actor.role && covers(*reach, actor, ticket, mine))
}
