//! A clock with its arithmetic: figures in minutes, and the Chinese lines that add up to them. It refuses to reckon: the
//! domain does.

use domain::clock::calendar::Calendar;
use domain::clock::limit::Limit;
use domain::clock::reckon::{ClockState, Interval, IntervalKind, Mark, Tick, explain, reckon};
use domain::time::Moment;
use serde::Serialize;

use super::minutes;

/// What the clock of one unit says now.
#[derive(Debug, Serialize)]
pub struct ClockView {
    pub state: ClockState,
    pub state_label: &'static str,
    pub started_at: Option<Moment>,
    /// Null while paused.
    pub due_at: Option<Moment>,
    /// The limit and every extension.
    pub allowed_minutes: i64,
    pub used_minutes: i64,
    /// Negative when overdrawn.
    pub left_minutes: i64,
    pub late: bool,
    pub late_since: Option<Moment>,
    /// Natural minutes past due, pauses left out.
    pub late_minutes: i64,
    /// Natural minutes from the start on; no pause stops it.
    pub total_minutes: i64,
    /// The arithmetic in Chinese, one statement a line.
    pub lines: Vec<String>,
    /// Where the time went, without gaps.
    pub intervals: Vec<IntervalView>,
}

/// A stretch of time of one kind.
#[derive(Debug, Serialize)]
pub struct IntervalView {
    pub from: Moment,
    pub to: Moment,
    pub kind: IntervalWord,
    /// Minutes that it added to the clock.
    pub counted_minutes: i64,
    /// The interval in Chinese.
    pub sentence: String,
}

/// The kind of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalWord {
    Counted,
    OffHours,
    Weekend,
    Holiday,
    Paused,
}

/// The clock that `ticks` describe; none before it started.
pub fn clock(ticks: &[Tick], calendar: &Calendar, now: Moment) -> Option<ClockView> {
    let limit = limit_of(ticks)?;
    let reckoning = reckon(ticks, calendar, now);
    Some(ClockView {
        state: reckoning.state,
        state_label: label(reckoning.state),
        started_at: reckoning.started_at,
        due_at: reckoning.due_at,
        allowed_minutes: minutes(reckoning.allowed_ms),
        used_minutes: minutes(reckoning.used_ms),
        left_minutes: minutes(reckoning.allowed_ms) - minutes(reckoning.used_ms),
        late: reckoning.late,
        late_since: reckoning.late_since,
        late_minutes: minutes(reckoning.late_ms),
        total_minutes: minutes(reckoning.total_ms),
        lines: explain(&reckoning, limit),
        intervals: reckoning.intervals.iter().map(interval_of).collect(),
    })
}

fn limit_of(ticks: &[Tick]) -> Option<Limit> {
    ticks.iter().find_map(|tick| match tick.mark {
        Mark::Start { limit } => Some(limit),
        _ => None,
    })
}

const fn label(state: ClockState) -> &'static str {
    match state {
        ClockState::Idle => "未开始",
        ClockState::Running => "计时中",
        ClockState::Paused => "已暂停",
        ClockState::Stopped => "已停止",
    }
}

fn interval_of(interval: &Interval) -> IntervalView {
    let kind = match interval.kind {
        IntervalKind::Counted => IntervalWord::Counted,
        IntervalKind::OffHours => IntervalWord::OffHours,
        IntervalKind::Weekend => IntervalWord::Weekend,
        IntervalKind::Holiday { .. } => IntervalWord::Holiday,
        IntervalKind::Paused { .. } => IntervalWord::Paused,
    };
    let Interval { from, to, counted_ms, .. } = *interval;
    IntervalView { from, to, kind, counted_minutes: minutes(counted_ms), sentence: interval.sentence() }
}
