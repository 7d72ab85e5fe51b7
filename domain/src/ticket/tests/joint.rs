//! What units settle together: meetings, parts, plans and the way up.

use super::*;
use crate::clock::reckon::{Mark, PauseReason};

fn of_unit(role: Role, code: &str) -> Actor {
    Actor { department: Some(code.into()), ..actor(role) }
}

fn policy() -> Known {
    known(ClosePolicy::Auto)
}

fn convene(parties: &[&str], on_site: bool) -> Action {
    let parties = parties.iter().map(|code| DepartmentCode::new(*code)).collect();
    Action::Convene { parties, on_site, at: T0, reason: "职责不清".into() }
}

fn rule(parties: &[&str]) -> Action {
    let parties = parties.iter().map(|code| DepartmentCode::new(*code)).collect();
    let (lead, assist) = (DepartmentCode::new("D1"), None);
    Action::Rule { lead, assist, person: None, parties, reason: "裁定".into() }
}

fn knowing(parties: &[&str]) -> Known {
    Known { parties: parties.iter().map(|code| unit(code)).collect(), ..policy() }
}

#[test]
fn a_meeting_needs_two_units_that_exist_and_are_not_the_same() {
    let ticket = ticket_in(Stage::Handling);
    let who = actor(Role::Coordinator);
    let need = |named: &[&str]| lacks(&ticket, &convene(named, false), &who, &knowing(&["D3", "D4"]));
    assert_eq!(need(&["D3", "D4"]), None);
    assert_eq!(need(&["D3"]), Some(Need::Parties));
    assert_eq!(need(&["D3", "D3"]), Some(Need::Parties));
    assert_eq!(need(&["D3", "D4", "D99"]), Some(Need::Parties));
}

#[test]
fn a_meeting_stops_the_leads_clock_and_names_both_sides() {
    let ticket = ticket_in(Stage::Handling);
    let done =
        asked(&ticket, &convene(&["D1", "D4"], false), &actor(Role::Coordinator), &knowing(&["D1", "D4"]));
    let event = done.expect("the coordinator convenes").event;
    assert_eq!(event.marks, [Mark::Pause { why: PauseReason::Dispute }]);
    let State::Disputed { by, proposed, .. } = &event.state else { panic!("{:?}", event.state) };
    assert_eq!((by.as_str(), proposed.as_str()), ("D1", "D4"), "the lead and the first other unit");
    let mut disputed = ticket.clone();
    disputed.absorb(&event);
    let again =
        asked(&disputed, &convene(&["D3", "D4"], true), &actor(Role::Command), &knowing(&["D3", "D4"]));
    let again = again.expect("a second meeting in the same dispute").event;
    assert_eq!((again.state, again.marks), (disputed.state.clone(), vec![]));
    let later = ticket.updated_at.plus_ms(10 * HOUR_MS);
    assert_eq!(disputed.total_ms(later), later.since(T0), "the total clock runs on");
}

#[test]
fn a_verdict_needs_three_units_and_counts_nobody_twice_nor_units_that_do_not_exist() {
    let ticket = ticket_in(Stage::Disputed); // D1 says that it is D3's
    let who = actor(Role::Dispatcher);
    let need = |parties: &[&str], who: &Actor| lacks(&ticket, &rule(parties), who, &knowing(parties));
    assert_eq!(need(&["D1", "D3"], &who), Some(Need::ThreeParties));
    assert_eq!(need(&["D4"], &who), None);
    assert_eq!(lacks(&ticket, &rule(&["D98"]), &who, &knowing(&[])), Some(Need::ThreeParties));
    assert_eq!(need(&[], &of_unit(Role::Dispatcher, "D7")), None, "the arbiter's own unit is a party");
    let mut met = ticket.clone();
    let parties = vec![unit("D5"), unit("D6")];
    met.meeting = Some(Meeting { parties, on_site: false, at: T0, present: Vec::new() });
    assert_eq!(lacks(&met, &rule(&[]), &who, &knowing(&[])), None, "so are those who were called");
}

#[test]
fn a_verdict_binds_the_unit_that_it_names_until_it_is_given_to_another() {
    let disputed = ticket_in(Stage::Disputed);
    let desk = actor(Role::Dispatcher);
    let ruled = after(&disputed, &rule(&["D4"]), &desk, &knowing(&["D4"]));
    let at_table = &ruled.assignment.as_ref().expect("it has a unit").parties;
    assert_eq!(at_table.iter().map(DepartmentCode::as_str).collect::<Vec<_>>(), ["D1", "D3", "D4"]);
    let back = example(ActionKind::Return, T0);
    let lead = actor(Role::Handler);
    assert_eq!(lacks(&ruled, &back, &lead, &fitting(ActionKind::Return)), Some(Need::NotRuled));
    let handed = after(&ruled, &example(ActionKind::Redispatch, T0), &desk, &policy());
    assert_eq!(lacks(&handed, &back, &lead, &fitting(ActionKind::Return)), None);
}

