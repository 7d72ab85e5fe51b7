//! Registers: lists of things with owners, a place, tags and a body, all of one shape. It says which columns a kind of
//! list needs and what is wrong with an entry; it refuses to know whether the units and people it names exist.

mod kinds;
#[cfg(test)]
mod tests;
mod themes;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::VariantArray as _;

use crate::geo::Outline;
use crate::geo::datum::Wgs84;
use crate::geo::grid::Layer;
use crate::id::{AccountId, DepartmentCode, GridCode};
use crate::time::Moment;

pub use kinds::{Extra, ExtraField, Field, Kind, PARTS, Register, STATUSES, TEAMS};
pub use themes::{Registers, Theme, Themes};

/// Characters of a code.
pub const MOST_CODE_CHARS: usize = 40;
const MOST_NAME_CHARS: usize = 100;
const MOST_TAGS: usize = 20;
const MOST_TAG_CHARS: usize = 40;
const MOST_BODY_BYTES: usize = 16 * 1024;
const MOST_SHAPE_BYTES: usize = 256 * 1024;

/// One line of a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub register: Register,
    /// Unique in its register.
    pub code: String,
    pub name: String,
    /// The code of the entry above it, in the register that [`Kind::parent`] names.
    pub parent: Option<String>,
    /// The unit that is responsible.
    pub department: Option<DepartmentCode>,
    /// The unit that assists.
    pub assist: Option<DepartmentCode>,
    /// The person who carries it.
    pub person: Option<AccountId>,
    /// The leader above that person.
    pub leader: Option<AccountId>,
    /// From 1; what it means is the register's.
    pub level: Option<i64>,
    /// A category's code, or the beginning of several.
    pub category: Option<String>,
    /// The layer of `grid`.
    pub layer: Option<Layer>,
    pub grid: Option<GridCode>,
    pub place: Option<Wgs84>,
    /// GeoJSON MultiPolygon in WGS-84.
    pub shape: Option<String>,
    pub tags: Vec<String>,
    /// How many are wanted.
    pub target: Option<i64>,
    pub weight: Option<f64>,
    /// The first day on which it holds.
    pub from_day: Option<NaiveDate>,
    /// The last day.
    pub to_day: Option<NaiveDate>,
    /// An object of what only this register has; see [`Kind::body`].
    pub body: Value,
    pub active: bool,
    pub version: i64,
    pub updated_at: Moment,
}

/// What is wrong with an entry, at one of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    /// In Chinese.
    pub reason: String,
}

impl Entry {
    /// An entry of which only the name is known.
    pub fn new(register: Register, code: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            register,
            code: code.into(),
            name: name.into(),
            parent: None,
            department: None,
            assist: None,
            person: None,
            leader: None,
            level: None,
            category: None,
            layer: None,
            grid: None,
            place: None,
            shape: None,
            tags: Vec::new(),
            target: register.kind().target,
            weight: None,
            from_day: None,
            to_day: None,
            body: Value::Object(serde_json::Map::new()),
            active: true,
            version: 0,
            updated_at: Moment::from_ms(0),
        }
    }

    /// Whether a column is filled.
    pub fn has(&self, field: Field) -> bool {
        match field {
            Field::Parent => self.parent.is_some(),
            Field::Department => self.department.is_some(),
            Field::Assist => self.assist.is_some(),
            Field::Person => self.person.is_some(),
            Field::Leader => self.leader.is_some(),
            Field::Level => self.level.is_some(),
            Field::Category => self.category.is_some(),
            Field::Grid => self.grid.is_some(),
            Field::Place => self.place.is_some(),
            Field::Shape => self.shape.is_some(),
            Field::Tags => !self.tags.is_empty(),
            Field::Target => self.target.is_some(),
            Field::Weight => self.weight.is_some(),
            Field::FromDay => self.from_day.is_some(),
            Field::ToDay => self.to_day.is_some(),
        }
    }

    /// Whether it carries a tag.
    pub fn is_tagged(&self, tag: &str) -> bool {
        self.tags.iter().any(|mine| mine == tag)
    }

    /// Whether it holds on a day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.active && self.from_day.is_none_or(|from| from <= day) && self.to_day.is_none_or(|to| day <= to)
    }

    /// Whether it is about a category: none named means all.
    pub fn covers(&self, category: &str) -> bool {
        self.category.as_deref().is_none_or(|prefix| category.starts_with(prefix))
    }

    /// Whether its grid or its outline holds a place.
    pub fn holds(&self, at: Wgs84, grids: &BTreeMap<Layer, GridCode>) -> bool {
        let in_grid =
            self.layer.zip(self.grid.as_ref()).is_some_and(|(layer, code)| grids.get(&layer) == Some(code));
        in_grid || self.shape.as_deref().and_then(Outline::stored).is_some_and(|outline| outline.holds(at))
    }

    /// A whole number of the body.
    pub fn count(&self, name: &str) -> Option<i64> {
        self.body.get(name).and_then(Value::as_i64)
    }

    /// An instant of the body.
    pub fn instant(&self, name: &str) -> Option<Moment> {
        self.body.get(name).and_then(Value::as_str).and_then(Moment::parse)
    }
}

