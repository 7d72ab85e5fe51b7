//! People and requests at the same moment: one wins, and the other is told who.

use demo::client::text;
use futures_util::future::join_all;
use serde_json::json;
use tests::{City, pictures, street};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_dispatchers_at_once_one_wins_and_the_other_is_told_who() {
    let city = City::start().await;
    let (ticket, seen) = city.dispatched_heap().await;
    let rivals = [city.dispatcher(1).await, city.dispatcher(2).await];
    let version = format!("\"{}\"", seen["version"]);
    let path = format!("/v1/tickets/{ticket}/actions");
    let calls = rivals.iter().zip(["line-sanitation", "area-tongji"]).map(|(rival, lead)| {
        let body = json!({ "action": "redispatch", "lead": lead, "reason": "改派" });
        let (rival, path, version) = (rival.clone(), path.clone(), version.clone());
        tokio::spawn(async move {
            rival.post_with(&path, &body, &[("If-Match", &version)]).await.expect("an answer")
        })
    });
    let answers: Vec<_> = join_all(calls).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let winner = usize::from(statuses[1] == 200);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", answers[0].message, answers[1].message);
    let name = text(rivals[winner].session(), "/account/name");
    let loser = &answers[1 - winner];
    assert_eq!(loser.code, 40902);
    assert!(loser.message.contains(name), "“{}” does not name {name}", loser.message);
    let now = rivals[0].ticket(&ticket).await.expect("the ticket");
    assert_eq!(now["lead"]["code"], json!(["line-sanitation", "area-tongji"][winner]), "{}", now["lead"]);
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_equal_reports_at_once_with_one_key_are_one_report() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
    let report = street::heap_report(street::here(), 15.0, &[photo]);
    let calls = (0..20).map(|_| {
        let (citizen, report) = (citizen.clone(), report.clone());
        tokio::spawn(async move { citizen.report(&report, "one-key").await.expect("an answer") })
    });
    let answers: Vec<_> = join_all(calls).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.message);
        assert_eq!(answer.data, answers[0].data);
    }
    let replays = answers.iter().filter(|answer| !answer.header("idempotent-replay").is_empty()).count();
    assert_eq!(replays, 19, "all but the first are said to be repeats");
    let database = city.database().await;
    for text in ["select cast(count(*) as bigint) from report", "select cast(count(*) as bigint) from ticket"]
    {
        assert_eq!(database.number(text).await, 1);
    }
    database.close().await;
    city.finish().await;
}

/// After the grace window a second use ends the family: `store`'s tests move the clock, which a black box can't.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_refreshes_at_once_with_one_token_all_give_usable_tokens() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let token = json!({ "refresh_token": text(citizen.session(), "/refresh_token") });
    let nobody = city.nobody();
    let calls = (0..10).map(|_| {
        let (nobody, token) = (nobody.clone(), token.clone());
        tokio::spawn(async move { nobody.post("/v1/auth/refresh", &token).await.expect("an answer") })
    });
    for answer in join_all(calls).await {
        let fresh = answer.expect("no panic").ok().expect("new tokens");
        let renewed = nobody.with_token(Some(text(&fresh, "/access_token")));
        let me = renewed.get("/v1/me").await.expect("an answer").ok().expect("the token works");
        assert_eq!(me["id"], json!(citizen.account_id()));
        let next = json!({ "refresh_token": text(&fresh, "/refresh_token") });
        assert_eq!(nobody.post("/v1/auth/refresh", &next).await.expect("an answer").status, 200);
    }
    city.finish().await;
}
