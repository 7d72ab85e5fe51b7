//! Instants and the district's day. An instant is epoch milliseconds; China keeps +08:00 all year.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds by which Chinese civil time is ahead of UTC.
pub const OFFSET_SECONDS: i32 = 8 * 3600;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a civil day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A point in time, epoch milliseconds; written as ISO-8601 with +08:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// From epoch milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Epoch milliseconds.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This moment moved by `ms` milliseconds.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment (negative when it is later).
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The civil date in China.
    pub fn date(self) -> NaiveDate {
        self.civil().date_naive()
    }

    /// Milliseconds since the civil midnight in China.
    pub const fn ms_of_day(self) -> i64 {
        (self.0 + OFFSET_SECONDS as i64 * 1000).rem_euclid(DAY_MS)
    }

    /// Midnight at which the civil `date` begins.
    pub fn midnight(date: NaiveDate) -> Self {
        let days = date.signed_duration_since(NaiveDate::default()).num_days();
        Self(days * DAY_MS - i64::from(OFFSET_SECONDS) * 1000)
    }

    /// Parses RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_millis()))
    }

    fn civil(self) -> DateTime<FixedOffset> {
        let east = FixedOffset::east_opt(OFFSET_SECONDS).expect("eight hours is a valid offset");
        east.timestamp_millis_opt(self.0).single().unwrap_or_default()
    }

    /// `MM-DD HH:MM` in China, for sentences read by people.
    pub fn short(self) -> String {
        self.civil().format("%m-%d %H:%M").to_string()
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.civil().format("%Y-%m-%dT%H:%M:%S%.3f%:z").fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("时间须为带时区的 ISO-8601"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_and_parses_in_chinese_time() {
        let m = Moment::parse("2026-02-16T09:30:00+08:00").unwrap();
        assert_eq!(m.to_string(), "2026-02-16T09:30:00.000+08:00");
        assert_eq!(Moment::parse("2026-02-16T01:30:00Z"), Some(m));
        assert_eq!(m.date(), NaiveDate::from_ymd_opt(2026, 2, 16).unwrap());
        assert_eq!(Moment::midnight(m.date()).plus_ms(m.ms_of_day()), m);
    }
}
