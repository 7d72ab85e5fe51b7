//! The lines of the three lists (项目清单, 负面清单, 责任清单), as JSON and as cells. It refuses to say how a problem was found:
//! those who are inspected read these lists too.

use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::register::{Entry, PARTS, Theme};
use domain::ticket::event::{Person, Priority};
use domain::ticket::state::Stage;
use domain::time::{MINUTE_MS, Moment};
use serde::Serialize;
use store::export::Cell;
use store::repo::lists::TicketRow;
use store::repo::registers::duties::Duty;

use super::register::People;
use super::row::Beside;
use super::{Frame, Named};

/// A place that is looked at for an item.
#[derive(Debug, Serialize)]
pub struct PointLine {
    pub code: String,
    pub name: String,
    pub department: Option<Named>,
    /// What was wanted there and what is done.
    pub target: Option<i64>,
    pub done: Option<i64>,
}

/// An item of the assessment.
#[derive(Debug, Serialize)]
pub struct ProjectLine {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    /// `site`, `material` or `survey`.
    pub part: Option<&'static str>,
    pub part_label: Option<&'static str>,
    pub category: Option<String>,
    pub leader: Option<Person>,
    pub department: Option<Named>,
    pub assist: Option<Named>,
    pub person: Option<Person>,
    pub weight: Option<f64>,
    pub points: Vec<PointLine>,
    /// Points whose target is reached.
    pub points_done: usize,
}

/// A problem that is not struck off.
#[derive(Debug, Serialize)]
pub struct ProblemLine {
    pub ticket: TicketId,
    pub number: Option<String>,
    pub words: String,
    pub category: Option<Named>,
    pub themes: Vec<Named>,
    pub area: Option<Named>,
    pub stage: Stage,
    pub stage_label: &'static str,
    pub lead: Option<Named>,
    pub assist: Option<Named>,
    pub person: Option<Person>,
    pub opened_at: Moment,
    pub due_at: Option<Moment>,
    /// Natural minutes until `due_at`, negative when past.
    pub remaining_minutes: Option<i64>,
    /// The limit and every extension, and what is used of them; null when it is not being worked on.
    pub allowed_minutes: Option<i64>,
    pub used_minutes: Option<i64>,
    pub late: bool,
    pub priority: Priority,
    pub on_map: bool,
}

/// Who carries problems of a category in an area.
#[derive(Debug, Serialize)]
pub struct DutyLine {
    pub category: Named,
    pub area: Named,
    pub leader: Option<Person>,
    pub lead: Option<Named>,
    pub assist: Option<Named>,
    pub person: Option<Person>,
    pub why: Vec<String>,
}

/// The columns of each list's file.
pub const PROJECT_COLUMNS: [&str; 12] = [
    "编码",
    "名称",
    "上级编码",
    "部分",
    "类别",
    "分管领导",
    "责任单位",
    "协办单位",
    "责任人",
    "权重",
    "点位",
    "达标点位数",
];
/// The columns of the negative list.
pub const PROBLEM_COLUMNS: [&str; 14] = [
    "编号",
    "问题",
    "类别",
    "专题",
    "片区",
    "状态",
    "责任单位",
    "协办单位",
    "责任人",
    "发现时间",
    "整改期限",
    "是否逾期",
    "优先级",
    "上图",
];
/// The columns of the list of duties.
pub const DUTY_COLUMNS: [&str; 7] =
    ["类别编码", "类别", "片区", "分管领导", "责任单位", "协办单位", "责任人"];

/// An item with its owners and its points.
pub fn project(frame: &Frame<'_>, item: &Entry, points: &[Entry], people: &People) -> ProjectLine {
    let named = |id: &domain::id::AccountId| Person {
        account: id.clone(),
        name: people.get(id).map_or_else(|| id.to_string(), |account| account.name.clone()),
    };
    let part = PARTS.iter().find(|(word, _)| item.is_tagged(word));
    let is_done = |point: &&Entry| {
        point.count("done").is_some_and(|done| done > 0 && done >= point.target.unwrap_or(1))
    };
    let line = |point: &Entry| PointLine {
        code: point.code.clone(),
        name: point.name.clone(),
        department: point.department.as_ref().map(|code| frame.unit(code)),
        target: point.target,
        done: point.count("done"),
    };
    ProjectLine {
        code: item.code.clone(),
        name: item.name.clone(),
        parent: item.parent.clone(),
        part: part.map(|(word, _)| *word),
        part_label: part.map(|(_, label)| *label),
        category: item.category.clone(),
        leader: item.leader.as_ref().map(named),
        department: item.department.as_ref().map(|code| frame.unit(code)),
        assist: item.assist.as_ref().map(|code| frame.unit(code)),
        person: item.person.as_ref().map(named),
        weight: item.weight,
        points_done: points.iter().filter(is_done).count(),
        points: points.iter().map(line).collect(),
    }
}

