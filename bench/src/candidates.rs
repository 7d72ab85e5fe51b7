//! Tickets within 50 m and 7 days of a place: the product's query over its (cell, time) index beside SQLite's R*Tree and
//! PostGIS's GiST index, on the same tickets; a map of them in memory; and the way to the database and back alone. The
//! neighbours must be the same. Time is by the clock on the wall, since databases work on threads and in processes of
//! their own.

use domain::geo::datum::{Wgs84, cells_around, distance_m};
use domain::time::{DAY_MS, Moment};
use serde_json::{Value, json};
use store::repo::tickets;
use store::sql::AssertSqlSafe;
use store::{Pool, execute, fetch_all, fetch_scalar};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::databases::{Databases, Kind};
use crate::measure::{Dice, grouped};
use crate::near::Near;
use crate::race::{Cost, Runner, race};
use crate::report::{Goal, Report};
use crate::{Line, Outcome, say};

const REACH_M: f64 = 50.0;
const SPAN_MS: i64 = 7 * DAY_MS;
const QUERIES: usize = 1000;
const BATCH: u64 = 20_000;
const HOT_SPOTS: u64 = 20_000;
/// A fixed day, so that every run has the same tickets.
const NOW: i64 = 1_790_000_000_000;
/// The two further ways.
const WAY: &str = "往返";
const MAP: &str = "内存图";
/// More than any place has.
const MANY: i64 = 1_000_000;
/// Degrees by which a box is widened: R*Tree keeps 32-bit numbers.
const ROUGH_DEG: f64 = 2e-5;
/// The columns that the index and the query know, and the index as the migrations make it.
const TABLE: &str = "create table ticket (id text primary key, stage text not null, category text, \
     longitude double precision, latitude double precision, cell bigint, opened_at bigint not null)";
const INDEX: &str =
    "create index ticket_by_cell on ticket (cell, opened_at, stage, category, longitude, latitude, id)";

type Row = (String, f64, f64, i64);

/// Runs the suite.
pub async fn run(line: &Line, databases: &Databases, report: &mut Report) -> Outcome {
    for (kind, other, goal) in [(Kind::Sqlite, "R*Tree", 0.8), (Kind::Postgres, "PostGIS GiST", 0.4)] {
        let work = format!("重复候选 {} {} 件", kind.label(), grouped(line.tickets as f64));
        if !databases.kinds().contains(&kind) {
            report.aim(work, "未测".to_owned(), other.to_owned(), None, Goal::AtMost(goal));
            continue;
        }
        let pool = Pool::open(&databases.make(kind, "near").await?).await?;
        let outcome = one(kind, &pool, line, &work, (other, goal), report).await;
        pool.close().await;
        databases.drop(kind, "near").await?;
        outcome?;
    }
    Ok(())
}

