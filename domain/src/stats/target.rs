//! Yearly targets (办结率 98 %, 满意度 95 %, 按期办结率, 零上访) and zero-target categories (动态清零): lines on a board, a
//! linear forecast of the year's end, and the alarm when a line will be missed. It refuses to forecast from nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::rate::basis_points;
use crate::config::Check;
use crate::id::CategoryCode;

/// Basis points of a whole.
const WHOLE: i64 = 10_000;

/// The year's target lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetRule {
    /// 办结率, hundredths of a percent.
    pub closing: i64,
    /// 满意度, hundredths of a percent.
    pub satisfaction: i64,
    /// 按期办结率, hundredths of a percent.
    pub closing_on_time: i64,
    /// 信访 at most.
    pub petitions: i64,
}

impl Default for TargetRule {
    fn default() -> Self {
        Self { closing: 9800, satisfaction: 9500, closing_on_time: 9000, petitions: 0 }
    }
}

impl Check for TargetRule {
    fn check(&self) -> Result<(), String> {
        for (name, value) in [
            ("closing", self.closing),
            ("satisfaction", self.satisfaction),
            ("closing_on_time", self.closing_on_time),
        ] {
            if !(0..=WHOLE).contains(&value) {
                return Err(format!("{name}：{value} 不在 0 至 {WHOLE}（万分之一）之间"));
            }
        }
        if self.petitions < 0 {
            return Err(format!("petitions：{} 不能为负", self.petitions));
        }
        Ok(())
    }
}

/// The rate in hundredths of a percent at the end of `periods` periods, when each further one follows the line through
/// those that had cases and is as large as they were on average. `past` holds numerator and denominator of each period
/// so far; none when none of them had a case.
pub fn forecast(past: &[(i64, i64)], periods: usize) -> Option<i64> {
    let (above, below) = past.iter().fold((0, 0), |(a, b), (n, d)| (a + n, b + d));
    let points: Vec<(f64, f64)> = (0_u32..)
        .zip(past)
        .filter_map(|(at, (n, d))| Some((f64::from(at), basis_points(*n, *d)? as f64)))
        .collect();
    let count = points.len() as f64;
    basis_points(above, below)?;
    let (mean_x, mean_y) =
        points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let along: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if spread > 0.0 { along / spread } else { 0.0 };
    let size = below as f64 / count;
    let ahead: f64 = (past.len()..periods)
        .map(|at| (mean_y + slope * (at as f64 - mean_x)).clamp(0.0, WHOLE as f64))
        .sum();
    let further = periods.saturating_sub(past.len()) as f64;
    let rate = (above as f64 * WHOLE as f64 + ahead * size) / (below as f64 + further * size);
    Some(rate.round() as i64)
}

/// A count's linear forecast: as many in the days that are left as in those that went by.
pub const fn extrapolate(count: i64, days_gone: i64, days: i64) -> i64 {
    if days_gone <= 0 { count } else { (count * days + days_gone / 2) / days_gone }
}

/// Categories that must be cleared continuously, and how long one may be open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZeroRule {
    pub categories: Vec<CategoryCode>,
    /// Hours after which an open one raises the alarm.
    pub limit_hours: i64,
}

impl Default for ZeroRule {
    fn default() -> Self {
        // 非法小广告, 私设地锁地桩, 露天烧烤.
        Self { categories: ["07001", "06040", "06029"].map(CategoryCode::from).into(), limit_hours: 24 }
    }
}

impl Check for ZeroRule {
    fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for (at, code) in self.categories.iter().enumerate() {
            if code.as_str().trim().is_empty() || !seen.insert(code) {
                return Err(format!("categories[{at}]：“{code}”为空或重复"));
            }
        }
        if self.categories.len() > 50 {
            return Err("categories：最多 50 个类别".to_owned());
        }
        if !(1..=8760).contains(&self.limit_hours) {
            return Err(format!("limit_hours：{} 不在 1 至 8760 之间", self.limit_hours));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rate_stays_and_a_falling_one_falls_on() {
        assert_eq!(forecast(&[(98, 100), (98, 100)], 12), Some(9_800));
        // 99, 98, 97 … 88 over twelve months: 93.5 on average.
        assert_eq!(forecast(&[(99, 100), (98, 100), (97, 100)], 12), Some(9_350));
    }

    #[test]
    fn a_rate_never_leaves_the_scale_and_a_full_year_is_its_own_forecast() {
        assert_eq!(forecast(&[(80, 100), (100, 100)], 12), Some(9_833));
        assert_eq!(forecast(&[(1, 2), (2, 3)], 2), Some(6_000));
        assert_eq!(forecast(&[(10, 100), (0, 100)], 12).map(|rate| rate < 100), Some(true));
    }

    #[test]
    fn nothing_is_forecast_from_nothing_and_empty_months_don_t_bend_the_line() {
        assert_eq!(forecast(&[], 12), None);
        assert_eq!(forecast(&[(0, 0), (0, 0)], 12), None);
        assert_eq!(forecast(&[(0, 0), (9, 10), (0, 0)], 12), Some(9_000));
    }

    #[test]
    fn petitions_go_on_as_they_came() {
        assert_eq!((extrapolate(0, 100, 365), extrapolate(2, 73, 365), extrapolate(3, 0, 365)), (0, 10, 3));
    }

    #[test]
    fn targets_out_of_range_and_doubled_categories_are_refused_with_their_place() {
        let rule = TargetRule { closing: 10_001, ..TargetRule::default() };
        assert!(rule.check().unwrap_err().starts_with("closing：10001"));
        let rule = TargetRule { petitions: -1, ..TargetRule::default() };
        assert!(rule.check().unwrap_err().starts_with("petitions"));
        let rule = ZeroRule { categories: vec!["a".into(), "a".into()], limit_hours: 1 };
        assert_eq!(rule.check().unwrap_err(), "categories[1]：“a”为空或重复");
        assert!(
            ZeroRule { limit_hours: 0, ..ZeroRule::default() }
                .check()
                .unwrap_err()
                .starts_with("limit_hours")
        );
    }
}
