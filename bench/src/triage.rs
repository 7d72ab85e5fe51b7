//! Tickets that the worker takes from reported to dispatched per second, with many open tickets in the database and with
//! none: the ratio tells whether a full database slows it. Reports have no photographs; the worker runs in this process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::Actor;
use domain::id::PhotoId;
use domain::job::Job;
use domain::time::Moment;
use store::jobs::{self, NewJob};
use store::repo::photos;
use store::{Topic, fetch_all, fetch_scalar};
use tokio_util::sync::CancellationToken;

use crate::databases::{Databases, Kind};
use crate::fill::{self, Mix, Mould, Site};
use crate::measure::{Dice, grouped, median, quantile};
use crate::race::process_seconds;
use crate::report::{Goal, Report};
use crate::{Outcome, say};

const ROUNDS: u64 = 3;
/// Empty jobs of a round.
const EMPTY_JOBS: usize = 200;
/// How long a worker takes to find that there is nothing to do.
const SETTLING: Duration = Duration::from_millis(500);
const ONE_JOB: &str = "select cast(count(*) as bigint) from job where id = $1";
/// Jobs that are due by now.
const DUE: &str = "state = 'ready' and run_at <= (select max(created_at) from job)";
const LONGEST: Duration = Duration::from_secs(120);

/// Measures every database.
pub async fn run(open: u64, reports: usize, databases: &Databases, report: &mut Report) -> Outcome {
    for kind in databases.kinds() {
        one(kind, open, reports, databases, report).await?;
        parts(kind, reports, databases, report).await?;
        wake_up(kind, databases, report).await?;
    }
    if databases.postgres.is_none() {
        report.add_alone("受理 PostgreSQL", "未测".to_owned(), "没有 PostgreSQL 地址");
    }
    Ok(())
}

async fn one(kind: Kind, open: u64, reports: usize, databases: &Databases, report: &mut Report) -> Outcome {
    let now = Moment::from_ms(store_now());
    let empty = fill::open(databases, &databases.make(kind, "triage_empty").await?, now).await?;
    let full = fill::open(databases, &databases.make(kind, "triage_full").await?, now).await?;
    let mould = Arc::new(Mould::make(&empty, now).await?);
    let begun = Instant::now();
    mould.fill(&full.stores.pool, Mix::Open, open).await?;
    say(&format!(
        "  {}:写入 {} 件,{:.0} 秒",
        kind.label(),
        grouped(open as f64),
        begun.elapsed().as_secs_f64()
    ));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut dispatched = (0, 0);
    for round in 0..ROUNDS {
        let (rate, sent) = triage(&full, &mould, round, reports).await?;
        with.push(rate);
        dispatched.0 += sent;
        let (rate, sent) = triage(&empty, &mould, round, reports).await?;
        without.push(rate);
        dispatched.1 += sent;
    }
    let (with, without) = (median(&with), median(&without));
    report.add(
        format!("受理到派单 {},已有 {} 件在办", kind.label(), grouped(open as f64)),
        format!("{with:.0} 件/秒"),
        format!("空库 {without:.0} 件/秒"),
        with / without,
    );
    report.remark(format!(
        "受理 {}:每库 {} 件上报,派单 {} 与 {} 件,其余因定位存疑或疑似重复交人处理",
        kind.label(),
        ROUNDS as usize * reports,
        dispatched.0,
        dispatched.1
    ));
    for (site, name) in [(full, "triage_full"), (empty, "triage_empty")] {
        site.stores.pool.close().await;
        databases.drop(kind, name).await?;
    }
    Ok(())
}

