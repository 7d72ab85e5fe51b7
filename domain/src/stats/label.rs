//! Labels of units (标识管理): a name from the score, by steps that a city sets. It refuses steps out of order and a score
//! that no step would hold.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::Check;

/// One label and the score in hundredths of a point from which it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub name: String,
    pub from: i64,
}

/// The labels, the best first; the last is given from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelRule {
    pub labels: Vec<Label>,
}

impl Default for LabelRule {
    fn default() -> Self {
        let label = |(name, from): (&str, i64)| Label { name: name.into(), from };
        let labels =
            [("示范单位", 9500), ("先进单位", 9000), ("达标单位", 8000), ("警示单位", 6000), ("整改单位", 0)];
        Self { labels: labels.map(label).into() }
    }
}

impl Check for LabelRule {
    fn check(&self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for (at, label) in self.labels.iter().enumerate() {
            let place = format!("labels[{at}]");
            if label.name.trim().is_empty() || label.name.chars().count() > 10 {
                return Err(format!("{place}.name：须为 1 至 10 个字"));
            }
            if !names.insert(label.name.as_str()) {
                return Err(format!("{place}.name：“{}”重复", label.name));
            }
            if at > 0 && self.labels[at - 1].from <= label.from {
                return Err(format!("{place}.from：须小于上一级的 {}", self.labels[at - 1].from));
            }
        }
        match self.labels.last() {
            Some(last) if last.from == 0 => Ok(()),
            Some(_) => Err("labels：最后一级须从 0 分起".to_owned()),
            None => Err("labels：至少要有一级".to_owned()),
        }
    }
}

impl LabelRule {
    /// The label of a score.
    pub fn of(&self, score: i64) -> Option<&str> {
        self.labels.iter().find(|label| score >= label.from).map(|label| label.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_gets_the_best_label_that_it_reaches() {
        let rule = LabelRule::default();
        for (score, label) in
            [(10_000, "示范单位"), (9_499, "先进单位"), (8_000, "达标单位"), (0, "整改单位")]
        {
            assert_eq!(rule.of(score), Some(label));
        }
    }

    #[test]
    fn steps_out_of_order_and_gaps_at_the_bottom_are_refused_with_their_place() {
        let rule = |steps: &[(&str, i64)]| LabelRule {
            labels: steps.iter().map(|(name, from)| Label { name: (*name).into(), from: *from }).collect(),
        };
        assert_eq!(rule(&[("甲", 1), ("乙", 2)]).check().unwrap_err(), "labels[1].from：须小于上一级的 1");
        assert_eq!(rule(&[("甲", 1)]).check().unwrap_err(), "labels：最后一级须从 0 分起");
        assert_eq!(rule(&[]).check().unwrap_err(), "labels：至少要有一级");
        assert_eq!(rule(&[("甲", 1), ("甲", 0)]).check().unwrap_err(), "labels[1].name：“甲”重复");
        assert!(rule(&[(" ", 0)]).check().unwrap_err().starts_with("labels[0].name"));
    }
}
