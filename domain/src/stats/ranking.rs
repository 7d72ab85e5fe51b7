//! The ranking of units (每月成绩排名): a score from a full mark, each lost point explained by its item, its number and
//! the cases behind it, and ranks with ties among peers. It refuses weights that would give points, and an explanation
//! that doesn't add up: the items' lost points are the lost points.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::board::print_points;
use crate::config::Check;

/// The largest weight, hundredths of a point.
const MOST: i64 = 100_000;

word! {
    /// For what a unit loses points.
    Item {
        /// The share of the due cases that weren't closed on time.
        Late "按期结案率",
        OverdueDays "逾期天数",
        Reworked "返工",
        Relapsed "回弹",
        Supervised "督办",
        Exposed "曝光",
        /// Test items lost in a simulation (模拟测评).
        Simulation "模拟测评扣分",
    }
}

impl Item {
    /// What its number counts in.
    const fn piece(self) -> &'static str {
        match self {
            Self::OverdueDays => "天",
            Self::Supervised | Self::Exposed => "次",
            Self::Late | Self::Reworked | Self::Relapsed => "件",
            Self::Simulation => "项",
        }
    }
}

/// The score's weights, all in hundredths of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScoreRule {
    /// The full mark.
    pub full: i64,
    /// Lost when every due case is late; less in proportion.
    pub late: i64,
    /// Lost for each overdue day.
    pub overdue_day: i64,
    /// Lost for each case sent back.
    pub rework: i64,
    /// Lost for each relapse.
    pub relapse: i64,
    /// Lost for each time a case was urged.
    pub supervision: i64,
    /// Lost for each exposure.
    pub exposure: i64,
    /// Lost for each point that a simulation took.
    pub simulation: i64,
    /// The most that one item beside 按期结案率 may cost.
    pub item_most: i64,
    /// How often a case that was on air counts when it is late or sent back.
    pub media_times: i64,
}

impl Default for ScoreRule {
    fn default() -> Self {
        Self {
            full: 10_000,
            late: 5_000,
            overdue_day: 20,
            rework: 100,
            relapse: 200,
            supervision: 50,
            exposure: 300,
            simulation: 100,
            item_most: 2_000,
            media_times: 2,
        }
    }
}

impl Check for ScoreRule {
    fn check(&self) -> Result<(), String> {
        let weights = [
            ("late", self.late),
            ("overdue_day", self.overdue_day),
            ("rework", self.rework),
            ("relapse", self.relapse),
            ("supervision", self.supervision),
            ("exposure", self.exposure),
            ("simulation", self.simulation),
            ("item_most", self.item_most),
        ];
        if !(1..=MOST).contains(&self.full) {
            return Err(format!("full：满分须为 1 至 {MOST}（百分之一分）"));
        }
        if let Some((name, value)) = weights.iter().find(|(_, value)| !(0..=MOST).contains(value)) {
            return Err(format!("{name}：{value} 不在 0 至 {MOST}（百分之一分）之间，扣分不能为负"));
        }
        if self.late > self.full {
            return Err(format!("late：不能大于满分 {}", self.full));
        }
        if !(1..=10).contains(&self.media_times) {
            return Err(format!("media_times：{} 不在 1 至 10 之间", self.media_times));
        }
        Ok(())
    }
}

impl ScoreRule {
    /// The formula in Chinese, with this rule's weights.
    pub fn text(&self) -> String {
        let each = [
            (Item::OverdueDays, self.overdue_day),
            (Item::Reworked, self.rework),
            (Item::Relapsed, self.relapse),
            (Item::Supervised, self.supervision),
            (Item::Exposed, self.exposure),
        ];
        let each: Vec<String> = each
            .iter()
            .map(|(item, points)| format!("{}每{}扣 {}", item.label(), item.piece(), print_points(*points)))
            .collect();
        format!(
            "{} − {} ×（1 − 按期结案率）；{}；模拟测评每扣 1 分扣 {}；除按期结案率外每项最多扣 {}；媒体曝光件按 {} 倍计",
            print_points(self.full),
            print_points(self.late),
            each.join("，"),
            print_points(self.simulation),
            print_points(self.item_most),
            self.media_times
        )
    }
}

