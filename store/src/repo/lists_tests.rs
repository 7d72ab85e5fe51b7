use std::collections::BTreeSet;

use domain::actor::{Actor, Role};
use domain::geo::cell_of;
use domain::geo::grid::Layer;
use sqlx::{AssertSqlSafe, Row as _};

use super::*;
use crate::sql::Arg;
use crate::sql::testing::{TestDatabase, databases};
use crate::{Pool, execute, fetch_scalar};

const NOW: Moment = Moment::from_ms(1_000_000);

/// A small generator (Knuth's MMIX constants), so that the rows are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> Option<&'a str> {
        words.get(self.roll(words.len() as u64 + 1) as usize).copied()
    }
}

async fn account(pool: &Pool, id: &str) {
    let mut tx = pool.write().await.unwrap();
    execute!(
        tx,
        "insert into account (id, role, name, demo, active, created_at) values ($1, 'citizen', '', false, true, 0)",
        id
    )
    .unwrap();
    tx.commit().await.unwrap();
}

/// Three hundred tickets of every kind, several of them opened in one millisecond.
async fn fill(pool: &Pool) -> Vec<TicketRow> {
    for id in ["me", "you"] {
        account(pool, id).await;
    }
    let mut dice = Dice(7);
    let mut tx = pool.write().await.unwrap();
    for number in 0..300 {
        let id = format!("t{number:03}");
        let stage = ["received", "handling", "disputed", "fixed", "closed", "declined", "merged", "filed"]
            [dice.roll(8) as usize];
        let (lon, lat) = (120.40 + dice.roll(1000) as f64 * 1e-4, 36.30 + dice.roll(1000) as f64 * 1e-4);
        let placed = dice.roll(10) > 0;
        let late = (dice.roll(3) == 0).then(|| 900_000 + dice.roll(200_000) as i64);
        execute!(
            tx,
            "insert into ticket (id, version, stage, number, source, reporter, words, category, workline, lead,
             assist, person, longitude, latitude, cell, community, inspection, area, opened_at, updated_at, registered_at,
             late_at, attention, self_handled, reports, followers, reworks, stars, exempt, doc)
             values ($1, 1, $2, $3, 'h5', $4, '井盖', $5, 'roads', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             $18, $19, $20, 1, 0, $21, $22, $23, '')",
            &id,
            stage,
            (number % 2 == 0).then(|| format!("N{number}")),
            dice.pick(&["me", "you"]),
            dice.pick(&["c1", "c2"]),
            dice.pick(&["u", "v"]),
            dice.pick(&["u", "v"]),
            dice.pick(&["p", "q"]),
            placed.then_some(lon),
            placed.then_some(lat),
            placed.then(|| cell_of(Wgs84::new(lon, lat).unwrap())),
            dice.pick(&["g1", "g2"]),
            dice.pick(&["i1", "i2"]),
            dice.pick(&["a1", "a2"]),
            dice.roll(100) as i64 * 1000,
            dice.roll(100) as i64 * 1000,
            (dice.roll(2) == 0).then_some(1i64),
            late,
            dice.pick(&["dispute", "no_place"]),
            dice.roll(5) == 0,
            dice.roll(3) as i64,
            (dice.roll(3) == 0).then(|| 1 + dice.roll(5) as i64),
            dice.roll(6) == 0
        )
        .unwrap();
        let petition = dice.roll(6) == 0;
        execute!(
            tx,
            "update ticket set source = $2, restricted = $3, priority = $4, red = $5, relapse_of = $6, programme = $7
             where id = $1",
            &id,
            if petition { "petition" } else { dice.pick(&["visit", "camera"]).unwrap_or("h5") },
            petition,
            dice.pick(&["high", "top"]).unwrap_or("normal"),
            dice.roll(9) == 0,
            dice.pick(&["t001", "t002"]),
            dice.pick(&["round"]),
        )
        .unwrap();
        if number % 9 == 0 {
            execute!(tx, "insert into ticket_party values ($1, 'u')", &id).unwrap();
        }
        if dice.roll(5) == 0 {
            execute!(tx, "insert into follower values ($1, 'me', $1, false, 0)", &id).unwrap();
        }
    }
    tx.commit().await.unwrap();
    let all: Vec<TicketId> = (0..300).map(|number| format!("t{number:03}").into()).collect();
    rows(pool, &all).await.unwrap()
}

fn all() -> TicketFilter {
    TicketFilter::within(Scope::All)
}

fn me() -> AccountId {
    "me".into()
}

type Rule = Box<dyn Fn(&TicketRow, &BTreeSet<String>) -> bool>;

