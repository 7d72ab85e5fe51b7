//! `registers/…`: any register as a table; its columns come from the register's own row of the table of kinds. It refuses
//! entries that name units, people, grids, categories or parents that don't exist, and parents that lead back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Map, Value};
use strum::VariantArray as _;

use super::calendar::parse_date;
use super::table::{Cells, Choice, Spec, Table, choices, needed, optional, shorten};
use super::{Fault, Known, Sheet};
use crate::geo::Outline;
use crate::geo::datum::{CoordType, Wgs84, to_wgs84};
use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode};
use crate::register::{self, Entry, Extra, Field, Register};

/// What an entry may refer to.
#[derive(Debug, Clone, Default)]
pub struct Named {
    pub known: Known,
    /// Staff by name to log in and by id.
    pub people: BTreeMap<String, AccountId>,
    /// The entries of the parent register that were there before, with their own parents.
    pub above: BTreeMap<String, Option<String>>,
}

impl Named {
    /// Says which of the things that an entry names don't exist, field by field; not its parent.
    pub fn unknown(&self, entry: &Entry) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let stands = |unit: &DepartmentCode| self.known.departments.contains(unit);
        for (field, unit) in [("department", &entry.department), ("assist", &entry.assist)] {
            if let Some(unit) = unit.as_ref().filter(|unit| !stands(unit)) {
                faults.push((field.to_owned(), format!("单位“{unit}”不存在")));
            }
        }
        for (field, person) in [("person", &entry.person), ("leader", &entry.leader)] {
            if let Some(person) = person.as_ref().filter(|person| !self.people.contains_key(person.as_str()))
            {
                faults.push((field.to_owned(), format!("人员“{}”不存在", shorten(person.as_str()))));
            }
        }
        let begins = |prefix: &&String| {
            !self.known.categories.iter().any(|code| code.as_str().starts_with(prefix.as_str()))
        };
        if let Some(prefix) = entry.category.as_ref().filter(begins) {
            faults.push(("category".to_owned(), format!("没有以“{}”开头的类别", shorten(prefix))));
        }
        if let Some((layer, grid)) = entry.layer.zip(entry.grid.clone())
            && !self.known.grids.contains(&(layer, grid.clone()))
        {
            faults.push(("grid".to_owned(), format!("{}“{}”不存在", layer.label(), shorten(grid.as_str()))));
        }
        let units = entry.body.get("weights").and_then(Value::as_object).map(Map::keys).into_iter().flatten();
        for unit in units.filter(|unit| !stands(&DepartmentCode::from(unit.as_str()))) {
            faults.push(("body.weights".to_owned(), format!("单位“{}”不存在", shorten(unit))));
        }
        faults
    }

    /// Says what is wrong with the parent of an entry: it doesn't exist, or leads back to the entry.
    pub fn bad_parent(&self, entry: &Entry) -> Option<String> {
        let parent = entry.parent.as_ref()?;
        if !self.above.contains_key(parent) {
            return Some(format!("上级“{}”不存在", shorten(parent)));
        }
        let own = entry.register.kind().parent == Some(entry.register);
        (own && leads_back(&entry.code, parent, &self.above)).then(|| "上级关系成环".to_owned())
    }
}

/// Whether going up from `parent` one comes to `code`, or never ends.
fn leads_back(code: &str, parent: &str, above: &BTreeMap<String, Option<String>>) -> bool {
    let mut seen = BTreeSet::from([code]);
    let mut at = Some(parent);
    while let Some(here) = at {
        if !seen.insert(here) {
            return true;
        }
        at = above.get(here).and_then(Option::as_deref);
    }
    false
}

/// The columns of a register, each with its Chinese name.
fn columns(register: Register) -> Vec<Spec> {
    let mut specs = vec![needed("code", "编码"), needed("name", "名称")];
    for field in Field::VARIANTS.iter().copied().filter(|field| register.takes(*field)) {
        match field {
            Field::Grid => specs.extend([optional("layer", "层"), optional("grid", "网格")]),
            Field::Place => specs.extend([
                optional("longitude", "经度"),
                optional("latitude", "纬度"),
                optional("coord_type", "坐标系"),
            ]),
            _ => specs.push(optional(word(field), field.label())),
        }
    }
    specs.extend(
        register
            .kind()
            .body
            .iter()
            .filter(|(.., extra)| *extra != Extra::Photos)
            .map(|(name, label, _)| optional(name, label)),
    );
    specs.push(optional("active", "启用"));
    specs
}

