//! What a report says of where it came from beside its source: who sent it, under whose order, by which machine. It
//! refuses to judge: what follows from an origin is `decide`'s and the desk's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::event::Source;
use crate::config::Check;
use crate::id::CategoryCode;
use crate::time::Moment;

word! {
    /// How a problem was found on patrol (采集方式).
    Patrol {
        Video "视频巡查",
        Walk "步巡",
        Car "车巡",
    }
}

/// How urgent a ticket is beside its limit (优先级).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Priority {
    #[default]
    Normal,
    High,
    Top,
}

impl Priority {
    /// One step more urgent; the top stays the top.
    pub const fn raised(self) -> Self {
        match self {
            Self::Normal => Self::High,
            Self::High | Self::Top => Self::Top,
        }
    }

    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Normal => "普通",
            Self::High => "优先",
            Self::Top => "最高",
        }
    }
}

/// A machine's sighting (AI 抓拍).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The camera's code in its register.
    pub camera: String,
    /// The offence as the algorithm names it; one of the configured kinds.
    pub offence: String,
    /// From 0 to 1.
    pub confidence: f64,
}

/// Where a report came from, beside its source; everything is absent for an ordinary 随手拍.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// The original sender in a work group, the caller of a hotline, the proposer of a motion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The authority that assigned it, or the programme that showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// When it was on air.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aired_at: Option<Moment>,
    /// The authority's own deadline; the sooner of it and the standard's counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Moment>,
    /// Until when a formal reply is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_due: Option<Moment>,
    /// How it was found on patrol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patrol: Option<Patrol>,
    /// Reported off duty ("七小时外").
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub off_duty: bool,
    /// A newly built illegal structure: handled with priority.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub new_build: bool,
    /// What the machine saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// The outline of a 图斑, GeoJSON geometry in WGS-84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
    /// The round, campaign or flight in which it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
}

impl Origin {
    /// Whether it says nothing.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

impl Source {
    /// Whether only those who work on it may see it (信访).
    pub const fn is_restricted(self) -> bool {
        matches!(self, Self::Petition)
    }

    /// Whether the inspected unit must not learn who found it and how (暗访).
    pub const fn is_covert(self) -> bool {
        matches!(self, Self::Visit | Self::Inspection | Self::Simulation)
    }

    /// Whether it is a suspected patch that the locality must verify first (图斑).
    pub const fn is_patch(self) -> bool {
        matches!(self, Self::Drone | Self::Satellite)
    }
}

/// What makes a ticket more urgent than usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriorityRules {
    /// By source; a source that isn't named is normal.
    pub sources: BTreeMap<Source, Priority>,
    /// Categories that are urgent when they come from certain sources.
    pub categories: Vec<CategoryRule>,
    /// A newly built illegal structure.
    pub new_build: Priority,
    /// Whether a place in a watched area raises the priority by one step.
    pub watched: bool,
}

/// A kind of problem that is urgent when certain people report it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// The beginning of the category's code.
    pub prefix: String,
    /// The sources that it concerns; all of them when empty.
    #[serde(default)]
    pub sources: Vec<Source>,
    pub priority: Priority,
}

impl Default for PriorityRules {
    fn default() -> Self {
        use Source as S;
        let citizens = vec![S::MiniProgram, S::H5, S::Hotline, S::WechatGroup, S::Platform];
        Self {
            sources: [
                (S::Media, Priority::Top),
                (S::Assigned, Priority::High),
                (S::Petition, Priority::High),
            ]
            .into(),
            categories: vec![CategoryRule {
                prefix: "06001".into(),
                sources: citizens,
                priority: Priority::High,
            }],
            new_build: Priority::High,
            watched: true,
        }
    }
}

impl Check for PriorityRules {
    fn check(&self) -> Result<(), String> {
        for (position, rule) in self.categories.iter().enumerate() {
            if rule.prefix.trim().is_empty() {
                return Err(format!("第 {} 条类别规则没有类别代码", position + 1));
            }
        }
        Ok(())
    }
}

/// How urgent a ticket is, and why, one sentence for each reason; `watched` names the watched area in which it lies.
pub fn priority(
    source: Source,
    origin: &Origin,
    category: &CategoryCode,
    watched: Option<&str>,
    rules: &PriorityRules,
) -> (Priority, Vec<String>) {
    let mut found = Vec::new();
    if let Some(priority) = rules.sources.get(&source) {
        found.push((*priority, format!("来源为{}", source.label())));
    }
    let concerned = |rule: &&CategoryRule| {
        category.as_str().starts_with(&rule.prefix)
            && (rule.sources.is_empty() || rule.sources.contains(&source))
    };
    for rule in rules.categories.iter().filter(concerned) {
        found.push((rule.priority, format!("{}反映的 {} 类问题优先处置", source.label(), rule.prefix)));
    }
    if origin.new_build {
        found.push((rules.new_build, "新增违法建设".to_owned()));
    }
    found.retain(|(priority, _)| *priority > Priority::Normal);
    let most = found.iter().map(|(priority, _)| *priority).max().unwrap_or_default();
    let mut why: Vec<String> = found.into_iter().map(|(_, reason)| reason).collect();
    match watched.filter(|_| rules.watched) {
        Some(area) => {
            why.push(format!("位于重点区域“{area}”，提高一级"));
            (most.raised(), why)
        }
        None => (most, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(source: Source, category: &str, new_build: bool, watched: Option<&str>) -> (Priority, usize) {
        let origin = Origin { new_build, ..Origin::default() };
        let rules = PriorityRules::default();
        let (priority, why) = priority(source, &origin, &category.into(), watched, &rules);
        (priority, why.len())
    }

    #[test]
    fn media_is_the_top_and_orders_petitions_and_new_buildings_are_high() {
        assert_eq!(judged(Source::Media, "01001", false, None), (Priority::Top, 1));
        assert_eq!(judged(Source::Assigned, "01001", false, None), (Priority::High, 1));
        assert_eq!(judged(Source::Satellite, "06001", true, None), (Priority::High, 1));
        assert_eq!(judged(Source::Satellite, "06001", false, None), (Priority::Normal, 0));
        assert_eq!(judged(Source::MiniProgram, "01001", false, None), (Priority::Normal, 0));
    }

    #[test]
    fn citizens_are_heard_first_about_illegal_building_and_inspectors_about_nothing() {
        assert_eq!(judged(Source::Hotline, "06001", false, None), (Priority::High, 1));
        assert_eq!(judged(Source::Inspection, "06001", false, None), (Priority::Normal, 0));
        assert_eq!(judged(Source::Hotline, "06010", false, None), (Priority::Normal, 0));
    }

    #[test]
    fn a_watched_area_raises_by_one_step_and_never_above_the_top() {
        assert_eq!(judged(Source::H5, "01001", false, Some("火车站")), (Priority::High, 1));
        assert_eq!(judged(Source::H5, "06001", false, Some("火车站")), (Priority::Top, 2));
        assert_eq!(judged(Source::Media, "01001", false, Some("火车站")), (Priority::Top, 2));
    }

    #[test]
    fn a_rule_for_every_category_is_refused() {
        let mut rules = PriorityRules::default();
        rules.categories[0].prefix = " ".into();
        assert!(rules.check().unwrap_err().contains("第 1 条"));
    }
}