/// Filters, each with the same rule in plain words; `follows` are the tickets that `me` follows.
fn cases() -> Vec<(&'static str, TicketFilter, Rule)> {
    let small = [120.40, 36.30, 120.405, 36.304];
    let wide = [120.42, 36.32, 120.47, 36.39];
    let inside = |row: &TicketRow, [w, s, e, n]: [f64; 4]| {
        row.at.is_some_and(|at| at.lon >= w && at.lon <= e && at.lat >= s && at.lat <= n)
    };
    let mine = |row: &TicketRow, follows: &BTreeSet<String>| {
        row.reporter == Some(me()) || follows.contains(row.id.as_str())
    };
    let in_unit = |row: &TicketRow| [&row.lead, &row.assist].iter().any(|unit| **unit == Some("u".into()));
    let worker = Actor {
        account: me(),
        role: Role::GridWorker,
        grids: [(Layer::Community, "g1".into()), (Layer::Inspection, "i2".into())].into(),
        ..Actor::system()
    };
    let open = |row: &TicketRow| row.source != Source::Petition;
    let in_grids = move |row: &TicketRow| {
        open(row) && (row.community == Some("g1".into()) || row.inspection == Some("i2".into()))
    };
    let handler = Actor {
        role: Role::Handler,
        department: Some("u".into()),
        grids: [(Layer::Area, "a1".into())].into(),
        ..worker.clone()
    };
    let at_table = |row: &TicketRow| row.id.as_str()[1..].parse::<u32>().unwrap() % 9 == 0;
    let works_on = move |row: &TicketRow| {
        in_unit(row)
            || at_table(row)
            || (open(row) && row.stage == Stage::Filed && row.area == Some("a1".into()))
    };
    let overseer = Actor { role: Role::Oversight, ..worker.clone() };
    vec![
        ("all", all(), Box::new(|_, _| true)),
        (
            "stages",
            TicketFilter { stage: vec![Stage::Handling, Stage::Closed, Stage::Disputed], ..all() },
            Box::new(|row, _| matches!(row.stage, Stage::Handling | Stage::Closed | Stage::Disputed)),
        ),
        (
            "one stage and late",
            TicketFilter { stage: vec![Stage::Handling], late: Some(true), ..all() },
            Box::new(|row, _| row.stage == Stage::Handling && row.is_late(NOW)),
        ),
        ("late", TicketFilter { late: Some(true), ..all() }, Box::new(|row, _| row.is_late(NOW))),
        ("not late", TicketFilter { late: Some(false), ..all() }, Box::new(|row, _| !row.is_late(NOW))),
        (
            "lead",
            TicketFilter { lead: Some("u".into()), self_handled: Some(false), ..all() },
            Box::new(|row, _| row.lead == Some("u".into()) && !row.self_handled),
        ),
        ("unit", TicketFilter { unit: Some("u".into()), ..all() }, Box::new(move |row, _| in_unit(row))),
        (
            "unit and stages",
            TicketFilter { unit: Some("u".into()), stage: vec![Stage::Handling, Stage::Fixed], ..all() },
            Box::new(move |row, _| in_unit(row) && matches!(row.stage, Stage::Handling | Stage::Fixed)),
        ),
        (
            "mine",
            TicketFilter { mine: Some(me()), ..all() },
            Box::new(move |row, follows| mine(row, follows)),
        ),
        (
            "scope own",
            TicketFilter::within(Scope::Own(me())),
            Box::new(move |row, follows| mine(row, follows)),
        ),
        ("scope unit", TicketFilter::within(Scope::Unit("u".into())), Box::new(move |row, _| in_unit(row))),
        (
            "a grid worker's scope",
            TicketFilter::within(Scope::of(&worker)),
            Box::new(move |row, follows| in_grids(row) || mine(row, follows)),
        ),
        (
            "a scope and a stage",
            TicketFilter { stage: vec![Stage::Received], ..TicketFilter::within(Scope::of(&worker)) },
            Box::new(move |row, follows| {
                (in_grids(row) || mine(row, follows)) && row.stage == Stage::Received
            }),
        ),
        (
            "a handler's scope",
            TicketFilter::within(Scope::of(&handler)),
            Box::new(move |row, follows| works_on(row) || mine(row, follows)),
        ),
        ("nearby", TicketFilter::within(Scope::Open), Box::new(move |row, _| open(row))),
        (
            "an overseer's scope and stages",
            TicketFilter {
                stage: vec![Stage::Handling, Stage::Closed],
                ..TicketFilter::within(Scope::of(&overseer))
            },
            Box::new(move |row, _| open(row) && matches!(row.stage, Stage::Handling | Stage::Closed)),
        ),
        (
            "priority",
            TicketFilter { priority: Some(Priority::High), ..all() },
            Box::new(|row, _| row.priority == Priority::High),
        ),
        ("red", TicketFilter { red: Some(true), ..all() }, Box::new(|row, _| row.red)),
        (
            "relapse",
            TicketFilter { relapse: Some(true), red: Some(false), ..all() },
            Box::new(|row, _| row.relapse_of.is_some() && !row.red),
        ),
        (
            "relapse of",
            TicketFilter { relapse_of: Some("t001".into()), ..all() },
            Box::new(|row, _| row.relapse_of == Some("t001".into())),
        ),
        (
            "source",
            TicketFilter { source: Some(Source::Camera), ..all() },
            Box::new(|row, _| row.source == Source::Camera),
        ),
        (
            "no secret source",
            TicketFilter { unit: Some("u".into()), overt: true, ..all() },
            Box::new(move |row, _| in_unit(row) && row.source != Source::Visit),
        ),
        ("no scope", TicketFilter::within(Scope::Any(vec![])), Box::new(|_, _| false)),
        (
            "small box",
            TicketFilter { bbox: Some(small), ..all() },
            Box::new(move |row, _| inside(row, small)),
        ),
        ("wide box", TicketFilter { bbox: Some(wide), ..all() }, Box::new(move |row, _| inside(row, wide))),
        (
            "wide box and unit",
            TicketFilter { bbox: Some(wide), unit: Some("u".into()), ..all() },
            Box::new(move |row, _| inside(row, wide) && in_unit(row)),
        ),
        (
            "attention",
            TicketFilter { attention: Some(AttentionKind::Dispute), ..all() },
            Box::new(|row, _| row.attention == Some(AttentionKind::Dispute)),
        ),
        (
            "doubtful",
            TicketFilter { doubtful: Some(true), ..all() },
            Box::new(|row, _| row.attention.is_some()),
        ),
        (
            "times, place and person",
            TicketFilter {
                opened_from: Some(Moment::from_ms(20_000)),
                opened_to: Some(Moment::from_ms(70_000)),
                area: Some("a1".into()),
                person: Some("p".into()),
                ..all()
            },
            Box::new(|row, _| {
                (20_000..70_000).contains(&row.opened_at.ms())
                    && row.area == Some("a1".into())
                    && row.person == Some("p".into())
            }),
        ),
        (
            "number",
            TicketFilter { number: Some("N42".into()), ..all() },
            Box::new(|row, _| row.number.as_deref() == Some("N42")),
        ),
        (
            "changes since",
            TicketFilter { updated_since: Some(Moment::from_ms(50_000)), unit: Some("v".into()), ..all() },
            Box::new(|row, _| {
                row.updated_at.ms() >= 50_000
                    && [&row.lead, &row.assist].iter().any(|u| **u == Some("v".into()))
            }),
        ),
    ]
}