#[test]
fn on_the_spot_nothing_is_ruled_before_every_unit_has_come() {
    let mut ticket = ready(ticket_in(Stage::Disputed), ActionKind::CheckIn);
    let here = || example(ActionKind::CheckIn, T0);
    let desk = actor(Role::Dispatcher);
    for (code, missing) in [("D1", Some(Need::Present)), ("D3", None)] {
        let who = of_unit(Role::Handler, code);
        ticket = after(&ticket, &here(), &who, &policy());
        assert_eq!(lacks(&ticket, &here(), &who, &policy()), Some(Need::Meeting), "{code} comes once");
        assert_eq!(lacks(&ticket, &rule(&["D4"]), &desk, &policy()), missing);
    }
    let stranger = asked(&ticket, &here(), &of_unit(Role::Handler, "D4"), &policy());
    assert!(matches!(stranger, Err(Refusal::Reach { .. })), "who wasn't called can't come");
}

#[test]
fn a_party_checks_in_at_the_place_and_nowhere_else() {
    let mut ticket = ready(ticket_in(Stage::Disputed), ActionKind::CheckIn);
    let at = crate::geo::datum::Wgs84::new(120.45, 36.39).expect("a position");
    ticket.place = Some(Place { at, accuracy_m: 20.0 });
    // One thousandth of a degree of latitude is 111 m: 200 m + 50 m + 20 m reach to 2.43 thousandths.
    let there = |thousandths: f64, accuracy: Option<f64>| {
        let point = GivenPoint { accuracy, ..point(120.45, 36.39 + thousandths / 1000.0) };
        lacks(&ticket, &Action::CheckIn { point, note: String::new() }, &actor(Role::Handler), &policy())
    };
    assert_eq!(there(0.0, None), None);
    assert_eq!(there(2.4, None), None);
    assert_eq!(there(2.5, None), Some(Need::OnSite));
    assert_eq!(there(100.0, Some(1e9)), Some(Need::OnSite), "a vague point proves nothing");
    assert_eq!(there(0.0, Some(f64::NAN)), Some(Need::OnSite));
    assert_eq!(there(0.0, Some(-1.0)), Some(Need::OnSite));
    let shifted = crate::geo::datum::from_wgs84(CoordType::Gcj02, at);
    let point = GivenPoint {
        longitude: shifted.0,
        latitude: shifted.1,
        coord_type: CoordType::Gcj02,
        accuracy: None,
    };
    let done =
        asked(&ticket, &Action::CheckIn { point, note: String::new() }, &actor(Role::Handler), &policy());
    let Change::CheckedIn { distance_m: Some(distance), .. } = done.expect("there").event.change else {
        panic!()
    };
    assert!(distance < 0.01, "converted before it is measured: {distance}");
}

#[test]
fn a_new_return_forgets_the_meeting_of_the_old_dispute() {
    let mut ticket = ready(ticket_in(Stage::Handling), ActionKind::CheckIn);
    ticket =
        after(&ticket, &example(ActionKind::Return, T0), &actor(Role::Handler), &fitting(ActionKind::Return));
    assert_eq!(ticket.meeting, None);
}

#[test]
fn a_joint_operation_is_fixed_only_when_every_unit_has_done_its_part() {
    let ask = |parts: &[(&str, &str)]| Action::Split {
        parts: parts
            .iter()
            .map(|(unit, task)| PartAsked { unit: (*unit).into(), task: (*task).into() })
            .collect(),
        reason: "联合整治".into(),
    };
    let ticket = ticket_in(Stage::Handling);
    let head = actor(Role::UnitHead);
    for bad in [&[][..], &[("D3", " ")], &[("D3", "清运"), ("D3", "冲洗")], &[("D99", "清运")]] {
        assert_eq!(lacks(&ticket, &ask(bad), &head, &policy()), Some(Need::Parts), "{bad:?}");
    }
    let split = after(&ticket, &ask(&[("D3", "清运"), ("D4", "执法")]), &head, &policy());
    let fix = example(ActionKind::SubmitFix, T0);
    assert_eq!(lacks(&split, &fix, &head, &policy()), Some(Need::PartsDone));
    let done = example(ActionKind::FinishPart, T0);
    let third = Actor { account: "clerk-3".into(), ..of_unit(Role::Handler, "D3") };
    let one = after(&split, &done, &third, &policy());
    assert_eq!(lacks(&one, &done, &third, &policy()), Some(Need::OpenPart), "a part is done once");
    assert!(one.hands.contains(&third.account));
    assert_eq!(lacks(&one, &fix, &head, &policy()), Some(Need::PartsDone));
    let again = after(&one, &ask(&[("D3", "清运"), ("D4", "取缔")]), &head, &policy());
    assert!(again.parts[0].done_at.is_some(), "a new division keeps what is done");
    let all = after(&one, &done, &of_unit(Role::Handler, "D4"), &policy());
    assert_eq!(lacks(&all, &fix, &head, &policy()), None);
    let fixed = after(&all, &fix, &head, &policy());
    let signer = of_unit(Role::Dispatcher, "D4");
    let refusal = asked(&fixed, &example(ActionKind::Accept, T0), &signer, &policy()).unwrap_err();
    assert_eq!(refusal, Refusal::OwnWork { action: ActionKind::Accept }, "who did a part accepts nothing");
}

