//! Durable uploads through the built server over eight connections, beside eight threads that write and sync the same
//! bytes as plain files on the same disk. The server runs without its worker, so that only the taking-in is measured.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use demo::draw::{self, PHONE, WECHAT};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::anchor::Anchors;
use crate::measure::{median, quantile};
use crate::report::Report;
use crate::{Line, Outcome};

const CONNECTIONS: usize = 8;
const ROUNDS: usize = 3;
/// No round takes longer; what was not begun by then is left out.
const LONGEST_ROUND: Duration = Duration::from_secs(20);
const START: Duration = Duration::from_secs(60);
/// A comment segment holds at most so many bytes (ITU T.81: two bytes of length that count themselves).
const MOST_COMMENT: usize = 65_533;

/// Measures both sizes.
pub async fn run(line: &Line, _anchors: &Anchors, folder: &Path, report: &mut Report) -> Outcome {
    let site = Site::start(line, &folder.join("uploads")).await?;
    let sizes = [(300_000, line.uploads, WECHAT, 85), (3_000_000, line.uploads.div_ceil(5), PHONE, 80)];
    for (bytes, count, size, quality) in sizes {
        let picture =
            draw::encode_jpeg(&draw::heap_before(5, size), quality, None).map_err(|e| e.to_string())?;
        let picture = Picture::of_size(&picture, bytes)?;
        compare(&site, &picture, count, folder, report).await?;
    }
    Ok(())
}

async fn compare(
    site: &Site,
    picture: &Picture,
    count: usize,
    folder: &Path,
    report: &mut Report,
) -> Outcome {
    let (mut own, mut other, mut own_ms, mut other_ms) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut accepted = 0;
    let warm = site.upload(picture, 0, CONNECTIONS).await?.taken.len();
    for round in 0..ROUNDS {
        let first = CONNECTIONS + round * count;
        let raw = folder.join(format!("raw-{round}"));
        let taken = site.upload(picture, first, count).await?;
        accepted += taken.taken.len();
        own.push(taken.rate());
        own_ms.extend(taken.taken);
        let written = write_files(picture, first, count, &raw)?;
        other.push(written.rate());
        other_ms.extend(written.taken);
    }
    let (kept, wanted) = (files_of(&site.blobs, picture.bytes.len() as u64)?, accepted + warm);
    if kept != wanted {
        return Err(format!("确认了 {wanted} 张照片,存储中有 {kept} 张").into());
    }
    let (rate, disk) = (median(&own), median(&other));
    report.add(
        format!("上传落盘 {} kB,{CONNECTIONS} 连接", picture.bytes.len() / 1000),
        format!("{rate:.0} 张/秒,p99 {:.0} ms", quantile(&own_ms, 0.99)),
        format!("写文件并 fsync {disk:.0} 个/秒,p99 {:.0} ms", quantile(&other_ms, 0.99)),
        rate / disk,
    );
    Ok(())
}

/// A picture of which every copy has other bytes.
struct Picture {
    bytes: Vec<u8>,
    /// Where sixteen digits are that tell one copy from another.
    mark: usize,
}

impl Picture {
    /// Fills a JPEG up with comment segments behind its first marker until it has exactly `size` bytes.
    fn of_size(jpeg: &[u8], size: usize) -> Outcome<Self> {
        let mut left = size.checked_sub(jpeg.len()).filter(|left| *left > 64).ok_or("样张太大")?;
        let mut bytes = jpeg[..2].to_vec();
        while left > 0 {
            let whole = left.min(MOST_COMMENT + 2);
            // What would be left must again be a whole segment.
            let whole = if (1..64).contains(&(left - whole)) { whole - 64 } else { whole };
            bytes.extend([0xFF, 0xFE]);
            bytes.extend(u16::try_from(whole - 2)?.to_be_bytes());
            bytes.extend((0..whole - 4).map(|i| b'a' + (i * 7 % 26) as u8));
            left -= whole;
        }
        bytes.extend(&jpeg[2..]);
        Ok(Self { bytes, mark: 6 })
    }

    fn copy(&self, number: usize) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes[self.mark..self.mark + 16].copy_from_slice(format!("{number:016}").as_bytes());
        bytes
    }
}

/// How long each took, milliseconds, and all of them together.
struct Taken {
    taken: Vec<f64>,
    seconds: f64,
}

impl Taken {
    fn rate(&self) -> f64 {
        self.taken.len() as f64 / self.seconds
    }
}

