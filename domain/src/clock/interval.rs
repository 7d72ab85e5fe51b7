//! The answer to "where did the time go": ordered intervals without gaps, each with what it added to the clock.
//! It refuses to hide anything: pauses, nights, weekends and holidays are listed with the same care as work.

use super::calendar::{Calendar, Day, clip, days_between};
use super::explain::spell;
use super::reckon::PauseReason;
use crate::time::{DAY_MS, Moment};
use serde::{Deserialize, Serialize};

/// Why a stretch of time counted or didn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IntervalKind {
    /// 计时.
    Counted,
    /// 非工作时间: outside the shifts of a working day.
    OffHours,
    /// 周末.
    Weekend,
    /// 节假日.
    Holiday {
        /// The holiday's Chinese name.
        name: String,
    },
    /// 暂停.
    Paused {
        /// What stopped the lead's clock.
        why: PauseReason,
    },
}

/// A stretch of time of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Where it begins.
    pub from: Moment,
    /// Where it ends, later than `from`.
    pub to: Moment,
    /// Milliseconds that it added to the lead's clock; less than its length where a long clock's nights are folded in.
    pub counted_ms: i64,
    /// Why.
    #[serde(flatten)]
    pub kind: IntervalKind,
}

impl Interval {
    /// The interval in Chinese, such as `02-16 09:30 → 02-16 12:00 计时 2小时30分`.
    pub fn sentence(&self) -> String {
        let what = match &self.kind {
            IntervalKind::Counted => format!("计时 {}", spell(self.counted_ms)),
            IntervalKind::OffHours => "非工作时间 不计时".to_owned(),
            IntervalKind::Weekend => "周末 不计时".to_owned(),
            IntervalKind::Holiday { name } => format!("{name}假期 不计时"),
            IntervalKind::Paused { why } => {
                format!("{}暂停 {} 不计时", why.label(), spell(self.to.since(self.from)))
            }
        };
        format!("{} → {} {what}", self.from.short(), self.to.short())
    }
}

/// How finely working time is cut up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Every shift and every break.
    Shift,
    /// Runs of working days: nights and breaks are folded into them.
    Day,
}

impl Grain {
    /// Spans of up to 62 days are listed by shift (at most five intervals a day), longer ones by runs of days.
    pub(super) const fn of_span(span_ms: i64) -> Self {
        if span_ms <= 62 * DAY_MS { Self::Shift } else { Self::Day }
    }
}

/// Intervals in the making: touching ones of the same kind become one.
#[derive(Default)]
pub(super) struct Ledger(pub(super) Vec<Interval>);

impl Ledger {
    /// Appends `from..to`; an empty stretch leaves no trace.
    pub(super) fn push(&mut self, from: Moment, to: Moment, counted_ms: i64, kind: IntervalKind) {
        if from >= to {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.to == from && last.kind == kind => {
                last.to = to;
                last.counted_ms += counted_ms;
            }
            _ => self.0.push(Interval { from, to, counted_ms, kind }),
        }
    }

    /// Appends `from..to` of a clock that counts working time.
    pub(super) fn push_working(&mut self, from: Moment, to: Moment, calendar: &Calendar, grain: Grain) {
        for (date, midnight) in days_between(from, to) {
            let Some((a, b)) = clip((midnight, midnight.plus_ms(DAY_MS)), from, to) else { continue };
            match calendar.day(date) {
                Day::Holiday(name) => self.push(a, b, 0, IntervalKind::Holiday { name: name.to_owned() }),
                Day::Weekend => self.push(a, b, 0, IntervalKind::Weekend),
                Day::Working => self.push_day(midnight, (a, b), calendar, grain),
            }
        }
    }

    /// Appends the part `from..to` of the working day that begins at `midnight`.
    fn push_day(
        &mut self,
        midnight: Moment,
        (from, to): (Moment, Moment),
        calendar: &Calendar,
        grain: Grain,
    ) {
        let shifts = calendar.shifts_from(midnight).filter_map(|shift| clip(shift, from, to));
        if grain == Grain::Day {
            return match shifts.map(|(a, b)| b.since(a)).sum() {
                0 => self.push(from, to, 0, IntervalKind::OffHours),
                counted => self.push(from, to, counted, IntervalKind::Counted),
            };
        }
        let mut at = from;
        for (a, b) in shifts {
            self.push(at, a, 0, IntervalKind::OffHours);
            self.push(a, b, b.since(a), IntervalKind::Counted);
            at = b;
        }
        self.push(at, to, 0, IntervalKind::OffHours);
    }
}
