//! What makes a programme impossible: each fault with its place, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{MOST_SEED, Part, Point, Programme, ProgrammeKind};
use crate::config::Check as _;
use crate::id::{AccountId, CategoryCode, DepartmentCode};

/// Characters of a name, of a code and of an item's words.
const MOST_NAME: usize = 60;
const MOST_WORDS: usize = 200;
/// Entries of any of its lists.
const MOST_ENTRIES: usize = 2000;
/// Days from the first to the last: five years.
const MOST_DAYS: i64 = 5 * 366;
/// How often in a span a unit can owe the same.
const MOST_TIMES: u32 = 31;
/// Points lost by one item.
const MOST_POINTS: f64 = 100.0;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}：{reason}")]
pub struct Fault {
    /// The field as it was sent, dotted when nested.
    pub place: String,
    /// In Chinese.
    pub reason: String,
}

impl Fault {
    pub(super) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

/// What exists beside the programme.
#[derive(Debug)]
pub struct Known<'a> {
    pub units: &'a BTreeSet<DepartmentCode>,
    pub categories: &'a BTreeSet<CategoryCode>,
    /// The accounts that exist among the programme's persons, with their units.
    pub persons: &'a BTreeMap<AccountId, Option<DepartmentCode>>,
    /// The points that its selector and its posts find now.
    pub points: &'a [Point],
}

type Checked = Result<(), Fault>;

impl Programme {
    /// Says what is wrong with it.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self, known: &Known<'_>) -> Checked {
        text("name", &self.name, MOST_NAME)?;
        self.check_period()?;
        self.check_rhythms()?;
        self.check_people(known)?;
        self.check_places(known)?;
        self.check_numbers(known)?;
        self.check_items()
    }

    fn check_period(&self) -> Checked {
        if self.last_day < self.first_day {
            let Self { first_day, last_day, .. } = self;
            return Err(Fault::at("last_day", format!("结束日期 {last_day} 早于开始日期 {first_day}")));
        }
        if self.last_day.signed_duration_since(self.first_day).num_days() > MOST_DAYS {
            return Err(Fault::at("last_day", "期限不能超过五年"));
        }
        Ok(())
    }

    fn check_rhythms(&self) -> Checked {
        if let Some(rhythm) = self.rhythm {
            rhythm.check().map_err(|reason| Fault::at("rhythm", reason))?;
        }
        let mut last: Option<NaiveDate> = None;
        for (at, phase) in self.phases.iter().enumerate() {
            let place = |field: &str| format!("phases.{at}.{field}");
            phase.rhythm.check().map_err(|reason| Fault::at(place("rhythm"), reason))?;
            if phase.from < self.first_day || phase.from > self.last_day {
                return Err(Fault::at(place("from"), "不在期限之内"));
            }
            if last.is_some_and(|last| phase.from <= last) {
                return Err(Fault::at(place("from"), "须晚于前一阶段"));
            }
            last = Some(phase.from);
        }
        Ok(())
    }

    fn check_people(&self, known: &Known<'_>) -> Checked {
        if !known.units.contains(&self.lead) {
            return Err(Fault::at("lead", format!("没有这个牵头单位：{}", self.lead)));
        }
        all("units", &self.units, |unit| known.units.contains(unit), "没有这个单位")?;
        all("members", &self.members, |person| known.persons.contains_key(person), "没有这个人员")?;
        let needs_members = matches!(self.kind, ProgrammeKind::Round | ProgrammeKind::Mission);
        if needs_members && self.members.is_empty() {
            return Err(Fault::at("members", format!("{}须有成员", self.kind.label())));
        }
        for (at, member) in self.members.iter().enumerate() {
            let own = known.persons.get(member).and_then(Option::as_ref);
            if self.is_hidden() && own.is_some_and(|own| self.units.contains(own)) {
                return Err(Fault::at(format!("members.{at}"), "成员属于被督查单位，不能参加对它的暗访"));
            }
        }
        let mut points = BTreeSet::new();
        for (at, group) in self.groups.iter().enumerate() {
            text(&format!("groups.{at}.name"), &group.name, MOST_NAME)?;
            for (nth, post) in group.posts.iter().enumerate() {
                let place = |field: &str| format!("groups.{at}.posts.{nth}.{field}");
                if !known.persons.contains_key(&post.person) {
                    return Err(Fault::at(place("person"), format!("没有这个人员：{}", post.person)));
                }
                if !points.insert(&post.point) {
                    return Err(Fault::at(place("point"), format!("点位 {} 已定给他人", post.point)));
                }
                if !known.points.iter().any(|point| point.code == post.point) {
                    return Err(Fault::at(place("point"), format!("没有这个点位：{}", post.point)));
                }
            }
        }
        let posts = points.len();
        match self.kind {
            ProgrammeKind::DailyInspection if posts == 0 => {
                Err(Fault::at("groups", "日督查须有分组和固定点位"))
            }
            _ if posts > MOST_ENTRIES => Err(Fault::at("groups", format!("最多 {MOST_ENTRIES} 个固定点位"))),
            _ => Ok(()),
        }
    }

    fn check_places(&self, known: &Known<'_>) -> Checked {
        use ProgrammeKind::{
            Coverage, DailyInspection, InspectionTarget, Recurring, Round, Simulation, Special,
        };
        all("categories", &self.categories, |code| known.categories.contains(code), "没有这个类别")?;
        let codes = self.points.as_ref().map_or(&[][..], |selector| &selector.codes);
        let exists = |code: &String| known.points.iter().any(|point| point.code == *code);
        all("points.codes", codes, exists, "没有这个点位")?;
        let label = self.kind.label();
        match self.kind {
            Round | Coverage | DailyInspection | Special | Simulation | InspectionTarget
                if known.points.is_empty() =>
            {
                Err(Fault::at("points", format!("{label}没有点位")))
            }
            ProgrammeKind::Mission if self.points.is_none() && self.units.is_empty() => {
                Err(Fault::at("units", format!("{label}须有被督查单位或点位")))
            }
            Recurring if self.units.is_empty() => Err(Fault::at("units", format!("{label}须有责任单位"))),
            _ => Ok(()),
        }
    }

    fn check_numbers(&self, known: &Known<'_>) -> Checked {
        let most = if self.kind.is_about_tickets() { MOST_ENTRIES } else { known.points.len() };
        let within = |place: &str, number: Option<u32>, what: &str| match number {
            Some(0) => Err(Fault::at(place, "须大于 0")),
            Some(number) if number as usize > most => {
                Err(Fault::at(place, format!("{what} {number} 多于点位数 {most}")))
            }
            _ => Ok(()),
        };
        within("sample", self.sample, "抽取数")?;
        within("target", self.target.filter(|_| self.kind != ProgrammeKind::Recurring), "目标数")?;
        if self.seed.is_some_and(|seed| seed > MOST_SEED) {
            return Err(Fault::at("seed", format!("须为 0 到 {MOST_SEED}")));
        }
        match self.times {
            Some(_) if self.kind != ProgrammeKind::Recurring => {
                Err(Fault::at("times", "只有常态化任务可定次数"))
            }
            Some(times) if !(1..=MOST_TIMES).contains(&times) => {
                Err(Fault::at("times", format!("须为 1 到 {MOST_TIMES}")))
            }
            _ => Ok(()),
        }
    }

    fn check_items(&self) -> Checked {
        let mut seen = BTreeSet::new();
        for (at, item) in self.deductions.iter().enumerate() {
            let place = |field: &str| format!("deductions.{at}.{field}");
            text(&place("code"), &item.code, MOST_NAME)?;
            text(&place("words"), &item.words, MOST_WORDS)?;
            if !seen.insert(&item.code) {
                return Err(Fault::at(place("code"), format!("扣分项重复：{}", item.code)));
            }
            if hundredths(item.points).is_none() {
                return Err(Fault::at(place("points"), "须大于 0、不超过 100，至多两位小数"));
            }
        }
        if !self.questions.is_empty() && self.kind != ProgrammeKind::Simulation {
            return Err(Fault::at("questions", "只有模拟测评有问卷"));
        }
        let mut seen = BTreeSet::new();
        for (at, question) in self.questions.iter().enumerate() {
            let place = |field: &str| format!("questions.{at}.{field}");
            text(&place("code"), &question.code, MOST_NAME)?;
            text(&place("words"), &question.words, MOST_WORDS)?;
            if !seen.insert(&question.code) {
                return Err(Fault::at(place("code"), format!("问题重复：{}", question.code)));
            }
            if !(1..=100).contains(&question.most) {
                return Err(Fault::at(place("most"), "须为 1 到 100"));
            }
        }
        Ok(())
    }

    /// The parts of which each of its points has a task.
    pub(super) fn parts(&self) -> &'static [Option<Part>] {
        match self.kind {
            ProgrammeKind::Simulation if self.questions.is_empty() => &[Some(Part::Site)],
            ProgrammeKind::Simulation => &[Some(Part::Site), Some(Part::Survey)],
            _ => &[None],
        }
    }
}

