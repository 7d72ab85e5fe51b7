use domain::actor::Actor;
use domain::id::ReportId;
use domain::ticket::decide;
use domain::ticket::event::{By, Opening, Source};

use super::*;
use crate::repo::district::{self, Books};
use crate::repo::{georeport, subscriptions, tickets};
use crate::sql::testing::databases;
use crate::{Pool, execute, fetch_scalar};

const DAY: i64 = 86_400_000;

async fn account(pool: &Pool, id: &str, role: &str) {
    let mut tx = pool.write().await.unwrap();
    execute!(
        tx,
        "insert into account (id, role, name, demo, active, created_at) values ($1, $2, $1, false, true, 0)",
        id,
        role
    )
    .unwrap();
    tx.commit().await.unwrap();
}

/// A ticket with its first report at `ms`, as the desk writes it.
async fn open(pool: &Pool, id: &str, reporter: &str, ms: i64) -> (Ticket, Event) {
    let (ticket, at) = (TicketId::new(id), Moment::from_ms(ms));
    let opening = Opening {
        report: ReportId::new(format!("r-{id}")),
        source: Source::H5,
        reporter: Some(AccountId::new(reporter)),
        words: String::new(),
        place: None,
        found_at: at,
        category_hint: None,
        photos: Vec::new(),
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Default::default(),
    };
    let event = decide::open(&ticket, opening, &Actor::system(), at).event;
    let born = Ticket::born(ticket.clone(), &event).unwrap();
    let mut tx = pool.write().await.unwrap();
    tickets::insert(&mut tx, &born, &tickets::Derived::default()).await.unwrap();
    execute!(
        &mut tx,
        "insert into report (id, ticket_id, reporter, source, words, place_source, found_at, time_source, evidence,
         received_at) values ($1, $2, $3, 'h5', '', 'none', $4, '', '', $4)",
        format!("r-{id}"),
        id,
        reporter,
        ms
    )
    .unwrap();
    tickets::follow(&mut tx, &ticket, &AccountId::new(reporter), &ticket, true, at).await.unwrap();
    tx.commit().await.unwrap();
    (born, event)
}

