//! The whole tables, walked: every state × action × role, and random lives of tickets.

use std::collections::BTreeMap;

use proptest::prelude::*;
use strum::VariantArray as _;

use super::Ticket;
use super::action::{Action, ActionKind, SupervisionLevel};
use super::attention::Attention;
use super::decide::{Decision, Known, allowed_actions, decide, open};
use super::event::*;
use super::flow::{FLOW, find};
use super::permit::{PERMITS, Reach};
use super::refusal::{Need, Refusal};
use super::state::{Stage, State};
use crate::actor::{Actor, Role, Side};
use crate::clock::limit::{Limit, LimitUnit};
use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode, PhotoId, TicketId};
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
    let grids =
        if role == Role::GridWorker { [(Layer::Community, "G1".into())].into() } else { Default::default() };
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
    }
}

fn limit() -> Limit {
    Limit { amount: 4, unit: LimitUnit::WorkHours }
}

fn known(policy: ClosePolicy) -> Known {
    let unit = |code: &str| Unit { code: code.into(), name: code.into() };
    Known {
        mine: true,
        follows: false,
        number: Some("JM2026-000001".into()),
        class: Some(class(policy)),
        lead: Some(unit("D1")),
        lead_is_external: true,
        assist: Some(unit("D2")),
        person: Some(Person { account: "person".into(), name: "张三".into() }),
        photos: vec!["P1".into()],
        other: Some("T2".into()),
        grids_exist: true,
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
        K::UnlinkRelapse => Action::UnlinkRelapse { reason: reason() },
        K::Note => Action::Note { text: reason() },
    }
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
        let looked_up =
            Known { lead: Some(Unit { code: "D3".into(), name: "D3".into() }), ..known(ClosePolicy::Auto) };
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
    if kind == ActionKind::Return {
        known.lead = Some(Unit { code: "D3".into(), name: "D3".into() });
    }
    known
}

/// The ticket with what the action can only answer to.
fn with_request(mut ticket: Ticket, kind: ActionKind) -> Ticket {
    match kind {
        ActionKind::Grant | ActionKind::Deny => ticket.pending = Some(Request::Appeal {}),
        ActionKind::UnlinkRelapse => ticket.relapse_of = Some("T0".into()),
        ActionKind::KeepSeparate => {
            ticket.attention =
                vec![Attention::Duplicate { ticket: "T2".into(), probability: 0.5, reasons: vec![] }];
        }
        _ => {}
    }
    ticket
}

#[test]
fn no_pair_of_state_and_action_stands_twice_and_every_action_has_a_row() {
    for (i, step) in FLOW.iter().enumerate() {
        let twin = FLOW.iter().skip(i + 1).find(|s| s.from == step.from && s.action == step.action);
        assert!(twin.is_none(), "{} {}", step.from, step.action);
        assert!(!step.to.is_empty());
    }
    for kind in ActionKind::VARIANTS {
        assert!(FLOW.iter().any(|s| s.action == *kind), "{kind} has no row");
        assert!(PERMITS.iter().any(|p| p.action == *kind), "{kind} is nobody's");
    }
}

#[test]
fn every_row_of_the_table_succeeds_and_leads_where_it_says() {
    for step in FLOW {
        let ticket = with_request(ticket_in(step.from), step.action);
        let now = ticket.updated_at.plus_ms(1);
        let who = someone(step.action);
        let done = decide(&ticket, &example(step.action, now), &who, &fitting(step.action), now);
        let done = done.unwrap_or_else(|e| panic!("{} {}: {}", step.from, step.action, e.message()));
        assert!(step.to.contains(&done.event.state.stage()), "{} {}", step.from, step.action);
        assert_eq!(done.event.seq, ticket.version + 1);
    }
}

#[test]
fn every_pair_outside_the_table_is_refused_with_both_names() {
    for stage in Stage::VARIANTS {
        let ticket = ticket_in(*stage);
        for kind in ActionKind::VARIANTS.iter().filter(|kind| find(*stage, **kind).is_none()) {
            let now = ticket.updated_at.plus_ms(1);
            let mut who = someone(*kind);
            // A unit's reach needs an assignment; where there is none yet, the reach says no before the state does.
            if ticket.assignment.is_none()
                && PERMITS.iter().all(|p| p.action != *kind || p.reach != Reach::District)
            {
                who.role = Role::Leader;
            }
            let refusal = decide(&ticket, &example(*kind, now), &who, &fitting(*kind), now).unwrap_err();
            let message = refusal.message();
            assert!(message.contains(kind.label()), "{message}");
            if let Refusal::State { .. } = refusal {
                assert!(message.contains(stage.label()), "{message}");
            }
        }
    }
}

