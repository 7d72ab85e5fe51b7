//! Reports: taking them in, one's own and what became of them, what is known nearby, and the rating at the end. It
//! refuses other people's reports as "not found".

mod camera;
mod intake;
mod origin;

use actix_web::{HttpRequest, web};
use domain::geo::datum::{CoordType, Wgs84, distance_m};
use domain::id::{CategoryCode, ReportId, TicketId};
use domain::ticket::action::Action;
use domain::ticket::event::Place;
use domain::ticket::state::Stage;
use serde::Deserialize;
use store::Tx;
use store::repo::lists::{self, MapPoint, Scope, TicketFilter};
use store::repo::reports::Report;
use store::repo::{events, reports, tickets};
use strum::VariantArray as _;

use self::intake::NewBody;
use super::tickets::action::check_text;
use super::tickets::{DEFAULT, check_sight, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once, PathId, Query, read_page, read_point};
use crate::view::Listed;
use crate::view::history::public_step;
use crate::view::place::hint;
use crate::view::public::public;
use crate::view::report::{self, Acknowledged, Near, ReportView};
use crate::view::ticket::pictures;
use crate::{Api, now};

/// Metres within which the same problem is looked for, when nothing is said and at most.
const RADII_M: (f64, f64) = (100.0, 300.0);
/// Points that are looked at, and problems that are shown.
const NEARBY: (u32, usize) = (500, 20);
/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;
/// Most characters of a rating's comment.
const MOST_COMMENT: usize = 500;

/// `POST /v1/reports`: acknowledged when ticket, report, pictures and triage are on disk.
pub async fn create(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    request: HttpRequest,
    Body(body): Body<NewBody>,
) -> ApiResult<Reply> {
    let books = api.books().await?;
    let now = now();
    let mut new = body.read(&caller, &books, now)?;
    camera::admit(&api, &books, &request, &mut new, now).await?;
    let spot = new.opening.place.map(|place| (place.at, place.accuracy_m));
    let reply = once
        .run(&api, &caller, async |tx| {
            let opened = api.desk.report(tx, new, &caller.actor, now).await?;
            let place_hint = hint(&books.grids, spot);
            let received_at = if opened.repeated { received(&mut *tx, &opened.report).await? } else { now };
            let (report_id, ticket_id, repeated) = (opened.report, opened.ticket, opened.repeated);
            Reply::created(&Acknowledged { report_id, ticket_id, received_at, repeated, place_hint })
        })
        .await?;
    api.nudge();
    Ok(reply)
}

async fn received(tx: &mut Tx, id: &ReportId) -> ApiResult<domain::time::Moment> {
    Ok(reports::get(&mut *tx, id).await?.ok_or(Kind::NotFound)?.received_at)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mine {
    cursor: Option<String>,
    limit: Option<u32>,
    #[serde(default)]
    with_total: bool,
    coord_type: Option<CoordType>,
}

/// `GET /v1/reports`: one's own, newest first.
pub async fn mine(api: web::Data<Api>, caller: Caller, Query(asked): Query<Mine>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let pool = &api.stores.pool;
    let page = reports::mine(pool, &caller.account.id, cursor.as_ref(), size).await?;
    let total = match asked.with_total {
        true => Some(reports::count_mine(pool, &caller.account.id).await?),
        false => None,
    };
    let ids: Vec<TicketId> = page.rows.iter().map(|report| report.ticket.clone()).collect();
    let rows = lists::rows(pool, &ids).await?;
    let covers = dossier::covers(pool, ids.into_iter()).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, asked.coord_type.unwrap_or(DEFAULT), now());
    let page = page.map(|sent| {
        let row = rows.iter().find(|row| row.id == sent.ticket);
        report::mine(&frame, sent, row, &covers)
    });
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total })
}

