//! When the calendar asks for something: spans that tile the civil days, and rhythms that name one minute in every span.
//! It refuses to know what is due then, and which days are worked: a daily paper of a holiday is empty, not missing.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::config::Check;
use crate::time::{MINUTE_MS, Moment};

/// Minutes in a civil day.
const DAY_MINUTES: u16 = 24 * 60;
/// The years that a key may name.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;
/// Moments for which anything can be owed: 1970 to 2200, epoch milliseconds.
const REASON_MS: std::ops::Range<i64> = 0..7_258_118_400_000;

word! {
    /// How long a span is.
    SpanKind {
        /// 日.
        Day "日",
        /// 周: Monday to Sunday (ISO 8601).
        Week "周",
        /// 半月: the 1st to the 15th, the 16th to the last.
        HalfMonth "半月",
        /// 月.
        Month "月",
        /// 季度.
        Quarter "季度",
        /// 半年.
        HalfYear "半年",
        /// 年.
        Year "年",
    }
}

impl SpanKind {
    /// The most days that such a span has.
    pub const fn most_days(self) -> u16 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::HalfMonth => 16,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::HalfYear => 184,
            Self::Year => 366,
        }
    }

    /// Months of a span that is made of whole months.
    const fn months(self) -> Option<u32> {
        match self {
            Self::Day | Self::Week | Self::HalfMonth => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::HalfYear => Some(6),
            Self::Year => Some(12),
        }
    }
}

/// A stretch of civil days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// How long.
    pub kind: SpanKind,
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
}

impl Span {
    /// The span of `kind` in which `day` lies.
    pub fn of(kind: SpanKind, day: NaiveDate) -> Self {
        let (first, last) = match (kind, kind.months()) {
            (_, Some(months)) => months_around(day, months),
            (SpanKind::Week, None) => {
                let week = day.week(Weekday::Mon);
                (week.first_day(), week.last_day())
            }
            (SpanKind::HalfMonth, None) if day.day() <= 15 => (with_day(day, 1), with_day(day, 15)),
            (SpanKind::HalfMonth, None) => (with_day(day, 16), month_end(day)),
            _ => (day, day),
        };
        Self { kind, first, last }
    }

    /// The span before.
    pub fn previous(&self) -> Self {
        Self::of(self.kind, self.first.pred_opt().unwrap_or(self.first))
    }

    /// The span after.
    pub fn next(&self) -> Self {
        Self::of(self.kind, self.last.succ_opt().unwrap_or(self.last))
    }

    /// How many days it has, at least one.
    pub fn days(&self) -> u16 {
        let days = self.last.signed_duration_since(self.first).num_days() + 1;
        u16::try_from(days).unwrap_or(1)
    }

    /// Whether `day` lies in it.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// Midnight at which it begins.
    pub fn begins(&self) -> Moment {
        Moment::midnight(self.first)
    }

    /// Midnight after its last day.
    pub fn ends(&self) -> Moment {
        Moment::midnight(self.last.succ_opt().unwrap_or(self.last))
    }

    /// Its name: `2026-11-22`, `2026-W47`, `2026-11a` / `2026-11b`, `2026-11`, `2026Q4`, `2026H2`, `2026`.
    pub fn key(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            SpanKind::Day => self.first.format("%Y-%m-%d").to_string(),
            SpanKind::Week => self.first.format("%G-W%V").to_string(),
            SpanKind::HalfMonth => {
                let half = if self.first.day() == 1 { 'a' } else { 'b' };
                format!("{year:04}-{month:02}{half}")
            }
            SpanKind::Month => format!("{year:04}-{month:02}"),
            SpanKind::Quarter => format!("{year:04}Q{}", month.div_ceil(3)),
            SpanKind::HalfYear => format!("{year:04}H{}", month.div_ceil(6)),
            SpanKind::Year => format!("{year:04}"),
        }
    }

    /// Reads what [`Span::key`] wrote; `None` for anything else.
    pub fn parse(key: &str) -> Option<Self> {
        let found = if let Some((year, week)) = key.split_once("-W") {
            let monday = NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)?;
            Self::of(SpanKind::Week, monday)
        } else if let Some((year, quarter)) = key.split_once('Q') {
            Self::of(SpanKind::Quarter, of_month(year, 3, quarter)?)
        } else if let Some((year, half)) = key.split_once('H') {
            Self::of(SpanKind::HalfYear, of_month(year, 6, half)?)
        } else if let Some(month) = key.strip_suffix('a') {
            Self::of(SpanKind::HalfMonth, first_of(month)?)
        } else if let Some(month) = key.strip_suffix('b') {
            Self::of(SpanKind::HalfMonth, with_day(first_of(month)?, 16))
        } else {
            match key.len() {
                4 => Self::of(SpanKind::Year, NaiveDate::from_ymd_opt(key.parse().ok()?, 1, 1)?),
                7 => Self::of(SpanKind::Month, first_of(key)?),
                _ => Self::of(SpanKind::Day, NaiveDate::parse_from_str(key, "%Y-%m-%d").ok()?),
            }
        };
        // Written again it must be the same text: no second spelling of a span gets through.
        (YEARS.contains(&found.first.year()) && found.key() == key).then_some(found)
    }

    /// The words a paper's title begins with: `2026年11月22日`, `2026年第47周`, `2026年11月上半月` …
    pub fn title(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            SpanKind::Day => format!("{year}年{month}月{}日", self.first.day()),
            SpanKind::Week => {
                let week = self.first.iso_week();
                format!("{}年第{}周", week.year(), week.week())
            }
            SpanKind::HalfMonth => {
                format!("{year}年{month}月{}半月", if self.first.day() == 1 { "上" } else { "下" })
            }
            SpanKind::Month => format!("{year}年{month}月"),
            SpanKind::Quarter => format!("{year}年第{}季度", month.div_ceil(3)),
            SpanKind::HalfYear => format!("{year}年{}半年", if month <= 6 { "上" } else { "下" }),
            SpanKind::Year => format!("{year}年"),
        }
    }
}

