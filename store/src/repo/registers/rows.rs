//! The columns of an entry and the way there and back. It refuses rows that no door of this product could have written.

use chrono::NaiveDate;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode};
use domain::register::Entry;
use domain::time::Moment;
use sqlx::FromRow;

use super::box_of;
use crate::repo::tickets::{parse, write};
use crate::sql::{Arg, Result, SqlText, StoreError};

pub(super) const SELECT: &str = "select register, code, name, parent, department, assist, person, leader, level, category, layer, grid,
     longitude, latitude, shape, tags, target, weight, from_day, to_day, body, active, version, updated_at from entry";

pub(super) const INSERT: &str = "insert into entry (register, code, name, tags, body, active, version, updated_by, updated_at,
     parent, department, assist, person, leader, level, category, layer, grid, longitude, latitude, shape, west, south,
     east, north, target, weight, from_day, to_day) values ";

pub(super) const UPSERT: &str = " on conflict (register, code) do update set name = excluded.name, tags = excluded.tags,
     body = excluded.body, active = excluded.active, version = entry.version + 1, updated_by = excluded.updated_by,
     updated_at = excluded.updated_at, parent = excluded.parent, department = excluded.department,
     assist = excluded.assist, person = excluded.person, leader = excluded.leader, level = excluded.level,
     category = excluded.category, layer = excluded.layer, grid = excluded.grid, longitude = excluded.longitude,
     latitude = excluded.latitude, shape = excluded.shape, west = excluded.west, south = excluded.south,
     east = excluded.east, north = excluded.north, target = excluded.target, weight = excluded.weight,
     from_day = excluded.from_day, to_day = excluded.to_day";

#[derive(FromRow)]
pub(super) struct Row {
    register: String,
    code: String,
    name: String,
    parent: Option<String>,
    department: Option<String>,
    assist: Option<String>,
    person: Option<String>,
    leader: Option<String>,
    level: Option<i64>,
    category: Option<String>,
    layer: Option<String>,
    grid: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    shape: Option<String>,
    tags: String,
    target: Option<i64>,
    weight: Option<f64>,
    from_day: Option<String>,
    to_day: Option<String>,
    body: String,
    active: bool,
    version: i64,
    updated_at: i64,
}

pub(super) fn read(row: Row) -> Result<Entry> {
    let corrupt = |column| StoreError::corrupt("entry", column, &row.code);
    let day = |text: &Option<String>, column| -> Result<Option<NaiveDate>> {
        text.as_deref().map(str::parse).transpose().map_err(|_| corrupt(column))
    };
    Ok(Entry {
        register: row.register.parse().map_err(|_| corrupt("register"))?,
        layer: row.layer.as_deref().map(str::parse::<Layer>).transpose().map_err(|_| corrupt("layer"))?,
        place: row.longitude.zip(row.latitude).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
        tags: parse("entry", "tags", &row.code, &row.tags)?,
        from_day: day(&row.from_day, "from_day")?,
        to_day: day(&row.to_day, "to_day")?,
        body: parse("entry", "body", &row.code, &row.body)?,
        code: row.code,
        name: row.name,
        parent: row.parent,
        department: row.department.map(Into::into),
        assist: row.assist.map(Into::into),
        person: row.person.map(Into::into),
        leader: row.leader.map(Into::into),
        level: row.level,
        category: row.category,
        grid: row.grid.map(Into::into),
        shape: row.shape,
        target: row.target,
        weight: row.weight,
        active: row.active,
        version: row.version,
        updated_at: Moment::from_ms(row.updated_at),
    })
}

/// Binds the values of one row in the order of [`INSERT`].
pub(super) fn bind(text: &mut SqlText, entry: &Entry, by: &AccountId, now: Moment) -> Result<()> {
    text.bind(entry.register.to_string())
        .push(", ")
        .bind(entry.code.as_str())
        .push(", ")
        .bind(entry.name.as_str());
    text.push(", ")
        .bind(write(&entry.tags)?)
        .push(", ")
        .bind(write(&entry.body)?)
        .push(", ")
        .bind(entry.active);
    text.push(", 1, ").bind(by.as_str()).push(", ").bind(now.ms());
    maybe(text, entry.parent.as_deref());
    maybe(text, entry.department.as_ref().map(DepartmentCode::as_str));
    maybe(text, entry.assist.as_ref().map(DepartmentCode::as_str));
    maybe(text, entry.person.as_ref().map(AccountId::as_str));
    maybe(text, entry.leader.as_ref().map(AccountId::as_str));
    maybe(text, entry.level);
    maybe(text, entry.category.as_deref());
    maybe(text, entry.layer.map(|layer| layer.to_string()));
    maybe(text, entry.grid.as_ref().map(|grid| grid.as_str()));
    maybe(text, entry.place.map(|place| place.lon));
    maybe(text, entry.place.map(|place| place.lat));
    maybe(text, entry.shape.as_deref());
    let bounds = box_of(entry.shape.as_deref());
    for side in 0..4 {
        maybe(text, bounds.map(|bounds| bounds[side]));
    }
    maybe(text, entry.target);
    maybe(text, entry.weight);
    maybe(text, entry.from_day.map(|day| day.to_string()));
    maybe(text, entry.to_day.map(|day| day.to_string()));
    Ok(())
}

fn maybe(text: &mut SqlText, value: Option<impl Into<Arg>>) {
    match value {
        Some(value) => text.push(", ").bind(value),
        None => text.push(", null"),
    };
}
