//! The refusals that every operation shares, called forth operation by operation as the document lists them: no login, a
//! closed account, an unknown parameter, an unknown id, a body that is broken, of the wrong kind, too large or too slow,
//! and too many requests.

use reqwest::Method;
use tests::City;

use crate::answers::write;
use crate::operation::{FORM, JSON, insider, operations};

/// More than any operation takes.
const HUGE: usize = 64 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_a_login_that_the_document_asks_for() {
    let city = City::start().await;
    let nobody = city.nobody();
    for operation in operations().iter().filter(|operation| !operation.is_public()) {
        let answer = operation.ask(&nobody, &operation.target()).await;
        assert_eq!(answer.refused(), (401, 40100), "{}", answer.asked);
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{}", answer.asked);
        let forged = operation.ask(&nobody.with_token(Some("a.b.c")), &operation.target()).await;
        assert_eq!(forged.refused(), (401, 40101), "{}", forged.asked);
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_shut_out_of_everything() {
    let city = City::start().await;
    let citizen = city.nobody().login_wechat("demo-o-closed.1").await.unwrap();
    // What an operator does by hand in this phase.
    write(&city, "update account set active = false where id = $1", citizen.account_id()).await;
    for operation in operations().iter().filter(|operation| !operation.is_public()) {
        let answer = operation.ask(&citizen, &operation.target()).await;
        assert_eq!(answer.refused(), (403, 40306), "{}", answer.asked);
    }
    let again = serde_json::json!({ "code": "demo-o-closed.2" });
    assert_eq!(city.nobody().post("/v1/auth/wechat", &again).await.unwrap().refused(), (403, 40306));
    let renewal = serde_json::json!({ "refresh_token": citizen.session()["refresh_token"] });
    assert_eq!(city.nobody().post("/v1/auth/refresh", &renewal).await.unwrap().refused(), (401, 40103));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_parameter_is_refused_and_an_unknown_id_is_not_found() {
    let city = City::start().await;
    for operation in operations() {
        let insider = insider(&city, &operation).await;
        let target = operation.target();
        let joint = if target.contains('?') { '&' } else { '?' };
        let answer = operation.ask(&insider, &format!("{target}{joint}nonsense=1")).await;
        assert_eq!(answer.status, 400, "{}", answer.asked);
        if operation.promises(404) {
            let mut target = target.replace("/calendar", "/nonsense").replace("/thumb", "/nonsense");
            if operation.path == "/v1/duty-ledger" {
                target.push_str("&person=nonsense");
            }
            let answer = operation.ask(&insider, &target).await;
            assert_eq!(answer.status, 404, "{}", answer.asked);
        }
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_broken_of_the_wrong_kind_or_too_large_is_refused() {
    let city = City::start().await;
    for operation in operations().iter().filter(|operation| operation.media().is_some()) {
        let insider = insider(&city, operation).await;
        let (media, broken) = match operation.media() {
            Some(JSON) => (JSON.to_owned(), "{\"".to_owned()),
            _ => (format!("{FORM}; boundary=b"), "--b\r\nnonsense".to_owned()),
        };
        let answer = operation.ask_with(&insider, &media, broken.into_bytes()).await;
        assert_eq!(answer.status, 400, "{}", answer.asked);
        let answer = operation.ask_with(&insider, "text/plain", b"{}".to_vec()).await;
        assert_eq!(answer.refused(), (415, 41500), "{}", answer.asked);
        assert_eq!(operation.stall(&insider, HUGE).await, 413, "{}", operation.path);
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let city = City::plan().with("SUISHOUPAI_UPLOAD_STALL_SECONDS", "1").start().await;
    let operations: Vec<_> =
        operations().into_iter().filter(|operation| operation.media().is_some()).collect();
    let stalled = operations.iter().map(|operation| async {
        let insider = insider(&city, operation).await;
        (&operation.path, operation.stall(&insider, 1000).await)
    });
    for (path, status) in futures_util::future::join_all(stalled).await {
        assert_eq!(status, 408, "{path}");
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let city = City::plan().with("SUISHOUPAI_LIMIT_ACCOUNT", "0").start().await;
    let citizen = city.citizen(1).await;
    for operation in operations().iter().filter(|operation| operation.promises(429)) {
        let answer = operation.ask(&citizen, &operation.target()).await;
        assert_eq!(answer.refused(), (429, 42900), "{}", answer.asked);
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{}: {seconds}", answer.asked);
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_or_method_that_is_not_in_the_document_is_refused_with_the_same_envelope() {
    let city = City::start().await;
    let nobody = city.nobody();
    for path in ["/v1", "/v2/tickets", "/v1/tickets/", "/openapi.json", "/v1/photos/a/b/c"] {
        let answer = nobody.get(path).await.unwrap();
        assert_eq!(answer.refused(), (404, 40400), "{path}");
    }
    for operation in operations() {
        let target = operation.target();
        let answer = nobody.send(Method::DELETE, &target, &[], None).await.unwrap();
        assert_eq!(answer.refused(), (405, 40500), "{target}");
        assert!(
            answer.header("allow").contains(operation.method.as_str()),
            "{target}: {}",
            answer.header("allow")
        );
    }
    city.finish().await;
}
