//! Claims jobs by lease in two lanes, so that pictures never hold up the rest; renews the lease while a job runs; ends
//! the job in the transaction of its effect; waits longer after each failure and gives up after a number of them.
//! Panics are failures. It refuses to know what a job does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::job::JobKind;
use domain::time::Moment;
use futures_util::future::BoxFuture;
use store::jobs::{self as queue, After, Claimed};
use store::{StoreError, Topic};
use strum::VariantArray as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::outcome::{JobError, Outcome};
use crate::{Context, WorkerError, now};

/// How often a job is begun before it waits for a person.
const ATTEMPTS: i64 = 8;
/// The same for pictures: decoding gives the same answer every time.
const PICTURE_ATTEMPTS: i64 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Between two looks at the table while another lane's jobs are due.
const SHORTEST_LOOK: Duration = Duration::from_millis(50);

/// Does one claimed job.
pub(crate) type Hand =
    Arc<dyn Fn(Context, Claimed) -> BoxFuture<'static, Result<Outcome, JobError>> + Send + Sync>;

/// Runs both lanes until `stop`.
pub(crate) async fn run(context: Context, hand: Hand, stop: CancellationToken) -> Result<(), WorkerError> {
    let settings = &context.settings;
    let mut lanes = JoinSet::new();
    for (pictures, width) in [(true, settings.pictures), (false, settings.others)] {
        let kinds = JobKind::VARIANTS.iter().filter(|kind| (**kind == JobKind::AnalysePhoto) == pictures);
        let kinds = kinds.map(JobKind::to_string).collect();
        let lane = Lane { context: context.clone(), hand: hand.clone(), kinds, width };
        lanes.spawn(lane.run(stop.clone()));
    }
    while let Some(ended) = lanes.join_next().await {
        ended.map_err(|error| WorkerError::Lane(error.to_string()))?;
    }
    Ok(())
}

/// Does what is due, one job at a time, until nothing is; tells how many.
pub(crate) async fn drain(context: &Context, hand: &Hand) -> Result<usize, StoreError> {
    let (pool, settings) = (&context.stores.pool, &context.settings);
    let mut done = 0;
    loop {
        let claimed =
            queue::claim(pool, &settings.owner, now().ms(), millis(settings.lease), 1, None).await?;
        let Some(job) = claimed.into_iter().next() else { return Ok(done) };
        let result = hand(context.clone(), job.clone()).await;
        settle(context, &job, result).await?;
        done += 1;
    }
}

/// Jobs of some kinds, a few at a time.
struct Lane {
    context: Context,
    hand: Hand,
    kinds: Vec<String>,
    width: usize,
}

impl Lane {
    async fn run(self, stop: CancellationToken) {
        let mut nudges = self.context.stores.wake.listener(Topic::Jobs);
        let room = Arc::new(Semaphore::new(self.width.max(1)));
        let mut flying = JoinSet::new();
        while let Some(permit) = stop.run_until_cancelled(room.clone().acquire_owned()).await {
            while flying.try_join_next().is_some() {}
            let Ok(permit) = permit else { break };
            if self.fill(permit, &room, &mut flying).await == 0 {
                let look = self.next_look().await;
                stop.run_until_cancelled(nudges.wait(look)).await;
            }
        }
        let landed = tokio::time::timeout(self.context.settings.grace, async {
            while flying.join_next().await.is_some() {}
        });
        if landed.await.is_err() {
            tracing::warn!(
                jobs.left = flying.len(),
                "stopped with jobs in flight; their lease ends by itself"
            );
        }
    }

    /// Claims as many jobs as there is room for and sends them off; tells how many.
    async fn fill(
        &self,
        first: OwnedSemaphorePermit,
        room: &Arc<Semaphore>,
        flying: &mut JoinSet<()>,
    ) -> usize {
        let mut permits = vec![first];
        permits.extend(std::iter::from_fn(|| room.clone().try_acquire_owned().ok()));
        let settings = &self.context.settings;
        let kinds: Vec<&str> = self.kinds.iter().map(String::as_str).collect();
        let (lease, limit) = (millis(settings.lease), permits.len() as u32);
        let pool = &self.context.stores.pool;
        let claimed = queue::claim(pool, &settings.owner, now().ms(), lease, limit, Some(&kinds)).await;
        let claimed = claimed.unwrap_or_else(|error| {
            tracing::warn!(%error, "jobs can't be claimed now");
            Vec::new()
        });
        let count = claimed.len();
        for (job, permit) in claimed.into_iter().zip(permits) {
            let (context, hand) = (self.context.clone(), self.hand.clone());
            flying.spawn(async move {
                fly(&context, &hand, job).await;
                drop(permit);
            });
        }
        count
    }

    /// How long nothing can become due.
    async fn next_look(&self) -> Duration {
        let poll = self.context.settings.poll;
        if self.context.settings.practice
            && let Err(error) = store::clock::follow(&self.context.stores.pool).await
        {
            tracing::warn!(%error, "the practice clock can't be read now");
        }
        match queue::next_run_at(&self.context.stores.pool, now().ms()).await {
            Ok(Some(at)) => {
                let left = u64::try_from(at.saturating_sub(now().ms())).unwrap_or(0);
                Duration::from_millis(left).clamp(SHORTEST_LOOK.min(poll), poll)
            }
            Ok(None) | Err(_) => poll,
        }
    }
}

