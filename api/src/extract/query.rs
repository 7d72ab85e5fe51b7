//! A typed query string. It refuses unknown parameters (the types say so), control characters and long strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::explain;
use crate::error::{ApiError, Kind};

/// Longest query string, bytes: 500 characters of words, each of them four escaped bytes, and room for the rest.
const MAX_BYTES: usize = 8192;

/// A typed query; derive `Deserialize` with `deny_unknown_fields`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    actix_web::web::Query::<T>::from_query(query).map(actix_web::web::Query::into_inner).map_err(|error| {
        match error {
            actix_web::error::QueryPayloadError::Deserialize(error) => error.to_string(),
            other => other.to_string(),
        }
    })
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    if query.len() > MAX_BYTES {
        return Err(ApiError::from(Kind::BadQuery).saying("查询参数过长"));
    }
    if (0..0x20).any(|c| query.to_ascii_lowercase().contains(&format!("%{c:02x}"))) {
        return Err(ApiError::from(Kind::BadQuery).saying("查询参数中不能有控制字符"));
    }
    read(query).map_err(|message| {
        let culprit = culprit::<T>(query, &message);
        explain(&message, culprit, Kind::BadQuery)
    })
}

/// The parameter without which the message would be another one.
fn culprit<T: DeserializeOwned>(query: &str, message: &str) -> Option<String> {
    let pairs: Vec<&str> = query.split('&').collect();
    let named = pairs.iter().position(|left_out| {
        let rest: Vec<&str> = pairs.iter().copied().filter(|pair| pair != left_out).collect();
        read::<T>(&rest.join("&")).err().as_deref() != Some(message)
    })?;
    pairs[named].split('=').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        longitude: f64,
        limit: Option<u32>,
        layer: Option<domain::geo::grid::Layer>,
    }

    fn refusal(query: &str) -> (u16, String) {
        let error = parse::<Sample>(query).unwrap_err();
        (error.kind.code(), error.details.first().map(|d| d.field.clone()).unwrap_or_default())
    }

    #[test]
    fn the_parameter_at_fault_is_named() {
        assert!(parse::<Sample>("longitude=1.5&limit=3").is_ok());
        assert_eq!(refusal("longitude=1&limit=-1"), (40004, "limit".into()));
        assert_eq!(refusal("longitude=abc"), (40004, "longitude".into()));
        assert_eq!(refusal("limit=1"), (40004, "longitude".into()));
        assert_eq!(refusal("longitude=1&limt=1"), (40003, "limt".into()));
        assert_eq!(refusal("longitude=1&layer=moon"), (40004, "layer".into()));
        assert_eq!(refusal("longitude=1&limit=%00"), (40004, String::new()));
    }

    #[test]
    fn five_hundred_escaped_characters_fit() {
        #[derive(Debug, Deserialize)]
        struct Words {
            words: String,
        }
        let escaped = "%F0%A0%80%80".repeat(500);
        assert_eq!(parse::<Words>(&format!("words={escaped}")).unwrap().words.chars().count(), 500);
    }
}
