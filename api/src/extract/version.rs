//! The version that the caller has seen, from `If-Match`. It refuses what is not one of our tags.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, ApiResult, Kind};

/// The expected version; `None` without the header or with `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

impl IfMatch {
    /// The header's version, or the body's `expected_version`.
    pub fn or(self, body: Option<u64>) -> Option<u64> {
        self.0.or(body)
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(header::IF_MATCH);
        let read = value.map_or(Some(None), |value| value.to_str().ok().and_then(read));
        ready(
            read.map(Self)
                .ok_or_else(|| ApiError::from(Kind::BadHeader).detail("If-Match", "须为案件的版本号")),
        )
    }
}

/// Refuses whoever has seen another version than the present one; of a ticket the desk does.
pub(crate) fn check_version(expected: Option<u64>, version: u64) -> ApiResult<()> {
    match expected {
        Some(expected) if expected != version => Err(ApiError::from(Kind::Stale)
            .saying("内容已被他人更新，请刷新后重试")
            .detail("expected_version", format!("当前版本为 {version}"))),
        _ => Ok(()),
    }
}

fn read(value: &str) -> Option<Option<u64>> {
    let value = value.trim();
    if value == "*" {
        return Some(None);
    }
    let tag = value.strip_prefix("W/").unwrap_or(value);
    let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    let plain = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| bare.parse().ok()).flatten().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version_and_nothing_else() {
        for (text, version) in [("\"7\"", Some(7)), ("W/\"7\"", Some(7)), ("7", Some(7)), ("*", None)] {
            assert_eq!(read(text), Some(version), "{text}");
        }
        for text in ["", "\"\"", "\"a\"", "-1", "+1", "\"1\", \"2\"", "99999999999999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
