//! Tickets: lists, the map, one whole, its history, and asking for a change. Who may see and do what is the domain's
//! role table; a ticket that one may not see is "not found".

pub(super) mod action;
pub(super) mod asked;
mod changes;
pub(super) mod dossier;

use actix_web::web;
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::id::TicketId;
use domain::ticket::action::Action;
use domain::ticket::{Ticket, permit};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Tx;
use store::repo::{events, lists, tickets};

pub use self::changes::changes;

use self::asked::Asked;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, PathId, Query, read_page};
use crate::view::joint::hides;
use crate::view::{Listed, explanation, grid, history, row};
use crate::{Api, now};

/// Points of a map when nothing is said, and at most.
const MAP_LIMITS: (u32, u32) = (1_000, 100_000);
/// Datum of answers when nothing is said: what WeChat's map shows.
pub(super) const DEFAULT: CoordType = CoordType::Gcj02;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Datum {
    coord_type: Option<CoordType>,
}

/// `GET /v1/tickets`: newest first, or by change with `updated_since`.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (now, pool) = (now(), &api.stores.pool);
    let filter = asked.filter(&caller, now)?;
    let page = lists::list(pool, &filter, now, cursor.as_ref(), size).await?;
    let total = match asked.with_total {
        true => Some(lists::count(pool, &filter, now).await?),
        false => None,
    };
    let beside = dossier::beside(pool, &caller, &page.rows).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, asked.coord_type.unwrap_or(DEFAULT), now);
    let page = page.map(|ticket| row::row(&frame, &caller, ticket, &beside));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total })
}

/// `GET /v1/tickets/map`: the newest of the same filters as points.
pub async fn map(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    if asked.cursor.is_some() || asked.with_total {
        return Err(ApiError::from(Kind::BadQuery).saying("地图没有翻页和总数"));
    }
    let (usual, most) = MAP_LIMITS;
    let limit = asked.limit.unwrap_or(usual);
    if !(1..=most).contains(&limit) {
        return Err(ApiError::from(Kind::BadQuery).detail("limit", format!("须为 1 到 {most}")));
    }
    let now = now();
    let points = lists::map(&api.stores.pool, &asked.filter(&caller, now)?, now, limit + 1).await?;
    let coord_type = asked.coord_type.unwrap_or(DEFAULT);
    Reply::ok(&grid::map(points, limit as usize, caller.is_staff(), coord_type))
}

/// `GET /v1/tickets/{id}`: whole for staff who may see it, the public view for citizens who reported or follow it.
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<TicketId>,
    Query(datum): Query<Datum>,
) -> ApiResult<Reply> {
    let ticket = tickets::get(&api.stores.pool, &id).await?.ok_or(Kind::NoTicket)?;
    dossier::answer(&api, &caller, &api.stores.pool, ticket, datum.coord_type.unwrap_or(DEFAULT)).await
}

/// `GET /v1/tickets/{id}/timeline`: oldest first.
pub async fn timeline(api: web::Data<Api>, caller: Caller, PathId(id): PathId<TicketId>) -> ApiResult<Reply> {
    let pool = &api.stores.pool;
    let ticket = tickets::get(pool, &id).await?.ok_or(Kind::NoTicket)?;
    let mine = tickets::follows(pool, &id, &caller.account.id).await?.is_some();
    check_sight(&caller, &ticket, mine)?;
    let events = events::timeline(pool, &id).await?;
    if !caller.is_staff() {
        let items: Vec<_> = events.iter().filter_map(history::public_step).collect();
        return Reply::ok(&Listed { items, next_cursor: None, total: None });
    }
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now());
    let items = history::steps(&frame, &events, hides(caller.actor.role, ticket.source));
    Reply::ok(&Listed { items, next_cursor: None, total: None })
}

/// Who may read why the machine decided so: those who oversee, not those who are judged.
const READERS: [Role; 7] = [
    Role::Dispatcher,
    Role::Inspector,
    Role::Leader,
    Role::Command,
    Role::Coordinator,
    Role::Oversight,
    Role::Admin,
];

/// `GET /v1/tickets/{id}/explanation`
pub async fn explain(api: web::Data<Api>, caller: Caller, PathId(id): PathId<TicketId>) -> ApiResult<Reply> {
    caller.require(&READERS)?;
    let ticket = tickets::get(&api.stores.pool, &id).await?.ok_or(Kind::NoTicket)?;
    check_sight(&caller, &ticket, false)?;
    let books = api.books().await?;
    Reply::ok(&explanation::explain(&api.stores.pool, &books, &ticket).await?)
}

/// `POST /v1/tickets/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<TicketId>,
    expected: IfMatch,
    once: Once,
    Body(body): Body<Map<String, Value>>,
) -> ApiResult<Reply> {
    let asked = action::read(body, caller.actor.role)?;
    let expected = expected.or(asked.expected_version);
    let reply = once
        .run(&api, &caller, async |tx| {
            check_door(&mut *tx, &caller, &id).await?;
            let ticket = api.desk.apply(tx, &id, asked.action, &caller.actor, expected, now()).await?;
            dossier::answer(&api, &caller, &mut *tx, ticket, DEFAULT).await
        })
        .await?;
    api.nudge();
    Ok(reply)
}

/// `POST /v1/tickets/{id}/follow`: "me too", also on a ticket that one could not see before. A merged one's follower
/// follows the ticket that goes on.
pub async fn follow(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<TicketId>,
    once: Once,
) -> ApiResult<Reply> {
    let reply = once
        .run(&api, &caller, async |tx| {
            let first = tickets::get(&mut *tx, &id).await?.ok_or(Kind::NoTicket)?;
            let going_on = dossier::going_on(&mut *tx, first).await?;
            let ticket =
                api.desk.apply(tx, &going_on.id, Action::Follow {}, &caller.actor, None, now()).await?;
            dossier::answer_publicly(&api, &caller, &mut *tx, ticket).await
        })
        .await?;
    api.nudge();
    Ok(reply)
}

/// A ticket that the caller may not see does not exist.
pub(super) fn check_sight(caller: &Caller, ticket: &Ticket, mine: bool) -> ApiResult<()> {
    if permit::can_see(&caller.actor, ticket, mine) { Ok(()) } else { Err(Kind::NoTicket.into()) }
}

async fn check_door(tx: &mut Tx, caller: &Caller, id: &TicketId) -> ApiResult<()> {
    let ticket = tickets::get(&mut *tx, id).await?.ok_or(Kind::NoTicket)?;
    let mine = tickets::follows(&mut *tx, id, &caller.account.id).await?.is_some();
    check_sight(caller, &ticket, mine)
}