fn write_files(picture: &Picture, first: usize, count: usize, folder: &Path) -> Outcome<Taken> {
    fs::create_dir_all(folder)?;
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let write = || -> std::io::Result<Vec<f64>> {
        let mut taken = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || begun.elapsed() > LONGEST_ROUND {
                return Ok(taken);
            }
            let bytes = picture.copy(first + number);
            let one = Instant::now();
            let mut file = File::create(folder.join(number.to_string()))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            taken.push(one.elapsed().as_secs_f64() * 1000.0);
        }
    };
    let taken = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(write)).collect();
        let parts = threads.into_iter().map(|thread| thread.join().map_err(|_| "写文件的线程中止"));
        parts.collect::<Result<Vec<_>, _>>()
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    fs::remove_dir_all(folder)?;
    Ok(Taken { taken: taken.into_iter().collect::<Result<Vec<_>, _>>()?.concat(), seconds })
}

/// Files of exactly this size below a folder.
fn files_of(folder: &Path, size: u64) -> std::io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        count += if meta.is_dir() { files_of(&entry.path(), size)? } else { usize::from(meta.len() == size) };
    }
    Ok(count)
}

/// The running server and a logged-in client; ended and removed when dropped.
struct Site {
    child: Child,
    base: String,
    blobs: PathBuf,
    token: String,
    client: Client,
}

impl Site {
    async fn start(line: &Line, folder: &Path) -> Outcome<Self> {
        let program = match &line.server {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("suishoupai"),
        };
        fs::create_dir_all(folder)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let blobs = folder.join("photos");
        let child = Command::new(&program)
            .env("SUISHOUPAI_ROLE", "api")
            .env("SUISHOUPAI_MODE", "demo")
            .env("SUISHOUPAI_LISTEN", format!("127.0.0.1:{port}"))
            .env("SUISHOUPAI_DATABASE_URL", format!("sqlite:{}", folder.join("server.db").display()))
            .env("SUISHOUPAI_BLOB_URL", &blobs)
            .env("SUISHOUPAI_LIMIT_ACCOUNT", "1000000000")
            .env("SUISHOUPAI_LIMIT_UPLOADS", "1000000000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("server.log"))?)
            .spawn()
            .map_err(|error| format!("无法启动 {}:{error}", program.display()))?;
        let client = Client::builder().pool_max_idle_per_host(CONNECTIONS).no_proxy().build()?;
        let base = format!("http://127.0.0.1:{port}");
        let mut site = Self { child, base, blobs, token: String::new(), client };
        site.wait().await?;
        site.token = site.log_in().await?;
        Ok(site)
    }

    async fn wait(&mut self) -> Outcome {
        let begun = Instant::now();
        while begun.elapsed() < START {
            let answer = self.client.get(format!("{}/healthz", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("服务已退出:{status}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("服务没有启动".into())
    }

    async fn log_in(&self) -> Outcome<String> {
        let login = json!({ "username": "admin", "password": "demo-2026" });
        let answer = self.client.post(format!("{}/v1/auth/login", self.base)).json(&login).send().await?;
        let body: Value = answer.json().await?;
        Ok(body["data"]["access_token"].as_str().ok_or_else(|| format!("无法登录:{body}"))?.to_owned())
    }

    /// Uploads copies `first`, `first + 1` … from eight connections.
    async fn upload(&self, picture: &Picture, first: usize, count: usize) -> Outcome<Taken> {
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let lane = async || -> Outcome<Vec<f64>> {
            let mut taken = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count || begun.elapsed() > LONGEST_ROUND {
                    return Ok(taken);
                }
                let part =
                    Part::bytes(picture.copy(first + number)).file_name("a.jpg").mime_str("image/jpeg")?;
                let one = Instant::now();
                let request = self.client.post(format!("{}/v1/photos", self.base)).bearer_auth(&self.token);
                let answer = request.multipart(Form::new().part("file", part)).send().await?;
                let status = answer.status();
                let body = answer.bytes().await?;
                if status != StatusCode::CREATED {
                    return Err(format!("上传得到 {status}:{}", String::from_utf8_lossy(&body)).into());
                }
                taken.push(one.elapsed().as_secs_f64() * 1000.0);
            }
        };
        let (a, b, c, d, e, f, g, h) =
            tokio::try_join!(lane(), lane(), lane(), lane(), lane(), lane(), lane(), lane())?;
        let taken = [a, b, c, d, e, f, g, h].concat();
        Ok(Taken { taken, seconds: begun.elapsed().as_secs_f64() })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