async fn one(
    kind: Kind,
    pool: &Pool,
    line: &Line,
    work: &str,
    (other, goal): (&str, f64),
    report: &mut Report,
) -> Outcome {
    let mut tx = pool.write().await?;
    execute!(&mut tx, TABLE)?;
    for first in (0..line.tickets).step_by(BATCH as usize) {
        let rows: Vec<Value> = (first..(first + BATCH).min(line.tickets)).map(ticket).collect();
        execute!(&mut tx, insert(kind), Value::Array(rows).to_string())?;
    }
    execute!(&mut tx, INDEX)?;
    tx.commit().await?;
    let boxes = match kind {
        Kind::Sqlite => rtree(pool).await.map(|()| true)?,
        Kind::Postgres => gist(pool).await,
    };
    say(&format!("  {}:写入 {} 件", kind.label(), grouped(line.tickets as f64)));
    let mut dice = Dice(11);
    let centres: Vec<Wgs84> = (0..QUERIES).map(|_| place(dice.roll(line.tickets))).collect();
    let handle = Handle::current();
    let each = |boxed: bool| {
        let (handle, centres) = (handle.clone(), &centres);
        move || block_in_place(|| handle.block_on(all(boxed, kind, pool, centres)))
    };
    let own = each(false)()?;
    let neighbours: usize = own.iter().map(Vec::len).sum();
    let map = in_memory(line.tickets);
    let remembered = || -> Vec<Vec<String>> { centres.iter().map(|at| in_map(&map, *at)).collect() };
    if own != remembered() {
        return Err("内存图找到的案件不同".into());
    }
    let since = Moment::from_ms(NOW - SPAN_MS);
    let mut runners = vec![Runner::new("本程序", || Cost::of(each(false)).to_pass())];
    if boxes {
        if own != each(true)()? {
            return Err(format!("{other} 找到的案件不同").into());
        }
        runners.push(Runner::new(other, || Cost::of(each(true)).to_pass()));
    }
    runners.push(Runner::new(WAY, || Cost::of(|| block_in_place(|| handle.block_on(way(pool)))).to_pass()));
    runners.push(Runner::here(MAP, || {
        Ok(centres.iter().map(|at| map.around(*at, REACH_M, since).count()).sum::<usize>())
    }));
    let standings = race(line.rounds, runners)?;
    let micros = |seconds: f64| format!("{:.1} 微秒/次", seconds * 1e6 / QUERIES as f64);
    let named = |name: &str| standings.iter().find(|standing| standing.name == name);
    let anchor = named(other);
    let name = anchor.map_or_else(|| other.to_owned(), |anchor| format!("{other} {}", micros(anchor.wall)));
    let ratio = anchor.map(|anchor| standings[0].wall / anchor.wall);
    report.aim(work, micros(standings[0].wall), name, ratio, Goal::AtMost(goal));
    if let (Some(map), Some(way)) = (named(MAP), named(WAY)) {
        let goal = if line.tickets > 1_000_000 { 4.0 } else { 1.0 };
        let figure = map.wall * 1e6 / QUERIES as f64;
        report.aim(
            format!("{work},内存图(产品不用)"),
            micros(map.wall),
            format!("{goal} 微秒"),
            Some(figure),
            Goal::AtMost(goal),
        );
        report.remark(format!("{work}:其中往返数据库一次(select 1) {}", micros(way.wall)));
    }
    report.remark(format!("{work}:{QUERIES} 处共 {neighbours} 个邻居,两种索引找到的完全一致"));
    Ok(())
}

/// A measured pass whose answer is of no further use.
trait Pass {
    fn to_pass(self) -> Outcome<Cost>;
}

impl<T> Pass for (Cost, Outcome<T>) {
    fn to_pass(self) -> Outcome<Cost> {
        self.1.map(|_| self.0)
    }
}

/// Where ticket `number` is: six in ten near a hot spot of a district of 40 × 40 km.
fn place(number: u64) -> Wgs84 {
    let mut dice = Dice(number.wrapping_mul(0x1_0000_01b3) ^ 0xca7);
    let anywhere = |dice: &mut Dice| (120.2 + dice.unit() * 0.446, 36.2 + dice.unit() * 0.36);
    let hot = dice.roll(10) < 6;
    let (lon, lat) = if hot {
        let (lon, lat) = anywhere(&mut Dice(dice.roll(HOT_SPOTS)));
        (lon + (dice.unit() - 0.5) * 4e-4, lat + (dice.unit() - 0.5) * 4e-4)
    } else {
        anywhere(&mut dice)
    };
    Wgs84 { lon, lat }
}

fn ticket(number: u64) -> Value {
    let at = place(number);
    json!({
        "id": id(number), "stage": "dispatched", "category": "a",
        "longitude": at.lon, "latitude": at.lat, "cell": domain::geo::cell_of(at), "opened_at": opened(number),
    })
}

fn id(number: u64) -> String {
    format!("{number:08x}-0000-7000-8000-{number:012x}")
}

/// When it was opened: some time in the last two years, epoch milliseconds.
fn opened(number: u64) -> i64 {
    NOW - (Dice(number).unit() * (730 * DAY_MS) as f64) as i64
}

const fn insert(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => {
            "insert into ticket select value ->> 'id', value ->> 'stage', value ->> 'category', value ->> 'longitude', \
             value ->> 'latitude', value ->> 'cell', value ->> 'opened_at' from json_each($1)"
        }
        Kind::Postgres => {
            "insert into ticket select * from json_populate_recordset(null::ticket, cast($1 as json))"
        }
    }
}

