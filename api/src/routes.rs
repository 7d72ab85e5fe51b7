//! The one list of routes: what the server registers, what a test compares with openapi.yaml, and from which a
//! wrong method gets its `Allow`. It refuses, by its shape, a route that is not in the list.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::{ApiError, Kind};
use crate::handlers::{
    auth, config, contract, departments, events, grids, health, imports, jobs, notices, photos, rechecks,
    reports, statistics, tickets,
};

/// One row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Pattern with `{names}`.
    pub path: &'static str,
    /// Whether it takes a query string.
    pub query: bool,
}

macro_rules! routes {
    ($($method:ident $path:literal $(?$query:ident)? => $handler:path;)+) => {
        /// Every route, in the order in which they are tried.
        pub const ROUTES: &[Route] = &[$(
            Route { method: stringify!($method), path: $path, query: routes!(@query $($query)?) },
        )+];

        /// Registers the list, and an answer for everything else.
        pub fn register(config: &mut web::ServiceConfig) {
            $(config.route($path, routes!(@method $method).to($handler));)+
            config.default_service(web::to(nowhere));
        }
    };
    (@query) => { false };
    (@query query) => { true };
    (@method GET) => { web::get() };
    (@method POST) => { web::post() };
}

routes! {
    GET  "/healthz" => health::alive;
    GET  "/readyz" => health::ready;
    GET  "/metrics" => health::metrics;
    GET  "/openapi.yaml" => contract::yaml;
    GET  "/docs" => contract::page;
    POST "/v1/auth/wechat" => auth::wechat;
    POST "/v1/auth/login" => auth::login;
    POST "/v1/auth/refresh" => auth::refresh;
    POST "/v1/auth/logout" => auth::logout;
    GET  "/v1/me" => auth::me;
    GET  "/v1/config" => config::show;
    GET  "/v1/categories" => config::categories;
    GET  "/v1/departments" => departments::list;
    GET  "/v1/grids" ?query => grids::list;
    GET  "/v1/grids/locate" ?query => grids::locate;
    POST "/v1/photos" => photos::upload;
    GET  "/v1/photos/{id}" => photos::show;
    GET  "/v1/photos/{id}/{size}" ?query => photos::image;
    POST "/v1/reports" => reports::create;
    GET  "/v1/reports" ?query => reports::mine;
    GET  "/v1/reports/nearby" ?query => reports::nearby;
    GET  "/v1/reports/{id}" => reports::show;
    POST "/v1/reports/{id}/rating" => reports::rate;
    GET  "/v1/tickets" ?query => tickets::list;
    GET  "/v1/tickets/map" ?query => tickets::map;
    GET  "/v1/tickets/{id}" ?query => tickets::show;
    GET  "/v1/tickets/{id}/timeline" => tickets::timeline;
    POST "/v1/tickets/{id}/actions" => tickets::act;
    POST "/v1/tickets/{id}/follow" => tickets::follow;
    GET  "/v1/statistics" ?query => statistics::show;
    GET  "/v1/events" => events::stream;
    GET  "/v1/notices" ?query => notices::list;
    POST "/v1/notices/{id}/read" => notices::read;
    GET  "/v1/rechecks" ?query => rechecks::list;
    GET  "/v1/jobs" => jobs::show;
    POST "/v1/jobs/{id}/revive" => jobs::revive;
    POST "/v1/imports/{kind}" => imports::take;
}

/// The route of signed pictures.
pub const IMAGE: &str = "/v1/photos/{id}/{size}";
/// The route of uploads.
pub const UPLOAD: &str = "/v1/photos";

/// Refuses a query string where the route has none.
pub fn check_query(method: &Method, pattern: &str) -> Result<(), ApiError> {
    let route = ROUTES.iter().find(|route| route.method == method.as_str() && route.path == pattern);
    match route {
        Some(route) if !route.query => Err(ApiError::from(Kind::BadQuery).saying("该接口没有查询参数")),
        _ => Ok(()),
    }
}

/// Nothing in the list fits: 405 when the path is there under another method, else 404.
async fn nowhere(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let methods = methods_of(request.path());
    if methods.is_empty() {
        return Err(Kind::NoRoute.into());
    }
    Err(ApiError::from(Kind::MethodNotAllowed).allow(methods.join(", ")))
}

/// The methods of a concrete path.
fn methods_of(path: &str) -> Vec<&'static str> {
    let mut methods: Vec<&'static str> = Vec::new();
    for route in ROUTES {
        if ResourceDef::new(route.path).is_match(path) && !methods.contains(&route.method) {
            methods.push(route.method);
        }
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_methods_of_a_path_come_from_the_list() {
        assert_eq!(methods_of("/v1/photos"), ["POST"]);
        assert_eq!(methods_of("/v1/reports"), ["POST", "GET"]);
        assert_eq!(methods_of("/v1/reports/r1/rating"), ["POST"]);
        assert_eq!(methods_of("/v1/reports/"), [""; 0]);
        assert_eq!(methods_of("/nothing"), [""; 0]);
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for (at, route) in ROUTES.iter().enumerate() {
            let earlier = &ROUTES[..at];
            let hidden = earlier.iter().any(|first| {
                first.method == route.method && ResourceDef::new(first.path).is_match(route.path)
            });
            assert!(!hidden, "{} {}", route.method, route.path);
        }
        assert!(
            ROUTES.iter().any(|route| route.path == IMAGE) && ROUTES.iter().any(|route| route.path == UPLOAD)
        );
    }
}
