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
    Handler,
    UnitHead,
    Dispatcher,
    Inspector,
    Leader,
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
            Self::Handler => "处置人员",
            Self::UnitHead => "单位负责人",
            Self::Dispatcher => "督查专号",
            Self::Inspector => "督查组",
            Self::Leader => "领导",
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
