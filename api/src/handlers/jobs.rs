//! The queue, for administrators: how much waits, what died, and doing it again.

use actix_web::web;
use domain::actor::Role;
use domain::time::Moment;
use serde_json::json;
use store::jobs::{self, DeadJob, JobCount};

use crate::Api;
use crate::envelope::Reply;
use crate::error::{ApiResult, Kind};
use crate::extract::{Caller, PathId};

/// Most dead jobs in one answer.
const MOST_DEAD: u32 = 100;

/// `GET /v1/jobs`
pub async fn show(api: web::Data<Api>, caller: Caller) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    let counts = jobs::counts(&api.stores.pool).await?;
    let dead = jobs::dead(&api.stores.pool, MOST_DEAD).await?;
    let count = |c: &JobCount| json!({ "kind": c.kind, "state": c.state, "jobs": c.jobs, "oldest_run_at": Moment::from_ms(c.oldest_run_at) });
    let body = |j: &DeadJob| {
        json!({
            "id": j.id, "kind": j.kind, "payload": j.payload, "attempts": j.attempts, "last_error": j.last_error,
            "run_at": Moment::from_ms(j.run_at), "created_at": Moment::from_ms(j.created_at),
        })
    };
    Reply::ok(&json!({
        "counts": counts.iter().map(count).collect::<Vec<_>>(),
        "dead": dead.iter().map(body).collect::<Vec<_>>(),
    }))
}

/// `POST /v1/jobs/{id}/revive`
pub async fn revive(api: web::Data<Api>, caller: Caller, PathId(id): PathId<String>) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    if !jobs::revive(&api.stores.pool, &id).await? {
        return Err(Kind::NotFound.into());
    }
    api.nudge();
    Ok(Reply::done())
}
