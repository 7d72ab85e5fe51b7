use domain::actor::Actor;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::rhythm::{Span, SpanKind};
use domain::ticket::decide::open;
use domain::ticket::event::{Event, Opening, Origin, Place, Source};
use domain::ticket::state::State;
use domain::time::DAY_MS;

use super::*;
use crate::Pool;
use crate::fetch_scalar;
use crate::repo::district::{Books, load};
use crate::repo::stats::{StatFilter, first_page};
use crate::sql::testing::databases;

/// 2026-11-22 12:00 in China.
const NOON: Moment = Moment::from_ms(1_795_320_000_000);

/// A small generator (Knuth's MMIX constants), so that the lives are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn born(id: &str, at: Moment) -> (Ticket, Event) {
    let opening = Opening {
        report: "R1".into(),
        source: Source::Hotline,
        reporter: None,
        words: "垃圾".into(),
        place: None,
        found_at: at,
        category_hint: None,
        photos: Vec::new(),
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Origin::default(),
    };
    let event = open(&id.into(), opening, &Actor::system(), at).event;
    (Ticket::born(id.into(), &event).unwrap(), event)
}

/// Something of the ticket becomes otherwise, sensible or not.
fn change(ticket: &mut Ticket, dice: &mut Dice) {
    let at = NOON.plus_ms(dice.roll(40) as i64 * DAY_MS / 4);
    match dice.roll(10) {
        0 => ticket.place = Some(Place { at: Wgs84::new(120.4, 36.4).unwrap(), accuracy_m: 5.0 }),
        1 => drop(ticket.grids.insert(Layer::Area, format!("a{}", dice.roll(3)).as_str().into())),
        2 => ticket.stamps.registered = Some(at),
        3 => ticket.stamps.rectified = Some(at),
        4 => (ticket.state, ticket.stamps.struck_off) = (State::Closed, Some(at)),
        5 => (ticket.state, ticket.stamps.struck_off) = (State::Handling, None),
        6 => ticket.reworks += 1,
        7 => ticket.stars = Some(1 + dice.roll(5) as u8),
        8 => ticket.exempt = !ticket.exempt,
        _ => ticket.state = State::Declined { reason: "不属实".into() },
    }
}

