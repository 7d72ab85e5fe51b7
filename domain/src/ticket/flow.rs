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
    /// Begin to climb the ladder of 督办.
    Climb,
    /// See that it gets a unit.
    WatchGap,
    /// End the prompt when its time is over.
    EndPrompt,
    Tell(Audience),
}

const NONE: &[Need] = &[];
const WHY: &[Need] = &[Need::Reason];
const TWIN: &[Need] = &[Need::SuspectedTwin];
const LINKED: &[Need] = &[Need::Reason, Need::RelapseLink];
const FIVE: &[Need] = &[Need::Lead, Need::OrderRight, Need::Head, Need::Person, Need::Task, Need::Duty];
const UNITS: &[Need] = &[Need::Reason, Need::Lead, Need::Head, Need::Person];
const RULING: &[Need] =
    &[Need::Reason, Need::Lead, Need::Head, Need::Person, Need::ThreeParties, Need::Present];
const OUTSIDE: &[Need] = &[Need::Reason, Need::ExternalUnit, Need::Head, Need::Person];
const NAMED: &[Need] = &[Need::Reason, Need::OrderRight, Need::Person];
const UPWARD: &[Need] = &[Need::Reason, Need::NextLevel, Need::Superior];
const BACK: &[Need] = &[Need::NotRuled, Need::Reason, Need::OtherUnit];
const CALLED: &[Need] = &[Need::Reason, Need::Parties];
const SHARED: &[Need] = &[Need::Reason, Need::Parts];
const OWN_PART: &[Need] = &[Need::OpenPart, Need::Photos];
const STONE: &[Need] = &[Need::OpenMilestone, Need::Photos];
const PLACE: &[Need] = &[Need::Reason, Need::Grids];
const RETURNED: &[Need] = &[Need::Reason, Need::Unlinked, Need::ClosedTicket];
const ANSWER: &[Need] = &[Need::ReplyOwed, Need::Text];
const FRAME: &[Need] = &[Need::Confidence, Need::Photos];
const HANDED: &[Start] =
    &[Start::Tell(Audience::Lead), Start::Tell(Audience::Assist), Start::WatchDeadline, Start::Climb];
