//! The list of 回头看: closed problems that are due to be looked at again, the longest due first. 网格员 get those in
//! their grids.

use std::collections::BTreeMap;

use actix_web::web;
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::id::TicketId;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::repo::{lists, rechecks};

use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::ApiResult;
use crate::extract::{Caller, Query, read_page};
use crate::view::Listed;
use crate::view::row::{RowView, row};
use crate::{Api, now};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    cursor: Option<String>,
    limit: Option<u32>,
    /// Also those that are due until then.
    due_before: Option<String>,
    coord_type: Option<CoordType>,
}

/// A closed ticket that is to be looked at again.
#[derive(Serialize)]
struct RecheckView {
    due_at: Moment,
    ticket: RowView,
}

/// `GET /v1/rechecks`
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    use Role::{Admin, Command, Coordinator, Dispatcher, GridWorker, Inspector, Leader, Oversight};
    caller.require(&[Inspector, GridWorker, Dispatcher, Command, Coordinator, Leader, Oversight, Admin])?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (now, pool) = (now(), &api.stores.pool);
    let until = super::tickets::asked::moment("due_before", asked.due_before.as_deref())?.unwrap_or(now);
    let own: Vec<_> = caller.actor.grids.iter().cloned().collect();
    let grids = (caller.actor.role == GridWorker).then_some(own.as_slice());
    let due = rechecks::due(pool, grids, until, cursor.as_ref(), size).await?;
    let ids: Vec<TicketId> = due.rows.iter().map(|(id, _)| id.clone()).collect();
    let rows = lists::rows(pool, &ids).await?;
    let beside = dossier::beside(pool, &caller, &rows).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, asked.coord_type.unwrap_or(DEFAULT), now);
    let mut rows: BTreeMap<TicketId, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let items = due.rows.into_iter().filter_map(|(id, due_at)| {
        Some(RecheckView { due_at, ticket: row(&frame, &caller, rows.remove(&id)?, &beside) })
    });
    Reply::ok(&Listed { items: items.collect::<Vec<_>>(), next_cursor: due.next, total: None })
}
