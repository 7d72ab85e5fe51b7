//! The same look-ups by PostGIS, as one join inside the server.

use std::time::Instant;

use domain::geo::datum::Wgs84;
use domain::geo::grid::{GridIndex, Layer};
use domain::geo::json::shape_to_geojson;
use serde_json::Value;
use store::{Pool, execute, fetch_scalar};

use crate::Outcome;
use crate::databases::{Databases, Kind};

/// Points of a join, a part of all.
pub const JOINED: usize = 200_000;
const NAME: &str = "grids";
/// Shapes sent in one statement.
const BATCH: usize = 1000;

/// Seconds of a join of the first [`JOINED`] points, median of `rounds`; `None` where there is no PostGIS. Fails when the
/// sum of its answers, as `checksum` reckons it, is not `expected`.
pub async fn join(
    databases: &Databases,
    index: &GridIndex,
    points: &[Wgs84],
    rounds: usize,
    expected: i64,
) -> Outcome<Option<f64>> {
    if databases.postgres.is_none() {
        return Ok(None);
    }
    let pool = Pool::open(&databases.make(Kind::Postgres, NAME).await?).await?;
    let outcome = match execute!(&pool, "create extension postgis") {
        Ok(_) => measure(&pool, index, points, rounds, expected).await.map(Some),
        Err(_) => Ok(None),
    };
    pool.close().await;
    databases.drop(Kind::Postgres, NAME).await?;
    outcome
}

async fn measure(
    pool: &Pool,
    index: &GridIndex,
    points: &[Wgs84],
    rounds: usize,
    expected: i64,
) -> Outcome<f64> {
    execute!(pool, "create table grid (number bigint, shape geometry)")?;
    execute!(pool, "create table place (number bigint, at geometry)")?;
    let shapes: Vec<Value> =
        index.grids(Layer::Community).map(|grid| shape_to_geojson(&grid.shape)).collect();
    for (batch, shapes) in shapes.chunks(BATCH).enumerate() {
        execute!(
            pool,
            "insert into grid select $1 + n - 1, ST_GeomFromGeoJSON(shape::text) \
             from json_array_elements(cast($2 as json)) with ordinality as t(shape, n)",
            (batch * BATCH) as i64,
            Value::from(shapes).to_string(),
        )?;
    }
    for (batch, points) in points.iter().take(JOINED).collect::<Vec<_>>().chunks(BATCH * 50).enumerate() {
        let points: Vec<Value> = points.iter().map(|at| Value::from(vec![at.lon, at.lat])).collect();
        execute!(
            pool,
            "insert into place select $1 + n - 1, ST_Point((at ->> 0)::float8, (at ->> 1)::float8, 4326) \
             from json_array_elements(cast($2 as json)) with ordinality as t(at, n)",
            (batch * BATCH * 50) as i64,
            Value::from(points).to_string(),
        )?;
    }
    execute!(pool, "create index on grid using gist (shape)")?;
    execute!(pool, "vacuum analyze grid")?;
    execute!(pool, "vacuum analyze place")?;
    let mut seconds = Vec::new();
    for round in 0..=rounds {
        let begun = Instant::now();
        let sum = fetch_scalar!(
            pool,
            i64,
            "select cast(coalesce(sum((place.number + 2) * (grid.number + 1)), 0) as bigint) \
             from place join grid on ST_Covers(grid.shape, place.at)",
        )?;
        if round > 0 {
            seconds.push(begun.elapsed().as_secs_f64());
        }
        if sum != expected {
            return Err("PostGIS 的答案与本程序不同".into());
        }
    }
    Ok(crate::measure::median(&seconds))
}