const FOLLOWERS: &[Start] = &[Start::Tell(Audience::Followers)];
const LEAD: &[Start] = &[Start::Tell(Audience::Lead)];
const DESK: &[Start] = &[Start::Tell(Audience::Desk)];
const ABOVE: &[Start] = &[Start::Tell(Audience::Superior), Start::Tell(Audience::Lead)];
const PARTIES: &[Start] = &[Start::Tell(Audience::Parties), Start::Tell(Audience::Lead)];
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
    stay(&[Received], ConfirmPlace, PLACE, TRIAGE),
    step(Received, Prompt, &[Prompted], &[Need::NotPrompted, Need::Text, Need::FutureTime], Effect::Keep, &[Start::EndPrompt, Start::Tell(Audience::Followers)]),
    step(Received, File, &[Filed], &[Need::Standard], Effect::Keep, &[Start::Tell(Audience::Followers), Start::Triage, Start::WatchGap]),
    step(Received, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Received, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Received], KeepSeparate, TWIN, TRIAGE),
    stay(&[Received], Absorb, NONE, QUIET),
    stay(&[Received], Release, NONE, QUIET),
    stay(&[Received], Follow, NONE, QUIET),
    step(Received, Withdraw, &[Withdrawn], NONE, Effect::Keep, QUIET),
    stay(&[Received], LinkRelapse, RETURNED, QUIET),
    stay(&[Received], UnlinkRelapse, LINKED, QUIET),
    stay(&[Received], Note, WHY, QUIET),
    // 核实中: a 图斑 that isn't real, or is allowed, ends here
    stay(&[Verifying], Flag, NONE, QUIET),
    step(Verifying, Verify, &[Received, Declined], &[Need::Patch], Effect::Keep, TRIAGE),
    step(Verifying, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Verifying, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Verifying], Absorb, NONE, QUIET),
    stay(&[Verifying], Release, NONE, QUIET),
    stay(&[Verifying], Follow, NONE, QUIET),
    step(Verifying, Withdraw, &[Withdrawn], NONE, Effect::Keep, QUIET),
    stay(&[Verifying], Note, WHY, QUIET),
    // 案前提示
    step(Prompted, Heed, &[Declined], &[Need::Photos], Effect::Keep, FOLLOWERS),
    step(Prompted, Lapse, &[Received], NONE, Effect::Keep, TRIAGE),
    step(Prompted, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Prompted, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Prompted], Absorb, NONE, QUIET),
    stay(&[Prompted], Release, NONE, QUIET),
    stay(&[Prompted], Follow, NONE, QUIET),
    step(Prompted, Withdraw, &[Withdrawn], NONE, Effect::Keep, QUIET),
    stay(&[Prompted], Note, WHY, QUIET),
    // 待派遣
    stay(&[Filed], Flag, NONE, QUIET),
    stay(&[Filed], ConfirmPlace, PLACE, TRIAGE),
    step(Filed, Dispatch, &[Dispatched], FIVE, Effect::Start, HANDED),
    step(Filed, TakeOver, &[Dispatched], &[Need::Reason, Need::Lead, Need::Person], Effect::Start, HANDED),
    step(Filed, HandleOnSpot, &[Fixed], &[Need::Photos], Effect::Keep, &[Start::VerifyProof]),
    step(Filed, Decline, &[Declined], WHY, Effect::Keep, FOLLOWERS),
    step(Filed, Merge, &[Merged], &[Need::OtherTicket], Effect::Keep, FOLLOWERS),
    stay(&[Filed], KeepSeparate, TWIN, TRIAGE),
    stay(&[Filed], Absorb, NONE, QUIET),
    stay(&[Filed], Release, NONE, QUIET),
    stay(&[Filed], Follow, NONE, QUIET),
    stay(&[Filed], LinkRelapse, RETURNED, QUIET),
    stay(&[Filed], UnlinkRelapse, LINKED, QUIET),
    stay(&[Filed], Reply, ANSWER, FOLLOWERS),
    stay(&[Filed], Note, WHY, QUIET),
    // 待处置
    stay(&[Dispatched], Flag, NONE, QUIET),
    stay(&[Dispatched], ConfirmPlace, PLACE, QUIET),
    step(Dispatched, SignIn, &[Handling], NONE, Effect::Keep, FOLLOWERS),
    stay(&[Dispatched], Acknowledge, NONE, QUIET),
    step(Dispatched, Return, &[Disputed], BACK, Effect::Pause(PauseReason::Dispute), DESK),
    step(Dispatched, Convene, &[Disputed], CALLED, Effect::Pause(PauseReason::Dispute), PARTIES),
    step(Dispatched, Redispatch, &[Dispatched], UNITS, Effect::HandOver, HANDED),
    step(Dispatched, Transfer, &[Dispatched], OUTSIDE, Effect::HandOver, HANDED),
    step(Dispatched, TakeOver, &[Dispatched], &[Need::Reason, Need::OrderRight, Need::OtherLead, Need::Lead, Need::Person], Effect::HandOver, HANDED),
    stay(&[Dispatched], Assign, NAMED, LEAD),
    stay(&[Dispatched], Escalate, UPWARD, ABOVE),
    stay(&[Dispatched], Split, SHARED, PARTIES),
    stay(&[Dispatched], FinishPart, OWN_PART, LEAD),
    step(Dispatched, Merge, &[Merged], &[Need::OtherTicket], Effect::Stop, FOLLOWERS),
    stay(&[Dispatched], KeepSeparate, TWIN, QUIET),
    stay(&[Dispatched], Absorb, NONE, QUIET),
    stay(&[Dispatched], Release, NONE, QUIET),
    stay(&[Dispatched], Follow, NONE, QUIET),
    stay(&[Dispatched], Supervise, WHY, LEAD),
    stay(&[Dispatched], LinkRelapse, RETURNED, QUIET),
    stay(&[Dispatched], UnlinkRelapse, LINKED, QUIET),
    stay(&[Dispatched], Reply, ANSWER, FOLLOWERS),
    stay(&[Dispatched], Note, WHY, QUIET),
    // 处置中
    stay(&[Handling], Flag, NONE, QUIET),
    stay(&[Handling], ConfirmPlace, PLACE, QUIET),
    step(Handling, SubmitFix, &[Fixed], &[Need::PartsDone, Need::Photos], Effect::Pause(PauseReason::Inspection), &[Start::VerifyProof]),
    stay(&[Handling], Acknowledge, NONE, QUIET),
    step(Handling, Return, &[Disputed], BACK, Effect::Pause(PauseReason::Dispute), DESK),
    step(Handling, Convene, &[Disputed], CALLED, Effect::Pause(PauseReason::Dispute), PARTIES),
    step(Handling, Redispatch, &[Dispatched], UNITS, Effect::HandOver, HANDED),
    step(Handling, Transfer, &[Dispatched], OUTSIDE, Effect::HandOver, HANDED),
    stay(&[Handling], Assign, NAMED, LEAD),
    stay(&[Handling], Escalate, UPWARD, ABOVE),
    stay(&[Handling], Split, SHARED, PARTIES),
    stay(&[Handling], FinishPart, OWN_PART, LEAD),
    stay(&[Handling], Plan, &[Need::Text, Need::Milestones], QUIET),
    stay(&[Handling], ReachMilestone, STONE, QUIET),
    stay(&[Handling], RequestExtension, &[Need::Reason, Need::PendingRequest, Need::FittingLimit], DESK),
    stay(&[Handling], RequestSuspension, &[Need::Reason, Need::PendingRequest, Need::FutureTime], DESK),
    step(Handling, Grant, &[Handling, Suspended], &[Need::PendingRequest], Effect::ByRequest, LEAD),
    stay(&[Handling], Deny, &[Need::Reason, Need::PendingRequest], LEAD),
    stay(&[Handling], KeepSeparate, TWIN, QUIET),
    stay(&[Handling], Absorb, NONE, QUIET),
    stay(&[Handling], Release, NONE, QUIET),
    stay(&[Handling], Follow, NONE, QUIET),
    stay(&[Handling], Supervise, WHY, LEAD),
    stay(&[Handling], LinkRelapse, RETURNED, QUIET),
    stay(&[Handling], UnlinkRelapse, LINKED, QUIET),
    stay(&[Handling], Reply, ANSWER, FOLLOWERS),
    stay(&[Handling], Note, WHY, QUIET),
    // 会商中
    stay(&[Disputed], Convene, CALLED, PARTIES),
    stay(&[Disputed], CheckIn, &[Need::Meeting, Need::OnSite], QUIET),
    step(Disputed, Rule, &[Dispatched], RULING, Effect::HandOver, HANDED),
    step(Disputed, Transfer, &[Dispatched], OUTSIDE, Effect::HandOver, HANDED),
    stay(&[Disputed], Escalate, UPWARD, ABOVE),
    stay(&[Disputed], Absorb, NONE, QUIET),
    stay(&[Disputed], Release, NONE, QUIET),
    stay(&[Disputed], Follow, NONE, QUIET),
    stay(&[Disputed], Supervise, WHY, LEAD),
    stay(&[Disputed], Reply, ANSWER, FOLLOWERS),
    stay(&[Disputed], Note, WHY, QUIET),
    // 已挂账
    step(Suspended, Resume, &[Handling], WHY, Effect::Resume, LEAD),
    stay(&[Suspended], Escalate, UPWARD, ABOVE),
    stay(&[Suspended], ReachMilestone, STONE, QUIET),
    stay(&[Suspended], Absorb, NONE, QUIET),
    stay(&[Suspended], Release, NONE, QUIET),
    stay(&[Suspended], Follow, NONE, QUIET),
    stay(&[Suspended], Supervise, WHY, LEAD),
    stay(&[Suspended], Reply, ANSWER, FOLLOWERS),
    stay(&[Suspended], Note, WHY, QUIET),
    // 待核查: a fix on the spot that fails goes back to be dispatched, having no unit yet
    step(Fixed, Judge, &[Fixed, Accepted, Handling, Filed], NONE, Effect::ByOutcome, QUIET),
    step(Fixed, Accept, &[Fixed, Accepted], &[Need::Side], Effect::ByOutcome, QUIET),
    step(Fixed, Rework, &[Handling, Filed], WHY, Effect::ByOutcome, LEAD),
    stay(&[Fixed], CheckFrame, FRAME, QUIET),
    stay(&[Fixed], Absorb, NONE, QUIET),
    stay(&[Fixed], Release, NONE, QUIET),
    stay(&[Fixed], Follow, NONE, QUIET),
    stay(&[Fixed], LinkRelapse, RETURNED, QUIET),
    stay(&[Fixed], UnlinkRelapse, LINKED, QUIET),
    stay(&[Fixed], Reply, ANSWER, FOLLOWERS),
    stay(&[Fixed], Note, WHY, QUIET),
    // 待销号
    step(Accepted, Close, &[Closed], NONE, Effect::Keep, &[Start::Tell(Audience::Followers), Start::ScheduleRecheck]),
    step(Accepted, Rework, &[Handling, Filed], WHY, Effect::ByOutcome, LEAD),
    stay(&[Accepted], Follow, NONE, QUIET),
    stay(&[Accepted], LinkRelapse, RETURNED, QUIET),
    stay(&[Accepted], UnlinkRelapse, LINKED, QUIET),
    stay(&[Accepted], NameCause, NONE, QUIET),
    stay(&[Accepted], Reply, ANSWER, FOLLOWERS),
    stay(&[Accepted], Note, WHY, QUIET),
    // 已销号
    stay(&[Closed], Rate, &[Need::Stars], QUIET),
    stay(&[Closed], Contest, WHY, DESK),
    stay(&[Closed], Recheck, &[Need::Photos], QUIET),
    stay(&[Closed], CheckFrame, FRAME, QUIET),
    step(Closed, Reopen, &[Handling, Filed], WHY, Effect::Resume, &[Start::Tell(Audience::Lead), Start::Tell(Audience::Followers)]),
    stay(&[Closed], Appeal, &[Need::Reason, Need::PendingRequest], DESK),
    stay(&[Closed], Grant, &[Need::PendingRequest], LEAD),
    stay(&[Closed], Deny, &[Need::Reason, Need::PendingRequest], LEAD),
    stay(&[Closed], LinkRelapse, RETURNED, QUIET),
    stay(&[Closed], UnlinkRelapse, LINKED, QUIET),
    stay(&[Closed], NameCause, NONE, QUIET),
    stay(&[Closed], Reply, ANSWER, FOLLOWERS),
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
