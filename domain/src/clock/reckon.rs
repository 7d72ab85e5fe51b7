//! The reckoning: from what happened (started, paused, extended, stopped, sent back) to what is left, when it is
//! due and how late it is. Lateness counts only the lead's clock; pauses are listed, and the total clock runs on
//! beside it. It refuses to fail: any list of ticks has one answer, given by the rules of [`reckon`].

use super::calendar::{Calendar, within_reason};
pub use super::explain::explain;
use super::interval::{Grain, Ledger};
pub use super::interval::{Interval, IntervalKind};
use super::limit::{Limit, LimitUnit};
use crate::time::{DAY_MS, Moment};
use serde::{Deserialize, Serialize};
use strum::Display;

/// How far a clock is followed: 20 years after its start, and as far ahead for a due moment.
const HORIZON_MS: i64 = 20 * 366 * DAY_MS;

word! {
    /// What stops the lead's clock for a while.
    PauseReason {
        /// 会商: it is open who handles it.
        Dispute "会商",
        /// 挂账: put on the books by decision.
        Suspension "挂账",
        /// 待核查: time at the checker's door isn't the handler's.
        Inspection "待核查",
    }
}

/// What happened to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// The lead got the case.
    Start {
        /// How long it may take.
        limit: Limit,
    },
    /// The clock stands still.
    Pause {
        /// Why.
        why: PauseReason,
    },
    /// The clock runs again.
    Resume,
    /// 延期 granted.
    Extend {
        /// How much longer it may take.
        by: Limit,
    },
    /// 上级交办时限: due by then at the latest, whatever the limit says; no pause and no extension moves it.
    Cap {
        /// The authority's own deadline; named so in JSON because a tick has its own `at` beside it.
        #[serde(rename = "deadline")]
        at: Moment,
    },
    /// The lead is done.
    Stop,
    /// 返工: the clock goes on with what is left.
    Restart,
}

/// A mark with its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// When it happened.
    pub at: Moment,
    /// What happened.
    #[serde(flatten)]
    pub mark: Mark,
}

/// Whether the lead's clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClockState {
    /// Never started.
    Idle,
    /// Running (working time may still be standing still for the night).
    Running,
    /// Paused.
    Paused,
    /// Done.
    Stopped,
}

/// What a clock says at a moment. Times named "counted" are working milliseconds for 工作时 and 工作日, natural
/// milliseconds for 紧急工作时 and 自然日.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reckoning {
    /// Whether it runs.
    pub state: ClockState,
    /// When it started.
    pub started_at: Option<Moment>,
    /// Counted milliseconds of the limit it started with.
    pub limit_ms: i64,
    /// Counted milliseconds allowed in all: the limit and every extension.
    pub allowed_ms: i64,
    /// Counted milliseconds used.
    pub used_ms: i64,
    /// The authority's own deadline, when there is one.
    pub cap_at: Option<Moment>,
    /// When `used_ms` reaches `allowed_ms`, or `cap_at` when that is sooner: while running, the moment itself; when
    /// stopped, the one that was in force at the stop; none while idle, or more than 20 years ahead; `cap_at` while paused.
    pub due_at: Option<Moment>,
    /// Whether time ran on after the allowed time was used up.
    pub late: bool,
    /// From when.
    pub late_since: Option<Moment>,
    /// When it got late, or will get late if nothing more happens to it.
    pub late_at: Option<Moment>,
    /// Natural milliseconds past due, pauses left out; past `cap_at` only the time at the checker's door is left out.
    pub late_ms: i64,
    /// Counted milliseconds past due.
    pub late_working_ms: i64,
    /// Natural milliseconds from the start to now, or to the last stop; no pause stops it.
    pub total_ms: i64,
    /// Where the time went: in order, without gaps from the start to now or the stop; `counted_ms` sum to `used_ms`.
    pub intervals: Vec<Interval>,
}

impl Reckoning {
    /// Counted milliseconds left, negative when overdrawn.
    pub const fn left_ms(&self) -> i64 {
        self.allowed_ms.saturating_sub(self.used_ms)
    }

    const IDLE: Self = Self {
        state: ClockState::Idle,
        started_at: None,
        limit_ms: 0,
        allowed_ms: 0,
        used_ms: 0,
        cap_at: None,
        due_at: None,
        late: false,
        late_since: None,
        late_at: None,
        late_ms: 0,
        late_working_ms: 0,
        total_ms: 0,
        intervals: Vec::new(),
    };
}

