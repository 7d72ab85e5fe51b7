//! The working calendar: shifts of a working day, public holidays and 调休 make-up working days. It refuses
//! shifts that overlap or leave the day, and dates listed twice; it knows no holiday that it wasn't told.

use crate::time::{DAY_MS, MINUTE_MS, Moment};
use chrono::{Datelike as _, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Minutes in a civil day.
const DAY_MIN: u16 = 24 * 60;

/// A stretch of working time within a day, in minutes after midnight: `from_min` inclusive, `to_min` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shift {
    /// First minute of work.
    pub from_min: u16,
    /// Minute at which work ends, at most 1440.
    pub to_min: u16,
}

impl Shift {
    const fn length_ms(self) -> i64 {
        (self.to_min - self.from_min) as i64 * MINUTE_MS
    }
}

/// 08:30–12:00 and 13:30–17:30: 7.5 working hours, the usual day of a district office; a deployment may set others.
pub fn default_hours() -> Vec<Shift> {
    vec![
        Shift { from_min: 8 * 60 + 30, to_min: 12 * 60 },
        Shift { from_min: 13 * 60 + 30, to_min: 17 * 60 + 30 },
    ]
}

/// What makes a date differ from its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DaySort {
    /// 放假: no work, whatever the weekday.
    Holiday {
        /// The holiday's Chinese name.
        name: String,
    },
    /// 调休上班: work, whatever the weekday.
    #[serde(rename = "makeup")]
    MakeUp {
        /// The holiday that it makes up for.
        name: String,
    },
}

/// The `kind` column of a calendar row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum DayKind {
    /// 放假.
    Holiday,
    /// 调休上班.
    MakeUp,
}

/// One row of a calendar file: `date,kind,name,source`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRow {
    /// The civil date.
    pub date: NaiveDate,
    /// Holiday or make-up day.
    pub kind: DayKind,
    /// The holiday's Chinese name.
    pub name: String,
    /// The notice that says so.
    pub source: String,
}

/// Why a calendar was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    /// No shift at all: a working day would have no length.
    #[error("工作时段不能为空")]
    NoShift,
    /// A shift that ends before it begins or after midnight.
    #[error("工作时段 {from_min}–{to_min} 分须在一天之内且先始后终")]
    BadShift {
        /// First minute.
        from_min: u16,
        /// Last minute.
        to_min: u16,
    },
    /// Two shifts share a minute.
    #[error("工作时段在第 {at_min} 分重叠")]
    Overlap {
        /// First shared minute.
        at_min: u16,
    },
    /// A date stands in the rows twice.
    #[error("日期 {0} 重复")]
    Twice(NaiveDate),
}

/// How a date counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day<'a> {
    /// A working day: Monday to Friday or a make-up day.
    Working,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A holiday with its name, even when it falls on a weekend.
    Holiday(&'a str),
}

/// When work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    hours: Vec<Shift>,
    special: BTreeMap<NaiveDate, DaySort>,
}

impl Calendar {
    /// Makes a calendar of at least one shift; shifts may come in any order, may touch and may not overlap.
    pub fn new(mut hours: Vec<Shift>, days: BTreeMap<NaiveDate, DaySort>) -> Result<Self, CalendarFault> {
        if hours.is_empty() {
            return Err(CalendarFault::NoShift);
        }
        hours.sort_unstable();
        for &Shift { from_min, to_min } in &hours {
            if from_min >= to_min || to_min > DAY_MIN {
                return Err(CalendarFault::BadShift { from_min, to_min });
            }
        }
        if let Some(pair) = hours.windows(2).find(|pair| pair[1].from_min < pair[0].to_min) {
            return Err(CalendarFault::Overlap { at_min: pair[1].from_min });
        }
        Ok(Self { hours, special: days })
    }

