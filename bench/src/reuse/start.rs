//! How long a worker that starts takes to remember every picture ever used: the marks read from the database page by page
//! into the index, as the worker does it, beside the bare reading of the same rows.

use domain::reuse::Index;
use domain::time::Moment;
use store::repo::photos;
use store::{Pool, execute, fetch_all};

use crate::Outcome;
use crate::databases::{Databases, Kind};
use crate::measure::{Dice, grouped};
use crate::race::{Cost, Runner, race};
use crate::report::Report;

const PICTURES: usize = 100_000;
/// Visual words of a picture.
const WORDS: u8 = 100;
/// Marks read at a time, as the worker reads them.
const PAGE: usize = 2_000;
/// The columns that the reading knows, and its index.
const TABLES: [&str; 4] = [
    "create table photo (id text primary key, state text not null, analysed_at bigint, prints bytea)",
    "create table photo_use (photo_id text not null, ticket_id text not null, used_at bigint not null)",
    "create index photo_by_state on photo (state, analysed_at)",
    "create index photo_use_by_photo on photo_use (photo_id)",
];

/// Measures SQLite, whose file any worker may hold.
pub fn run(rounds: usize, databases: &Databases, report: &mut Report) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let pool = runtime.block_on(fill(databases))?;
    let wall = |cost: Cost| Cost { cpu: cost.wall, ..cost };
    let standings = race(
        rounds,
        vec![
            Runner::new("index", || {
                let (cost, index) = Cost::of(|| runtime.block_on(remember(&pool)));
                let count = index?.len();
                if count == PICTURES { Ok(wall(cost)) } else { Err(format!("只读到 {count} 张").into()) }
            }),
            Runner::new("rows", || {
                let (cost, rows) = Cost::of(|| runtime.block_on(read(&pool)));
                rows.map(|_| wall(cost))
            }),
        ],
    )?;
    let spell = |seconds: f64| format!("{seconds:.2} 秒");
    report.add(
        format!("旧照片检索热启动,{} 张", grouped(PICTURES as f64)),
        spell(standings[0].wall),
        format!("只读这些行 {}", spell(standings[1].wall)),
        standings[0].wall / standings[1].wall,
    );
    runtime.block_on(pool.close());
    runtime.block_on(databases.drop(Kind::Sqlite, "start"))
}

async fn fill(databases: &Databases) -> Outcome<Pool> {
    let pool = Pool::open(&databases.make(Kind::Sqlite, "start").await?).await?;
    let (mut tx, mut dice) = (pool.write().await?, Dice(5));
    for table in TABLES {
        execute!(&mut tx, table)?;
    }
    for number in 0..PICTURES {
        let id = format!("{number:032x}");
        execute!(
            &mut tx,
            "insert into photo values ($1, 'ready', $2, $3)",
            &id,
            number as i64,
            mark(&mut dice)
        )?;
        execute!(&mut tx, "insert into photo_use values ($1, $1, $2)", &id, number as i64)?;
    }
    tx.commit().await?;
    Ok(pool)
}

/// A mark with one hash as the store writes it: version 2, the numbers of hashes and words, 32 bytes, four bytes a word.
fn mark(dice: &mut Dice) -> Vec<u8> {
    let hash: Vec<u8> = (0..4).flat_map(|_| dice.next().to_le_bytes()).collect();
    // A word has 28 bits.
    let words = (0..WORDS).flat_map(|_| (dice.next() as u32 >> 4).to_le_bytes());
    [2, 1, WORDS].into_iter().chain(hash).chain(words).collect()
}

async fn remember(pool: &Pool) -> Outcome<Index> {
    let (mut index, mut at, mut last) = (Index::default(), Moment::from_ms(0), String::new());
    loop {
        let page = photos::analysed_since(pool, at, &last, PAGE).await?;
        let Some(end) = page.last() else { break };
        (at, last) = (end.at, end.photo.as_str().to_owned());
        page.iter().for_each(|marked| index.push(&marked.mark));
    }
    index.settle();
    Ok(index)
}

async fn read(pool: &Pool) -> Outcome<usize> {
    let rows = fetch_all!(pool, (String, Vec<u8>), "select id, prints from photo order by analysed_at, id")?;
    Ok(rows.iter().map(|(_, prints)| prints.len()).sum())
}
