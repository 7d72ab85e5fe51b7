//! The district's borders: a layer as GeoJSON, and where a point is in all of them.

use std::sync::{Arc, LazyLock};

use actix_web::http::StatusCode;
use actix_web::web;
use domain::geo::datum::CoordType;
use domain::geo::grid::{GridIndex, Layer};
use serde::Deserialize;

use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Query, read_point};
use crate::view::{grid, place};
use crate::{Api, now};

/// Metres that a point without an accuracy is taken to be good for.
const USUAL_ACCURACY_M: f64 = 50.0;
/// Every layer in every datum of two versions.
const MOST_KEPT: u64 = 24;

/// Which index, layer and datum; the kept index keeps its address from being used by another.
type Address = (usize, Layer, CoordType);
type Kept = (Arc<GridIndex>, Arc<str>);

/// Borders as they are sent: they change with an import only, and converting a district's takes a while.
static SENT: LazyLock<moka::future::Cache<Address, Kept>> =
    LazyLock::new(|| moka::future::Cache::new(MOST_KEPT));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    layer: Layer,
    coord_type: Option<CoordType>,
}

/// `GET /v1/grids`: a FeatureCollection; its `ETag` is the version of the books.
pub async fn list(api: web::Data<Api>, _caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let books = api.books().await?;
    let coord_type = asked.coord_type.unwrap_or(DEFAULT);
    let address = (Arc::as_ptr(&books.grids).addr(), asked.layer, coord_type);
    let data = match SENT.get(&address).await {
        Some((_, data)) => data,
        None => {
            let (grids, version) = (books.grids.clone(), books.version);
            let write = move || serde_json::to_string(&grid::layer(&grids, asked.layer, version, coord_type));
            let data: Arc<str> =
                web::block(write).await.map_err(ApiError::internal)?.map_err(ApiError::internal)?.into();
            SENT.insert(address, (books.grids.clone(), data.clone())).await;
            data
        }
    };
    let version = Some(books.version.unsigned_abs());
    Ok(Reply { status: StatusCode::OK, data: data.to_string(), version, replayed: false })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    longitude: f64,
    latitude: f64,
    coord_type: Option<CoordType>,
    accuracy: Option<f64>,
}

/// `GET /v1/grids/locate`: inside or not, in which grids, and whose area; answers in the datum of the question.
pub async fn locate(api: web::Data<Api>, _caller: Caller, Query(asked): Query<Spot>) -> ApiResult<Reply> {
    let point = read_point(Some(asked.longitude), Some(asked.latitude), asked.coord_type, asked.accuracy)?;
    let point = point.ok_or(Kind::BadPoint)?;
    let books = api.books().await?;
    let (_, _, coord_type) = point.raw;
    let frame = dossier::frame(&api, &books, coord_type, now());
    Reply::ok(&place::locate(&frame, point.at, point.accuracy_m.unwrap_or(USUAL_ACCURACY_M)))
}
