//! The one table of who may ask for what, and how far: action × role × reach. Also who may see a ticket at all.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::Ticket;
use super::action::ActionKind::{self, *};
use super::event::Unit;
use super::state::Stage;
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
    /// Tickets in one's grids that nobody has yet: `Filed` or `Verifying`.
    Vacant,
    /// Tickets that one's unit leads.
    Department,
    /// Tickets that one's unit assists.
    Assisting,
    /// Tickets to whose meeting one's unit is called, or of which it has a part.
    Party,
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
    may(AskVerify, System, Reach::District), may(AskVerify, Dispatcher, Reach::District), may(AskVerify, Coordinator, Reach::District),
    may(Verify, GridWorker, Reach::Grid), may(Verify, Dispatcher, Reach::District),
    may(Verify, Handler, Reach::Grid), may(Verify, UnitHead, Reach::Grid),
    may(ConfirmPlace, Dispatcher, Reach::District),
    may(Prompt, Dispatcher, Reach::District), may(Prompt, GridWorker, Reach::Grid),
    may(Heed, Dispatcher, Reach::District), may(Heed, GridWorker, Reach::Grid),
    may(Lapse, System, Reach::District),
    may(File, System, Reach::District), may(File, Dispatcher, Reach::District),
    may(Decline, Dispatcher, Reach::District),
    may(Merge, System, Reach::District), may(Merge, Dispatcher, Reach::District),
    may(Unmerge, Dispatcher, Reach::District),
    may(KeepSeparate, Dispatcher, Reach::District),
    may(Absorb, System, Reach::District), may(Release, System, Reach::District),
    may(Follow, Citizen, Reach::District), may(Follow, GridWorker, Reach::District),
    may(Follow, Crew, Reach::District), may(Follow, Visitor, Reach::District),
    may(Withdraw, Citizen, Reach::Own), may(Withdraw, GridWorker, Reach::Own), may(Withdraw, Crew, Reach::Own),
    may(Withdraw, Visitor, Reach::Own), may(Withdraw, Handler, Reach::Own), may(Withdraw, UnitHead, Reach::Own),
    may(Withdraw, Dispatcher, Reach::Own), may(Withdraw, Inspector, Reach::Own), may(Withdraw, Leader, Reach::Own),
    may(Dispatch, System, Reach::District), may(Dispatch, Dispatcher, Reach::District), may(Dispatch, Command, Reach::District),
    may(Redispatch, Dispatcher, Reach::District), may(Redispatch, Command, Reach::District),
    may(Assign, UnitHead, Reach::Department), may(Assign, Dispatcher, Reach::District), may(Assign, Command, Reach::District),
    may(SignIn, Handler, Reach::Department), may(SignIn, UnitHead, Reach::Department),
    may(Acknowledge, Handler, Reach::Assisting), may(Acknowledge, UnitHead, Reach::Assisting),
    may(Return, Handler, Reach::Department), may(Return, UnitHead, Reach::Department),
    may(Rule, Dispatcher, Reach::District), may(Rule, Command, Reach::District),
    may(Transfer, Dispatcher, Reach::District), may(Transfer, Command, Reach::District),
    may(TakeOver, Handler, Reach::Grid), may(TakeOver, Handler, Reach::Assisting),
    may(TakeOver, UnitHead, Reach::Grid), may(TakeOver, UnitHead, Reach::Assisting),
    may(TakeOver, Command, Reach::District),
    may(Escalate, Handler, Reach::Department), may(Escalate, UnitHead, Reach::Department),
    may(Escalate, Dispatcher, Reach::District), may(Escalate, Command, Reach::District),
    may(Convene, Dispatcher, Reach::District), may(Convene, Command, Reach::District), may(Convene, Coordinator, Reach::District),
    may(CheckIn, Handler, Reach::Party), may(CheckIn, UnitHead, Reach::Party),
    may(Split, Dispatcher, Reach::District), may(Split, Command, Reach::District), may(Split, Coordinator, Reach::District),
    may(Split, UnitHead, Reach::Department),
    may(FinishPart, Handler, Reach::Party), may(FinishPart, UnitHead, Reach::Party),
    may(Plan, Handler, Reach::Department), may(Plan, UnitHead, Reach::Department),
    may(ReachMilestone, Handler, Reach::Department), may(ReachMilestone, UnitHead, Reach::Department),
    may(RequestExtension, Handler, Reach::Department), may(RequestExtension, UnitHead, Reach::Department),
    may(RequestSuspension, Handler, Reach::Department), may(RequestSuspension, UnitHead, Reach::Department),
    may(Appeal, UnitHead, Reach::Department),
    may(Grant, Dispatcher, Reach::District), may(Deny, Dispatcher, Reach::District),
    may(Resume, Handler, Reach::Department), may(Resume, UnitHead, Reach::Department),
    may(Resume, Dispatcher, Reach::District), may(Resume, Command, Reach::District), may(Resume, System, Reach::District),
    may(SubmitFix, Handler, Reach::Department), may(SubmitFix, UnitHead, Reach::Department),
    may(HandleOnSpot, GridWorker, Reach::Grid), may(HandleOnSpot, Crew, Reach::Grid),
    may(Judge, System, Reach::District),
    may(Accept, Inspector, Reach::District), may(Accept, Dispatcher, Reach::District),
    may(Rework, Inspector, Reach::District), may(Rework, Dispatcher, Reach::District),
    may(Close, System, Reach::District), may(Close, Inspector, Reach::District), may(Close, Dispatcher, Reach::District),
    may(Recheck, Inspector, Reach::District), may(Recheck, GridWorker, Reach::Grid),
    may(Reopen, Dispatcher, Reach::District), may(Reopen, Inspector, Reach::District), may(Reopen, Command, Reach::District),
    may(Rate, Citizen, Reach::Own), may(Rate, GridWorker, Reach::Own), may(Rate, Crew, Reach::Own), may(Rate, Visitor, Reach::Own),
    may(Contest, Citizen, Reach::Own), may(Contest, GridWorker, Reach::Own),
    may(Contest, Crew, Reach::Own), may(Contest, Visitor, Reach::Own),
    may(Supervise, Dispatcher, Reach::District), may(Supervise, Leader, Reach::District), may(Supervise, System, Reach::District),
    may(Supervise, Command, Reach::District), may(Supervise, Coordinator, Reach::District),
    may(LinkRelapse, System, Reach::District), may(LinkRelapse, Dispatcher, Reach::District),
    may(UnlinkRelapse, Dispatcher, Reach::District),
    may(NameCause, Institution, Reach::District), may(NameCause, Dispatcher, Reach::District), may(NameCause, Inspector, Reach::District),
    may(Reply, UnitHead, Reach::Department), may(Reply, Dispatcher, Reach::District),
    may(CheckFrame, Integration, Reach::Own), may(CheckFrame, System, Reach::District),
    may(Note, Dispatcher, Reach::District), may(Note, Inspector, Reach::District), may(Note, Leader, Reach::District),
    may(Note, Command, Reach::District), may(Note, Coordinator, Reach::District), may(Note, Institution, Reach::District),
    may(Note, Handler, Reach::Department), may(Note, UnitHead, Reach::Department),
    may(Note, GridWorker, Reach::Grid), may(Note, Crew, Reach::Grid), may(Note, Visitor, Reach::Own),
];

