//! What a report says of where it came from beside its source: who sent it, under whose order, by which machine. It
//! refuses to judge: what follows from an origin is `decide`'s and the desk's.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::event::Source;
use crate::time::Moment;

/// How a problem was found on patrol (采集方式).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Patrol {
    Video,
    Walk,
    Car,
}

impl Patrol {
    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Video => "视频巡查",
            Self::Walk => "步巡",
            Self::Car => "车巡",
        }
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
