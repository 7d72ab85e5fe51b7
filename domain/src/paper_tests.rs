//! Who may do what with which paper, and what the rule about papers refuses.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use strum::VariantArray as _;

use super::*;
use crate::clock::calendar::{Calendar, default_hours};
use crate::config::Check as _;
use crate::time::HOUR_MS;

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

fn actor(role: Role, unit: Option<&str>) -> Actor {
    Actor { role, department: unit.map(Into::into), ..Actor::system() }
}

fn plain() -> Calendar {
    Calendar::new(default_hours(), BTreeMap::new()).unwrap()
}

#[test]
fn a_frozen_paper_lets_nobody_change_anything_but_close_its_decisions() {
    for kind in PaperKind::VARIANTS {
        let unit = DepartmentCode::from("u");
        let unit = kind.is_of_units().then_some(&unit);
        let paper = Standing { kind: *kind, unit, state: PaperState::Frozen };
        for role in Role::VARIANTS {
            let allowed = allowed(paper, &actor(*role, Some("u")));
            assert!(allowed.iter().all(|a| *a == PaperAction::FinishDecision), "{kind} {role}");
        }
    }
}

#[test]
fn a_unit_hands_in_its_own_paper_and_no_others() {
    let (own, state) = (DepartmentCode::from("u"), PaperState::Draft);
    let paper = Standing { kind: PaperKind::Daily, unit: Some(&own), state };
    assert_eq!(step(paper, PaperAction::File, &actor(Role::Handler, Some("u"))), Ok(PaperState::Filed));
    let other = step(paper, PaperAction::File, &actor(Role::Handler, Some("v")));
    assert_eq!(other, Err(PaperRefusal::Reach(PaperKind::Daily)));
    let stranger = step(paper, PaperAction::File, &actor(Role::Dispatcher, None)).unwrap_err();
    assert_eq!(stranger.to_string(), "督查专号无权报送该日报");
    let twice = Standing { state: PaperState::Filed, ..paper };
    let twice = step(twice, PaperAction::File, &actor(Role::UnitHead, Some("u"))).unwrap_err();
    assert_eq!(twice.to_string(), "已报送状态的日报不能报送");
}

#[test]
fn a_person_without_a_unit_has_no_part_in_the_districts_paper() {
    let paper = Standing { kind: PaperKind::Monthly, unit: None, state: PaperState::Draft };
    for role in [Role::Handler, Role::UnitHead, Role::Citizen, Role::Oversight, Role::Admin] {
        assert_eq!(allowed(paper, &actor(role, None)), [], "{role}");
    }
    assert_eq!(step(paper, PaperAction::File, &actor(Role::Dispatcher, None)), Ok(PaperState::Filed));
    let filed = Standing { state: PaperState::Filed, ..paper };
    assert_eq!(step(filed, PaperAction::Sign, &actor(Role::Leader, None)), Ok(PaperState::Signed));
}

#[test]
fn units_read_their_own_papers_and_the_districts() {
    let (own, other) = (DepartmentCode::from("u"), DepartmentCode::from("v"));
    let head = actor(Role::UnitHead, Some("u"));
    assert!(may_read(&head, Some(&own)) && may_read(&head, None) && !may_read(&head, Some(&other)));
    for role in [Role::Citizen, Role::Visitor, Role::GridWorker, Role::Integration] {
        assert!(!may_read(&actor(role, Some("u")), Some(&own)), "{role}");
    }
    assert!(may_read(&actor(Role::Oversight, None), Some(&own)));
}

#[test]
fn a_begun_minute_is_a_minute_late_and_the_last_moment_is_not() {
    let due = at("2026-11-23T17:00");
    assert_eq!(late_minutes(due, due), None);
    assert_eq!(late_minutes(due, due.plus_ms(1)), Some(1));
    assert_eq!(late_minutes(due, due.plus_ms(20 * MINUTE_MS)), Some(20));
}

