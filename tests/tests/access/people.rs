//! Staff accounts in the administrator's hands: found, closed, opened again, given a new password; and who agreed to the
//! privacy guide.

use demo::client::text;
use reqwest::Method;
use serde_json::{Value, json};
use tests::City;
use tests::people::PASSWORD;

use crate::chinese::refused;

/// The items of a list.
async fn listed(city: &City, query: &str) -> Vec<Value> {
    let answer = city.admin().await.get(&format!("/v1/people{query}")).await.expect("an answer");
    answer.ok().expect("people")["items"].as_array().expect("items").clone()
}

async fn act(city: &City, id: &str, body: Value) -> demo::client::Answer {
    city.admin().await.post(&format!("/v1/people/{id}/actions"), &body).await.expect("an answer")
}

async fn login(city: &City, username: &str, password: &str) -> u16 {
    let body = json!({ "username": username, "password": password });
    city.nobody().post("/v1/auth/login", &body).await.expect("an answer").status
}

#[tokio::test]
async fn staff_are_found_by_what_is_asked_and_page_by_page() {
    let city = City::start().await;
    let handlers = listed(&city, "?role=handler&department=area-huanxiu").await;
    assert!(!handlers.is_empty());
    assert!(
        handlers.iter().all(|one| one["role"] == "handler" && one["department"]["code"] == "area-huanxiu")
    );
    let found = listed(&city, "?words=DISPATCHER1").await;
    assert_eq!(found.len(), 1, "the case of letters doesn't matter: {found:?}");
    assert_eq!(text(&found[0], "/username"), "dispatcher1");
    assert!(listed(&city, "?words=%25").await.is_empty(), "a percent sign is itself");
    assert!(listed(&city, "?active=false").await.is_empty());
    city.citizen(1).await;
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/people?limit=20{cursor}");
        let page = city.admin().await.get(&path).await.expect("an answer").ok().expect("a page");
        names.extend(page["items"].as_array().expect("items").iter().map(|one| text(one, "/id").to_owned()));
        assert!(page["items"].as_array().expect("items").iter().all(|one| one["role"] != "citizen"));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "nobody is listed twice");
    let long = city.admin().await.get(&format!("/v1/people?words={}", "a".repeat(41))).await;
    refused(&long.expect("an answer"), 400, 40004);
    city.finish().await;
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_back_when_it_is_opened() {
    let city = City::start().await;
    let handler = city.handler("huanxiu").await;
    let id = text(&listed(&city, "?words=handler-huanxiu").await[0], "/id").to_owned();
    assert_eq!(handler.get("/v1/me").await.expect("an answer").status, 200);
    let closed = act(&city, &id, json!({ "action": "suspend" })).await.ok().expect("closed");
    assert_eq!(closed["active"], false);
    assert_eq!(handler.get("/v1/me").await.expect("an answer").status, 403);
    assert_eq!(login(&city, "handler-huanxiu", PASSWORD).await, 401);
    let opened = act(&city, &id, json!({ "action": "restore" })).await.ok().expect("opened");
    assert_eq!(opened["active"], true);
    assert_eq!(login(&city, "handler-huanxiu", PASSWORD).await, 200);
    city.finish().await;
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_the_old_password() {
    let city = City::start().await;
    let handler = city.handler("huanxiu").await;
    let id = text(&listed(&city, "?words=handler-huanxiu").await[0], "/id").to_owned();
    // Tokens are told apart by the second.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let body = json!({ "action": "reset_password", "password": "一个新的口令2026" });
    let answer = act(&city, &id, body).await.ok().expect("a new password");
    assert!(!answer.to_string().contains("口令"), "a password is never answered: {answer}");
    assert_eq!(handler.get("/v1/me").await.expect("an answer").status, 401, "the old session goes on");
    assert_eq!(login(&city, "handler-huanxiu", PASSWORD).await, 401);
    assert_eq!(login(&city, "handler-huanxiu", "一个新的口令2026").await, 200);
    city.finish().await;
}

#[tokio::test]
async fn nobody_closes_himself_or_a_citizen_and_every_field_is_looked_at() {
    let city = City::start().await;
    let me = city.admin().await.get("/v1/me").await.expect("an answer").ok().expect("me");
    refused(&act(&city, text(&me, "/id"), json!({ "action": "suspend" })).await, 409, 40900);
    let citizen = city.citizen(1).await.get("/v1/me").await.expect("an answer").ok().expect("me");
    refused(&act(&city, text(&citizen, "/id"), json!({ "action": "suspend" })).await, 404, 40401);
    refused(&act(&city, "no-such-id", json!({ "action": "restore" })).await, 404, 40401);
    let mine = text(&me, "/id");
    for body in [
        json!({ "action": "reset_password" }),
        json!({ "action": "reset_password", "password": "short" }),
        json!({ "action": "restore", "password": "long enough" }),
        json!({ "action": "promote" }),
    ] {
        refused(&act(&city, mine, body).await, 400, 40002);
    }
    city.finish().await;
}

#[tokio::test]
async fn the_first_agreement_to_the_guide_in_force_is_kept() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let me = async || citizen.get("/v1/me").await.expect("an answer").ok().expect("me");
    assert_eq!(me().await["consented_version"], Value::Null);
    let agree = async |version: i64| {
        let body = json!({ "privacy_version": version });
        citizen.send(Method::POST, "/v1/me/consents", &[], Some(&body)).await.expect("an answer")
    };
    refused(&agree(2).await, 400, 40002);
    let config = citizen.get("/v1/config").await.expect("an answer").ok().expect("the settings");
    let version = config["privacy_version"].as_i64().expect("a version");
    for _ in 0..2 {
        assert_eq!(agree(version).await.ok().expect("kept")["consented_version"], version);
    }
    let database = city.database().await;
    assert_eq!(database.number("select cast(count(*) as bigint) from consent").await, 1);
    database.close().await;
    assert_eq!(me().await["consented_version"], version);
    city.finish().await;
}
