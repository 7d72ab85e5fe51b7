//! Registers: entries of one shape in one table, read by register, unit, grid, parent and place. It refuses to judge an
//! entry: what a register needs is the domain's, what exists is checked by the door that takes it.

pub mod duties;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::geo::Outline;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode, GridCode};
pub use domain::register::{Entry, Register};
use domain::time::Moment;

use super::page::PageSize;
use super::tickets::write;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn, fetch_all_dyn, fetch_optional_dyn, fetch_scalar_dyn};
use rows::{Row, read};

/// Entries that [`all`] gives at most.
pub const MOST: usize = 10_000;
/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Which entries are wanted; what is `None` doesn't matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RegisterFilter {
    pub register: Option<Register>,
    pub department: Option<DepartmentCode>,
    /// The responsible person or the leader above.
    pub person: Option<AccountId>,
    pub grid: Option<(Layer, GridCode)>,
    pub tag: Option<String>,
    pub parent: Option<String>,
    /// In the square around a position whose sides are twice so many metres.
    pub near: Option<(Wgs84, f64)>,
    pub active: Option<bool>,
}

impl RegisterFilter {
    /// The entries of a register that are in use.
    pub fn of(register: Register) -> Self {
        Self { register: Some(register), active: Some(true), ..Self::default() }
    }
}

/// A position in a register, which is ordered by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After(pub String);

impl After {
    /// The opaque text.
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("r1:{}", self.0))
    }

    /// Reads what [`After::write`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let code = std::str::from_utf8(&bytes).ok()?.strip_prefix("r1:")?;
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        let after = Self(code.to_owned());
        (!code.is_empty() && code.len() <= 80 && code.bytes().all(fine) && after.write() == text)
            .then_some(after)
    }
}

/// One page by code and the position after it.
pub async fn list(
    on: impl Into<On<'_>>,
    filter: &RegisterFilter,
    after: Option<&After>,
    size: PageSize,
) -> Result<super::page::Page<Entry>> {
    let mut entries = some(on, filter, after, size.ask()).await?;
    let rows = usize::try_from(size.ask() - 1).unwrap_or(usize::MAX);
    let more = entries.len() > rows;
    entries.truncate(rows);
    let next = entries.last().filter(|_| more).map(|entry| After(entry.code.clone()).write());
    Ok(super::page::Page { rows: entries, next })
}

/// All of them by code, at most [`MOST`].
pub async fn all(on: impl Into<On<'_>>, filter: &RegisterFilter) -> Result<Vec<Entry>> {
    some(on, filter, None, i64::try_from(MOST).unwrap_or(i64::MAX)).await
}

/// How many there are.
pub async fn count(on: impl Into<On<'_>>, filter: &RegisterFilter) -> Result<i64> {
    let mut text = SqlText::new("select cast(count(*) as bigint) from entry where 1 = 1");
    narrow(&mut text, filter);
    fetch_scalar_dyn(on, &text).await
}

/// One entry, retired or not.
pub async fn get(on: impl Into<On<'_>>, register: Register, code: &str) -> Result<Option<Entry>> {
    let mut text = SqlText::new(rows::SELECT);
    text.push(" where register = ").bind(register.to_string()).push(" and code = ").bind(code);
    let row: Option<Row> = fetch_optional_dyn(on, &text).await?;
    row.map(read).transpose()
}

/// One entry, kept from others until the transaction ends.
pub async fn lock(tx: &mut Tx, register: Register, code: &str) -> Result<Option<Entry>> {
    let mut text = SqlText::new(rows::SELECT);
    text.push(" where register = ").bind(register.to_string()).push(" and code = ").bind(code);
    text.push(tx.dialect().lock_row());
    let row: Option<Row> = fetch_optional_dyn(tx, &text).await?;
    row.map(read).transpose()
}

/// The entries in use right below some entries, by code; at most [`MOST`].
pub async fn below(on: impl Into<On<'_>>, register: Register, parents: &[&str]) -> Result<Vec<Entry>> {
    let mut text = SqlText::new(rows::SELECT);
    text.push(" where register = ").bind(register.to_string()).push(" and active");
    text.among(" and parent in", parents.iter().copied()).push(" order by code limit ");
    text.bind(i64::try_from(MOST).unwrap_or(i64::MAX));
    let found: Vec<Row> = fetch_all_dyn(on, &text).await?;
    found.into_iter().map(read).collect()
}

