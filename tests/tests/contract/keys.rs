//! Answers that need a little play before them: a key used twice, a programme that draws nothing, one act on its own, and
//! another system that asks too often.

use chrono::Days;
use demo::client::text;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tests::clock::now;
use tests::street::act;
use tests::{City, contract, pictures};

use crate::operation::{insider, operations};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_for_another_request_is_refused_before_anything_is_looked_up() {
    let city = City::start().await;
    let (picture, mut looked_at) = (pictures::heap(), Vec::new());
    for (n, operation) in operations().into_iter().enumerate() {
        // Reports have their own test in the story.
        if !operation.takes_key() || ["/v1/photos", "/v1/reports"].contains(&operation.path.as_str()) {
            continue;
        }
        let (who, key) = (insider(&city, &operation).await, format!("spent-{n}"));
        let form = Form::new().part("file", Part::bytes(picture.clone()).file_name("a.jpg"));
        let request = who.request(Method::POST, "/v1/photos").header("Idempotency-Key", &key).multipart(form);
        assert_eq!(who.finish(request, "POST", "/v1/photos", None).await.unwrap().status, 201);
        let target = match operation.path.as_str() {
            "/v1/rules/{id}" => "/v1/rules/gap".to_owned(),
            "/v1/registers/{register}" => "/v1/registers/camera".to_owned(),
            _ => operation.target(),
        };
        let headers = [("Idempotency-Key", key.as_str())];
        let answer = who.send(Method::POST, &target, &headers, operation.body()).await.unwrap();
        looked_at.push((answer.refused(), answer.asked));
    }
    let others: Vec<_> = looked_at.iter().filter(|(refused, _)| *refused != (409, 40903)).collect();
    assert!(others.is_empty() && looked_at.len() > 15, "{others:#?}");
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_without_a_sample_draws_nothing_and_an_act_can_be_read_by_itself() {
    let city = City::start().await;
    let dispatcher = city.dispatcher(1).await;
    let (first, last) = (now().date(), now().date() + Days::new(10));
    let campaign = json!({ "kind": "campaign", "name": "停车难专项整治", "lead": "line-traffic",
        "first_day": first, "last_day": last, "categories": ["06010"] });
    let made = dispatcher.post("/v1/programmes", &campaign).await.unwrap().ok().unwrap();
    let path = format!("/v1/programmes/{}/actions", text(&made, "/id"));
    assert_eq!(dispatcher.post(&path, &json!({ "action": "start" })).await.unwrap().status, 200);
    assert_eq!(dispatcher.post(&path, &json!({ "action": "draw" })).await.unwrap().refused(), (422, 42200));
    let (ticket, _) = city.dispatched_heap().await;
    act(&dispatcher, &ticket, json!({ "action": "supervise", "level": "reminder", "text": "请尽快到场" }))
        .await;
    let acts = dispatcher.get(&format!("/v1/acts?ticket={ticket}")).await.unwrap().ok().unwrap();
    let one =
        dispatcher.get(&format!("/v1/acts/{}", text(&acts, "/items/0/id"))).await.unwrap().ok().unwrap();
    assert_eq!((text(&one, "/kind"), text(&one, "/words")), ("reminder", "请尽快到场"));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_system_that_asks_for_a_number_that_nobody_has_is_told_so() {
    let city = City::start().await;
    let path = "/open311/v2/requests.json?service_request_id=no_number";
    assert_eq!(city.nobody().get(path).await.unwrap().status, 404);
    let acts = city.dispatcher(1).await.get("/v1/acts?ticket=").await.unwrap();
    assert_eq!(acts.refused(), (400, 40004), "an empty number is none");
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_system_that_asks_too_often_is_told_so() {
    let city = City::plan().with("SUISHOUPAI_LIMIT_IP", "0").start().await;
    let nobody = city.nobody();
    let all = contract::contract().operations();
    for (method, path, _) in all.filter(|(_, path, _)| path.starts_with("/open311/")) {
        let path = path.replace("{code}", "06010").replace("{id}", "none").replace("{file}", "services.xml");
        let path = path.replace("{list}", "discovery");
        let answer = nobody.send(method.parse().unwrap(), &path, &[], None).await.unwrap();
        assert_eq!(answer.status, 429, "{method} {path}");
    }
    city.finish().await;
}