/// Judges an entry by the table of its register.
///
/// # Errors
/// Every fault with its field.
pub fn check(entry: &Entry) -> Result<(), Vec<Fault>> {
    let kind = entry.register.kind();
    let mut faults = Vec::new();
    let mut fault = |field: &str, reason: String| faults.push(Fault { field: field.to_owned(), reason });
    if let Err(reason) = check_code(&entry.code) {
        fault("code", reason);
    }
    if entry.name.trim().is_empty() || entry.name.chars().count() > MOST_NAME_CHARS {
        fault("name", format!("须为 1 至 {MOST_NAME_CHARS} 个字"));
    }
    if entry.name.chars().any(char::is_control) {
        fault("name", "含有换行或控制字符".into());
    }
    for field in Field::VARIANTS.iter().filter(|field| entry.has(**field) && !entry.register.takes(**field)) {
        fault(&field.to_string(), format!("{}没有“{}”一栏", kind.label, field.label()));
    }
    for group in kind.needs.iter().filter(|group| !group.iter().any(|field| entry.has(*field))) {
        let names: Vec<&str> = group.iter().map(|field| field.label()).collect();
        fault(&group[0].to_string(), format!("{}须填写{}", kind.label, names.join("或")));
    }
    check_values(entry, &kind, &mut fault);
    check_body(&entry.body, &kind, &mut fault);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn check_values(entry: &Entry, kind: &Kind, fault: &mut impl FnMut(&str, String)) {
    if entry.layer.is_some() != entry.grid.is_some() {
        fault("grid", "网格与层须同时填写".into());
    }
    if entry.department.is_some() && entry.department == entry.assist {
        fault("assist", "协办单位不能与责任单位相同".into());
    }
    if entry.parent.as_deref() == Some(entry.code.as_str()) && kind.parent == Some(entry.register) {
        fault("parent", "上级不能是自己".into());
    }
    if entry.level.is_some_and(|level| kind.levels > 0 && !(1..=kind.levels).contains(&level)) {
        fault("level", format!("须为 1 至 {}", kind.levels));
    }
    if entry.target.is_some_and(|target| !(0..=1_000_000).contains(&target)) {
        fault("target", "须为 0 至 1000000".into());
    }
    if entry.weight.is_some_and(|weight| !(0.0..=1000.0).contains(&weight)) {
        fault("weight", "须为 0 至 1000，不能为负数".into());
    }
    if entry.from_day.zip(entry.to_day).is_some_and(|(from, to)| from > to) {
        fault("to_day", "截止日期早于开始日期".into());
    }
    if entry.shape.as_ref().is_some_and(|shape| shape.len() > MOST_SHAPE_BYTES) {
        fault("shape", format!("范围过于复杂，最多 {} KB", MOST_SHAPE_BYTES >> 10));
    }
    check_tags(&entry.tags, kind, fault);
}

fn check_tags(tags: &[String], kind: &Kind, fault: &mut impl FnMut(&str, String)) {
    if tags.len() > MOST_TAGS {
        fault("tags", format!("最多 {MOST_TAGS} 个标签"));
    }
    let odd = |tag: &&String| {
        tag.trim().is_empty()
            || tag.chars().count() > MOST_TAG_CHARS
            || tag.chars().any(|c| c.is_control() || matches!(c, ',' | ';' | '；' | '，'))
    };
    if let Some(tag) = tags.iter().find(odd) {
        fault("tags", format!("标签“{}”为空、过长或含有分隔符", tag.chars().take(20).collect::<String>()));
    }
    if tags.iter().collect::<BTreeSet<_>>().len() < tags.len() {
        fault("tags", "标签重复".into());
    }
    let of_kind = |tag: &&String| kind.words.iter().any(|(word, _)| word == tag);
    if tags.iter().filter(of_kind).count() > 1 {
        let words: Vec<&str> = kind.words.iter().map(|(_, label)| *label).collect();
        fault("tags", format!("{}只能选一个", words.join("、")));
    }
}

/// Says why a text can't be a code: letters, digits, `-`, `_`, `.`, at most 40.
fn check_code(code: &str) -> Result<(), String> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if code.is_empty() || code.len() > MOST_CODE_CHARS || !code.bytes().all(fine) {
        return Err(format!("须为 1 至 {MOST_CODE_CHARS} 位字母、数字或 - _ ."));
    }
    Ok(())
}