/// The entries in use whose grid or outline holds the place, by code; days are not looked at.
pub async fn at_place(
    on: impl Into<On<'_>>,
    register: Register,
    at: Wgs84,
    grids: &BTreeMap<Layer, GridCode>,
) -> Result<Vec<Entry>> {
    let mut text = SqlText::new(rows::SELECT);
    text.push(" where register = ").bind(register.to_string()).push(" and active and (");
    for (layer, grid) in grids {
        text.push("(layer = ").bind(layer.to_string()).push(" and grid = ").bind(grid.as_str()).push(") or ");
    }
    text.push("(west <= ").bind(at.lon).push(" and east >= ").bind(at.lon);
    text.push(" and south <= ").bind(at.lat).push(" and north >= ").bind(at.lat);
    text.push(")) order by code limit ").bind(i64::try_from(MOST).unwrap_or(i64::MAX));
    let found: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let entries = found.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(entries.into_iter().filter(|entry| entry.holds(at, grids)).collect())
}

/// Writes an entry, new or changed, and gives its version.
pub async fn put(tx: &mut Tx, entry: &Entry, by: &AccountId, now: Moment) -> Result<i64> {
    put_all(tx, std::slice::from_ref(entry), by, now).await?;
    let mut text = SqlText::new("select version from entry where register = ");
    text.bind(entry.register.to_string()).push(" and code = ").bind(entry.code.as_str());
    fetch_scalar_dyn(tx, &text).await
}

/// Writes many entries; what the file doesn't name stays.
pub async fn put_all(tx: &mut Tx, entries: &[Entry], by: &AccountId, now: Moment) -> Result<()> {
    for chunk in entries.chunks(200) {
        let mut text = SqlText::new(rows::INSERT);
        for (place, entry) in chunk.iter().enumerate() {
            text.push(if place == 0 { "(" } else { ", (" });
            rows::bind(&mut text, entry, by, now)?;
            text.push(")");
        }
        text.push(rows::UPSERT);
        execute_dyn(&mut *tx, &text).await?;
    }
    Ok(())
}

/// Changes one value of the body without a new version: a machine's sign of life is nobody's edit.
pub async fn note(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let mut text = SqlText::new("update entry set body = ");
    text.bind(write(&entry.body)?).push(" where register = ").bind(entry.register.to_string());
    text.push(" and code = ").bind(entry.code.as_str());
    execute_dyn(tx, &text).await.map(drop)
}

async fn some(
    on: impl Into<On<'_>>,
    filter: &RegisterFilter,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<Entry>> {
    let mut text = SqlText::new(rows::SELECT);
    text.push(" where 1 = 1");
    narrow(&mut text, filter);
    text.filter(" and code > ", after.map(|after| after.0.as_str()));
    text.push(" order by code limit ").bind(most);
    let found: Vec<Row> = fetch_all_dyn(on, &text).await?;
    found.into_iter().map(read).collect()
}

fn narrow(text: &mut SqlText, filter: &RegisterFilter) {
    text.filter(" and register = ", filter.register.map(|register| register.to_string()));
    text.filter(" and department = ", filter.department.as_ref().map(DepartmentCode::as_str));
    if let Some(person) = &filter.person {
        text.push(" and (person = ")
            .bind(person.as_str())
            .push(" or leader = ")
            .bind(person.as_str())
            .push(")");
    }
    if let Some((layer, grid)) = &filter.grid {
        text.push(" and layer = ").bind(layer.to_string()).push(" and grid = ").bind(grid.as_str());
    }
    text.filter(" and parent = ", filter.parent.as_deref());
    if let Some(tag) = &filter.tag {
        // The array is JSON text: a whole tag stands between its quotes.
        let quoted = serde_json::Value::from(tag.as_str()).to_string();
        let plain = quoted.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        text.push(" and tags like ").bind(format!("%{plain}%")).push(" escape '!'");
    }
    if let Some((at, metres)) = filter.near {
        let (north, east) = (metres / DEGREE_M, metres / (DEGREE_M * at.lat.to_radians().cos().max(0.01)));
        text.push(" and longitude between ").bind(at.lon - east).push(" and ").bind(at.lon + east);
        text.push(" and latitude between ").bind(at.lat - north).push(" and ").bind(at.lat + north);
    }
    text.filter(" and active = ", filter.active);
}

/// The box around a stored shape.
fn box_of(shape: Option<&str>) -> Option<[f64; 4]> {
    shape.and_then(Outline::stored).and_then(|outline| outline.bounds())
}
