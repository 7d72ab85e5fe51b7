//! The servers that take uploads: the built one and the anchors, each a process of its own with a folder of its own, asked
//! by `wrk`. It refuses to believe an acknowledgement: files are counted and hashed, rows are counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{Pool, fetch_scalar};

use super::{CONNECTIONS, Tally};
use crate::{Line, Outcome};

const START: Duration = Duration::from_secs(60);
/// Files of a round whose bytes are hashed again.
const SAMPLE: usize = 20;
/// Ticks of `/proc/PID/stat` a second (`USER_HZ`, the same on every Linux architecture that Rust supports).
const TICKS: f64 = 100.0;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ours,
    FastApi,
    Express,
}

/// A running server; ended when dropped.
pub struct Server {
    pub kind: Kind,
    child: Child,
    port: u16,
    folder: PathBuf,
    rows: Rows,
    token: String,
    seen: i64,
}

/// Where its rows are.
enum Rows {
    Database { url: String, count: &'static str },
    Lines(PathBuf),
}

impl Kind {
    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ours => "本服务",
            Self::FastApi => "FastAPI",
            Self::Express => "Express 5 + multer",
        }
    }
}

impl Server {
    /// Starts it with an empty folder; none when what it needs is not installed.
    pub async fn start(kind: Kind, line: &Line, folder: &Path) -> Outcome<Option<Self>> {
        fs::create_dir_all(folder)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let Some((mut command, rows)) = command(kind, line, folder, port)? else { return Ok(None) };
        let log = fs::File::create(folder.join("server.log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().map_err(|error| format!("无法启动 {}:{error}", kind.label()))?;
        let (folder, token) = (folder.to_owned(), "none".to_owned());
        let mut server = Self { kind, child, port, folder, rows, token, seen: 0 };
        let client = Client::builder().no_proxy().build()?;
        server.wait(&client).await?;
        server.seen = server.rows.count().await?;
        if kind == Kind::Ours {
            server.token = server.log_in(&client).await?;
        }
        Ok(Some(server))
    }

    async fn wait(&mut self, client: &Client) -> Outcome {
        let begun = Instant::now();
        while begun.elapsed() < START {
            let answer = client.get(format!("http://127.0.0.1:{}/healthz", self.port)).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                return Err(format!("{} 已退出:{status}:{log}", self.kind.label()).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{} 没有启动", self.kind.label()).into())
    }

    async fn log_in(&self, client: &Client) -> Outcome<String> {
        let login = json!({ "username": "admin", "password": "demo-2026" });
        let url = format!("http://127.0.0.1:{}/v1/auth/login", self.port);
        let body: Value = client.post(url).json(&login).send().await?.json().await?;
        Ok(body["data"]["access_token"].as_str().ok_or_else(|| format!("无法登录:{body}"))?.to_owned())
    }

    /// One round of uploads from eight connections; everything acknowledged is there, and is removed again.
    pub async fn round(
        &mut self,
        form: &Path,
        mark: usize,
        first: u64,
        length: Duration,
        size: u64,
    ) -> Outcome<Tally> {
        let before = self.cpu_seconds()?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("anchors/uploads.lua");
        let wrk = Command::new("wrk")
            .args(["-t", "1", "-c", &CONNECTIONS.to_string(), "-d", &format!("{}s", length.as_secs())])
            .args(["--timeout", "30s", "-s"])
            .arg(script)
            .arg(format!("http://127.0.0.1:{}/v1/photos", self.port))
            .arg("--")
            .arg(form)
            .args([mark.to_string(), first.to_string(), self.token.clone()])
            .output()?;
        let cpu = self.cpu_seconds()? - before;
        let said = String::from_utf8_lossy(&wrk.stdout);
        let told = said.lines().find(|line| line.starts_with('{')).ok_or_else(|| format!("wrk:{said}"))?;
        let told: Value = serde_json::from_str(told)?;
        let number = |name: &str| told[name].as_u64().ok_or_else(|| format!("wrk:{told}"));
        let (taken, failed) = (number("taken")?, number("refused")? + number("broken")?);
        if failed > 0 || taken == 0 {
            return Err(format!("{}:{failed} 次上传未被接受:{told}", self.kind.label()).into());
        }
        self.check(taken, size).await?;
        let seconds = number("micros")? as f64 / 1e6;
        Ok(Tally { taken, seconds, p99_ms: number("p99")? as f64 / 1000.0, cpu: cpu / taken as f64 })
    }

    /// Every acknowledged upload has its file and its row; a connection may have one more under way at the end.
    async fn check(&mut self, taken: u64, size: u64) -> Outcome {
        // What was under way when the client left ends by itself.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let photos = self.folder.join("photos");
        let files = files_of(&photos, size)?;
        let rows = self.rows.count().await? - self.seen;
        let fine = |count: u64| (taken..=taken + CONNECTIONS as u64).contains(&count);
        if !fine(files.len() as u64) || !fine(u64::try_from(rows)?) {
            let (label, files) = (self.kind.label(), files.len());
            return Err(format!("{label}:确认了 {taken} 张,有 {files} 个文件、{rows} 行").into());
        }
        for file in files.iter().step_by(files.len().div_ceil(SAMPLE)) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if sha256_hex(&fs::read(file)?) != name {
                return Err(format!("{}:{name} 的内容不符", self.kind.label()).into());
            }
        }
        files.iter().try_for_each(fs::remove_file)?;
        self.seen += rows;
        Ok(())
    }

    fn cpu_seconds(&self) -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Fields 14 and 15 of proc(5), counted behind the name, which may hold anything.
        let (_, fields) = text.rsplit_once(") ").ok_or("/proc 无法读取")?;
        let ticks: Vec<f64> = fields.split(' ').skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
        Ok(ticks.iter().sum::<f64>() / TICKS)
    }

    /// Most memory that it ever held, megabytes.
    pub fn peak_mb(&self) -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("/proc 无法读取")?;
        let kb: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kb / 1024.0)
    }
}

