//! Services of a test's own, which it stops and starts at will: a Redis, and a PostgreSQL cluster. They fail, never skip,
//! when the program is not there.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(20);

/// Whether this run of the suite is the one of the tests that bring their own services.
#[expect(clippy::print_stderr, reason = "a test that leaves a run to another run says so")]
pub fn is_our_run() -> bool {
    let others = std::env::var("TEST_BACKEND").is_ok_and(|name| name != "sqlite-memory");
    if others {
        eprintln!("brings its own services: runs in the run with TEST_BACKEND=sqlite-memory");
    }
    !others
}

async fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    socket.local_addr().expect("an address").port()
}

async fn wait_for(port: u16, what: &str) {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "{what} does not listen");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A Redis without a disk: a stop forgets everything.
pub struct Redis {
    port: u16,
    child: Option<Child>,
}

impl Redis {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let mut redis = Self { port: free_port().await, child: None };
        redis.begin().await;
        redis
    }

    /// Starts it again on the same port.
    pub async fn begin(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        self.child = Some(command.spawn().expect("redis-server is installed: run scripts/services"));
        wait_for(self.port, "Redis").await;
    }

    /// Kills it.
    pub async fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("Redis is killed");
        }
    }

    /// As the server takes it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

/// A PostgreSQL cluster in a folder of its own.
pub struct Postgres {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
}

impl Postgres {
    /// Makes a cluster and starts it; it has a database `city`.
    pub async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("suishoupai-pg-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).expect("a folder for the cluster");
        let data = folder.join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder)).await;
        }
        let mut initdb = as_postgres("initdb");
        initdb.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        run(initdb.current_dir(&folder)).await;
        let mut cluster = Self { port: free_port().await, folder, child: None };
        cluster.begin().await;
        let mut admin = PgConnection::connect(&cluster.url_of("postgres")).await.expect("PostgreSQL answers");
        sqlx::raw_sql("create database city").execute(&mut admin).await.expect("a database");
        cluster
    }

    /// Starts it again on the same port and waits until it answers.
    pub async fn begin(&mut self) {
        let mut command = as_postgres("postgres");
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-p")
            .arg(self.port.to_string())
            .arg("-k")
            .arg(&self.folder);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=100"]);
        let log = std::fs::File::options().create(true).append(true).open(self.folder.with_extension("log"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log.expect("a log")).kill_on_drop(true);
        self.child = Some(command.current_dir(&self.folder).spawn().expect("PostgreSQL starts"));
        let began = Instant::now();
        while PgConnection::connect(&self.url_of("postgres")).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "PostgreSQL does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Stops it at once (SIGQUIT, "immediate"): open connections break, and the next start recovers.
    pub async fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let id = child.id().expect("PostgreSQL runs").to_string();
            run(Command::new("sh").args(["-c", "kill -QUIT \"$0\"", &id])).await;
            child.wait().await.expect("PostgreSQL ends");
        }
    }

    /// The city's database, as the server takes it.
    pub fn url(&self) -> String {
        self.url_of("city")
    }

    /// Stops it and removes it.
    pub async fn remove(mut self) {
        self.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = std::fs::remove_file(self.folder.with_extension("log"));
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// A program of PostgreSQL, which refuses to run as root.
fn as_postgres(program: &str) -> Command {
    let folder = std::env::var("TEST_PG_BIN").unwrap_or_else(|_| "/usr/lib/postgresql/15/bin".to_owned());
    let path = Path::new(&folder).join(program);
    assert!(path.is_file(), "no {} (TEST_PG_BIN): run scripts/services", path.display());
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
    command
}

async fn run(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output().await.expect("the program starts");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