/// The worker from accepted to triaged, follow-up jobs included, beside the sum of its parts: the same jobs claimed, done
/// and ended one after the other by one hand. What counts is processor time of this process, which on SQLite holds all
/// of the database's.
async fn parts(kind: Kind, reports: usize, databases: &Databases, report: &mut Report) -> Outcome {
    let now = Moment::from_ms(store_now());
    let working = fill::open(databases, &databases.make(kind, "triage_worker").await?, now).await?;
    let by_hand = fill::open(databases, &databases.make(kind, "triage_parts").await?, now).await?;
    let mould = Arc::new(Mould::make(&working, now).await?);
    let (mut worked, mut summed) = (Vec::new(), Vec::new());
    let mut sent_by = (0, 0);
    for round in 0..=ROUNDS {
        let sent = dispatched(&working).await?;
        accept(&working, &mould, round, reports).await?;
        let stop = CancellationToken::new();
        let before = process_seconds();
        let running = worker::run(
            working.stores.clone(),
            working.desk.clone(),
            worker::Settings::default(),
            stop.clone(),
        );
        let running = tokio::spawn(running);
        wait_until_none(&working, DUE).await?;
        stop.cancel();
        running.await??;
        let own = process_seconds() - before;
        let sent = dispatched(&working).await? - sent;

        accept(&by_hand, &mould, round, reports).await?;
        let already = dispatched(&by_hand).await?;
        let before = process_seconds();
        worker::drain(by_hand.stores.clone(), by_hand.desk.clone(), worker::Settings::default()).await?;
        let parts = process_seconds() - before;
        sent_by.0 += sent;
        sent_by.1 += dispatched(&by_hand).await? - already;
        // The first round warms up.
        if round > 0 {
            worked.push(own * 1000.0 / reports as f64);
            summed.push(parts * 1000.0 / reports as f64);
        }
    }
    let (own, parts) = (median(&worked), median(&summed));
    report.aim(
        format!("一件上报从接收到派单,连同后续作业 {}", kind.label()),
        format!("{own:.2} ms 处理器时间"),
        format!("同样的作业逐个手工完成 {parts:.2} ms"),
        Some(own / parts),
        Goal::AtMost(1.15),
    );
    report.remark(format!("逐个完成与作业程序各派单 {} 与 {} 件", sent_by.1, sent_by.0));
    for (site, name) in [(working, "triage_worker"), (by_hand, "triage_parts")] {
        site.stores.pool.close().await;
        databases.drop(kind, name).await?;
    }
    Ok(())
}

