use tokio::time::Instant;

use super::*;
use crate::sql::testing::backend;

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_listener_hears_nudges_that_came_while_it_was_busy_and_only_of_its_topic() {
    let wake = Wake::memory();
    let mut jobs = wake.listener(Topic::Jobs);
    let mut events = wake.clone().listener(Topic::Events);
    wake.nudge(Topic::Jobs);
    wake.nudge(Topic::Jobs);
    assert!(jobs.wait(LONG).await);
    assert!(!jobs.wait(SHORT).await, "two nudges are one");
    assert!(!events.wait(SHORT).await);
}

#[tokio::test]
async fn a_wait_ends_at_its_time_even_when_nobody_is_left_to_nudge() {
    let wake = Wake::memory();
    let mut orphan = wake.listener(Topic::Jobs);
    drop(wake);
    let start = Instant::now();
    assert!(!orphan.wait(SHORT).await);
    assert!(start.elapsed() >= SHORT);
}

/// Nudges until the other side hears, since a link may still be coming up.
async fn hears(from: &Wake, to: &Wake, topic: Topic) -> bool {
    let mut listener = to.listener(topic);
    for _ in 0..50 {
        from.nudge(topic);
        if listener.wait(Duration::from_millis(100)).await {
            return true;
        }
    }
    false
}

async fn reaches_the_other_process(open: impl Fn() -> Wake) {
    let (here, there) = (open(), open());
    for topic in Topic::ALL {
        assert!(hears(&here, &there, topic).await);
        assert!(hears(&there, &here, topic).await);
    }
    tokio::time::sleep(SHORT * 4).await;
    let mut quiet = there.listener(Topic::Events);
    here.nudge(Topic::Jobs);
    assert!(!quiet.wait(SHORT * 4).await, "topics stay apart");
}

#[tokio::test]
async fn a_nudge_reaches_another_process_by_postgres() {
    if let Some(url) = backend("TEST_POSTGRES_URL") {
        reaches_the_other_process(|| Wake::postgres(&url).unwrap()).await;
    }
}

#[tokio::test]
async fn a_nudge_reaches_another_process_by_redis() {
    if let Some(url) = backend("TEST_REDIS_URL") {
        reaches_the_other_process(|| Wake::redis(&url).unwrap()).await;
    }
}

#[tokio::test]
async fn a_link_that_is_down_still_wakes_this_process_and_never_blocks_it() {
    for wake in
        [Wake::redis("redis://127.0.0.1:1/").unwrap(), Wake::postgres("postgres://x@127.0.0.1:1/x").unwrap()]
    {
        let mut listener = wake.listener(Topic::Jobs);
        let start = Instant::now();
        (0..1_000).for_each(|_| wake.nudge(Topic::Jobs));
        assert!(listener.wait(LONG).await);
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_subscription_comes_back_after_redis_was_gone() {
    let Some(url) = backend("TEST_REDIS_URL") else { return };
    let proxy = crate::sql::testing::Proxy::start(&url).await;
    let (here, there) = (Wake::redis(&url).unwrap(), Wake::redis(&proxy.url).unwrap());
    assert!(hears(&here, &there, Topic::Jobs).await);
    proxy.set_open(false);
    tokio::time::sleep(SHORT).await;
    let mut deaf = there.listener(Topic::Jobs);
    here.nudge(Topic::Jobs);
    assert!(!deaf.wait(SHORT * 4).await);
    proxy.set_open(true);
    assert!(hears(&here, &there, Topic::Jobs).await);
}
