//! A ticket in every state, an actor of every role and a request of every kind, for the tests beside it.

mod intake;
mod joint;
mod life;
mod orders;
mod proposal;
mod walk;

use std::collections::BTreeMap;

use super::Ticket;
use super::action::{Action, ActionKind, SupervisionLevel};
use super::attention::Attention;
use super::decide::{Decision, Known, decide, open};
use super::event::*;
use super::permit::{PERMITS, Reach};
use super::refusal::{Need, Refusal};
use super::state::{Stage, State};
use crate::actor::{Actor, Role, Side};
use crate::clock::limit::{Limit, LimitUnit};
use crate::geo::datum::CoordType;
use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode, PhotoId, TicketId};
use crate::job::{Audience, Job};
use crate::proof::{Outcome, Verdict};
use crate::time::{HOUR_MS, Moment};
use crate::workline::Workline;

const T0: Moment = Moment::from_ms(1_771_000_000_000);

fn actor(role: Role) -> Actor {
    let department = match role {
        Role::Handler | Role::UnitHead => Some("D1".into()),
        _ => None,
    };
    let side = (role == Role::Inspector).then_some(Side::Supervision);
    let grids = match role {
        Role::GridWorker | Role::Crew | Role::Handler | Role::UnitHead => {
            [(Layer::Community, "G1".into())].into()
        }
        _ => Default::default(),
    };
    Actor {
        account: AccountId::new(format!("{role}")),
        name: role.label().into(),
        role,
        department,
        grids,
        side,
    }
}

fn class(policy: ClosePolicy) -> Class {
    Class {
        category: "06010".into(),
        category_name: "暴露垃圾".into(),
        workline: Workline::Sanitation,
        standard: "06010-1".into(),
        standard_name: "暴露垃圾".into(),
        opens_when: "有暴露垃圾".into(),
        closes_when: "清理干净".into(),
        limit: limit(),
        policy,
        recheck_days: 7,
        guarded: None,
        priority: Priority::Normal,
        priority_why: Vec::new(),
    }
}

fn unit(code: &str) -> Unit {
    Unit { code: code.into(), name: code.into() }
}

fn person(name: &str) -> Person {
    Person { account: name.into(), name: name.into() }
}

fn limit() -> Limit {
    Limit { amount: 4, unit: LimitUnit::WorkHours }
}

fn known(policy: ClosePolicy) -> Known {
    Known {
        mine: true,
        follows: false,
        number: Some("JM2026-000001".into()),
        class: Some(class(policy)),
        lead: Some(unit("D1")),
        lead_is_external: true,
        assist: Some(unit("D2")),
        person: Some(person("person")),
        photos: vec!["P1".into()],
        other: Some("T2".into()),
        grids_exist: true,
        place_grids: BTreeMap::new(),
        head: Some(person("head")),
        leader: Some(person("leader")),
        superior: Some((1, person("head"))),
        parties: vec![unit("D1"), unit("D3"), unit("D4")],
        relapse: Some(("T9".into(), 1)),
        captured_at: Some(T0),
    }
}

fn opening() -> Opening {
    Opening {
        report: "R1".into(),
        source: Source::MiniProgram,
        reporter: Some("citizen".into()),
        words: "路边一堆垃圾".into(),
        place: None,
        found_at: T0,
        category_hint: None,
        photos: vec!["P1".into()],
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Origin::default(),
    }
}