#[test]
fn every_action_is_refused_to_every_role_that_the_table_does_not_name() {
    for step in FLOW {
        let ticket = with_request(ticket_in(step.from), step.action);
        for role in Role::VARIANTS {
            let named = PERMITS.iter().any(|p| p.action == step.action && p.role == *role);
            let now = ticket.updated_at.plus_ms(1);
            let answer =
                decide(&ticket, &example(step.action, now), &actor(*role), &fitting(step.action), now);
            if !named {
                assert_eq!(answer.unwrap_err(), Refusal::Role { action: step.action, role: *role });
            }
        }
    }
}

#[test]
fn a_reach_ends_at_other_peoples_tickets_other_grids_and_other_units() {
    for permit in PERMITS.iter().filter(|p| p.reach != Reach::District) {
        let only = PERMITS.iter().filter(|p| p.action == permit.action && p.role == permit.role).count() == 1;
        let Some(step) = FLOW.iter().find(|s| s.action == permit.action).filter(|_| only) else { continue };
        let ticket = with_request(ticket_in(step.from), step.action);
        let mut stranger = actor(permit.role);
        stranger.department = stranger.department.map(|_| "D8".into());
        stranger.grids = [(Layer::Community, "G9".into())].into();
        let looked_up = Known { mine: false, ..fitting(step.action) };
        let now = ticket.updated_at.plus_ms(1);
        let refusal = decide(&ticket, &example(step.action, now), &stranger, &looked_up, now).unwrap_err();
        assert_eq!(refusal, Refusal::Reach { action: permit.action, role: permit.role });
    }
}

#[test]
fn a_dispatch_without_one_of_the_five_fixed_points_is_refused_by_name() {
    let ticket = ticket_in(Stage::Filed);
    let who = actor(Role::Dispatcher);
    let ask = |task: &str, duty: &str, known: Known| {
        let (lead, assist) = ("D1".into(), None);
        let action = Action::Dispatch {
            red: false,
            lead,
            assist,
            person: None,
            task: task.into(),
            duty: duty.into(),
            reason: "".into(),
        };
        decide(&ticket, &action, &who, &known, T0.plus_ms(HOUR_MS)).unwrap_err()
    };
    let full = || known(ClosePolicy::Auto);
    let missing = |need| Refusal::Missing { action: ActionKind::Dispatch, need };
    assert_eq!(ask(" ", "主办", full()), missing(Need::Task));
    assert_eq!(ask("清理", "", full()), missing(Need::Duty));
    assert_eq!(ask("清理", "主办", Known { lead: None, ..full() }), missing(Need::Lead));
    assert_eq!(ask("清理", "主办", Known { person: None, ..full() }), missing(Need::Person));
}

#[test]
fn whoever_handled_a_ticket_and_his_unit_cannot_accept_rework_or_close_it() {
    let ticket = ticket_in(Stage::Fixed);
    let now = ticket.updated_at.plus_ms(1);
    for kind in [ActionKind::Accept, ActionKind::Rework] {
        let mut same_person = actor(Role::Inspector);
        same_person.account = AccountId::new("handler");
        let mut same_unit = actor(Role::Dispatcher);
        same_unit.department = Some("D1".into());
        for who in [same_person, same_unit] {
            let refusal =
                decide(&ticket, &example(kind, now), &who, &known(ClosePolicy::Auto), now).unwrap_err();
            let hands = ticket.hands.contains(&who.account);
            let unit = who.department.is_some();
            assert_eq!(refusal == Refusal::OwnWork { action: kind }, hands || unit);
        }
    }
}

#[test]
fn two_signatures_of_two_sides_are_needed_where_the_category_says_so() {
    use ActionKind as K;
    let policy = ClosePolicy::Inspector;
    let mut life = Life::begin();
    for kind in [K::File, K::Dispatch, K::SignIn, K::SubmitFix] {
        let action = example(kind, life.now);
        life.ask(&action, &someone(kind), policy).expect("the way to a fix");
    }
    life.ask(&Action::Judge { verdict: verdict(Outcome::Pass) }, &Actor::system(), policy).expect("judged");
    assert_eq!(life.ticket.stage(), Stage::Fixed, "a passing proof is only the request");
    let accept = Action::Accept { note: String::new() };
    let first = actor(Role::Inspector);
    life.ask(&accept, &first, policy).expect("the first signature");
    assert_eq!(life.ticket.stage(), Stage::Fixed);
    assert!(life.ask(&accept, &first, policy).is_err(), "nobody signs twice");
    let colleague = Actor { account: "another".into(), ..first.clone() };
    assert!(life.ask(&accept, &colleague, policy).is_err(), "one side signs once");
    let industry = Actor { account: "industry".into(), side: Some(Side::Industry), ..first };
    life.ask(&accept, &industry, policy).expect("the second signature");
    assert_eq!(life.ticket.stage(), Stage::Accepted);
}

