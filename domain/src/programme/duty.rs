//! The rules of this room in which cities differ: the names of the campaigns, how much is drawn for 跟踪督查, and the duties
//! that come round by themselves (日巡查、周调度、月推进、季观摩、年奖励).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Point, TaskPlan, Term};
use crate::actor::Role;
use crate::config::Check;
use crate::id::CategoryCode;
use crate::import::DepartmentKind;
use crate::rhythm::{Rhythm, Span, SpanKind};
use crate::time::Moment;

/// Entries of a list, and characters of a name.
const MOST_ENTRIES: usize = 50;
const MOST_NAME: usize = 40;

/// A campaign that a city knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    pub name: String,
    /// What a campaign of this name is about when it names no categories itself.
    #[serde(default)]
    pub categories: Vec<CategoryCode>,
}

/// 专项整治: the known campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Campaigns(pub Vec<Campaign>);

impl Default for Campaigns {
    fn default() -> Self {
        const NAMES: [&str; 10] = [
            "消防设施",
            "农贸市场",
            "住宅小区",
            "小型餐馆",
            "背街小巷与线缆乱拉",
            "门前三包",
            "占道经营",
            "停车难",
            "交通违法",
            "公益广告",
        ];
        Self(NAMES.map(|name| Campaign { name: name.to_owned(), categories: Vec::new() }).into())
    }
}

impl Check for Campaigns {
    fn check(&self) -> Result<(), String> {
        names("专项整治", self.0.iter().map(|campaign| campaign.name.as_str()))
    }
}

impl Campaigns {
    /// The categories of the known campaign that a name speaks of.
    pub fn categories_of(&self, name: &str) -> Vec<CategoryCode> {
        let known = self.0.iter().find(|campaign| name.contains(&campaign.name));
        known.map(|campaign| campaign.categories.clone()).unwrap_or_default()
    }
}

/// 跟踪督查 and the secret second look at automatically closed tickets: how much is drawn every week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUp {
    /// Percent of the open tickets, and how many at least.
    pub open_percent: u32,
    pub open_least: u32,
    /// Percent of last week's automatically closed tickets, and how many at least.
    pub closed_percent: u32,
    pub closed_least: u32,
    /// Days until a drawn one is to be looked at.
    pub days: u32,
}

impl Default for FollowUp {
    fn default() -> Self {
        Self { open_percent: 5, open_least: 3, closed_percent: 5, closed_least: 2, days: 5 }
    }
}

impl Check for FollowUp {
    fn check(&self) -> Result<(), String> {
        for (place, percent) in [("open_percent", self.open_percent), ("closed_percent", self.closed_percent)]
        {
            if percent > 100 {
                return Err(format!("{place}：{percent} 超过 100%"));
            }
        }
        for (place, least) in [("open_least", self.open_least), ("closed_least", self.closed_least)] {
            if least > 1000 {
                return Err(format!("{place}：{least} 超过 1000"));
            }
        }
        if !(1..=31).contains(&self.days) {
            return Err(format!("days：{} 须为 1 到 31", self.days));
        }
        Ok(())
    }
}

/// Who owes a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Every unit of a kind, each for itself.
    Unit(DepartmentKind),
    /// Whoever has a role; one does it for all.
    Role(Role),
}

/// Something that is owed in every span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub name: String,
    pub rhythm: Rhythm,
    pub owner: Owner,
}

/// The calendar of recurring duties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duties(pub Vec<Duty>);

impl Default for Duties {
    fn default() -> Self {
        let duty = |name: &str, every, day, owner| Duty {
            name: name.to_owned(),
            rhythm: Rhythm { every, day, minute: 17 * 60 },
            owner,
        };
        Self(vec![
            duty("每日巡查", SpanKind::Day, 1, Owner::Unit(DepartmentKind::Block)),
            duty("每周调度", SpanKind::Week, 1, Owner::Role(Role::Dispatcher)),
            duty("每月推进", SpanKind::Month, 25, Owner::Role(Role::Coordinator)),
            duty("每季观摩", SpanKind::Quarter, 0, Owner::Role(Role::Coordinator)),
            duty("年度奖励", SpanKind::Year, 0, Owner::Role(Role::Coordinator)),
        ])
    }
}

impl Check for Duties {
    fn check(&self) -> Result<(), String> {
        names("常态化任务", self.0.iter().map(|duty| duty.name.as_str()))?;
        for (at, duty) in self.0.iter().enumerate() {
            duty.rhythm.check().map_err(|fault| format!("第 {} 项“{}”：{fault}", at + 1, duty.name))?;
            if let Owner::Role(role @ (Role::Citizen | Role::Integration | Role::System | Role::Oversight)) =
                duty.owner
            {
                return Err(format!("第 {} 项“{}”：{}不能承担任务", at + 1, duty.name, role.label()));
            }
        }
        Ok(())
    }
}

fn names<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for (at, name) in names.enumerate() {
        if at >= MOST_ENTRIES {
            return Err(format!("{what}最多 {MOST_ENTRIES} 项"));
        }
        if name.trim().is_empty() || name.chars().count() > MOST_NAME || name.chars().any(char::is_control) {
            return Err(format!("第 {} 项：名称须为 1 到 {MOST_NAME} 个字", at + 1));
        }
        if !seen.insert(name) {
            return Err(format!("第 {} 项：名称“{name}”重复", at + 1));
        }
    }
    Ok(())
}

/// The tasks of a duty in the span in which `at` lies, `units` being those of its owner's kind; none once it is due.
pub fn duty_tasks(duty: &Duty, at: Moment, units: &[Point]) -> Vec<TaskPlan> {
    let span = Span::of(duty.rhythm.every, at.date());
    let term = Term { key: span.key(), due: duty.rhythm.due_in(&span) };
    if term.due <= at {
        return Vec::new();
    }
    let task = |owner: &str, unit: Option<&Point>, role| TaskPlan {
        slot: format!("duty/{}/{}/{owner}", duty.name, term.key),
        subject: duty.name.clone(),
        title: format!("{} {}", span.title(), duty.name),
        part: None,
        person: None,
        unit: unit.and_then(|point| point.unit.clone()),
        role,
        about: unit.and_then(|point| point.unit.clone()),
        ticket: None,
        due: term.due,
    };
    match duty.owner {
        Owner::Unit(_) => units.iter().map(|unit| task(&unit.code, Some(unit), None)).collect(),
        Owner::Role(role) => vec![task(&role.to_string(), None, Some(role))],
    }
}
