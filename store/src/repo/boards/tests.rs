use domain::actor::Actor;
use domain::clock::limit::{Limit, LimitUnit};
use domain::clock::reckon::{Mark, Tick};
use domain::rhythm::SpanKind;
use domain::stats::ranking::Item;
use domain::ticket::Ticket;
use domain::ticket::decide::open;
use domain::ticket::event::{Assignment, Opening, Origin, Person, Source, Unit};
use domain::ticket::state::State;
use domain::time::HOUR_MS;

use super::*;
use crate::repo::{district, tickets};
use crate::sequel::Turn;
use crate::sql::testing::databases;
use crate::{Pool, execute};

/// Monday 2026-11-23, 09:00 in China.
const MONDAY: Moment = Moment::from_ms(1_795_395_600_000);

async fn units(pool: &Pool) {
    let mut tx = pool.write().await.unwrap();
    for code in ["u", "v", "w"] {
        execute!(
            tx,
            "insert into department (code, name, kind, imported_at) values ($1, $1, 'block', 0)",
            code
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// A ticket that `lead` got on Monday morning with `limit`; struck off at `closed`.
async fn ticket(pool: &Pool, books: &Books, id: &str, lead: &str, limit: Limit, closed: Option<Moment>) {
    let opening = Opening {
        report: "R1".into(),
        source: Source::Hotline,
        reporter: None,
        words: "垃圾".into(),
        place: None,
        found_at: MONDAY,
        category_hint: None,
        photos: Vec::new(),
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Origin::default(),
    };
    let event = open(&id.into(), opening, &Actor::system(), MONDAY).event;
    let mut ticket = Ticket::born(id.into(), &event).unwrap();
    ticket.assignment = Some(Assignment {
        lead: Unit { code: lead.into(), name: lead.into() },
        assist: None,
        person: Person { account: "p".into(), name: "张三".into() },
        task: "清理".into(),
        limit,
        standard: "清理干净".into(),
        duty: "主办".into(),
        parties: Vec::new(),
        leader: None,
        red: false,
    });
    ticket.ticks.push(Tick { at: MONDAY, mark: Mark::Start { limit } });
    ticket.state = State::Handling;
    if let Some(at) = closed {
        ticket.ticks.push(Tick { at, mark: Mark::Stop });
        (ticket.state, ticket.stamps.rectified, ticket.stamps.struck_off) =
            (State::Closed, Some(at), Some(at));
    }
    let clock = domain::clock::reckon::reckon(&ticket.ticks, &books.calendar, closed.unwrap_or(MONDAY));
    let late_at = match closed {
        Some(_) => clock.late_since,
        None => clock.due_at,
    };
    let late_at = late_at.map(Moment::ms);
    let mut tx = pool.write().await.unwrap();
    let derived = tickets::Derived { late_at, ..Default::default() };
    tickets::insert(&mut tx, &ticket, &derived).await.unwrap();
    let turn = Turn { before: None, after: &ticket, late_at, event: &event, action: None, books };
    tally::note(&mut tx, &turn).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn days_count_in_the_standards_time_open_cases_too_and_units_are_ranked_with_ties() {
    for db in databases().await {
        units(&db.pool).await;
        let books = district::load(&db.pool).await.unwrap();
        let work = Limit { amount: 4, unit: LimitUnit::WorkHours };
        let urgent = Limit { amount: 2, unit: LimitUnit::UrgentHours };
        let days = |n: i64| MONDAY.plus_ms(n * DAY_MS);
        // Late since Monday 14:30; by Wednesday 09:00 that is three and eight working hours: two begun days.
        ticket(&db.pool, &books, "t1", "u", work, None).await;
        // Late since Monday 11:00 and closed on Tuesday at noon: two begun natural days.
        ticket(&db.pool, &books, "t2", "u", urgent, Some(MONDAY.plus_ms(27 * HOUR_MS))).await;
        ticket(&db.pool, &books, "t3", "v", work, Some(MONDAY.plus_ms(HOUR_MS))).await;
        ticket(&db.pool, &books, "t4", "w", work, Some(MONDAY.plus_ms(HOUR_MS))).await;

        let week = Span::of(SpanKind::Week, MONDAY.date());
        let table = standings(&db.pool, &books, &week, days(2)).await.unwrap();
        let unit = |code: &str| table.units.iter().find(|unit| unit.unit.as_str() == code).unwrap();
        let expected = Overdue { cases: 2, open: 1, working_days: 2, natural_days: 2 };
        assert_eq!(unit("u").overdue, expected);
        assert_eq!([unit("v").rank, unit("w").rank, unit("u").rank], [Some(1), Some(1), Some(3)]);
        let lost = &unit("u").lost;
        assert_eq!(lost.iter().map(|lost| lost.lost).sum::<i64>(), 10_000 - unit("u").score.unwrap());
        let late = lost.iter().find(|lost| lost.item == Item::Late).unwrap();
        assert_eq!((late.count, late.behind.len(), late.lost), (2, 2, 5_000));

        // On Monday at noon the working case is not due yet and costs nothing.
        let noon = standings(&db.pool, &books, &week, MONDAY.plus_ms(3 * HOUR_MS)).await.unwrap();
        let own = noon.units.iter().find(|unit| unit.unit.as_str() == "u").unwrap();
        assert_eq!(own.sums.open_overdue(), 0);
        // Tuesday alone holds what Tuesday added.
        let tuesday = Span::of(SpanKind::Day, days(1).date());
        let table = standings(&db.pool, &books, &tuesday, days(3)).await.unwrap();
        let own = table.units.iter().find(|unit| unit.unit.as_str() == "u").unwrap();
        assert_eq!((own.overdue.working_days, own.overdue.natural_days), (1, 1));
    }
}

#[tokio::test]
async fn every_board_of_an_empty_city_can_be_read() {
    use strum::VariantArray as _;
    for db in databases().await {
        units(&db.pool).await;
        let books = district::load(&db.pool).await.unwrap();
        let span = Span::of(SpanKind::Month, MONDAY.date());
        for name in BoardName::VARIANTS {
            for dimension in name.dimensions().iter().copied().map(Some).chain([None]) {
                let asked = Asked { board: *name, span, department: None, dimension };
                let board = board(&db.pool, &books, &asked, MONDAY).await.unwrap();
                assert!(!board.formulas.is_empty(), "{name}");
                let stored: Board = serde_json::from_str(&serde_json::to_string(&board).unwrap()).unwrap();
                assert_eq!(stored, board, "{name} survives its JSON");
            }
        }
    }
}
