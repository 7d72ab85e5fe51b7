//! An id in the path. It refuses what can't be an id as "not found", before any database sees it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, Kind};

/// The `{id}` of the route.
#[derive(Debug, Clone)]
pub struct PathId<T>(pub T);

impl<T: From<String>> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().query("id");
        ready(if is_id(id) { Ok(Self(T::from(id.to_owned()))) } else { Err(Kind::NotFound.into()) })
    }
}

/// Whether a word can be an id of ours: 1 to 64 letters, digits, hyphens and underscores.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