#[test]
fn a_plan_has_named_milestones_in_rising_order_within_a_year() {
    let ticket = ticket_in(Stage::Handling);
    let now = ticket.updated_at.plus_ms(60_000);
    let need = |stones: &[(&str, i64)]| {
        let stone = |(name, hours): &(&str, i64)| Milestone {
            name: (*name).into(),
            due_at: now.plus_ms(hours * HOUR_MS),
        };
        let action = Action::Plan { milestones: stones.iter().map(stone).collect(), text: "方案".into() };
        lacks(&ticket, &action, &actor(Role::Handler), &policy())
    };
    assert_eq!(need(&[("进场", 1), ("完工", 366 * 24)]), None);
    let many: Vec<_> = (1..=21).map(|hours| ("节点", hours)).collect();
    for bad in
        [&[][..], &[("", 1)], &[("进场", 0)], &[("完工", 2), ("进场", 2)], &[("完工", 366 * 24 + 1)], &many]
    {
        assert_eq!(need(bad), Some(Need::Milestones), "{bad:?}");
    }
    assert_eq!(need(&many[..20]), None);
}

#[test]
fn a_milestone_is_reached_once_with_a_picture() {
    let ticket = ready(ticket_in(Stage::Suspended), ActionKind::ReachMilestone);
    let reach = |position, photos: &[&str]| Action::ReachMilestone {
        position,
        photo_ids: photos.iter().map(|p| PhotoId::new(*p)).collect(),
        note: String::new(),
    };
    let who = actor(Role::Handler);
    assert_eq!(lacks(&ticket, &reach(1, &["P1"]), &who, &policy()), Some(Need::OpenMilestone));
    assert_eq!(lacks(&ticket, &reach(0, &[]), &who, &policy()), Some(Need::Photos));
    let reached = after(&ticket, &reach(0, &["P1"]), &who, &policy());
    assert_eq!(lacks(&reached, &reach(0, &["P1"]), &who, &policy()), Some(Need::OpenMilestone));
}

#[test]
fn it_is_reported_up_level_by_level_and_only_the_command_jumps() {
    let ticket = ticket_in(Stage::Handling);
    let up = |to_level| Action::Escalate { to_level, reason: "超出权限".into() };
    let above = |level| Known { superior: Some((level, person("boss"))), ..policy() };
    let head = actor(Role::UnitHead);
    assert_eq!(lacks(&ticket, &up(Some(3)), &head, &above(3)), Some(Need::NextLevel));
    assert_eq!(lacks(&ticket, &up(None), &head, &Known { superior: None, ..policy() }), Some(Need::Superior));
    let first = after(&ticket, &up(None), &head, &above(1));
    assert_eq!(
        lacks(&first, &up(None), &head, &above(1)),
        Some(Need::Superior),
        "never to the same level again"
    );
    assert_eq!(lacks(&first, &up(None), &head, &above(2)), None);
    let command = actor(Role::Command);
    assert_eq!(
        lacks(&ticket, &up(Some(4)), &command, &above(3)),
        Some(Need::Superior),
        "the level that it named"
    );
    let top = after(&ticket, &up(Some(4)), &command, &above(4));
    assert_eq!(
        lacks(&top, &up(None), &head, &above(5)),
        Some(Need::Superior),
        "there is nothing above the top"
    );
    let jobs = asked(&ticket, &up(None), &head, &above(1)).expect("one level up").jobs;
    let told = jobs.iter().any(|due| matches!(&due.job, Job::Notify { audience: Audience::Superior, .. }));
    assert!(told, "{jobs:?}");
}
