//! What the table of papers keeps and refuses, on both databases.

use domain::actor::Actor;
use domain::paper::{Words, Work};
use domain::rhythm::SpanKind;
use serde_json::{Value, json};

use super::super::{ledger, rota};
use super::*;
use crate::sql::testing::databases;

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

fn system() -> By {
    By::from(&Actor::system())
}

fn body(standings: Option<Value>) -> Body {
    let moment = at("2026-12-01T00:10");
    Body {
        from: moment,
        until: moment,
        as_of: moment,
        words: Words::default(),
        work: Work::default(),
        units: Vec::new(),
        events: Vec::new(),
        meeting_at: None,
        tracked: Vec::new(),
        standings,
        causes: Vec::new(),
    }
}

fn month() -> Span {
    Span::of(SpanKind::Month, "2026-11-22".parse().unwrap())
}

fn ranking(body: &Body) -> NewPaper<'_> {
    let (kind, span) = (PaperKind::MonthlyRanking, month());
    NewPaper { kind, span, unit: None, due_at: None, late: false, frozen_by: Some(system()), body }
}

#[tokio::test]
async fn a_month_is_frozen_once_and_no_statement_changes_it() {
    for db in databases().await {
        let (first, second) = (body(Some(json!({ "first": 1 }))), body(Some(json!({ "second": 2 }))));
        let mut tx = db.pool.write().await.unwrap();
        assert!(draw_up(&mut tx, &ranking(&first), at("2026-12-01T00:10")).await.unwrap());
        assert!(!draw_up(&mut tx, &ranking(&second), at("2026-12-01T00:11")).await.unwrap());
        tx.commit().await.unwrap();
        let kind = PaperKind::MonthlyRanking;
        assert_eq!(frozen(&db.pool, kind, &month()).await.unwrap(), first.standings);
        let listed: Vec<(Span, Value)> = frozen_list(&db.pool, kind, 5).await.unwrap();
        assert_eq!(listed, [(month(), json!({ "first": 1 }))]);
        let heads = list(&db.pool, &PaperFilter::default(), None, PageSize::MOST).await.unwrap().rows;
        let before = get(&db.pool, &heads[0].id).await.unwrap().unwrap();
        assert_eq!(before.head.sha256.as_ref().unwrap().len(), 64);
        let mut tx = db.pool.write().await.unwrap();
        let forged = Paper { body: second, ..before.clone() };
        assert!(!change(&mut tx, &before.head, &forged).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(get(&db.pool, &heads[0].id).await.unwrap().unwrap(), before);
    }
}

#[tokio::test]
async fn who_is_missing_is_noted_once_and_a_stale_change_is_refused() {
    for db in databases().await {
        let (span, body) = (Span::of(SpanKind::Day, "2026-11-23".parse().unwrap()), body(None));
        let (one, two) = (DepartmentCode::from("u1"), DepartmentCode::from("u2"));
        let mut tx = db.pool.write().await.unwrap();
        for unit in [&one, &two] {
            let due_at = Some(at("2026-11-23T17:00"));
            let (kind, unit) = (PaperKind::Daily, Some(unit));
            let new = NewPaper { kind, span, unit, due_at, late: true, frozen_by: None, body: &body };
            assert!(draw_up(&mut tx, &new, at("2026-11-23T16:30")).await.unwrap());
        }
        let of_one = PaperFilter { unit: Some(Some(one)), ..PaperFilter::default() };
        let draft = list(&mut tx, &of_one, None, PageSize::MOST).await.unwrap().rows.remove(0);
        let mut paper = lock(&mut tx, &draft.id).await.unwrap().unwrap();
        assert!(paper.head.drafted_late);
        paper.head.state = PaperState::Filed;
        paper.head.filed = Some((system(), at("2026-11-23T16:50")));
        assert!(change(&mut tx, &draft, &paper).await.unwrap());
        assert!(!change(&mut tx, &draft, &paper).await.unwrap(), "the version has moved on");
        let missing = mark_missing(&mut tx, PaperKind::Daily, &span).await.unwrap();
        assert_eq!(missing, [two]);
        assert_eq!(mark_missing(&mut tx, PaperKind::Daily, &span).await.unwrap(), []);
        tx.commit().await.unwrap();
        let missing = PaperFilter { missing: true, ..PaperFilter::default() };
        assert_eq!(list(&db.pool, &missing, None, PageSize::MOST).await.unwrap().rows.len(), 1);
    }
}

#[tokio::test]
async fn a_decision_is_tracked_until_it_is_finished_once() {
    for db in databases().await {
        let mut tx = db.pool.write().await.unwrap();
        draw_up(&mut tx, &ranking(&body(None)), at("2026-12-01T00:10")).await.unwrap();
        let heads = list(&mut tx, &PaperFilter::default(), None, PageSize::MOST).await.unwrap().rows;
        let (paper, by, unit) = (heads[0].id.as_str(), system(), DepartmentCode::from("u1"));
        let due_at = Some(at("2026-12-05T12:00"));
        let new = NewDecision { paper, words: "清运", unit: Some(&unit), due_at, by: &by };
        decide(&mut tx, &new, at("2026-12-01T09:00")).await.unwrap();
        let open = open_decisions(&mut tx, 10).await.unwrap();
        let id = open[0].id.as_str();
        let now = at("2026-12-02T09:00");
        assert!(!finish_decision(&mut tx, ("another", id), "已清", &by, now).await.unwrap());
        assert!(finish_decision(&mut tx, (paper, id), "已清", &by, now).await.unwrap());
        assert!(!finish_decision(&mut tx, (paper, id), "又清", &by, now).await.unwrap());
        assert!(open_decisions(&mut tx, 10).await.unwrap().is_empty());
        let all = decisions(&mut tx, paper).await.unwrap();
        assert_eq!((all[0].outcome.as_deref(), &all[0].done), (Some("已清"), &Some((by, now))));
    }
}

#[tokio::test]
async fn the_calendar_keeps_its_place_and_counts_what_fails() {
    for db in databases().await {
        let now = at("2026-11-23T16:30");
        let place = rota::Place { due: now.ms(), room: 1, name: "daily".into() };
        assert_eq!(rota::done_until(&db.pool).await.unwrap(), None);
        let mut tx = db.pool.write().await.unwrap();
        for tries in 1..=3 {
            let counted = rota::count_failure(&mut tx, &place, "no\0 way", 3, now).await.unwrap();
            assert_eq!(counted, tries);
        }
        rota::set(&mut tx, &place, now).await.unwrap();
        assert_eq!(rota::lock(&mut tx).await.unwrap(), Some(place.clone()));
        rota::set(&mut tx, &rota::Place::end_of(now), now).await.unwrap();
        tx.commit().await.unwrap();
        assert!(rota::done_until(&db.pool).await.unwrap() > Some(place));
        let row = fetch_all!(db.pool, (i64, bool), "select tries, given_up from occasion_failure").unwrap();
        assert_eq!(row, [(3, true)]);
    }
}

#[tokio::test]
async fn an_empty_time_has_no_deeds() {
    for db in databases().await {
        let window = (at("2026-11-23T00:00"), at("2026-11-24T00:00"));
        assert!(ledger::work(&db.pool, window, window.1).await.unwrap().is_empty());
        assert!(ledger::newest(&db.pool, window, 5).await.unwrap().is_empty());
        assert!(ledger::causes(&db.pool, window).await.unwrap().is_empty());
        let person = "nobody".into();
        assert_eq!(ledger::duties(&db.pool, &person, window).await.unwrap(), []);
        let deeds = ledger::deeds(&db.pool, &person, window, None, PageSize::default()).await.unwrap();
        assert!(deeds.rows.is_empty() && deeds.next.is_none());
    }
}
