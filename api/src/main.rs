//! The one program: server, worker or both, and imports from the command line. It refuses to hold logic: it
//! wires settings, stores, server and worker together and ends them together.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use api::handlers::imports::What;
use api::settings::{LogStyle, RunAs, Settings};
use api::view::explanation;
use api::{Api, auth::password, now};
use clap::{Parser, Subcommand, ValueEnum};
use domain::dedupe;
use domain::explain::{Standing, Subject};
use domain::time::Moment;
use store::Stores;
use store::desk::Desk;
use store::repo::answers;
use store::repo::district::BooksCache;
use store::repo::reference::load_reference;
use store::repo::{grounds, tally, tickets};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use worker::rescore::Plan;

/// 随手拍:群众随手拍、办理、核查、销号
#[derive(Parser)]
#[command(name = "suishoupai", version)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// 启动服务(默认)
    Serve,
    /// 导入一个文件
    Import {
        /// departments、people、categories、standards、rules、calendar、grids、patches 或台账(item、point、camera 等)
        kind: String,
        /// 文件(CSV、XLSX;网格与图斑为 GeoJSON)
        file: PathBuf,
        /// 网格层次:community、inspection、enforcement、area
        #[arg(long)]
        layer: Option<String>,
        /// 网格与图斑坐标:wgs84、gcj02、bd09
        #[arg(long)]
        coord: Option<String>,
        /// 网格来源说明;图斑来源:drone、satellite
        #[arg(long)]
        source: Option<String>,
        /// 图斑的巡飞编号
        #[arg(long)]
        programme: Option<String>,
        /// 台账导入后应有的项数;测评项目写作 49/576(大类/小项)
        #[arg(long)]
        expected: Option<String>,
        /// 试导入:全部检查并汇总,不写入
        #[arg(long)]
        dry_run: bool,
    },
    /// 说明一个案件每次自动判定的依据
    Explain {
        /// 案件编号
        ticket: String,
    },
    /// 用当前版本或草案规则重算历史判定,列出会有的不同;不改动任何数据
    Rescore {
        /// 只看此日(含)以后上报的案件,如 2026-11-01
        #[arg(long)]
        since: Option<String>,
        /// 列出的不同案件数
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// 只重算这一项
        #[arg(long, value_enum)]
        only: Option<Part>,
        /// 草案规则(JSON):dedupe、proof、guess 三节,缺省的用当前值
        #[arg(long)]
        rules: Option<PathBuf>,
    },
    /// 核对或重建统计汇总;SQLite 上进行时不能写入
    Tally {
        /// check 逐件清点并比较,rebuild 按案件重建
        #[arg(value_enum)]
        what: Audit,
    },
    /// 复核重复判定:人工结论与预测是否相符
    Dedupe {
        #[command(subcommand)]
        what: Look,
    },
}

/// What is asked about duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
enum Look {
    /// 打印可靠性表与建议门槛,不改变任何设置
    Review,
}

/// Which decisions are made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Duplicates,
    Proof,
    Category,
    Place,
}

/// What is done with the roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Audit {
    /// Compares them with the tickets and prints every difference.
    Check,
    /// Writes them anew from the tickets.
    Rebuild,
}