#[test]
fn daily_papers_follow_on_one_another_over_a_weekend() {
    let (papers, calendar) = (Papers::default(), plain());
    let draft = papers.times[&PaperKind::Daily].draft;
    let week = draft.occasions(at("2026-11-20T00:00"), at("2026-11-25T00:00"));
    let owed: Vec<_> = week
        .iter()
        .filter(|o| papers.is_owed(PaperKind::Daily, &o.span, &calendar))
        .map(|o| papers.window(PaperKind::Daily, o, &calendar))
        .collect();
    assert_eq!(owed.len(), 3, "Friday, Monday, Tuesday");
    assert!(owed.windows(2).all(|pair| pair[0].1 == pair[1].0), "none is left out, none is in two");
    assert_eq!(owed[1], (at("2026-11-20T16:30"), at("2026-11-23T16:30")));
}

#[test]
fn the_district_looks_back_on_the_whole_span_before() {
    let papers = Papers::default();
    let month = papers.times[&PaperKind::MonthlyRanking].draft;
    let occasion = month.occasions(at("2026-11-22T00:00"), at("2026-12-02T00:00"))[0];
    assert_eq!(occasion.due, at("2026-12-01T00:10"));
    assert_eq!(PaperKind::MonthlyRanking.span_at(&occasion).key(), "2026-11");
    let window = papers.window(PaperKind::MonthlyRanking, &occasion, &plain());
    assert_eq!(window, (at("2026-11-01T00:00"), at("2026-12-01T00:00")));
}

#[test]
fn the_weekly_meeting_moves_to_the_evening_for_a_campaign() {
    let week = Span::of(SpanKind::Week, "2026-11-20".parse().unwrap());
    let mut papers = Papers::default();
    assert_eq!(papers.meeting(&week), at("2026-11-23T14:30"));
    let day: NaiveDate = "2026-11-23".parse().unwrap();
    papers.campaign = Some(Campaign { first: day, last: day });
    assert_eq!(papers.meeting(&week), at("2026-11-23T19:00"));
    assert_eq!(papers.meeting(&week.next()), at("2026-11-30T14:30"));
    assert_eq!(
        papers.meeting(&week).since(papers.meeting(&week.previous())),
        7 * 24 * HOUR_MS + 270 * MINUTE_MS
    );
}

#[test]
fn a_rule_that_can_not_work_is_refused_with_its_place() {
    let refused = |change: &dyn Fn(&mut Papers)| {
        let mut papers = Papers::default();
        change(&mut papers);
        papers.check().unwrap_err()
    };
    let fault = refused(&|p| p.times.get_mut(&PaperKind::Daily).unwrap().draft.minute = 17 * 60);
    assert_eq!(fault, "times.daily.due：须晚于 draft");
    let fault = refused(&|p| p.times.get_mut(&PaperKind::Weekly).unwrap().draft.every = SpanKind::Day);
    assert!(fault.starts_with("times.weekly.draft."), "{fault}");
    let fault = refused(&|p| p.times.get_mut(&PaperKind::Monthly).unwrap().draft.day = 32);
    assert!(fault.starts_with("times.monthly.draft.day"), "{fault}");
    assert!(refused(&|p| p.meeting_day = 8).starts_with("meeting_day"));
    assert!(refused(&|p| p.most_events = 0).starts_with("most_events"));
    let day = |text: &str| text.parse().unwrap();
    let campaign = Campaign { first: day("2026-11-02"), last: day("2026-11-01") };
    assert!(refused(&|p| p.campaign = Some(campaign)).starts_with("campaign"));
}

#[test]
fn a_weekly_packet_has_three_parts_and_a_daily_needs_none() {
    let words = Work { open: 3, overdue: 1, ..Work::default() }.words();
    assert_eq!(words.lacking(PaperKind::Weekly), Some(("next", "下期计划")));
    assert_eq!(words.lacking(PaperKind::Daily), None);
    let blank = Words { next: " \n".into(), ..words };
    assert_eq!(blank.lacking(PaperKind::MonthlyPlan), Some(("next", "下期计划")));
}
