//! Papers as people read them: heads for lists, the whole with its decisions, and a sheet for an office. It refuses to
//! show more of a frozen paper than was frozen with it, all but what became of its decisions.

use chrono::NaiveDate;
use domain::actor::Actor;
use domain::id::{DepartmentCode, TicketId};
use domain::paper::{Body, PaperAction, PaperKind, PaperState, Standing, Work, allowed};
use domain::ticket::event::By;
use domain::time::Moment;
use serde::Serialize;
use store::export::{Cell, Table};
use store::repo::district::Books;
use store::repo::ledger::Deed;
use store::repo::papers::{Decision, Head, Paper, Stamp};

use super::Named;

/// Who did something, and when.
#[derive(Debug, Serialize)]
pub struct StampView {
    name: String,
    role_label: &'static str,
    at: Moment,
}

/// What may be done.
#[derive(Debug, Serialize)]
pub struct AllowedView {
    action: PaperAction,
    label: &'static str,
}

/// A row of a list.
#[derive(Debug, Serialize)]
pub struct HeadView {
    pub id: String,
    pub kind: PaperKind,
    pub kind_label: &'static str,
    /// The key of its span.
    pub span: String,
    pub title: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// The unit that owes it; null for the district's own.
    pub department: Option<Named>,
    pub state: PaperState,
    pub state_label: &'static str,
    pub version: u64,
    pub drafted_at: Moment,
    /// The machine came behind its time.
    pub drafted_late: bool,
    pub due_at: Option<Moment>,
    /// It was not there when its time ran out.
    pub missing: bool,
    /// It was handed in behind its time.
    pub late: bool,
    pub late_minutes: Option<i64>,
    pub filed: Option<StampView>,
    pub signed: Option<StampView>,
    pub frozen: Option<StampView>,
    /// SHA-256 of what was frozen.
    pub sha256: Option<String>,
    pub allowed_actions: Vec<AllowedView>,
}

/// A decision and what became of it.
#[derive(Debug, Serialize)]
pub struct DecisionView {
    id: String,
    words: String,
    department: Option<Named>,
    due_at: Option<Moment>,
    /// `open` or `done`.
    status: &'static str,
    made: StampView,
    done: Option<StampView>,
    outcome: Option<String>,
}

/// A whole paper.
#[derive(Debug, Serialize)]
pub struct PaperView {
    #[serde(flatten)]
    pub head: HeadView,
    pub body: Body,
    pub decisions: Vec<DecisionView>,
}

/// One event of a person or a unit.
#[derive(Debug, Serialize)]
pub struct DeedView {
    at: Moment,
    ticket_id: TicketId,
    number: Option<String>,
    category: Option<String>,
    action: Option<String>,
    label: &'static str,
}

/// A paper without what stands in it.
pub fn head(books: &Books, actor: &Actor, head: &Head) -> HeadView {
    let standing = Standing { kind: head.kind, unit: head.unit.as_ref(), state: head.state };
    let allowed = allowed(standing, actor).into_iter();
    HeadView {
        id: head.id.clone(),
        kind: head.kind,
        kind_label: head.kind.label(),
        span: head.span.key(),
        title: format!("{}{}", head.span.title(), head.kind.label()),
        first: head.span.first,
        last: head.span.last,
        department: head.unit.as_ref().map(|code| unit(books, code)),
        state: head.state,
        state_label: head.state.label(),
        version: head.version,
        drafted_at: head.drafted_at,
        drafted_late: head.drafted_late,
        due_at: head.due_at,
        missing: head.missing,
        late: head.late_minutes.is_some(),
        late_minutes: head.late_minutes,
        filed: stamp(&head.filed),
        signed: stamp(&head.signed),
        frozen: stamp(&head.frozen),
        sha256: head.sha256.clone(),
        allowed_actions: allowed.map(|action| AllowedView { action, label: action.label() }).collect(),
    }
}

