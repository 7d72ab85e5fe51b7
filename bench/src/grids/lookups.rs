//! Look-ups whose answers are known, in all three datums: `DIR/*_grid.geojson`, features with the properties `code`,
//! `name` and `level` (street, brigade, cell), and `DIR/*_grid_lookups.csv`.

use std::fs;
use std::path::Path;

use domain::geo::grid::{Grid, GridIndex, Layer};
use domain::geo::json::parse_grids;
use domain::geo::{CoordType, to_wgs84};
use serde_json::{Value, json};

use crate::Outcome;
use crate::report::Report;

/// A level of the file, and the layer in which it is looked up.
const LEVELS: [(&str, Layer); 3] =
    [("street", Layer::Area), ("brigade", Layer::Enforcement), ("cell", Layer::Community)];
const DATUMS: [CoordType; 3] = [CoordType::Wgs84, CoordType::Gcj02, CoordType::Bd09];
/// Metres from an edge from which every answer must be right.
const SURE_M: f64 = 0.5;

/// Checks every known look-up and fails when one farther than half a metre from an edge is wrong.
pub fn check(folder: &Path, report: &mut Report) -> Outcome {
    let index = GridIndex::build(grids(&read(folder, "_grid.geojson")?)?);
    let (mut all, mut right, mut sure, mut wrong) = (0, 0, 0, Vec::new());
    for line in read(folder, "_grid_lookups.csv")?.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [wgs_lon, wgs_lat, gcj_lon, gcj_lat, bd_lon, bd_lat, _, edge_m, codes @ ..] = cells.as_slice()
        else {
            return Err(format!("读不懂:{line}").into());
        };
        let is_sure = edge_m.parse::<f64>()? > SURE_M;
        for (datum, (lon, lat)) in
            DATUMS.into_iter().zip([(wgs_lon, wgs_lat), (gcj_lon, gcj_lat), (bd_lon, bd_lat)])
        {
            let at = to_wgs84(datum, lon.parse()?, lat.parse()?).ok_or_else(|| format!("不是坐标:{line}"))?;
            let is_right = LEVELS.iter().zip(codes).all(|((_, layer), code)| {
                index.owner(*layer, at).map_or("", |grid| grid.code.as_str()) == *code
            });
            (all, right, sure) = (all + 1, right + usize::from(is_right), sure + usize::from(is_sure));
            if is_sure && !is_right {
                wrong.push(line.to_owned());
            }
        }
    }
    report.remark(format!(
        "已知答案的定位(三种坐标系):{all} 次中 {right} 次相符;距边界超过 {SURE_M} 米的 {sure} 次中 {} 次不符",
        wrong.len()
    ));
    match wrong.first() {
        None => Ok(()),
        Some(line) => Err(format!("定位有 {} 次不符,如 {line}", wrong.len()).into()),
    }
}

fn grids(text: &str) -> Outcome<Vec<Grid>> {
    let file: Value = serde_json::from_str(text)?;
    let features = file["features"].as_array().ok_or("没有 features")?;
    let mut grids = Vec::new();
    for (level, layer) in LEVELS {
        let own: Vec<&Value> = features.iter().filter(|f| f["properties"]["level"] == level).collect();
        let layer = parse_grids(
            &json!({ "type": "FeatureCollection", "features": own }).to_string(),
            layer,
            CoordType::Wgs84,
        );
        grids.extend(layer.map_err(|faults| format!("{level}:{faults:?}"))?);
    }
    Ok(grids)
}

/// The text of the one file whose name ends like this.
fn read(folder: &Path, end: &str) -> Outcome<String> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            return Ok(fs::read_to_string(path)?);
        }
    }
    Err(format!("{} 中没有 *{end}", folder.display()).into())
}
