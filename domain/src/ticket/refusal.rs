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
    /// Words, where they aren't a reason.
    Text,
    /// It was not prompted in vain before.
    NotPrompted,
    /// It is a 图斑, for units that verify only those.
    Patch,
    /// Another unit than the one that leads it now.
    OtherLead,
    /// A level above that has a person.
    Superior,
    /// The next level up, unless the command names one.
    NextLevel,
    /// Two known units or more.
    Parties,
    /// A meeting on the spot to which the own unit is called and not yet come.
    Meeting,
    /// A point at the ticket's place.
    OnSite,
    /// Three units at the table.
    ThreeParties,
    /// Every party of a meeting on the spot has come.
    Present,
    /// Well-formed parts of a joint operation.
    Parts,
    /// No 会商 has ruled who leads: a verdict binds.
    NotRuled,
    /// A part of the own unit that isn't finished.
    OpenPart,
    /// No part is open any more.
    PartsDone,
    /// Well-formed milestones.
    Milestones,
    /// A milestone that isn't reached.
    OpenMilestone,
    /// The right to give or to move a red order.
    OrderRight,
    /// A red order's unit has a head.
    Head,
    /// A closed ticket that came back here.
    ClosedTicket,
    /// No earlier ticket is linked yet.
    Unlinked,
    /// A formal reply is owed.
    ReplyOwed,
    /// A confidence from 0 to 1.
    Confidence,
}

impl Need {
    /// What the asker reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reason => "请填写理由",
            Self::Photos => "请附照片",
            Self::Grids => "请选择所在网格",
            Self::Standard => "请选择有效的类别与立案标准",
            Self::Lead => "请指定有效的主办单位（定责任）",
            Self::Person => "请指定责任人（定人员）",
            Self::Task => "请写明任务（定任务）",
            Self::Duty => "请写明责任（定责任）",
            Self::OtherUnit => "请指明应由哪个单位负责，且不能是本单位",
            Self::ExternalUnit => "只能移交给双报到单位",
            Self::OtherTicket => "请指定另一个未办结的案件",
            Self::PendingRequest => "没有待批的申请，或已有一个申请待批",
            Self::FutureTime => "请选择将来时间（挂账一年以内，案前提示三十天以内）",
            Self::FittingLimit => "延期的单位须与原时限同类",
            Self::Stars => "评分为 1 到 5",
            Self::Side => "须由督查组与行业组各签一次，同一方不能签两次",
            Self::SuspectedTwin => "本案没有待确认的疑似重复",
            Self::RelapseLink => "本案没有关联的回弹",
            Self::Text => "请填写内容",
            Self::NotPrompted => "本案已案前提示过且到期未改，不能再次提示",
            Self::Patch => "责任单位只能核实图斑",
            Self::OtherLead => "本单位已是主办单位，无需补位",
            Self::Superior => "上一级没有可上报的负责人，或已报至最高一级",
            Self::NextLevel => "须逐级上报，只有指挥中心可以越级",
            Self::Parties => "请指定两个以上有效的参会单位",
            Self::Meeting => "没有需要本单位到场的现场会商，或本单位已签到",
            Self::OnSite => "签到位置不在案件现场",
            Self::ThreeParties => "会商裁定须有三方以上参加",
            Self::Present => "现场会商还有单位没有到场签到",
            Self::Parts => "请为每个有效单位各写明一项任务，单位不能重复",
            Self::NotRuled => "会商裁定具有约束力，不能退单",
            Self::OpenPart => "本单位没有未完成的分项",
            Self::PartsDone => "联合整治还有分项没有完成",
            Self::Milestones => "请写 1 至 20 个节点，名称不能为空，时间须依次递增且在一年以内",
            Self::OpenMilestone => "没有这个节点，或已完成",
            Self::OrderRight => "红色督办件只能由督查专号或指挥中心下达和改派",
            Self::Head => "红色督办件须派给单位主要负责人，该单位尚未设置负责人",
            Self::ClosedTicket => "请指定另一个已销号的案件",
            Self::Unlinked => "本案已关联回弹，请先撤销",
            Self::ReplyOwed => "本案不需要正式答复",
            Self::Confidence => "置信度须在 0 到 1 之间",
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
                format!("该案件不在您的范围内，{}不能“{}”", role.label(), action.label())
            }
            Self::State { action, stage, allowed } => {
                let from = allowed.iter().map(|s| s.label()).collect::<Vec<_>>().join("、");
                format!("案件状态为“{}”，不能“{}”（可在：{from}）", stage.label(), action.label())
            }
            Self::Missing { action, need } => format!("“{}”缺少条件：{}", action.label(), need.label()),
            Self::OwnWork { action } => format!("处置本案的人员和单位不能“{}”", action.label()),
        }
    }
}