#[test]
fn a_verdict_moves_the_ticket_as_far_as_it_convinces() {
    let ticket = ticket_in(Stage::Fixed);
    let now = ticket.updated_at.plus_ms(1);
    let judged = |outcome| {
        let action = Action::Judge { verdict: verdict(outcome) };
        decide(&ticket, &action, &Actor::system(), &known(ClosePolicy::Auto), now)
            .expect("the machine judges")
            .event
    };
    assert_eq!(judged(Outcome::Pass).state, State::Accepted);
    assert_eq!(judged(Outcome::Fail).state, State::Handling);
    let doubt = judged(Outcome::Doubt);
    assert_eq!(doubt.state, ticket.state);
    assert!(matches!(doubt.raised[..], [Attention::DoubtfulProof { .. }]), "a doubt goes to a person");
}

#[test]
fn a_fix_on_the_spot_that_fails_waits_to_be_dispatched_like_any_other() {
    use ActionKind as K;
    let mut life = Life::begin();
    life.go(&[K::Locate, K::File, K::HandleOnSpot]);
    assert!(life.ticket.self_handled());
    life.ask(&Action::Judge { verdict: verdict(Outcome::Fail) }, &Actor::system(), ClosePolicy::Auto)
        .expect("judged");
    assert_eq!(life.ticket.stage(), Stage::Filed);
}

#[test]
fn a_number_once_given_stays_through_merge_and_undo() {
    use ActionKind as K;
    let mut life = Life::begin();
    life.go(&[K::Locate, K::File]);
    let number = life.ticket.number.clone();
    life.go(&[K::Merge, K::Unmerge, K::File]);
    assert_eq!(life.ticket.number, number);
    assert!(life.ticket.apart.contains(&TicketId::new("T2")), "it is not merged there again");
}

#[test]
fn the_buttons_are_exactly_the_actions_that_would_be_allowed() {
    let mut table = String::new();
    for stage in Stage::VARIANTS {
        let ticket = ticket_in(*stage);
        for role in Role::VARIANTS {
            let who = actor(*role);
            let names: Vec<_> =
                allowed_actions(&ticket, &who, true).iter().map(ToString::to_string).collect();
            if !names.is_empty() {
                table.push_str(&format!("{stage} · {role}: {}\n", names.join(" ")));
            }
            for kind in ActionKind::VARIANTS {
                let now = ticket.updated_at.plus_ms(1);
                let answer = decide(&ticket, &example(*kind, now), &who, &fitting(*kind), now);
                assert_eq!(answer.is_ok(), names.contains(&kind.to_string()), "{stage} {role} {kind}");
            }
        }
    }
    insta::assert_snapshot!(table);
}

proptest! {
    #[test]
    fn a_random_life_stays_in_the_table_and_equals_the_fold_of_its_events(
        steps in proptest::collection::vec((0..ActionKind::VARIANTS.len(), 0..3_usize, any::<bool>()), 1..60)
    ) {
        let mut life = Life::begin();
        for (index, outcome, inspector) in steps {
            let kind = ActionKind::VARIANTS[index];
            let mut action = example(kind, life.now);
            if kind == ActionKind::Judge {
                action = Action::Judge { verdict: verdict([Outcome::Pass, Outcome::Doubt, Outcome::Fail][outcome]) };
            }
            let from = life.ticket.stage();
            let policy = if inspector { ClosePolicy::Inspector } else { ClosePolicy::Auto };
            if life.ask(&action, &someone(kind), policy).is_ok() {
                let step = find(from, kind).expect("only what the table holds");
                prop_assert!(step.to.contains(&life.ticket.stage()));
            }
            let ticket = &life.ticket;
            let in_order = [
                Some(ticket.stamps.found), ticket.stamps.registered, ticket.stamps.rectified, ticket.stamps.inspected,
                ticket.stamps.qualified, ticket.stamps.struck_off,
            ];
            prop_assert!(in_order.iter().flatten().is_sorted(), "{in_order:?}");
            if ticket.stage() == Stage::Closed {
                prop_assert!(in_order.iter().all(Option::is_some), "a step was skipped: {in_order:?}");
            }
            if ticket.stage().is_owned() {
                prop_assert!(ticket.assignment.is_some() || ticket.self_handled(), "nobody is responsible");
            }
        }
        let folded = Ticket::fold(&TicketId::new("T1"), &life.events);
        prop_assert_eq!(folded.as_ref(), Some(&life.ticket));
        let stored: Vec<Event> = life
            .events
            .iter()
            .map(|e| serde_json::from_str(&serde_json::to_string(e).expect("writes")).expect("reads"))
            .collect();
        prop_assert_eq!(stored, life.events);
    }
}