/// A problem with the families it belongs to.
pub fn problem(frame: &Frame<'_>, row: TicketRow, themes: &[&Theme], beside: &Beside) -> ProblemLine {
    let named = |id: &domain::id::AccountId| {
        Some(Person { account: id.clone(), name: beside.persons.get(id)?.clone() })
    };
    let (allowed_minutes, used_minutes) = beside.minutes(frame, &row.id).unzip();
    ProblemLine {
        allowed_minutes,
        used_minutes,
        late: row.is_late(frame.now),
        category: row.category.as_ref().map(|code| frame.category(code)),
        themes: themes
            .iter()
            .map(|theme| Named { code: theme.code.clone(), name: theme.name.clone() })
            .collect(),
        area: row.area.as_ref().map(|code| frame.grid(Layer::Area, code)),
        stage_label: row.stage.label(),
        lead: row.lead.as_ref().map(|code| frame.unit(code)),
        assist: row.assist.as_ref().map(|code| frame.unit(code)),
        person: row.person.as_ref().and_then(named),
        remaining_minutes: row.due_at.map(|due| due.since(frame.now).div_euclid(MINUTE_MS)),
        on_map: row.at.is_some(),
        ticket: row.id,
        number: row.number,
        words: row.words,
        stage: row.stage,
        opened_at: row.opened_at,
        due_at: row.due_at,
        priority: row.priority,
    }
}

/// A line of the list of duties.
pub fn duty(frame: &Frame<'_>, duty: Duty) -> DutyLine {
    DutyLine {
        category: frame.category(&duty.category),
        area: frame.grid(Layer::Area, &duty.area),
        leader: duty.leader,
        lead: duty.lead.as_ref().map(|code| frame.unit(code)),
        assist: duty.assist.as_ref().map(|code| frame.unit(code)),
        person: duty.person,
        why: duty.why,
    }
}

/// The name of a unit, category or grid.
fn name(named: Option<&Named>) -> Cell {
    named.map(|named| named.name.as_str()).into()
}

/// The cells of [`PROJECT_COLUMNS`].
pub fn project_cells(line: &ProjectLine) -> Vec<Cell> {
    let person = |person: Option<&Person>| person.map(|person| person.name.as_str()).into();
    let points: Vec<&str> = line.points.iter().map(|point| point.name.as_str()).collect();
    vec![
        line.code.as_str().into(),
        line.name.as_str().into(),
        line.parent.clone().into(),
        line.part_label.into(),
        line.category.clone().into(),
        person(line.leader.as_ref()),
        name(line.department.as_ref()),
        name(line.assist.as_ref()),
        person(line.person.as_ref()),
        line.weight.into(),
        points.join("、").into(),
        i64::try_from(line.points_done).unwrap_or(i64::MAX).into(),
    ]
}

/// The cells of [`PROBLEM_COLUMNS`].
pub fn problem_cells(line: &ProblemLine) -> Vec<Cell> {
    let themes: Vec<&str> = line.themes.iter().map(|theme| theme.name.as_str()).collect();
    let yes = |yes: bool| if yes { "是" } else { "否" };
    vec![
        line.number.clone().into(),
        line.words.as_str().into(),
        name(line.category.as_ref()),
        themes.join("、").into(),
        name(line.area.as_ref()),
        line.stage_label.into(),
        name(line.lead.as_ref()),
        name(line.assist.as_ref()),
        line.person.as_ref().map(|person| person.name.as_str()).into(),
        line.opened_at.to_string().into(),
        line.due_at.map(|due| due.to_string()).into(),
        yes(line.late).into(),
        line.priority.label().into(),
        yes(line.on_map).into(),
    ]
}

/// The cells of [`DUTY_COLUMNS`].
pub fn duty_cells(line: &DutyLine) -> Vec<Cell> {
    let person = |person: Option<&Person>| person.map(|person| person.name.as_str()).into();
    vec![
        line.category.code.as_str().into(),
        line.category.name.as_str().into(),
        line.area.name.as_str().into(),
        person(line.leader.as_ref()),
        name(line.lead.as_ref()),
        name(line.assist.as_ref()),
        person(line.person.as_ref()),
    ]
}
