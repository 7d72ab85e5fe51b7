//! Rows of what a city imports, read back as the values they were written from. It refuses to keep anything in memory.

use domain::clock::calendar::{Calendar, CalendarRow, Shift, default_hours};
use domain::clock::limit::{Limit, LimitUnit};
use domain::geo::grid::{Grid, GridIndex, Layer};
use domain::geo::shape_from_geojson;
use domain::id::GridCode;
use domain::import::{CategoryRow, DepartmentRow, Known, StandardRow};
use domain::route::Rule;
use domain::time::Moment;
use sqlx::FromRow;

use crate::sql::{On, Result, StoreError};
use crate::{fetch_all, fetch_scalar_optional, fetch_scalars};

/// The setting that every import raises.
pub(super) const VERSION: &str = "books_version";
/// The setting with the shifts of a working day, JSON of `Vec<Shift>`; without it the default hours hold.
const WORK_HOURS: &str = "work_hours";

/// One import of a layer's borders.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct GridVersion {
    /// 1, 2, 3 … per layer.
    pub id: i64,
    /// The layer's word.
    pub layer: String,
    /// When it was imported, epoch milliseconds.
    pub imported_at: i64,
    /// Where it came from.
    pub source: String,
    /// How many grids it has.
    pub grids: i64,
    /// Whether it is the one in use.
    pub active: bool,
}

/// All imports of borders, newest first.
pub async fn grid_versions(on: impl Into<On<'_>>) -> Result<Vec<GridVersion>> {
    let mut on: On<'_> = on.into();
    fetch_all!(
        on,
        GridVersion,
        "select id, layer, imported_at, source, grids, active from grid_version order by imported_at desc, layer, id desc"
    )
}

/// The version that the last import left; 0 before the first.
pub async fn version(on: impl Into<On<'_>>) -> Result<i64> {
    let value = setting(on, VERSION).await?;
    value.map_or(Ok(0), |text| text.parse().map_err(|_| StoreError::corrupt("setting", "value", VERSION)))
}

async fn setting(on: impl Into<On<'_>>, name: &str) -> Result<Option<String>> {
    let mut on: On<'_> = on.into();
    fetch_scalar_optional!(on, String, "select value from setting where name = $1", name)
}

/// What an import may refer to: every code that was imported before.
pub(super) async fn known(on: impl Into<On<'_>>) -> Result<Known> {
    let mut on: On<'_> = on.into();
    let departments = fetch_scalars!(on, String, "select code from department")?;
    let categories = fetch_scalars!(on, String, "select code from category")?;
    let grids = fetch_all!(
        on,
        (String, String),
        "select g.layer, g.code from grid g join grid_version v on v.layer = g.layer and v.id = g.version where v.active"
    )?;
    let grids = grids.into_iter().map(|(layer, code)| Ok((parse_layer(&layer)?, code.into())));
    Ok(Known {
        departments: departments.into_iter().map(Into::into).collect(),
        categories: categories.into_iter().map(Into::into).collect(),
        grids: grids.collect::<Result<_>>()?,
    })
}

fn parse_layer(layer: &str) -> Result<Layer> {
    layer.parse().map_err(|_| StoreError::corrupt("grid_version", "layer", layer))
}

pub(super) async fn departments(on: impl Into<On<'_>>) -> Result<Vec<DepartmentRow>> {
    type Columns = (String, String, String, Option<String>, Option<String>, Option<String>);
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Columns,
        "select code, name, kind, parent, workline, area from department order by code"
    )?;
    let read = |(code, name, kind, parent, workline, area): Columns| {
        let corrupt = |column| StoreError::corrupt("department", column, &code);
        Ok(DepartmentRow {
            kind: kind.parse().map_err(|_| corrupt("kind"))?,
            workline: workline.as_deref().map(str::parse).transpose().map_err(|_| corrupt("workline"))?,
            code: code.into(),
            name,
            parent: parent.map(Into::into),
            area: area.map(Into::into),
        })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn categories(on: impl Into<On<'_>>) -> Result<Vec<CategoryRow>> {
    type Columns = (String, String, String, String, i64, String);
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Columns,
        "select code, name, workline, close_policy, recheck_days, lead_by from category order by code"
    )?;
    let read = |(code, name, workline, close_policy, recheck_days, lead_by): Columns| {
        let corrupt = |column| StoreError::corrupt("category", column, &code);
        Ok(CategoryRow {
            workline: workline.parse().map_err(|_| corrupt("workline"))?,
            close_policy: close_policy.parse().map_err(|_| corrupt("close_policy"))?,
            lead_by: lead_by.parse().map_err(|_| corrupt("lead_by"))?,
            recheck_days: u32::try_from(recheck_days).ok().filter(|days| *days > 0),
            code: code.into(),
            name,
        })
    };
    rows.into_iter().map(read).collect()
}

