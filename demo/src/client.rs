//! A small client of the public HTTP API, for the story and the tests: it sends what a mini-program or a console would
//! send and reads the envelope. It refuses to know the server's types: whatever it says about them comes over the wire.

mod answer;

use std::time::{Duration, Instant};

use domain::geo::datum::{CoordType, Wgs84, from_wgs84};
use domain::time::Moment;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

pub use answer::{Answer, Failure, text};

/// What every call returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// The longest a call may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between the first two looks at a ticket, and at most between later ones.
const LOOKS: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(500));

/// One request and its answer, as a witness sees it.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// The JSON that was sent, if it was JSON.
    pub request: Option<&'a Value>,
    /// HTTP status.
    pub status: u16,
    /// The answer's content type, as it stands in the header.
    pub content_type: &'a str,
    /// The answer's bytes.
    pub response: &'a [u8],
}

/// Sees every exchange; a test's contract check.
pub type Witness = fn(&Exchange<'_>);

/// One person at one server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    session: Value,
    witness: Option<Witness>,
}

/// One picture to upload, with what the client says of it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its name; whatever a platform makes up.
    pub file_name: String,
    /// When it was taken.
    pub captured_at: Option<Moment>,
    /// Where it was taken, and within how many metres.
    pub place: Option<(Wgs84, f64)>,
    /// `mini_program`, `h5`, `console` or `device`.
    pub channel: &'static str,
}

impl Picture {
    /// A picture as the mini-program uploads it: a temporary name, no time, no place.
    pub fn new(bytes: Vec<u8>) -> Self {
        let file_name = "tmp_7c1f0e9b2a.jpg".to_owned();
        Self { bytes, file_name, captured_at: None, place: None, channel: "mini_program" }
    }

    /// The same, taken at `place` (accuracy in metres) at `captured_at`.
    pub fn taken(self, place: (Wgs84, f64), captured_at: Moment) -> Self {
        Self { place: Some(place), captured_at: Some(captured_at), ..self }
    }

    /// `wx.uploadFile`'s form: one file, text fields as strings, the point in GCJ-02.
    fn form(&self) -> Result<Form> {
        let part =
            Part::bytes(self.bytes.clone()).file_name(self.file_name.clone()).mime_str("image/jpeg")?;
        let mut form = Form::new().part("file", part).text("channel", self.channel);
        if let Some(at) = self.captured_at {
            form = form.text("captured_at", at.to_string());
        }
        if let Some((at, accuracy)) = self.place {
            let (longitude, latitude) = from_wgs84(CoordType::Gcj02, at);
            form = form.text("longitude", longitude.to_string()).text("latitude", latitude.to_string());
            form = form.text("coord_type", "gcj02").text("accuracy", accuracy.to_string());
        }
        Ok(form)
    }
}

/// The stage of a ticket, in the whole view or in the public one.
pub fn stage_of(ticket: &Value) -> &str {
    match text(ticket, "/state/stage") {
        "" => text(ticket, "/stage"),
        stage => stage,
    }
}

/// The four fields of a point in GCJ-02, as `wx.getLocation` gives them.
pub fn point(at: Wgs84, accuracy_m: f64) -> Value {
    let (longitude, latitude) = from_wgs84(CoordType::Gcj02, at);
    json!({ "longitude": longitude, "latitude": latitude, "coord_type": "gcj02", "accuracy": accuracy_m })
}

