use chrono::NaiveDate;
use domain::programme::{Count, Deduction, Question, Scored, Selector, TaskResult, TaskState, judge};
use domain::register::{Entry, Register};
use domain::rhythm::{Occasion, Span, SpanKind};
use serde_json::json;

use super::*;
use crate::repo::district::{self, Books};
use crate::repo::registers;
use crate::sql::Pool;
use crate::sql::testing::databases;

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn point(code: &str, unit: &str) -> Entry {
    serde_json::from_value(json!({
        "register": Register::Point, "code": code, "name": format!("点位{code}"), "parent": null,
        "department": unit, "assist": null, "person": null, "leader": null, "level": null, "category": null,
        "layer": null, "grid": null, "place": null, "shape": null, "tags": [], "target": null, "weight": null,
        "from_day": null, "to_day": null, "body": {}, "active": true, "version": 0, "updated_at": at("2026-11-01T00:00"),
    }))
    .unwrap()
}

fn programme(kind: ProgrammeKind) -> Programme {
    Programme {
        kind,
        name: "市容督查".into(),
        lead: "line-a".into(),
        members: vec!["ann".into(), "bob".into()],
        groups: Vec::new(),
        units: Vec::new(),
        first_day: day("2026-11-02"),
        last_day: day("2026-12-31"),
        rhythm: None,
        phases: Vec::new(),
        categories: Vec::new(),
        points: Some(Selector { register: Register::Point, tag: None, department: None, codes: Vec::new() }),
        sample: None,
        seed: None,
        times: None,
        target: None,
        hidden: false,
        deductions: vec![Deduction { code: "D1".into(), words: "脏".into(), points: 1.5 }],
        questions: vec![Question { code: "Q1".into(), words: "满意吗".into(), most: 5 }],
    }
}

async fn declare(pool: &Pool, codes: &[&str]) {
    let entries: Vec<Entry> = codes.iter().map(|code| point(code, "area-a")).collect();
    let mut tx = pool.write().await.unwrap();
    registers::put_all(&mut tx, &entries, &"admin".into(), at("2026-11-01T00:00")).await.unwrap();
    tx.commit().await.unwrap();
}

/// A programme that has run since the morning of the first Monday.
async fn running_one(pool: &Pool, books: &Books, programme: &Programme) -> Stored {
    let mut tx = pool.write().await.unwrap();
    let now = at("2026-11-02T06:00");
    insert(&mut tx, "prog", programme, &"admin".into(), now).await.unwrap();
    set_state(&mut tx, "prog", ProgrammeState::Running, now).await.unwrap();
    let stored = get(&mut tx, "prog", &Sight::All).await.unwrap().unwrap();
    tend(&mut tx, books, &stored, now, false).await.unwrap();
    tx.commit().await.unwrap();
    stored
}

async fn tasks_of(pool: &Pool, sight: &Sight) -> Vec<Task> {
    let filter = TaskFilter { programme: Some("prog".into()), ..TaskFilter::default() };
    let (page, total) =
        tasks(pool, &filter, sight, at("2026-11-02T08:00"), None, PageSize::MOST).await.unwrap();
    assert_eq!(total, page.rows.len() as i64);
    page.rows
}

