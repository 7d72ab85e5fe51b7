//! The built server as a child process: found beside the running program, started with settings in its environment, its
//! log in a file, ended by SIGTERM so that it finishes what is in flight. It refuses to link the server.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::client::{Failure, Result};

/// Name of the server's program.
const PROGRAM: &str = "suishoupai";
/// What the server logs before its address.
const STARTED: &str = "随手拍已启动：http://";
/// Lines of the log that a failure shows.
const LAST_LINES: usize = 15;

/// How to start it.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// `SUISHOUPAI_…` and other variables.
    pub environment: Vec<(String, OsString)>,
    /// Where its log goes; appended to.
    pub log: PathBuf,
}

/// A started server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Length of the log before this start.
    log_begin: u64,
}

/// The server's program beside the running one, or one folder above (where tests are built).
pub fn find_program() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let folders = exe.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(PROGRAM)).find(|path| path.is_file());
    found.ok_or_else(|| {
        Failure::new(format!("在 {} 旁边没有找到 {PROGRAM}，请先运行 cargo build -p api", exe.display()))
    })
}

impl Launch {
    /// The program beside this one with no settings yet.
    pub fn beside(log: PathBuf) -> Result<Self> {
        // Colours would only clutter a file.
        let environment = vec![("NO_COLOR".to_owned(), "1".into())];
        Ok(Self { program: find_program()?, environment, log })
    }

    /// The same with one more variable.
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Starts it; it may not be ready yet. Variables of this process that begin with `SUISHOUPAI_` are not passed on.
    pub fn start(&self) -> Result<Server> {
        let log = File::options().append(true).create(true).open(&self.log)?;
        let log_begin = log.metadata()?.len();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let child = command.spawn()?;
        Ok(Server { child, log: self.log.clone(), log_begin })
    }

    /// Runs it with `arguments` to its end: whether it ended well, and what it said.
    pub async fn run(&self, arguments: &[&str]) -> Result<(bool, String)> {
        let output = self.command().args(arguments).stdin(Stdio::null()).kill_on_drop(true).output().await?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("SUISHOUPAI_")) {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Server {
    /// The process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it logged since this start.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(self.log_begin as usize..).unwrap_or_default()).into_owned()
    }

    /// Waits until it has said its address and answers `/healthz` there; returns `http://host:port`.
    pub async fn wait_ready(&mut self, patience: Duration) -> Result<String> {
        let began = Instant::now();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::new(format!("服务没有启动（{status}）：\n{}", self.last_lines())));
            }
            if let Some(base) = self.address() {
                let answer = http.get(format!("{base}/healthz")).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return Ok(base);
                }
            }
            if began.elapsed() > patience {
                let waited = patience.as_secs();
                return Err(Failure::new(format!("服务 {waited} 秒内没有就绪：\n{}", self.last_lines())));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits for a line in the log that contains `mark`; for a role without an address.
    pub async fn wait_for_line(&mut self, mark: &str, patience: Duration) -> Result<()> {
        let began = Instant::now();
        while !self.log().contains(mark) {
            if self.child.try_wait()?.is_some() || began.elapsed() > patience {
                return Err(Failure::new(format!("服务没有启动：\n{}", self.last_lines())));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }

    fn address(&self) -> Option<String> {
        let log = self.log();
        let (_, rest) = log.split_once(STARTED)?;
        let end = rest.find(char::is_whitespace)?;
        Some(format!("http://{}", &rest[..end]))
    }

    /// The end of its log.
    pub fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }

    /// Asks it to finish and end (SIGTERM).
    pub async fn ask_to_end(&self) -> Result<()> {
        match self.child.id() {
            Some(id) => signal("TERM", id).await,
            None => Ok(()),
        }
    }

    /// Ends it at once, as a power cut would (SIGKILL).
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Waits until it has ended.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Asks it to end and waits; killed when it takes longer than `patience`.
    pub async fn stop(mut self, patience: Duration) -> Result<ExitStatus> {
        self.ask_to_end().await?;
        match tokio::time::timeout(patience, self.child.wait()).await {
            Ok(status) => Ok(status?),
            Err(_) => {
                self.kill().await?;
                Err(Failure::new(format!(
                    "服务 {} 秒内没有停止：\n{}",
                    patience.as_secs(),
                    self.last_lines()
                )))
            }
        }
    }
}

/// Sends a signal by the shell's own `kill`: the standard library has none.
async fn signal(name: &str, id: u32) -> Result<()> {
    let status =
        Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id.to_string()]).status().await?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("无法向进程 {id} 发送 {name}"))) }
}

/// The variables of a demo whose data is in `folder` and whose WeChat is `wechat`.
pub fn demo_settings(folder: &Path, wechat: &str) -> Vec<(String, OsString)> {
    use crate::wechat::{APP_ID, SECRET, TEMPLATE_PROGRESS, TEMPLATE_TASK};
    let database = format!("sqlite:{}", folder.join("suishoupai.db").display());
    [
        ("SUISHOUPAI_DATABASE_URL", OsString::from(database)),
        ("SUISHOUPAI_BLOB_URL", folder.join("photos").into_os_string()),
        ("SUISHOUPAI_MODE", "demo".into()),
        ("SUISHOUPAI_WECHAT_API_BASE", wechat.into()),
        ("SUISHOUPAI_WECHAT_APPID", APP_ID.into()),
        ("SUISHOUPAI_WECHAT_SECRET", SECRET.into()),
        ("SUISHOUPAI_WECHAT_TEMPLATE_PROGRESS", TEMPLATE_PROGRESS.into()),
        ("SUISHOUPAI_WECHAT_TEMPLATE_TASK", TEMPLATE_TASK.into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
