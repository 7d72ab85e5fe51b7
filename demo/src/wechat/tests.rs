use serde_json::{Value, json};

use super::*;

async fn login(base: &str, id: &str, secret: &str, code: &str) -> Value {
    let query = [("appid", id), ("secret", secret), ("js_code", code), ("grant_type", "authorization_code")];
    let request = reqwest::Client::new().get(format!("{base}/sns/jscode2session")).query(&query);
    request.send().await.unwrap().json().await.unwrap()
}

async fn post(base: &str, path: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("{base}{path}")).json(&body);
    request.send().await.unwrap().json().await.unwrap()
}

async fn token(base: &str, force: bool) -> String {
    let asked = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": force });
    post(base, "/cgi-bin/stable_token", asked).await["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_is_good_once_and_every_wrong_one_gets_the_platforms_number() {
    let standin = start().await.unwrap();
    let base = &standin.base;
    let first = login(base, APP_ID, SECRET, "demo-o1").await;
    assert_eq!((&first["openid"], first.get("errcode")), (&json!("o1"), None));
    assert_eq!(login(base, APP_ID, SECRET, "demo-o1.again").await["openid"], "o1");
    for (id, secret, code, wanted) in [
        (APP_ID, SECRET, "demo-o1", 40163),
        (APP_ID, SECRET, "demo-", 40029),
        (APP_ID, SECRET, "nonsense", 40029),
        (APP_ID, SECRET, "busy-o1", -1),
        (APP_ID, SECRET, "risky-o1", 40226),
        (APP_ID, SECRET, "", 41008),
        ("wx1", SECRET, "demo-o2", 40013),
        (APP_ID, "wrong", "demo-o2", 40125),
    ] {
        assert_eq!(login(base, id, secret, code).await["errcode"], wanted, "{code}");
    }
}

#[tokio::test]
async fn a_message_needs_the_newest_token_a_willing_person_and_fitting_fields() {
    let standin = start().await.unwrap();
    let base = &standin.base;
    let send = async |token: &str, to: &str, thing: &str| {
        let data = json!({ "thing1": { "value": thing } });
        let body = json!({ "touser": to, "template_id": "t", "data": data });
        post(base, &format!("/cgi-bin/message/subscribe/send?access_token={token}"), body).await
    };
    let first = token(base, false).await;
    assert_eq!(token(base, false).await, first, "the same token while it is valid");
    assert_eq!(send("other", "o1", "好").await["errcode"], 40001);
    assert_eq!(send(&first, "o-refuses", "好").await["errcode"], 43101);
    let long = send(&first, "o1", &"字".repeat(21)).await;
    assert_eq!(long["errcode"], 47003);
    assert!(long["errmsg"].as_str().unwrap().contains("data.thing1.value"));
    assert_eq!(send(&first, "o1", "好").await["errcode"], 0);
    let second = token(base, true).await;
    assert_ne!(second, first);
    assert_eq!(send(&first, "o1", "好").await["errcode"], 40001, "a forced renewal ends the old one");
    standin.break_next(0, How::StaleToken);
    assert_eq!(send(&second, "o1", "好").await["errcode"], 40001);
    assert_eq!(standin.sent().len(), 1);
}

#[tokio::test]
async fn ordered_trouble_lasts_for_as_many_calls_as_ordered() {
    let standin = start().await.unwrap();
    standin.break_next(2, How::Busy);
    for wanted in [json!(-1), json!(-1), Value::Null] {
        assert_eq!(login(&standin.base, APP_ID, SECRET, "demo-o1").await["errcode"], wanted);
    }
    standin.break_next(1, How::Hang);
    let patience = Duration::from_millis(300);
    assert!(tokio::time::timeout(patience, login(&standin.base, APP_ID, SECRET, "demo-o2")).await.is_err());
}