#[derive(FromRow)]
struct StandardColumns {
    code: String,
    category: String,
    name: String,
    opens_when: String,
    limit_amount: i64,
    limit_unit: String,
    closes_when: String,
    source: String,
}

/// All standards, those of a category in the order of their file.
pub(super) async fn standards(on: impl Into<On<'_>>) -> Result<Vec<StandardRow>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        StandardColumns,
        "select code, category, name, opens_when, limit_amount, limit_unit, closes_when, source from standard
         order by category, position, code"
    )?;
    let read = |row: StandardColumns| {
        let corrupt = |column| StoreError::corrupt("standard", column, &row.code);
        let unit: LimitUnit = row.limit_unit.parse().map_err(|_| corrupt("limit_unit"))?;
        let amount = u32::try_from(row.limit_amount).map_err(|_| corrupt("limit_amount"))?;
        Ok(StandardRow {
            limit: Limit::new(amount, unit).map_err(|_| corrupt("limit_amount"))?,
            category: row.category.into(),
            code: row.code.into(),
            name: row.name,
            opens_when: row.opens_when,
            closes_when: row.closes_when,
            source: row.source,
        })
    };
    rows.into_iter().map(read).collect()
}

#[derive(FromRow)]
struct RuleColumns {
    id: String,
    category: Option<String>,
    workline: Option<String>,
    layer: Option<String>,
    grid: Option<String>,
    lead: Option<String>,
    assist: Option<String>,
    note: String,
}

pub(super) async fn rules(on: impl Into<On<'_>>) -> Result<Vec<Rule>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        RuleColumns,
        "select id, category, workline, layer, grid, lead, assist, note from route_rule order by id"
    )?;
    let read = |row: RuleColumns| {
        let layer = row.layer.as_deref().map(str::parse).transpose();
        Ok(Rule {
            layer: layer.map_err(|_| StoreError::corrupt("route_rule", "layer", &row.id))?,
            id: row.id,
            category: row.category,
            workline: row.workline,
            grid: row.grid.map(Into::into),
            lead: row.lead.map(Into::into),
            assist: row.assist.map(Into::into),
            note: row.note,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The calendar of the imported days and the set working hours.
pub(super) async fn calendar(on: impl Into<On<'_>>) -> Result<Calendar> {
    type Columns = (String, String, String, String);
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(on, Columns, "select day, kind, name, source from calendar_day order by day")?;
    let read = |(day, kind, name, source): Columns| {
        let corrupt = |column| StoreError::corrupt("calendar_day", column, &day);
        let (date, kind) =
            (day.parse().map_err(|_| corrupt("day"))?, kind.parse().map_err(|_| corrupt("kind"))?);
        Ok(CalendarRow { date, kind, name, source })
    };
    let days = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let corrupt = || StoreError::corrupt("setting", "value", WORK_HOURS);
    let hours: Option<Vec<Shift>> = match setting(&mut on, WORK_HOURS).await? {
        Some(text) => Some(serde_json::from_str(&text).map_err(|_| corrupt())?),
        None => None,
    };
    Calendar::from_rows(hours.unwrap_or_else(default_hours), days).map_err(|_| corrupt())
}

/// The grids of the active versions, indexed off the async threads: a thousand shapes take a tenth of a second.
pub(super) async fn grids(on: impl Into<On<'_>>) -> Result<GridIndex> {
    type Columns = (String, String, String, String);
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Columns,
        "select g.layer, g.code, g.name, g.shape from grid g
         join grid_version v on v.layer = g.layer and v.id = g.version where v.active"
    )?;
    let read = |(layer, code, name, shape): Columns| {
        let shape = shape_from_geojson(&shape).map_err(|_| StoreError::corrupt("grid", "shape", &code))?;
        Ok(Grid { layer: parse_layer(&layer)?, code: GridCode::from(code), name, shape })
    };
    let build = move || Ok(GridIndex::build(rows.into_iter().map(read).collect::<Result<Vec<_>>>()?));
    tokio::task::spawn_blocking(build).await.map_err(|error| StoreError::Other(error.to_string()))?
}

/// Raises the version of the books; on PostgreSQL the row's lock also lets imports come one after another.
pub(super) async fn raise_version(tx: &mut crate::Tx, now: Moment) -> Result<()> {
    crate::execute!(
        tx,
        "insert into setting (name, value, updated_at) values ($1, '1', $2) on conflict (name) do update
         set value = cast(cast(setting.value as bigint) + 1 as text), updated_at = excluded.updated_at",
        VERSION,
        now.ms()
    )?;
    Ok(())
}
