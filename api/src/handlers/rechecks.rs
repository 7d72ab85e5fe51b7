//! The list of 回头看: closed problems that are due to be looked at again, the longest due first. 网格员 get those in
//! their grids.

use std::collections::BTreeMap;

use actix_web::web;
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::Pool;
use store::repo::lists;
use store::repo::page::Cursor;
use store::sql::{SqlText, fetch_all_dyn};

use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::ApiResult;
use crate::extract::{Caller, Query, read_page};
use crate::view::Listed;
use crate::view::row::{RowView, row};
use crate::{Api, now};

/// Rows of a page when nothing is said.
const USUAL: u32 = 20;

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
    use Role::{Admin, Dispatcher, GridWorker, Inspector, Leader};
    caller.require(&[Inspector, GridWorker, Dispatcher, Leader, Admin])?;
    let (cursor, _) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (now, pool, limit) = (now(), &api.stores.pool, asked.limit.unwrap_or(USUAL));
    let until = super::tickets::asked::moment("due_before", asked.due_before.as_deref())?.unwrap_or(now);
    let (due, next_cursor) = read_due(pool, &caller, until, cursor.as_ref(), limit).await?;
    let ids: Vec<TicketId> = due.iter().map(|(id, _)| id.clone()).collect();
    let rows = lists::rows(pool, &ids).await?;
    let covers = dossier::covers(pool, ids.into_iter()).await?;
    let persons = dossier::persons(pool, &caller, &rows).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, asked.coord_type.unwrap_or(DEFAULT), now);
    let mut rows: BTreeMap<TicketId, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let items = due.into_iter().filter_map(|(id, due_at)| {
        Some(RecheckView { due_at, ticket: row(&frame, &caller, rows.remove(&id)?, &covers, &persons) })
    });
    Reply::ok(&Listed { items: items.collect::<Vec<_>>(), next_cursor, total: None })
}

/// One page of tickets with the time since which they are due, and the cursor of the next.
async fn read_due(
    pool: &Pool,
    caller: &Caller,
    until: Moment,
    cursor: Option<&Cursor>,
    limit: u32,
) -> ApiResult<(Vec<(TicketId, Moment)>, Option<String>)> {
    let mut rows: Vec<(String, i64)> = fetch_all_dyn(pool, &due_sql(caller, until, cursor, limit)).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|(id, due_at)| Cursor::at(*due_at, id.as_str()).write());
    Ok((rows.into_iter().map(|(id, due_at)| (id.into(), Moment::from_ms(due_at))).collect(), next))
}

fn due_sql(caller: &Caller, until: Moment, cursor: Option<&Cursor>, limit: u32) -> SqlText {
    let mut text = SqlText::new(
        "select r.ticket_id, r.due_at from recheck r join ticket t on t.id = r.ticket_id where r.done_at is null",
    );
    text.push(" and r.due_at <= ").bind(until.ms());
    text.push(" and t.stage = ").bind(Stage::Closed.to_string());
    if caller.actor.role == Role::GridWorker {
        text.push(" and (1 = 0");
        for (layer, code) in &caller.actor.grids {
            text.push(grid_column(*layer)).bind(code.as_str());
        }
        text.push(")");
    }
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (r.due_at, r.ticket_id) > (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by r.due_at, r.ticket_id limit ").bind(i64::from(limit) + 1);
    text
}

const fn grid_column(layer: Layer) -> &'static str {
    match layer {
        Layer::Community => " or t.community = ",
        Layer::Inspection => " or t.inspection = ",
        Layer::Enforcement => " or t.enforcement = ",
        Layer::Area => " or t.area = ",
    }
}
