//! A city: the built server on its own back ends, as one process or as two, with its own WeChat, and the checks that end
//! every test. A test that forgets them fails.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use demo::client::{Client, Exchange};
use demo::server::{Launch, Server};
use demo::wechat::{self, APP_ID, SECRET, Standin, TEMPLATE_PROGRESS, TEMPLATE_TASK};

use crate::backend::{Backend, Pair};
use crate::contract;
use crate::database::Database;

/// How long a start may take; a debug build hashes some seventy demo passwords first.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(25);
/// What the worker logs when it runs alone.
const WORKER_STARTED: &str = "后台任务已启动";

/// How a city is to be.
#[derive(Debug, Clone)]
pub struct Plan {
    pair: Pair,
    split: bool,
    environment: Vec<(String, String)>,
    allowed_errors: Vec<String>,
    uncounted: bool,
    database_url: Option<String>,
    redis_url: Option<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            pair: Pair::of_environment(),
            split: false,
            environment: Vec::new(),
            allowed_errors: Vec::new(),
            uncounted: false,
            database_url: None,
            redis_url: None,
        }
    }
}

impl Plan {
    /// Server and worker as two processes.
    pub fn split(self) -> Self {
        Self { split: true, ..self }
    }

    /// One more setting (`SUISHOUPAI_…`).
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// ERROR lines that contain `mark` are what the test is about.
    pub fn allow_error(mut self, mark: &str) -> Self {
        self.allowed_errors.push(mark.to_owned());
        self
    }

    /// The test puts figures of its own into the roll-ups, so that they can't be held against the tickets.
    pub fn uncounted(self) -> Self {
        Self { uncounted: true, ..self }
    }

    /// On this database, which the test itself brings and breaks.
    pub fn at_database(self, url: &str) -> Self {
        Self { database_url: Some(url.to_owned()), ..self }
    }

    /// With this Redis, which the test itself brings and breaks.
    pub fn at_redis(self, url: &str) -> Self {
        Self { redis_url: Some(url.to_owned()), ..self }
    }

    /// Starts the city.
    pub async fn start(self) -> City {
        let mut backend = Backend::create(self.pair).await;
        if let Some(url) = &self.database_url {
            backend.database_url.clone_from(url);
        }
        if let Some(url) = &self.redis_url {
            backend.redis_url = Some(url.clone());
        }
        let wechat = wechat::start().await.expect("the stand-in starts");
        let mut city = City {
            base: String::new(),
            wechat,
            backend: Some(backend),
            plan: self,
            api: None,
            worker: None,
            people: Mutex::default(),
            finished: false,
        };
        city.start_servers().await;
        city
    }
}

/// A running city; ended by [`City::finish`].
#[derive(Debug)]
pub struct City {
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// Its WeChat.
    pub wechat: Standin,
    /// Where it keeps its things, until it ends.
    backend: Option<Backend>,
    plan: Plan,
    /// The process that serves HTTP, and unless split everything else.
    api: Option<Server>,
    /// The worker's own process, when split.
    worker: Option<Server>,
    /// Who is logged in, by name.
    pub(crate) people: Mutex<BTreeMap<String, Client>>,
    finished: bool,
}

impl City {
    /// A city on the back ends that the environment names, as one process.
    pub async fn start() -> Self {
        Plan::default().start().await
    }

    /// A plan for one that differs.
    pub fn plan() -> Plan {
        Plan::default()
    }

    /// Where it keeps its things.
    pub fn backend(&self) -> &Backend {
        self.backend.as_ref().expect("a city has back ends until it ends")
    }

