//! What happened, step by step: whole for staff, and for citizens only what concerns the problem, in sentences that name
//! units and no persons. It refuses to name a citizen to anybody.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::proof::Outcome;
use domain::ticket::action::ActionKind;
use domain::ticket::attention::{Attention, AttentionKind};
use domain::ticket::event::{Assignment, Change, Event, Finding, Part, Request, Unit};
use domain::ticket::state::{Stage, State};
use domain::time::Moment;
use serde::Serialize;

use super::joint::{CLOSED, level};
use super::{Frame, Named};

/// A line of the history for staff.
#[derive(Debug, Serialize)]
pub struct StepView {
    pub seq: u64,
    pub at: Moment,
    /// Null for the report that opened it.
    pub action: Option<ActionKind>,
    pub label: &'static str,
    /// The state after it.
    pub stage: Stage,
    pub stage_label: &'static str,
    pub by: ByView,
    /// The asker's own words.
    pub note: Option<String>,
    /// One Chinese sentence: who did what.
    pub sentence: String,
    /// Doubts that came up, in Chinese.
    pub raised: Vec<String>,
    /// Doubts that were put to rest.
    pub settled: Vec<AttentionKind>,
}

/// Who did it, as it was known then.
#[derive(Debug, Serialize)]
pub struct ByView {
    /// A citizen is always 市民, a secret finder 不公开.
    pub name: String,
    /// Null for a secret finder.
    pub role: Option<Role>,
    pub role_label: &'static str,
    pub department: Option<Named>,
}

/// A line of the history for citizens.
#[derive(Debug, Serialize)]
pub struct PublicStep {
    pub at: Moment,
    pub label: &'static str,
    pub stage: Stage,
    pub stage_label: &'static str,
    pub sentence: String,
}

/// The whole history for staff, oldest first; of the doubts that an action settles, only those that were there. `hidden`
/// keeps back who found it and how.
pub fn steps(frame: &Frame<'_>, events: &[Event], hidden: bool) -> Vec<StepView> {
    let mut open = BTreeSet::new();
    let step = |event: &Event| {
        let finder = event.action.is_none() || event.by.role == Role::Visitor;
        let mut step = step(frame, event, hidden && finder);
        step.settled.retain(|kind| open.remove(kind));
        open.extend(event.raised.iter().map(Attention::kind));
        step
    };
    events.iter().map(step).collect()
}

fn step(frame: &Frame<'_>, event: &Event, hidden: bool) -> StepView {
    let by = if hidden { nobody() } else { by(frame, event) };
    let stage = event.state.stage();
    let who = match (&by.department, by.role) {
        (_, None | Some(Role::Citizen | Role::System)) => by.name.clone(),
        (Some(unit), _) => format!("{}{}", unit.name, by.name),
        (None, _) => format!("{}{}", by.role_label, by.name),
    };
    let detail = detail(event).filter(|_| !hidden).map(|detail| format!(",{detail}")).unwrap_or_default();
    let note = event.note.as_deref().map(|note| format!(":{note}")).unwrap_or_default();
    StepView {
        seq: event.seq,
        at: event.at,
        action: event.action,
        label: event.label(),
        stage,
        stage_label: stage.label(),
        sentence: format!("{who} {}{detail}{note}", event.label()),
        by,
        note: event.note.clone(),
        raised: event.raised.iter().map(Attention::sentence).collect(),
        settled: event.settled.clone(),
    }
}

fn by(frame: &Frame<'_>, event: &Event) -> ByView {
    let by = &event.by;
    let name = if by.role == Role::Citizen { Role::Citizen.label().to_owned() } else { by.name.clone() };
    let department = by.department.as_ref().map(|code| frame.unit(code));
    ByView { name, role: Some(by.role), role_label: by.role.label(), department }
}

/// Whoever found it in secret.
fn nobody() -> ByView {
    ByView { name: CLOSED.to_owned(), role: None, role_label: CLOSED, department: None }
}

/// The facts that the event brought, in a few words.
fn detail(event: &Event) -> Option<String> {
    Some(match &event.change {
        Change::Opened(opening) => format!("来源：{}", opening.source.label()),
        Change::Filed { number, class } => {
            format!("{number} {}，时限 {}", class.category_name, class.limit.label())
        }
        Change::Verified { finding, .. } => format!("情况{}", finding.label()),
        Change::Assigned(Assignment { lead, assist, person, .. }) => {
            let assist = assist.as_ref().map(|unit| format!("、协办{}", unit.name)).unwrap_or_default();
            format!("主办{}{assist}，责任人{}", lead.name, person.name)
        }
        Change::PersonNamed { person } => format!("责任人{}", person.name),
        Change::Asked(Request::Extension { by }) => format!("延长 {}", by.label()),
        Change::Asked(Request::Suspension { until }) => format!("至 {}", until.short()),
        Change::FixSubmitted(fix) => format!("第 {} 次提交", fix.round),
        Change::Judged { outcome } => outcome.label().to_owned(),
        Change::Signed(signature) => signature.side?.label().to_owned(),
        Change::Rechecked { holds, .. } => if *holds { "未反弹" } else { "已反弹" }.to_owned(),
        Change::Rated { stars } => format!("{stars} 星"),
        Change::Supervised { level } => level.label().to_owned(),
        Change::Prompted { until } => format!("限 {} 前自行整改", until.short()),
        Change::Heeded { .. } => "已自行整改".to_owned(),
        Change::Escalated { level: to, person } => format!("上报至{}{}", level(*to), person.name),
        Change::Convened(meeting) => {
            let how = if meeting.on_site { "现场会商" } else { "会商" };
            format!("{} {how}:{}", meeting.at.short(), names(meeting.parties.iter()))
        }
        Change::CheckedIn { distance_m: Some(metres), .. } => format!("距案件位置 {metres:.0} 米"),
        Change::CheckedIn { distance_m: None, .. } => "案件没有坐标，未核对距离".to_owned(),
        Change::Divided { parts } => {
            let part = |part: &Part| format!("{}:{}", part.unit.name, part.task);
            parts.iter().map(part).collect::<Vec<_>>().join(";")
        }
        Change::Planned(plan) => format!("{} 个节点", plan.milestones.len()),
        Change::MilestoneReached { position, .. } => format!("第 {} 个节点", position + 1),
        Change::RelapseLinked { nth, .. } => format!("第 {nth} 次回弹"),
        Change::CauseNamed { cause } => cause.label().to_owned(),
        Change::FrameChecked { clear, confidence, .. } => {
            let seen = if *clear { "未见问题" } else { "问题仍在" };
            format!("{seen}，置信度 {:.0}%", confidence * 100.0)
        }
        _ => return None,
    })
}

