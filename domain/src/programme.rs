//! Programmes: what is to be done again and again or within a period, by whom and where (专项整治, 巡访, 督导, 日督查, 每月全覆盖,
//! 模拟测评 …). A programme gives tasks: one thing, one person or unit, one due time, done once with a result. It refuses to
//! read registers or the clock: points, days and seeds are handed in.

mod check;
mod draw;
mod duty;
mod plan;
mod rank;
mod result;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use crate::id::{AccountId, CategoryCode, DepartmentCode, TicketId};
use crate::register::Register;
use crate::rhythm::{Rhythm, SpanKind};

pub use check::{Fault, Known};
pub use draw::{MOST_SEED, draw, seed_of, share_of};
pub use duty::{Campaign, Campaigns, Duties, Duty, FollowUp, Owner, duty_tasks};
pub use plan::{Term, tasks_for};
pub use rank::{Verb, places};
pub use result::{Count, Scored, TaskResult, judge};

word! {
    /// What a programme is for.
    ProgrammeKind {
        /// 专项整治: a lead unit, a period, categories, points and a ranking of its own.
        Campaign "专项整治",
        /// 巡访: visitors test drawn points in secret.
        Round "巡访",
        /// 联合督查、定向督导: a team of several units, unannounced.
        Mission "联合督查",
        /// 日督查: groups and fixed points with fixed persons, every day.
        DailyInspection "日督查",
        /// 每月全覆盖: every declared point within the month.
        Coverage "全覆盖督查",
        /// 每季度专项.
        Special "专项督查",
        /// 半年模拟测评: sites and questionnaires with deduction items.
        Simulation "模拟测评",
        /// 跟踪督查: open tickets drawn at random.
        FollowUp "跟踪督查",
        /// 常态化任务: what units owe in every span.
        Recurring "常态化任务",
        /// 检查数量: a target number of inspections.
        InspectionTarget "检查数量",
        /// 巡飞: reminds until the problems of a flight are closed.
        Flight "巡飞",
    }
}

impl ProgrammeKind {
    /// Whether the inspected units must not know of it before it is done, whatever the programme says (暗访、四不两直).
    pub const fn is_covert(self) -> bool {
        matches!(self, Self::Round | Self::Mission | Self::FollowUp)
    }

    /// Whether it is about tickets instead of points.
    pub const fn is_about_tickets(self) -> bool {
        matches!(self, Self::FollowUp | Self::Flight)
    }

    /// The rhythm of a programme that names none; without one the whole period is one term.
    const fn usual_rhythm(self) -> Option<Rhythm> {
        let (every, day) = match self {
            Self::DailyInspection => (SpanKind::Day, 1),
            Self::Coverage => (SpanKind::Month, 0),
            Self::Special => (SpanKind::Quarter, 0),
            Self::Simulation => (SpanKind::HalfYear, 0),
            Self::FollowUp | Self::Flight => (SpanKind::Week, 5),
            Self::Campaign | Self::Round | Self::Mission | Self::Recurring | Self::InspectionTarget => {
                return None;
            }
        };
        Some(Rhythm { every, day, minute: 17 * 60 })
    }
}

word! {
    /// How far a programme is.
    ProgrammeState {
        Draft "草稿",
        Running "进行中",
        Done "已结束",
        Cancelled "已取消",
    }
}

word! {
    /// How far a task is.
    TaskState {
        Open "待办",
        Done "已完成",
        Skipped "未办",
    }
}

/// Which half of a 模拟测评 a task is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// 实地考察.
    Site,
    /// 问卷调查.
    Survey,
}

/// A fixed point with its fixed person (固定点位定人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Code of the point in the programme's register.
    pub point: String,
    /// Who looks after it.
    pub person: AccountId,
}

/// A group of inspectors (督查分组).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name, such as 第一督查组.
    pub name: String,
    /// Its points, each with its person.
    pub posts: Vec<Post>,
}

/// Which points of a register are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The register.
    pub register: Register,
    /// Only with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only of this unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
    /// Only these; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

/// Another rhythm from a day on (周一调度: the evening during the campaign, the afternoon after it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// The first day on which it holds.
    pub from: NaiveDate,
    /// What holds then.
    pub rhythm: Rhythm,
}

/// A deduction item (扣分项).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deduction {
    /// Its code, by which a result names it.
    pub code: String,
    /// What it punishes.
    pub words: String,
    /// Points lost each time, with at most two decimals.
    pub points: f64,
}

/// A question of the 问卷.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its code, by which an answer names it.
    pub code: String,
    /// What is asked.
    pub words: String,
    /// The best score; the worst is 0.
    pub most: u32,
}

/// What is to be done, by whom, where and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    pub kind: ProgrammeKind,
    pub name: String,
    /// The unit that leads it.
    pub lead: DepartmentCode,
    /// Who does the tasks, in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The units that are inspected, or that owe something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<DepartmentCode>,
    pub first_day: NaiveDate,
    /// Included.
    pub last_day: NaiveDate,
    /// When a task of each span is due; without it the kind's own, else the end of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Selector>,
    /// How many are drawn at random; without it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u32>,
    /// What the draw starts from; without it the programme's and term's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How often in every span each unit owes it; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How many done tasks are aimed at; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u32>,
    /// Kept from the inspected units until it is done.
    #[serde(default)]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deductions: Vec<Deduction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

impl Programme {
    /// Whether the inspected units must not know of it before it is done.
    pub const fn is_hidden(&self) -> bool {
        self.hidden || self.kind.is_covert()
    }

    /// The rhythm that holds on a day; `None` when the whole period is one term.
    pub fn rhythm_on(&self, day: NaiveDate) -> Option<Rhythm> {
        let phase = self.phases.iter().filter(|phase| phase.from <= day).max_by_key(|phase| phase.from);
        phase.map(|phase| phase.rhythm).or(self.rhythm).or(self.kind.usual_rhythm())
    }

    /// Everyone who has a part in it, each once.
    pub fn persons(&self) -> Vec<AccountId> {
        let posts = self.groups.iter().flat_map(|group| &group.posts).map(|post| &post.person);
        let persons: std::collections::BTreeSet<_> = self.members.iter().chain(posts).cloned().collect();
        persons.into_iter().collect()
    }
}

/// A place, unit or ticket that a task is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Code in its register, code of the unit, or id of the ticket.
    pub code: String,
    /// As people call it.
    pub name: String,
    /// The unit that is looked at.
    pub unit: Option<DepartmentCode>,
    /// The ticket, when it is one.
    pub ticket: Option<TicketId>,
}

/// A task before it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlan {
    /// The same slot twice is one task.
    pub slot: String,
    /// Code of the point, unit or ticket, or name of the duty.
    pub subject: String,
    pub title: String,
    pub part: Option<Part>,
    /// Who owes it: one person …
    pub person: Option<AccountId>,
    /// … or whoever acts for a unit …
    pub unit: Option<DepartmentCode>,
    /// … or whoever has a role.
    pub role: Option<crate::actor::Role>,
    /// The unit that is looked at.
    pub about: Option<DepartmentCode>,
    pub ticket: Option<TicketId>,
    pub due: crate::time::Moment,
}
