//! The borders of a layer: judged as a whole, then written as a new version beside the old ones. It refuses faulty
//! shapes; overlaps and holes, which real districts have, are told and taken.

use std::collections::BTreeSet;

use domain::geo::datum::CoordType;
use domain::geo::grid::{Grid, Layer};
use domain::geo::{LayerCheck, ShapeFault, check_layer, parse_grids, shape_to_geojson, shape_to_geojson_in};
use domain::id::GridCode;
use domain::import::{Fault, MOST_FAULTS};
use domain::time::Moment;
use serde_json::{Value, json};

use super::values::insert_all;
use super::{ImportError, MOST_BYTES, Summary};
use crate::sql::{Result, Tx};
use crate::{execute, fetch_scalar, fetch_scalars};

/// Overlaps, and holes, that are told one by one.
const MOST_TOLD: usize = 50;

/// Borders without a fault.
pub struct Borders {
    layer: Layer,
    grids: Vec<Row>,
    notes: Vec<String>,
    faults_map: Value,
}

struct Row {
    code: String,
    name: String,
    shape: String,
}

/// Judges a GeoJSON file; takes a second for a thousand grids.
pub fn check(geojson: &str, layer: Layer, coord: CoordType) -> Result<Borders, ImportError> {
    if geojson.len() > MOST_BYTES {
        return Err(ImportError::of_file(format!("超过 {} MB", MOST_BYTES >> 20)));
    }
    let grids = parse_grids(geojson, layer, coord).map_err(refuse)?;
    let mut found = check_layer(&grids);
    found.faults.extend(grids.iter().enumerate().filter_map(control_fault));
    if !found.faults.is_empty() {
        return Err(refuse(found.faults));
    }
    let row = |grid: Grid| Row {
        shape: shape_to_geojson(&grid.shape).to_string(),
        code: grid.code.to_string(),
        name: grid.name,
    };
    let grids = grids.into_iter().map(row).collect();
    Ok(Borders { layer, notes: tell(&found), faults_map: drawn(&found, coord), grids })
}

/// Writes a new version and puts it in use.
pub async fn write(tx: &mut Tx, borders: Borders, source: &str, now: Moment) -> Result<Summary, ImportError> {
    let Borders { layer, grids, mut notes, faults_map } = borders;
    let word = layer.to_string();
    let version = fetch_scalar!(
        tx,
        i64,
        "select cast(coalesce(max(id), 0) + 1 as bigint) from grid_version where layer = $1",
        &word
    )?;
    execute!(tx, "update grid_version set active = false where layer = $1", &word)?;
    execute!(
        tx,
        "insert into grid_version (id, layer, imported_at, source, grids, active) values ($1, $2, $3, $4, $5, true)",
        version,
        &word,
        now.ms(),
        source,
        i64::try_from(grids.len()).unwrap_or(i64::MAX)
    )?;
    insert_all(tx, "insert into grid (layer, version, code, name, shape)", "", &grids, |values, row| {
        values.add(&word).add(version).add(&row.code).add(&row.name).add(&row.shape);
    })
    .await?;
    notes.insert(0, format!("启用{}第 {version} 版", layer.label()));
    notes.extend(orphans(tx, layer, &grids).await?);
    Ok(Summary { faults_map: Some(faults_map), ..Summary::of("grids", grids.len(), notes) })
}

/// Tells of units, people and rules whose grid is not in the new version.
async fn orphans(tx: &mut Tx, layer: Layer, grids: &[Row]) -> Result<Vec<String>> {
    let codes: BTreeSet<&str> = grids.iter().map(|grid| grid.code.as_str()).collect();
    let word = layer.to_string();
    let areas = match layer {
        Layer::Area => {
            fetch_scalars!(tx, String, "select area from department where area is not null order by 1")?
        }
        _ => Vec::new(),
    };
    let people = fetch_scalars!(
        tx,
        String,
        "select distinct grid from account_grid where layer = $1 order by 1",
        &word
    )?;
    let rules = fetch_scalars!(
        tx,
        String,
        "select distinct grid from route_rule where layer = $1 and grid is not null order by 1",
        &word
    )?;
    let sentence = |whose: &str, used: Vec<String>| {
        let gone: Vec<String> =
            used.into_iter().filter(|code| !codes.contains(code.as_str())).take(MOST_TOLD).collect();
        (!gone.is_empty()).then(|| format!("{whose}仍指向新版本中没有的网格：{}", gone.join("、")))
    };
    Ok([("责任单位", areas), ("人员", people), ("派单规则", rules)]
        .into_iter()
        .filter_map(|(whose, used)| sentence(whose, used))
        .collect())
}

/// PostgreSQL stores no NUL and people read no control characters.
fn control_fault((index, grid): (usize, &Grid)) -> Option<ShapeFault> {
    let odd = grid.code.as_str().chars().chain(grid.name.chars()).any(char::is_control);
    odd.then(|| ShapeFault {
        index: Some(index), code: None, reason: "编码或名称含控制字符".into()
    })
}

/// Shape faults as faults of a file: the line is the number of the feature.
fn refuse(faults: Vec<ShapeFault>) -> ImportError {
    let fault = |fault: ShapeFault| Fault {
        line: fault.index.map_or(1, |index| index + 1),
        column: fault.code.map_or_else(|| "要素".to_owned(), |code| code.to_string()),
        reason: fault.reason,
    };
    ImportError::Faults(faults.into_iter().take(MOST_FAULTS).map(fault).collect())
}

/// The first overlaps and holes as GeoJSON in the datum of the file.
fn drawn(found: &LayerCheck, coord: CoordType) -> Value {
    let feature = |kind: &str, area_m2: f64, codes: Vec<&GridCode>, shape: Value| {
        let properties = json!({ "kind": kind, "area_m2": area_m2, "codes": codes });
        json!({ "type": "Feature", "geometry": shape, "properties": properties })
    };
    let shape = |shape| shape_to_geojson_in(coord, shape);
    let overlaps = found.overlaps.iter().take(MOST_TOLD);
    let overlaps =
        overlaps.map(|one| feature("overlap", one.area_m2, vec![&one.a, &one.b], shape(&one.shape)));
    let holes = found.holes.iter().take(MOST_TOLD);
    let holes = holes.map(|one| feature("hole", one.area_m2, Vec::new(), shape(&one.shape)));
    let features: Vec<Value> = overlaps.chain(holes).collect();
    json!({ "type": "FeatureCollection", "coord_type": coord, "features": features })
}

fn tell(found: &LayerCheck) -> Vec<String> {
    let overlaps =
        found.overlaps.iter().map(|o| format!("网格 {} 与 {} 重叠约 {:.0} 平方米", o.a, o.b, o.area_m2));
    let holes = found.holes.iter().map(|hole| {
        format!("{:.6}, {:.6} 处有约 {:.0} 平方米不属于任何网格", hole.at.lon, hole.at.lat, hole.area_m2)
    });
    let mut notes: Vec<String> = overlaps.take(MOST_TOLD).chain(holes.take(MOST_TOLD)).collect();
    let all = found.overlaps.len() + found.holes.len();
    if all > notes.len() {
        notes.push(format!("共 {} 处重叠、{} 处空洞，其余未列出", found.overlaps.len(), found.holes.len()));
    }
    notes
}
