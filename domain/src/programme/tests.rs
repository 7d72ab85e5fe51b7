use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::config::Check as _;
use crate::time::Moment;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

fn points(n: usize) -> Vec<Point> {
    let point = |i| Point {
        code: format!("P{i}"),
        name: format!("点位{i}"),
        unit: Some("area-a".into()),
        ticket: None,
    };
    (0..n).map(point).collect()
}

fn programme(kind: ProgrammeKind) -> Programme {
    Programme {
        kind,
        name: "农贸市场专项整治".into(),
        lead: "line-market".into(),
        members: vec!["ann".into(), "bob".into()],
        groups: vec![Group {
            name: "第一督查组".into(),
            posts: vec![
                Post { point: "P0".into(), person: "ann".into() },
                Post { point: "P1".into(), person: "bob".into() },
            ],
        }],
        units: vec!["area-a".into()],
        first_day: day("2026-11-02"),
        last_day: day("2026-12-31"),
        rhythm: None,
        phases: Vec::new(),
        categories: Vec::new(),
        points: None,
        sample: None,
        seed: None,
        times: None,
        target: None,
        hidden: false,
        deductions: vec![Deduction { code: "D1".into(), words: "地面有垃圾".into(), points: 0.5 }],
        questions: Vec::new(),
    }
}

fn fault_of(programme: &Programme) -> Option<String> {
    let units = BTreeSet::from(["line-market".into(), "area-a".into()]);
    let persons = BTreeMap::from([("ann".into(), None), ("bob".into(), Some("area-b".into()))]);
    let known = Known { units: &units, categories: &BTreeSet::new(), persons: &persons, points: &points(4) };
    programme.check(&known).err().map(|fault| fault.place)
}

#[test]
fn every_fault_is_named_with_its_place() {
    use ProgrammeKind::{Campaign, DailyInspection, Mission, Recurring, Round, Simulation};
    type Spoil = fn(&mut Programme);
    let cases: [(ProgrammeKind, Spoil, &str); 21] = [
        (Campaign, |p| p.last_day = day("2026-11-01"), "last_day"),
        (Campaign, |p| p.last_day = day("2039-11-01"), "last_day"),
        (Campaign, |p| p.name = "  ".into(), "name"),
        (Campaign, |p| p.name = "a\u{7}b".into(), "name"),
        (Campaign, |p| p.lead = "nobody".into(), "lead"),
        (Campaign, |p| p.categories = vec!["99999".into()], "categories.0"),
        (Campaign, |p| p.members.push("eve".into()), "members.2"),
        (Campaign, |p| p.members.push("ann".into()), "members.2"),
        (Campaign, |p| p.sample = Some(5), "sample"),
        (Campaign, |p| p.sample = Some(0), "sample"),
        (Campaign, |p| p.target = Some(5), "target"),
        (Campaign, |p| p.times = Some(2), "times"),
        (Campaign, |p| p.seed = Some(MOST_SEED + 1), "seed"),
        (Campaign, |p| p.deductions.push(p.deductions[0].clone()), "deductions.1.code"),
        (Campaign, |p| p.deductions[0].points = 0.125, "deductions.0.points"),
        (
            Campaign,
            |p| p.questions.push(Question { code: "Q".into(), words: "?".into(), most: 5 }),
            "questions",
        ),
        (Round, |p| p.members.clear(), "members"),
        (Mission, |p| p.units.clear(), "units"),
        (Recurring, |p| p.times = Some(0), "times"),
        (DailyInspection, |p| p.groups[0].posts[1].point = "P0".into(), "groups.0.posts.1.point"),
        (
            Simulation,
            |p| p.phases.push(Phase { from: day("2025-01-01"), rhythm: weekly(1) }),
            "phases.0.from",
        ),
    ];
    for (kind, spoil, place) in cases {
        let mut programme = programme(kind);
        assert_eq!(fault_of(&programme), None, "{kind} is fine at first");
        spoil(&mut programme);
        assert_eq!(fault_of(&programme).as_deref(), Some(place), "{kind}");
    }
}

#[test]
fn nobody_inspects_their_own_unit_in_secret() {
    let mut mission = programme(ProgrammeKind::Mission);
    let units = BTreeSet::from(["line-market".into(), "area-a".into()]);
    let persons = BTreeMap::from([("ann".into(), None), ("bob".into(), Some("area-a".into()))]);
    mission.groups.clear();
    let known = Known { units: &units, categories: &BTreeSet::new(), persons: &persons, points: &[] };
    assert_eq!(mission.check(&known).unwrap_err().place, "members.1");
}