/// Lives one ticket as the desk does: the row, and a turn for each change.
async fn live(pool: &Pool, books: &Books, id: &str, dice: &mut Dice) {
    let (mut ticket, event) = born(id, NOON);
    let mut tx = pool.write().await.unwrap();
    crate::repo::tickets::insert(&mut tx, &ticket, &Default::default()).await.unwrap();
    let turn = Turn { before: None, after: &ticket, late_at: None, event: &event, action: None, books };
    note(&mut tx, &turn).await.unwrap();
    let mut late_at = None;
    for _ in 0..dice.roll(12) {
        let (before, late_before) = (ticket.clone(), late_at);
        change(&mut ticket, dice);
        late_at = (dice.roll(2) == 0).then(|| NOON.plus_ms(dice.roll(40) as i64 * DAY_MS / 4).ms());
        let derived = crate::repo::tickets::Derived { late_at, ..Default::default() };
        crate::repo::tickets::update(&mut tx, &ticket, &derived).await.unwrap();
        let before = Some((&before, late_before));
        let turn = Turn { before, after: &ticket, late_at, event: &event, action: None, books };
        note(&mut tx, &turn).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn random_lives_add_up_to_a_full_count_before_while_and_after_they_are_folded_and_when_rebuilt() {
    for db in databases().await {
        let books = load(&db.pool).await.unwrap();
        let mut dice = Dice(11);
        for number in 0..60 {
            live(&db.pool, &books, &format!("t{number:02}"), &mut dice).await;
            if number % 20 == 10 {
                let mut tx = db.pool.write().await.unwrap();
                fold(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
        assert_eq!(compare(&db.pool).await.unwrap(), (60, Vec::new()));
        let before = ever(&db.pool, Dimension::All, "").await.unwrap();
        assert_eq!((before.opened, before.mapped + before.tabled), (60, 60));
        let mut tx = db.pool.write().await.unwrap();
        while fold(&mut tx).await.unwrap() > 0 {}
        tx.commit().await.unwrap();
        assert_eq!(ever(&db.pool, Dimension::All, "").await.unwrap(), before, "folding changes no number");
        assert_eq!(compare(&db.pool).await.unwrap(), (60, Vec::new()));
        assert_eq!(rebuild(&db.pool).await.unwrap(), 60);
        assert_eq!(compare(&db.pool).await.unwrap(), (60, Vec::new()));
        assert_eq!(ever(&db.pool, Dimension::All, "").await.unwrap(), before);
        first_page_adds_up(&db.pool).await;
    }
}

/// The first page says what a walk over all tickets says.
async fn first_page_adds_up(pool: &Pool) {
    let now = NOON.plus_ms(5 * DAY_MS);
    let page = first_page(pool, now, &StatFilter::default()).await.unwrap();
    let count = |sql: &'static str| async move { fetch_scalar!(pool, i64, sql).unwrap() };
    assert_eq!(page.counts.received, 60);
    assert_eq!(page.counts.closed, count("select count(*) from ticket where stage = 'closed'").await);
    assert_eq!(
        page.counts.closed_on_time,
        count("select count(*) from ticket where stage = 'closed' and (late_at is null or exempt)").await
    );
    assert_eq!(page.counts.reworked, count("select count(*) from ticket where reworks > 0").await);
    assert_eq!(page.counts.satisfied, count("select count(*) from ticket where stars >= 4").await);
    assert_eq!(page.by_stage.iter().map(|(_, tickets)| tickets).sum::<i64>(), 60);
    let all = Span::of(SpanKind::Year, now.date());
    let by_area = sums(pool, Dimension::Area, None, all.first, all.last).await.unwrap();
    assert_eq!(
        by_area.values().map(|sums| sums.opened).sum::<i64>(),
        60,
        "each ticket is in one area or in none"
    );
}

#[tokio::test]
async fn a_number_that_was_tampered_with_is_named_with_its_place() {
    for db in databases().await {
        let books = load(&db.pool).await.unwrap();
        live(&db.pool, &books, "t1", &mut Dice(3)).await;
        rebuild(&db.pool).await.unwrap();
        let mut tx = db.pool.write().await.unwrap();
        execute!(&mut tx, "update tally set opened = opened + 5 where dimension = 'all' and opened > 0")
            .unwrap();
        tx.commit().await.unwrap();
        let (tickets, found) = compare(&db.pool).await.unwrap();
        assert_eq!((tickets, found.len()), (1, 1));
        assert_eq!(found[0].to_string(), "全部 2026-11-22 “” opened：汇总为 6，逐件清点为 1");
    }
}

#[tokio::test]
async fn an_event_that_changes_no_number_writes_nothing_and_one_fold_is_planned_at_a_time() {
    for db in databases().await {
        let books = load(&db.pool).await.unwrap();
        let (ticket, event) = born("t1", NOON);
        let mut tx = db.pool.write().await.unwrap();
        crate::repo::tickets::insert(&mut tx, &ticket, &Default::default()).await.unwrap();
        let before = Some((&ticket, None));
        let turn = Turn { before, after: &ticket, late_at: None, event: &event, action: None, books: &books };
        note(&mut tx, &turn).await.unwrap();
        assert_eq!(fetch_scalar!(&mut tx, i64, "select count(*) from tally_change").unwrap(), 0);
        for _ in 0..2 {
            note(&mut tx, &Turn { before: None, ..turn }).await.unwrap();
        }
        assert_eq!(fetch_scalar!(&mut tx, i64, "select count(*) from job").unwrap(), 1);
        assert_eq!(fold(&mut tx).await.unwrap(), 2);
        assert_eq!(fold(&mut tx).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(ever(&db.pool, Dimension::All, "").await.unwrap().opened, 2);
    }
}
