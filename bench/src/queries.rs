//! The console's reads with very many tickets and with few, on each database, and the plans behind them: a read that
//! scans all tickets is flagged. Both databases hold the same tickets and must give the same answers.

use std::sync::Arc;
use std::time::Instant;

use domain::ticket::state::Stage;
use domain::time::{DAY_MS, Moment};
use store::fetch_all;
use store::repo::lists::{self, Scope, TicketFilter};
use store::repo::page::{Cursor, PageSize};
use store::repo::stats::{self, StatFilter};
use store::sql::{AssertSqlSafe, Pool};

use crate::databases::{Databases, Kind};
use crate::fill::{self, Mix, Mould};
use crate::measure::{grouped, median};
use crate::report::Report;
use crate::{Outcome, ear, say};

const RUNS: usize = 30;
const MAP_POINTS: u32 = 1000;
const DEEP: usize = 100;
/// A fixed day, so that every run and both databases have the same tickets.
const NOW: Moment = Moment::from_ms(1_790_000_000_000);
/// After so many runs a prepared statement has the plan that it keeps.
const SETTLED: usize = 7;
/// PostgreSQL tells the plan of every statement to the client.
const TELL_PLANS: &str = "options[session_preload_libraries]=auto_explain&options[auto_explain.log_min_duration]=0\
     &options[auto_explain.log_analyze]=on&options[auto_explain.log_timing]=off&options[client_min_messages]=log";

/// Something that a screen reads.
enum Read {
    List(Box<TicketFilter>, Option<Cursor>),
    Map(Box<TicketFilter>),
    FirstPage(StatFilter),
}

/// Measures every database.
pub async fn run(many: u64, few: u64, databases: &Databases, report: &mut Report) -> Outcome {
    let mut answers: Vec<(Kind, Vec<Vec<String>>)> = Vec::new();
    for kind in databases.kinds() {
        answers.push((kind, one(kind, many, few, databases, report).await?));
        for name in ["many", "few"] {
            databases.drop(kind, name).await?;
        }
    }
    let [(_, sqlite), rest @ ..] = answers.as_slice() else { return Ok(()) };
    if let Some((kind, other)) = rest.first() {
        if let Some(at) = sqlite.iter().zip(other).position(|(a, b)| a != b) {
            return Err(format!("第 {} 个查询在 {} 上的答案与 SQLite 不同", at + 1, kind.label()).into());
        }
        report.remark("查询:两种数据库的答案完全一致");
    } else {
        report.add_alone("查询 PostgreSQL", "未测".to_owned(), "没有 PostgreSQL 地址");
    }
    Ok(())
}

async fn one(
    kind: Kind,
    many: u64,
    few: u64,
    databases: &Databases,
    report: &mut Report,
) -> Outcome<Vec<Vec<String>>> {
    let url = databases.make(kind, "many").await?;
    let large = fill::open(databases, &url, NOW).await?;
    let small = fill::open(databases, &databases.make(kind, "few").await?, NOW).await?;
    let mould = Arc::new(Mould::make(&small, NOW).await?);
    for (site, count) in [(&small, few), (&large, many)] {
        let begun = Instant::now();
        mould.fill(&site.stores.pool, Mix::Years, count).await?;
        store::repo::tally::rebuild(&site.stores.pool).await?;
        say(&format!(
            "  {}:写入 {} 件,{:.0} 秒",
            kind.label(),
            grouped(count as f64),
            begun.elapsed().as_secs_f64()
        ));
    }
    let (large, small) = (large.stores.pool, small.stores.pool);
    let plans = match kind {
        Kind::Sqlite => large.clone(),
        Kind::Postgres => Pool::open(&format!("{url}?{TELL_PLANS}")).await?,
    };
    let mut answers = Vec::new();
    for ((name, read), (_, small_read)) in
        reads(&large, &mould).await?.into_iter().zip(reads(&small, &mould).await?)
    {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            with.push(timed(&read, &large).await?);
            without.push(timed(&small_read, &small).await?);
        }
        let (with, without) = (median(&with), median(&without));
        report.add(
            format!("{name} {},{} 件", kind.label(), grouped(many as f64)),
            format!("{with:.2} ms"),
            format!("{} 件 {without:.2} ms", grouped(few as f64)),
            with / without,
        );
        let mut lines = plan(&read, &plans).await?;
        lines.dedup();
        let flag = if lines.iter().any(|line| scans_all(line)) { "  ← 全表扫描" } else { "" };
        report.remark(format!("计划 {} {name}:{}{flag}", kind.label(), lines.join(";")));
        answers.push(read.run(&large).await?);
    }
    for pool in [plans, large, small] {
        pool.close().await;
    }
    Ok(answers)
}