/// The columns of a register's file, machine word and Chinese name, in their order.
pub fn register_columns(register: Register) -> Vec<(&'static str, &'static str)> {
    columns(register).iter().map(|spec| (spec.name, spec.label)).collect()
}

/// The column of a field.
const fn word(field: Field) -> &'static str {
    match field {
        Field::Parent => "parent",
        Field::Department => "department",
        Field::Assist => "assist",
        Field::Person => "person",
        Field::Leader => "leader",
        Field::Level => "level",
        Field::Category => "category",
        Field::Grid => "grid",
        Field::Place => "longitude",
        Field::Shape => "shape",
        Field::Tags => "tags",
        Field::Target => "target",
        Field::Weight => "weight",
        Field::FromDay => "from_day",
        Field::ToDay => "to_day",
    }
}

/// Reads the entries of a register.
pub fn registers(sheet: &Sheet, register: Register, named: &Named) -> Result<Vec<Entry>, Vec<Fault>> {
    let specs = columns(register);
    let mut table = Table::open(sheet, &specs)?;
    let codes = table.values("code");
    let mut rows = table.read(|cells| read_entry(cells, register, named, &codes));
    let mut above = named.above.clone();
    if register.kind().parent == Some(register) {
        above.extend(rows.iter().map(|(_, entry)| (entry.code.clone(), entry.parent.clone())));
        let loops = rows.iter().filter(|(_, entry)| {
            entry.parent.as_ref().is_some_and(|parent| leads_back(&entry.code, parent, &above))
        });
        for line in loops.map(|(line, _)| *line).collect::<Vec<_>>() {
            table.fault(line, "parent", "上级关系成环");
        }
    }
    rows.sort_by_key(|(line, _)| *line);
    table.unique("code", str::to_owned);
    table.finish(rows)
}

fn read_entry(
    cells: &mut Cells<'_, '_>,
    register: Register,
    named: &Named,
    codes: &BTreeSet<String>,
) -> Option<Entry> {
    let layers = choices(Layer::VARIANTS, Layer::label);
    let (code, name) = (cells.code("code"), cells.text("name", 100));
    let mut entry = Entry::new(register, code.unwrap_or_default(), name.unwrap_or_default());
    entry.parent = cells.maybe_code("parent");
    entry.department = cells.maybe_code("department").map(Into::into);
    entry.assist = cells.maybe_code("assist").map(Into::into);
    entry.person = read_person(cells, "person", named);
    entry.leader = read_person(cells, "leader", named);
    entry.level = cells.maybe_number("level", 1..=9).map(i64::from);
    entry.category = cells.maybe_code("category");
    entry.layer = cells.maybe_word("layer", &layers);
    entry.grid = cells.maybe_code("grid").map(Into::into);
    entry.place = read_place(cells);
    entry.shape = read_shape(cells);
    entry.tags = read_tags(cells, register);
    entry.target = cells.maybe_number("target", 0..=1_000_000).map(i64::from).or(entry.target);
    entry.weight = cells.maybe_real("weight");
    entry.from_day = read_day(cells, "from_day");
    entry.to_day = read_day(cells, "to_day");
    entry.body = read_body(cells, register);
    let words: [Choice<bool>; 2] = [("true".into(), "是", true), ("false".into(), "否", false)];
    entry.active = cells.maybe_word("active", &words).unwrap_or(true);
    if entry.code.is_empty() || entry.name.is_empty() {
        return None;
    }
    for fault in register::check(&entry).err().unwrap_or_default() {
        raise(cells, &fault.field, fault.reason);
    }
    for (field, reason) in named.unknown(&entry) {
        raise(cells, &field, reason);
    }
    let here = register.kind().parent == Some(register);
    let stands = |parent: &String| named.above.contains_key(parent) || (here && codes.contains(parent));
    if let Some(parent) = entry.parent.as_ref().filter(|parent| !stands(parent)) {
        cells.fault("parent", format!("上级“{}”不存在", shorten(parent)));
    }
    Some(entry)
}

/// Reports a fault of the entry at its column, unless a cell that could not be read is the reason.
fn raise(cells: &mut Cells<'_, '_>, field: &str, reason: String) {
    let columns: &[&str] = match field {
        "place" => &["longitude", "latitude", "coord_type"],
        other => &[other.trim_start_matches("body.")],
    };
    if !columns.iter().any(|column| cells.is_at_fault(column)) {
        cells.fault(columns[0], reason);
    }
}