/// Does one job from claim to end.
async fn fly(context: &Context, hand: &Hand, job: Claimed) {
    let begun = Instant::now();
    let result = if job.attempts > attempts_of(&job) {
        // Whoever had it never came back to say why.
        Err(JobError::Abort("作业反复中断而没有结果".into()))
    } else {
        work(context, hand, &job).await
    };
    let outcome = match settle(context, &job, result).await {
        Ok(outcome) => outcome,
        Err(StoreError::Fenced(_)) => {
            tracing::info!(job.id, job.kind, "another worker has the job by now; nothing was changed");
            "fenced"
        }
        Err(error) => {
            tracing::warn!(job.id, job.kind, %error, "the end of a job was not written; its lease ends by itself");
            "unwritten"
        }
    };
    metrics::counter!("job_outcomes_total", "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
    metrics::histogram!("job_duration_seconds", "kind" => job.kind).record(begun.elapsed().as_secs_f64());
}

/// Runs the job in a task of its own, so that a panic is only its own, and renews the lease meanwhile.
async fn work(context: &Context, hand: &Hand, job: &Claimed) -> Result<Outcome, JobError> {
    let (hand, inner, copy) = (hand.clone(), context.clone(), job.clone());
    let mut task = tokio::spawn(async move { hand(inner, copy).await });
    // The two are raced: a finished job holds the transaction that a renewal on a single writer would wait for.
    tokio::select! {
        done = &mut task => done.unwrap_or_else(|error| Err(of_panic(error))),
        id = keep_lease(context, job) => {
            task.abort();
            Err(JobError::Retry(format!("the lease of {id} is lost")))
        }
    }
}

/// Renews the lease of a job three times in its length; ends, with the job's id, when somebody else has it.
async fn keep_lease(context: &Context, job: &Claimed) -> String {
    let lease = context.settings.lease;
    loop {
        tokio::time::sleep(lease / 3).await;
        let until = now().ms() + millis(lease);
        if let Err(StoreError::Fenced(id)) = queue::extend(&context.stores.pool, job, until).await {
            return id;
        }
    }
}

fn of_panic(error: JoinError) -> JobError {
    let Ok(panic) = error.try_into_panic() else { return JobError::Retry("the job was cancelled".into()) };
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    JobError::Retry(format!("the job panicked: {}", text.unwrap_or_else(|| "without words".into())))
}

/// Writes the end of the job together with its effect, or what becomes of it after a failure.
async fn settle(
    context: &Context,
    job: &Claimed,
    result: Result<Outcome, JobError>,
) -> Result<&'static str, StoreError> {
    let failure = match result {
        Ok(outcome) => match close(context, job, outcome).await {
            Ok(word) => return Ok(word),
            Err(error) if error.is_retryable() => JobError::Retry(error.to_string()),
            Err(error @ StoreError::Fenced(_)) => return Err(error),
            Err(error) => JobError::Abort(error.to_string()),
        },
        Err(failure) => failure,
    };
    let pool = &context.stores.pool;
    let last = job.attempts >= attempts_of(job);
    match failure {
        JobError::Retry(reason) if !last => {
            let wait = wait_after(job.attempts, context.settings.first_wait, rand::random());
            queue::fail(pool, job, &reason, After::RetryAt(now().ms() + millis(wait))).await?;
            tracing::info!(
                job.id,
                job.kind,
                job.attempts,
                wait_ms = millis(wait),
                reason,
                "a job is tried again later"
            );
            Ok("retried")
        }
        JobError::Retry(reason) | JobError::Abort(reason) => {
            queue::fail(pool, job, &reason, After::Dead).await?;
            tracing::error!(
                job.id,
                job.kind,
                job.attempts,
                reason,
                "a job failed for good and waits for a person"
            );
            Ok("dead")
        }
    }
}

async fn close(context: &Context, job: &Claimed, outcome: Outcome) -> Result<&'static str, StoreError> {
    let wake = &context.stores.wake;
    match outcome {
        Outcome::Done(mut tx) => {
            queue::finish(&mut tx, job).await?;
            tx.commit().await?;
            wake.nudge(Topic::Jobs);
            wake.nudge(Topic::Events);
            Ok("done")
        }
        Outcome::Later(mut tx, at) => {
            queue::later(&mut tx, job, at.max(Moment::from_ms(0)).ms()).await?;
            tx.commit().await?;
            Ok("later")
        }
    }
}

fn attempts_of(job: &Claimed) -> i64 {
    if job.kind == JobKind::AnalysePhoto.to_string() { PICTURE_ATTEMPTS } else { ATTEMPTS }
}

/// The wait after the `attempts`-th failure: three times the one before, spread by half in both directions by `chance`
/// (0 to 1) so that what failed together isn't tried together.
fn wait_after(attempts: i64, first: Duration, chance: f64) -> Duration {
    let power = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(16);
    first.saturating_mul(3_u32.saturating_pow(power)).min(LONGEST_WAIT).mul_f64(0.5 + chance.clamp(0.0, 1.0))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_about_three_times_the_one_before_and_bounded() {
        let middle = |n| wait_after(n, Duration::from_secs(1), 0.5).as_secs();
        assert_eq!((1..=8).map(middle).collect::<Vec<_>>(), [1, 3, 9, 27, 81, 243, 300, 300]);
        assert!(wait_after(i64::MAX, Duration::from_secs(1), 1.0) <= LONGEST_WAIT.mul_f64(1.5));
        assert!(wait_after(3, Duration::from_secs(1), 0.0) < wait_after(3, Duration::from_secs(1), 1.0));
    }
}
