use super::*;
use crate::act::ActKind;
use crate::clock::calendar::default_hours;
use crate::config::Check as _;
use crate::ticket::action::SupervisionLevel as Level;
use std::collections::BTreeMap;

fn calendar() -> Calendar {
    Calendar::new(default_hours(), BTreeMap::new()).unwrap()
}

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

fn facts(issued: &[(Level, &str, bool)]) -> Facts {
    Facts {
        dispatched_at: at("2026-11-23T09:00"),
        started: false,
        late_at: None,
        issued: issued
            .iter()
            .map(|(level, when, effect)| Issued { level: *level, at: at(when), effect: *effect })
            .collect(),
    }
}

fn ask(facts: &Facts, now: &str) -> String {
    match next(&TicketLadder::default(), facts, &calendar(), at(now)) {
        Next::Issue(rung, when) => format!("{} {when}", rung.act),
        Next::Wait(until) => until.short(),
        Next::Idle => "idle".into(),
        Next::Done => "done".into(),
    }
}

#[test]
fn working_minutes_jump_over_noon_night_and_weekend() {
    let calendar = calendar();
    assert_eq!(after_working(&calendar, at("2026-11-23T11:30"), 60), at("2026-11-23T14:00"));
    assert_eq!(after_working(&calendar, at("2026-11-27T17:00"), 60), at("2026-11-30T09:00"));
    assert_eq!(after_working(&calendar, at("2026-11-28T03:00"), 30), at("2026-11-30T09:00"));
}

#[test]
fn a_unit_that_does_nothing_climbs_rung_by_rung_and_stops_at_the_top() {
    assert_eq!(ask(&facts(&[]), "2026-11-23T09:59"), "11-23 10:00");
    assert_eq!(ask(&facts(&[]), "2026-11-23T10:00"), "reminder not_started");
    let reminded = facts(&[(Level::Reminder, "2026-11-23T10:00", false)]);
    assert_eq!(ask(&reminded, "2026-11-23T10:01"), "11-23 12:00");
    assert_eq!(ask(&reminded, "2026-11-23T12:00"), "slip not_effective");
    let headed =
        facts(&[(Level::Head, "2026-11-24T08:30", false), (Level::Reminder, "2026-11-23T10:00", false)]);
    assert_eq!(ask(&headed, "2026-11-24T17:30"), "party_group not_effective");
    assert_eq!(ask(&facts(&[(Level::PartyGroup, "2026-11-25T09:00", false)]), "2026-12-25T09:00"), "done");
}

#[test]
fn a_unit_that_did_something_is_left_alone_until_it_is_late() {
    let mut facts = facts(&[(Level::Reminder, "2026-11-23T10:00", true)]);
    facts.started = true;
    assert_eq!(ask(&facts, "2026-11-23T17:00"), "idle");
    facts.late_at = Some(at("2026-11-24T09:00"));
    assert_eq!(ask(&facts, "2026-11-23T17:00"), "11-24 11:00");
    assert_eq!(ask(&facts, "2026-11-24T11:00"), "slip overdue");
}

#[test]
fn a_person_who_jumps_to_the_head_leaves_only_the_party_group() {
    let facts = facts(&[(Level::Head, "2026-11-23T09:05", false)]);
    assert!(ask(&facts, "2026-11-25T17:00").starts_with("party_group"));
}

#[test]
fn a_ladder_with_a_fault_is_refused_at_its_place() {
    let fault = |change: fn(&mut TicketLadder)| {
        let mut ladder = TicketLadder::default();
        change(&mut ladder);
        ladder.check().unwrap_err()
    };
    assert!(
        fault(|l| {
            l.rungs.remove(1);
        })
        .starts_with("第2级：应为“督办单”")
    );
    assert!(
        fault(|l| {
            l.rungs.pop();
        })
        .starts_with("第4级：缺少“提请党组”")
    );
    assert!(
        fault(|l| {
            let one = l.rungs[3].clone();
            l.rungs.push(one);
        })
        .starts_with("第5级")
    );
    assert!(fault(|l| l.rungs[2].after_minutes = 0).starts_with("第3级 after_minutes"));
    assert!(fault(|l| l.rungs[0].when = vec![When::NotEffective]).starts_with("第1级 when"));
    assert!(fault(|l| l.rungs[1].when.clear()).starts_with("第2级 when"));
    assert!(fault(|l| l.rungs[1].when.push(When::Overdue)).contains("重复"));
    assert!(fault(|l| l.consecutive = 0).starts_with("consecutive"));
}

