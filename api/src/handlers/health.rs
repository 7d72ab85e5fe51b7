//! For the operator: is it up, is it ready, how busy is it. No login and no envelope, except for refusals.

use std::sync::OnceLock;

use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use store::{Cache, jobs};

use crate::Api;
use crate::error::{ApiError, ApiResult, Kind};

/// Bounds of the duration histogram, seconds.
const BOUNDS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static RECORDED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to record metrics; a second call changes nothing.
pub fn record_metrics() {
    RECORDED.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BOUNDS).ok()?;
        builder.install_recorder().inspect_err(|error| tracing::warn!("no metrics: {error}")).ok()
    });
}

/// `GET /healthz`: the process is up.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "up" }))
}

/// `GET /readyz`: database and photo store work; 503 names what does not.
pub async fn ready(api: web::Data<Api>) -> ApiResult<HttpResponse> {
    let (database, blob) = tokio::join!(api.stores.pool.ping(), api.stores.blob.probe());
    let mut error = ApiError::from(Kind::NotReady).retry_after(2);
    for (part, result) in [("database", database), ("blob", blob)] {
        if let Err(why) = result {
            error = error.detail(part, "不可用").because(why);
        }
    }
    if !error.details.is_empty() {
        return Err(error);
    }
    let cache = match api.stores.cache {
        Cache::Memory(_) => "memory",
        Cache::Redis(_) => "redis",
    };
    Ok(HttpResponse::Ok().json(json!({ "status": "ready", "database": "ok", "blob": "ok", "cache": cache })))
}

/// `GET /metrics`: Prometheus text.
pub async fn metrics(api: web::Data<Api>) -> ApiResult<HttpResponse> {
    let Some(Some(recorded)) = RECORDED.get() else { return Err(Kind::NotReady.into()) };
    let counts = jobs::counts(&api.stores.pool).await?;
    let total = |state: &str| counts.iter().filter(|c| c.state == state).map(|c| c.jobs as f64).sum::<f64>();
    metrics::gauge!("jobs_waiting").set(total("ready"));
    metrics::gauge!("jobs_dead").set(total("dead"));
    recorded.run_upkeep();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(recorded.render()))
}
