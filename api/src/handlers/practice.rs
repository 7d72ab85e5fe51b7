//! The clock of a practice installation (演练): moved forward, so that deadlines, papers and month ends can be tried. It
//! refuses to exist in production, and never goes back.

use actix_web::web;
use domain::actor::Role;
use domain::time::{DAY_MS, Moment};
use serde::Deserialize;
use serde_json::json;
use store::clock;

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once};
use crate::{Api, now};

/// The farthest that one move may go.
const FARTHEST_MS: i64 = 400 * DAY_MS;

/// Body of `POST /v1/practice/clock`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    to: Moment,
}

/// `POST /v1/practice/clock`
pub async fn advance(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    Body(asked): Body<Move>,
) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    if !api.settings.is_demo() {
        return Err(ApiError::from(Kind::RoleRefused).saying("只有演练环境可以拨快时钟"));
    }
    if asked.to.since(now()) > FARTHEST_MS {
        return Err(ApiError::bad_field("to", "一次最多拨快 400 天"));
    }
    let reply = once
        .run(&api, &caller, async |tx| {
            if !clock::advance(tx, asked.to).await? {
                return Err(ApiError::bad_field("to", "时钟只能拨快，不能拨回"));
            }
            Reply::ok(&json!({ "now": now() }))
        })
        .await?;
    tracing::warn!(practice.now = %asked.to.short(), "the practice clock was moved");
    api.nudge();
    Ok(reply)
}
