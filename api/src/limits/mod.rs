//! How often one caller may ask: by account when logged in (many phones share one address), else by address.
//! Counted in windows of a minute, shared between processes when there is a Redis. It refuses nothing to
//! pictures, whose addresses are signed, and to the pages of operators.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

use crate::error::{ApiError, Kind};
use crate::extract::claims_of;
use crate::{Api, real_now, routes};

const WINDOW: Duration = Duration::from_secs(60);
/// A window's counter outlives it a little: clocks of two processes differ.
const KEPT: Duration = Duration::from_secs(70);

/// Refuses a request beyond the limits, or with a query where the route has none.
pub async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let verdict = match request.app_data::<web::Data<Api>>().cloned() {
        Some(api) => judge(&request, &api).await,
        None => Err(ApiError::internal("the server state is missing")),
    };
    match verdict {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn judge(request: &ServiceRequest, api: &Api) -> Result<(), ApiError> {
    let pattern = request.match_pattern();
    let counted = ["/v1/", "/open311/"].iter().any(|door| request.path().starts_with(door));
    if !counted || pattern.as_deref() == Some(routes::IMAGE) {
        return Ok(());
    }
    let limits = &api.settings.limits;
    match claims_of(request.request(), api) {
        Ok(claims) => {
            count(api, "account", claims.sub.as_str(), limits.limit_account, Kind::TooMany).await?;
            if request.method() == Method::POST && pattern.as_deref() == Some(routes::UPLOAD) {
                count(api, "upload", claims.sub.as_str(), limits.limit_uploads, Kind::TooMany).await?;
            }
        }
        Err(_) => count(api, "ip", &address(request.request(), api), limits.limit_ip, Kind::TooMany).await?,
    }
    match pattern {
        Some(pattern) if !request.query_string().is_empty() => {
            routes::check_query(request.method(), &pattern)
        }
        _ => Ok(()),
    }
}

/// Counts an attempt to log in under `username`, and from the caller's address.
pub async fn count_login(api: &Api, request: &HttpRequest, username: Option<&str>) -> Result<(), ApiError> {
    let limit = api.settings.limits.limit_logins;
    count(api, "login-ip", &address(request, api), limit, Kind::TooManyLogins).await?;
    match username {
        Some(username) => count(api, "login-name", username, limit, Kind::TooManyLogins).await,
        None => Ok(()),
    }
}

async fn count(api: &Api, what: &str, who: &str, limit: u64, kind: Kind) -> Result<(), ApiError> {
    let seconds = real_now().ms() / 1000;
    let length = WINDOW.as_secs() as i64;
    let key = format!("limit:{what}:{who}:{}", seconds / length);
    if api.stores.cache.count(&key, KEPT).await <= limit {
        return Ok(());
    }
    let left = length - seconds.rem_euclid(length);
    Err(ApiError::from(kind).retry_after(u32::try_from(left).unwrap_or(60)))
}

/// The caller's address; of IPv6 the network, which is what one household has.
fn address(request: &HttpRequest, api: &Api) -> String {
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let peer = request.peer_addr().map(|peer| peer.ip());
    let address = if api.settings.behind_proxy { last.or(peer) } else { peer };
    address.map_or_else(|| "unknown".to_owned(), shorten)
}

fn shorten(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_address() {
        let short = |text: &str| shorten(text.parse().unwrap());
        assert_eq!(short("2001:db8:1:2:3:4:5:6"), short("2001:db8:1:2:ffff::1"));
        assert_ne!(short("2001:db8:1:2::1"), short("2001:db8:1:3::1"));
        assert_eq!(short("::ffff:192.0.2.1"), short("192.0.2.1"));
        assert_ne!(short("192.0.2.1"), short("192.0.2.2"));
    }
}
