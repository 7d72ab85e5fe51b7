//! Grids as GeoJSON (RFC 7946): reading an import and the stored form of a shape. It refuses to repair: a
//! feature with anything wrong is named, and no grid of its file is taken.

use ::geo::{Coord, LineString, MapCoords as _, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::ShapeFault;
use super::datum::{CoordType, Wgs84, from_wgs84, to_wgs84};
use super::grid::{Grid, Layer};
use crate::id::GridCode;

const MAX_CODE_CHARS: usize = 64;
const MAX_NAME_CHARS: usize = 100;

/// A position as sent: longitude, latitude and perhaps a height, which is not used.
pub(super) type Position = Vec<f64>;
pub(super) type Rings = Vec<Vec<Position>>;

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub(super) enum Shape {
    Polygon(Rings),
    MultiPolygon(Vec<Rings>),
}

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Value>,
}

/// Reads a FeatureCollection of Polygons or MultiPolygons with the properties `code` and `name` as one layer.
///
/// Positions are in the given datum and converted to WGS-84. Other properties are ignored. A code may be
/// text or a whole number. On failure every bad feature is named by its index (from 0) and, when it has
/// one, its code.
pub fn parse_grids(text: &str, layer: Layer, coord: CoordType) -> Result<Vec<Grid>, Vec<ShapeFault>> {
    let whole = |reason: &str| vec![ShapeFault::of_all(reason)];
    let collection: Collection = serde_json::from_str(text)
        .map_err(|error| whole(&format!("不是有效的 GeoJSON(第 {} 行)", error.line())))?;
    if collection.kind != "FeatureCollection" {
        return Err(whole("须为 FeatureCollection"));
    }
    if collection.features.is_empty() {
        return Err(whole("没有任何要素"));
    }
    let (mut grids, mut faults) = (Vec::new(), Vec::new());
    for (index, feature) in collection.features.into_iter().enumerate() {
        let code = label(&feature, "code", MAX_CODE_CHARS);
        match read_feature(feature, &code, layer, coord) {
            Ok(grid) => grids.push(grid),
            Err(reason) => {
                faults.push(ShapeFault { index: Some(index), code: code.ok().map(GridCode::new), reason })
            }
        }
    }
    if faults.is_empty() { Ok(grids) } else { Err(faults) }
}

fn read_feature(
    mut feature: Value,
    code: &Result<String, String>,
    layer: Layer,
    coord: CoordType,
) -> Result<Grid, String> {
    if feature["type"] != "Feature" {
        return Err("须为 Feature".into());
    }
    let code = GridCode::new(code.clone()?);
    let name = label(&feature, "name", MAX_NAME_CHARS)?;
    let shape = read_shape(feature["geometry"].take())?;
    let shape =
        to_shape(&shape, |lon, lat| to_wgs84(coord, lon, lat).map(|at| Coord { x: at.lon, y: at.lat }))?;
    Ok(Grid { layer, code, name, shape })
}

/// A property that must be there, trimmed.
fn label(feature: &Value, key: &str, max_chars: usize) -> Result<String, String> {
    let text = match &feature["properties"][key] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        Value::Null => return Err(format!("缺少属性 {key}")),
        _ => return Err(format!("属性 {key} 须为文字")),
    };
    match text.chars().count() {
        0 => Err(format!("属性 {key} 为空")),
        count if count > max_chars => Err(format!("属性 {key} 超过 {max_chars} 个字")),
        _ => Ok(text),
    }
}

pub(super) fn read_shape(geometry: Value) -> Result<Shape, String> {
    let kind = geometry["type"].as_str().unwrap_or("无").to_owned();
    if kind != "Polygon" && kind != "MultiPolygon" {
        return Err(format!("几何类型须为 Polygon 或 MultiPolygon,实为 {kind}"));
    }
    serde_json::from_value(geometry).map_err(|_| "坐标数组的层次或数值有误".into())
}

pub(super) fn to_shape(
    shape: &Shape,
    place: impl Fn(f64, f64) -> Option<Coord<f64>>,
) -> Result<MultiPolygon<f64>, String> {
    let polygons = match shape {
        Shape::Polygon(rings) => std::slice::from_ref(rings),
        Shape::MultiPolygon(polygons) => polygons,
    };
    let polygon = |rings: &Rings| {
        let mut rings = rings.iter().map(|ring| to_ring(ring, &place)).collect::<Result<Vec<_>, _>>()?;
        if rings.is_empty() {
            return Err("多边形没有外环".to_owned());
        }
        let exterior = rings.remove(0);
        Ok(Polygon::new(exterior, rings))
    };
    if polygons.is_empty() {
        return Err("没有任何多边形".into());
    }
    polygons.iter().map(polygon).collect::<Result<Vec<_>, _>>().map(MultiPolygon::new)
}