/// One well-formed action of each kind.
fn example(kind: ActionKind, now: Moment) -> Action {
    use ActionKind as K;
    let reason = || "理由".to_owned();
    let photo_ids = || vec![PhotoId::new("P1")];
    let (lead, assist) = (DepartmentCode::new("D1"), Some(DepartmentCode::new("D2")));
    match kind {
        K::Flag => Action::Flag { attention: vec![Attention::NoPlace] },
        K::Locate => Action::Locate {
            place: None,
            found_at: T0,
            grids: [(Layer::Community, "G1".into())].into(),
            note: reason(),
        },
        K::AskVerify => Action::AskVerify { note: reason() },
        K::Verify => Action::Verify { finding: Finding::Real, photo_ids: photo_ids(), note: reason() },
        K::ConfirmPlace => Action::ConfirmPlace {
            point: None,
            grids: BTreeMap::from([(Layer::Community, "G1".into())]),
            reason: reason(),
        },
        K::File => Action::File { category: "06010".into(), standard: "06010-1".into() },
        K::Decline => Action::Decline { reason: reason() },
        K::Merge => Action::Merge { into: "T2".into(), reason: reason() },
        K::Unmerge => Action::Unmerge { reason: reason() },
        K::KeepSeparate => Action::KeepSeparate { reason: reason() },
        K::Absorb => Action::Absorb { from: "T3".into(), reports: 1 },
        K::Release => Action::Release { from: "T3".into(), reports: 1 },
        K::Follow => Action::Follow {},
        K::Withdraw => Action::Withdraw { reason: reason() },
        K::Dispatch => Action::Dispatch {
            red: false,
            lead,
            assist,
            person: None,
            task: "清理".into(),
            duty: "主办".into(),
            reason: reason(),
        },
        K::Redispatch => Action::Redispatch { lead, assist, person: None, reason: reason() },
        K::Assign => Action::Assign { person: "person".into(), reason: reason() },
        K::SignIn => Action::SignIn {},
        K::Acknowledge => Action::Acknowledge {},
        K::Return => Action::Return { proposed: "D3".into(), reason: reason() },
        K::Rule => Action::Rule {
            lead,
            assist,
            person: None,
            parties: vec!["D1".into(), "D3".into()],
            reason: reason(),
        },
        K::Transfer => Action::Transfer { to: "D9".into(), person: None, reason: reason() },
        K::RequestExtension => Action::RequestExtension { by: limit(), reason: reason() },
        K::RequestSuspension => Action::RequestSuspension { until: now.plus_ms(HOUR_MS), reason: reason() },
        K::Appeal => Action::Appeal { reason: reason() },
        K::Grant => Action::Grant { reason: reason() },
        K::Deny => Action::Deny { reason: reason() },
        K::Resume => Action::Resume { reason: reason() },
        K::SubmitFix => Action::SubmitFix { photo_ids: photo_ids(), note: reason() },
        K::HandleOnSpot => Action::HandleOnSpot { photo_ids: photo_ids(), note: reason() },
        K::Judge => Action::Judge { verdict: verdict(Outcome::Pass) },
        K::Accept => Action::Accept { note: reason() },
        K::Rework => Action::Rework { reason: reason() },
        K::Close => Action::Close {},
        K::Recheck => Action::Recheck { holds: true, photo_ids: photo_ids(), note: reason() },
        K::Reopen => Action::Reopen { reason: reason() },
        K::Rate => Action::Rate { stars: 5, comment: reason() },
        K::Contest => Action::Contest { reason: reason(), photo_ids: photo_ids() },
        K::Supervise => Action::Supervise { level: SupervisionLevel::Reminder, text: reason() },
        K::Prompt => Action::Prompt { until: now.plus_ms(HOUR_MS), text: reason() },
        K::Heed => Action::Heed { photo_ids: photo_ids(), note: reason() },
        K::Lapse => Action::Lapse {},
        K::TakeOver => Action::TakeOver { reason: reason() },
        K::Escalate => Action::Escalate { to_level: None, reason: reason() },
        K::Convene => Action::Convene {
            parties: vec!["D3".into(), "D4".into()],
            on_site: true,
            at: now,
            reason: reason(),
        },
        K::CheckIn => Action::CheckIn { point: point(120.45, 36.39), note: reason() },
        K::Split => Action::Split {
            parts: vec![PartAsked { unit: "D3".into(), task: "清运".into() }],
            reason: reason(),
        },
        K::FinishPart => Action::FinishPart { photo_ids: photo_ids(), note: reason() },
        K::Plan => Action::Plan {
            milestones: vec![Milestone { name: "进场".into(), due_at: now.plus_ms(HOUR_MS) }],
            text: reason(),
        },
        K::ReachMilestone => Action::ReachMilestone { position: 0, photo_ids: photo_ids(), note: reason() },
        K::LinkRelapse => Action::LinkRelapse { to: "T9".into(), reason: reason() },
        K::NameCause => Action::NameCause { cause: Cause::Middle, note: reason() },
        K::Reply => Action::Reply { text: reason() },
        K::CheckFrame => {
            Action::CheckFrame { clear: true, confidence: 0.9, photo_ids: photo_ids(), note: reason() }
        }
        K::UnlinkRelapse => Action::UnlinkRelapse { reason: reason() },
        K::Note => Action::Note { text: reason() },
    }
}

fn point(longitude: f64, latitude: f64) -> GivenPoint {
    GivenPoint { longitude, latitude, coord_type: CoordType::Wgs84, accuracy: None }
}

fn verdict(outcome: Outcome) -> Verdict {
    Verdict { outcome, checks: Vec::new(), version: 1 }
}

/// A role that PERMITS grants the action at district reach, or else any role that has it.
fn someone(kind: ActionKind) -> Actor {
    let mut rows: Vec<_> = PERMITS.iter().filter(|p| p.action == kind).collect();
    rows.sort_by_key(|p| (p.reach != Reach::District, p.role == Role::System));
    let role = rows.first().expect("every action is somebody's").role;
    let mut who = actor(role);
    if rows[0].reach == Reach::Assisting {
        who.department = Some("D2".into());
    }
    who
}

/// What `decide` says to this request a minute after the ticket's last event.
fn asked(ticket: &Ticket, action: &Action, who: &Actor, known: &Known) -> Result<Decision, Refusal> {
    decide(ticket, action, who, known, ticket.updated_at.plus_ms(60_000))
}

