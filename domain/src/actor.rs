//! Who acts: roles, the reach of a role, and the person behind a request. It knows nothing of passwords or tokens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode, GridCode};

/// What a person is for (角色). `System` is the machine itself and can never log in.
#[derive(
    Debug,
    Clone,
    Copy,
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
pub enum Role {
    Citizen,
    GridWorker,
    /// 环卫作业队: finds, handles and uploads street-order problems.
    Crew,
    /// 巡访团: deputies and citizens who test in secret.
    Visitor,
    Handler,
    UnitHead,
    Dispatcher,
    Inspector,
    Leader,
    /// 指挥中心: may override any assignment, with a reason.
    Command,
    /// 区城管办: coordinates, supervises, circulates.
    Coordinator,
    /// 信息宣传组: publishes.
    Publicity,
    /// 制度建设组: owns root causes, standards and ladders.
    Institution,
    /// 人大、政协监督: reads, never acts.
    Oversight,
    Admin,
    Integration,
    System,
}

impl Role {
    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Citizen => "市民",
            Self::GridWorker => "网格员",
            Self::Crew => "环卫作业队",
            Self::Visitor => "巡访团",
            Self::Handler => "处置人员",
            Self::UnitHead => "单位负责人",
            Self::Dispatcher => "督查专号",
            Self::Inspector => "督查组",
            Self::Leader => "领导",
            Self::Command => "指挥中心",
            Self::Coordinator => "区城管办",
            Self::Publicity => "信息宣传组",
            Self::Institution => "制度建设组",
            Self::Oversight => "监督员",
            Self::Admin => "管理员",
            Self::Integration => "对接系统",
            Self::System => "系统",
        }
    }
}

/// The body for which an inspector signs (两方验收: 督查组 and 行业组).
#[derive(
    Debug,
    Clone,
    Copy,
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
pub enum Side {
    Supervision,
    Industry,
}

impl Side {
    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Supervision => "督查组",
            Self::Industry => "行业组",
        }
    }
}

/// The person or machine that asks for an action, with everything a permit may look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    pub department: Option<DepartmentCode>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grids: BTreeSet<(Layer, GridCode)>,
    pub side: Option<Side>,
}

impl Actor {
    /// The machine acting for itself.
    pub fn system() -> Self {
        Self {
            account: AccountId::new("system"),
            name: "系统".into(),
            role: Role::System,
            department: None,
            grids: BTreeSet::new(),
            side: None,
        }
    }
}