/// What is known of a unit over a span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// 应结案.
    pub due: i64,
    /// Of those, not closed on time, and of these the ones that were on air.
    pub late: i64,
    pub aired_late: i64,
    pub overdue_days: i64,
    pub reworked: i64,
    pub aired_reworked: i64,
    pub relapsed: i64,
    pub supervised: i64,
    pub exposed: i64,
    /// Test items lost in simulations, and the hundredths of a point that they took.
    pub simulated: i64,
    pub simulation_points: i64,
    /// What is behind an item: ids of tickets, or the names of test items.
    pub behind: BTreeMap<Item, Vec<String>>,
}

/// The points lost for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub item: Item,
    pub label: String,
    /// How many times, media counted as the rule says.
    pub count: i64,
    /// Hundredths of a point for each; the most for the rate of lateness.
    pub each: i64,
    /// Hundredths of a point.
    pub lost: i64,
    /// The arithmetic in Chinese.
    pub text: String,
    /// Ids of at most twenty tickets, or names of test items.
    pub behind: Vec<String>,
}

/// The score in hundredths of a point, and every lost one explained; the explanations add up to what is missing from the
/// full mark, also when nothing is left to lose.
pub fn score(rule: &ScoreRule, record: &Record) -> (i64, Vec<Lost>) {
    let more = rule.media_times - 1;
    let late = record.late + record.aired_late * more;
    let of_late = match record.due {
        due if due > 0 => (rule.late * late + due / 2).div_euclid(due).clamp(0, rule.late),
        _ => 0,
    };
    let cap = rule.item_most;
    let rows = [
        (Item::Late, late, rule.late, of_late),
        pieces(Item::OverdueDays, record.overdue_days, rule.overdue_day, cap),
        pieces(Item::Reworked, record.reworked + record.aired_reworked * more, rule.rework, cap),
        pieces(Item::Relapsed, record.relapsed, rule.relapse, cap),
        pieces(Item::Supervised, record.supervised, rule.supervision, cap),
        pieces(Item::Exposed, record.exposed, rule.exposure, cap),
        (
            Item::Simulation,
            record.simulated,
            rule.simulation,
            (record.simulation_points.max(0).saturating_mul(rule.simulation) / 100).min(cap),
        ),
    ];
    let mut left = rule.full;
    let mut lost = Vec::new();
    for (item, count, each, points) in rows {
        let points = points.min(left);
        left -= points;
        if count > 0 {
            let text = explain(item, count, each, points, record);
            let behind = record.behind.get(&item).cloned().unwrap_or_default();
            lost.push(Lost { item, label: item.label().to_owned(), count, each, lost: points, text, behind });
        }
    }
    (left, lost)
}

fn pieces(item: Item, count: i64, each: i64, cap: i64) -> (Item, i64, i64, i64) {
    (item, count, each, count.max(0).saturating_mul(each).min(cap))
}

fn explain(item: Item, count: i64, each: i64, points: i64, record: &Record) -> String {
    let (label, piece, each) = (item.label(), item.piece(), print_points(each));
    let points = print_points(points);
    match item {
        Item::Late => format!("未按期 {count} 件 ÷ 应结案 {} 件 × {each}，扣 {points} 分", record.due),
        Item::Simulation => {
            format!(
                "{label} {count} {piece}共 {} 分 × {each}，扣 {points} 分",
                print_points(record.simulation_points)
            )
        }
        _ => format!("{label} {count} {piece} × {each}，扣 {points} 分"),
    }
}

/// Ranks by score, the highest first, with ties (1, 1, 3); who has no score has no rank.
pub fn ranks(scores: &[Option<i64>]) -> Vec<Option<u32>> {
    let rank = |score: &Option<i64>| {
        let own = (*score)?;
        let better = scores.iter().flatten().filter(|other| **other > own).count();
        u32::try_from(better + 1).ok()
    };
    scores.iter().map(rank).collect()
}

/// The mean of scores by weight, hundredths of a point rounded half up; none without a positive weight on a score.
pub fn weighted(parts: &[(f64, Option<i64>)]) -> Option<i64> {
    let thousandths =
        |weight: f64| if weight.is_finite() { (weight.max(0.0) * 1000.0).round() as i64 } else { 0 };
    let (mut points, mut weights) = (0_i64, 0_i64);
    for (weight, score) in parts {
        if let Some(score) = score {
            points = points.saturating_add(score.saturating_mul(thousandths(*weight)));
            weights = weights.saturating_add(thousandths(*weight));
        }
    }
    (weights > 0).then(|| (points + weights / 2).div_euclid(weights))
}

#[cfg(test)]
#[path = "ranking_tests.rs"]
mod tests;