/// Which condition a request lacks.
fn lacks(ticket: &Ticket, action: &Action, who: &Actor, known: &Known) -> Option<Need> {
    match asked(ticket, action, who, known) {
        Err(Refusal::Missing { need, .. }) => Some(need),
        Err(other) => panic!("{}", other.message()),
        Ok(_) => None,
    }
}

/// The ticket after an action that must be allowed.
fn after(ticket: &Ticket, action: &Action, who: &Actor, known: &Known) -> Ticket {
    let done = asked(ticket, action, who, known).unwrap_or_else(|e| panic!("{}", e.message()));
    let mut next = ticket.clone();
    next.absorb(&done.event);
    next
}

struct Life {
    ticket: Ticket,
    events: Vec<Event>,
    now: Moment,
}

impl Life {
    fn begin() -> Self {
        let id = TicketId::new("T1");
        let Decision { event, .. } = open(&id, opening(), &actor(Role::Citizen), T0);
        Self { ticket: Ticket::born(id, &event).expect("an opening"), events: vec![event], now: T0 }
    }

    fn ask(&mut self, action: &Action, who: &Actor, policy: ClosePolicy) -> Result<Decision, Refusal> {
        self.now = self.now.plus_ms(60_000);
        let done = decide(&self.ticket, action, who, &known(policy), self.now)?;
        self.ticket.absorb(&done.event);
        self.events.push(done.event.clone());
        Ok(done)
    }

    fn go(&mut self, kinds: &[ActionKind]) -> &mut Self {
        for kind in kinds {
            let action = example(*kind, self.now);
            self.ask(&action, &someone(*kind), ClosePolicy::Auto)
                .unwrap_or_else(|e| panic!("{}", e.message()));
        }
        self
    }
}

/// A ticket in each state, reached the shortest way.
fn ticket_in(stage: Stage) -> Ticket {
    use ActionKind as K;
    let mut life = Life::begin();
    life.go(&[K::Locate]);
    let path: &[K] = match stage {
        Stage::Received => &[],
        Stage::Verifying => &[K::AskVerify],
        Stage::Prompted => &[K::Prompt],
        Stage::Filed => &[K::File],
        Stage::Dispatched => &[K::File, K::Dispatch],
        Stage::Handling => &[K::File, K::Dispatch, K::SignIn],
        Stage::Disputed => &[K::File, K::Dispatch, K::SignIn],
        Stage::Suspended => &[K::File, K::Dispatch, K::SignIn, K::RequestSuspension, K::Grant],
        Stage::Fixed => &[K::File, K::Dispatch, K::SignIn, K::SubmitFix],
        Stage::Accepted => &[K::File, K::Dispatch, K::SignIn, K::SubmitFix, K::Judge],
        Stage::Closed => &[K::File, K::Dispatch, K::SignIn, K::SubmitFix, K::Judge, K::Close],
        Stage::Declined => &[K::Decline],
        Stage::Merged => &[K::Merge],
        Stage::Withdrawn => &[K::Withdraw],
    };
    life.go(path);
    if stage == Stage::Disputed {
        let mut other = actor(Role::Handler);
        let looked_up = Known { lead: Some(unit("D3")), ..known(ClosePolicy::Auto) };
        other.department = Some("D1".into());
        let action = example(K::Return, life.now);
        let done = decide(&life.ticket, &action, &other, &looked_up, life.now).expect("a return is allowed");
        life.ticket.absorb(&done.event);
    }
    assert_eq!(life.ticket.stage(), stage);
    life.ticket
}

/// Looked-up facts under which the row's needs are met.
fn fitting(kind: ActionKind) -> Known {
    let mut known = known(ClosePolicy::Auto);
    if matches!(kind, ActionKind::Return | ActionKind::TakeOver) {
        known.lead = Some(unit("D3"));
    }
    known
}

/// The ticket with what the action can only answer to.
fn ready(mut ticket: Ticket, kind: ActionKind) -> Ticket {
    match kind {
        ActionKind::Grant | ActionKind::Deny => ticket.pending = Some(Request::Appeal {}),
        ActionKind::UnlinkRelapse => ticket.relapse_of = Some("T0".into()),
        ActionKind::CheckIn => {
            let parties = vec![unit("D1"), unit("D3")];
            ticket.meeting = Some(Meeting { parties, on_site: true, at: T0, present: Vec::new() });
        }
        ActionKind::FinishPart => {
            let task = "清运".to_owned();
            ticket.parts = vec![Part { unit: unit("D1"), task, done_at: None, photos: Vec::new() }];
        }
        ActionKind::ReachMilestone => {
            let stone = Stone { name: "进场".into(), due_at: T0.plus_ms(HOUR_MS), reached_at: None };
            ticket.plan = Some(Plan { text: "分步整改".into(), milestones: vec![stone] });
        }
        ActionKind::Reply => ticket.origin.reply_due = Some(T0.plus_ms(HOUR_MS)),
        ActionKind::KeepSeparate => {
            ticket.attention =
                vec![Attention::Duplicate { ticket: "T2".into(), probability: 0.5, reasons: vec![] }];
        }
        _ => {}
    }
    ticket
}
