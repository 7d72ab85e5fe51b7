//! The states of a ticket. Each carries the data that only makes sense in it; `Stage` is the bare name.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumString, VariantArray};

use crate::id::{DepartmentCode, TicketId};
use crate::time::Moment;

/// Where a ticket stands (案件状态).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[strum_discriminants(
    name(Stage),
    derive(Display, EnumString, VariantArray, Hash, PartialOrd, Ord, Serialize, Deserialize),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case"),
    doc = "The name of a state, without its data."
)]
pub enum State {
    /// Acknowledged, not yet looked at (待受理).
    Received,
    /// A 网格员 was asked to look whether it is real (核实中).
    Verifying,
    /// Asked to put it right before a case is opened (案前提示).
    Prompted { until: Moment },
    /// Numbered and classified (已立案), waits for a unit.
    Filed,
    /// A unit has it and has not signed in yet (待处置).
    Dispatched,
    /// The unit signed in (处置中).
    Handling,
    /// The unit says "not ours" (会商中).
    Disputed { by: DepartmentCode, proposed: DepartmentCode, reason: String },
    /// Can't be fixed for now, with leave (已挂账).
    Suspended { until: Moment, reason: String },
    /// A fix was submitted, its proof is being judged (待核查).
    Fixed { round: u32 },
    /// Accepted, not yet struck off (待销号).
    Accepted,
    /// Struck off (已销号).
    Closed,
    /// Not taken up (不予受理).
    Declined { reason: String },
    /// The same problem as another ticket (已并案).
    Merged { into: TicketId },
    /// Taken back by the reporter (已撤回).
    Withdrawn,
}

impl State {
    /// The bare name.
    pub fn stage(&self) -> Stage {
        Stage::from(self)
    }
}

impl Stage {
    /// The Chinese word, at most five characters (WeChat's `phrase` field takes no more).
    pub const fn label(self) -> &'static str {
        match self {
            Self::Received => "待受理",
            Self::Verifying => "核实中",
            Self::Prompted => "案前提示",
            Self::Filed => "待派遣",
            Self::Dispatched => "待处置",
            Self::Handling => "处置中",
            Self::Disputed => "会商中",
            Self::Suspended => "已挂账",
            Self::Fixed => "待核查",
            Self::Accepted => "待销号",
            Self::Closed => "已销号",
            Self::Declined => "不予受理",
            Self::Merged => "已并案",
            Self::Withdrawn => "已撤回",
        }
    }

    /// Still to be worked on by somebody.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Declined | Self::Merged | Self::Withdrawn)
    }

    /// Has been handed to a unit and isn't finished: somebody must be responsible.
    pub const fn is_owned(self) -> bool {
        matches!(
            self,
            Self::Dispatched
                | Self::Handling
                | Self::Disputed
                | Self::Suspended
                | Self::Fixed
                | Self::Accepted
        )
    }
}
