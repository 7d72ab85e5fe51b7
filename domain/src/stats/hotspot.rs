//! Hot spots (热点难点研判): a cell and a category that come up much more often than before. It refuses to call a place
//! hot for its size alone: it must rise.

use serde::{Deserialize, Serialize};

use crate::config::Check;

/// When a place is hot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HotspotRule {
    /// The days that are looked at.
    pub days: i64,
    /// The days before them that they are held against.
    pub before_days: i64,
    /// Fewest tickets in `days`.
    pub min_count: i64,
    /// How many a day against before, in percent.
    pub ratio_percent: i64,
    /// The most that are named in one run, the hottest first.
    pub most: i64,
}

impl Default for HotspotRule {
    fn default() -> Self {
        Self { days: 7, before_days: 28, min_count: 5, ratio_percent: 200, most: 20 }
    }
}

impl Check for HotspotRule {
    fn check(&self) -> Result<(), String> {
        for (name, value, most) in [
            ("days", self.days, 92),
            ("before_days", self.before_days, 366),
            ("min_count", self.min_count, 10_000),
            ("ratio_percent", self.ratio_percent, 10_000),
            ("most", self.most, 200),
        ] {
            if !(1..=most).contains(&value) {
                return Err(format!("{name}：{value} 不在 1 至 {most} 之间"));
            }
        }
        Ok(())
    }
}

impl HotspotRule {
    /// Whether `recent` tickets after `before` earlier ones are a rise.
    pub const fn is_hot(&self, recent: i64, before: i64) -> bool {
        recent >= self.min_count
            && recent.saturating_mul(self.before_days).saturating_mul(100)
                >= before.saturating_mul(self.days).saturating_mul(self.ratio_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_hot_only_when_it_is_large_enough_and_rises() {
        let rule = HotspotRule::default();
        for (recent, before, hot) in [
            (5, 0, true),
            (4, 0, false),
            (5, 10, true),
            (5, 11, false),
            (50, 100, true),
            (50, 101, false),
            (0, 0, false),
        ] {
            assert_eq!(rule.is_hot(recent, before), hot, "{recent} after {before}");
        }
        assert!(!rule.is_hot(i64::MAX - 1, i64::MAX) || rule.is_hot(i64::MAX, i64::MAX));
    }

    #[test]
    fn numbers_that_make_everything_or_nothing_hot_are_refused_with_their_place() {
        let fault = |rule: HotspotRule| rule.check().unwrap_err();
        assert_eq!(fault(HotspotRule { days: 0, ..HotspotRule::default() }), "days：0 不在 1 至 92 之间");
        assert!(fault(HotspotRule { before_days: 0, ..HotspotRule::default() }).starts_with("before_days"));
        assert!(
            fault(HotspotRule { ratio_percent: -5, ..HotspotRule::default() }).starts_with("ratio_percent")
        );
    }
}
