//! What happens later: the jobs that a change asks for, taken from the job table and done one by one. A job gathers
//! values, lets `domain` judge them and applies one action through the desk; its effect and its end are one transaction.
//! It refuses to change a ticket by any other door than the desk's, and to take requests.

mod evidence;
mod gallery;
mod jobs;
mod letter;
mod memory;
mod outcome;
pub mod rescore;
mod runner;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use domain::proof;
use domain::time::MINUTE_MS;
use futures_util::future::BoxFuture;
use store::Stores;
use store::desk::Desk;
use tokio_util::sync::CancellationToken;

pub use outcome::{JobError, Judge, Outcome};

/// How the worker works; [`Settings::default`] fits a small server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name under which this process leases jobs; for people who look at the table.
    pub owner: String,
    /// Pictures decoded at a time; each may take 300 MB.
    pub pictures: usize,
    /// Other jobs at a time.
    pub others: usize,
    /// How long a claimed job is this process's before somebody else may take it; it is renewed while the job runs.
    pub lease: Duration,
    /// The longest time between two looks at the job table, when no wake-up comes.
    pub poll: Duration,
    /// How long a stop waits for the jobs in flight.
    pub grace: Duration,
    /// The first wait after a failure; each further one is three times as long, at most five minutes.
    pub first_wait: Duration,
    /// How long a triage or a proof waits for pictures before it goes on without them.
    pub patience: Duration,
    /// Bounds of "shows the fix".
    pub proof: proof::Thresholds,
    /// Subscription messages, when the mini-program has templates.
    pub templates: Templates,
    /// Practice (demo mode): subscribers may be on this machine.
    pub practice: bool,
}

/// The ids of the mini-program's message templates. Both have the keys `character_string1` (number), `phrase2` (state),
/// `thing3` (what happened), `time4` (when) and `thing5` (details).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    /// For those who reported or follow a problem (办理进度).
    pub progress: Option<String>,
    /// For staff (待办提醒).
    pub task: Option<String>,
    /// The page that a message opens, such as `pages/ticket/ticket?id=`; the ticket's id is put behind it.
    pub page: Option<String>,
}

impl Templates {
    /// Whether there is any.
    pub(crate) const fn any(&self) -> bool {
        self.progress.is_some() || self.task.is_some()
    }
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            owner: format!("worker-{}", std::process::id()),
            pictures: cores.saturating_sub(1).max(1),
            others: 8,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(15),
            first_wait: Duration::from_secs(1),
            patience: Duration::from_millis(10 * MINUTE_MS.unsigned_abs()),
            proof: proof::Thresholds::default(),
            templates: Templates::default(),
            practice: false,
        }
    }
}

/// What every job has at hand; cheap to clone.
#[derive(Clone)]
pub(crate) struct Context(Arc<Inner>);

pub(crate) struct Inner {
    pub stores: Stores,
    pub desk: Desk,
    pub settings: Settings,
    pub memory: memory::Memory,
}

impl std::ops::Deref for Context {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Context {
    fn new(stores: Stores, desk: Desk, settings: Settings) -> Self {
        Self(Arc::new(Inner { stores, desk, settings, memory: memory::Memory::default() }))
    }
}

pub(crate) use store::clock::now;

/// Why the worker ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The database did not take the first job.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A lane of the runner panicked.
    #[error("the runner stopped: {0}")]
    Lane(String),
}

/// Takes and does jobs until `stop`; then finishes what is in flight, at most [`Settings::grace`] long, and leaves the
/// rest to its lease.
pub async fn run(
    stores: Stores,
    desk: Desk,
    settings: Settings,
    stop: CancellationToken,
) -> Result<(), WorkerError> {
    let context = Context::new(stores, desk, settings);
    jobs::sweep::plan(&context).await?;
    jobs::analyse_photo::plan(&context).await?;
    jobs::tick::plan(&context).await?;
    runner::run(context, hand(), stop).await
}

/// Does the jobs that are due one after the other until none is, without lanes, tasks of their own or renewed leases;
/// tells how many. It is the sum of the parts that the runner's cost is measured against.
pub async fn drain(stores: Stores, desk: Desk, settings: Settings) -> Result<usize, WorkerError> {
    Ok(runner::drain(&Context::new(stores, desk, settings), &hand()).await?)
}

fn hand() -> runner::Hand {
    Arc::new(|context: Context, job| -> BoxFuture<'static, _> {
        Box::pin(async move { jobs::run(&context, &job).await })
    })
}
