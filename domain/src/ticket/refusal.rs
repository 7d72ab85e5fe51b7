//! Why a ticket can't be changed as asked: each refusal names the state, the action and what is missing.

use serde::Serialize;
use strum::{Display, EnumString, VariantArray};

use super::action::ActionKind;
use super::state::Stage;
use crate::actor::Role;

/// Something that must come with an action or be known before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Display, EnumString, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Need {
    Reason,
    #[serde(rename = "photo_ids")]
    #[strum(serialize = "photo_ids")]
    Photos,
    Grids,
    Standard,
    Lead,
    Person,
    Task,
    Duty,
    OtherUnit,
    ExternalUnit,
    OtherTicket,
    PendingRequest,
    FutureTime,
    FittingLimit,
    Stars,
    Side,
    SuspectedTwin,
    RelapseLink,
}

impl Need {
    /// What the asker reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reason => "请填写理由",
            Self::Photos => "请附照片",
            Self::Grids => "请选择所在网格",
            Self::Standard => "请选择有效的类别与立案标准",
            Self::Lead => "请指定有效的主办单位(定责任)",
            Self::Person => "请指定责任人(定人员)",
            Self::Task => "请写明任务(定任务)",
            Self::Duty => "请写明责任(定责任)",
            Self::OtherUnit => "请指明应由哪个单位负责,且不能是本单位",
            Self::ExternalUnit => "只能移交给双报到单位",
            Self::OtherTicket => "请指定另一个未办结的案件",
            Self::PendingRequest => "没有待批的申请,或已有一个申请待批",
            Self::FutureTime => "请选择一年以内的将来时间",
            Self::FittingLimit => "延期的单位须与原时限同类",
            Self::Stars => "评分为 1 到 5",
            Self::Side => "须由督查组与行业组各签一次,同一方不能签两次",
            Self::SuspectedTwin => "本案没有待确认的疑似重复",
            Self::RelapseLink => "本案没有关联的回弹",
        }
    }
}

/// Why the answer is no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The role never does this.
    Role { action: ActionKind, role: Role },
    /// The role does this, but not on this ticket.
    Reach { action: ActionKind, role: Role },
    /// Not from this state.
    State { action: ActionKind, stage: Stage, allowed: Vec<Stage> },
    /// Something must come with it.
    Missing { action: ActionKind, need: Need },
    /// Whoever handled it can't judge it.
    OwnWork { action: ActionKind },
}

impl Refusal {
    /// A Chinese sentence with both names.
    pub fn message(&self) -> String {
        match self {
            Self::Role { action, role } => format!("{}无权执行“{}”", role.label(), action.label()),
            Self::Reach { action, role } => {
                format!("该案件不在您的范围内,{}不能“{}”", role.label(), action.label())
            }
            Self::State { action, stage, allowed } => {
                let from = allowed.iter().map(|s| s.label()).collect::<Vec<_>>().join("、");
                format!("案件状态为“{}”,不能“{}”(可在:{from})", stage.label(), action.label())
            }
            Self::Missing { action, need } => format!("“{}”缺少条件:{}", action.label(), need.label()),
            Self::OwnWork { action } => format!("处置本案的人员和单位不能“{}”", action.label()),
        }
    }
}