    /// Makes a calendar of the rows of a calendar file; a date listed twice is refused, even in agreement.
    pub fn from_rows(
        hours: Vec<Shift>,
        rows: impl IntoIterator<Item = CalendarRow>,
    ) -> Result<Self, CalendarFault> {
        let mut days = BTreeMap::new();
        for CalendarRow { date, kind, name, .. } in rows {
            let sort = match kind {
                DayKind::Holiday => DaySort::Holiday { name },
                DayKind::MakeUp => DaySort::MakeUp { name },
            };
            if days.insert(date, sort).is_some() {
                return Err(CalendarFault::Twice(date));
            }
        }
        Self::new(hours, days)
    }

    /// How `date` counts.
    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        match self.special.get(&date) {
            Some(DaySort::Holiday { name }) => Day::Holiday(name),
            Some(DaySort::MakeUp { .. }) => Day::Working,
            None if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) => Day::Weekend,
            None => Day::Working,
        }
    }

    /// Whether work is done on `date`.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.day(date) == Day::Working
    }

    /// The special dates in order.
    pub fn special(&self) -> impl Iterator<Item = (NaiveDate, &DaySort)> {
        self.special.iter().map(|(date, sort)| (*date, sort))
    }

    /// The shifts of a working day, in order.
    pub fn hours(&self) -> &[Shift] {
        &self.hours
    }

    /// Length of the standard working day in milliseconds, more than zero.
    pub fn day_length_ms(&self) -> i64 {
        self.hours.iter().map(|shift| shift.length_ms()).sum()
    }

    /// Whether the calendar lists any holiday of `year`: without one, limits in that year are counted by weekdays.
    pub fn covers_year(&self, year: i32) -> bool {
        let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        let (Some(first), Some(last)) = (first, last) else { return false };
        self.special.range(first..=last).any(|(_, sort)| matches!(sort, DaySort::Holiday { .. }))
    }

    /// The shifts of the day that begins at `midnight`, whether or not the day is a working one.
    pub(super) fn shifts_from(&self, midnight: Moment) -> impl Iterator<Item = (Moment, Moment)> {
        let at = move |minute: u16| midnight.plus_ms(i64::from(minute) * MINUTE_MS);
        self.hours.iter().map(move |shift| (at(shift.from_min), at(shift.to_min)))
    }

    /// Working intervals inside `from..to`, in order, each non-empty and within one shift.
    ///
    /// Lazy, one look-up a day; the years are those of [`within_reason`].
    pub fn working_spans(&self, from: Moment, to: Moment) -> impl Iterator<Item = (Moment, Moment)> {
        days_between(from, to)
            .filter(|(date, _)| self.is_working_day(*date))
            .flat_map(|(_, midnight)| self.shifts_from(midnight))
            .filter_map(move |shift| clip(shift, from, to))
    }

    /// Working milliseconds inside `from..to`.
    pub fn worked_ms(&self, from: Moment, to: Moment) -> i64 {
        self.working_spans(from, to).map(|(a, b)| b.since(a)).sum()
    }
}

/// The part of `span` inside `from..to`, when there is one.
pub(super) fn clip(span: (Moment, Moment), from: Moment, to: Moment) -> Option<(Moment, Moment)> {
    let (a, b) = (span.0.max(from), span.1.min(to));
    (a < b).then_some((a, b))
}

/// The civil days that `from..to` touches, each with its midnight.
pub(super) fn days_between(from: Moment, to: Moment) -> impl Iterator<Item = (NaiveDate, Moment)> {
    let (from, to) = (within_reason(from), within_reason(to));
    let first = from.date();
    let midnight = Moment::midnight(first);
    let dated = first.iter_days().enumerate();
    dated.map(move |(n, date)| (date, midnight.plus_ms(n as i64 * DAY_MS))).take_while(move |(_, m)| *m < to)
}

/// `moment` moved into the years 1900 to 2299, where civil dates are exact and sums can't overflow.
pub(super) fn within_reason(moment: Moment) -> Moment {
    const FIRST_MS: i64 = -2_208_988_800_000;
    const LAST_MS: i64 = 10_413_792_000_000;
    Moment::from_ms(moment.ms().clamp(FIRST_MS, LAST_MS))
}

#[cfg(test)]
impl Calendar {
    /// Default hours and no special date.
    pub(super) fn plain() -> Self {
        Self::new(default_hours(), BTreeMap::new()).unwrap()
    }
}