/// One minute in every span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// In every such span.
    pub every: SpanKind,
    /// The day inside the span: 1 is its first, 0 its last; a day that a span hasn't got is its last.
    pub day: u16,
    /// Minutes after that day's midnight: 1020 is 17:00.
    pub minute: u16,
}

impl Rhythm {
    /// Of every span of the kind, its `day` at `minute`.
    pub const fn new(every: SpanKind, day: u16, minute: u16) -> Self {
        Self { every, day, minute }
    }

    /// When it is due in `span`.
    pub fn due_in(&self, span: &Span) -> Moment {
        let days = span.days();
        let day = if self.day == 0 { days } else { self.day.min(days) };
        let date = span.first.checked_add_days(Days::new(u64::from(day - 1))).unwrap_or(span.last);
        Moment::midnight(date).plus_ms(i64::from(self.minute) * MINUTE_MS)
    }

    /// Everything due in `(after, until]`, oldest first.
    pub fn occasions(&self, after: Moment, until: Moment) -> Vec<Occasion> {
        let reasonable = |moment: Moment| REASON_MS.contains(&moment.ms());
        if after >= until || !reasonable(after) || !reasonable(until) {
            return Vec::new();
        }
        let (mut span, mut found) = (Span::of(self.every, after.date()), Vec::new());
        loop {
            let due = self.due_in(&span);
            if due > until {
                return found;
            }
            if due > after {
                found.push(Occasion { due, span });
            }
            span = span.next();
        }
    }

    /// The first moment after `after` at which it is due.
    pub fn next_after(&self, after: Moment) -> Moment {
        let span = Span::of(self.every, after.date());
        let due = self.due_in(&span);
        if due > after { due } else { self.due_in(&span.next()) }
    }
}

impl Check for Rhythm {
    fn check(&self) -> Result<(), String> {
        let (every, most) = (self.every.label(), self.every.most_days());
        if self.day > most {
            return Err(format!("day：每{every}的第 {} 天不存在，须为 0（最后一天）至 {most}", self.day));
        }
        if self.minute >= DAY_MINUTES {
            return Err(format!("minute：{} 不在一天之内，须为 0 至 1439（分钟）", self.minute));
        }
        Ok(())
    }
}

/// One time at which a rhythm is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Occasion {
    /// When.
    pub due: Moment,
    /// The span in which `due` lies.
    pub span: Span,
}

fn with_day(date: NaiveDate, day: u32) -> NaiveDate {
    date.with_day(day).unwrap_or(date)
}

/// The last day of the month in which `date` lies.
fn month_end(date: NaiveDate) -> NaiveDate {
    (28..=31).rev().find_map(|day| date.with_day(day)).unwrap_or(date)
}

/// The `months` whole months around `day`, counted from January.
fn months_around(day: NaiveDate, months: u32) -> (NaiveDate, NaiveDate) {
    let first_month = (day.month0() / months) * months + 1;
    let of = |month| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
    (of(first_month), month_end(of(first_month + months - 1)))
}

/// The first day of `2026-11`.
fn first_of(month: &str) -> Option<NaiveDate> {
    let (year, month) = month.split_once('-')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)
}

/// The first day of the `nth` stretch of `months` months of `year`.
fn of_month(year: &str, months: u32, nth: &str) -> Option<NaiveDate> {
    let nth: u32 = nth.parse().ok().filter(|nth| (1..=12 / months).contains(nth))?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, (nth - 1) * months + 1, 1)
}

#[cfg(test)]
#[path = "rhythm_tests.rs"]
mod tests;
