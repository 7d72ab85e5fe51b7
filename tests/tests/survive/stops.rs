//! Redis and PostgreSQL going away and coming back while the city works.

use std::time::{Duration, Instant};

use demo::client::Client;
use tests::street::{PATIENCE, act};
use tests::{City, pictures, street};

use crate::services::{Postgres, Redis, is_our_run};

/// Seconds after which a job that broke off with the database comes back; short, because the test waits for it.
const LEASE: &str = "2";

/// Reads that a citizen and a dispatcher make all day.
async fn everyday(citizen: &Client, dispatcher: &Client) {
    for (who, path) in [
        (citizen, "/v1/me"),
        (citizen, "/v1/reports"),
        (dispatcher, "/v1/tickets"),
        (dispatcher, "/v1/statistics"),
    ] {
        let answer = who.get(path).await.expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.message);
    }
}

#[tokio::test]
async fn without_redis_everything_goes_on() {
    if !is_our_run() {
        return;
    }
    let mut redis = Redis::start().await;
    let mut city = City::plan().at_redis(&redis.url()).split().start().await;
    let (citizen, dispatcher, handler) =
        (city.citizen(1).await, city.dispatcher(1).await, city.handler("huanxiu").await);
    everyday(&citizen, &dispatcher).await;
    redis.stop().await;
    everyday(&citizen, &dispatcher).await;
    // The whole way of a ticket without a nudge between the two processes: they look by themselves.
    let ticket = street::report(&citizen, street::here(), pictures::heap()).await;
    dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.expect("dispatched without Redis");
    assert!(city.nobody().login_staff("admin", tests::people::PASSWORD).await.is_ok(), "nobody can log in");
    redis.begin().await;
    everyday(&citizen, &dispatcher).await;
    act(&handler, &ticket, serde_json::json!({ "action": "sign_in" })).await;
    let judged = city.hand_in(&ticket, pictures::cleared(), street::here()).await;
    assert_eq!(judged["proof"]["outcome"], "pass", "{}", judged["proof"]);
    assert!(city.api().id().is_some() && city.worker().id().is_some(), "a process ended");
    city.finish().await;
}

#[tokio::test]
async fn while_postgresql_is_down_the_answer_is_503_and_then_everything_carries_on() {
    if !is_our_run() {
        return;
    }
    let mut postgres = Postgres::start().await;
    let mut city =
        City::plan().at_database(&postgres.url()).with("SUISHOUPAI_LEASE_SECONDS", LEASE).start().await;
    let (citizen, dispatcher) = (city.citizen(1).await, city.dispatcher(1).await);
    let ticket = street::report(&citizen, street::here(), pictures::heap()).await;
    let photo = street::upload(&citizen, pictures::other_heap(), street::beside(400.0, 0.0)).await;
    let report = street::heap_report(street::beside(400.0, 0.0), 15.0, &[photo]);
    postgres.stop().await;
    for path in ["/v1/tickets", "/v1/notices", "/readyz"] {
        let began = Instant::now();
        let answer = dispatcher.get(path).await.expect("an answer, not a broken connection");
        assert_eq!(answer.status, 503, "{path}: {}", answer.message);
        assert!(!answer.header("retry-after").is_empty(), "{path} does not say when to come again");
        assert!(answer.message.chars().any(|c| c > '\u{4e00}'), "{}", answer.message);
        assert!(began.elapsed() < Duration::from_secs(10), "{path} took {:?}", began.elapsed());
    }
    let refused = citizen.report(&report, "during-the-restart").await.expect("an answer");
    assert_eq!((refused.status, refused.header("retry-after").is_empty()), (503, false));
    let alive = dispatcher.get("/healthz").await.expect("an answer");
    assert_eq!(alive.status, 200);
    postgres.begin().await;
    let began = Instant::now();
    let other = loop {
        let answer = citizen.report(&report, "during-the-restart").await.expect("an answer");
        if answer.status == 201 {
            break demo::client::text(&answer.data, "/ticket_id").to_owned();
        }
        assert!(answer.status == 503 && began.elapsed() < PATIENCE, "{} {}", answer.status, answer.message);
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    for ticket in [&ticket, &other] {
        dispatcher.wait_for(ticket, "dispatched", PATIENCE).await.expect("the worker carries on");
    }
    assert!(city.api().id().is_some(), "the server ended");
    city.finish().await;
    postgres.remove().await;
}
