//! Lists, counts and the map of tickets: which rows, seen by whom, in which order. Every filter has an index that it
//! can be read by (see [`super::filter`]); it refuses to read more than a page, and for the map more than the newest
//! [`MAP_WINDOW`] rows.

use domain::geo::datum::Wgs84;
use domain::id::{AccountId, CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::ticket::attention::AttentionKind;
use domain::ticket::event::{Priority, Source};
use domain::ticket::state::Stage;
use domain::time::Moment;
use domain::workline::Workline;
use sqlx::FromRow;

use super::filter::{self, Driven, Driver, Purpose, Writing};
pub use super::filter::{Scope, TicketFilter};
use super::page::{Cursor, Page, PageSize};
use crate::sql::dialect::Dialect;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn, fetch_scalar_dyn};

/// Rows that a map without a narrower filter looks at, newest first.
pub const MAP_WINDOW: u32 = 100_000;

/// A ticket in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketRow {
    pub id: TicketId,
    pub version: u64,
    pub stage: Stage,
    pub number: Option<String>,
    pub source: Source,
    pub reporter: Option<AccountId>,
    pub words: String,
    pub category: Option<CategoryCode>,
    pub workline: Option<Workline>,
    pub lead: Option<DepartmentCode>,
    pub assist: Option<DepartmentCode>,
    pub person: Option<AccountId>,
    pub at: Option<Wgs84>,
    pub community: Option<GridCode>,
    pub inspection: Option<GridCode>,
    pub enforcement: Option<GridCode>,
    pub area: Option<GridCode>,
    /// SHA-256 of the first photograph.
    pub cover: Option<String>,
    pub opened_at: Moment,
    pub updated_at: Moment,
    pub registered_at: Option<Moment>,
    pub struck_off_at: Option<Moment>,
    pub due_at: Option<Moment>,
    pub late_at: Option<Moment>,
    /// The first doubt that a person must settle.
    pub attention: Option<AttentionKind>,
    pub self_handled: bool,
    pub reports: i64,
    pub followers: i64,
    pub reworks: i64,
    pub stars: Option<i64>,
    pub exempt: bool,
    pub priority: Priority,
    /// A red order.
    pub red: bool,
    /// The ticket whose problem came back.
    pub relapse_of: Option<TicketId>,
}

impl TicketRow {
    /// Whether the lead's time had run out by `now`.
    pub fn is_late(&self, now: Moment) -> bool {
        self.late_at.is_some_and(|at| at <= now)
    }
}

/// A ticket on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPoint {
    pub id: TicketId,
    pub longitude: f64,
    pub latitude: f64,
    pub stage: Stage,
    pub category: Option<CategoryCode>,
    pub number: Option<String>,
    /// The first doubt that a person must settle.
    pub attention: Option<AttentionKind>,
    pub late: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    version: i64,
    stage: String,
    number: Option<String>,
    source: String,
    reporter: Option<String>,
    words: String,
    category: Option<String>,
    workline: Option<String>,
    lead: Option<String>,
    assist: Option<String>,
    person: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    community: Option<String>,
    inspection: Option<String>,
    enforcement: Option<String>,
    area: Option<String>,
    cover: Option<String>,
    opened_at: i64,
    updated_at: i64,
    registered_at: Option<i64>,
    struck_off_at: Option<i64>,
    due_at: Option<i64>,
    late_at: Option<i64>,
    attention: Option<String>,
    self_handled: bool,
    reports: i64,
    followers: i64,
    reworks: i64,
    stars: Option<i64>,
    exempt: bool,
    priority: String,
    red: bool,
    relapse_of: Option<String>,
}

const SELECT: &str = "select id, version, stage, number, source, reporter, words, category, workline, lead, assist, \
     person, longitude, latitude, community, inspection, enforcement, area, cover, opened_at, updated_at, \
     registered_at, struck_off_at, due_at, late_at, attention, self_handled, reports, followers, reworks, stars, exempt, \
     priority, red, relapse_of from ticket";

