//! What people are told of an event, in Chinese: a title of a few words and one sentence. Those who reported read about
//! their problem and the unit, never about a person; staff read what to do until when. It refuses to decide who reads it.

use domain::job::Audience;
use domain::ticket::Ticket;
use domain::ticket::action::ActionKind;
use domain::ticket::attention::Attention;
use domain::ticket::event::{Change, Event};
use domain::time::Moment;

/// A notice before it is addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub title: String,
    pub body: String,
}

impl Letter {
    pub fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { title: title.into(), body: body.into() }
    }
}

/// What is known beside the ticket and the event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aside {
    /// When the leading unit's time is up.
    pub due: Option<Moment>,
    /// Why the proof convinced or not, sentence by sentence.
    pub reasons: Vec<String>,
}

/// The case by number and category, as people speak of it.
pub(crate) fn subject(ticket: &Ticket) -> String {
    match (&ticket.number, &ticket.class) {
        (Some(number), Some(class)) => format!("案件 {number}（{}）", class.category_name),
        (Some(number), None) => format!("案件 {number}"),
        (None, _) => "上报的问题".to_owned(),
    }
}

/// The letter about an event to one audience.
pub(crate) fn write(ticket: &Ticket, event: &Event, audience: Audience, aside: &Aside) -> Letter {
    match audience {
        Audience::Followers => to_followers(ticket, event, aside),
        Audience::Lead => to_lead(ticket, event, aside),
        Audience::Assist => to_assist(ticket),
        Audience::Desk => to_desk(ticket, event, aside),
        Audience::Inspectors => {
            let body = format!("{}的处置照片已通过自动核查，请验收签字", subject(ticket));
            Letter::new("案件待验收", body)
        }
        Audience::Superior => to_superior(ticket, event),
        Audience::Parties => to_parties(ticket, event),
        Audience::Handlers => to_handlers(ticket, aside),
    }
}

/// The letter to the chiefs of the place, the first line.
pub(crate) fn to_chiefs(ticket: &Ticket, aside: &Aside) -> Letter {
    let lead = ticket.assignment.as_ref().map_or("责任单位", |a| a.lead.name.as_str());
    let body = format!("您负责的区域有新案件：{}，由{lead}主办{}", subject(ticket), until(aside, "，限"));
    Letter::new("辖区新案件", body)
}

fn to_superior(ticket: &Ticket, event: &Event) -> Letter {
    let (what, note) = (subject(ticket), event.note.as_deref().unwrap_or("未说明"));
    let unit = ticket.assignment.as_ref().map_or("责任单位", |a| a.lead.name.as_str());
    Letter::new("案件逐级上报", format!("{what}由{unit}主办，现上报请您协调：{note}"))
}

fn to_parties(ticket: &Ticket, event: &Event) -> Letter {
    let (what, note) = (subject(ticket), event.note.as_deref().unwrap_or("未说明"));
    match &event.change {
        Change::Convened(meeting) => {
            let how = if meeting.on_site { "到现场会商并签到" } else { "参加会商" };
            let body = format!("请于 {} {how}：{what}，{note}", meeting.at.short());
            Letter::new("会商通知", body)
        }
        Change::Divided { parts } => {
            let share = |part: &domain::ticket::event::Part| format!("{}：{}", part.unit.name, part.task);
            let shares: Vec<String> = parts.iter().map(share).collect();
            Letter::new("联合整治任务", format!("{what}分工如下：{}", shares.join("；")))
        }
        _ => Letter::new(event.label(), format!("{what}：{note}")),
    }
}

fn to_handlers(ticket: &Ticket, aside: &Aside) -> Letter {
    let task = ticket.assignment.as_ref().map_or("", |a| a.task.as_str());
    let person = ticket.assignment.as_ref().map_or("", |a| a.person.name.as_str());
    let body =
        format!("{}已交本单位主要负责人{person}{}。任务：{task}", subject(ticket), until(aside, "，限"));
    Letter::new("红色督办件（抄送）", body)
}

