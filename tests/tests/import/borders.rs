//! Borders as GeoJSON.

use demo::client::{Client, text};
use domain::geo::datum::{CoordType, Wgs84, from_wgs84};
use serde_json::{Value, json};
use tests::City;

use crate::chinese::{names, refused};
use crate::send;

/// South-west corner of a square of some 900 m, far from the reference district.
const CORNER: Wgs84 = Wgs84 { lon: 121.50, lat: 36.90 };
const SIDE: f64 = 0.01;
const WGS84: [(&str, &str); 2] = [("layer", "inspection"), ("coord_type", "wgs84")];
const GCJ02: [(&str, &str); 2] = [("layer", "inspection"), ("coord_type", "gcj02")];

/// A square whose corner is so many sides east of the first, `wide` sides wide, in a datum.
fn square(code: &str, east: f64, wide: f64, kind: CoordType) -> Value {
    let at = |x: f64, y: f64| {
        let (lon, lat) =
            from_wgs84(kind, Wgs84 { lon: CORNER.lon + (east + x) * SIDE, lat: CORNER.lat + y * SIDE });
        json!([lon, lat])
    };
    let ring = json!([at(0.0, 0.0), at(wide, 0.0), at(wide, 1.0), at(0.0, 1.0), at(0.0, 0.0)]);
    feature(code, &json!([ring]))
}

fn feature(code: &str, rings: &Value) -> Value {
    json!({ "type": "Feature", "properties": { "code": code, "name": format!("网格{code}") },
            "geometry": { "type": "Polygon", "coordinates": rings } })
}

