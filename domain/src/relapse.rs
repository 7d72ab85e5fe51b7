//! When a new problem is an old one that came back (回弹): the same category at the same place within some months after it
//! was struck off. It refuses to search: candidates are given.

use serde::{Deserialize, Serialize};

use crate::config::Check;
use crate::time::DAY_MS;

/// How near in time and place a problem counts as the old one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relapse {
    /// Days after the old one was struck off.
    pub days: u32,
    /// Metres around the old one.
    pub radius_m: f64,
}

impl Default for Relapse {
    fn default() -> Self {
        Self { days: 180, radius_m: 30.0 }
    }
}

impl Relapse {
    /// The same span in milliseconds.
    pub const fn span_ms(&self) -> i64 {
        self.days as i64 * DAY_MS
    }
}

impl Check for Relapse {
    fn check(&self) -> Result<(), String> {
        if !(1..=1_100).contains(&self.days) {
            return Err("days 须为 1 到 1100".into());
        }
        if !(1.0..=500.0).contains(&self.radius_m) {
            return Err("radius_m 须为 1 到 500(米)".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_without_days_or_with_half_a_district_is_refused() {
        assert!(Relapse::default().check().is_ok());
        for (days, radius_m) in [(0, 30.0), (9_999, 30.0), (180, 0.0), (180, f64::NAN), (180, 5_000.0)] {
            assert!(Relapse { days, radius_m }.check().is_err(), "{days} {radius_m}");
        }
    }
}
