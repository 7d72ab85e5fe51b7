//! The outermost layer: the request's id, the envelope on whatever comes out, one log line and the metrics. It
//! refuses to write tokens, query strings or bodies to the log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use futures_util::FutureExt as _;

use crate::envelope::{Dressed, RequestId, refuse, request_id};
use crate::error::{ApiError, Kind};
use crate::extract::is_id;
use crate::linger::Body;

/// Header of the request's id, both ways.
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who asked, for the log; put there by the login check.
pub struct Asker(pub String);

/// Gives the request its id, and its answer an envelope, a log line and a place in the metrics.
pub async fn around(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let body = Body::share(&mut request);
    let id = accept_id(&request);
    let method = request.method().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let mut answer = match outcome {
        Ok(Ok(answer)) => dress_answer(answer.map_into_boxed_body()),
        Ok(Err(error)) => return Err(naked(&error, &id, &method)),
        Err(_) => return Err(naked(&ApiError::internal("a handler panicked").into(), &id, &method)),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    record(&answer, &id, &method, started);
    if !answer.status().is_success() {
        body.into_iter().for_each(Body::keep);
    }
    Ok(answer)
}

/// Puts the envelope on refusals; runs inside of compression, so that bodies are final before they are packed.
pub async fn dress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    next.call(request).await.map(|answer| dress_answer(answer.map_into_boxed_body()))
}

/// Also called outside of compression, for what those layers refuse (a CORS preflight).
fn dress_answer(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || answer.response().extensions().contains::<Dressed>() {
        return answer;
    }
    let id = request_id(answer.request());
    let refusal = match answer.response().error() {
        Some(error) => render(error, &id),
        None => refuse(&Kind::of_status(status).into(), &id),
    };
    answer.into_response(refusal)
}

/// Logs what a refusal hides and gives its answer.
fn render(error: &Error, id: &str) -> actix_web::HttpResponse {
    let foreign;
    let error = match error.as_error::<ApiError>() {
        Some(error) => error,
        None => {
            let status = error.as_response_error().status_code();
            foreign = ApiError::from(Kind::of_status(status)).because(error);
            &foreign
        }
    };
    log_inner(error, id);
    refuse(error, id)
}

/// Logs what the answer to a refusal hides.
pub(crate) fn log_inner(error: &ApiError, id: &str) {
    if let Some(cause) = &error.cause {
        match error.kind.status().as_u16() {
            500 | 507 => {
                tracing::error!(request_id = id, error.code = error.kind.code(), "request failed: {cause}")
            }
            501.. => {
                tracing::warn!(request_id = id, error.code = error.kind.code(), "request failed: {cause}")
            }
            _ => tracing::debug!(request_id = id, error.code = error.kind.code(), "request refused: {cause}"),
        }
    }
}

/// An answer for the case that the request itself is gone (a panic).
fn naked(error: &Error, id: &str, method: &str) -> Error {
    let mut answer = render(error, id);
    if let Ok(value) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    let status = answer.status().as_u16();
    tracing::info!(request_id = id, http.method = method, http.status = status, "request");
    InternalError::from_response("refused", answer).into()
}

/// The caller's id when it is harmless, else a fresh one.
fn accept_id(request: &ServiceRequest) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    match given {
        Some(id) if is_id(id) => id.to_owned(),
        _ => uuid::Uuid::now_v7().simple().to_string(),
    }
}

fn record(answer: &ServiceResponse<BoxBody>, id: &str, method: &str, started: Instant) {
    let request = answer.request();
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    let status = answer.status().as_u16();
    let spent = started.elapsed();
    let account = request.extensions().get::<Asker>().map(|asker| asker.0.clone()).unwrap_or_default();
    metrics::counter!("http_requests_total", "method" => method.to_owned(), "route" => route.clone(),
        "status" => status.to_string())
    .increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route.clone())
        .record(spent.as_secs_f64());
    tracing::info!(
        request_id = id,
        http.method = method,
        http.route = route,
        http.status = status,
        account.id = account,
        duration_ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_plain_request_id_is_taken_over() {
        assert!(is_id("abc-DEF_123"));
        assert!(is_id(&"a".repeat(64)));
        for id in ["", " ", "a b", "中文", "a\"b", &"a".repeat(65)] {
            assert!(!is_id(id), "{id}");
        }
    }
}