/// An empty job through an idle worker, from its commit to its end on disk, beside the same claim and end done by hand in
/// the same run: what is left is the way there and back.
async fn wake_up(kind: Kind, databases: &Databases, report: &mut Report) -> Outcome {
    let now = Moment::from_ms(store_now());
    let site = fill::open(databases, &databases.make(kind, "triage_wake").await?, now).await?;
    let (mut worked, mut by_hand) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let stop = CancellationToken::new();
        let settings = worker::Settings::default();
        let working =
            tokio::spawn(worker::run(site.stores.clone(), site.desk.clone(), settings, stop.clone()));
        tokio::time::sleep(SETTLING).await;
        for _ in 0..EMPTY_JOBS {
            let id = empty_job(&site).await?;
            let begun = Instant::now();
            site.stores.wake.nudge(Topic::Jobs);
            while fetch_scalar!(&site.stores.pool, i64, ONE_JOB, &id)? > 0 {
                if begun.elapsed() > LONGEST {
                    return Err("空作业没有结束".into());
                }
            }
            worked.push(begun.elapsed().as_secs_f64() * 1000.0);
            // The lanes fall asleep again.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        working.await??;
        for _ in 0..EMPTY_JOBS {
            let id = empty_job(&site).await?;
            let begun = Instant::now();
            let pool = &site.stores.pool;
            let kinds = Some(["analyse_photo"].as_slice());
            let claimed = jobs::claim(pool, "bench", store_now(), 60_000, 1, kinds).await?;
            let claimed = claimed.first().filter(|job| job.id == id).ok_or("没有领到空作业")?;
            photos::get(pool, &PhotoId::new("nobody")).await?;
            let mut tx = pool.write().await?;
            jobs::finish(&mut tx, claimed).await?;
            tx.commit().await?;
            fetch_scalar!(pool, i64, ONE_JOB, &id)?;
            by_hand.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let label = kind.label();
    let spell = |taken: &[f64]| format!("{:.2} ms,p99 {:.2} ms", quantile(taken, 0.5), quantile(taken, 0.99));
    let (way, hand) = (median(&worked), median(&by_hand));
    report.add(
        format!("空作业 {label}:从提交到结束"),
        spell(&worked),
        format!("单独领取并结束 {}", spell(&by_hand)),
        way / hand,
    );
    report.aim(
        format!("进程内唤醒 {label}"),
        format!("{:.2} ms", way - hand),
        "1 ms".to_owned(),
        Some(way - hand),
        Goal::AtMost(1.0),
    );
    site.stores.pool.close().await;
    databases.drop(kind, "triage_wake").await
}

/// Writes a job that finds nothing to do; its id.
async fn empty_job(site: &Site) -> Outcome<String> {
    let job = Job::AnalysePhoto { photo: PhotoId::new("nobody") };
    let pool = &site.stores.pool;
    let mut tx = pool.write().await?;
    let job = NewJob::new("analyse_photo", serde_json::to_string(&job)?, store_now());
    jobs::enqueue(&mut tx, &job).await?;
    let id = fetch_scalar!(&mut tx, String, "select id from job where kind = 'analyse_photo'")?;
    tx.commit().await?;
    Ok(id)
}

/// Reports, then lets the worker run until no triage is left; triages per second and how many were dispatched.
async fn triage(site: &Site, mould: &Mould, round: u64, reports: usize) -> Outcome<(f64, i64)> {
    let pool = &site.stores.pool;
    let before = dispatched(site).await?;
    accept(site, mould, round, reports).await?;
    let stop = CancellationToken::new();
    let settings = worker::Settings::default();
    let working = tokio::spawn(worker::run(site.stores.clone(), site.desk.clone(), settings, stop.clone()));
    let begun = Instant::now();
    wait_until_none(site, "kind = 'triage' and state = 'ready'").await?;
    let seconds = begun.elapsed().as_secs_f64();
    wait_until_none(site, DUE).await?;
    stop.cancel();
    working.await??;
    let stuck = "select cast(count(*) as bigint) from ticket where stage = 'received' and attention is null";
    let (stuck, dead) = (fetch_scalar!(pool, i64, stuck)?, dead(site).await?);
    if stuck > 0 || !dead.is_empty() {
        return Err(format!("{stuck} 件没有受理,失败的作业:{}", dead.join(";")).into());
    }
    Ok((reports as f64 / seconds, dispatched(site).await? - before))
}

/// Takes in the reports of a round.
async fn accept(site: &Site, mould: &Mould, round: u64, reports: usize) -> Outcome {
    let mut dice = Dice(round + 77);
    for _ in 0..reports {
        let now = Moment::from_ms(store_now());
        let mut tx = site.stores.pool.write().await?;
        site.desk.report(&mut tx, mould.report(&mut dice), &Actor::system(), now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn dead(site: &Site) -> Outcome<Vec<String>> {
    let sql = "select kind, coalesce(last_error, '') from job where state = 'dead' limit 3";
    let rows = fetch_all!(&site.stores.pool, (String, String), sql)?;
    Ok(rows.into_iter().map(|(kind, error)| format!("{kind} {error}")).collect())
}

async fn dispatched(site: &Site) -> Outcome<i64> {
    let sql = "select cast(count(*) as bigint) from ticket where stage = 'dispatched'";
    Ok(fetch_scalar!(&site.stores.pool, i64, sql)?)
}

async fn wait_until_none(site: &Site, jobs: &str) -> Outcome {
    let begun = Instant::now();
    let sql = format!("select cast(count(*) as bigint) from job where {jobs}");
    while begun.elapsed() < LONGEST {
        let left = fetch_scalar!(&site.stores.pool, i64, store::sql::AssertSqlSafe(sql.clone()))?;
        if left == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("{} 秒后仍有作业({jobs})", LONGEST.as_secs()).into())
}

fn store_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