/// One page: newest first, or with `updated_since` in the order of the last change, oldest first.
pub async fn list(
    on: impl Into<On<'_>>,
    filter: &TicketFilter,
    now: Moment,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<TicketRow>> {
    let on: On<'_> = on.into();
    let text = list_sql(on.dialect(), filter, now, cursor, size);
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let rows = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let by_change = filter.updated_since.is_some();
    Ok(Page::cut(rows, size, |row| {
        Cursor::at(if by_change { row.updated_at } else { row.opened_at }.ms(), row.id.as_str())
    }))
}

/// The rows of the tickets that exist, in no order.
pub async fn rows(on: impl Into<On<'_>>, ids: &[TicketId]) -> Result<Vec<TicketRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new(SELECT);
    text.among(" where id in", ids.iter().map(TicketId::as_str));
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    rows.into_iter().map(read).collect()
}

/// How many tickets the filter holds.
pub async fn count(on: impl Into<On<'_>>, filter: &TicketFilter, now: Moment) -> Result<i64> {
    let on: On<'_> = on.into();
    let text = count_sql(on.dialect(), filter, now);
    fetch_scalar_dyn(on, &text).await
}

/// Up to `limit` points, the newest; a box wider than 400 cells is looked for among the newest [`MAP_WINDOW`] rows of
/// the other filters.
pub async fn map(
    on: impl Into<On<'_>>,
    filter: &TicketFilter,
    now: Moment,
    limit: u32,
) -> Result<Vec<MapPoint>> {
    type Columns = (String, f64, f64, String, Option<String>, Option<i64>, Option<String>, Option<String>);
    let on: On<'_> = on.into();
    let text = map_sql(on.dialect(), filter, now, limit);
    let rows: Vec<Columns> = fetch_all_dyn(on, &text).await?;
    let point = |(id, longitude, latitude, stage, category, late_at, number, attention): Columns| {
        let corrupt = |column| StoreError::corrupt("ticket", column, &id);
        Ok(MapPoint {
            stage: stage.parse().map_err(|_| corrupt("stage"))?,
            attention: attention.as_deref().map(str::parse).transpose().map_err(|_| corrupt("attention"))?,
            id: id.into(),
            number,
            longitude,
            latitude,
            category: category.map(Into::into),
            late: late_at.is_some_and(|at| at <= now.ms()),
        })
    };
    rows.into_iter().map(point).collect()
}

pub(super) fn list_sql(
    dialect: Dialect,
    filter: &TicketFilter,
    now: Moment,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> SqlText {
    let mut text = SqlText::new(SELECT);
    if filter.updated_since.is_some() {
        let writing = Writing { purpose: Purpose::List, dialect, driven: Driven::Nothing };
        filter::push_conditions(&mut text, filter, now, writing);
        if let Some(Cursor { ms, id }) = cursor {
            text.push(" and (updated_at, id) > (").bind(*ms).push(", ").bind(id).push(")");
        }
        text.push(" order by updated_at, id limit ").bind(size.ask());
        return text;
    }
    push_newest(&mut text, dialect, filter, now, cursor, size.ask());
    text
}

/// Writes " where … order by … limit …" for the newest rows. With several drivers each gives its own newest rows by its
/// own index and the newest of all are taken, so that no database sorts a whole filter for one page. A branch doesn't
/// repeat what its driver stands for: PostgreSQL would take the repeated "or" for a much narrower filter.
fn push_newest(
    text: &mut SqlText,
    dialect: Dialect,
    filter: &TicketFilter,
    now: Moment,
    cursor: Option<&Cursor>,
    limit: i64,
) {
    let (driven, drivers) = filter::drivers(filter);
    let branch = |text: &mut SqlText, driver: Option<&Driver>| {
        let driven = if driver.is_some() { driven } else { Driven::Nothing };
        filter::push_conditions(text, filter, now, Writing { purpose: Purpose::List, dialect, driven });
        if let Some(driver) = driver {
            driver.push(text);
        }
        if let Some(Cursor { ms, id }) = cursor {
            text.push(" and (opened_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
        }
        text.push(" order by opened_at desc, id desc limit ").bind(limit);
    };
    if drivers.len() <= 1 {
        return branch(text, drivers.first());
    }
    text.push(" where id in (");
    for (number, driver) in drivers.iter().enumerate() {
        text.push(if number == 0 {
            "select id from (select id from ticket"
        } else {
            " union select id from (select id from ticket"
        });
        branch(text, Some(driver));
        text.push(") one");
    }
    text.push(") order by opened_at desc, id desc limit ").bind(limit);
}

pub(super) fn count_sql(dialect: Dialect, filter: &TicketFilter, now: Moment) -> SqlText {
    let mut text = SqlText::new("select cast(count(*) as bigint) from ticket");
    let writing = Writing { purpose: Purpose::Count, dialect, driven: Driven::Nothing };
    filter::push_conditions(&mut text, filter, now, writing);
    text
}

pub(super) fn map_sql(dialect: Dialect, filter: &TicketFilter, now: Moment, limit: u32) -> SqlText {
    const COLUMNS: &str = "select id, longitude, latitude, stage, category, late_at, number, attention from ";
    let mut text = SqlText::new(COLUMNS);
    let (window, outer) = match (filter.bbox, filter::cells_of(filter)) {
        (Some(bbox), None) => (MAP_WINDOW, Some(bbox)),
        _ => (limit, None),
    };
    let inner = TicketFilter { bbox: filter.bbox.filter(|_| outer.is_none()), ..filter.clone() };
    text.push(
        "(select id, longitude, latitude, stage, category, late_at, number, attention, opened_at from ticket",
    );
    push_newest(&mut text, dialect, &inner, now, None, i64::from(window));
    text.push(") recent where longitude is not null");
    if let Some([west, south, east, north]) = outer {
        text.push(" and longitude between ").bind(west).push(" and ").bind(east);
        text.push(" and latitude between ").bind(south).push(" and ").bind(north);
    }
    text.push(" order by opened_at desc, id desc limit ").bind(limit);
    text
}

fn read(row: Row) -> Result<TicketRow> {
    let corrupt = |column| StoreError::corrupt("ticket", column, &row.id);
    let moment = |ms: Option<i64>| ms.map(Moment::from_ms);
    Ok(TicketRow {
        stage: row.stage.parse().map_err(|_| corrupt("stage"))?,
        source: row.source.parse().map_err(|_| corrupt("source"))?,
        priority: row.priority.parse().map_err(|_| corrupt("priority"))?,
        workline: row.workline.as_deref().map(str::parse).transpose().map_err(|_| corrupt("workline"))?,
        attention: row.attention.as_deref().map(str::parse).transpose().map_err(|_| corrupt("attention"))?,
        at: row.longitude.zip(row.latitude).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
        id: row.id.into(),
        version: row.version.unsigned_abs(),
        number: row.number,
        reporter: row.reporter.map(Into::into),
        words: row.words,
        category: row.category.map(Into::into),
        lead: row.lead.map(Into::into),
        assist: row.assist.map(Into::into),
        person: row.person.map(Into::into),
        community: row.community.map(Into::into),
        inspection: row.inspection.map(Into::into),
        enforcement: row.enforcement.map(Into::into),
        area: row.area.map(Into::into),
        cover: row.cover,
        opened_at: Moment::from_ms(row.opened_at),
        updated_at: Moment::from_ms(row.updated_at),
        registered_at: moment(row.registered_at),
        struck_off_at: moment(row.struck_off_at),
        due_at: moment(row.due_at),
        late_at: moment(row.late_at),
        self_handled: row.self_handled,
        reports: row.reports,
        followers: row.followers,
        reworks: row.reworks,
        stars: row.stars,
        exempt: row.exempt,
        red: row.red,
        relapse_of: row.relapse_of.map(Into::into),
    })
}

#[cfg(test)]
#[path = "lists_tests.rs"]
pub(super) mod tests;
