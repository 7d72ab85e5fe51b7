//! What can be asked of a ticket. An action names only what the asker chose; what it resolves to (a standard's
//! limit, a unit's head) is looked up by the desk and handed to `decide` as `Known`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumString, VariantArray};

use super::attention::Attention;
use super::event::{Cause, Finding, GivenPoint, Milestone, PartAsked, Place};
use crate::clock::limit::Limit;
use crate::geo::grid::Layer;
use crate::id::{AccountId, CategoryCode, DepartmentCode, GridCode, PhotoId, StandardCode, TicketId};
use crate::proof::Verdict;
use crate::time::Moment;

/// One request to change a ticket (操作); the JSON form is the body of `POST /v1/tickets/{id}/actions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[strum_discriminants(
    name(ActionKind),
    derive(Display, EnumString, VariantArray, Hash, PartialOrd, Ord, Serialize, Deserialize),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case"),
    doc = "The name of an action, without its data."
)]
pub enum Action {
    /// The machine puts a doubt before a person.
    Flag { attention: Vec<Attention> },
    /// The machine settles place and time and the grids that are beyond doubt (定位).
    Locate { place: Option<Place>, found_at: Moment, grids: BTreeMap<Layer, GridCode>, note: String },
    /// Ask a 网格员 to look (请求核实).
    AskVerify { note: String },
    /// Say what was found there (核实).
    Verify { finding: Finding, photo_ids: Vec<PhotoId>, note: String },
    /// A person says in which grids the place lies (定位确认).
    ConfirmPlace {
        grids: BTreeMap<Layer, GridCode>,
        /// The point, when a ticket of the table goes on the map (入表 → 上图).
        #[serde(default)]
        point: Option<GivenPoint>,
        reason: String,
    },
    /// Prompt whoever caused it to put it right before a case is opened (案前提示).
    Prompt { until: Moment, text: String },
    /// It was put right after the prompt: no case (案前整改).
    Heed { photo_ids: Vec<PhotoId>, note: String },
    /// The prompt's time ran out: it becomes a case.
    Lapse {},
    /// Register with number, category and standard (挂号立案).
    File { category: CategoryCode, standard: StandardCode },
    /// Don't take it up (不予受理).
    Decline { reason: String },
    /// It is the same problem as another ticket (并案).
    Merge { into: TicketId, reason: String },
    /// Undo a merge (撤销并案).
    Unmerge { reason: String },
    /// A suspected duplicate is none (确认非重复).
    KeepSeparate { reason: String },
    /// The other side of a merge: this ticket takes in another one's reports.
    Absorb { from: TicketId, reports: u32 },
    /// The other side of an undone merge.
    Release { from: TicketId, reports: u32 },
    /// One more person has the same problem (+1).
    Follow {},
    /// The reporter takes it back (撤回).
    Withdraw { reason: String },
    /// Give it to a leading and an assisting unit with the five fixed points (派单, 五定).
    Dispatch {
        lead: DepartmentCode,
        assist: Option<DepartmentCode>,
        person: Option<AccountId>,
        task: String,
        duty: String,
        /// A red order (红色督办件): to the unit's head, never handed on in silence.
        #[serde(default)]
        red: bool,
        reason: String,
    },
    /// Give it to other units (改派).
    Redispatch {
        lead: DepartmentCode,
        assist: Option<DepartmentCode>,
        person: Option<AccountId>,
        reason: String,
    },
    /// Name another responsible person inside the unit (指定责任人, 补位).
    Assign { person: AccountId, reason: String },
    /// The handler takes it on (签收).
    SignIn {},
    /// The assisting unit has seen it (协办签收).
    Acknowledge {},
    /// "Not ours", naming whose it should be (退单).
    Return { proposed: DepartmentCode, reason: String },
    /// The verdict of a 会商: who leads, who assists (裁定).
    Rule {
        lead: DepartmentCode,
        assist: Option<DepartmentCode>,
        person: Option<AccountId>,
        parties: Vec<DepartmentCode>,
        reason: String,
    },
    /// Hand it to a 双报到 unit outside the district's own (移交).
    Transfer { to: DepartmentCode, person: Option<AccountId>, reason: String },
    /// Step into a gap: this unit takes on what nobody has or has begun (补位).
    TakeOver { reason: String },
    /// Report it one level up; only the command may name the level (逐级上报).
    Escalate {
        #[serde(default)]
        to_level: Option<u8>,
        reason: String,
    },
    /// Call the parties together, at a table or on the spot (三方会商, 现场认定).
    Convene { parties: Vec<DepartmentCode>, on_site: bool, at: Moment, reason: String },
    /// A party is on the spot (现场签到).
    CheckIn { point: GivenPoint, note: String },
    /// Divide the work among units (联合整治).
    Split { parts: Vec<PartAsked>, reason: String },
    /// A unit has done its part.
    FinishPart { photo_ids: Vec<PhotoId>, note: String },
    /// What can't be fixed at once gets a plan with milestones (限期整改).
    Plan { milestones: Vec<Milestone>, text: String },
    /// A milestone is reached; `position` counts from 0.
    ReachMilestone { position: u32, photo_ids: Vec<PhotoId>, note: String },
    /// Ask for more time (申请延期).
    RequestExtension { by: Limit, reason: String },
    /// Ask to put it aside (申请挂账).
    RequestSuspension { until: Moment, reason: String },
    /// Contest being late (申诉).
    Appeal { reason: String },
    /// Allow the pending request (同意).
    Grant { reason: String },
    /// Refuse the pending request (不同意).
    Deny { reason: String },
    /// Take it up again (恢复办理).
    Resume { reason: String },
    /// Report the fix with photographs (提交处置).
    SubmitFix { photo_ids: Vec<PhotoId>, note: String },
    /// Found and fixed in one go by a 网格员 (当场处置, 小事不出社区).
    HandleOnSpot { photo_ids: Vec<PhotoId>, note: String },
    /// The machine's verdict on the proof (核查).
    Judge { verdict: Verdict },
    /// A person accepts the fix, one signature (验收).
    Accept { note: String },
    /// The fix is not good enough (返工).
    Rework { reason: String },
    /// Strike it off (销号).
    Close {},
    /// Look again after closing (回头看).
    Recheck { holds: bool, photo_ids: Vec<PhotoId>, note: String },
    /// A fix that was accepted is no fix: work on it again (重开).
    Reopen { reason: String },
    /// The reporter says how good the fix is (评价).
    Rate { stars: u8, comment: String },
    /// The reporter says that the fix is no fix (质疑).
    Contest { reason: String, photo_ids: Vec<PhotoId> },
    /// Urge the unit (督办).
    Supervise { level: SupervisionLevel, text: String },
    /// The same problem is back at the same place (关联回弹).
    LinkRelapse { to: TicketId, reason: String },
    /// Name the root cause (倒查制度漏洞).
    NameCause { cause: Cause, note: String },
    /// Answer the proposer or the authority formally (正式答复).
    Reply { text: String },
    /// A machine looked at the place again (AI 复核).
    CheckFrame { clear: bool, confidence: f64, photo_ids: Vec<PhotoId>, note: String },
    /// Undo a wrong link to an earlier ticket (撤销回弹关联).
    UnlinkRelapse { reason: String },
    /// Leave a note (备注).
    Note { text: String },
}