fn to_followers(ticket: &Ticket, event: &Event, aside: &Aside) -> Letter {
    let (what, note) = (subject(ticket), event.note.as_deref().unwrap_or("未说明"));
    let unit = ticket.assignment.as_ref().map_or("责任单位", |a| a.lead.name.as_str());
    match event.action {
        Some(ActionKind::File) => Letter::new("问题已立案", format!("您反映的问题已立案：{what}")),
        Some(ActionKind::Decline) => Letter::new("问题不予受理", format!("您反映的问题不予受理：{note}")),
        Some(ActionKind::Merge) => {
            let body = "您反映的问题与已有案件是同一问题，已合并办理，后续进展会继续通知您";
            Letter::new("问题已合并办理", body)
        }
        Some(ActionKind::SignIn) => {
            Letter::new("责任单位已签收", format!("{unit}已开始处置{what}{}", until(aside, "，期限为")))
        }
        Some(ActionKind::Close) => {
            Letter::new("问题已处置完成", format!("{what}已处置完成，请查看处置照片并作出评价"))
        }
        Some(ActionKind::Reopen) => Letter::new("问题已重新办理", format!("{what}已重新办理")),
        Some(ActionKind::Prompt) => {
            Letter::new("已提示责任人整改", format!("您反映的问题已先行提示责任人整改：{note}"))
        }
        Some(ActionKind::Heed) => {
            Letter::new("问题已在提示后整改", "您反映的问题经提示后已整改，请查看照片".to_owned())
        }
        Some(ActionKind::Reply) => Letter::new("正式答复", format!("{what}：{note}")),
        Some(ActionKind::Verify) => Letter::new("问题核实结果", format!("您反映的问题经现场核实：{note}")),
        _ => Letter::new(event.label(), format!("{what}：{}", event.state.stage().label())),
    }
}

fn to_lead(ticket: &Ticket, event: &Event, aside: &Aside) -> Letter {
    let (what, note) = (subject(ticket), event.note.as_deref().unwrap_or("未说明"));
    let task = ticket.assignment.as_ref().map_or("", |a| a.task.as_str());
    let person = ticket.assignment.as_ref().map_or("", |a| a.person.name.as_str());
    match (event.action, &event.change) {
        (_, Change::Assigned(assignment)) if assignment.red => {
            let body =
                format!("{what}为红色督办件，由您负总责{}，不得自行转派。任务：{task}", until(aside, "，限"));
            Letter::new("红色督办件", body)
        }
        (_, Change::Assigned(_)) => {
            let body = format!("{what}由本单位主办{}。责任人：{person}。任务：{task}", until(aside, "，限"));
            Letter::new("新的主办案件", body)
        }
        (_, Change::PersonNamed { person }) => {
            Letter::new("责任人变更", format!("{what}的责任人为{}{}", person.name, until(aside, "，限")))
        }
        (_, Change::Supervised { level }) => {
            Letter::new(format!("督办：{}", level.label()), format!("{what}：{note}"))
        }
        (_, Change::Answered { granted: true }) => Letter::new("申请已同意", format!("{what}：{note}")),
        (_, Change::Answered { granted: false }) => Letter::new("申请未同意", format!("{what}：{note}")),
        (_, Change::Judged { .. }) => {
            Letter::new("处置未通过核查", format!("{what}须重新处置：{}", said(&aside.reasons)))
        }
        (Some(ActionKind::Rework), _) => Letter::new("案件返工", format!("{what}须重新处置：{note}")),
        (Some(ActionKind::Reopen), _) => Letter::new("案件重开", format!("{what}须重新处置：{note}")),
        _ => Letter::new(event.label(), format!("{what}：{}", event.state.stage().label())),
    }
}

fn to_assist(ticket: &Ticket) -> Letter {
    let lead = ticket.assignment.as_ref().map_or("主办单位", |a| a.lead.name.as_str());
    Letter::new("新的协办案件", format!("{}由{lead}主办，本单位协办，请签收并配合处置", subject(ticket)))
}

fn to_desk(ticket: &Ticket, event: &Event, aside: &Aside) -> Letter {
    let (what, note) = (subject(ticket), event.note.as_deref().unwrap_or("未说明"));
    match (event.action, &event.change) {
        (Some(ActionKind::Return), _) => Letter::new("单位退单，待裁定", format!("{what}：{note}")),
        (Some(ActionKind::Contest), _) => Letter::new("上报人质疑", format!("{what}：{note}")),
        (Some(ActionKind::Flag), _) => {
            let doubts: Vec<String> = event.raised.iter().map(Attention::sentence).collect();
            Letter::new("案件待人工处理", format!("{what}：{}", doubts.join("；")))
        }
        (_, Change::Asked(_)) => Letter::new("单位申请，待批", format!("{what}{}：{note}", event.label())),
        (_, Change::Judged { .. }) => {
            Letter::new("证据存疑，待核查", format!("{what}：{}", said(&aside.reasons)))
        }
        _ => Letter::new(event.label(), format!("{what}：{note}")),
    }
}

fn until(aside: &Aside, lead_in: &str) -> String {
    aside.due.map_or_else(String::new, |due| format!("{lead_in} {} 前完成", due.short()))
}

fn said(reasons: &[String]) -> String {
    if reasons.is_empty() { "详见核查结论".to_owned() } else { reasons.join("；") }
}
