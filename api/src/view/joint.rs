//! What stands beside the plain case: where it came from, how urgent it is, and what units settle together. It refuses to
//! tell the inspected how they were found (暗访), and the inspected's people who sent a case in.

use domain::actor::Role;
use domain::id::{AccountId, PhotoId};
use domain::ticket::Ticket;
use domain::ticket::event::{Cause, Origin, Patrol, Person, Priority, Source, Unit};
use domain::time::{MINUTE_MS, Moment};
use serde::Serialize;

use super::Frame;

/// What is shown instead of a covert source.
pub const CLOSED: &str = "不公开";

/// Whether somebody of this role must not learn where a ticket comes from.
pub const fn hides(role: Role, source: Source) -> bool {
    source.is_covert() && is_unit_side(role)
}

/// Whether the role belongs to those who are inspected.
pub const fn is_unit_side(role: Role) -> bool {
    matches!(role, Role::Handler | Role::UnitHead | Role::GridWorker | Role::Crew)
}

/// How urgent a ticket is beside its limit.
#[derive(Debug, Serialize)]
pub struct PriorityView {
    pub value: Priority,
    pub label: &'static str,
    /// Chinese sentences; empty for an ordinary ticket.
    pub why: Vec<String>,
}

/// Where a ticket came from, beside its source.
#[derive(Debug, Serialize)]
pub struct OriginView {
    /// The original sender; null to the units' people.
    pub sender: Option<String>,
    pub authority: Option<String>,
    pub aired_at: Option<Moment>,
    pub deadline: Option<Moment>,
    pub reply_due: Option<Moment>,
    pub patrol: Option<Patrol>,
    pub patrol_label: Option<&'static str>,
    pub off_duty: bool,
    pub new_build: bool,
    pub machine: Option<MachineView>,
    pub programme: Option<String>,
}

/// What a camera saw.
#[derive(Debug, Serialize)]
pub struct MachineView {
    pub camera: String,
    pub offence: String,
    pub offence_label: String,
    pub confidence: f64,
}

/// A plan with its milestones.
#[derive(Debug, Serialize)]
pub struct PlanView {
    pub text: String,
    pub milestones: Vec<StoneView>,
}

/// One milestone.
#[derive(Debug, Serialize)]
pub struct StoneView {
    /// What to send as `position`.
    pub position: usize,
    pub name: String,
    pub due_at: Moment,
    pub reached_at: Option<Moment>,
    /// Not reached in time.
    pub late: bool,
}

/// One unit's part.
#[derive(Debug, Serialize)]
pub struct PartView {
    pub unit: Unit,
    pub task: String,
    pub done_at: Option<Moment>,
    pub photo_ids: Vec<PhotoId>,
}

/// A meeting of the parties.
#[derive(Debug, Serialize)]
pub struct MeetingView {
    pub on_site: bool,
    pub at: Moment,
    pub parties: Vec<AttendeeView>,
}

/// A unit that was called to a meeting.
#[derive(Debug, Serialize)]
pub struct AttendeeView {
    pub unit: Unit,
    /// When it signed in on the spot.
    pub present_at: Option<Moment>,
}

/// One level up.
#[derive(Debug, Serialize)]
pub struct EscalationView {
    pub level: u8,
    pub label: &'static str,
    pub person: Person,
    pub at: Moment,
}

/// Why such a problem could come about.
#[derive(Debug, Serialize)]
pub struct CauseView {
    pub value: Cause,
    pub label: &'static str,
}

/// The last submission of a fix.
#[derive(Debug, Serialize)]
pub struct FixView {
    pub round: u32,
    pub on_spot: bool,
    pub by: AccountId,
    /// Natural minutes from the latest picture to its submission; null when the picture doesn't tell its time.
    pub delay_minutes: Option<i64>,
}