word! {
    /// The rungs of 督办 on one ticket.
    SupervisionLevel {
        Reminder "提醒",
        Slip "督办单",
        Head "报主要负责人",
        PartyGroup "提请党组",
    }
}

impl Action {
    /// The bare name.
    pub fn kind(&self) -> ActionKind {
        ActionKind::from(self)
    }

    /// The words in which the asker gives the reason, where the action has such a field.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::ConfirmPlace { reason, .. }
            | Self::Decline { reason }
            | Self::Merge { reason, .. }
            | Self::Unmerge { reason }
            | Self::KeepSeparate { reason }
            | Self::Withdraw { reason }
            | Self::Dispatch { reason, .. }
            | Self::Redispatch { reason, .. }
            | Self::Assign { reason, .. }
            | Self::Return { reason, .. }
            | Self::Rule { reason, .. }
            | Self::Transfer { reason, .. }
            | Self::RequestExtension { reason, .. }
            | Self::RequestSuspension { reason, .. }
            | Self::Appeal { reason }
            | Self::Grant { reason }
            | Self::Deny { reason }
            | Self::Resume { reason }
            | Self::Rework { reason }
            | Self::Reopen { reason }
            | Self::Contest { reason, .. }
            | Self::TakeOver { reason }
            | Self::Escalate { reason, .. }
            | Self::Convene { reason, .. }
            | Self::Split { reason, .. }
            | Self::LinkRelapse { reason, .. }
            | Self::UnlinkRelapse { reason } => Some(reason),
            Self::AskVerify { note }
            | Self::Locate { note, .. }
            | Self::Verify { note, .. }
            | Self::SubmitFix { note, .. }
            | Self::HandleOnSpot { note, .. }
            | Self::Accept { note }
            | Self::Heed { note, .. }
            | Self::CheckIn { note, .. }
            | Self::FinishPart { note, .. }
            | Self::ReachMilestone { note, .. }
            | Self::NameCause { note, .. }
            | Self::CheckFrame { note, .. }
            | Self::Recheck { note, .. } => Some(note),
            Self::Supervise { text, .. }
            | Self::Note { text }
            | Self::Prompt { text, .. }
            | Self::Plan { text, .. }
            | Self::Reply { text } => Some(text),
            Self::Rate { comment, .. } => Some(comment),
            Self::Flag { .. }
            | Self::File { .. }
            | Self::Absorb { .. }
            | Self::Release { .. }
            | Self::Follow {}
            | Self::SignIn {}
            | Self::Acknowledge {}
            | Self::Judge { .. }
            | Self::Lapse {}
            | Self::Close {} => None,
        }
    }

    /// The photographs that come with the action.
    pub fn photos(&self) -> &[PhotoId] {
        match self {
            Self::Verify { photo_ids, .. }
            | Self::SubmitFix { photo_ids, .. }
            | Self::HandleOnSpot { photo_ids, .. }
            | Self::Recheck { photo_ids, .. }
            | Self::Heed { photo_ids, .. }
            | Self::FinishPart { photo_ids, .. }
            | Self::ReachMilestone { photo_ids, .. }
            | Self::CheckFrame { photo_ids, .. }
            | Self::Contest { photo_ids, .. } => photo_ids,
            _ => &[],
        }
    }

    /// The units that the action names, leading one first.
    pub fn units(&self) -> (Option<&DepartmentCode>, Option<&DepartmentCode>) {
        match self {
            Self::Dispatch { lead, assist, .. }
            | Self::Redispatch { lead, assist, .. }
            | Self::Rule { lead, assist, .. } => (Some(lead), assist.as_ref()),
            Self::Transfer { to, .. } => (Some(to), None),
            Self::Return { proposed, .. } => (Some(proposed), None),
            _ => (None, None),
        }
    }

    /// The person that the action names.
    pub fn person(&self) -> Option<&AccountId> {
        match self {
            Self::Dispatch { person, .. }
            | Self::Redispatch { person, .. }
            | Self::Rule { person, .. }
            | Self::Transfer { person, .. } => person.as_ref(),
            Self::Assign { person, .. } => Some(person),
            _ => None,
        }
    }
}