fn read_person(cells: &mut Cells<'_, '_>, column: &'static str, named: &Named) -> Option<AccountId> {
    let text = cells.maybe(column, 40)?;
    let found = named.people.get(&text).cloned();
    if found.is_none() {
        cells.fault(column, format!("人员“{}”不存在，须为用户名", shorten(&text)));
    }
    found
}

fn read_place(cells: &mut Cells<'_, '_>) -> Option<Wgs84> {
    let datums: [Choice<CoordType>; 3] = [
        ("wgs84".into(), "WGS-84", CoordType::Wgs84),
        ("gcj02".into(), "GCJ-02", CoordType::Gcj02),
        ("bd09".into(), "BD-09", CoordType::Bd09),
    ];
    let (longitude, latitude) = (cells.maybe_real("longitude"), cells.maybe_real("latitude"));
    let datum = cells.maybe_word("coord_type", &datums);
    match (longitude, latitude, datum) {
        (None, None, _) => None,
        (Some(_), None, _) => {
            cells.fault("latitude", "缺少纬度");
            None
        }
        (None, Some(_), _) => {
            cells.fault("longitude", "缺少经度");
            None
        }
        (Some(_), Some(_), None) => {
            cells.fault("coord_type", "有坐标时须填写 wgs84、gcj02 或 bd09");
            None
        }
        (Some(longitude), Some(latitude), Some(datum)) => {
            let at = to_wgs84(datum, longitude, latitude);
            if at.is_none() {
                cells.fault("longitude", "经纬度超出范围");
            }
            at
        }
    }
}

fn read_shape(cells: &mut Cells<'_, '_>) -> Option<String> {
    let text = cells.maybe("shape", 200_000)?;
    let geometry = serde_json::from_str(&text).map_err(|_| "须为 WGS-84 的 GeoJSON 多边形".to_owned());
    match geometry.and_then(|geometry| Outline::read(geometry, CoordType::Wgs84)) {
        Ok(outline) => Some(outline.to_geojson()),
        Err(reason) => {
            cells.fault("shape", reason);
            None
        }
    }
}

/// Reads `a;b`; a tag that the register knows by a label becomes its machine word.
fn read_tags(cells: &mut Cells<'_, '_>, register: Register) -> Vec<String> {
    let text = cells.maybe("tags", 1000).unwrap_or_default();
    let words = register.kind().words;
    let plain = |tag: &str| {
        words
            .iter()
            .find(|(_, label)| *label == tag)
            .map_or_else(|| tag.to_owned(), |(word, _)| (*word).to_owned())
    };
    text.split([';', '；', ',', '，', '、']).map(str::trim).filter(|tag| !tag.is_empty()).map(plain).collect()
}

fn read_day(cells: &mut Cells<'_, '_>, column: &'static str) -> Option<NaiveDate> {
    let text = cells.maybe(column, 40)?;
    let day = parse_date(&text);
    if day.is_none() {
        cells.fault(column, format!("“{}”不是 2026-10-01 这样的日期", shorten(&text)));
    }
    day
}

fn read_body(cells: &mut Cells<'_, '_>, register: Register) -> Value {
    let mut body = Map::new();
    for (name, _, extra) in register.kind().body {
        let Some(text) = cells.maybe(name, 4000) else { continue };
        match read_extra(*extra, &text) {
            Ok(value) => drop(body.insert((*name).to_owned(), value)),
            Err(reason) => cells.fault(name, reason),
        }
    }
    Value::Object(body)
}

/// A cell as the value of a body; whether it is within bounds is the register's check.
fn read_extra(extra: Extra, text: &str) -> Result<Value, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match extra {
        Extra::Count => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("“{}”不是整数", shorten(text)))
        }
        Extra::Degrees => number(text).map(Value::from).ok_or_else(|| format!("“{}”不是度数", shorten(text))),
        Extra::Word(words) => {
            let found = words.iter().find(|(word, label)| *word == text || *label == text);
            Ok(Value::from(found.map_or(text, |(word, _)| *word)))
        }
        Extra::Weights => {
            let parts = text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
            let read = |part: &str| {
                let (unit, weight) = part.split_once([':', '：'])?;
                Some((unit.trim().to_owned(), Value::from(number(weight)?)))
            };
            parts
                .map(|part| read(part).ok_or_else(|| format!("“{}”须写作 单位编码：权重", shorten(part))))
                .collect::<Result<Map<_, _>, _>>()
                .map(Value::Object)
        }
        Extra::Instant | Extra::Text | Extra::Photos => Ok(Value::from(text)),
    }
}

#[cfg(test)]
#[path = "registers_tests.rs"]
mod tests;
