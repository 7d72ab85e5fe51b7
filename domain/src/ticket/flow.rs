//! The one table of what may follow what: from × action → to, what must come with it, what it does to the handler's
//! clock and what it starts. Every pair that isn't here is refused.

use super::action::ActionKind::{self, *};
use super::refusal::Need;
use super::state::Stage::{self, *};
use crate::clock::reckon::PauseReason;
use crate::job::Audience;

/// One row of the table. `to` lists every state that the action may lead to; `decide` picks one of them.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub from: Stage,
    pub action: ActionKind,
    pub to: &'static [Stage],
    pub needs: &'static [Need],
    pub clock: Effect,
    pub starts: &'static [Start],
}

/// What a step does to the handler's clock (计时).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Keep,
    Start,
    /// Starts afresh for another unit, goes on for the same one.
    HandOver,
    Pause(PauseReason),
    Resume,
    Stop,
    /// Follows the state that it leads to: accepted stops it, handling lets it go on.
    ByOutcome,
    /// Follows the request that is granted: more time, a pause, or nothing.
    ByRequest,
}

/// What a step sets going after it is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Triage,
    VerifyProof,
    ScheduleRecheck,
    WatchDeadline,
    Tell(Audience),
}

const NONE: &[Need] = &[];
const WHY: &[Need] = &[Need::Reason];
const TWIN: &[Need] = &[Need::SuspectedTwin];
const LINKED: &[Need] = &[Need::Reason, Need::RelapseLink];
const FIVE: &[Need] = &[Need::Lead, Need::Person, Need::Task, Need::Duty];
const UNITS: &[Need] = &[Need::Reason, Need::Lead, Need::Person];
const HANDED: &[Start] = &[Start::Tell(Audience::Lead), Start::Tell(Audience::Assist), Start::WatchDeadline];
const FOLLOWERS: &[Start] = &[Start::Tell(Audience::Followers)];
const LEAD: &[Start] = &[Start::Tell(Audience::Lead)];
const DESK: &[Start] = &[Start::Tell(Audience::Desk)];
const TRIAGE: &[Start] = &[Start::Triage];
const QUIET: &[Start] = &[];

const fn step(
    from: Stage,
    action: ActionKind,
    to: &'static [Stage],
    needs: &'static [Need],
    clock: Effect,
    starts: &'static [Start],
) -> Step {
    Step { from, action, to, needs, clock, starts }
}

/// A step that leaves the state and the clock alone.
const fn stay(
    at: &'static [Stage; 1],
    action: ActionKind,
    needs: &'static [Need],
    starts: &'static [Start],
) -> Step {
    step(at[0], action, at, needs, Effect::Keep, starts)
}