/// `GET /v1/reports/{id}`: for its reporter, and for staff who may see its ticket.
pub async fn show(api: web::Data<Api>, caller: Caller, PathId(id): PathId<ReportId>) -> ApiResult<Reply> {
    let pool = &api.stores.pool;
    let sent = reports::get(pool, &id).await?.ok_or(Kind::NotFound)?;
    let first = tickets::get(pool, &sent.ticket).await?.ok_or(Kind::NotFound)?;
    if sent.reporter.as_ref() != Some(&caller.account.id) {
        let seen = caller.is_staff() && check_sight(&caller, &first, false).is_ok();
        return if seen { answer(&api, &caller, sent, first).await } else { Err(Kind::NotFound.into()) };
    }
    answer(&api, &caller, sent, first).await
}

async fn answer(api: &Api, caller: &Caller, sent: Report, first: domain::ticket::Ticket) -> ApiResult<Reply> {
    let pool = &api.stores.pool;
    let mut history = events::timeline(pool, &first.id).await?;
    let ticket = dossier::going_on(pool, first).await?;
    if ticket.id != sent.ticket {
        history.extend(
            events::timeline(pool, &ticket.id)
                .await?
                .into_iter()
                .filter(|event| event.at >= sent.received_at),
        );
        history.sort_by_key(|event| event.at);
    }
    let mine = tickets::follows(pool, &ticket.id, &caller.account.id).await?.is_some();
    let mut album = dossier::album(pool, &[sent.ticket.clone(), ticket.id.clone()]).await?;
    let books = api.books().await?;
    let frame = dossier::frame(api, &books, DEFAULT, now());
    let public = public(&frame, &caller.actor, &ticket, mine, &album);
    album.uses.retain(|used| used.report_id.as_deref() == Some(sent.id.as_str()));
    let accuracy_m = sent.accuracy_m.unwrap_or_default();
    let place = sent.at.map(|at| frame.place(Place { at, accuracy_m }));
    Reply::ok(&ReportView {
        evidence: report::evidence(&frame, &sent),
        photos: pictures(&frame, &album),
        place,
        ticket: public,
        timeline: history.iter().filter_map(public_step).collect(),
        source_label: sent.source.label(),
        id: sent.id,
        ticket_id: sent.ticket,
        source: sent.source,
        external_id: sent.external_id,
        words: sent.words,
        captured_at: sent.captured_at,
        received_at: sent.received_at,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nearby {
    longitude: f64,
    latitude: f64,
    coord_type: Option<CoordType>,
    accuracy: Option<f64>,
    category: Option<CategoryCode>,
    radius: Option<f64>,
}

/// `GET /v1/reports/nearby`: open problems around a point, those of the same category first, then the nearest.
pub async fn nearby(api: web::Data<Api>, caller: Caller, Query(asked): Query<Nearby>) -> ApiResult<Reply> {
    let point = read_point(Some(asked.longitude), Some(asked.latitude), asked.coord_type, asked.accuracy)?;
    let at = point.ok_or(Kind::BadPoint)?.at;
    let (usual, most) = RADII_M;
    let radius = asked.radius.unwrap_or(usual);
    if !(1.0..=most).contains(&radius) {
        return Err(ApiError::from(Kind::BadQuery).detail("radius", format!("须为 1 到 {most} 米")));
    }
    let (pool, now, (looked_at, shown)) = (&api.stores.pool, now(), NEARBY);
    let mut filter = around(at, radius);
    let points = lists::map(pool, &filter, now, looked_at).await?;
    filter.mine = Some(caller.account.id.clone());
    let followed = lists::map(pool, &filter, now, looked_at).await?;
    let found = nearest(at, radius, asked.category.as_ref(), points, &followed, shown);
    let ids: Vec<TicketId> = found.iter().map(|near| near.ticket.clone()).collect();
    let mut rows = lists::rows(pool, &ids).await?;
    let covers = dossier::covers(pool, ids.into_iter()).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now);
    let items = found.iter().filter_map(|near| {
        let row = rows.iter().position(|row| row.id == near.ticket).map(|at| rows.swap_remove(at))?;
        Some(report::nearby(&frame, row, near, &covers))
    });
    Reply::ok(&Listed { items: items.collect::<Vec<_>>(), next_cursor: None, total: None })
}

/// The open tickets of a box that holds the circle; everybody may know of them.
fn around(at: Wgs84, radius_m: f64) -> TicketFilter {
    let high = radius_m * 1.01 / DEGREE_M;
    let wide = high / at.lat.to_radians().cos().max(0.01);
    let open = Stage::VARIANTS.iter().copied().filter(|stage| stage.is_open());
    TicketFilter {
        stage: open.collect(),
        bbox: Some([at.lon - wide, at.lat - high, at.lon + wide, at.lat + high]),
        ..TicketFilter::within(Scope::Open)
    }
}

fn nearest(
    at: Wgs84,
    radius_m: f64,
    category: Option<&CategoryCode>,
    points: Vec<MapPoint>,
    followed: &[MapPoint],
    most: usize,
) -> Vec<Near> {
    let near = |point: MapPoint| Near {
        distance_m: distance_m(at, Wgs84 { lon: point.longitude, lat: point.latitude }),
        same_category: category.is_some() && point.category.as_ref() == category,
        following: followed.iter().any(|own| own.id == point.id),
        ticket: point.id,
    };
    let mut found: Vec<Near> =
        points.into_iter().map(near).filter(|near| near.distance_m <= radius_m).collect();
    found.sort_by(|a, b| b.same_category.cmp(&a.same_category).then(a.distance_m.total_cmp(&b.distance_m)));
    found.truncate(most);
    found
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    stars: u8,
    #[serde(default)]
    comment: String,
}

/// `POST /v1/reports/{id}/rating`: by its reporter or a follower, on the ticket that goes on.
pub async fn rate(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<ReportId>,
    once: Once,
    Body(rating): Body<Rating>,
) -> ApiResult<Reply> {
    check_text("comment", &rating.comment, MOST_COMMENT)?;
    let reply = once
        .run(&api, &caller, async |tx| {
            let sent = reports::get(&mut *tx, &id).await?.ok_or(Kind::NotFound)?;
            let mine = tickets::follows(&mut *tx, &sent.ticket, &caller.account.id).await?.is_some();
            let first = tickets::get(&mut *tx, &sent.ticket).await?.filter(|_| mine).ok_or(Kind::NotFound)?;
            let ticket = dossier::going_on(&mut *tx, first).await?;
            let action = Action::Rate { stars: rating.stars, comment: rating.comment };
            let ticket = api.desk.apply(tx, &ticket.id, action, &caller.actor, None, now()).await?;
            dossier::answer_publicly(&api, &caller, &mut *tx, ticket).await
        })
        .await?;
    api.nudge();
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Wgs84 = Wgs84 { lon: 120.45, lat: 36.39 };

    fn point(id: &str, north_m: f64, category: &str) -> MapPoint {
        MapPoint {
            id: id.into(),
            longitude: HERE.lon,
            latitude: HERE.lat + north_m / DEGREE_M,
            stage: Stage::Handling,
            category: Some(category.into()),
            number: None,
            attention: None,
            late: false,
        }
    }

    #[test]
    fn the_same_category_comes_first_then_the_nearest_and_nothing_beyond_the_radius() {
        let points = vec![
            point("far", 101.0, "a"),
            point("other", 5.0, "b"),
            point("same", 90.0, "a"),
            point("at", 1.0, "a"),
        ];
        let followed = [point("same", 90.0, "a")];
        let found = nearest(HERE, 100.0, Some(&"a".into()), points, &followed, 20);
        let order: Vec<_> = found.iter().map(|near| (near.ticket.as_str(), near.following)).collect();
        assert_eq!(order, [("at", false), ("same", true), ("other", false)]);
    }

    #[test]
    fn the_box_holds_the_whole_circle() {
        for lat in [-60.0, 0.0, 36.39, 53.0] {
            let at = Wgs84 { lon: 120.45, lat };
            let [west, south, east, north] = around(at, 300.0).bbox.unwrap();
            for (lon, lat) in [(west, at.lat), (east, at.lat), (at.lon, south), (at.lon, north)] {
                let reach = distance_m(at, Wgs84 { lon, lat });
                assert!((300.0..320.0).contains(&reach), "{reach}");
            }
        }
    }
}