/// The same tickets in SQLite's R*Tree, by place and time.
async fn rtree(pool: &Pool) -> Outcome {
    let mut tx = pool.write().await?;
    execute!(
        &mut tx,
        "create virtual table spot using rtree(n, west, east, south, north, since, till, \
         +id text, +longitude real, +latitude real, +opened_at integer)",
    )?;
    execute!(
        &mut tx,
        "insert into spot select rowid, longitude, longitude, latitude, latitude, opened_at, opened_at, \
         id, longitude, latitude, opened_at from ticket",
    )?;
    Ok(tx.commit().await?)
}

/// The same tickets with a GiST index; false where there is no PostGIS.
async fn gist(pool: &Pool) -> bool {
    let steps = [
        "create extension postgis",
        "create table spot as select id, longitude, latitude, opened_at, ST_Point(longitude, latitude) as at from ticket",
        "create index on spot using gist (at)",
        "vacuum analyze spot",
        "vacuum analyze ticket",
    ];
    for step in steps {
        if execute!(pool, AssertSqlSafe(step.to_owned())).is_err() {
            return false;
        }
    }
    true
}

/// All tickets in the order of time.
fn in_memory(tickets: u64) -> Near<u64> {
    let mut all: Vec<(i64, u64)> = (0..tickets).map(|number| (opened(number), number)).collect();
    all.sort_unstable();
    let mut map = Near::default();
    all.into_iter().for_each(|(at, number)| map.add(place(number), Moment::from_ms(at), number));
    map
}

/// The neighbours by the map, by their ids.
fn in_map(map: &Near<u64>, at: Wgs84) -> Vec<String> {
    sorted(map.around(at, REACH_M, Moment::from_ms(NOW - SPAN_MS)).map(id))
}

/// As many questions to the database as there are places.
async fn way(pool: &Pool) -> Outcome {
    for _ in 0..QUERIES {
        fetch_scalar!(pool, i64, "select cast(1 as bigint)")?;
    }
    Ok(())
}

/// The neighbours of all places.
async fn all(boxed: bool, kind: Kind, pool: &Pool, centres: &[Wgs84]) -> Outcome<Vec<Vec<String>>> {
    let mut found = Vec::with_capacity(centres.len());
    for at in centres {
        found.push(if boxed { in_box(kind, pool, *at).await? } else { in_cells(pool, *at).await? });
    }
    Ok(found)
}

/// The neighbours by the product's query, by their ids.
async fn in_cells(pool: &Pool, at: Wgs84) -> Outcome<Vec<String>> {
    let cells = cells_around(at, REACH_M);
    let near = tickets::in_cells(pool, &cells, Moment::from_ms(NOW - SPAN_MS), MANY).await?;
    let near = near.into_iter().filter(|near| distance_m(near.at, at) <= REACH_M);
    Ok(sorted(near.map(|near| near.id.to_string())))
}

/// The neighbours by the box around the place.
async fn in_box(kind: Kind, pool: &Pool, at: Wgs84) -> Outcome<Vec<String>> {
    let north = REACH_M / 111_000.0 + ROUGH_DEG;
    let east = REACH_M / 111_000.0 / at.lat.to_radians().cos() + ROUGH_DEG;
    let sql = match kind {
        Kind::Sqlite => {
            "select id, longitude, latitude, opened_at from spot where east >= $1 and west <= $2 and north >= $3 \
             and south <= $4 and till >= $5 - 1000000 and opened_at >= $5"
        }
        Kind::Postgres => {
            "select id, longitude, latitude, opened_at from spot where at && ST_MakeEnvelope($1, $3, $2, $4) \
             and opened_at >= $5"
        }
    };
    let (west, east) = (at.lon - east, at.lon + east);
    let (south, north) = (at.lat - north, at.lat + north);
    let rows = fetch_all!(pool, Row, sql, west, east, south, north, NOW - SPAN_MS)?;
    let near =
        rows.into_iter().filter(|(_, lon, lat, _)| distance_m(Wgs84 { lon: *lon, lat: *lat }, at) <= REACH_M);
    Ok(sorted(near.map(|(id, ..)| id)))
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort_unstable();
    ids
}