/// Reads the clock that `ticks` describe at `now`.
///
/// The ticks are those of one lead; a new lead has a list of its own. Rules for lists that make no sense:
/// - The order of the list is the order of events: a tick dated before the one ahead of it counts at that one's time.
/// - Ticks after `now` haven't happened yet.
/// - Before the first `Start` nothing counts; a second `Start` is ignored.
/// - A pause holds with its first reason until `Resume`; `Resume` on a clock that isn't paused does nothing.
/// - `Stop` ends a pause too. Only `Restart` wakes a stopped clock, and the time between is shown as 待核查.
/// - `Extend` adds to the allowed time in any state once started; with the other kind of time a day stands for a day.
/// - Of several `Cap`s the soonest holds; one dated before the start counts at the start.
/// - A clock is followed for 20 years.
pub fn reckon(ticks: &[Tick], calendar: &Calendar, now: Moment) -> Reckoning {
    let Some(story) = Story::read(ticks, calendar, within_reason(now)) else { return Reckoning::IDLE };
    story.reckon(calendar)
}

/// A stretch of a clock's life: running, or paused with the reason.
struct Stretch {
    from: Moment,
    to: Moment,
    paused: Option<PauseReason>,
}

/// Ticks read in order.
struct Story {
    state: ClockState,
    unit: LimitUnit,
    limit_ms: i64,
    allowed_ms: i64,
    cap: Option<Moment>,
    /// The reason of the pause that is on at the end.
    paused: Option<PauseReason>,
    start: Moment,
    end: Moment,
    stretches: Vec<Stretch>,
}

impl Story {
    fn read(ticks: &[Tick], calendar: &Calendar, now: Moment) -> Option<Self> {
        let mut latest = within_reason(Moment::from_ms(i64::MIN));
        let mut timed = ticks.iter().map(|tick| {
            latest = latest.max(within_reason(tick.at));
            (latest, tick.mark)
        });
        let (start, limit) = timed.find_map(|(at, mark)| match mark {
            Mark::Start { limit } => Some((at, limit)),
            _ => None,
        })?;
        if start > now {
            return None;
        }
        let now = now.min(start.plus_ms(HORIZON_MS));
        let limit_ms = limit.length_ms(calendar);
        let (unit, state) = (limit.unit, ClockState::Running);
        let (allowed_ms, cap, paused, end) = (limit_ms, None, None, start);
        let mut story =
            Self { state, unit, limit_ms, allowed_ms, cap, paused, start, end, stretches: Vec::new() };
        for (at, mark) in timed.take_while(|(at, _)| *at <= now) {
            story.apply(at, mark, calendar);
        }
        if story.state != ClockState::Stopped {
            story.close(now, story.paused);
        }
        Some(story)
    }

    /// Applies one tick.
    fn apply(&mut self, at: Moment, mark: Mark, calendar: &Calendar) {
        use ClockState::{Paused, Running, Stopped};
        match (self.state, mark) {
            (_, Mark::Extend { by }) => {
                self.allowed_ms = self.allowed_ms.saturating_add(by.length_on(self.unit, calendar));
            }
            (_, Mark::Cap { at }) => {
                let at = within_reason(at).max(self.start);
                self.cap = Some(self.cap.map_or(at, |sooner| sooner.min(at)));
            }
            (Running, Mark::Pause { why }) => {
                let before = self.paused.replace(why);
                self.close(at, before);
                self.state = Paused;
            }
            (Paused, Mark::Resume) => {
                let before = self.paused.take();
                self.close(at, before);
                self.state = Running;
            }
            (Running | Paused, Mark::Stop) => {
                let before = self.paused.take();
                self.close(at, before);
                self.state = Stopped;
            }
            (Stopped, Mark::Restart) => {
                self.close(at, Some(PauseReason::Inspection));
                self.state = Running;
            }
            _ => {}
        }
    }

    /// Ends the current stretch at `at` and begins the next there; a pause of no length leaves no seam.
    fn close(&mut self, at: Moment, paused: Option<PauseReason>) {
        let from = std::mem::replace(&mut self.end, at);
        match self.stretches.last_mut() {
            _ if from == at => {}
            Some(last) if last.paused == paused => last.to = at,
            _ => self.stretches.push(Stretch { from, to: at, paused }),
        }
    }