impl ActionKind {
    /// The Chinese word on the button and in the timeline.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Flag => "转人工",
            Self::Locate => "定位",
            Self::AskVerify => "请求核实",
            Self::Verify => "核实",
            Self::ConfirmPlace => "确认网格",
            Self::Prompt => "案前提示",
            Self::Heed => "案前整改",
            Self::Lapse => "提示到期",
            Self::TakeOver => "补位",
            Self::Escalate => "逐级上报",
            Self::Convene => "召集会商",
            Self::CheckIn => "现场签到",
            Self::Split => "联合整治",
            Self::FinishPart => "完成分项",
            Self::Plan => "整改方案",
            Self::ReachMilestone => "完成节点",
            Self::LinkRelapse => "关联回弹",
            Self::NameCause => "倒查根因",
            Self::Reply => "正式答复",
            Self::CheckFrame => "AI 复核",
            Self::File => "挂号立案",
            Self::Decline => "不予受理",
            Self::Merge => "并案",
            Self::Unmerge => "撤销并案",
            Self::KeepSeparate => "确认非重复",
            Self::Absorb => "并入",
            Self::Release => "拆出",
            Self::Follow => "我也遇到",
            Self::Withdraw => "撤回",
            Self::Dispatch => "派单",
            Self::Redispatch => "改派",
            Self::Assign => "指定责任人",
            Self::SignIn => "签收",
            Self::Acknowledge => "协办签收",
            Self::Return => "退单",
            Self::Rule => "会商裁定",
            Self::Transfer => "移交",
            Self::RequestExtension => "申请延期",
            Self::RequestSuspension => "申请挂账",
            Self::Appeal => "申诉",
            Self::Grant => "同意申请",
            Self::Deny => "不同意申请",
            Self::Resume => "恢复办理",
            Self::SubmitFix => "提交处置",
            Self::HandleOnSpot => "当场处置",
            Self::Judge => "自动核查",
            Self::Accept => "验收",
            Self::Rework => "返工",
            Self::Close => "销号",
            Self::Recheck => "回头看",
            Self::Reopen => "重开",
            Self::Rate => "评价",
            Self::Contest => "质疑",
            Self::Supervise => "督办",
            Self::UnlinkRelapse => "撤销回弹关联",
            Self::Note => "备注",
        }
    }
}
