//! The figures of the first page. Units see their own; it refuses those who only report.

use actix_web::web;
use domain::actor::Role;
use domain::id::{DepartmentCode, GridCode};
use serde::Deserialize;
use store::repo::stats::{self, StatFilter};

use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::{ApiResult, Kind};
use crate::extract::{Caller, Query};
use crate::view::statistics::statistics;
use crate::{Api, now};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The leading unit.
    department: Option<DepartmentCode>,
    area: Option<GridCode>,
}

/// `GET /v1/statistics`
pub async fn show(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let department = department(&caller, asked.department)?;
    let filter = StatFilter { department, area: asked.area };
    let now = now();
    let page = stats::first_page(&api.stores.pool, now, &filter).await?;
    let books = api.books().await?;
    Reply::ok(&statistics(&dossier::frame(&api, &books, DEFAULT, now), &filter, &page))
}

/// The unit whose figures the caller gets: the asked one, or of a unit's people always their own.
fn department(caller: &Caller, asked: Option<DepartmentCode>) -> ApiResult<Option<DepartmentCode>> {
    caller.require(crate::view::board::READERS)?;
    if !matches!(caller.actor.role, Role::Handler | Role::UnitHead) {
        return Ok(asked);
    }
    let own = caller.actor.department.clone().ok_or(Kind::ReachRefused)?;
    match asked {
        Some(other) if other != own => Err(Kind::ReachRefused.into()),
        _ => Ok(Some(own)),
    }
}
