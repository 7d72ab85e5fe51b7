//! Who may order what of whom: red orders, stepping into a gap, the command, the authority's own deadline, replies.

use super::super::decide::allowed_actions;
use super::*;
use crate::clock::reckon::Mark;
use crate::time::DAY_MS;

fn usual() -> Known {
    known(ClosePolicy::Auto)
}

fn dispatch(red: bool, reason: &str) -> Action {
    Action::Dispatch {
        lead: "D1".into(),
        assist: Some("D2".into()),
        person: None,
        task: "清理".into(),
        duty: "主办".into(),
        red,
        reason: reason.into(),
    }
}

fn audiences(decision: &Decision) -> Vec<Audience> {
    let told = |job: &Job| match job {
        Job::Notify { audience, .. } => Some(*audience),
        _ => None,
    };
    decision.jobs.iter().filter_map(|due| told(&due.job)).collect()
}

#[test]
fn a_red_order_goes_to_the_head_and_to_every_handler_and_only_the_desk_gives_it() {
    let filed = ticket_in(Stage::Filed);
    let done = asked(&filed, &dispatch(true, ""), &actor(Role::Dispatcher), &usual()).expect("a red order");
    let Change::Assigned(assignment) = &done.event.change else { panic!("{:?}", done.event.change) };
    assert!(assignment.red);
    assert_eq!(assignment.person, person("head"), "whoever else was named");
    assert_eq!(assignment.leader, Some(person("leader")));
    assert!(audiences(&done).contains(&Audience::Handlers));
    let plain = asked(&filed, &dispatch(false, ""), &actor(Role::Dispatcher), &usual()).expect("an order");
    assert!(!audiences(&plain).contains(&Audience::Handlers));
    let headless = Known { head: None, ..usual() };
    assert_eq!(lacks(&filed, &dispatch(true, ""), &actor(Role::Dispatcher), &headless), Some(Need::Head));
    assert_eq!(lacks(&filed, &dispatch(true, ""), &Actor::system(), &usual()), Some(Need::OrderRight));
}

#[test]
fn a_red_order_is_never_handed_on_in_silence() {
    let red = after(&ticket_in(Stage::Filed), &dispatch(true, ""), &actor(Role::Dispatcher), &usual());
    let assign = example(ActionKind::Assign, T0);
    assert_eq!(lacks(&red, &assign, &actor(Role::UnitHead), &usual()), Some(Need::OrderRight));
    assert!(!allowed_actions(&red, &actor(Role::UnitHead), false).contains(&ActionKind::Assign));
    assert_eq!(lacks(&red, &assign, &actor(Role::Dispatcher), &usual()), None);
    let neighbour = Actor { department: Some("D3".into()), ..actor(Role::Handler) };
    let step_in = example(ActionKind::TakeOver, T0);
    assert_eq!(lacks(&red, &step_in, &neighbour, &fitting(ActionKind::TakeOver)), Some(Need::OrderRight));
    let moved = Known { lead: Some(unit("D3")), ..usual() };
    let handed = after(&red, &example(ActionKind::Redispatch, T0), &actor(Role::Dispatcher), &moved);
    let assignment = handed.assignment.expect("it has a unit");
    assert!(assignment.red, "the colour goes with it");
    assert_eq!(assignment.person, person("head"));
}

#[test]
fn a_unit_steps_in_for_nobody_and_for_one_that_has_not_begun() {
    let neighbour = Actor { department: Some("D3".into()), ..actor(Role::UnitHead) };
    let own = Known { lead: Some(unit("D3")), person: Some(person("unit_head")), assist: None, ..usual() };
    let step_in = example(ActionKind::TakeOver, T0);
    let mut gap = ticket_in(Stage::Filed);
    gap.attention = vec![Attention::Gap { reasons: vec!["没有责任单位".into()] }];
    let taken = after(&gap, &step_in, &neighbour, &own);
    assert_eq!((taken.stage(), taken.attention.len()), (Stage::Dispatched, 0));
    let assignment = taken.assignment.as_ref().expect("somebody is responsible");
    assert_eq!((assignment.lead.code.as_str(), assignment.task.as_str()), ("D3", "清理干净"));
    assert!(matches!(taken.ticks[..], [tick] if matches!(tick.mark, Mark::Start { .. })));
    let waiting = ticket_in(Stage::Dispatched);
    let taken = after(&waiting, &step_in, &neighbour, &own);
    assert_eq!(taken.assignment.as_ref().map(|a| a.task.as_str()), Some("清理"), "the old task");
    assert_eq!(taken.past_ticks.len(), 1, "the unit that waited keeps its own clock");
    let lead = actor(Role::UnitHead);
    assert_eq!(lacks(&waiting, &step_in, &lead, &usual()), Some(Need::OtherLead));
    let begun = asked(&ticket_in(Stage::Handling), &step_in, &neighbour, &own).unwrap_err();
    assert!(matches!(begun, Refusal::State { .. }), "who signed in keeps it");
    let blank = Action::TakeOver { reason: " ".into() };
    assert_eq!(lacks(&waiting, &blank, &neighbour, &own), Some(Need::Reason));
}