impl Client {
    /// Nobody yet, at `base` such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Result<Self> {
        // Shorter than any server keeps an idle connection: a body never goes into one that is just being closed.
        let idle = Duration::from_secs(2);
        let http = reqwest::Client::builder().timeout(PATIENCE).pool_idle_timeout(idle).no_proxy().build()?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { http, base, token: None, session: Value::Null, witness: None })
    }

    /// The same, each exchange shown to `witness`.
    pub fn watched(self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// The same server with this access token, or with none.
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), session: Value::Null, ..self.clone() }
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What the login answered: tokens and account; null before a login.
    pub fn session(&self) -> &Value {
        &self.session
    }

    /// The id of the account that is logged in.
    pub fn account_id(&self) -> &str {
        text(&self.session, "/account/id")
    }

    /// The person behind a WeChat login code.
    pub async fn login_wechat(&self, code: &str) -> Result<Self> {
        self.log_in("/v1/auth/wechat", &json!({ "code": code })).await
    }

    /// A staff member by name and password.
    pub async fn login_staff(&self, username: &str, password: &str) -> Result<Self> {
        self.log_in("/v1/auth/login", &json!({ "username": username, "password": password })).await
    }

    async fn log_in(&self, path: &str, body: &Value) -> Result<Self> {
        let session = self.post(path, body).await?.ok()?;
        let token = text(&session, "/access_token").to_owned();
        Ok(Self { token: Some(token), session, ..self.clone() })
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, &[], None).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// `POST path` with a JSON body and further headers.
    pub async fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send(Method::POST, path, headers, Some(body)).await
    }

    /// Any request with an optional JSON body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = self.request(method.clone(), path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.finish(request, method.as_str(), path, body).await
    }

    /// A request that carries this person's token, to be completed by the caller and given to [`Client::finish`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads its answer.
    pub async fn finish(
        &self,
        request: RequestBuilder,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let failed = |error: reqwest::Error| Failure::of_call(method, path, &error);
        let response = request.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.map_err(failed)?;
        if let Some(witness) = self.witness {
            let content_type =
                headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            witness(&Exchange { method, path, request: body, status, content_type, response: &bytes });
        }
        Ok(Answer::new(method, path, status, headers, bytes.to_vec()))
    }

    /// Uploads a picture as `wx.uploadFile` does; `data` is the photo.
    pub async fn upload(&self, picture: &Picture) -> Result<Answer> {
        let path = "/v1/photos";
        let request = self.request(Method::POST, path).multipart(picture.form()?);
        self.finish(request, "POST", path, None).await
    }

    /// Uploads a picture and returns its id.
    pub async fn photo(&self, picture: &Picture) -> Result<String> {
        let photo = self.upload(picture).await?.ok()?;
        Ok(text(&photo, "/id").to_owned())
    }

    /// Files a report under an idempotency key.
    pub async fn report(&self, report: &Value, key: &str) -> Result<Answer> {
        self.post_with("/v1/reports", report, &[("Idempotency-Key", key)]).await
    }

    /// Asks for an action on a ticket: `{"action":"sign_in"}`.
    pub async fn act(&self, ticket: &str, action: &Value) -> Result<Answer> {
        self.post(&format!("/v1/tickets/{ticket}/actions"), action).await
    }

    /// "Me too" on a ticket.
    pub async fn follow(&self, ticket: &str) -> Result<Answer> {
        self.send(Method::POST, &format!("/v1/tickets/{ticket}/follow"), &[], None).await
    }

    /// The ticket as this person sees it.
    pub async fn ticket(&self, ticket: &str) -> Result<Value> {
        self.get(&format!("/v1/tickets/{ticket}")).await?.ok()
    }

    /// The ticket's history, oldest first.
    pub async fn timeline(&self, ticket: &str) -> Result<Vec<Value>> {
        let data = self.get(&format!("/v1/tickets/{ticket}/timeline")).await?.ok()?;
        Ok(data["items"].as_array().cloned().unwrap_or_default())
    }

    /// Looks at a ticket until `done` says so; the failure tells how it last stood.
    pub async fn wait_until(
        &self,
        ticket: &str,
        patience: Duration,
        done: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let (began, mut pause) = (Instant::now(), LOOKS.0);
        loop {
            let seen = self.ticket(ticket).await?;
            if done(&seen) {
                return Ok(seen);
            }
            if began.elapsed() > patience {
                let (number, stage) = (text(&seen, "/number"), stage_of(&seen));
                let (doubts, version) = (&seen["attention"], &seen["version"]);
                let waited = patience.as_secs();
                return Err(Failure::new(format!(
                    "案件 {number}（{ticket}）{waited} 秒内没有到达所等的状态，停在“{stage}”，版本 {version}，存疑 {doubts}"
                )));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 5 / 4).min(LOOKS.1);
        }
    }

    /// Waits until a ticket is in a stage.
    pub async fn wait_for(&self, ticket: &str, stage: &str, patience: Duration) -> Result<Value> {
        self.wait_until(ticket, patience, |seen| stage_of(seen) == stage).await
    }
}