fn file(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// The inspection grid of a place, by the public question.
async fn grid_at(who: &Client, at: Wgs84) -> String {
    let path =
        format!("/v1/grids/locate?longitude={}&latitude={}&coord_type=wgs84&accuracy=3", at.lon, at.lat);
    let data = who.get(&path).await.expect("an answer").ok().expect("a place");
    text(&data, "/layers/inspection/grid/code").to_owned()
}

#[tokio::test]
async fn borders_in_gcj02_land_where_the_same_in_wgs84_do() {
    let city = City::start().await;
    let admin = city.admin().await;
    // 20 m inside and outside of the western edge: the two datums differ by some 500 m here.
    let inside = Wgs84 { lon: CORNER.lon + 0.000_22, lat: CORNER.lat + SIDE / 2.0 };
    let outside = Wgs84 { lon: CORNER.lon - 0.000_22, lat: CORNER.lat + SIDE / 2.0 };
    for (kind, texts) in [(CoordType::Wgs84, WGS84), (CoordType::Gcj02, GCJ02)] {
        let summary =
            send(&admin, "grids", file(&[square("A", 0.0, 1.0, kind)]), &texts).await.ok().expect("taken");
        assert_eq!(summary["rows"], 1, "{summary}");
        assert_eq!(grid_at(&admin, inside).await, "A", "{kind:?}");
        assert_ne!(grid_at(&admin, outside).await, "A", "{kind:?}");
    }
    city.finish().await;
}

#[tokio::test]
async fn faulty_borders_are_refused_by_number_and_code_and_the_old_ones_stay() {
    let city = City::start().await;
    let admin = city.admin().await;
    let before = admin.get("/v1/grids?layer=inspection&coord_type=wgs84").await.expect("an answer").data;
    let bow = json!([[[121.5, 36.9], [121.51, 36.91], [121.51, 36.9], [121.5, 36.91], [121.5, 36.9]]]);
    let open = json!([[[121.5, 36.9], [121.51, 36.9], [121.51, 36.91], [121.5, 36.91]]]);
    let mars = json!([[[1215.0, 36.9], [121.51, 36.9], [121.51, 36.91], [1215.0, 36.9]]]);
    for (bad, rings) in [("bow", bow), ("open", open), ("mars", mars)] {
        let answer = send(
            &admin,
            "grids",
            file(&[square("A", 0.0, 1.0, CoordType::Wgs84), feature(bad, &rings)]),
            &WGS84,
        )
        .await;
        refused(&answer, 422, 42202);
        let first = &answer.details[0];
        assert_eq!((first["line"].as_i64(), text(first, "/column")), (Some(2), bad), "{}", answer.details);
    }
    let twice = file(&[square("A", 0.0, 1.0, CoordType::Wgs84), square("A", 2.0, 1.0, CoordType::Wgs84)]);
    refused(&send(&admin, "grids", twice, &WGS84).await, 422, 42202);
    refused(&send(&admin, "grids", "{", &WGS84).await, 422, 42202);
    refused(&send(&admin, "grids", file(&[]), &WGS84).await, 422, 42202);
    let undeclared =
        send(&admin, "grids", file(&[square("A", 0.0, 1.0, CoordType::Wgs84)]), &[("layer", "area")]).await;
    assert_eq!(undeclared.status, 400, "{}", undeclared.message);
    assert!(names(&undeclared, "coord_type"), "{}", undeclared.details);
    let after = admin.get("/v1/grids?layer=inspection&coord_type=wgs84").await.expect("an answer").data;
    assert_eq!(before, after, "a refused file changed the borders");
    city.finish().await;
}

#[tokio::test]
async fn overlaps_and_holes_are_told_with_their_area_and_the_old_version_is_kept() {
    let city = City::start().await;
    let admin = city.admin().await;
    let database = city.database().await;
    let count = async |text| database.number(text).await;
    let old =
        count("select cast(count(*) as bigint) from grid where layer = 'inspection' and version = 1").await;
    assert!(old > 0, "the reference district has inspection grids");
    // B begins in the last tenth of A: 0.001° × 0.01°, some 89 m × 1,110 m.
    let overlap = [square("A", 0.0, 1.0, CoordType::Wgs84), square("B", 0.9, 1.0, CoordType::Wgs84)];
    let summary = send(&admin, "grids", file(&overlap), &WGS84).await.ok().expect("taken");
    let notes = summary["notes"].to_string();
    let area = number_after(&notes, "重叠约 ");
    let shared = &summary["faults_map"]["features"];
    assert_eq!(shared.as_array().map(Vec::len), Some(1), "{shared}");
    assert_eq!(shared[0]["properties"]["codes"], json!(["A", "B"]));
    let ring = shared[0]["geometry"]["coordinates"][0][0].as_array().expect("a ring");
    let within = |point: &Value| {
        let east = (point[0].as_f64().expect("degrees") - CORNER.lon) / SIDE;
        (0.899..1.001).contains(&east)
    };
    assert!(ring.len() >= 5 && ring.iter().all(within), "only the shared strip is drawn: {ring:?}");
    let due = 0.1 * SIDE * 111_320.0 * CORNER.lat.to_radians().cos() * SIDE * 110_980.0;
    assert!((area / due - 1.0).abs() < 0.02, "{notes}: {area} m², should be {due}");
    // Four squares around a fifth that is not there.
    let tile = |code: &str, x: f64, y: f64, wide: f64, high: f64| {
        let (west, south) = (CORNER.lon + x * SIDE, CORNER.lat + y * SIDE);
        let (east, north) = (west + wide * SIDE, south + high * SIDE);
        feature(code, &json!([[[west, south], [east, south], [east, north], [west, north], [west, south]]]))
    };
    let around = [
        tile("S", 0.0, 0.0, 3.0, 1.0),
        tile("N", 0.0, 2.0, 3.0, 1.0),
        tile("W", 0.0, 1.0, 1.0, 1.0),
        tile("E", 2.0, 1.0, 1.0, 1.0),
    ];
    let summary = send(&admin, "grids", file(&around), &WGS84).await.ok().expect("taken");
    let notes = summary["notes"].to_string();
    let area = number_after(&notes, "处有约 ");
    assert!((area / (10.0 * due) - 1.0).abs() < 0.02, "{notes}: {area} m², should be {}", 10.0 * due);
    assert!(notes.contains("启用") && notes.contains("第 3 版"), "{notes}");
    assert_eq!(summary["faults_map"]["features"][0]["properties"]["kind"], "hole");
    assert_eq!(
        count("select cast(count(*) as bigint) from grid where layer = 'inspection' and version = 1").await,
        old
    );
    assert_eq!(
        count("select cast(count(*) as bigint) from grid_version where layer = 'inspection' and active")
            .await,
        1
    );
    database.close().await;
    city.finish().await;
}

fn number_after(text: &str, mark: &str) -> f64 {
    let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("no “{mark}” in {text}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}