    fn reckon(&self, calendar: &Calendar) -> Reckoning {
        let mut ledger = Ledger::default();
        let grain = Grain::of_span(self.end.since(self.start));
        let mut run = Run { allowed_ms: self.allowed_ms, cap: self.cap, ..Run::default() };
        for stretch in &self.stretches {
            let Stretch { from, to, paused } = *stretch;
            match paused {
                Some(why) => {
                    run.wait(stretch, why);
                    ledger.push(from, to, 0, IntervalKind::Paused { why });
                }
                None if self.unit.is_working() => {
                    run.follow(stretch, self.unit, calendar);
                    ledger.push_working(from, to, calendar, grain);
                }
                None => {
                    run.follow(stretch, self.unit, calendar);
                    ledger.push(from, to, to.since(from), IntervalKind::Counted);
                }
            }
        }
        let ahead = || advance(self.unit, calendar, self.end, self.allowed_ms.saturating_sub(run.used_ms));
        let reckoned = if self.state == ClockState::Paused { None } else { run.due.or_else(ahead) };
        let due_at = sooner(reckoned, self.cap);
        let awaited = match self.state {
            ClockState::Running => due_at,
            ClockState::Paused => self.cap.filter(|_| self.paused != Some(PauseReason::Inspection)),
            ClockState::Idle | ClockState::Stopped => None,
        };
        Reckoning {
            state: self.state,
            started_at: Some(self.start),
            limit_ms: self.limit_ms,
            allowed_ms: self.allowed_ms,
            used_ms: run.used_ms,
            cap_at: self.cap,
            due_at,
            late: run.late_ms > 0,
            late_since: run.late_since,
            late_at: run.late_since.or(awaited),
            late_ms: run.late_ms,
            late_working_ms: run.late_counted_ms,
            total_ms: self.end.since(self.start),
            intervals: ledger.0,
        }
    }
}

/// The sums over the stretches of a clock's life.
#[derive(Default)]
struct Run {
    allowed_ms: i64,
    cap: Option<Moment>,
    used_ms: i64,
    due: Option<Moment>,
    late_since: Option<Moment>,
    late_ms: i64,
    late_counted_ms: i64,
}

impl Run {
    fn follow(&mut self, stretch: &Stretch, unit: LimitUnit, calendar: &Calendar) {
        let Stretch { from, to, .. } = *stretch;
        let count =
            |from: Moment| if unit.is_working() { calendar.worked_ms(from, to) } else { to.since(from) };
        let counted = count(from);
        if self.due.is_none() && self.used_ms + counted >= self.allowed_ms {
            self.due = advance(unit, calendar, from, self.allowed_ms - self.used_ms);
        }
        self.used_ms += counted;
        if let Some(overrun) = self.overrun(sooner(self.due, self.cap), stretch) {
            self.late_counted_ms += count(overrun);
        }
    }

    /// A pause doesn't move the authority's deadline; only what waits at the checker's door isn't the handler's delay.
    fn wait(&mut self, stretch: &Stretch, why: PauseReason) {
        if why != PauseReason::Inspection {
            self.overrun(self.cap, stretch);
        }
    }

    /// Counts the part of a stretch that lies past `due`; from when, if there is one.
    fn overrun(&mut self, due: Option<Moment>, stretch: &Stretch) -> Option<Moment> {
        let overrun = stretch.from.max(due?);
        if overrun >= stretch.to {
            return None;
        }
        self.late_since.get_or_insert(overrun);
        self.late_ms += stretch.to.since(overrun);
        Some(overrun)
    }
}

/// The sooner of two moments of which either may be absent.
fn sooner(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).min()
}

/// The earliest moment from `from` on by which `ms` of counted time have passed, if within the horizon.
fn advance(unit: LimitUnit, calendar: &Calendar, from: Moment, ms: i64) -> Option<Moment> {
    if ms <= 0 {
        return Some(from);
    }
    if !unit.is_working() {
        return (ms <= HORIZON_MS).then(|| from.plus_ms(ms));
    }
    let mut left = ms;
    for (a, b) in calendar.working_spans(from, from.plus_ms(HORIZON_MS)) {
        if left <= b.since(a) {
            return Some(a.plus_ms(left));
        }
        left -= b.since(a);
    }
    None
}