fn to_ring(
    ring: &[Position],
    place: &impl Fn(f64, f64) -> Option<Coord<f64>>,
) -> Result<LineString<f64>, String> {
    let to_coord = |position: &Position| match position[..] {
        [lon, lat, ..] => place(lon, lat).ok_or_else(|| format!("坐标超出范围：{lon}, {lat}")),
        _ => Err("坐标须有经度和纬度".to_owned()),
    };
    if ring.len() < 4 {
        return Err("环少于 4 个点".into());
    }
    if ring.first() != ring.last() {
        return Err("环未闭合：首尾坐标不同".into());
    }
    ring.iter().map(to_coord).collect::<Result<Vec<_>, _>>().map(LineString::new)
}

/// A shape as a GeoJSON MultiPolygon geometry.
pub fn shape_to_geojson(shape: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| vec![c.x, c.y]).collect::<Vec<_>>();
    let polygon =
        |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect::<Rings>();
    let polygons: Vec<Rings> = shape.iter().map(polygon).collect();
    serde_json::json!({ "type": "MultiPolygon", "coordinates": polygons })
}

/// The same in another datum.
pub fn shape_to_geojson_in(coord: CoordType, shape: &MultiPolygon<f64>) -> Value {
    let moved = |c: Coord<f64>| {
        let (x, y) = Wgs84::new(c.x, c.y).map_or((c.x, c.y), |at| from_wgs84(coord, at));
        Coord { x, y }
    };
    shape_to_geojson(&shape.map_coords(moved))
}