#[test]
fn a_unit_ladder_with_a_fault_is_refused_at_its_place() {
    let fault = |change: fn(&mut UnitLadder)| {
        let mut ladder = UnitLadder::default();
        change(&mut ladder);
        ladder.check().unwrap_err()
    };
    assert!(fault(|l| l.rungs.swap(1, 2)).starts_with("第2级：应为“约谈”"));
    assert!(fault(|l| l.rungs[1].within_days = 0).starts_with("第2级 within_days"));
    assert!(fault(|l| l.rungs[0].count = 0).starts_with("第1级 count"));
    assert!(fault(|l| l.gravity.clear()).starts_with("gravity"));
}

#[test]
fn a_rung_of_a_unit_needs_the_one_before_within_its_days() {
    let (ladder, now) = (UnitLadder::default(), at("2026-11-23T09:00"));
    let old = now.plus_ms(-91 * DAY_MS);
    assert_eq!(ladder.admits(ActKind::Circular, &[], now), Ok(()));
    assert!(ladder.admits(ActKind::Talk, &[], now).unwrap_err().contains("90 日内先有“通报”"));
    assert!(ladder.admits(ActKind::Talk, &[(ActKind::Circular, old)], now).is_err());
    assert_eq!(ladder.admits(ActKind::Talk, &[(ActKind::Circular, now)], now), Ok(()));
    assert!(ladder.admits(ActKind::Discipline, &[(ActKind::Talk, now)], now).is_err());
}

#[test]
fn troubles_of_a_unit_lead_to_one_proposal_a_rung() {
    let (ladder, now) = (UnitLadder::default(), at("2026-11-23T09:00"));
    let days = |n: i64| now.plus_ms(-n * DAY_MS);
    let late = |n: i64| (Trouble::Late, days(n));
    let mut facts = UnitFacts { troubles: (1..=4).map(late).collect(), ..UnitFacts::default() };
    assert_eq!(next_for_unit(&ladder, &facts, now), None, "four are not enough");
    facts.troubles.push((Trouble::Relapse, days(2)));
    let (rung, why) = next_for_unit(&ladder, &facts, now).unwrap();
    assert_eq!(rung.act, ActKind::Circular);
    assert!(why.contains("超时 4 件、回弹 1 件"), "{why}");
    facts.proposed = true;
    assert_eq!(next_for_unit(&ladder, &facts, now), None, "a person is asked once");
    facts.proposed = false;
    facts.issued.push((ActKind::Circular, days(0)));
    assert_eq!(next_for_unit(&ladder, &facts, now), None, "what led to a rung leads to no second one");
    facts.issued[0].1 = days(50);
    assert_eq!(next_for_unit(&ladder, &facts, now).unwrap().0.act, ActKind::Talk);
    facts.issued[0].1 = days(200);
    assert_eq!(next_for_unit(&ladder, &facts, now).unwrap().0.act, ActKind::Circular, "it begins anew");
}

#[test]
fn half_months_in_a_row_end_with_the_newest() {
    let moments = |days: &[&str]| days.iter().map(|day| at(&format!("{day}T09:00"))).collect::<Vec<_>>();
    assert_eq!(in_a_row(&moments(&[])), 0);
    assert_eq!(in_a_row(&moments(&["2026-11-01", "2026-11-15"])), 1);
    assert_eq!(in_a_row(&moments(&["2026-12-16", "2027-01-01", "2027-01-31"])), 3);
    assert_eq!(in_a_row(&moments(&["2026-10-01", "2026-11-01", "2026-11-16"])), 2);
}