fn main() -> ExitCode {
    let Line { command, settings } = Line::parse();
    begin_log(settings.log);
    let outcome = actix_web::rt::System::new().block_on(async {
        match command {
            None | Some(Command::Serve) => serve(settings).await,
            Some(Command::Import { kind, file, layer, coord, source, programme, expected, dry_run }) => {
                let texts = [
                    ("layer", layer),
                    ("coord_type", coord),
                    ("source", source),
                    ("programme", programme),
                    ("expected", expected),
                    ("dry_run", dry_run.then(|| "true".to_owned())),
                ];
                let texts =
                    texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect();
                import(&settings, &kind, &file, &texts).await
            }
            Some(Command::Tally { what }) => audit(&settings, what).await,
            Some(Command::Explain { ticket }) => explain(&settings, &ticket).await,
            Some(Command::Rescore { since, limit, only, rules }) => {
                rescore(&settings, since.as_deref(), limit, only, rules.as_deref()).await
            }
            Some(Command::Dedupe { what: Look::Review }) => review(&settings).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tracing::error!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until a signal or a failure; then both halves finish what is in flight.
async fn serve(settings: Settings) -> Result<(), String> {
    let secret = settings.signing_secret()?;
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    if settings.is_demo() {
        store::clock::follow(&stores.pool).await.map_err(|error| format!("无法读取演练时钟：{error}"))?;
    }
    // Before the worker runs: it must never keep books that are half loaded.
    if settings.role != RunAs::Worker {
        let loaded = load_reference(&stores.pool, settings.is_demo(), &password::hash, now());
        for summary in loaded.await.map_err(|error| format!("无法载入示例数据：{error}"))? {
            tracing::info!(import.kind = summary.kind, import.rows = summary.rows, "reference data loaded");
        }
    }
    // An installation from before the roll-ups has tickets that were never counted.
    tally::begin(&stores.pool).await.map_err(|error| format!("无法汇总历史案件：{error}"))?;
    let number_prefix = settings.number_prefix.clone();
    let desk = Desk { pool: stores.pool.clone(), books: BooksCache::default(), number_prefix };
    let stop = CancellationToken::new();
    end_on_signal(stop.clone())?;
    let served = CancellationToken::new();
    let worker = match settings.role {
        RunAs::Api => None,
        RunAs::All | RunAs::Worker => Some(spawn_worker(&stores, &desk, &settings, &stop, &served)?),
    };
    let outcome = match settings.role {
        RunAs::Worker => {
            tracing::info!("随手拍后台任务已启动");
            stop.cancelled().await;
            Ok(())
        }
        RunAs::All | RunAs::Api => serve_http(stores.clone(), desk, settings, &secret, &stop).await,
    };
    stop.cancel();
    served.cancel();
    let worked = match worker {
        Some(worker) => tokio::task::spawn_blocking(move || worker.join())
            .await
            .map_err(|error| error.to_string())?
            .unwrap_or_else(|_| Err("后台任务意外中止".to_owned())),
        None => Ok(()),
    };
    stores.pool.close().await;
    tracing::info!("随手拍已停止");
    outcome.and(worked)
}

async fn serve_http(
    stores: Stores,
    desk: Desk,
    settings: Settings,
    secret: &[u8],
    stop: &CancellationToken,
) -> Result<(), String> {
    let api = Api::new(stores, desk, settings, secret, stop.clone());
    api::run(api, stop.clone()).await.map_err(|error| format!("服务无法运行：{error}"))
}

/// The worker has a runtime of its own, so that pictures never starve requests. The runtime outlives the
/// server, which may hold connections that were opened on it.
fn spawn_worker(
    stores: &Stores,
    desk: &Desk,
    settings: &Settings,
    stop: &CancellationToken,
    served: &CancellationToken,
) -> Result<thread::JoinHandle<Result<(), String>>, String> {
    let (stores, desk, settings) = (stores.clone(), desk.clone(), settings.worker());
    let (stop, served) = (stop.clone(), served.clone());
    let work = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("worker").build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(async {
            // Also when the worker panics, the server must not go on alone.
            let _end = stop.clone().drop_guard();
            let worked = worker::run(stores, desk, settings, stop.clone()).await;
            stop.cancel();
            served.cancelled().await;
            worked.map_err(|error| format!("后台任务失败：{error}"))
        })
    };
    thread::Builder::new().name("worker".to_owned()).spawn(work).map_err(|error| error.to_string())
}

fn end_on_signal(stop: CancellationToken) -> Result<(), String> {
    let listen = |kind| signal(kind).map_err(|error| format!("无法监听信号：{error}"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("正在停止，先完成进行中的工作");
        stop.cancel();
    });
    Ok(())
}

async fn import(
    settings: &Settings,
    kind: &str,
    file: &PathBuf,
    texts: &BTreeMap<String, String>,
) -> Result<(), String> {
    let what = What::read(kind).map_err(|_| format!("不认识的导入类型“{kind}”"))?;
    let bytes =
        tokio::fs::read(file).await.map_err(|error| format!("无法读取 {}:{error}", file.display()))?;
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    let number_prefix = settings.number_prefix.clone();
    let desk = Desk { pool: stores.pool.clone(), books: BooksCache::default(), number_prefix };
    let outcome = what.import(&desk, bytes, texts, &What::operator()).await;
    stores.pool.close().await;
    let summary = outcome.map_err(|error| {
        let mut lines = vec![error.message().to_owned()];
        lines.extend(error.details.iter().map(|detail| match (detail.line, &detail.column) {
            (Some(line), Some(column)) => format!("第 {line} 行「{column}」{}", detail.reason),
            _ => format!("{}:{}", detail.field, detail.reason),
        }));
        lines.join("\n")
    })?;
    let word = if texts.contains_key("dry_run") { "试导入" } else { "已导入" };
    let mut text = format!("{word} {}:{} 行\n", summary.kind, summary.rows);
    summary.notes.iter().for_each(|note| text.extend(["  ", note, "\n"]));
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

/// Holds the roll-ups against the tickets; differences are an error.
async fn audit(settings: &Settings, what: Audit) -> Result<(), String> {
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    let outcome = match what {
        Audit::Rebuild => tally::rebuild(&stores.pool).await.map(|tickets| (tickets, Vec::new())),
        Audit::Check => tally::compare(&stores.pool).await,
    };
    stores.pool.close().await;
    let (tickets, differences) = outcome.map_err(|error| format!("无法核对汇总：{error}"))?;
    let mut text: String = differences.iter().map(|difference| format!("{difference}\n")).collect();
    text.push_str(&match what {
        Audit::Rebuild => format!("已按 {tickets} 件案件重建汇总\n"),
        Audit::Check => format!("清点 {tickets} 件案件，{} 处不符\n", differences.len()),
    });
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    if differences.is_empty() {
        Ok(())
    } else {
        Err("汇总与案件不符，可用 tally rebuild 重建".to_owned())
    }
}

/// Prints what each automatic decision of a ticket rested on.
async fn explain(settings: &Settings, name: &str) -> Result<(), String> {
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    let told = tell(&stores, name).await;
    stores.pool.close().await;
    let text = told.map_err(|error| format!("无法读取：{error}"))?;
    let text = text.ok_or_else(|| format!("没有案件“{name}”"))?;
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

async fn tell(stores: &Stores, name: &str) -> Result<Option<String>, store::StoreError> {
    let Some(id) = grounds::find(&stores.pool, name).await? else { return Ok(None) };
    let Some(ticket) = tickets::get(&stores.pool, &id).await? else { return Ok(None) };
    let books = BooksCache::default().get(&stores.pool).await?;
    let told = explanation::explain(&stores.pool, &books, &ticket).await?;
    let standing = Standing {
        number: ticket.number.as_deref(),
        id: &ticket.id,
        state: ticket.stage().label(),
        words: &ticket.words,
        address: &told.address,
    };
    Ok(Some(domain::explain::text(&standing, &told.sections)))
}

/// Makes history's decisions again and prints what would differ.
async fn rescore(
    settings: &Settings,
    since: Option<&str>,
    limit: usize,
    only: Option<Part>,
    rules: Option<&Path>,
) -> Result<(), String> {
    let since = match since {
        Some(day) => {
            Moment::parse(&format!("{day}T00:00:00+08:00")).ok_or("since 须为日期，如 2026-11-01")?
        }
        None => Moment::from_ms(0),
    };
    let mut plan = Plan { since, limit, settings: settings.worker(), ..Plan::default() };
    if let Some(part) = only {
        plan.parts = vec![match part {
            Part::Duplicates => Subject::Duplicates,
            Part::Proof => Subject::Proof,
            Part::Category => Subject::Category,
            Part::Place => Subject::Place,
        }];
    }
    if let Some(file) = rules {
        let text =
            std::fs::read_to_string(file).map_err(|error| format!("无法读取 {}:{error}", file.display()))?;
        plan.draft(&text)?;
    }
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    let desk = Desk {
        pool: stores.pool.clone(),
        books: BooksCache::default(),
        number_prefix: settings.number_prefix.clone(),
    };
    let pool = stores.pool.clone();
    let progress = |seen: u64| tracing::info!(rescore.tickets = seen, "已重算 {seen} 件");
    let outcome = worker::rescore::run(stores, desk, plan, &progress).await;
    pool.close().await;
    let text = outcome.map_err(|error| format!("无法重算：{error}"))?.text();
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

/// Prints what people's answers say about the scores of duplicates.
async fn review(settings: &Settings) -> Result<(), String> {
    let stores = Stores::open(&settings.urls()).await.map_err(|error| format!("无法打开存储：{error}"))?;
    let books = BooksCache::default().get(&stores.pool).await;
    let examples = answers::examples(&stores.pool, now()).await;
    stores.pool.close().await;
    let costs = books.map_err(|error| format!("无法读取规则：{error}"))?.config.dedupe;
    let examples = examples.map_err(|error| format!("无法读取人工结论：{error}"))?;
    let thresholds = dedupe::thresholds_for(&costs);
    let text = dedupe::review(&examples, &costs, &thresholds).report(&costs, &thresholds);
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn begin_log(style: LogStyle) {
    let filter = EnvFilter::try_from_env("SUISHOUPAI_LOG_FILTER").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    let log = log.with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    match style {
        LogStyle::Text => log.init(),
        LogStyle::Json => log.json().flatten_event(true).init(),
    }
}
