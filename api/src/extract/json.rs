//! A JSON body of at most 64 kB, read with a time limit. It refuses other content types, unknown fields (the
//! types say so) and NUL characters, which PostgreSQL can't keep.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::fault::{explain, key_before};
use super::sha256_hex;
use crate::error::{ApiError, Kind};

/// Most bytes of a body.
pub const MAX_BYTES: usize = 64 * 1024;
/// The longest a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(15);

/// A typed body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// Hash of the body, left with the request for [`super::Once`].
pub(super) struct BodyHash(pub String);

/// Header with a device's signature over the body.
pub(crate) const DEVICE_SIGNATURE: &str = "X-Device-Signature";

/// The body as it came, left with a request whose body is signed.
pub(crate) struct RawBody(pub Vec<u8>);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            check_headers(&request)?;
            let bytes = match tokio::time::timeout(ARRIVAL, collect(payload)).await {
                Ok(bytes) => bytes?,
                Err(_) => return Err(Kind::TimedOut.into()),
            };
            request.extensions_mut().insert(BodyHash(sha256_hex(&[&bytes])));
            let read = parse(&bytes).map(Self);
            if request.headers().contains_key(DEVICE_SIGNATURE) {
                request.extensions_mut().insert(RawBody(bytes));
            }
            read
        })
    }
}

fn check_headers(request: &HttpRequest) -> Result<(), ApiError> {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(Kind::BodyTooLarge.into());
    }
    match request.content_type() {
        kind if kind.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(ApiError::from(Kind::MediaType).saying("请以 application/json 提交")),
    }
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::from(Kind::BadRequest).because(error))?;
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(Kind::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads JSON into `T` and names what does not fit.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ApiError::from(Kind::BadJson).saying("请求内容不是 UTF-8 文本"))?;
    if has_nul(text) {
        return Err(ApiError::from(Kind::BadField).saying("文本中不能有空字符"));
    }
    serde_json::from_str(text).map_err(|error| {
        // A number where a word of a list is due counts as a syntax error there, though the text is JSON.
        let is_json = error.is_data() || serde_json::from_str::<serde_json::Value>(text).is_ok();
        match is_json {
            true => explain(&error.to_string(), key_before(text, offset_of(text, &error)), Kind::BadField),
            false => ApiError::from(Kind::BadJson).because(error),
        }
    })
}

/// Whether an escape `\u0000` is in the text (a bare NUL is no JSON).
fn has_nul(text: &str) -> bool {
    text.match_indices("\\u0000").any(|(at, _)| {
        let before = text.as_bytes()[..at].iter().rev().take_while(|b| **b == b'\\').count();
        before % 2 == 0
    })
}

fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    // Errors inside tagged enums have no place.
    if error.line() == 0 {
        return 0;
    }
    let line: usize = text.split_inclusive('\n').take(error.line() - 1).map(str::len).sum();
    line + error.column()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn nul_is_refused_however_it_is_written_and_a_backslash_is_not() {
        assert_eq!(parse::<Value>(br#"{"a":"x\u0000y"}"#).unwrap_err().kind, Kind::BadField);
        assert_eq!(parse::<Value>(br#"{"a":"x\\\u0000y"}"#).unwrap_err().kind, Kind::BadField);
        assert!(parse::<Value>(br#"{"a":"x\\u0000y"}"#).is_ok());
        assert_eq!(parse::<Value>(b"{\"a\":\"x\0y\"}").unwrap_err().kind, Kind::BadJson);
    }

    #[test]
    fn a_number_in_place_of_a_word_of_a_list_is_a_fault_of_its_field() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Sample {
            coord_type: domain::geo::datum::CoordType,
        }
        let error = parse::<Sample>(br#"{"coord_type":7}"#).unwrap_err();
        assert_eq!((error.kind, error.details[0].field.as_str()), (Kind::BadField, "coord_type"));
    }

    #[test]
    fn what_is_no_json_or_no_text_is_refused_as_such() {
        for bytes in [&b""[..], b"{", b"nul", b"\xff\xfe", br#"{"a":"\ud800"}"#, b"{} x"] {
            assert_eq!(parse::<Value>(bytes).unwrap_err().kind, Kind::BadJson, "{bytes:?}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(parse::<Value>(deep.as_bytes()).unwrap_err().kind, Kind::BadJson);
    }
}
