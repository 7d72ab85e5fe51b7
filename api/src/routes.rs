//! The one list of routes: what the server registers, what a test compares with openapi.yaml, and from which a
//! wrong method gets its `Allow`. It refuses, by its shape, a route that is not in the list.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::{ApiError, Kind};
use crate::handlers::{
    acts, auth, boards, config, contract, departments, events, exposures, grids, health, imports, jobs,
    notices, open311, papers, people, photos, points, practice, programmes, rechecks, registers, reports,
    rules, statistics, subscriptions, tickets,
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
    POST "/v1/auth/guest" => auth::guest;
    POST "/v1/auth/login" => auth::login;
    POST "/v1/auth/refresh" => auth::refresh;
    POST "/v1/auth/logout" => auth::logout;
    GET  "/v1/me" => auth::me;
    POST "/v1/me/consents" => auth::consent;
    GET  "/v1/config" => config::show;
    GET  "/v1/categories" => config::categories;
    GET  "/v1/categories/suggest" ?query => config::suggest;
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
    GET  "/v1/tickets/{id}/explanation" => tickets::explain;
    GET  "/v1/tickets/{id}/changes" => tickets::changes;
    POST "/v1/tickets/{id}/actions" => tickets::act;
    POST "/v1/tickets/{id}/follow" => tickets::follow;
    GET  "/v1/statistics" ?query => statistics::show;
    GET  "/v1/boards" => boards::list;
    GET  "/v1/boards/{id}" ?query => boards::show;
    GET  "/v1/events" => events::stream;
    GET  "/v1/notices" ?query => notices::list;
    POST "/v1/notices/{id}/read" => notices::read;
    GET  "/v1/rechecks" ?query => rechecks::list;
    GET  "/v1/jobs" => jobs::show;
    POST "/v1/jobs/{id}/revive" => jobs::revive;
    GET  "/v1/people" ?query => people::list;
    POST "/v1/people/{id}/actions" => people::act;
    POST "/v1/imports/{kind}" => imports::take;
    GET  "/v1/registers/{register}" ?query => registers::list;
    POST "/v1/registers/{register}" => registers::put;
    GET  "/v1/registers/{register}/{code}" => registers::show;
    POST "/v1/registers/camera/{code}/seen" => registers::seen;
    GET  "/v1/lists/{list}" ?query => registers::show_list;
    GET  "/v1/acts" ?query => acts::list;
    GET  "/v1/acts/{id}" => acts::show;
    POST "/v1/acts" => acts::create;
    POST "/v1/acts/{id}/actions" => acts::act;
    GET  "/v1/exposures" ?query => exposures::list;
    POST "/v1/exposures" => exposures::create;
    POST "/v1/exposures/{id}/votes" => exposures::vote;
    GET  "/v1/points" ?query => points::mine;
    GET  "/v1/points/export" ?query => points::export;
    POST "/v1/subscriptions" => subscriptions::create;
    GET  "/v1/subscriptions" ?query => subscriptions::list;
    POST "/v1/subscriptions/{id}/revoke" => subscriptions::revoke;
    GET  "/open311/v2/services.json" ?query => open311::services;
    GET  "/open311/v2/services/{code}.json" ?query => open311::definition;
    GET  "/open311/v2/requests.json" ?query => open311::requests;
    POST "/open311/v2/requests.json" ?query => open311::create;
    GET  "/open311/v2/requests/{id}.json" ?query => open311::one;
    GET  "/open311/v2/{file}" ?query => open311::elsewhere;
    POST "/open311/v2/{file}" ?query => open311::elsewhere;
    GET  "/open311/v2/{list}/{file}" ?query => open311::elsewhere;
    POST "/v1/programmes" => programmes::create;
    GET  "/v1/programmes" ?query => programmes::list;
    GET  "/v1/programmes/{id}" ?query => programmes::show;
    POST "/v1/programmes/{id}/actions" => programmes::act;
    GET  "/v1/tasks" ?query => programmes::tasks;
    POST "/v1/tasks/{id}/actions" => programmes::act_on_task;
    GET  "/v1/papers" ?query => papers::list;
    GET  "/v1/papers/{id}" ?query => papers::show;
    POST "/v1/papers/{id}/actions" => papers::act;
    GET  "/v1/duty-ledger" ?query => papers::duty_ledger;
    GET  "/v1/rules" => rules::list;
    GET  "/v1/rules/{id}" => rules::show;
    POST "/v1/rules/{id}" => rules::set;
    POST "/v1/practice/clock" => practice::advance;
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

/// The methods of the first pattern that a concrete path fits.
fn methods_of(path: &str) -> Vec<&'static str> {
    let pattern =
        ROUTES.iter().find(|route| ResourceDef::new(route.path).is_match(path)).map(|route| route.path);
    ROUTES.iter().filter(|route| Some(route.path) == pattern).map(|route| route.method).collect()
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
