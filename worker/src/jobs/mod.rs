//! One file a job. Each gathers values, asks `domain`, and leaves its effect in a transaction which the runner commits
//! together with the job's end. A job may run twice or half: nothing it does outside the transaction may matter then.

pub(crate) mod analyse_photo;
mod climb;
mod deliver;
mod draft;
mod fold_tally;
mod gap;
mod notify;
mod open_relapse;
mod prompt;
mod push;
mod recheck;
mod spots;
mod supervise;
pub(crate) mod sweep;
mod tend;
pub(crate) mod tick;
pub(crate) mod triage;
pub(crate) mod verify_proof;
mod watch_deadline;

use domain::job::{Job, JobKind};
use domain::time::Moment;
use store::Tx;
use store::jobs::{Claimed, NewJob};

use crate::outcome::{JobError, Judge as _, Outcome};
use crate::{Context, now};

/// Does the job that the payload names.
pub(crate) async fn run(context: &Context, claimed: &Claimed) -> Result<Outcome, JobError> {
    match serde_json::from_str(&claimed.payload).abort()? {
        Job::AnalysePhoto { photo } => analyse_photo::run(context, &photo).await,
        Job::Triage { ticket } => triage::run(context, &ticket).await,
        Job::VerifyProof { ticket, round } => verify_proof::run(context, &ticket, round).await,
        Job::Notify { ticket, seq, audience } => notify::run(context, &ticket, seq, audience).await,
        Job::Deliver { notice } => deliver::run(context, &notice).await,
        Job::Recheck { ticket } => recheck::run(context, &ticket).await,
        Job::OpenRelapse { ticket } => open_relapse::run(context, &ticket).await,
        Job::WatchDeadline { ticket } => watch_deadline::run(context, &ticket).await,
        Job::Climb { ticket } => climb::run(context, &ticket).await,
        Job::Tick {} => tick::run(context).await,
        Job::FoldTally {} => fold_tally::run(context).await,
        Job::WatchGap { ticket } => gap::run(context, &ticket).await,
        Job::EndPrompt { ticket } => prompt::run(context, &ticket).await,
        Job::Push { delivery } => push::run(context, &delivery).await,
        Job::SweepBlobs {} => sweep::run(context).await,
    }
}

/// Writes a further job into the effect's transaction.
pub(crate) async fn enqueue(tx: &mut Tx, job: &Job, at: Moment) -> Result<bool, JobError> {
    let payload = serde_json::to_string(job).abort()?;
    let (kind, dedup) = (JobKind::from(job).to_string(), job.dedup());
    Ok(store::jobs::enqueue(tx, &NewJob { kind, payload, run_at_ms: at.ms(), dedup }).await?)
}

/// The end of a job that has nothing to change, any more or at all.
async fn nothing(context: &Context) -> Result<Outcome, JobError> {
    Ok(Outcome::Done(context.stores.pool.write().await?))
}

/// The end of a job that has nothing to change before `at`.
async fn not_before(context: &Context, at: Moment) -> Result<Outcome, JobError> {
    Ok(Outcome::Later(context.stores.pool.write().await?, at.max(now())))
}

/// Runs what takes the processor for long away from the threads that serve.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JobError> {
    tokio::task::spawn_blocking(work).await.retry()
}
