//! What stands in a paper: the figures and events that the machine fills in, and the words that people add. It refuses
//! to be filed with an empty part that its kind asks for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PaperKind;
use crate::id::{CategoryCode, DepartmentCode, TicketId};
use crate::ticket::event::Unit;
use crate::ticket::joint::Cause;
use crate::time::Moment;

/// What people write, in three parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// 本期进展.
    pub progress: String,
    /// 存在问题.
    pub problems: String,
    /// 下期计划.
    pub next: String,
}

impl Words {
    /// The parts with their names and titles.
    pub fn parts(&self) -> [(&'static str, &'static str, &str); 3] {
        [
            ("progress", "本期进展", &self.progress),
            ("problems", "存在问题", &self.problems),
            ("next", "下期计划", &self.next),
        ]
    }

    /// The first part that a paper of this kind asks for and that is empty, by name and title.
    pub fn lacking(&self, kind: PaperKind) -> Option<(&'static str, &'static str)> {
        let needed: &[&str] = match kind {
            PaperKind::Weekly => &["progress", "problems", "next"],
            PaperKind::MonthlyPlan => &["next"],
            _ => &[],
        };
        let empty = |(name, _, text): &(&str, &str, &str)| needed.contains(name) && text.trim().is_empty();
        self.parts().into_iter().find(empty).map(|(name, title, _)| (name, title))
    }
}

/// What was done in the paper's time, in numbers of events; the last two as of its drawing up, in cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Work {
    /// 受理.
    pub received: i64,
    /// 派单.
    pub dispatched: i64,
    /// 签收.
    pub signed_in: i64,
    /// 提交处置.
    pub fixed: i64,
    /// 销号.
    pub struck_off: i64,
    /// 返工.
    pub reworked: i64,
    /// 退单.
    pub returned: i64,
    /// 被督办.
    pub supervised: i64,
    /// 未结.
    pub open: i64,
    /// 未结超期.
    pub overdue: i64,
}

impl Work {
    /// What the machine can say of it: progress and problems.
    pub fn words(&self) -> Words {
        let Self { received, dispatched, signed_in, fixed, struck_off, .. } = self;
        let Self { reworked, returned, supervised, open, overdue, .. } = self;
        Words {
            progress: format!(
                "受理{received}件，派单{dispatched}件，签收{signed_in}件，提交处置{fixed}件，销号{struck_off}件。"
            ),
            problems: format!(
                "未结{open}件，其中超期{overdue}件；返工{reworked}次，退单{returned}次，被督办{supervised}次。"
            ),
            next: String::new(),
        }
    }

    /// The sum of several units' work.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |a, b| Self {
            received: a.received.saturating_add(b.received),
            dispatched: a.dispatched.saturating_add(b.dispatched),
            signed_in: a.signed_in.saturating_add(b.signed_in),
            fixed: a.fixed.saturating_add(b.fixed),
            struck_off: a.struck_off.saturating_add(b.struck_off),
            reworked: a.reworked.saturating_add(b.reworked),
            returned: a.returned.saturating_add(b.returned),
            supervised: a.supervised.saturating_add(b.supervised),
            open: a.open.saturating_add(b.open),
            overdue: a.overdue.saturating_add(b.overdue),
        })
    }
}

/// One unit's work in a paper of the district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitWork {
    /// Which unit.
    pub unit: Unit,
    /// What it did.
    pub work: Work,
}

/// One event in a unit's paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Moment,
    /// Of which case.
    pub ticket: TicketId,
    /// Its number, when it has one.
    pub number: Option<String>,
    /// What was done, in Chinese.
    pub label: String,
    /// Its category's name, when it has one.
    pub category: Option<String>,
}

/// An earlier decision that is still open when the paper is drawn up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    /// Its id.
    pub id: String,
    /// What was decided.
    pub words: String,
    /// Who carries it out.
    pub unit: Option<DepartmentCode>,
    /// Until when.
    pub due_at: Option<Moment>,
}

/// How often which root cause was named (根因倒查).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causes {
    /// 制度缺失.
    pub policy: i64,
    /// 中层梗阻.
    pub middle: i64,
    /// 基层落实不力.
    pub grassroots: i64,
}

impl Causes {
    /// One more.
    pub fn add(&mut self, cause: Cause) {
        match cause {
            Cause::Policy => self.policy += 1,
            Cause::Middle => self.middle += 1,
            Cause::Grassroots => self.grassroots += 1,
        }
    }
}

/// The root causes of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCauses {
    /// Its code.
    pub category: CategoryCode,
    /// Its name.
    pub name: String,
    /// How often which.
    #[serde(flatten)]
    pub causes: Causes,
}

/// Everything in a paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The events from here …
    pub from: Moment,
    /// … up to here, this end not included, are counted.
    pub until: Moment,
    /// When the open and overdue cases were counted; behind `until` when the machine came late.
    pub as_of: Moment,
    /// What people wrote.
    pub words: Words,
    /// What was done.
    pub work: Work,
    /// The units of the district, each with its work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitWork>,
    /// The newest events of a unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Line>,
    /// When the paper is talked over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting_at: Option<Moment>,
    /// Earlier decisions still open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracked: Vec<Tracked>,
    /// The ranking with every lost point, its formulas and their numerators and denominators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standings: Option<Value>,
    /// Root causes that were named, by category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CategoryCauses>,
}
