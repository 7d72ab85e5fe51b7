//! An entry as it is sent and the filters of a register. It refuses what the table of kinds refuses, field by field, and
//! names of units, people, grids and parents that don't exist.

use chrono::NaiveDate;
use domain::geo::Outline;
use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode, GridCode};
use domain::import::Named;
use domain::register::{self, Entry, Register};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::repo::registers::{After, RegisterFilter};

use super::sent::Format;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::read_point;

/// Query of `GET /v1/registers/{register}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    pub department: Option<DepartmentCode>,
    pub person: Option<AccountId>,
    pub layer: Option<Layer>,
    pub grid: Option<GridCode>,
    pub tag: Option<String>,
    pub parent: Option<String>,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// Datum of the point and of the answer.
    pub coord_type: Option<CoordType>,
    /// Metres around the point.
    pub radius: Option<f64>,
    /// In use unless said otherwise.
    pub active: Option<bool>,
    /// Cameras only.
    pub offline: Option<bool>,
    pub format: Format,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
    pub with_total: bool,
}

impl Wanted {
    /// The filter of the list.
    pub fn filter(&self, register: Register) -> ApiResult<RegisterFilter> {
        let bad = |field: &str, reason: &str| ApiError::from(Kind::BadQuery).detail(field, reason);
        if self.layer.is_some() != self.grid.is_some() {
            return Err(bad("grid", "须与 layer 同时给出"));
        }
        let radius = self.radius.unwrap_or(500.0);
        if !(1.0..=50_000.0).contains(&radius) {
            return Err(bad("radius", "须为 1 到 50000 米"));
        }
        let point = read_point(self.longitude, self.latitude, self.coord_type, None)?;
        if self.offline.is_some() && register != Register::Camera {
            return Err(bad("offline", "只用于视频监控"));
        }
        Ok(RegisterFilter {
            register: Some(register),
            department: self.department.clone(),
            person: self.person.clone(),
            grid: self.layer.zip(self.grid.clone()),
            tag: self.tag.clone(),
            parent: self.parent.clone(),
            near: point.map(|point| (point.at, radius)),
            active: Some(self.active.unwrap_or(true)),
        })
    }
}

/// Reads a cursor of ours.
pub fn read_after(text: Option<&str>) -> ApiResult<Option<After>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || ApiError::from(Kind::BadCursor).detail("cursor", "不能识别");
    After::read(text).ok_or_else(wrong).map(Some)
}

/// Body of `POST /v1/registers/{register}`: the whole entry as it is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub code: String,
    name: String,
    parent: Option<String>,
    department: Option<DepartmentCode>,
    assist: Option<DepartmentCode>,
    /// Name to log in with, or account.
    person: Option<String>,
    leader: Option<String>,
    level: Option<i64>,
    category: Option<String>,
    layer: Option<Layer>,
    grid: Option<GridCode>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    /// Datum of the point and of the shape.
    coord_type: Option<CoordType>,
    shape: Option<Value>,
    #[serde(default)]
    tags: Vec<String>,
    target: Option<i64>,
    weight: Option<f64>,
    from_day: Option<NaiveDate>,
    to_day: Option<NaiveDate>,
    #[serde(default)]
    body: Map<String, Value>,
    active: Option<bool>,
    pub expected_version: Option<u64>,
}

impl Given {
    /// The entry, judged; what a machine noted in the body of the one before stays.
    pub fn entry(self, register: Register, named: &Named, before: Option<&Entry>) -> ApiResult<Entry> {
        let mut faults: Vec<(String, String)> = Vec::new();
        let mut person = |field: &str, name: Option<String>| {
            let name = name?;
            let found = named.people.get(&name).cloned();
            if found.is_none() {
                let shown: String = name.chars().take(40).collect();
                faults.push((field.to_owned(), format!("人员“{shown}”不存在")));
            }
            found
        };
        let (carrier, leader) = (person("person", self.person), person("leader", self.leader));
        let point = read_point(self.longitude, self.latitude, self.coord_type, None)?;
        let shape =
            match self.shape.map(|shape| Outline::read(shape, self.coord_type.unwrap_or(CoordType::Wgs84))) {
                Some(Ok(_)) if self.coord_type.is_none() => {
                    return Err(ApiError::from(Kind::CoordTypeMissing)
                        .detail("coord_type", "须为 wgs84、gcj02 或 bd09"));
                }
                Some(Ok(outline)) => Some(outline.to_geojson()),
                Some(Err(reason)) => {
                    faults.push(("shape".to_owned(), reason));
                    None
                }
                None => None,
            };
        let mut body = self.body;
        // A device's key is never shown, so whoever sends the entry back can't send it along.
        for kept in ["last_seen", "key"] {
            if let Some(value) = before.and_then(|before| before.body.get(kept)) {
                body.entry(kept).or_insert_with(|| value.clone());
            }
        }
        let entry = Entry {
            parent: self.parent,
            department: self.department,
            assist: self.assist,
            person: carrier,
            leader,
            level: self.level,
            category: self.category,
            layer: self.layer,
            grid: self.grid,
            place: point.map(|point| point.at),
            shape,
            tags: self.tags,
            target: self.target.or(register.kind().target),
            weight: self.weight,
            from_day: self.from_day,
            to_day: self.to_day,
            body: Value::Object(body),
            active: self.active.unwrap_or(true),
            ..Entry::new(register, self.code, self.name)
        };
        for fault in register::check(&entry).err().unwrap_or_default() {
            // A person or a shape that was given but can't be used has its own reason already.
            if !faults.iter().any(|(field, _)| *field == fault.field) {
                faults.push((fault.field, fault.reason));
            }
        }
        faults.extend(named.unknown(&entry));
        faults.extend(named.bad_parent(&entry).map(|reason| ("parent".to_owned(), reason)));
        if faults.is_empty() {
            return Ok(entry);
        }
        let refusal = ApiError::from(Kind::Unfit).saying(format!("{}：{}", register.label(), faults[0].1));
        Err(faults.into_iter().fold(refusal, |error, (field, reason)| error.detail(&field, reason)))
    }
}
