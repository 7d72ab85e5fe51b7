//! Entries of registers as they are shown, and as cells of a file that can be imported again. It refuses phone numbers,
//! which no entry has.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::geo::datum::{CoordType, Wgs84};
use domain::geo::grid::Layer;
use domain::geo::shape_from_geojson;
use domain::id::AccountId;
use domain::register::{Entry, Extra, Register};
use domain::ticket::event::Person;
use domain::time::{MINUTE_MS, Moment};
use serde::Serialize;
use serde_json::Value;
use store::export::Cell;
use store::repo::people::Account;

use super::grid::Geometry;
use super::place::{PointView, shown};
use super::{Frame, Named};

/// The people that entries name, by account.
pub type People = BTreeMap<AccountId, Account>;

/// One thing that a site must show by a photo.
#[derive(Debug, Serialize)]
pub struct SiteCheck {
    pub name: String,
    pub photo_id: Option<String>,
}

/// An entry of a register.
#[derive(Debug, Serialize)]
pub struct EntryView {
    pub register: Register,
    pub register_label: &'static str,
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub department: Option<Named>,
    pub assist: Option<Named>,
    pub person: Option<Person>,
    pub leader: Option<Person>,
    pub level: Option<i64>,
    /// A category's code, or the beginning of several.
    pub category: Option<String>,
    pub layer: Option<Layer>,
    pub grid: Option<Named>,
    pub place: Option<PointView>,
    /// In the datum of the answer, which is that of `place` too.
    pub shape: Option<Geometry>,
    pub coord_type: CoordType,
    pub tags: Vec<String>,
    pub target: Option<i64>,
    pub weight: Option<f64>,
    pub from_day: Option<NaiveDate>,
    pub to_day: Option<NaiveDate>,
    pub body: Value,
    pub active: bool,
    pub version: i64,
    pub updated_at: Moment,
    /// Cameras only: no sign of life for too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline: Option<bool>,
    /// Sites only: what they must meet, item by item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<SiteCheck>>,
}

/// The entry as staff see it.
pub fn entry(frame: &Frame<'_>, entry: Entry, people: &People) -> EntryView {
    let named = |id: &AccountId| Person { account: id.clone(), name: name_of(people, id) };
    let rules = &frame.books.config.registers;
    let checks = (entry.register == Register::Site).then(|| {
        let photo = |name: &String| entry.body.get("checks")?.get(name)?.as_str().map(ToOwned::to_owned);
        rules.site_checks.iter().map(|name| SiteCheck { name: name.clone(), photo_id: photo(name) }).collect()
    });
    EntryView {
        offline: (entry.register == Register::Camera)
            .then(|| is_offline(&entry, rules.camera_offline_minutes, frame.now)),
        checks,
        register_label: entry.register.label(),
        department: entry.department.as_ref().map(|code| frame.unit(code)),
        assist: entry.assist.as_ref().map(|code| frame.unit(code)),
        person: entry.person.as_ref().map(named),
        leader: entry.leader.as_ref().map(named),
        grid: entry.layer.zip(entry.grid.as_ref()).map(|(layer, code)| frame.grid(layer, code)),
        place: entry.place.map(|at| frame.point(at)),
        shape: entry.shape.as_deref().and_then(|shape| geometry(frame.coord_type, shape)),
        coord_type: frame.coord_type,
        register: entry.register,
        code: entry.code,
        name: entry.name,
        parent: entry.parent,
        level: entry.level,
        category: entry.category,
        layer: entry.layer,
        tags: entry.tags,
        target: entry.target,
        weight: entry.weight,
        from_day: entry.from_day,
        to_day: entry.to_day,
        body: without_key(entry.body),
        active: entry.active,
        version: entry.version,
        updated_at: entry.updated_at,
    }
}

/// The key of a device is for the device alone.
fn without_key(mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.remove("key");
    }
    body
}

/// Whether a camera gave no sign of life for so many minutes.
pub fn is_offline(camera: &Entry, minutes: u32, now: Moment) -> bool {
    camera.instant("last_seen").is_none_or(|seen| now.since(seen) > i64::from(minutes) * MINUTE_MS)
}

fn name_of(people: &People, id: &AccountId) -> String {
    people.get(id).map_or_else(|| id.to_string(), |account| account.name.clone())
}

fn geometry(coord_type: CoordType, shape: &str) -> Option<Geometry> {
    let shape = shape_from_geojson(shape).ok()?;
    let polygons = shape.0.iter().map(|polygon| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings
            .map(|ring| ring.0.iter().map(|c| shown(coord_type, Wgs84 { lon: c.x, lat: c.y })).collect())
            .collect()
    });
    Some(Geometry::MultiPolygon(polygons.collect()))
}

/// A column of the file of a register, as the import reads it back.
pub fn cell(entry: &Entry, column: &str, people: &People) -> Cell {
    let username = |id: &Option<AccountId>| {
        let id = id.as_ref()?;
        Some(people.get(id).and_then(|account| account.username.clone()).unwrap_or_else(|| id.to_string()))
    };
    match column {
        "code" => entry.code.as_str().into(),
        "name" => entry.name.as_str().into(),
        "parent" => entry.parent.clone().into(),
        "department" => entry.department.as_ref().map(|code| code.as_str()).into(),
        "assist" => entry.assist.as_ref().map(|code| code.as_str()).into(),
        "person" => username(&entry.person).into(),
        "leader" => username(&entry.leader).into(),
        "level" => entry.level.into(),
        "category" => entry.category.clone().into(),
        "layer" => entry.layer.map(|layer| layer.to_string()).into(),
        "grid" => entry.grid.as_ref().map(|code| code.as_str()).into(),
        "longitude" => entry.place.map(|at| at.lon).into(),
        "latitude" => entry.place.map(|at| at.lat).into(),
        "coord_type" => entry.place.map(|_| CoordType::Wgs84.to_string()).into(),
        "shape" => entry.shape.clone().into(),
        "tags" => entry.tags.join("；").into(),
        "target" => entry.target.into(),
        "weight" => entry.weight.into(),
        "from_day" => entry.from_day.map(|day| day.to_string()).into(),
        "to_day" => entry.to_day.map(|day| day.to_string()).into(),
        "key" => Cell::Empty,
        "active" => if entry.active { "是" } else { "否" }.into(),
        other => body_cell(entry, other),
    }
}

fn body_cell(entry: &Entry, column: &str) -> Cell {
    let Some(value) = entry.body.get(column) else { return Cell::Empty };
    let kind = entry.register.kind().body.iter().find(|(name, ..)| *name == column).map(|(.., extra)| *extra);
    match (kind, value) {
        (Some(Extra::Weights), Value::Object(weights)) => weights
            .iter()
            .map(|(unit, weight)| format!("{unit}:{weight}"))
            .collect::<Vec<_>>()
            .join(";")
            .into(),
        (_, Value::Number(number)) => number.as_f64().into(),
        (_, Value::String(text)) => text.as_str().into(),
        (_, other) => other.to_string().into(),
    }
}
