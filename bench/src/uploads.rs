//! Accepted durable uploads a second over eight connections: the built server, FastAPI and Express in turn, each round
//! beside eight threads that write and sync the same bytes as plain files on the same disk. Our server runs without its
//! worker, so that only the taking-in is measured; client, servers and disk share the machine.

mod picture;
mod server;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use demo::draw::{self, PHONE, WECHAT};

use self::picture::Picture;
use self::server::{Kind, Server};
use crate::anchor::Anchors;
use crate::measure::median;
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

const CONNECTIONS: usize = 8;
const MOST_ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(4);
/// Copies of one round have numbers of their own.
const NUMBERS: u64 = 10_000_000;

/// What one round took.
struct Tally {
    taken: u64,
    seconds: f64,
    p99_ms: f64,
    /// Processor time of the server, seconds an upload.
    cpu: f64,
}

/// All rounds of one way.
#[derive(Default)]
struct Rounds(Vec<Tally>);

impl Rounds {
    fn middle(&self, of: impl Fn(&Tally) -> f64) -> f64 {
        median(&self.0.iter().map(of).collect::<Vec<_>>())
    }

    fn rate(&self) -> f64 {
        self.middle(Tally::rate)
    }

    /// The median over the rounds of this way's figure by the other's of the same round.
    fn by(&self, other: &Self, of: impl Fn(&Tally) -> f64) -> f64 {
        let ratios = self.0.iter().zip(&other.0).map(|(own, other)| of(own) / of(other));
        median(&ratios.collect::<Vec<_>>())
    }

    fn spell(&self, name: &str) -> String {
        let p99 = self.middle(|tally| tally.p99_ms);
        let cpu = match self.middle(|tally| tally.cpu * 1000.0) {
            0.0 => String::new(),
            cpu => format!(",CPU {cpu:.2} ms/张"),
        };
        format!("{name}{:.0} 张/秒,p99 {p99:.0} ms{cpu}", self.rate())
    }
}

impl Tally {
    fn rate(&self) -> f64 {
        self.taken as f64 / self.seconds
    }
}

/// Measures both sizes.
pub async fn run(line: &Line, _anchors: &Anchors, folder: &Path, report: &mut Report) -> Outcome {
    if Command::new("wrk").arg("-v").output().is_err() {
        report.add_alone("上传落盘", "未测".to_owned(), "没有 wrk");
        return Ok(());
    }
    for (bytes, size, quality, disk) in [(280_000, WECHAT, 85, 0.75), (2_900_000, PHONE, 80, 0.9)] {
        let jpeg =
            draw::encode_jpeg(&draw::heap_before(5, size), quality, None).map_err(|e| e.to_string())?;
        let picture = Picture::of_size(&jpeg, bytes)?;
        compare(line, &picture, disk, &folder.join(format!("uploads-{bytes}")), report).await?;
    }
    Ok(())
}

async fn compare(line: &Line, picture: &Picture, goal: f64, folder: &Path, report: &mut Report) -> Outcome {
    let mut servers = Vec::new();
    for kind in [Kind::Ours, Kind::FastApi, Kind::Express] {
        servers.push(Server::start(kind, line, &folder.join(format!("{kind:?}"))).await?);
    }
    let form = folder.join("form");
    let mark = picture.write_form(&form)?;
    let size = picture.bytes.len() as u64;
    let mut disk = Rounds::default();
    let mut rounds = [Rounds::default(), Rounds::default(), Rounds::default()];
    for round in 0..=line.rounds.min(MOST_ROUNDS) as u64 {
        // The first round warms up.
        let length = if round == 0 { Duration::from_secs(1) } else { ROUND };
        let written = picture.write_files(&folder.join("plain"), length)?;
        disk.0.extend((round > 0).then_some(written));
        for (server, rounds) in servers.iter_mut().zip(&mut rounds) {
            let Some(server) = server else { continue };
            // What the one before removed and wrote is no burden of this one.
            Command::new("sync").status()?;
            let tally = server.round(&form, mark, (round + 1) * NUMBERS, length, size).await?;
            rounds.0.extend((round > 0).then_some(tally));
        }
    }
    let peaks: Vec<String> = servers
        .iter()
        .flatten()
        .map(|server| Ok(format!("{} {:.0} MB", server.kind.label(), server.peak_mb()?)))
        .collect::<Outcome<_>>()?;
    drop(servers);
    std::fs::remove_dir_all(folder)?;
    tell(size, goal, &disk, &rounds, report);
    report.remark(format!("上传 {} kB:内存峰值 {}", size / 1000, peaks.join(",")));
    Ok(())
}

fn tell(size: u64, goal: f64, disk: &Rounds, [ours, fastapi, express]: &[Rounds; 3], report: &mut Report) {
    let work = format!("上传落盘 {} kB,{CONNECTIONS} 连接", size / 1000);
    let figure = ours.spell("");
    let by_disk = Some(ours.by(disk, Tally::rate));
    report.aim(&work, figure.clone(), disk.spell("写文件并 fdatasync "), by_disk, Goal::AtLeast(goal));
    for (kind, other, least) in [(Kind::FastApi, fastapi, 3.5), (Kind::Express, express, 5.0)] {
        let found = (!other.0.is_empty()).then(|| ours.by(other, Tally::rate));
        let anchor =
            found.map_or_else(|| kind.label().to_owned(), |_| other.spell(&format!("{} ", kind.label())));
        report.aim(&work, figure.clone(), anchor, found, Goal::AtLeast(least));
    }
    let cpu = (!fastapi.0.is_empty()).then(|| ours.by(fastapi, |tally| tally.cpu));
    let spell = |rounds: &Rounds| format!("{:.2} ms/张", rounds.middle(|tally| tally.cpu * 1000.0));
    let anchor = format!("FastAPI {}", spell(fastapi));
    report.aim(format!("{work}:CPU"), spell(ours), anchor, cpu, Goal::AtMost(0.33));
}
