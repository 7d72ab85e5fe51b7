//! What a client must know before it starts, without login, and the catalogue of problems.

use actix_web::web;
use domain::classify::Guessing;
use domain::clock::limit::LimitUnit;
use domain::geo::datum::{CoordType, Wgs84, from_wgs84};
use domain::geo::grid::{GridIndex, Layer};
use domain::id::{CategoryCode, StandardCode};
use domain::import::{CategoryRow, LeadBy};
use domain::photo;
use domain::workline::Workline;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::repo::district::{Books, standards_of};
use strum::VariantArray as _;

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Query};
use crate::handlers::photos::MAX_PHOTO_BYTES;
use crate::{Api, base_map, now};

/// Raised when the privacy guide changes, so that clients ask for consent again.
pub const PRIVACY_VERSION: u32 = 1;
/// Oldest client that still works.
const MIN_CLIENT_VERSION: &str = "1.0.0";
/// Most pictures of one report.
pub const MAX_PHOTOS: usize = 9;
/// Most characters of a report's words.
pub const MAX_WORDS: usize = 500;

/// `GET /v1/config`
pub async fn show(api: web::Data<Api>) -> ApiResult<Reply> {
    let books = api.books().await?;
    let settings = &api.settings;
    let templates: Vec<_> =
        [&settings.wechat_template_progress, &settings.wechat_template_task].into_iter().flatten().collect();
    let map = api.maps.get_with(books.version, async { map_of(&books.grids) }).await;
    let datums: Vec<_> = CoordType::VARIANTS.iter().map(ToString::to_string).collect();
    Reply::ok(&json!({
        "district": settings.district, "now": now(), "base_map": base_map::view(settings),
        "mode": if settings.is_demo() { "demo" } else { "production" },
        "wechat_login": api.stores.wechat.is_some(),
        "guest_login": settings.guests,
        "limits": {
            "photo_bytes": MAX_PHOTO_BYTES, "photos": MAX_PHOTOS, "words": MAX_WORDS,
            "upload_seconds": settings.limits.upload_seconds,
        },
        "photo": {
            "formats": ["jpeg", "png", "webp"],
            "advice": "请拍一张近景、一张能看出位置的远景；整改后请在同一位置、同一方向再拍。",
            "display_side": photo::DISPLAY_SIDE, "medium_side": photo::MEDIUM_SIDE, "thumb_side": photo::THUMB_SIDE,
        },
        "categories_version": books.version,
        "map": map,
        "coord_types": datums,
        "default_coord_type": CoordType::Gcj02,
        "privacy_version": PRIVACY_VERSION,
        "min_client_version": MIN_CLIENT_VERSION,
        "subscribe_template_ids": templates,
    }))
}

/// Centre and bounds of the imported borders in GCJ-02, or null while there are none.
fn map_of(grids: &GridIndex) -> Option<serde_json::Value> {
    let mut bounds: Option<[f64; 4]> = None;
    let points = Layer::VARIANTS
        .iter()
        .flat_map(|layer| grids.grids(*layer))
        .flat_map(|grid| grid.shape.0.iter())
        .flat_map(|polygon| polygon.exterior().0.iter());
    for point in points {
        let [west, south, east, north] = bounds.unwrap_or([point.x, point.y, point.x, point.y]);
        bounds = Some([west.min(point.x), south.min(point.y), east.max(point.x), north.max(point.y)]);
    }
    let [west, south, east, north] = bounds?;
    let corner = |lon, lat| Wgs84::new(lon, lat).map(|at| from_wgs84(CoordType::Gcj02, at));
    let ((west, south), (east, north)) = (corner(west, south)?, corner(east, north)?);
    Some(json!({
        "coord_type": CoordType::Gcj02,
        "center": { "longitude": (west + east) / 2.0, "latitude": (south + north) / 2.0 },
        "bounds": { "west": west, "south": south, "east": east, "north": north },
    }))
}

#[derive(Serialize)]
struct Line<'a> {
    code: Workline,
    name: &'static str,
    categories: Vec<Category<'a>>,
}

#[derive(Serialize)]
struct Category<'a> {
    code: &'a CategoryCode,
    name: &'a str,
    lead_by: LeadBy,
    recheck_days: Option<u32>,
    standards: Vec<Standard<'a>>,
}

#[derive(Serialize)]
struct Standard<'a> {
    code: &'a StandardCode,
    name: &'a str,
    opens_when: &'a str,
    closes_when: &'a str,
    limit: Limit,
    source: &'a str,
}

#[derive(Serialize)]
struct Limit {
    amount: u32,
    unit: LimitUnit,
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    words: String,
}

/// `GET /v1/categories/suggest`: which category the words mean, before anything is sent.
pub async fn suggest(api: web::Data<Api>, _caller: Caller, Query(asked): Query<Words>) -> ApiResult<Reply> {
    let length = asked.words.chars().count();
    if !(1..=MAX_WORDS).contains(&length) {
        return Err(ApiError::from(Kind::BadQuery).detail("words", format!("须为 1 到 {MAX_WORDS} 字")));
    }
    let books = api.books().await?;
    let rule = books.config.guess;
    let guesses = if rule.mode == Guessing::Off { Vec::new() } else { books.guide.guess(&asked.words) };
    let items = guesses.iter().map(|guess| {
        json!({
            "code": guess.category, "name": guess.name, "confidence": guess.confidence,
            "said": guess.said, "reason": guess.reason(),
        })
    });
    Reply::ok(&json!({ "items": items.collect::<Vec<_>>(), "sure": rule.sure }))
}

/// `GET /v1/categories`: worklines, their categories, and the standards of each; the first standard is the
/// default.
pub async fn categories(api: web::Data<Api>, _caller: Caller) -> ApiResult<Reply> {
    let books = api.books().await?;
    let lines = Workline::ALL.iter().map(|line| Line {
        code: *line,
        name: line.label(),
        categories: books
            .categories
            .values()
            .filter(|category| category.workline == *line)
            .map(|category| category_of(category, &books))
            .collect(),
    });
    let lines: Vec<_> = lines.filter(|line| !line.categories.is_empty()).collect();
    Reply::ok(&json!({ "version": books.version, "worklines": lines }))
}

fn category_of<'a>(category: &'a CategoryRow, books: &'a Books) -> Category<'a> {
    let standards = standards_of(books, &category.code).iter().map(|standard| Standard {
        code: &standard.code,
        name: &standard.name,
        opens_when: &standard.opens_when,
        closes_when: &standard.closes_when,
        limit: Limit {
            amount: standard.limit.amount,
            unit: standard.limit.unit,
            label: format!("{} {}", standard.limit.amount, standard.limit.unit.label()),
        },
        source: &standard.source,
    });
    Category {
        code: &category.code,
        name: &category.name,
        lead_by: category.lead_by,
        recheck_days: category.recheck_days,
        standards: standards.collect(),
    }
}