/// A paper with everything.
pub fn whole(books: &Books, actor: &Actor, paper: Paper, decisions: Vec<Decision>) -> PaperView {
    let decisions = decisions.into_iter().map(|decision| DecisionView {
        department: decision.unit.as_ref().map(|code| unit(books, code)),
        status: if decision.done.is_some() { "done" } else { "open" },
        made: signed(&decision.made),
        done: stamp(&decision.done),
        id: decision.id,
        words: decision.words,
        due_at: decision.due_at,
        outcome: decision.outcome,
    });
    PaperView { head: head(books, actor, &paper.head), decisions: decisions.collect(), body: paper.body }
}

/// An event as lists show it.
pub fn deed(books: &Books, deed: Deed) -> DeedView {
    let category = deed.category.and_then(|code| books.categories.get(&code));
    DeedView {
        at: deed.at,
        ticket_id: deed.ticket,
        number: deed.number,
        category: category.map(|row| row.name.clone()),
        action: deed.action.map(|action| action.to_string()),
        label: deed.action.map_or("上报", |action| action.label()),
    }
}

/// A paper as a sheet of three columns: part, name, value.
pub fn sheet(view: &PaperView) -> Table {
    let PaperView { head, body, decisions } = view;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row = |part: &str, name: &str, value: Cell| rows.push(vec![part.into(), name.into(), value]);
    row("公文", "标题", head.title.as_str().into());
    row("公文", "单位", head.department.as_ref().map_or("全区", |unit| &unit.name).into());
    row("公文", "状态", head.state_label.into());
    row("公文", "统计时段", format!("{} 至 {}", body.from.short(), body.until.short()).into());
    row("公文", "迟报分钟", head.late_minutes.into());
    row("公文", "校验值", head.sha256.clone().into());
    for (_, title, text) in body.words.parts() {
        row("正文", title, text.into());
    }
    for (name, count) in counts(&body.work) {
        row("工作量", name, count.into());
    }
    for unit in &body.units {
        for (name, count) in counts(&unit.work) {
            row(&unit.unit.name, name, count.into());
        }
    }
    let standings = body.standings.as_ref().and_then(|value| value["units"].as_array());
    for unit in standings.into_iter().flatten() {
        let name = unit["name"].as_str().unwrap_or_default();
        for (field, title) in [("rank", "名次"), ("score", "得分（百分之一分）")] {
            row("排名", &format!("{name} {title}"), unit[field].as_i64().into());
        }
        row("排名", &format!("{name} 标识"), unit["label"].as_str().into());
    }
    for line in &body.events {
        let number = line.number.as_deref().unwrap_or("未立案");
        row("事项", &line.at.short(), format!("{} {number}", line.label).into());
    }
    for causes in &body.causes {
        let [policy, middle, grassroots] =
            [causes.causes.policy, causes.causes.middle, causes.causes.grassroots];
        row("根因", &format!("{} 制度缺失", causes.name), policy.into());
        row("根因", &format!("{} 中层梗阻", causes.name), middle.into());
        row("根因", &format!("{} 基层落实不力", causes.name), grassroots.into());
    }
    for decision in decisions {
        let status = if decision.done.is_some() { "已办结" } else { "未办结" };
        row("议定事项", &decision.words, status.into());
    }
    let columns = ["部分", "项目", "内容"].map(str::to_owned).to_vec();
    Table { title: head.title.clone(), columns, rows }
}

fn counts(work: &Work) -> [(&'static str, i64); 10] {
    [
        ("受理", work.received),
        ("派单", work.dispatched),
        ("签收", work.signed_in),
        ("提交处置", work.fixed),
        ("销号", work.struck_off),
        ("返工", work.reworked),
        ("退单", work.returned),
        ("被督办", work.supervised),
        ("未结", work.open),
        ("未结超期", work.overdue),
    ]
}

fn unit(books: &Books, code: &DepartmentCode) -> Named {
    let name = books.departments.get(code).map_or(code.as_str(), |unit| &unit.name);
    Named { code: code.to_string(), name: name.to_owned() }
}

fn stamp(stamp: &Stamp) -> Option<StampView> {
    stamp.as_ref().map(signed)
}

fn signed((by, at): &(By, Moment)) -> StampView {
    StampView { name: by.name.clone(), role_label: by.role.label(), at: *at }
}
