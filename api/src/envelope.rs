//! The one shape of every answer: `{"code":0,"message":"ok","data":…,"request_id":…}`, or `code`, `message` and
//! `details` of a refusal. It refuses to decide anything; `edge` puts it on what libraries answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;

use crate::error::{ApiError, Detail};

/// Header under which an answer was given before.
pub const REPLAY: &str = "Idempotent-Replay";

/// The id of the request, in its extensions from the first moment on.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The id of `request`; `-` outside the server.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(|| "-".to_owned(), |id| id.0.clone())
}

/// Marks a response that has its final form.
pub(crate) struct Dressed;

/// A success on its way to the envelope: status, `data` as JSON text, and the version for `ETag`.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status, 2xx.
    pub status: StatusCode,
    /// JSON of `data`.
    pub data: String,
    /// Version of the thing shown.
    pub version: Option<u64>,
    /// Whether this is the first answer given again.
    pub replayed: bool,
}

impl Reply {
    /// 200 with `data`.
    pub fn ok(data: &impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::OK, data)
    }

    /// 201 with `data`.
    pub fn created(data: &impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::CREATED, data)
    }

    /// 200 without anything to say: `data` is null.
    pub fn done() -> Self {
        Self { status: StatusCode::OK, data: "null".to_owned(), version: None, replayed: false }
    }

    fn with_status(status: StatusCode, data: &impl Serialize) -> Result<Self, ApiError> {
        let data = serde_json::to_string(data).map_err(ApiError::internal)?;
        Ok(Self { status, data, version: None, replayed: false })
    }

    /// The same answer with an `ETag`.
    pub fn version(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }
}

impl Responder for Reply {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let id = request_id(request);
        let mut answer = HttpResponseBuilder::new(self.status);
        if let Some(version) = self.version {
            answer.insert_header(ETag(EntityTag::new_strong(version.to_string())));
        }
        if self.replayed {
            answer.insert_header((REPLAY, "true"));
        }
        // The id is made of [A-Za-z0-9_-] only.
        finish(answer, format!(r#"{{"code":0,"message":"ok","data":{},"request_id":"{id}"}}"#, self.data))
    }
}

/// The body of a refusal.
#[derive(Serialize)]
struct Refused<'a> {
    code: u16,
    message: &'a str,
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    details: &'a [Detail],
    request_id: &'a str,
}

/// The answer to a refused request.
pub fn refuse(error: &ApiError, request_id: &str) -> HttpResponse {
    let body =
        Refused { code: error.kind.code(), message: error.message(), details: &error.details, request_id };
    let mut answer = HttpResponseBuilder::new(error.kind.status());
    if let Some(seconds) = error.retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if let Some(allow) = error.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        answer.insert_header((header::ALLOW, allow));
    }
    if error.kind.status() == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    finish(answer, serde_json::to_string(&body).unwrap_or_default())
}

/// An answer in the form of a standard that has no envelope.
pub(crate) fn standing(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    finish(HttpResponseBuilder::new(status), serde_json::to_string(body).unwrap_or_default())
}

fn finish(mut answer: HttpResponseBuilder, body: String) -> HttpResponse {
    // Answers are about persons and change all the time: no cache may keep them.
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    let mut answer = answer.content_type("application/json; charset=utf-8").body(body);
    answer.extensions_mut().insert(Dressed);
    answer
}