fn names<'a>(units: impl Iterator<Item = &'a Unit>) -> String {
    units.map(|unit| unit.name.as_str()).collect::<Vec<_>>().join("、")
}

/// A line for citizens; none for what is the office's own business.
pub fn public_step(event: &Event) -> Option<PublicStep> {
    let stage = event.state.stage();
    let sentence = public_sentence(event)?;
    Some(PublicStep { at: event.at, label: event.label(), stage, stage_label: stage.label(), sentence })
}

fn public_sentence(event: &Event) -> Option<String> {
    use ActionKind as A;
    let why = event.note.as_deref().unwrap_or("未说明原因");
    let Some(action) = event.action else { return Some("问题已上报，等待受理".to_owned()) };
    Some(match (action, &event.change, &event.state) {
        (A::Verify, Change::Verified { finding: Finding::Real, .. }, _) => {
            "网格员已到现场核实，情况属实".to_owned()
        }
        (A::Verify, Change::Verified { finding, .. }, _) => format!("已到现场核实，情况{}", finding.label()),
        (A::Prompt, Change::Prompted { until }, _) => {
            format!("已提示责任人于 {} 前自行整改", until.short())
        }
        (A::Heed, ..) => "责任人已自行整改".to_owned(),
        (A::Lapse, ..) => "提示期内未整改，转入立案".to_owned(),
        (A::TakeOver, Change::Assigned(to), _) => format!("{}已接手办理", to.lead.name),
        (A::Escalate, ..) => "已逐级上报协调".to_owned(),
        (A::Convene, Change::Convened(meeting), _) if meeting.on_site => "正在组织现场会商".to_owned(),
        (A::Convene, ..) => "正在组织会商".to_owned(),
        (A::Split, ..) => "多个单位联合整治".to_owned(),
        (A::Plan, ..) => "责任单位已制定整改方案".to_owned(),
        (A::ReachMilestone, ..) => "整改方案完成一个节点".to_owned(),
        (A::LinkRelapse, ..) => "同一地点同类问题再次出现".to_owned(),
        (A::Reply, ..) => format!("正式答复：{why}"),
        (A::File, Change::Filed { number, class }, _) => {
            format!("已立案：{number}（{}）", class.category_name)
        }
        (A::Decline, ..) => format!("不予受理：{why}"),
        (A::Merge, ..) => "与已有案件是同一问题，已合并办理".to_owned(),
        (A::Unmerge, ..) => "已撤销合并，单独办理".to_owned(),
        (A::Withdraw, ..) => "上报人已撤回".to_owned(),
        (A::Dispatch | A::Redispatch | A::Rule | A::Transfer, Change::Assigned(to), _) => {
            format!("已交由{}办理", to.lead.name)
        }
        (A::SignIn, ..) => "责任单位已签收，开始处置".to_owned(),
        (A::Return, ..) => "正在会商由哪个单位办理".to_owned(),
        (A::Grant, _, State::Suspended { until, .. }) => format!("暂缓办理，预计 {} 恢复", until.short()),
        (A::Resume, ..) => "已恢复办理".to_owned(),
        (A::SubmitFix, ..) => "责任单位已提交处置照片，正在核查".to_owned(),
        (A::HandleOnSpot, ..) => "网格员已当场处置，正在核查".to_owned(),
        (A::Judge, Change::Judged { outcome: Outcome::Pass }, State::Accepted) => {
            "处置照片通过核查".to_owned()
        }
        (A::Judge, Change::Judged { outcome: Outcome::Fail }, _) => {
            "处置照片未通过核查，已退回重新处置".to_owned()
        }
        (A::Accept, _, State::Accepted) => "处置结果通过验收".to_owned(),
        (A::Rework, ..) => "处置结果未通过验收，已退回重新处置".to_owned(),
        (A::Close, ..) => "问题已处置完成并销号".to_owned(),
        (A::Recheck, Change::Rechecked { holds: true, .. }, _) => "回头看：问题没有反弹".to_owned(),
        (A::Recheck, ..) => "回头看：发现问题反弹".to_owned(),
        (A::Reopen, ..) => "已重新办理".to_owned(),
        (A::Contest, ..) => "上报人对处置结果提出质疑，正在复核".to_owned(),
        _ => return None,
    })
}
