//! One documented operation and a request that fits it, made from the document alone, so that a new operation is swept
//! along with the others.

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

pub const JSON: &str = "application/json";
pub const FORM: &str = "multipart/form-data";
/// Longer than a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(25);

/// One documented operation with a request that fits it.
pub struct Operation {
    pub method: Method,
    pub path: String,
    operation: &'static Value,
}

/// Every operation under `/v1/`.
pub fn operations() -> Vec<Operation> {
    let all = contract().operations();
    all.filter(|(_, path, _)| path.starts_with("/v1/"))
        .map(|(method, path, operation)| Operation {
            method: method.parse().expect("a method of HTTP"),
            path: path.to_owned(),
            operation,
        })
        .collect()
}

impl Operation {
    /// Whether this status is documented.
    pub fn promises(&self, status: u16) -> bool {
        self.operation["responses"].get(status.to_string()).is_some()
    }

    /// Whether it needs no login.
    pub fn is_public(&self) -> bool {
        self.operation.get("security").is_some()
    }

    /// A path that names nothing there is, with the query that the document requires.
    pub fn target(&self) -> String {
        let path = self.path.replace("{id}", &uuid::Uuid::now_v7().to_string());
        let path = path.replace("{size}", "thumb").replace("{kind}", "calendar");
        let needed =
            self.operation["parameters"].as_array().into_iter().flatten().map(|p| contract().resolve(p));
        let pairs: Vec<_> = needed
            .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
            .map(|parameter| {
                format!("{}={}", parameter["name"].as_str().unwrap_or_default(), sample(parameter))
            })
            .collect();
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// What its body is, if it has one.
    pub fn media(&self) -> Option<&str> {
        entries(&self.operation["requestBody"]["content"]).next().map(|(media, _)| media)
    }

    /// Whether it takes an idempotency key.
    pub fn takes_key(&self) -> bool {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters.map(|parameter| contract().resolve(parameter)).any(|p| p["name"] == "Idempotency-Key")
    }

    /// The first example of the body.
    pub fn body(&self) -> Option<&Value> {
        let examples = &self.operation["requestBody"]["content"][JSON]["examples"];
        entries(examples).next().map(|(_, example)| &example["value"])
    }

    /// Asks as the document says.
    pub async fn ask(&self, client: &Client, target: &str) -> Answer {
        let mut request = client.request(self.method.clone(), target);
        match self.media() {
            Some(JSON) => {
                request = request.json(self.body().unwrap_or_else(|| panic!("{} has no example", self.path)))
            }
            Some(_) => {
                request =
                    request.multipart(Form::new().part("file", Part::bytes(vec![b'x'; 100]).file_name("x")))
            }
            None => {}
        }
        client.finish(request, self.method.as_str(), target, self.body()).await.expect("an answer")
    }

    /// Sends a body of another kind.
    pub async fn ask_with(&self, client: &Client, media: &str, body: Vec<u8>) -> Answer {
        let target = self.target();
        let request = client.request(self.method.clone(), &target).header(CONTENT_TYPE, media).body(body);
        client.finish(request, self.method.as_str(), &target, None).await.expect("an answer")
    }

    /// Announces a body of `length` bytes, sends the first and waits; the answer is held against the contract.
    pub async fn stall(&self, client: &Client, length: usize) -> u16 {
        let target = self.target();
        let (media, first) = match self.media() {
            Some(JSON) => (JSON.to_owned(), "{"),
            _ => (
                format!("{FORM}; boundary=b"),
                "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx",
            ),
        };
        let address = client.base().trim_start_matches("http://");
        let token = client.session()["access_token"].as_str().unwrap_or("none");
        let mut stream = TcpStream::connect(address).await.expect("the server is there");
        let head = format!(
            "{} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{first}",
            self.method
        );
        stream.write_all(head.as_bytes()).await.expect("the head is sent");
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        read.expect("an answer in time").expect("an answer");
        let text = String::from_utf8(answer).expect("an answer in UTF-8");
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
pub async fn insider(city: &City, operation: &Operation) -> Client {
    let begins = |paths: &[&str]| paths.iter().any(|path| operation.path.starts_with(path));
    match () {
        () if operation.path == "/v1/points" || operation.path.ends_with("/votes") => city.citizen(1).await,
        () if begins(&["/open311", "/v1/registers/camera"]) => city.integration().await,
        () if begins(&[
            "/v1/jobs",
            "/v1/imports",
            "/v1/people",
            "/v1/rules",
            "/v1/practice",
            "/v1/subscriptions",
        ]) =>
        {
            city.admin().await
        }
        () => city.dispatcher(1).await,
    }
}
