//! What tickets are counted under: the dimensions of the roll-ups, a ticket's value on each, and the marks by which the
//! cases behind a number are found. It refuses to count.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use crate::geo::grid::Layer;
use crate::id::{CategoryCode, DepartmentCode, GridCode};
use crate::ticket::Ticket;
use crate::ticket::event::{Patrol, Source};
use crate::workline::Workline;

word! {
    /// How a case was found and taken on (采集方式).
    Mode {
        Machine "AI 抓拍",
        Video "视频巡查",
        Walk "步巡",
        Car "车巡",
        SelfHandled "自行处置",
        Dispatched "派单处置",
        Waiting "未派单",
    }
}

impl Mode {
    /// What found it comes before who handles it.
    pub(super) fn of(ticket: &Ticket) -> Self {
        match (&ticket.origin.machine, ticket.origin.patrol) {
            (Some(_), _) => Self::Machine,
            (None, Some(Patrol::Video)) => Self::Video,
            (None, Some(Patrol::Walk)) => Self::Walk,
            (None, Some(Patrol::Car)) => Self::Car,
            (None, None) if ticket.self_handled() => Self::SelfHandled,
            (None, None) if ticket.assignment.is_some() => Self::Dispatched,
            (None, None) => Self::Waiting,
        }
    }
}

word! {
    /// By what the roll-ups are cut.
    Dimension {
        All "全部",
        Lead "责任单位",
        Area "片区",
        Category "类别",
        Workline "工作线",
        Source "来源",
        Mode "采集方式",
    }
}

/// What a ticket is counted under; a ticket that has none of a kind yet is counted under the empty value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Keys {
    pub lead: Option<DepartmentCode>,
    pub area: Option<GridCode>,
    pub category: Option<CategoryCode>,
    pub workline: Option<Workline>,
    pub source: Source,
    pub mode: Mode,
}

impl Keys {
    pub(super) fn of(ticket: &Ticket) -> Self {
        Self {
            lead: ticket.assignment.as_ref().map(|assignment| assignment.lead.code.clone()),
            area: ticket.grids.get(&Layer::Area).cloned(),
            category: ticket.class.as_ref().map(|class| class.category.clone()),
            workline: ticket.class.as_ref().map(|class| class.workline),
            source: ticket.source,
            mode: Mode::of(ticket),
        }
    }

    /// The value on `dimension`, as stored.
    pub fn value(&self, dimension: Dimension) -> String {
        match dimension {
            Dimension::All => String::new(),
            Dimension::Lead => self.lead.as_ref().map(ToString::to_string).unwrap_or_default(),
            Dimension::Area => self.area.as_ref().map(ToString::to_string).unwrap_or_default(),
            Dimension::Category => self.category.as_ref().map(ToString::to_string).unwrap_or_default(),
            Dimension::Workline => self.workline.map(|line| line.to_string()).unwrap_or_default(),
            Dimension::Source => self.source.to_string(),
            Dimension::Mode => self.mode.to_string(),
        }
    }
}

/// What of a ticket can be looked up by unit and day: the cases behind a lost point or a bad rating.
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
pub enum Blemish {
    Reworked,
    Relapsed,
    Unsatisfied,
}
