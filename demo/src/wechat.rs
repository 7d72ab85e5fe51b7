//! A stand-in for the WeChat platform (`api.weixin.qq.com`) for the demo and the tests: the three calls that the product
//! makes, with the platform's own rules, codes and words, and a list of what was sent. It answers on the loopback
//! address only and refuses to know real users.

mod platform;
mod template;

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use platform::{LoginQuery, Platform, TokenRequest};

/// The stand-in's only mini-program.
pub const APP_ID: &str = "wx0000000000demo00";
/// Its secret.
pub const SECRET: &str = "demo-secret-of-the-stand-in";
/// The message template about progress.
pub const TEMPLATE_PROGRESS: &str = "demo-template-progress";
/// The message template about tasks.
pub const TEMPLATE_TASK: &str = "demo-template-task";
/// How long a call hangs after [`How::Hang`]; longer than any client waits.
const HANG: Duration = Duration::from_secs(60);

/// One message that the platform took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The openid it went to.
    pub touser: String,
    /// Which template.
    pub template_id: String,
    /// The page of the mini-program that it opens.
    #[serde(default)]
    pub page: Option<String>,
    /// `{"thing1":{"value":"…"}}`.
    pub data: Value,
}

/// What goes wrong with the next calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Each is answered with −1.
    Busy,
    /// Each stays without an answer.
    Hang,
    /// The present access token is no longer valid; the calls themselves are answered.
    StaleToken,
}

/// The body of `POST /__break`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Break {
    /// How many of the next calls.
    pub calls: u32,
    /// In which way.
    pub how: How,
}

/// The running stand-in; dropping it leaves it running until the process ends.
#[derive(Debug)]
pub struct Standin {
    /// Such as `http://127.0.0.1:40213`.
    pub base: String,
    platform: Shared,
    handle: ServerHandle,
}

type Shared = Arc<Mutex<Platform>>;

impl Standin {
    /// What was sent so far, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.platform).sent.clone()
    }

    /// Makes the next calls go wrong.
    pub fn break_next(&self, calls: u32, how: How) {
        lock(&self.platform).break_next(Break { calls, how });
    }

    /// Ends it.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// Starts it on a free port of the loopback address.
pub async fn start() -> io::Result<Standin> {
    start_on(0)
}

/// Starts it on `port` of the loopback address; must be called inside a Tokio runtime.
pub fn start_on(port: u16) -> io::Result<Standin> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let base = format!("http://{}", listener.local_addr()?);
    let platform = Shared::default();
    let state = web::Data::from(platform.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/sns/jscode2session", web::get().to(code2session))
            .route("/cgi-bin/stable_token", web::post().to(stable_token))
            .route("/cgi-bin/message/subscribe/send", web::post().to(send))
            .route("/__sent", web::get().to(list))
            .route("/__break", web::post().to(break_calls))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Standin { base, platform, handle })
}

async fn code2session(platform: web::Data<Mutex<Platform>>, query: web::Query<LoginQuery>) -> HttpResponse {
    let answer = match trouble(&platform).await {
        Some(answer) => answer,
        None => lock(&platform).login(&query),
    };
    // The platform says text/plain here, whatever it sends.
    HttpResponse::Ok().content_type("text/plain").body(answer.to_string())
}

async fn stable_token(platform: web::Data<Mutex<Platform>>, body: web::Bytes) -> HttpResponse {
    let answer = match (trouble(&platform).await, serde_json::from_slice::<TokenRequest>(&body)) {
        (Some(answer), _) => answer,
        (None, Ok(request)) => lock(&platform).token(&request),
        (None, Err(_)) => platform::error(47001, "data format error"),
    };
    HttpResponse::Ok().json(answer)
}

#[derive(Deserialize)]
struct SendQuery {
    #[serde(default)]
    access_token: String,
}

async fn send(
    platform: web::Data<Mutex<Platform>>,
    query: web::Query<SendQuery>,
    body: web::Bytes,
) -> HttpResponse {
    let answer = match (trouble(&platform).await, serde_json::from_slice::<Value>(&body)) {
        (Some(answer), _) => answer,
        (None, Ok(message)) => lock(&platform).send(&query.access_token, &message),
        (None, Err(_)) => platform::error(47001, "data format error"),
    };
    HttpResponse::Ok().json(answer)
}

async fn list(platform: web::Data<Mutex<Platform>>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "sent": lock(&platform).sent }))
}

async fn break_calls(platform: web::Data<Mutex<Platform>>, order: web::Json<Break>) -> HttpResponse {
    lock(&platform).break_next(*order);
    HttpResponse::Ok().json(json!({}))
}

/// The answer of a call that was ordered to go wrong.
async fn trouble(platform: &Mutex<Platform>) -> Option<Value> {
    let how = lock(platform).next_trouble()?;
    if how == How::Hang {
        tokio::time::sleep(HANG).await;
    }
    Some(platform::error(-1, "system error"))
}

fn lock(platform: &Mutex<Platform>) -> std::sync::MutexGuard<'_, Platform> {
    platform.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