/// What the screens read, by name.
async fn reads(pool: &Pool, mould: &Mould) -> Outcome<Vec<(&'static str, Read)>> {
    let all = || TicketFilter::within(Scope::All);
    let list = |filter| Read::List(Box::new(filter), None);
    let (lead, (x, y)) = (mould.a_lead()?, mould.centre());
    let near = [x - 0.003, y - 0.0025, x + 0.003, y + 0.0025];
    let town = [x - 0.06, y - 0.05, x + 0.06, y + 0.05];
    let map = |bbox| Read::Map(Box::new(TicketFilter { bbox: Some(bbox), ..all() }));
    let late = || TicketFilter { late: Some(true), ..all() };
    let open = vec![Stage::Dispatched, Stage::Handling, Stage::Disputed];
    let month = TicketFilter {
        opened_from: Some(NOW.plus_ms(-60 * DAY_MS)),
        opened_to: Some(NOW.plus_ms(-30 * DAY_MS)),
        ..all()
    };
    Ok(vec![
        ("默认列表", list(all())),
        ("第 100 页", Read::List(Box::new(all()), Some(deep(pool).await?))),
        ("按状态(处置中)", list(TicketFilter { stage: vec![Stage::Handling], ..all() })),
        ("按状态(三种在办)", list(TicketFilter { stage: open, ..all() })),
        ("按主办单位", list(TicketFilter { lead: Some(lead.clone()), ..all() })),
        ("主办或协办(单位所见)", list(TicketFilter::within(Scope::Unit(lead.clone())))),
        ("按时间段", list(month)),
        ("超期", list(late())),
        ("超期且处置中", list(TicketFilter { stage: vec![Stage::Handling], ..late() })),
        ("地图(约 500 米)", map(near)),
        ("地图(约 10 公里)", map(town)),
        ("地图(全区)", map(mould.bbox())),
        ("首页统计", Read::FirstPage(StatFilter::default())),
        ("首页统计(一个单位)", Read::FirstPage(StatFilter { department: Some(lead), area: None })),
    ])
}

/// The cursor behind the first hundred pages; no ticket may come twice on the way.
async fn deep(pool: &Pool) -> Outcome<Cursor> {
    let (mut cursor, mut seen) = (None, std::collections::BTreeSet::new());
    for _ in 0..DEEP {
        let filter = TicketFilter::within(Scope::All);
        let page = lists::list(pool, &filter, NOW, cursor.as_ref(), PageSize::default()).await?;
        if let Some(row) = page.rows.iter().find(|row| !seen.insert(row.id.clone())) {
            return Err(format!("翻页时案件 {} 出现两次", row.id).into());
        }
        match page.next.as_deref().map(Cursor::read) {
            Some(Some(next)) => cursor = Some(next),
            _ => break,
        }
    }
    cursor.ok_or_else(|| "没有第二页".into())
}

impl Read {
    /// The answer as comparable text: ids in their order, or counts.
    async fn run(&self, pool: &Pool) -> Outcome<Vec<String>> {
        Ok(match self {
            Self::List(filter, cursor) => {
                let page = lists::list(pool, filter, NOW, cursor.as_ref(), PageSize::default()).await?;
                page.rows.into_iter().map(|row| row.id.to_string()).collect()
            }
            Self::Map(filter) => {
                let points = lists::map(pool, filter, NOW, MAP_POINTS).await?;
                points.into_iter().map(|point| point.id.to_string()).collect()
            }
            Self::FirstPage(filter) => vec![format!("{:?}", stats::first_page(pool, NOW, filter).await?)],
        })
    }
}

/// Milliseconds of one run.
async fn timed(read: &Read, pool: &Pool) -> Outcome<f64> {
    let begun = Instant::now();
    read.run(pool).await?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// The lines of the plan that tell by which index rows are found and whether they are sorted.
async fn plan(read: &Read, pool: &Pool) -> Outcome<Vec<String>> {
    if let Pool::Postgres(_) = pool {
        let mut last = Vec::new();
        for _ in 0..SETTLED {
            let (done, heard) = ear::listen(read.run(pool)).await;
            done?;
            last = heard;
        }
        let told = last.iter().filter(|text| text.contains("plan:")).flat_map(|text| text.lines());
        let node = |line: &&str| line.contains(" on ticket") || line.contains("Sort Method");
        return Ok(told.filter(node).map(short).collect());
    }
    let (done, heard) = ear::listen(read.run(pool)).await;
    done?;
    let mut lines = Vec::new();
    for sql in heard.iter().filter(|sql| sql.starts_with("select")) {
        let explain = AssertSqlSafe(format!("explain query plan {sql}"));
        let rows = fetch_all!(pool, (i64, i64, i64, String), explain)?;
        let told = rows.into_iter().map(|(_, _, _, detail)| detail);
        lines.extend(told.filter(|line| line.contains(" ticket") || line.contains("B-TREE FOR")));
    }
    Ok(lines)
}

/// A node of PostgreSQL's plan with the rows that it really gave, without its costs.
fn short(line: &str) -> String {
    let name = line.trim().trim_start_matches("->").trim();
    let rows = name.split("(actual rows=").nth(1).and_then(|rest| rest.split([' ', ')']).next());
    let name = name.split("  (cost").next().unwrap_or(name);
    rows.map_or_else(|| name.to_owned(), |rows| format!("{name},{rows} 行"))
}

fn scans_all(line: &str) -> bool {
    line.contains("Seq Scan on ticket") || line == "SCAN ticket"
}