const fn weekly(day: u16) -> Rhythm {
    Rhythm { every: SpanKind::Week, day, minute: 900 }
}

#[test]
fn a_term_gives_the_same_slots_again_and_members_take_turns() {
    let programme = programme(ProgrammeKind::Coverage);
    let term = Term::of(&programme, at("2026-11-02T06:00")).unwrap();
    assert_eq!((term.key.as_str(), term.due), ("2026-11", at("2026-11-30T17:00")));
    let tasks = tasks_for("prog", &programme, &term, &points(3));
    assert_eq!(tasks, tasks_for("prog", &programme, &term, &points(3)));
    let persons: Vec<_> =
        tasks.iter().filter_map(|task| task.person.as_ref().map(AccountId::as_str)).collect();
    assert_eq!(persons, ["ann", "bob", "ann"]);
    let slots: BTreeSet<_> = tasks.iter().map(|task| task.slot.as_str()).collect();
    assert_eq!(slots, BTreeSet::from(["prog/2026-11/P0", "prog/2026-11/P1", "prog/2026-11/P2"]));
    let next = Term::of(&programme, at("2026-12-01T06:00")).unwrap();
    assert!(
        tasks_for("prog", &programme, &next, &points(3))
            .iter()
            .all(|task| !slots.contains(task.slot.as_str()))
    );
}

#[test]
fn there_is_no_term_outside_the_period_nor_after_its_due_time() {
    let mut programme = programme(ProgrammeKind::DailyInspection);
    for (moment, key) in [
        ("2026-11-01T06:00", None),
        ("2026-11-02T06:00", Some("2026-11-02")),
        ("2026-11-02T17:00", None),
        ("2026-12-31T06:00", Some("2026-12-31")),
        ("2027-01-01T06:00", None),
    ] {
        assert_eq!(Term::of(&programme, at(moment)).map(|term| term.key).as_deref(), key, "{moment}");
    }
    programme.kind = ProgrammeKind::Flight;
    assert!(
        Term::of(&programme, at("2027-01-04T06:00")).is_some(),
        "a flight reminds until its problems are closed"
    );
}

#[test]
fn a_phase_changes_the_rhythm_from_its_day_on() {
    let mut programme = programme(ProgrammeKind::Recurring);
    programme.rhythm = Some(Rhythm { every: SpanKind::Week, day: 1, minute: 19 * 60 });
    programme.phases = vec![Phase { from: day("2026-12-01"), rhythm: weekly(1) }];
    let due = |moment| Term::of(&programme, at(moment)).unwrap().due;
    assert_eq!(due("2026-11-09T06:00"), at("2026-11-09T19:00"), "the evening during the campaign");
    assert_eq!(due("2026-12-07T06:00"), at("2026-12-07T15:00"), "the afternoon after it");
}

#[test]
fn each_kind_gives_its_own_tasks() {
    let term = |p: &Programme| Term::of(p, at("2026-11-03T06:00")).unwrap();
    let simulation = Programme {
        questions: vec![Question { code: "Q1".into(), words: "满意吗".into(), most: 5 }],
        ..programme(ProgrammeKind::Simulation)
    };
    let tasks = tasks_for("p", &simulation, &term(&simulation), &points(2));
    let parts: Vec<_> = tasks.iter().map(|task| task.part).collect();
    assert_eq!(parts, [Some(Part::Site), Some(Part::Survey), Some(Part::Site), Some(Part::Survey)]);

    let daily = programme(ProgrammeKind::DailyInspection);
    let tasks = tasks_for("p", &daily, &term(&daily), &points(2));
    let who: Vec<_> =
        tasks.iter().map(|t| (t.subject.as_str(), t.person.as_ref().unwrap().as_str())).collect();
    assert_eq!(who, [("P0", "ann"), ("P1", "bob")], "fixed points have fixed persons");

    let owed = Programme { times: Some(4), ..programme(ProgrammeKind::Recurring) };
    let tasks = tasks_for("p", &owed, &term(&owed), &points(1));
    assert_eq!(tasks.len(), 4);
    assert!(tasks.iter().all(|t| t.unit == Some("area-a".into()) && t.person.is_none()));
}