#[test]
fn the_command_may_do_what_the_desk_does_but_never_without_a_reason() {
    let command = actor(Role::Command);
    let filed = ticket_in(Stage::Filed);
    assert_eq!(lacks(&filed, &dispatch(false, ""), &actor(Role::Dispatcher), &usual()), None);
    assert_eq!(lacks(&filed, &dispatch(false, " "), &command, &usual()), Some(Need::Reason));
    assert_eq!(lacks(&filed, &dispatch(false, "靠前指挥"), &command, &usual()), None);
}

#[test]
fn the_authoritys_deadline_caps_every_new_clock_while_it_is_still_to_come() {
    let mut filed = ticket_in(Stage::Filed);
    let deadline = filed.updated_at.plus_ms(DAY_MS);
    filed.origin.deadline = Some(deadline);
    let marks = |ticket: &Ticket| {
        let done = asked(ticket, &dispatch(false, ""), &actor(Role::Dispatcher), &usual());
        done.expect("a dispatch").event.marks
    };
    assert_eq!(marks(&filed), [Mark::Start { limit: limit() }, Mark::Cap { at: deadline }]);
    filed.origin.deadline = Some(filed.updated_at);
    assert_eq!(marks(&filed), [Mark::Start { limit: limit() }], "nobody is late before he has it");
    filed.origin.deadline = Some(deadline);
    let dispatched = after(&filed, &dispatch(false, ""), &actor(Role::Dispatcher), &usual());
    let moved = Known { lead: Some(unit("D3")), ..usual() };
    let handed = after(&dispatched, &example(ActionKind::Redispatch, T0), &actor(Role::Dispatcher), &moved);
    assert_eq!(handed.ticks.last().map(|tick| tick.mark), Some(Mark::Cap { at: deadline }));
}

#[test]
fn a_formal_reply_is_given_where_one_is_owed() {
    let mut ticket = ticket_in(Stage::Handling);
    let reply = Action::Reply { text: "已整改".into() };
    let head = actor(Role::UnitHead);
    assert_eq!(lacks(&ticket, &reply, &head, &usual()), Some(Need::ReplyOwed));
    ticket.source = Source::Proposal;
    assert_eq!(lacks(&ticket, &Action::Reply { text: String::new() }, &head, &usual()), Some(Need::Text));
    let replied = after(&ticket, &reply, &head, &usual());
    assert_eq!(replied.replied_at, Some(replied.updated_at));
}

#[test]
fn the_delay_between_the_picture_and_the_report_of_the_fix_is_kept() {
    let ticket = ticket_in(Stage::Handling);
    let now = ticket.updated_at.plus_ms(60_000);
    let delay = |captured_at| {
        let looked_up = Known { captured_at, ..usual() };
        let action = example(ActionKind::SubmitFix, now);
        after(&ticket, &action, &actor(Role::Handler), &looked_up).fix.and_then(|fix| fix.delay_ms)
    };
    assert_eq!(delay(Some(now.plus_ms(-90_000))), Some(90_000));
    assert_eq!(delay(Some(now.plus_ms(5_000))), Some(0), "a camera whose clock is ahead");
    assert_eq!(delay(None), None);
}

#[test]
fn what_falls_back_to_nobody_is_routed_and_watched_again() {
    let mut life = Life::begin();
    life.go(&[ActionKind::Locate]);
    let filed = life.ask(&example(ActionKind::File, T0), &actor(Role::Dispatcher), ClosePolicy::Auto);
    let watched =
        |decision: &Decision| decision.jobs.iter().any(|due| matches!(due.job, Job::WatchGap { .. }));
    assert!(watched(&filed.expect("filed")));
    life.go(&[ActionKind::HandleOnSpot]);
    let failed = Action::Judge { verdict: verdict(Outcome::Fail) };
    let fallen = life.ask(&failed, &Actor::system(), ClosePolicy::Auto).expect("judged");
    assert!(watched(&fallen));
}
