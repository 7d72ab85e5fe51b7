//! What happened to a ticket, one line of its history each. A ticket is the fold of its events and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::action::{ActionKind, SupervisionLevel};
use super::attention::{Attention, AttentionKind};
pub use super::joint::{
    Cause, Escalation, Finding, GivenPoint, Meeting, Milestone, Part, PartAsked, Plan, Stone,
};
pub use super::origin::{Machine, Origin, Patrol, Priority};
use super::state::State;
use crate::actor::{Actor, Role, Side};
use crate::clock::limit::Limit;
use crate::clock::reckon::Mark;
use crate::geo::datum::Wgs84;
use crate::geo::grid::Layer;
use crate::id::{
    AccountId, CategoryCode, DepartmentCode, GridCode, PhotoId, ReportId, StandardCode, TicketId,
};
use crate::proof::Outcome;
use crate::time::Moment;
use crate::workline::Workline;

/// One line of a ticket's history. `action` is `None` for the report that opened it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3 … without a gap.
    pub seq: u64,
    pub at: Moment,
    pub by: By,
    pub action: Option<ActionKind>,
    /// The state after it.
    pub state: State,
    /// What it did to the handler's clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<Attention>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<AttentionKind>,
    /// The asker's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub change: Change,
}

impl Event {
    /// The Chinese word for what was done.
    pub fn label(&self) -> &'static str {
        self.action.map_or("上报", ActionKind::label)
    }
}

/// Who did it, as it was known then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        Self {
            account: actor.account.clone(),
            name: actor.name.clone(),
            role: actor.role,
            department: actor.department.clone(),
        }
    }
}

/// The new facts that an event brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Opened(Opening),
    Filed {
        number: String,
        class: Class,
    },
    Located {
        place: Option<Place>,
        found_at: Moment,
        grids: BTreeMap<Layer, GridCode>,
    },
    Placed {
        grids: BTreeMap<Layer, GridCode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    Prompted {
        until: Moment,
    },
    Heeded {
        photos: Vec<PhotoId>,
    },
    Escalated {
        level: u8,
        person: Person,
    },
    Convened(Meeting),
    CheckedIn {
        unit: DepartmentCode,
        at: Wgs84,
        distance_m: Option<f64>,
    },
    Divided {
        parts: Vec<Part>,
    },
    PartFinished {
        unit: DepartmentCode,
        photos: Vec<PhotoId>,
    },
    Planned(Plan),
    MilestoneReached {
        position: u32,
        photos: Vec<PhotoId>,
    },
    RelapseLinked {
        to: TicketId,
        nth: u32,
    },
    CauseNamed {
        cause: Cause,
    },
    Replied,
    FrameChecked {
        clear: bool,
        confidence: f64,
        photos: Vec<PhotoId>,
    },
    Verified {
        #[serde(alias = "real", deserialize_with = "super::joint::finding")]
        finding: Finding,
        photos: Vec<PhotoId>,
    },
    Assigned(Assignment),
    PersonNamed {
        person: Person,
    },
    SignedIn,
    Acknowledged,
    Asked(Request),
    Answered {
        granted: bool,
    },
    FixSubmitted(Fix),
    Judged {
        outcome: Outcome,
    },
    Signed(Signature),
    Rechecked {
        holds: bool,
        photos: Vec<PhotoId>,
    },
    Rated {
        stars: u8,
    },
    Contested {
        photos: Vec<PhotoId>,
    },
    Absorbed {
        from: TicketId,
        reports: u32,
    },
    Released {
        from: TicketId,
        reports: u32,
    },
    SetApart {
        from: Option<TicketId>,
    },
    Followed,
    Supervised {
        level: SupervisionLevel,
    },
    RelapseUnlinked,
    Nothing,
}

word! {
    /// Where a problem was reported from (来源).
    Source {
        MiniProgram "小程序随手拍",
        H5 "网页随手拍",
        Patrol "网格员巡查",
        Console "督查专号录入",
        Camera "视频抓拍",
        Hotline "12345热线",
        WechatGroup "微信工作群",
        Inspection "督查暗访",
        Integration "平台对接",
        Relapse "回头看回弹",
        SelfCheck "自查自纠",
        Platform "城市管理平台投诉",
        Assigned "上级交办",
        Petition "信访投诉",
        Media "媒体曝光",
        Proposal "建议提案",
        Drone "无人机图斑",
        Satellite "卫星图斑",
        Visit "巡访团暗访",
        Simulation "模拟测评",
        Station "社区工作站",
        Crew "环卫作业上报",
    }
}

/// The place of a problem: WGS-84 and the radius in metres within which it lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub at: Wgs84,
    pub accuracy_m: f64,
}

/// What the first report said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub report: ReportId,
    pub source: Source,
    pub reporter: Option<AccountId>,
    pub words: String,
    pub place: Option<Place>,
    pub found_at: Moment,
    pub category_hint: Option<CategoryCode>,
    pub photos: Vec<PhotoId>,
    /// Photographs after the fix, when the reporter fixed it on the spot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_on_spot: Vec<PhotoId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relapse_of: Option<TicketId>,
    #[serde(default, skip_serializing_if = "Origin::is_plain")]
    pub origin: Origin,
}

/// What closes a ticket of a category (销号方式).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClosePolicy {
    /// A proof that passes every check is the acceptance.
    Auto,
    /// 督查组 and 行业组 both sign.
    Inspector,
}

/// Category and standard as they were when the ticket was filed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    pub category: CategoryCode,
    pub category_name: String,
    pub workline: Workline,
    pub standard: StandardCode,
    pub standard_name: String,
    pub opens_when: String,
    pub closes_when: String,
    pub limit: Limit,
    pub policy: ClosePolicy,
    pub recheck_days: u32,
    /// The guarded period that shortened the limit (六节两考).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarded: Option<String>,
    /// How urgent it is beside its limit.
    #[serde(default)]
    pub priority: Priority,
    /// Why it is more urgent than usual, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority_why: Vec<String>,
}

/// A responsible person (责任人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub account: AccountId,
    pub name: String,
}

/// A unit by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    pub code: DepartmentCode,
    pub name: String,
}

/// Lead and assist with the five fixed points (五定: person, task, limit, standard, duty).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub lead: Unit,
    pub assist: Option<Unit>,
    pub person: Person,
    pub task: String,
    pub limit: Limit,
    pub standard: String,
    pub duty: String,
    /// The units of the 会商 that ruled so; its verdict binds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<DepartmentCode>,
    /// The leader in charge of the unit or the place (分管领导, 包保领导).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<Person>,
    /// A red order of the 督查专号: to the head, never handed on in silence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub red: bool,
}

/// What a unit asks for (延期, 挂账, 申诉).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    Extension { by: Limit },
    Suspension { until: Moment },
    Appeal {},
}

/// One submission of a fix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// 1 for the first submission, one more after each rework.
    pub round: u32,
    pub photos: Vec<PhotoId>,
    pub by: AccountId,
    pub on_spot: bool,
    /// Milliseconds from the latest picture's capture to its submission, when the capture time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<i64>,
}

/// One signature under an acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub account: AccountId,
    pub side: Option<Side>,
}
