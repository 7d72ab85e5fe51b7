//! The refusals that every operation shares, called forth operation by operation as the document lists them: no login, a
//! closed account, an unknown parameter, an unknown id, a body that is broken, of the wrong kind, too large or too slow,
//! and too many requests. It knows no operation by name: a new one is swept along.

use std::time::Duration;

use demo::client::{Answer, Client};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use tests::City;
use tests::contract::{check, contract, entries};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";
/// More than any operation takes.
const HUGE: usize = 64 * 1024 * 1024;
/// Longer than a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(25);

/// One documented operation with a request that fits it.
struct Operation {
    method: Method,
    path: String,
    operation: &'static Value,
}

fn operations() -> Vec<Operation> {
    let all = contract().operations();
    all.filter(|(_, path, _)| path.starts_with("/v1/"))
        .map(|(method, path, operation)| Operation { method: method.parse().unwrap(), path: path.to_owned(), operation })
        .collect()
}

impl Operation {
    fn promises(&self, status: u16) -> bool {
        self.operation["responses"].get(status.to_string()).is_some()
    }

    fn is_public(&self) -> bool {
        self.operation.get("security").is_some()
    }

    /// A path that names nothing there is, with the query that the document requires.
    fn target(&self) -> String {
        let path = self.path.replace("{id}", &uuid::Uuid::now_v7().to_string());
        let path = path.replace("{size}", "thumb").replace("{kind}", "calendar");
        let needed = self.operation["parameters"].as_array().into_iter().flatten().map(|p| contract().resolve(p));
        let pairs: Vec<_> = needed
            .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
            .map(|parameter| format!("{}={}", parameter["name"].as_str().unwrap(), sample(parameter)))
            .collect();
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn media(&self) -> Option<&str> {
        entries(&self.operation["requestBody"]["content"]).next().map(|(media, _)| media)
    }

    /// The first example of the body.
    fn body(&self) -> Option<&Value> {
        let examples = &self.operation["requestBody"]["content"][JSON]["examples"];
        entries(examples).next().map(|(_, example)| &example["value"])
    }

    /// Asks as the document says.
    async fn ask(&self, client: &Client, target: &str) -> Answer {
        let mut request = client.request(self.method.clone(), target);
        match self.media() {
            Some(JSON) => request = request.json(self.body().unwrap_or_else(|| panic!("{} has no example", self.path))),
            Some(_) => request = request.multipart(Form::new().part("file", Part::bytes(vec![b'x'; 100]).file_name("x"))),
            None => {}
        }
        client.finish(request, self.method.as_str(), target, self.body()).await.expect("an answer")
    }

    async fn ask_with(&self, client: &Client, media: &str, body: Vec<u8>) -> Answer {
        let target = self.target();
        let request = client.request(self.method.clone(), &target).header(CONTENT_TYPE, media).body(body);
        client.finish(request, self.method.as_str(), &target, None).await.expect("an answer")
    }

    /// Announces a body of `length` bytes, sends the first and waits; the answer is held against the contract.
    async fn stall(&self, client: &Client, length: usize) -> u16 {
        let target = self.target();
        let (media, first) = match self.media() {
            Some(JSON) => (JSON.to_owned(), "{"),
            _ => (format!("{FORM}; boundary=b"), "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx"),
        };
        let address = client.base().trim_start_matches("http://");
        let token = client.session()["access_token"].as_str().unwrap_or("none");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{first}",
            self.method
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        read.expect("an answer in time").expect("an answer");
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        check(self.method.as_str(), &target, status, JSON, None, body.as_bytes());
        status
    }
}

/// A value that fits a parameter.
fn sample(parameter: &Value) -> String {
    let schema = contract().resolve(&parameter["schema"]);
    let value = parameter.get("example").unwrap_or(&schema["enum"][0]);
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Somebody whom every operation lets in: the administrator where only they may, else a dispatcher.
async fn insider(city: &City, operation: &Operation) -> Client {
    let is_admins = ["/v1/jobs", "/v1/imports"].iter().any(|path| operation.path.starts_with(path));
    if is_admins { city.admin().await } else { city.dispatcher(1).await }
}

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
    close_account(&city, citizen.account_id()).await;
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

/// What an operator does by hand in this phase.
async fn close_account(city: &City, id: &str) {
    use sqlx::{Connection as _, PgConnection, SqliteConnection};
    let (url, text) = (&city.backend().database_url, "update account set active = false where id = $1");
    let closed = if url.starts_with("postgres") {
        let mut on = PgConnection::connect(url).await.unwrap();
        sqlx::query(text).bind(id).execute(&mut on).await.unwrap().rows_affected()
    } else {
        let mut on = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(text).bind(id).execute(&mut on).await.unwrap().rows_affected()
    };
    assert_eq!(closed, 1);
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
            let target = target.replace("/calendar", "/nonsense").replace("/thumb", "/nonsense");
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
    let operations: Vec<_> = operations().into_iter().filter(|operation| operation.media().is_some()).collect();
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
    for path in ["/", "/v1", "/v2/tickets", "/v1/tickets/", "/openapi.json", "/v1/photos/a/b/c"] {
        let answer = nobody.get(path).await.unwrap();
        assert_eq!(answer.refused(), (404, 40400), "{path}");
    }
    for operation in operations() {
        let target = operation.target();
        let answer = nobody.send(Method::DELETE, &target, &[], None).await.unwrap();
        assert_eq!(answer.refused(), (405, 40500), "{target}");
        assert!(answer.header("allow").contains(operation.method.as_str()), "{target}: {}", answer.header("allow"));
    }
    city.finish().await;
}
