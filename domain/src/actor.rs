//! Who acts: roles, the reach of a role, and the person behind a request. It knows nothing of passwords or tokens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode, GridCode};

word! {
    /// What a person is for (角色). `System` is the machine itself and can never log in.
    Role {
        Citizen "市民",
        GridWorker "网格员",
        /// 环卫作业队: finds, handles and uploads street-order problems.
        Crew "环卫作业队",
        /// 巡访团: deputies and citizens who test in secret.
        Visitor "巡访团",
        Handler "处置人员",
        UnitHead "单位负责人",
        Dispatcher "督查专号",
        Inspector "督查组",
        Leader "领导",
        /// 指挥中心: may override any assignment, with a reason.
        Command "指挥中心",
        /// 区城管办: coordinates, supervises, circulates.
        Coordinator "区城管办",
        /// 信息宣传组: publishes.
        Publicity "信息宣传组",
        /// 制度建设组: owns root causes, standards and ladders.
        Institution "制度建设组",
        /// 人大、政协监督: reads, never acts.
        Oversight "监督员",
        Admin "管理员",
        Integration "对接系统",
        System "系统",
    }
}

word! {
    /// The body for which an inspector signs (两方验收: 督查组 and 行业组).
    Side {
        Supervision "督查组",
        Industry "行业组",
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