#[test]
fn a_result_is_counted_by_the_programmes_own_items() {
    let mut simulation = programme(ProgrammeKind::Simulation);
    simulation.questions = vec![Question { code: "Q1".into(), words: "满意吗".into(), most: 5 }];
    let count = |code: &str, count| Count { code: code.into(), count, note: None };
    let of = |deductions| TaskResult { deductions, ..TaskResult::default() };
    let judge_site = |result: &TaskResult| judge(Some(&simulation), Some(Part::Site), result);
    assert_eq!(judge_site(&of(vec![count("D1", 3)])).unwrap().deducted, 150);
    assert_eq!(judge_site(&of(vec![count("D9", 1)])).unwrap_err().place, "deductions.0.code");
    assert_eq!(judge_site(&of(vec![count("D1", 0)])).unwrap_err().place, "deductions.0.count");
    assert_eq!(judge_site(&of(vec![count("D1", 1), count("D1", 1)])).unwrap_err().place, "deductions.1.code");
    let answered = |score| TaskResult { answers: [("Q1".to_owned(), score)].into(), ..TaskResult::default() };
    assert_eq!(judge_site(&answered(3)).unwrap_err().place, "answers.Q1", "no questions at the site");
    let survey = |result: &TaskResult| judge(Some(&simulation), Some(Part::Survey), result);
    assert_eq!(survey(&answered(4)).map(|s| (s.score, s.full_score)), Ok((4, 5)));
    assert_eq!(survey(&answered(6)).unwrap_err().place, "answers.Q1");
    assert_eq!(survey(&TaskResult::default()).unwrap_err().place, "answers.Q1", "a question is left open");
    assert!(judge(None, None, &of(vec![count("D1", 1)])).is_err(), "a duty has no deduction items");
}

#[test]
fn every_candidate_is_drawn_about_as_often() {
    let candidates: Vec<usize> = (0..10).collect();
    let mut times = [0_i32; 10];
    for seed in 0..10_000 {
        for drawn in draw(seed, 3, &candidates) {
            times[drawn] += 1;
        }
    }
    // Chi-squared with 9 degrees of freedom: 27.9 is passed once in a thousand.
    let chi: f64 = times.iter().map(|&n| f64::from(n - 3000).powi(2) / 3000.0).sum();
    assert!(chi < 27.9, "{times:?}");
}

proptest! {
    #[test]
    fn the_same_seed_draws_the_same_and_nobody_twice(seed in 0..=MOST_SEED, n in 0_usize..40, all in 0_usize..30) {
        let candidates: Vec<usize> = (0..all).collect();
        let drawn = draw(seed, n, &candidates);
        prop_assert_eq!(&drawn, &draw(seed, n, &candidates));
        prop_assert_eq!(drawn.len(), n.min(all));
        prop_assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
    }

    #[test]
    fn a_seed_fits_every_reader_and_a_share_is_never_more_than_all(text in ".*", all in 0_usize..5000, percent in 0_u32..=100, least in 0_u32..100) {
        prop_assert!(seed_of(&text) <= MOST_SEED);
        prop_assert!(share_of(all, percent, least) <= all);
        prop_assert!(share_of(all, percent, least) >= all.min(least as usize));
    }
}

#[test]
fn rules_refuse_what_cannot_be() {
    assert!(Campaigns(vec![campaign("门前三包"), campaign("门前三包")]).check().is_err());
    assert!(Campaigns(vec![campaign(" ")]).check().is_err());
    assert!(FollowUp { open_percent: 101, ..FollowUp::default() }.check().is_err());
    assert!(FollowUp { days: 0, ..FollowUp::default() }.check().is_err());
    let duty = |owner| Duties(vec![Duty { name: "巡查".into(), rhythm: weekly(1), owner }]);
    assert!(duty(Owner::Role(crate::actor::Role::Citizen)).check().unwrap_err().contains("市民"));
    assert!(duty(Owner::Role(crate::actor::Role::Inspector)).check().is_ok());
}

fn campaign(name: &str) -> Campaign {
    Campaign { name: name.into(), categories: Vec::new() }
}

#[test]
fn a_duty_is_owed_once_a_span_by_each_unit_or_by_one_of_a_role() {
    let duties = Duties::default().0;
    let units = points(2);
    let daily = duty_tasks(&duties[0], at("2026-11-03T06:00"), &units);
    assert_eq!(
        daily.iter().map(|task| task.slot.as_str()).collect::<Vec<_>>(),
        ["duty/每日巡查/2026-11-03/P0", "duty/每日巡查/2026-11-03/P1"]
    );
    let weekly = |moment| duty_tasks(&duties[1], at(moment), &units);
    assert_eq!(weekly("2026-11-02T06:00").len(), 1);
    assert!(weekly("2026-11-03T06:00").is_empty(), "it was due on Monday");
}