impl Rows {
    async fn count(&self) -> Outcome<i64> {
        match self {
            Self::Database { url, count } => {
                let pool = Pool::open(url).await?;
                let rows = fetch_scalar!(&pool, i64, *count)?;
                pool.close().await;
                Ok(rows)
            }
            Self::Lines(path) => Ok(i64::try_from(fs::read_to_string(path)?.lines().count())?),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(kind: Kind, line: &Line, folder: &Path, port: u16) -> Outcome<Option<(Command, Rows)>> {
    let script = |name| Path::new(env!("CARGO_MANIFEST_DIR")).join("anchors").join(name);
    let url = format!("sqlite:{}", folder.join("server.db").display());
    let rows = Rows::Database { url: url.clone(), count: "select cast(count(*) as bigint) from photo" };
    match kind {
        Kind::Ours => {
            let program = match &line.server {
                Some(path) => path.clone(),
                None => std::env::current_exe()?.with_file_name("suishoupai"),
            };
            let mut command = Command::new(program);
            command
                .env("SUISHOUPAI_ROLE", "api")
                .env("SUISHOUPAI_MODE", "demo")
                .env("SUISHOUPAI_LISTEN", format!("127.0.0.1:{port}"))
                .env("SUISHOUPAI_DATABASE_URL", url)
                .env("SUISHOUPAI_BLOB_URL", folder.join("photos"))
                .env("SUISHOUPAI_LIMIT_ACCOUNT", "1000000000")
                .env("SUISHOUPAI_LIMIT_UPLOADS", "1000000000");
            Ok(Some((command, rows)))
        }
        Kind::FastApi => {
            let Some(python) = &line.python else { return Ok(None) };
            let mut command = Command::new(python);
            command.arg(script("uploads_fastapi.py")).arg(port.to_string()).arg(folder);
            Ok(Some((command, rows)))
        }
        Kind::Express => {
            let Some(modules) = std::env::var_os("BENCH_EXPRESS") else { return Ok(None) };
            let mut command = Command::new("node");
            command.env("NODE_PATH", Path::new(&modules).join("node_modules"));
            command.arg(script("uploads_express.js")).arg(port.to_string()).arg(folder);
            let rows = match &line.postgres {
                Some(url) => {
                    command.arg(url);
                    let count = "select cast(count(*) as bigint) from bench_photo";
                    Rows::Database { url: url.clone(), count }
                }
                None => Rows::Lines(folder.join("rows.jsonl")),
            };
            Ok(Some((command, rows)))
        }
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files of exactly this size below a folder.
fn files_of(folder: &Path, size: u64) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            found.extend(files_of(&entry.path(), size)?);
        } else if meta.len() == size {
            found.push(entry.path());
        }
    }
    Ok(found)
}