/// Reads a Polygon or MultiPolygon geometry in WGS-84, as [`shape_to_geojson`] writes it.
pub fn shape_from_geojson(text: &str) -> Result<MultiPolygon<f64>, ShapeFault> {
    let geometry = serde_json::from_str(text).map_err(|_| ShapeFault::of_all("不是有效的 GeoJSON"))?;
    read_shape(geometry)
        .and_then(|shape| {
            to_shape(&shape, |lon, lat| {
                to_wgs84(CoordType::Wgs84, lon, lat).map(|at| Coord { x: at.lon, y: at.lat })
            })
        })
        .map_err(|reason| ShapeFault::of_all(&reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::datum::{Wgs84, distance_m};
    use ::geo::CoordsIter as _;
    use serde_json::json;

    const SQUARE: [[f64; 2]; 5] =
        [[120.0, 36.0], [120.01, 36.0], [120.01, 36.01], [120.0, 36.01], [120.0, 36.0]];

    fn collection(features: &[Value]) -> String {
        json!({ "type": "FeatureCollection", "features": features }).to_string()
    }

    fn feature(properties: Value, geometry: Value) -> Value {
        json!({ "type": "Feature", "properties": properties, "geometry": geometry })
    }

    fn polygon(coordinates: Value) -> Value {
        json!({ "type": "Polygon", "coordinates": coordinates })
    }

    fn reason(properties: Value, geometry: Value) -> String {
        let text = collection(&[feature(properties, geometry)]);
        parse_grids(&text, Layer::Area, CoordType::Wgs84).unwrap_err()[0].reason.clone()
    }

    #[test]
    fn a_good_file_becomes_grids_of_the_layer() {
        let text = collection(&[
            feature(json!({ "code": "A1", "name": " 甲 ", "parent": "A" }), polygon(json!([SQUARE]))),
            feature(
                json!({ "code": 370215001, "name": "乙" }),
                json!({ "type": "MultiPolygon", "coordinates": [[SQUARE]] }),
            ),
        ]);
        let grids = parse_grids(&text, Layer::Area, CoordType::Wgs84).unwrap();
        assert_eq!(
            grids.iter().map(|g| (g.code.as_str(), g.name.as_str())).collect::<Vec<_>>(),
            [("A1", "甲"), ("370215001", "乙")]
        );
        assert_eq!(grids[0].shape, grids[1].shape);
        assert_eq!(grids[0].layer, Layer::Area);
    }

    #[test]
    fn a_file_in_another_datum_is_converted() {
        let text = collection(&[feature(json!({ "code": "A", "name": "甲" }), polygon(json!([SQUARE])))]);
        let grids = parse_grids(&text, Layer::Area, CoordType::Gcj02).unwrap();
        let corner = grids[0].shape.0[0].exterior()[0];
        let moved = distance_m(Wgs84::new(corner.x, corner.y).unwrap(), Wgs84::new(120.0, 36.0).unwrap());
        assert!((300.0..700.0).contains(&moved), "{moved}");
    }

    #[test]
    fn every_bad_feature_is_named_with_its_place_and_code() {
        let text = collection(&[
            feature(json!({ "name": "无码" }), polygon(json!([SQUARE]))),
            feature(json!({ "code": "B", "name": "好" }), polygon(json!([SQUARE]))),
            feature(json!({ "code": "C" }), polygon(json!([SQUARE]))),
        ]);
        let faults = parse_grids(&text, Layer::Area, CoordType::Wgs84).unwrap_err();
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["第 1 个要素：缺少属性 code", "第 3 个要素（编码 C）：缺少属性 name"]);
    }

    #[test]
    fn each_wrong_geometry_has_its_reason() {
        let named = || json!({ "code": "A", "name": "甲" });
        let open = &SQUARE[..4];
        let cases = [
            (json!({ "type": "Point", "coordinates": [120.0, 36.0] }), "实为 Point"),
            (Value::Null, "实为 无"),
            (polygon(json!([])), "没有外环"),
            (polygon(json!([[[120.0, 36.0], [120.0, 36.1], [120.0, 36.0]]])), "少于 4"),
            (polygon(json!([open])), "未闭合"),
            (polygon(json!([[[120.0], [120.0], [120.0], [120.0]]])), "经度和纬度"),
            (polygon(json!([[[36.0, 120.0], [36.0, 120.1], [36.1, 120.1], [36.0, 120.0]]])), "超出范围"),
            (polygon(json!([[["a", 1.0]]])), "层次或数值"),
            (json!({ "type": "MultiPolygon", "coordinates": [] }), "没有任何多边形"),
        ];
        for (geometry, expected) in cases {
            let reason = reason(named(), geometry);
            assert!(reason.contains(expected), "{reason} should contain {expected}");
        }
        assert!(reason(json!({ "code": "A", "name": "  " }), polygon(json!([SQUARE]))).contains("为空"));
        assert!(
            reason(json!({ "code": "A".repeat(65), "name": "甲" }), polygon(json!([SQUARE])))
                .contains("超过")
        );
        assert!(
            reason(json!({ "code": ["A"], "name": "甲" }), polygon(json!([SQUARE]))).contains("须为文字")
        );
    }

    #[test]
    fn what_is_not_a_feature_collection_is_refused_not_a_crash() {
        for text in
            ["", "{", "[]", "null", "{}", r#"{"type":"Feature","features":[]}"#, &collection(&[]), "[[[[["]
        {
            assert_eq!(parse_grids(text, Layer::Area, CoordType::Wgs84).unwrap_err().len(), 1, "{text}");
        }
        for odd in [json!(1), json!(null), json!([]), json!({}), json!({ "type": "Feature" })] {
            assert!(parse_grids(&collection(&[odd]), Layer::Area, CoordType::Wgs84).is_err());
        }
        let huge = collection(&[feature(json!({ "code": "A", "name": "甲" }), polygon(json!([SQUARE])))])
            .replace("120.01", "1e999");
        assert!(parse_grids(&huge, Layer::Area, CoordType::Wgs84).is_err());
    }

    #[test]
    fn a_stored_shape_comes_back_in_place_with_its_shared_vertices_still_shared() {
        let hole = [[120.002, 36.002], [120.004, 36.002], [120.003, 36.003_1], [120.002, 36.002]];
        let text = collection(&[
            feature(json!({ "code": "A", "name": "甲" }), polygon(json!([SQUARE, hole]))),
            feature(json!({ "code": "B", "name": "乙" }), polygon(json!([hole]))),
        ]);
        let grids = parse_grids(&text, Layer::Area, CoordType::Bd09).unwrap();
        let back = |grid: &Grid| shape_from_geojson(&shape_to_geojson(&grid.shape).to_string()).unwrap();
        let (frame, inner) = (back(&grids[0]), back(&grids[1]));
        assert_eq!(&frame.0[0].interiors()[0], inner.0[0].exterior());
        // The JSON reader may round the last bit of a number.
        for (a, b) in frame.coords_iter().zip(grids[0].shape.coords_iter()) {
            assert!((a.x - b.x).abs() < 1e-12 && (a.y - b.y).abs() < 1e-12);
        }
        assert!(shape_from_geojson("{}").is_err());
    }
}