fn check_body(body: &Value, kind: &Kind, fault: &mut impl FnMut(&str, String)) {
    let Value::Object(values) = body else {
        return fault("body", "须为对象".into());
    };
    if body.to_string().len() > MOST_BODY_BYTES {
        return fault("body", format!("内容过长，最多 {} KB", MOST_BODY_BYTES >> 10));
    }
    for (name, value) in values {
        match kind.body.iter().find(|(known, ..)| known == name) {
            None => {
                let all: Vec<&str> = kind.body.iter().map(|(known, ..)| *known).collect();
                fault(&format!("body.{name}"), format!("未知字段，可用的有 {}", all.join("、")));
            }
            Some((_, _, extra)) => {
                if let Err(reason) = extra.check(value) {
                    fault(&format!("body.{name}"), reason);
                }
            }
        }
    }
}

impl Extra {
    /// Says what is wrong with a value of the body.
    fn check(self, value: &Value) -> Result<(), String> {
        let number_in = |value: &Value, most: f64| value.as_f64().is_some_and(|n| (0.0..=most).contains(&n));
        let short =
            |value: &Value, most: usize| value.as_str().is_some_and(|text| text.chars().count() <= most);
        let told = |fine: bool, reason: &str| if fine { Ok(()) } else { Err(reason.to_owned()) };
        match self {
            Self::Count => {
                told(value.as_i64().is_some_and(|n| (0..=1_000_000).contains(&n)), "须为 0 至 1000000 的整数")
            }
            Self::Degrees => told(number_in(value, 360.0), "须为 0 至 360 的度数"),
            Self::Instant => told(
                value.as_str().is_some_and(|text| Moment::parse(text).is_some()),
                "时间须为带时区的 ISO-8601",
            ),
            Self::Text => told(short(value, 200), "须为不超过 200 字的文字"),
            Self::Word(words) => {
                let known = value.as_str().is_some_and(|text| words.iter().any(|(word, _)| *word == text));
                let all: Vec<String> =
                    words.iter().map(|(word, label)| format!("{word}（{label}）")).collect();
                told(known, &format!("取值须为 {}", all.join("、")))
            }
            Self::Weights => {
                let Value::Object(weights) = value else {
                    return Err("须为 单位编码到权重 的对象".into());
                };
                let bad = weights.iter().find(|(_, weight)| !number_in(weight, 100.0));
                bad.map_or(Ok(()), |(unit, _)| Err(format!("单位“{unit}”的权重须为 0 至 100，不能为负数")))
            }
            Self::Photos => {
                let Value::Object(photos) = value else {
                    return Err("须为 检查项到照片 的对象".into());
                };
                let bad = photos.iter().find(|(_, photo)| !short(photo, 40));
                bad.map_or(Ok(()), |(name, _)| Err(format!("“{name}”的照片编号有误")))
            }
        }
    }
}
