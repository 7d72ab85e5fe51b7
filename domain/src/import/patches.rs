//! 图斑: suspected illegal buildings that a flight or a satellite saw, one outline each. It refuses a file with one
//! unsound outline as a whole; where an outline lies is not its business.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::table::shorten;
use super::{Fault, MOST_FAULTS};
use crate::geo::Outline;
use crate::geo::datum::{CoordType, Wgs84};

/// Patches that a file may have.
pub const MOST_PATCHES: usize = 20_000;
/// Properties that are shown beside the words, in this order: machine word, label.
const TOLD: [(&str, &str); 5] =
    [("name", "名称"), ("address", "地址"), ("area", "面积"), ("found_on", "发现日期"), ("note", "说明")];

/// One patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Its id in the file, unique there.
    pub id: String,
    /// What the file says of it, as words of a report.
    pub words: String,
    /// Newly built.
    pub new_build: bool,
    /// GeoJSON MultiPolygon in WGS-84.
    pub shape: String,
    /// A place inside.
    pub at: Wgs84,
    /// Square metres.
    pub area_m2: f64,
}

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Value>,
}

/// Reads a FeatureCollection of outlines in the given datum. A feature's id is its `id`, or the property `id` or `code`.
///
/// # Errors
/// Every fault; the line is the number of the feature.
pub fn patches(geojson: &str, coord: CoordType) -> Result<Vec<Patch>, Vec<Fault>> {
    let whole = |reason: String| vec![Fault { line: 1, column: "文件".into(), reason }];
    let collection: Collection = serde_json::from_str(geojson)
        .map_err(|error| whole(format!("不是有效的 GeoJSON（第 {} 行）", error.line())))?;
    if collection.kind != "FeatureCollection" {
        return Err(whole("须为 FeatureCollection".into()));
    }
    if collection.features.is_empty() {
        return Err(whole("没有任何图斑".into()));
    }
    if collection.features.len() > MOST_PATCHES {
        return Err(whole(format!("多于 {MOST_PATCHES} 个图斑，请分批导入")));
    }
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (place, feature) in collection.features.into_iter().enumerate() {
        let line = place + 1;
        let mut raise =
            |column: &str, reason: String| faults.push(Fault { line, column: column.to_owned(), reason });
        match read_patch(feature, coord) {
            Ok(patch) => match seen.get(&patch.id) {
                Some(first) => raise("id", format!("“{}”与第 {first} 个图斑重复", patch.id)),
                None => {
                    seen.insert(patch.id.clone(), line);
                    read.push(patch);
                }
            },
            Err((column, reason)) => raise(column, reason),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn read_patch(mut feature: Value, coord: CoordType) -> Result<Patch, (&'static str, String)> {
    if feature["type"] != "Feature" {
        return Err(("要素", "须为 Feature".into()));
    }
    let properties = feature["properties"].take();
    let id = [&feature["id"], &properties["id"], &properties["code"]]
        .into_iter()
        .find_map(plain)
        .ok_or(("id", "缺少编号：须有 id 或属性 code".to_owned()))?;
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if id.len() > 40 || !id.bytes().all(fine) {
        return Err(("id", format!("“{}”须为 1 至 40 位字母、数字或 - _ .", shorten(&id))));
    }
    let new_build = match &properties["new_build"] {
        Value::Null => false,
        Value::Bool(new) => *new,
        _ => return Err(("new_build", "须为 true 或 false".into())),
    };
    let outline = Outline::read(feature["geometry"].take(), coord).map_err(|reason| ("geometry", reason))?;
    let at = outline.inner_point().ok_or(("geometry", "图形为空".to_owned()))?;
    let area_m2 = outline.area_m2();
    Ok(Patch {
        words: tell(&id, &properties, new_build, area_m2),
        id,
        new_build,
        shape: outline.to_geojson(),
        at,
        area_m2,
    })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// The words of the report; foreign text is cut and freed of control characters.
fn tell(id: &str, properties: &Value, new_build: bool, area_m2: f64) -> String {
    let clean = |text: String| -> String { text.chars().filter(|c| !c.is_control()).take(80).collect() };
    let number = |value: &Value| value.as_f64().map(|number| number.to_string());
    let told = TOLD.iter().filter_map(|(name, label)| {
        let value = &properties[*name];
        plain(value).or_else(|| number(value)).map(|text| format!("{label}：{}", clean(text)))
    });
    let kind = if new_build { "疑似新增违法建设图斑" } else { "疑似违法建设图斑" };
    let mut words = format!("{kind} {id}，约 {area_m2:.0} 平方米");
    for part in told {
        words.push('；');
        words.push_str(&part);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn square(x: f64) -> Value {
        json!({ "type": "Polygon", "coordinates":
            [[[x, 36.0], [x + 0.001, 36.0], [x + 0.001, 36.001], [x, 36.001], [x, 36.0]]] })
    }

    fn file(features: &[Value]) -> String {
        json!({ "type": "FeatureCollection", "features": features }).to_string()
    }

    fn feature(id: &str, properties: Value, geometry: Value) -> Value {
        json!({ "type": "Feature", "id": id, "properties": properties, "geometry": geometry })
    }

    #[test]
    fn a_patch_keeps_its_outline_in_another_datum_and_a_place_inside_it() {
        let text =
            file(&[feature("P-1", json!({ "new_build": true, "address": "岙兰路\n旁" }), square(120.4))]);
        let patch = patches(&text, CoordType::Gcj02).unwrap().remove(0);
        assert!(patch.new_build && Outline::stored(&patch.shape).unwrap().holds(patch.at));
        assert!((patch.area_m2 - 9_990.0).abs() < 200.0, "{}", patch.area_m2);
        assert!(patch.words.contains("新增") && patch.words.contains("地址：岙兰路旁"), "{}", patch.words);
        assert!((patch.at.lon - 120.4005).abs() > 0.003, "moved out of the Chinese datum");
    }

    #[test]
    fn one_bad_patch_refuses_the_file_and_every_one_is_named() {
        let bow = json!({ "type": "Polygon", "coordinates":
            [[[120.0, 36.0], [120.01, 36.01], [120.01, 36.0], [120.0, 36.01], [120.0, 36.0]]] });
        let text = file(&[
            feature("a", json!({}), square(120.4)),
            feature("a", json!({}), square(120.5)),
            feature("b", json!({}), bow),
            feature("c", json!({ "new_build": "yes" }), square(120.4)),
            json!({ "type": "Feature", "properties": {}, "geometry": square(120.4) }),
            feature("d", json!({}), Value::Null),
            feature("坏", json!({}), square(120.4)),
            json!(7),
        ]);
        let faults = patches(&text, CoordType::Wgs84).unwrap_err();
        let seen: Vec<_> = faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        let expected = [
            (2, "id"),
            (3, "geometry"),
            (4, "new_build"),
            (5, "id"),
            (6, "geometry"),
            (7, "id"),
            (8, "要素"),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_no_collection_of_patches_is_refused() {
        for text in ["", "[]", "{}", r#"{"type":"Feature","features":[]}"#, &file(&[])] {
            assert_eq!(patches(text, CoordType::Wgs84).unwrap_err().len(), 1, "{text}");
        }
        let many: Vec<Value> = std::iter::repeat_n(json!(1), MOST_PATCHES + 1).collect();
        assert!(patches(&file(&many), CoordType::Wgs84).unwrap_err()[0].reason.contains("分批"));
    }
}
