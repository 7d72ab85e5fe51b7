//! What the runner does with jobs that fail, panic, wait, come too late or never come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::job::Job;
use futures_util::future::BoxFuture;
use store::jobs::{self as queue, Claimed};
use tokio_util::sync::CancellationToken;

use super::city::City;
use crate::outcome::{JobError, Outcome};
use crate::{Context, jobs, now, runner};

type Answer = BoxFuture<'static, Result<Outcome, JobError>>;

async fn add(city: &City, job: Job) {
    let mut tx = city.pool().write().await.unwrap();
    jobs::enqueue(&mut tx, &job, now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn a_job(name: &str) -> Job {
    Job::Deliver { notice: name.to_owned() }
}

/// Runs the runner with one pair of hands until `done`, and tells how often the hands were used.
async fn run_until(
    city: &City,
    hands: impl Fn(Context, Claimed, usize) -> Answer + Send + Sync + 'static,
    done: impl AsyncFn() -> bool,
) -> usize {
    let (used, stop) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
    let count = used.clone();
    let hand = move |context, job| hands(context, job, count.fetch_add(1, Ordering::SeqCst) + 1);
    let runner = tokio::spawn(runner::run(city.context.clone(), Arc::new(hand), stop.clone()));
    for _ in 0..400 {
        if done().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    runner.await.unwrap().unwrap();
    used.load(Ordering::SeqCst)
}

async fn is_empty(city: &City) -> bool {
    queue::counts(city.pool()).await.unwrap().is_empty()
}

async fn is_dead(city: &City) -> bool {
    !queue::dead(city.pool(), 1).await.unwrap().is_empty()
}

async fn done(context: Context) -> Result<Outcome, JobError> {
    Ok(Outcome::Done(context.stores.pool.write().await?))
}

#[tokio::test]
async fn a_failure_is_tried_again_and_then_done_once() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    let hands = |context, _, time| -> Answer {
        Box::pin(
            async move { if time < 3 { Err(JobError::Retry("busy".into())) } else { done(context).await } },
        )
    };
    assert_eq!(run_until(&city, hands, async || is_empty(&city).await).await, 3);
    assert!(is_empty(&city).await);
}

#[tokio::test]
async fn what_never_works_is_given_up_at_once_and_what_keeps_failing_after_its_attempts() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    let abort = |_, _, _| -> Answer { Box::pin(async { Err(JobError::Abort("no such thing".into())) }) };
    assert_eq!(run_until(&city, abort, async || is_dead(&city).await).await, 1);
    let dead = queue::dead(city.pool(), 9).await.unwrap();
    assert_eq!(dead[0].last_error.as_deref(), Some("no such thing"));

    let city = City::bare(|settings| settings.first_wait = Duration::from_micros(1)).await;
    add(&city, Job::AnalysePhoto { photo: "p".into() }).await;
    let retry = |_, _, _| -> Answer { Box::pin(async { Err(JobError::Retry("busy".into())) }) };
    assert_eq!(
        run_until(&city, retry, async || is_dead(&city).await).await,
        5,
        "a picture is begun five times"
    );
}

#[tokio::test]
async fn a_panic_is_a_failure_like_any_other_and_harms_no_other_job() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("bad")).await;
    add(&city, a_job("good")).await;
    let hands = |context, job: Claimed, time| -> Answer {
        Box::pin(async move {
            assert!(!job.payload.contains("bad") || time > 3, "deliberate");
            done(context).await
        })
    };
    run_until(&city, hands, async || is_empty(&city).await).await;
    assert!(is_empty(&city).await);
}

#[tokio::test]
async fn a_waiting_job_spends_no_attempt() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    let hands = |context: Context, job: Claimed, time| -> Answer {
        Box::pin(async move {
            assert_eq!(job.attempts, 1);
            let tx = context.stores.pool.write().await?;
            Ok(if time < 12 { Outcome::Later(tx, now()) } else { Outcome::Done(tx) })
        })
    };
    assert_eq!(run_until(&city, hands, async || is_empty(&city).await).await, 12);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    let hands = |context: Context, job: Claimed, time| -> Answer {
        Box::pin(async move {
            if time == 1 {
                // Another worker has taken the job over meanwhile.
                let far = job.lease_until + 1;
                let taken = queue::claim(&context.stores.pool, "other", far, 1, 9, None).await?;
                assert_eq!(taken.len(), 1);
            }
            let mut tx = context.stores.pool.write().await?;
            jobs::enqueue(&mut tx, &a_job(&format!("effect {time}")), now().plus_ms(3_600_000)).await?;
            Ok(Outcome::Done(tx))
        })
    };
    let used = run_until(&city, hands, async || {
        tokio::time::sleep(Duration::from_millis(400)).await;
        queue::next_run_at(city.pool(), now().ms()).await.unwrap().is_some_and(|at| at > now().ms() + 30_000)
    });
    assert_eq!(used.await, 1);
    let waiting = queue::counts(city.pool()).await.unwrap();
    assert_eq!(
        waiting.iter().map(|count| count.jobs).sum::<i64>(),
        1,
        "no effect of the late worker: {waiting:?}"
    );
}

#[tokio::test]
async fn a_job_whose_worker_keeps_dying_is_put_before_a_person() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    for at in (now().ms()..).take(8) {
        assert_eq!(queue::claim(city.pool(), "dying", at, 0, 1, None).await.unwrap().len(), 1);
    }
    let hands = |context, _, _| -> Answer { Box::pin(done(context)) };
    assert_eq!(
        run_until(&city, hands, async || is_dead(&city).await).await,
        0,
        "it is not begun a ninth time"
    );
    assert!(is_dead(&city).await);
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight() {
    let city = City::bare(|_| ()).await;
    add(&city, a_job("a")).await;
    let begun = Arc::new(AtomicUsize::new(0));
    let flag = begun.clone();
    let hands = move |context, _, _| -> Answer {
        flag.store(1, Ordering::SeqCst);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            done(context).await
        })
    };
    run_until(&city, hands, async || begun.load(Ordering::SeqCst) == 1).await;
    assert!(is_empty(&city).await);
}

#[tokio::test]
async fn slow_pictures_do_not_hold_up_the_rest() {
    let city = City::bare(|settings| settings.pictures = 1).await;
    for name in ["p", "q", "r"] {
        add(&city, Job::AnalysePhoto { photo: name.into() }).await;
    }
    add(&city, a_job("a")).await;
    let hands = |context, job: Claimed, _| -> Answer {
        Box::pin(async move {
            if job.kind == "analyse_photo" {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            done(context).await
        })
    };
    let begun = std::time::Instant::now();
    run_until(&city, hands, async || {
        queue::counts(city.pool()).await.unwrap().iter().all(|count| count.kind == "analyse_photo")
    })
    .await;
    let left = queue::counts(city.pool()).await.unwrap();
    assert!(
        !left.is_empty() && begun.elapsed() < Duration::from_secs(3),
        "{left:?} after {:?}",
        begun.elapsed()
    );
}
