//! Acts of supervision and accountability (督办, 通报, 曝光, 约谈, 问责 …): numbered, receipted and timed to their effect, on
//! a ticket, on a unit or inside a file. It refuses kinds by whom, and states by what, the two tables don't name.

mod decide;
mod private;
mod rules;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::Role;
use crate::config::Check;
use crate::id::{AccountId, DepartmentCode, PhotoId, TicketId};
use crate::ticket::Ticket;
use crate::ticket::action::{ActionKind, SupervisionLevel};
use crate::ticket::event::By;
use crate::ticket::state::Stage;
use crate::time::Moment;

pub use decide::{ActAction, ActRefusal, Move, allowed_actions, decide};
pub use private::private_data;
pub use rules::{ACTS, Asked, MOVES, Need, Rule, Step, Target, check_new, check_role, reads_all, rule};

word! {
    /// What an act is.
    ActKind {
        Reminder "提醒",
        Warning "平台预警",
        Slip "督办单",
        Phone "电话督办",
        Head "报主要负责人",
        PartyGroup "提请党组",
        Circular "通报",
        Exposure "曝光",
        Talk "约谈",
        Efficiency "效能问责",
        Discipline "纪委监委问责",
        /// The file whose results name it as their parent.
        Accountability "问责档案",
        Downgrade "考核降档",
        BonusCut "扣发精神文明奖",
        /// Against a cadre, by gravity.
        Personal "追究责任",
        /// A point or person that cost points of an assessment.
        Pursuit "测评扣分追责",
        Deduction "目标考核扣分",
        TitleRemoved "文明单位摘牌",
        Commend "通报表彰",
        Recommend "优先推荐",
        Promote "晋升考核等次",
        /// A badge of a team (标识管理).
        Badge "评价标识",
        Credit "信用记录",
        PenaltyNotice "行政处罚公示",
    }
}

word! {
    /// Where an act stands. A number is drawn when it becomes open.
    ActState {
        Proposed "待定",
        Draft "待审",
        Open "待签收",
        Received "已签收",
        Effective "已见效",
        Resolved "已办结",
        Released "已解除",
        Revoked "已撤销",
    }
}

word! {
    /// Why a unit is reported to its head.
    ReasonCode {
        Passive "消极应付",
        Stalled "推诿拖延",
        Ineffective "整改不力",
    }
}

impl ActState {
    /// Whether something is still expected.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Draft | Self::Open | Self::Received | Self::Effective)
    }

    /// Whether it was ever issued and not taken back.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Proposed | Self::Draft | Self::Revoked)
    }
}

impl ActKind {
    /// What a number of this kind begins with: `督办〔2026〕3号`.
    pub fn number(self, year: i32, serial: i64) -> String {
        format!("{}〔{year}〕{serial}号", rule(self).prefix)
    }

    /// Whether the end of its ticket ends it.
    pub const fn ends_with_ticket(self) -> bool {
        use ActKind::{Circular, Head, Phone, Reminder, Slip, Warning};
        matches!(self, Reminder | Warning | Slip | Phone | Head | Circular)
    }

    /// The rung of the ladder of a ticket that it is.
    pub const fn level(self) -> Option<SupervisionLevel> {
        Some(match self {
            Self::Reminder => SupervisionLevel::Reminder,
            Self::Slip => SupervisionLevel::Slip,
            Self::Head => SupervisionLevel::Head,
            Self::PartyGroup => SupervisionLevel::PartyGroup,
            _ => return None,
        })
    }
}

impl From<SupervisionLevel> for ActKind {
    fn from(level: SupervisionLevel) -> Self {
        match level {
            SupervisionLevel::Reminder => Self::Reminder,
            SupervisionLevel::Slip => Self::Slip,
            SupervisionLevel::Head => Self::Head,
            SupervisionLevel::PartyGroup => Self::PartyGroup,
        }
    }
}

/// Somebody's signature under an act and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub account: AccountId,
    pub name: String,
    pub at: Moment,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// The report back of an exposed problem (回音).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    pub words: String,
    pub photo_ids: Vec<PhotoId>,
    pub at: Moment,
}

/// An appeal against an act and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    pub by: Signed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Signed>,
}

/// What an act carries beside its words; each kind's rule says what it must have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    /// Why a unit is reported to its head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonCode>,
    /// A headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Pictures shown with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photo_ids: Vec<PhotoId>,
    /// Who was reached by phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<String>,
    /// Points lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// The lost item of an assessment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The badge given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// How grave, as configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gravity: Option<String>,
    /// Who is meant, when it is no unit or account of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The subject is a natural person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub natural_person: bool,
    /// The law on which it rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// When it is taken down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// The how-manieth exposure of its ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// Who looked at it before it went out, or confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Signed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo: Option<Echo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal: Option<Appeal>,
    /// The credit was repaired (信用修复).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repaired: Option<Signed>,
    /// What it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Signed>,
    /// What other rooms keep with their acts.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// An act.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    pub id: String,
    pub kind: ActKind,
    /// `None` until it is open.
    pub number: Option<String>,
    pub state: ActState,
    pub ticket: Option<TicketId>,
    pub unit: Option<DepartmentCode>,
    pub person: Option<AccountId>,
    /// The file that it belongs to.
    pub parent: Option<String>,
    pub words: String,
    pub by: By,
    pub created_at: Moment,
    /// When it became open.
    pub issued_at: Option<Moment>,
    pub due_at: Option<Moment>,
    pub receipt: Option<Signed>,
    /// When the handler next did something.
    pub effect_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    /// The same slot twice is one act.
    pub slot: String,
    pub body: Particulars,
    pub version: u64,
}

/// Records on persons and firms in a credit platform (信用信息): off unless a city switches it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreditRule {
    pub enabled: bool,
    /// Whether natural persons may be recorded at all.
    pub natural_persons: bool,
    /// The longest that a record stays, days.
    pub most_days: u32,
}

impl Default for CreditRule {
    fn default() -> Self {
        Self { enabled: false, natural_persons: false, most_days: 3 * 365 }
    }
}

impl Check for CreditRule {
    fn check(&self) -> Result<(), String> {
        if self.natural_persons && !self.enabled {
            return Err("natural_persons：信用记录未启用时不能对自然人启用".into());
        }
        if !(1..=3650).contains(&self.most_days) {
            return Err("most_days：信用记录保留天数须为 1 到 3650".into());
        }
        Ok(())
    }
}

/// Why this unit is reported, as its ticket shows: never begun, sent back, or begun and dragged on.
pub fn reason_for(ticket: &Ticket) -> ReasonCode {
    match ticket.stage() {
        Stage::Dispatched => ReasonCode::Passive,
        _ if ticket.reworks > 0 => ReasonCode::Ineffective,
        _ => ReasonCode::Stalled,
    }
}

/// Whether this is work by a unit, from which the effect of an act is measured.
pub fn is_handling(action: ActionKind, role: Role) -> bool {
    use ActionKind::{
        Acknowledge, CheckIn, FinishPart, Plan, ReachMilestone, Reply, RequestExtension, RequestSuspension,
        Resume, Return, SignIn, SubmitFix,
    };
    let work = matches!(
        action,
        SignIn
            | Acknowledge
            | SubmitFix
            | Plan
            | ReachMilestone
            | FinishPart
            | Return
            | Reply
            | Resume
            | CheckIn
            | RequestExtension
            | RequestSuspension
    );
    work && matches!(role, Role::Handler | Role::UnitHead | Role::Crew)
}