/// How urgent it is.
pub fn priority(ticket: &Ticket) -> PriorityView {
    let class = ticket.class.as_ref();
    let value = class.map(|class| class.priority).unwrap_or_default();
    PriorityView {
        value,
        label: value.label(),
        why: class.map_or_else(Vec::new, |class| class.priority_why.clone()),
    }
}

/// Where it came from; none to whom that is closed.
pub fn origin(frame: &Frame<'_>, role: Role, ticket: &Ticket) -> Option<OriginView> {
    if hides(role, ticket.source) {
        return None;
    }
    let Origin { sender, authority, aired_at, deadline, reply_due, patrol, off_duty, .. } =
        ticket.origin.clone();
    let machine = ticket.origin.machine.as_ref().map(|seen| MachineView {
        camera: seen.camera.clone(),
        offence: seen.offence.clone(),
        offence_label: match frame.books.config.machine.offence(&seen.offence) {
            Some(offence) => offence.name.clone(),
            None => seen.offence.clone(),
        },
        confidence: seen.confidence,
    });
    Some(OriginView {
        sender: sender.filter(|_| !is_unit_side(role)),
        authority,
        aired_at,
        deadline,
        reply_due,
        patrol,
        patrol_label: patrol.map(Patrol::label),
        off_duty,
        new_build: ticket.origin.new_build,
        machine,
        programme: ticket.origin.programme.clone(),
    })
}

/// Its plan.
pub fn plan(ticket: &Ticket, now: Moment) -> Option<PlanView> {
    let plan = ticket.plan.as_ref()?;
    let stone = |(position, stone): (usize, &domain::ticket::event::Stone)| StoneView {
        position,
        name: stone.name.clone(),
        due_at: stone.due_at,
        reached_at: stone.reached_at,
        late: stone.reached_at.unwrap_or(now) > stone.due_at,
    };
    Some(PlanView {
        text: plan.text.clone(),
        milestones: plan.milestones.iter().enumerate().map(stone).collect(),
    })
}

/// Who does which part.
pub fn parts(ticket: &Ticket) -> Vec<PartView> {
    let part = |part: &domain::ticket::event::Part| PartView {
        unit: part.unit.clone(),
        task: part.task.clone(),
        done_at: part.done_at,
        photo_ids: part.photos.clone(),
    };
    ticket.parts.iter().map(part).collect()
}

/// The meeting to which the parties were called.
pub fn meeting(ticket: &Ticket) -> Option<MeetingView> {
    let meeting = ticket.meeting.as_ref()?;
    let present =
        |unit: &Unit| meeting.present.iter().find(|(code, _)| *code == unit.code).map(|(_, at)| *at);
    let party = |unit: &Unit| AttendeeView { unit: unit.clone(), present_at: present(unit) };
    Some(MeetingView {
        on_site: meeting.on_site,
        at: meeting.at,
        parties: meeting.parties.iter().map(party).collect(),
    })
}

/// How far up it was reported.
pub fn escalations(ticket: &Ticket) -> Vec<EscalationView> {
    let view = |one: &domain::ticket::event::Escalation| EscalationView {
        level: one.level,
        label: level(one.level),
        person: one.person.clone(),
        at: one.at,
    };
    ticket.escalations.iter().map(view).collect()
}

/// The Chinese word of a level.
pub const fn level(level: u8) -> &'static str {
    match level {
        1 => "单位主要负责人",
        2 => "片长",
        3 => "分管领导",
        _ => "主要领导",
    }
}

/// Why it could come about.
pub fn cause(ticket: &Ticket) -> Option<CauseView> {
    ticket.cause.map(|value| CauseView { value, label: value.label() })
}

/// The last submission of a fix.
pub fn fix(ticket: &Ticket) -> Option<FixView> {
    let fix = ticket.fix.as_ref()?;
    Some(FixView {
        round: fix.round,
        on_spot: fix.on_spot,
        by: fix.by.clone(),
        delay_minutes: fix.delay_ms.map(|ms| ms.div_euclid(MINUTE_MS)),
    })
}