/// Lets every room that counts here take its turn of one event.
async fn turn(pool: &Pool, books: &Books, ticket: &Ticket, action: ActionKind, ms: i64) {
    let event = Event {
        seq: ms.unsigned_abs(),
        at: Moment::from_ms(ms),
        by: By::from(&Actor::system()),
        action: Some(action),
        state: ticket.state.clone(),
        marks: Vec::new(),
        raised: Vec::new(),
        settled: Vec::new(),
        note: None,
        change: Change::Nothing,
    };
    let mut tx = pool.write().await.unwrap();
    let turn = Turn { before: None, after: ticket, late_at: None, event: &event, action: None, books };
    note(&mut tx, &turn).await.unwrap();
    subscriptions::note(&mut tx, &turn).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sum(pool: &Pool, account: &str) -> i64 {
    let earned = earned(pool, &AccountId::new(account)).await.unwrap();
    earned.iter().map(|(_, points)| points).sum()
}

#[tokio::test]
async fn the_ledger_follows_merges_at_any_depth_and_their_undoing_line_by_line() {
    for database in databases().await {
        let pool = &database.pool;
        for (id, role) in [("a", "citizen"), ("b", "citizen"), ("c", "citizen"), ("w", "grid_worker")] {
            account(pool, id, role).await;
        }
        let books = district::load(pool).await.unwrap();
        let (mut one, _) = open(pool, "t1", "b", 20).await;
        let (mut two, _) = open(pool, "t2", "a", 10).await;
        let (_, _) = open(pool, "t3", "c", 30).await;
        open(pool, "t4", "w", 40).await;
        for ticket in [&mut one, &mut two] {
            ticket.number = Some(format!("N-{}", ticket.id));
            ticket.state = State::Filed;
            turn(pool, &books, ticket, ActionKind::File, 100).await;
        }
        assert_eq!([sum(pool, "a").await, sum(pool, "b").await], [10, 10]);
        // t3 and t4 into t2, and t2 with them into t1: the report of `a` is the earliest of all four.
        let mut tx = pool.write().await.unwrap();
        for (from, into) in [("t3", "t2"), ("t4", "t2"), ("t2", "t1")] {
            tickets::follow_merged(&mut tx, &from.into(), &into.into()).await.unwrap();
        }
        tx.commit().await.unwrap();
        two.state = State::Merged { into: one.id.clone() };
        turn(pool, &books, &two, ActionKind::Merge, 200).await;
        turn(pool, &books, &one, ActionKind::Absorb, 201).await;
        turn(pool, &books, &one, ActionKind::Absorb, 202).await;
        let sums = [sum(pool, "a").await, sum(pool, "b").await, sum(pool, "c").await, sum(pool, "w").await];
        assert_eq!(sums, [10, 2, 2, 0], "{}", database.url);
        // And apart again.
        let mut tx = pool.write().await.unwrap();
        tickets::unfollow_merged(&mut tx, &two.id, &one.id).await.unwrap();
        tx.commit().await.unwrap();
        two.state = State::Received;
        turn(pool, &books, &two, ActionKind::Unmerge, 300).await;
        turn(pool, &books, &one, ActionKind::Release, 301).await;
        let sums = [sum(pool, "a").await, sum(pool, "b").await, sum(pool, "c").await];
        assert_eq!(sums, [0, 10, 0], "what waits for its triage is not filed");
        two.state = State::Declined { reason: "虚假上报".into() };
        turn(pool, &books, &two, ActionKind::Decline, 400).await;
        assert_eq!(sum(pool, "a").await, -5);
        let span = (Moment::from_ms(0), Moment::from_ms(DAY));
        let page = entries(pool, &"a".into(), span, None, PageSize::MOST).await.unwrap();
        let lines: Vec<_> =
            page.rows.iter().map(|line| (line.reason, line.points, line.taken_back)).collect();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(lines[0], (Reason::FalseReport, -5, false));
        let size = page.rows.len();
        let head = entries(pool, &"a".into(), span, None, PageSize::new(2).unwrap()).await.unwrap();
        let cursor = Cursor::read(head.next.as_deref().unwrap()).unwrap();
        let rest = entries(pool, &"a".into(), span, Some(&cursor), PageSize::MOST).await.unwrap();
        assert_eq!(head.rows.len() + rest.rows.len(), size);
        let best = earners(pool, span.0, span.1).await.unwrap();
        assert_eq!((best[0].account.as_str(), best[0].points), ("b", 10));
    }
}

#[tokio::test]
async fn a_subscriber_gets_one_delivery_and_job_of_the_news_it_asked_for_and_strangers_see_no_petition() {
    use domain::ticket::state::Stage;
    use subscriptions::{News, Subscription};
    for database in databases().await {
        let pool = &database.pool;
        account(pool, "a", "integration").await;
        let books = district::load(pool).await.unwrap();
        let new = Subscription {
            id: "s1".into(),
            owner: "a".into(),
            url: "https://example.org/".into(),
            events: vec![News::Filed],
            secret: "k".into(),
            created_at: Moment::from_ms(1),
            revoked_at: None,
        };
        let mut tx = pool.write().await.unwrap();
        subscriptions::insert(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let (mut ticket, _) = open(pool, "t1", "a", 10).await;
        ticket.number = Some("N1".into());
        ticket.state = State::Filed;
        turn(pool, &books, &ticket, ActionKind::File, 20).await;
        turn(pool, &books, &ticket, ActionKind::Close, 21).await;
        ticket.source = Source::Petition;
        turn(pool, &books, &ticket, ActionKind::File, 22).await;
        assert_eq!(subscriptions::get(pool, "s1").await.unwrap(), Some(new));
        assert_eq!(subscriptions::waiting(pool, &["s1".into()]).await.unwrap(), [("s1".to_owned(), 1)]);
        let jobs = fetch_scalar!(pool, i64, "select count(*) from job where kind = 'push'").unwrap();
        assert_eq!((jobs, subscriptions::in_force(pool).await.unwrap()), (1, 1));

        let mut tx = pool.write().await.unwrap();
        let first = crate::fetch_scalar!(&mut tx, String, "select id from delivery").unwrap();
        subscriptions::end(&mut tx, &first, "delivered", Moment::from_ms(30)).await.unwrap();
        assert!(subscriptions::revoke(&mut tx, "s1", Moment::from_ms(31)).await.unwrap());
        ticket.source = Source::H5;
        tickets::update(&mut tx, &ticket, &tickets::Derived::default()).await.unwrap();
        tx.commit().await.unwrap();
        turn(pool, &books, &ticket, ActionKind::File, 40).await;
        assert_eq!(subscriptions::waiting(pool, &["s1".into()]).await.unwrap(), []);
        assert_eq!(
            subscriptions::list(pool, Some(&"a".into()), None, PageSize::MOST).await.unwrap().rows.len(),
            1
        );

        let wanted = georeport::Wanted {
            stages: vec![Stage::Filed, Stage::Closed],
            from: Some(Moment::from_ms(0)),
            to: Some(Moment::from_ms(DAY)),
            ..Default::default()
        };
        assert_eq!(georeport::requests(pool, &wanted).await.unwrap().len(), 1);
        let mut tx = pool.write().await.unwrap();
        execute!(&mut tx, "update ticket set source = 'petition' where id = 't1'").unwrap();
        tx.commit().await.unwrap();
        assert!(georeport::requests(pool, &wanted).await.unwrap().is_empty());
        let by_id = georeport::Wanted { ids: vec!["t1".into()], ..Default::default() };
        assert!(georeport::requests(pool, &by_id).await.unwrap().is_empty());
    }
}