/// Points in hundredths; `None` unless more than 0, at most 100 and without a third decimal.
pub(super) fn hundredths(points: f64) -> Option<i64> {
    let scaled = points * 100.0;
    let whole = scaled.round();
    let fine = points > 0.0 && points <= MOST_POINTS && (scaled - whole).abs() < 1e-6 && whole >= 1.0;
    fine.then_some(whole as i64)
}

fn text(place: &str, text: &str, most: usize) -> Checked {
    if text.trim().is_empty() {
        return Err(Fault::at(place, "不能为空"));
    }
    if text.chars().count() > most {
        return Err(Fault::at(place, format!("最多 {most} 个字")));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::at(place, "不能有控制字符"));
    }
    Ok(())
}

/// Each exists and stands there once.
fn all<T: Ord + std::fmt::Display>(
    place: &str,
    list: &[T],
    exists: impl Fn(&T) -> bool,
    unknown: &str,
) -> Checked {
    if list.len() > MOST_ENTRIES {
        return Err(Fault::at(place, format!("最多 {MOST_ENTRIES} 项")));
    }
    let mut seen = BTreeSet::new();
    for (at, item) in list.iter().enumerate() {
        if !exists(item) {
            return Err(Fault::at(format!("{place}.{at}"), format!("{unknown}：{item}")));
        }
        if !seen.insert(item) {
            return Err(Fault::at(format!("{place}.{at}"), format!("重复：{item}")));
        }
    }
    Ok(())
}