/// Who sees which tickets whole; everyone else gets the public view of public tickets only. What is restricted (信访) is
/// narrower still, see [`can_see`].
#[rustfmt::skip]
pub const VIEWS: &[(Role, Reach)] = &[
    (Citizen, Reach::Own), (Visitor, Reach::Own), (Integration, Reach::Own),
    (GridWorker, Reach::Grid), (GridWorker, Reach::Own), (Crew, Reach::Grid), (Crew, Reach::Own),
    (Handler, Reach::Department), (Handler, Reach::Assisting), (Handler, Reach::Party), (Handler, Reach::Vacant), (Handler, Reach::Own),
    (UnitHead, Reach::Department), (UnitHead, Reach::Assisting), (UnitHead, Reach::Party), (UnitHead, Reach::Vacant), (UnitHead, Reach::Own),
    (Dispatcher, Reach::District), (Inspector, Reach::District), (Leader, Reach::District), (Admin, Reach::District),
    (Command, Reach::District), (Coordinator, Reach::District), (Institution, Reach::District),
    (Publicity, Reach::District), (Oversight, Reach::District),
    (System, Reach::District),
];

/// Whether `reach` covers this ticket for this actor; `mine` says that the actor reported or follows it.
pub fn covers(reach: Reach, actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    let assignment = ticket.assignment.as_ref();
    let is_own = |unit: &Unit| Some(&unit.code) == actor.department.as_ref();
    let in_grids = || ticket.grids.iter().any(|(layer, code)| actor.grids.contains(&(*layer, code.clone())));
    match reach {
        Reach::District => true,
        Reach::Own => mine,
        Reach::Grid => in_grids(),
        Reach::Vacant => matches!(ticket.stage(), Stage::Filed | Stage::Verifying) && in_grids(),
        Reach::Department => assignment.is_some_and(|a| is_own(&a.lead)),
        Reach::Assisting => assignment.and_then(|a| a.assist.as_ref()).is_some_and(is_own),
        Reach::Party => {
            ticket.meeting.as_ref().is_some_and(|meeting| meeting.parties.iter().any(is_own))
                || ticket.parts.iter().any(|part| is_own(&part.unit))
        }
    }
}

/// Whether the role ever asks for this action.
pub fn is_role_allowed(action: ActionKind, role: Role) -> bool {
    PERMITS.iter().any(|p| p.action == action && p.role == role)
}

/// Whether this actor may ask for this action on this ticket, its state aside.
pub fn is_allowed(action: ActionKind, actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    let reaches =
        |p: &Permit| p.action == action && p.role == actor.role && covers(p.reach, actor, ticket, mine);
    PERMITS.iter().any(reaches) && (!ticket.source.is_restricted() || can_see(actor, ticket, mine))
}

/// Whether this actor may see the whole ticket.
pub fn can_see(actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    if ticket.source.is_restricted() {
        return sees_restricted(actor, ticket, mine);
    }
    VIEWS.iter().any(|(role, reach)| *role == actor.role && covers(*reach, actor, ticket, mine))
}

/// A restricted ticket (信访) is seen by whoever reported it, decides on it, works on it or was asked to look at it.
fn sees_restricted(actor: &Actor, ticket: &Ticket, mine: bool) -> bool {
    let covered = |reach| covers(reach, actor, ticket, mine);
    match actor.role {
        Dispatcher | Command | Inspector | Admin | System => true,
        Handler | UnitHead => {
            mine || covered(Reach::Department) || covered(Reach::Assisting) || covered(Reach::Party)
        }
        GridWorker => mine || (ticket.stage() == Stage::Verifying && covered(Reach::Grid)),
        _ => mine,
    }
}