async fn pages(pool: &Pool, filter: &TicketFilter) -> Vec<TicketRow> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = list(pool, filter, NOW, cursor.as_ref(), PageSize::new(7).unwrap()).await.unwrap();
        assert!(page.rows.len() <= 7);
        found.extend(page.rows);
        match page.next {
            Some(next) => cursor = Cursor::read(&next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn every_filter_gives_exactly_its_tickets_page_by_page_in_order_and_counts_them() {
    for db in databases().await {
        let tickets = fill(&db.pool).await;
        let follows: BTreeSet<String> =
            crate::fetch_scalars!(db.pool, String, "select ticket_id from follower where account_id = 'me'")
                .unwrap()
                .into_iter()
                .collect();
        for (name, filter, rule) in cases() {
            let mut expected: Vec<&TicketRow> = tickets.iter().filter(|row| rule(row, &follows)).collect();
            match filter.updated_since {
                None => expected.sort_by(|a, b| (b.opened_at, &b.id).cmp(&(a.opened_at, &a.id))),
                Some(_) => expected.sort_by(|a, b| (a.updated_at, &a.id).cmp(&(b.updated_at, &b.id))),
            }
            let ids =
                |rows: Vec<&TicketRow>| rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>();
            let found = pages(&db.pool, &filter).await;
            let expected = ids(expected);
            assert_eq!(ids(found.iter().collect()), expected, "{name}");
            assert_eq!(count(&db.pool, &filter, NOW).await.unwrap(), expected.len() as i64, "{name}");
            let placed: BTreeSet<String> =
                found.iter().filter(|row| row.at.is_some()).map(|row| row.id.to_string()).collect();
            let points = map(&db.pool, &filter, NOW, 1000).await.unwrap();
            assert_eq!(
                points.iter().map(|point| point.id.to_string()).collect::<BTreeSet<_>>(),
                placed,
                "{name}"
            );
            if name != "no scope" {
                assert!(!expected.is_empty(), "{name} tests nothing");
            }
        }
    }
}

/// The plan's lines.
async fn plan(pool: &Pool, text: &SqlText) -> Vec<String> {
    macro_rules! lines {
        ($pool:expr, $prefix:literal, $column:expr) => {{
            let mut query = sqlx::query(AssertSqlSafe(format!(concat!($prefix, "{}"), text.sql())));
            for arg in text.args() {
                query = match arg {
                    Arg::Text(value) => query.bind(value),
                    Arg::Int(value) => query.bind(value),
                    Arg::Real(value) => query.bind(value),
                    Arg::Bool(value) => query.bind(value),
                };
            }
            query.fetch_all($pool).await.unwrap().iter().map(|row| row.get($column)).collect()
        }};
    }
    match pool {
        Pool::Sqlite { reader, .. } => lines!(reader, "explain query plan ", 3),
        // Small tables are read whole by choice; what counts is that an index can serve when they are large.
        Pool::Postgres(pool) => {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::query("set enable_seqscan = off").execute(&mut *connection).await.unwrap();
            let lines = lines!(&mut *connection, "explain ", 0);
            sqlx::query("reset enable_seqscan").execute(&mut *connection).await.unwrap();
            lines
        }
    }
}

/// Many tickets, spread as in a district.
pub(in crate::repo) async fn crowd(db: &TestDatabase) {
    let mut tx = db.pool.write().await.unwrap();
    execute!(
        tx,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 40000)
         insert into ticket (id, version, stage, source, words, category, workline, lead, assist, person, longitude,
         latitude, cell, community, inspection, enforcement, area, opened_at, updated_at, late_at, attention,
         self_handled, reports, followers, reworks, exempt, doc)
         select 't' || cast(i as text), 1, case when i % 50 = 0 then 'handling' else 'closed' end, 'h5', '',
         'c' || cast(i % 150 as text), 'roads', 'u' || cast(i % 40 as text), 'v' || cast(i % 9 as text),
         'p' || cast(i % 200 as text), 120.2 + (i % 500) * 0.001, 36.2 + (i % 300) * 0.001, i % 90000,
         'g' || cast(i % 1000 as text), 'i' || cast(i % 30 as text), 'e' || cast(i % 40 as text),
         'a' || cast(i % 16 as text), i, i, case when i % 20 = 0 then i end,
         case when i % 400 = 0 then 'dispute' end, false, 1, 0, 0, false, '' from n"
    )
    .unwrap();
    tx.commit().await.unwrap();
    // PostgreSQL gathers statistics by itself; SQLite's plans must be right without any.
    if let Pool::Postgres(pool) = &db.pool {
        sqlx::query("analyze ticket").execute(pool).await.unwrap();
    }
    assert_eq!(fetch_scalar!(db.pool, i64, "select cast(count(*) as bigint) from ticket").unwrap(), 40_000);
}

#[tokio::test]
async fn no_list_count_or_map_reads_the_whole_table() {
    for db in databases().await {
        crowd(&db).await;
        let dialect = db.pool.dialect();
        let cursor = Cursor::at(20_000, "t20000");
        for (name, filter, _) in cases() {
            for cursor in [None, Some(&cursor)] {
                assert_indexed(&db, name, &list_sql(dialect, &filter, NOW, cursor, PageSize::MOST), true)
                    .await;
            }
            assert_indexed(&db, name, &map_sql(dialect, &filter, NOW, 1000), true).await;
            assert_indexed(&db, name, &count_sql(dialect, &filter, NOW), false).await;
        }
    }
}

/// SQLite says SCAN where it reads a whole table or index: with the order's own index a limit ends it, and a count may
/// read a covering index. PostgreSQL says Seq Scan; counts that hold most rows may have one there.
pub(in crate::repo) async fn assert_indexed(db: &TestDatabase, name: &str, text: &SqlText, limited: bool) {
    let plan = plan(&db.pool, text).await;
    let all = plan.join("\n");
    let bad = |line: &&String| match db.pool {
        Pool::Sqlite { .. } => {
            let line = line.as_str();
            let whole = line.starts_with("SCAN ticket") && !line.contains("INDEX");
            whole
                || (!limited
                    && line.starts_with("SCAN ticket")
                    && !line.contains("COVERING")
                    && !may_walk(name))
        }
        Pool::Postgres(_) => limited && line.contains("Seq Scan on ticket"),
    };
    assert_eq!(plan.iter().find(bad), None, "{name}: {}\n{all}", text.sql());
}

/// Counts whose filter holds a large share of all tickets, so that no index makes them shorter, and one that walks the
/// partial index of the few that it holds.
fn may_walk(name: &str) -> bool {
    matches!(name, "not late" | "no scope" | "relapse")
}