async fn finish(pool: &Pool, task: &Task, result: &TaskResult, scored: Scored) {
    let mut tx = pool.write().await.unwrap();
    complete(&mut tx, task, result, scored, &"ann".into(), at("2026-11-03T10:00")).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_term_is_given_once_and_points_declared_later_are_added() {
    for db in databases().await {
        let pool = &db.pool;
        declare(pool, &["P1", "P2"]).await;
        let books = district::load(pool).await.unwrap();
        let stored = running_one(pool, &books, &programme(ProgrammeKind::Coverage)).await;
        assert_eq!(tasks_of(pool, &Sight::All).await.len(), 2);
        declare(pool, &["P3"]).await;
        let mut tx = pool.write().await.unwrap();
        assert_eq!(tend(&mut tx, &books, &stored, at("2026-11-03T06:00"), false).await.unwrap(), 1);
        assert_eq!(tend(&mut tx, &books, &stored, at("2026-11-04T06:00"), false).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let given = tasks_of(pool, &Sight::All).await;
        finish(pool, &given[0], &TaskResult::default(), Scored::default()).await;
        let coverage = cover(pool, "prog", "2026-11").await.unwrap();
        assert_eq!((coverage.declared, coverage.visited), (3, 1));
        assert!(!coverage.missed.contains(&given[0].subject) && coverage.missed.len() == 2);
    }
}

#[tokio::test]
async fn a_draw_is_recorded_and_is_not_drawn_again() {
    for db in databases().await {
        let pool = &db.pool;
        declare(pool, &["P1", "P2", "P3", "P4", "P5"]).await;
        let books = district::load(pool).await.unwrap();
        let round = Programme { sample: Some(2), seed: Some(7), ..programme(ProgrammeKind::Round) };
        let stored = running_one(pool, &books, &round).await;
        let first = runs(pool, "prog").await.unwrap();
        let codes: Vec<String> = (1..=5).map(|n| format!("P{n}")).collect();
        assert_eq!((first[0].seed, first[0].candidates), (Some(7), 5));
        assert_eq!(first[0].drawn, domain::programme::draw(7, 2, &codes));
        let mut tx = pool.write().await.unwrap();
        assert_eq!(tend(&mut tx, &books, &stored, at("2026-11-03T06:00"), false).await.unwrap(), 0);
        assert_eq!(draw_again(&mut tx, &books, &stored, Some(9), at("2026-11-03T07:00")).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(runs(pool, "prog").await.unwrap()[0].drawn, domain::programme::draw(9, 2, &codes));
    }
}

#[tokio::test]
async fn what_is_hidden_appears_to_the_inspected_unit_when_it_is_done() {
    for db in databases().await {
        let pool = &db.pool;
        declare(pool, &["P1"]).await;
        let books = district::load(pool).await.unwrap();
        let simulation = Programme { hidden: true, ..programme(ProgrammeKind::Simulation) };
        let stored = running_one(pool, &books, &simulation).await;
        let of = |account: &str, unit: &str| Sight::Own {
            account: account.into(),
            unit: Some(unit.into()),
            role: Role::UnitHead,
        };
        let (inspected, member) = (of("eve", "area-a"), of("ann", "line-b"));
        assert!(get(pool, "prog", &inspected).await.unwrap().is_none());
        assert!(get(pool, "prog", &member).await.unwrap().is_some());
        assert_eq!(tasks_of(pool, &inspected).await.len(), 0);
        let given = tasks_of(pool, &member).await;
        assert_eq!(given.len(), 2, "site and questionnaire");
        let site = given.iter().find(|task| task.part == Some(domain::programme::Part::Site)).unwrap();
        let count = Count { code: "D1".into(), count: 2, note: None };
        let result = TaskResult { deductions: vec![count], ..TaskResult::default() };
        let scored = judge(Some(&stored.programme), site.part, &result).unwrap();
        finish(pool, site, &result, scored).await;
        let unit: DepartmentCode = "area-a".into();
        let lost = async || deductions(pool, &unit, day("2026-11-01"), day("2026-11-30")).await.unwrap();
        assert_eq!(lost().await, 0, "not in any count before it is done");

        let mut tx = pool.write().await.unwrap();
        set_state(&mut tx, "prog", ProgrammeState::Done, at("2026-11-04T06:00")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(get(pool, "prog", &inspected).await.unwrap().is_some());
        assert_eq!(tasks_of(pool, &inspected).await.len(), 2);
        assert_eq!(lost().await, 300);
        assert_eq!(deductions(pool, &unit, day("2026-12-01"), day("2026-12-31")).await.unwrap(), 0);
        let board = units(pool, "prog", at("2026-11-05T06:00")).await.unwrap();
        assert_eq!(
            (board[0].unit.as_str(), board[0].tasks, board[0].done, board[0].deducted),
            ("area-a", 2, 1, 300)
        );
        let left = tasks_of(pool, &Sight::All).await;
        assert_eq!(left.iter().filter(|task| task.state == TaskState::Skipped).count(), 1);
    }
}

#[tokio::test]
async fn a_programme_whose_time_is_over_ends_by_itself() {
    for db in databases().await {
        let pool = &db.pool;
        declare(pool, &["P1"]).await;
        let books = district::load(pool).await.unwrap();
        let stored = running_one(pool, &books, &programme(ProgrammeKind::Campaign)).await;
        let mut tx = pool.write().await.unwrap();
        tend(&mut tx, &books, &stored, at("2027-01-01T06:00"), false).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(get(pool, "prog", &Sight::All).await.unwrap().unwrap().state, ProgrammeState::Done);
        assert!(running(pool).await.unwrap().is_empty());
        assert_eq!(tickets_by_unit(pool, &stored, at("2027-01-01T06:00")).await.unwrap(), []);
    }
}

#[tokio::test]
async fn duties_and_draws_of_an_empty_district_give_nothing_twice() {
    for db in databases().await {
        let pool = &db.pool;
        let books = district::load(pool).await.unwrap();
        let due = at("2026-11-02T06:00");
        let occasion = Occasion { due, span: Span::of(SpanKind::Day, due.date()) };
        let mine = Mine { account: "dis".into(), unit: None, role: Role::Dispatcher };
        let filter = TaskFilter { mine: Some(mine), ..TaskFilter::default() };
        for late in [false, true] {
            let mut tx = pool.write().await.unwrap();
            tend_duties(&mut tx, &books, &occasion, late).await.unwrap();
            draw_follow_ups(&mut tx, &books, &occasion, late).await.unwrap();
            tx.commit().await.unwrap();
            let (page, _) = tasks(pool, &filter, &Sight::All, due, None, PageSize::MOST).await.unwrap();
            assert_eq!(page.rows.len(), 1, "the weekly dispatch is owed by one dispatcher");
            assert!(!page.rows[0].late_given);
        }
        assert_eq!(runs(pool, "secret_recheck").await.unwrap().len(), 1);
    }
}