/// The table.
#[rustfmt::skip]
pub const FLOW: &[Step] = &[
    // 待受理
    stay(&[Received], Flag, NONE, QUIET),
    stay(&[Received], Locate, NONE, QUIET),
    step(Received, AskVerify, &[Verifying], NONE, Effect::Keep, QUIET),
    stay(&[Received], ConfirmPlace, &[Need::Reason, Need::Grids], TRIAGE),
    step(Received, File, &[Filed], &[Need::Standard], Effect::Keep, &[Start::Tell(Audience::Followers), Start::Triage]),
    step(Received, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Received, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Received], KeepSeparate, TWIN, TRIAGE),
    stay(&[Received], Absorb, NONE, QUIET),
    stay(&[Received], Release, NONE, QUIET),
    stay(&[Received], Follow, NONE, QUIET),
    step(Received, Withdraw, &[Withdrawn], NONE, Effect::Keep, QUIET),
    stay(&[Received], UnlinkRelapse, LINKED, QUIET),
    stay(&[Received], Note, WHY, QUIET),
    // 核实中
    stay(&[Verifying], Flag, NONE, QUIET),
    step(Verifying, Verify, &[Received], NONE, Effect::Keep, TRIAGE),
    step(Verifying, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Verifying, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Verifying], Absorb, NONE, QUIET),
    stay(&[Verifying], Release, NONE, QUIET),
    stay(&[Verifying], Follow, NONE, QUIET),
    step(Verifying, Withdraw, &[Withdrawn], NONE, Effect::Keep, QUIET),
    stay(&[Verifying], Note, WHY, QUIET),
    // 待派遣
    stay(&[Filed], Flag, NONE, QUIET),
    stay(&[Filed], ConfirmPlace, &[Need::Reason, Need::Grids], TRIAGE),
    step(Filed, Dispatch, &[Dispatched], FIVE, Effect::Start, HANDED),
    step(Filed, HandleOnSpot, &[Fixed], &[Need::Photos], Effect::Keep, &[Start::VerifyProof]),
    step(Filed, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Filed, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Filed], KeepSeparate, TWIN, TRIAGE),
    stay(&[Filed], Absorb, NONE, QUIET),
    stay(&[Filed], Release, NONE, QUIET),
    stay(&[Filed], Follow, NONE, QUIET),
    stay(&[Filed], UnlinkRelapse, LINKED, QUIET),
    stay(&[Filed], Note, WHY, QUIET),
    // 待处置
    stay(&[Dispatched], Flag, NONE, QUIET),
    step(Dispatched, SignIn, &[Handling], NONE, Effect::Keep, FOLLOWERS),
    stay(&[Dispatched], Acknowledge, NONE, QUIET),
    step(Dispatched, Return, &[Disputed], &[Need::Reason, Need::OtherUnit], Effect::Pause(PauseReason::Dispute), DESK),
    step(Dispatched, Redispatch, &[Dispatched], UNITS, Effect::HandOver, HANDED),
    step(Dispatched, Transfer, &[Dispatched], &[Need::Reason, Need::ExternalUnit, Need::Person], Effect::HandOver, HANDED),
    stay(&[Dispatched], Assign, &[Need::Reason, Need::Person], LEAD),
    step(Dispatched, Merge, &[Merged], &[Need::OtherTicket], Effect::Stop, FOLLOWERS),
    stay(&[Dispatched], KeepSeparate, TWIN, QUIET),
    stay(&[Dispatched], Absorb, NONE, QUIET),
    stay(&[Dispatched], Release, NONE, QUIET),
    stay(&[Dispatched], Follow, NONE, QUIET),
    stay(&[Dispatched], Supervise, WHY, LEAD),
    stay(&[Dispatched], UnlinkRelapse, LINKED, QUIET),
    stay(&[Dispatched], Note, WHY, QUIET),
    // 处置中
    stay(&[Handling], Flag, NONE, QUIET),
    step(Handling, SubmitFix, &[Fixed], &[Need::Photos], Effect::Pause(PauseReason::Inspection), &[Start::VerifyProof]),
    stay(&[Handling], Acknowledge, NONE, QUIET),
    step(Handling, Return, &[Disputed], &[Need::Reason, Need::OtherUnit], Effect::Pause(PauseReason::Dispute), DESK),
    step(Handling, Redispatch, &[Dispatched], UNITS, Effect::HandOver, HANDED),
    step(Handling, Transfer, &[Dispatched], &[Need::Reason, Need::ExternalUnit, Need::Person], Effect::HandOver, HANDED),
    stay(&[Handling], Assign, &[Need::Reason, Need::Person], LEAD),
    stay(&[Handling], RequestExtension, &[Need::Reason, Need::PendingRequest, Need::FittingLimit], DESK),
    stay(&[Handling], RequestSuspension, &[Need::Reason, Need::PendingRequest, Need::FutureTime], DESK),
    step(Handling, Grant, &[Handling, Suspended], &[Need::PendingRequest], Effect::ByRequest, LEAD),
    stay(&[Handling], Deny, &[Need::Reason, Need::PendingRequest], LEAD),
    stay(&[Handling], KeepSeparate, TWIN, QUIET),
    stay(&[Handling], Absorb, NONE, QUIET),
    stay(&[Handling], Release, NONE, QUIET),
    stay(&[Handling], Follow, NONE, QUIET),
    stay(&[Handling], Supervise, WHY, LEAD),
    stay(&[Handling], UnlinkRelapse, LINKED, QUIET),
    stay(&[Handling], Note, WHY, QUIET),
    // 会商中
    step(Disputed, Rule, &[Dispatched], UNITS, Effect::HandOver, HANDED),
    step(Disputed, Transfer, &[Dispatched], &[Need::Reason, Need::ExternalUnit, Need::Person], Effect::HandOver, HANDED),
    stay(&[Disputed], Absorb, NONE, QUIET),
    stay(&[Disputed], Release, NONE, QUIET),
    stay(&[Disputed], Follow, NONE, QUIET),
    stay(&[Disputed], Supervise, WHY, LEAD),
    stay(&[Disputed], Note, WHY, QUIET),
    // 已挂账
    step(Suspended, Resume, &[Handling], WHY, Effect::Resume, LEAD),
    stay(&[Suspended], Absorb, NONE, QUIET),
    stay(&[Suspended], Release, NONE, QUIET),
    stay(&[Suspended], Follow, NONE, QUIET),
    stay(&[Suspended], Supervise, WHY, LEAD),
    stay(&[Suspended], Note, WHY, QUIET),
    // 待核查: a fix on the spot that fails goes back to be dispatched, having no unit yet
    step(Fixed, Judge, &[Fixed, Accepted, Handling, Filed], NONE, Effect::ByOutcome, QUIET),
    step(Fixed, Accept, &[Fixed, Accepted], &[Need::Side], Effect::ByOutcome, QUIET),
    step(Fixed, Rework, &[Handling, Filed], WHY, Effect::ByOutcome, LEAD),
    stay(&[Fixed], Absorb, NONE, QUIET),
    stay(&[Fixed], Release, NONE, QUIET),
    stay(&[Fixed], Follow, NONE, QUIET),
    stay(&[Fixed], Note, WHY, QUIET),
    // 待销号
    step(Accepted, Close, &[Closed], NONE, Effect::Keep, &[Start::Tell(Audience::Followers), Start::ScheduleRecheck]),
    step(Accepted, Rework, &[Handling, Filed], WHY, Effect::ByOutcome, LEAD),
    stay(&[Accepted], Follow, NONE, QUIET),
    stay(&[Accepted], Note, WHY, QUIET),
    // 已销号
    stay(&[Closed], Rate, &[Need::Stars], QUIET),
    stay(&[Closed], Contest, WHY, DESK),
    stay(&[Closed], Recheck, &[Need::Photos], QUIET),
    step(Closed, Reopen, &[Handling, Filed], WHY, Effect::Resume, &[Start::Tell(Audience::Lead), Start::Tell(Audience::Followers)]),
    stay(&[Closed], Appeal, &[Need::Reason, Need::PendingRequest], DESK),
    stay(&[Closed], Grant, &[Need::PendingRequest], LEAD),
    stay(&[Closed], Deny, &[Need::Reason, Need::PendingRequest], LEAD),
    stay(&[Closed], UnlinkRelapse, LINKED, QUIET),
    stay(&[Closed], Note, WHY, QUIET),
    // 不予受理, 已并案
    step(Declined, Reopen, &[Received], WHY, Effect::Keep, FOLLOWERS),
    stay(&[Declined], Note, WHY, QUIET),
    step(Merged, Unmerge, &[Received], WHY, Effect::Keep, TRIAGE),
];

/// The row for a pair, if there is one.
pub fn find(from: Stage, action: ActionKind) -> Option<&'static Step> {
    FLOW.iter().find(|s| s.from == from && s.action == action)
}

/// The states in which an action is possible.
pub fn sources(action: ActionKind) -> Vec<Stage> {
    FLOW.iter().filter(|s| s.action == action).map(|s| s.from).collect()
}