    /// Nobody, at this city's server; every exchange is held against the contract.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base).expect("a client").watched(hold)
    }

    /// Its database, for a look.
    pub async fn database(&self) -> Database {
        Database::open(&self.backend().database_url).await
    }

    /// Everything that its processes logged.
    pub fn log(&self) -> String {
        ["api.log", "worker.log"]
            .iter()
            .filter_map(|name| std::fs::read_to_string(self.backend().folder.join(name)).ok())
            .collect()
    }

    /// The process that serves HTTP.
    pub fn api(&mut self) -> &mut Server {
        self.api.as_mut().expect("the server runs")
    }

    /// The worker's process of a split city.
    pub fn worker(&mut self) -> &mut Server {
        self.worker.as_mut().expect("the worker runs in a process of its own")
    }

    /// Kills its processes as a power cut would and starts them again at the same address.
    pub async fn cut_power(&mut self) {
        self.kill_api().await;
        self.kill_worker().await;
        self.start_servers().await;
    }

    /// Kills the process that serves HTTP; the city is without it until [`City::start_servers`].
    pub async fn kill_api(&mut self) {
        if let Some(mut api) = self.api.take() {
            api.kill().await.expect("the server is killed");
        }
    }

    /// Kills the worker of a split city.
    pub async fn kill_worker(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            worker.kill().await.expect("the worker is killed");
        }
    }

    /// Starts what does not run.
    pub async fn start_servers(&mut self) {
        if self.api.is_none() {
            let role = if self.plan.split { "api" } else { "all" };
            let mut api = self.launch(role, "api.log").start().expect("the server starts");
            self.base = api.wait_ready(START).await.unwrap_or_else(|error| panic!("{error}"));
            self.api = Some(api);
        }
        if self.plan.split && self.worker.is_none() {
            let mut worker = self.launch("worker", "worker.log").start().expect("the worker starts");
            worker.wait_for_line(WORKER_STARTED, START).await.unwrap_or_else(|error| panic!("{error}"));
            self.worker = Some(worker);
        }
    }

    fn launch(&self, role: &str, log: &str) -> Launch {
        let backend = self.backend();
        // The second start takes the address of the first, so that clients find it again.
        let listen =
            self.base.strip_prefix("http://").filter(|listen| !listen.is_empty()).unwrap_or("127.0.0.1:0");
        let mut launch = Launch::beside(backend.folder.join(log))
            .unwrap_or_else(|error| panic!("{error}"))
            .with("SUISHOUPAI_ROLE", role)
            .with("SUISHOUPAI_LISTEN", listen)
            .with("SUISHOUPAI_DATABASE_URL", &backend.database_url)
            .with("SUISHOUPAI_BLOB_URL", &backend.blob_url)
            .with("SUISHOUPAI_SECRET", "a secret of the tests, long enough to sign with")
            .with("SUISHOUPAI_WECHAT_API_BASE", &self.wechat.base)
            .with("SUISHOUPAI_WECHAT_APPID", APP_ID)
            .with("SUISHOUPAI_WECHAT_SECRET", SECRET)
            .with("SUISHOUPAI_WECHAT_TEMPLATE_PROGRESS", TEMPLATE_PROGRESS)
            .with("SUISHOUPAI_WECHAT_TEMPLATE_TASK", TEMPLATE_TASK)
            // Short, so that a killed worker's jobs are taken over within a test.
            .with("SUISHOUPAI_LEASE_SECONDS", "5")
            .with("SUISHOUPAI_LIMIT_ACCOUNT", "1000000")
            .with("SUISHOUPAI_LIMIT_IP", "1000000")
            .with("SUISHOUPAI_LIMIT_UPLOADS", "1000000")
            .with("SUISHOUPAI_LIMIT_LOGINS", "1000000");
        if let Some(redis) = &backend.redis_url {
            launch = launch.with("SUISHOUPAI_REDIS_URL", redis);
        }
        self.plan.environment.iter().fold(launch, |launch, (name, value)| launch.with(name, value))
    }

    /// Runs the program on this city's database; whether it succeeded, and what it printed.
    pub async fn command(&self, arguments: &[&str]) -> (bool, String) {
        self.launch("all", "api.log").run(arguments).await.expect("the program runs")
    }

    /// Ends the test: no job is left, every ticket is the fold of its events, the log has no error, the processes end by
    /// themselves when asked to, and the roll-ups are what a recount of all tickets gives.
    pub async fn finish(mut self) {
        let database = self.database().await;
        database.wait_for_jobs().await;
        database.check_tickets().await;
        database.close().await;
        for server in [self.worker.take(), self.api.take()].into_iter().flatten() {
            let status = server.stop(STOP).await.unwrap_or_else(|error| panic!("{error}"));
            assert!(status.success(), "a server ended with {status}");
        }
        if !self.plan.uncounted {
            let (same, told) =
                self.launch("all", "api.log").run(&["tally", "check"]).await.expect("a recount");
            assert!(same, "the roll-ups are not what a recount gives:\n{told}");
        }
        let log = self.log();
        let is_error = |line: &&str| line.contains(" ERROR ") || line.contains("panicked at");
        let allowed = |line: &&str| self.plan.allowed_errors.iter().any(|mark| line.contains(mark));
        let errors: Vec<&str> = log.lines().filter(is_error).filter(|line| !allowed(line)).collect();
        assert!(errors.is_empty(), "the log has errors:\n{}", errors.join("\n"));
        self.finished = true;
        if let Some(backend) = self.backend.take() {
            backend.remove().await;
        }
    }

    /// Ends a test that spoilt its city on purpose: no check is made.
    pub async fn abandon(mut self) {
        self.kill_worker().await;
        self.kill_api().await;
        self.finished = true;
        if let Some(backend) = self.backend.take() {
            backend.remove().await;
        }
    }
}

/// Holds an exchange against openapi.yaml.
fn hold(exchange: &Exchange<'_>) {
    let Exchange { method, path, request, status, content_type, response } = exchange;
    contract::check(method, path, *status, content_type, *request, response);
}

impl Drop for City {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines[lines.len().saturating_sub(30)..].join("\n");
            let folder = self.backend.as_ref().map(|backend| backend.folder.display().to_string());
            report(&format!("the city's folder: {}\nits log ends with:\n{last}", folder.unwrap_or_default()));
        } else {
            assert!(self.finished, "a test must end with city.finish().await");
        }
    }
}

#[expect(clippy::print_stderr, reason = "a failed test tells where its city is")]
fn report(text: &str) {
    eprintln!("{text}");
}
