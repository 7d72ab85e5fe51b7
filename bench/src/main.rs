//! The product's figures, each beside an anchor of the same run and given as their ratio. It measures and compares
//! answers; it refuses to judge a time, so it fails only when answers differ or something does not work.

mod anchor;
mod candidates;
mod change;
mod databases;
mod dupes;
mod ear;
mod fill;
mod grids;
mod measure;
mod near;
mod photos;
mod queries;
mod race;
mod report;
mod reuse;
mod scene;
mod triage;
mod uploads;
mod words;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};

use databases::Databases;
use report::Report;

/// What a part of the run gives; the error is a sentence for whoever runs it.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// 随手拍性能比值
#[derive(Parser)]
#[command(name = "bench")]
struct Line {
    /// 只运行这些部分
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Suite>,
    /// 查询部分的案件数
    #[arg(long, default_value_t = 1_000_000)]
    tickets: u64,
    /// 查询部分作为锚的案件数
    #[arg(long, default_value_t = 10_000)]
    few: u64,
    /// 受理部分的在办案件数
    #[arg(long, default_value_t = 100_000)]
    open: u64,
    /// 受理部分每轮上报数
    #[arg(long, default_value_t = 300)]
    reports: usize,
    /// 网格部分的多边形数
    #[arg(long, default_value_t = 100_000)]
    polygons: usize,
    /// 每轮上传约 300 kB 的照片数;约 3 MB 的为其五分之一
    #[arg(long, default_value_t = 800)]
    uploads: usize,
    /// 服务程序;默认为本程序旁边的 suishoupai
    #[arg(long)]
    server: Option<PathBuf>,
    /// PostgreSQL 地址;不设则不测
    #[arg(long, env = "BENCH_POSTGRES_URL")]
    postgres: Option<String>,
    /// 临时文件夹的位置
    #[arg(long, default_value = "target")]
    folder: PathBuf,
    /// 装有锚程序(Pillow、OpenCV、FAISS 等)的 Python;不设则这些锚缺失
    #[arg(long, env = "BENCH_PYTHON")]
    python: Option<PathBuf>,
    /// 各轮交替运行的次数
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// 真实照片文件夹(mp12、wechat、originals、views 等子文件夹);不设则用自绘照片
    #[arg(long, env = "BENCH_PHOTOS")]
    photos: Option<PathBuf>,
    /// 重复部分的真实报件流(CSV,可为 .gz);不设则用自绘报件流
    #[arg(long, env = "BENCH_STREAM")]
    stream: Option<PathBuf>,
    /// 重复部分:按报件流前 62 天重新拟合权重并列出
    #[arg(long)]
    fit: bool,
    /// 重复部分:抽取待标注的样本,写入此文件
    #[arg(long)]
    sample: Option<PathBuf>,
    /// 重复部分:可靠性图(SVG)写入此文件
    #[arg(long)]
    plot: Option<PathBuf>,
    /// 已知答案的定位(*_grid.geojson 和 *_grid_lookups.csv)所在文件夹;不设则不查
    #[arg(long)]
    lookups: Option<PathBuf>,
    /// 把结果表另存为 Markdown
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// 分析一张照片并输出内存峰值,由本程序自己调用
    #[arg(long, hide = true)]
    one_photo: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    Uploads,
    Photos,
    Scene,
    Change,
    Reuse,
    Grids,
    Candidates,
    Dupes,
    Words,
    Triage,
    Queries,
}

fn main() -> ExitCode {
    let line = Line::parse();
    let outcome = match &line.one_photo {
        Some(file) => photos::one(file),
        None => run(&line),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("失败:{error}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the suites in their order and prints what was measured, also when one of them failed.
fn run(line: &Line) -> Outcome {
    ear::put_on()?;
    let folder = databases::Folder::make(&line.folder)?;
    let databases = Databases { folder: folder.path().to_owned(), postgres: line.postgres.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let anchors = anchor::Anchors { python: line.python.clone() };
    let mut report = Report::default();
    let mut failures = Vec::new();
    for suite in
        Suite::value_variants().iter().filter(|suite| line.only.is_empty() || line.only.contains(suite))
    {
        let begun = Instant::now();
        say(&format!("{suite:?} …"));
        let outcome = match suite {
            Suite::Uploads => runtime.block_on(uploads::run(line, &anchors, folder.path(), &mut report)),
            Suite::Photos => photos::run(line, &anchors, folder.path(), &mut report),
            Suite::Scene => scene::run(line, &anchors, &mut report),
            Suite::Change => change::run(line, &mut report),
            Suite::Reuse => reuse::run(line, &anchors, &databases, &mut report),
            Suite::Candidates => runtime.block_on(candidates::run(line, &databases, &mut report)),
            Suite::Dupes => dupes::run(line, &mut report),
            Suite::Words => words::run(line, &mut report),
            Suite::Grids => grids::run(line, &anchors, &databases, &mut report),
            Suite::Triage => runtime.block_on(triage::run(line.open, line.reports, &databases, &mut report)),
            Suite::Queries => runtime.block_on(queries::run(line.tickets, line.few, &databases, &mut report)),
        };
        if let Err(error) = outcome {
            failures.push(format!("{suite:?}:{error}"));
        }
        say(&format!("{suite:?}:{:.0} 秒", begun.elapsed().as_secs_f64()));
    }
    report.print()?;
    if let Some(path) = &line.markdown {
        std::fs::write(path, report.markdown())?;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join(";").into()) }
}

/// Tells how far the run is; a closed terminal is no reason to end it.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
