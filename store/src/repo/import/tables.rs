//! The six tables: parsed against everything known before, then written. It refuses to remove what a file doesn't
//! name, except where a file is the whole of something: the rules, a category's standards, a year's calendar.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::clock::calendar::CalendarRow;
use domain::id::{CategoryCode, DepartmentCode};
use domain::import::{self, CategoryRow, DepartmentRow, Sheet, StandardRow};
use domain::route::Rule;
use domain::time::Moment;
use domain::workline::Workline;

use super::people::{self, Staff};
use super::registers::keep_standard;
use super::values::insert_all;
use super::{Hash, ImportError, Summary, Table};
use crate::repo::catalogue;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn};
use crate::{execute, fetch_scalar};

/// The rows of a file without faults.
pub(super) enum Rows {
    Departments(Vec<DepartmentRow>),
    People(Vec<Staff>),
    Categories(Vec<CategoryRow>),
    Standards(Vec<StandardRow>),
    Rules(Vec<Rule>),
    Calendar(Vec<CalendarRow>),
}

impl Rows {
    /// Hashes the first passwords of new accounts.
    pub(super) async fn hash_passwords(&mut self, on: impl Into<On<'_>>, hash: Hash<'_>) -> Result<()> {
        match self {
            Self::People(staff) => people::hash_passwords(on, staff, hash).await,
            _ => Ok(()),
        }
    }
}

/// Has the domain judge a sheet.
pub(super) async fn parse(on: impl Into<On<'_>>, table: Table, sheet: &Sheet) -> Result<Rows, ImportError> {
    let known = catalogue::known(on).await?;
    Ok(match table {
        Table::Departments => Rows::Departments(import::departments(sheet, &known)?),
        Table::People => Rows::People(import::people(sheet, &known)?.into_iter().map(Staff::from).collect()),
        Table::Categories => Rows::Categories(import::categories(sheet)?),
        Table::Standards => Rows::Standards(import::standards(sheet, &known)?),
        Table::Rules => Rows::Rules(import::rules(sheet, &known)?),
        Table::Calendar => Rows::Calendar(import::calendar(sheet)?),
    })
}

/// Writes the rows; `demo` marks new accounts.
pub(super) async fn write(tx: &mut Tx, rows: &Rows, demo: bool, now: Moment) -> Result<Summary, ImportError> {
    let (table, count, notes) = match rows {
        Rows::Departments(rows) => (Table::Departments, rows.len(), departments(tx, rows, now).await?),
        Rows::People(staff) => (Table::People, staff.len(), people::write(tx, staff, demo, now).await?),
        Rows::Categories(rows) => (Table::Categories, rows.len(), categories(tx, rows, now).await?),
        Rows::Standards(rows) => (Table::Standards, rows.len(), standards(tx, rows, now).await?),
        Rows::Rules(rows) => (Table::Rules, rows.len(), rules(tx, rows).await?),
        Rows::Calendar(rows) => (Table::Calendar, rows.len(), calendar(tx, rows).await?),
    };
    Ok(Summary::of(table.to_string(), count, notes))
}

async fn departments(tx: &mut Tx, rows: &[DepartmentRow], now: Moment) -> Result<Vec<String>> {
    insert_all(
        tx,
        "insert into department (code, name, kind, parent, workline, area, imported_at)",
        " on conflict (code) do update set name = excluded.name, kind = excluded.kind, parent = excluded.parent,
         workline = excluded.workline, area = excluded.area, imported_at = excluded.imported_at",
        rows,
        |values, row| {
            values.add(row.code.as_str()).add(&row.name).add(row.kind.to_string());
            values.maybe(row.parent.as_ref().map(DepartmentCode::as_str)).maybe(row.workline.map(Workline::code));
            values.maybe(row.area.as_ref().map(|area| area.as_str())).add(now.ms());
        },
    )
    .await?;
    let kept = fetch_scalar!(
        tx,
        i64,
        "select cast(count(*) as bigint) from department where imported_at <> $1",
        now.ms()
    )?;
    Ok(note(kept, |kept| format!("文件中没有的 {kept} 个单位保持不变")))
}

async fn categories(tx: &mut Tx, rows: &[CategoryRow], now: Moment) -> Result<Vec<String>> {
    insert_all(
        tx,
        "insert into category (code, name, workline, close_policy, recheck_days, lead_by, imported_at)",
        " on conflict (code) do update set name = excluded.name, workline = excluded.workline,
         close_policy = excluded.close_policy, recheck_days = excluded.recheck_days, lead_by = excluded.lead_by,
         imported_at = excluded.imported_at",
        rows,
        |values, row| {
            values.add(row.code.as_str()).add(&row.name).add(row.workline.code()).add(row.close_policy.to_string());
            values.add(row.recheck_days.unwrap_or(0)).add(row.lead_by.to_string()).add(now.ms());
        },
    )
    .await?;
    let kept = fetch_scalar!(
        tx,
        i64,
        "select cast(count(*) as bigint) from category where imported_at <> $1",
        now.ms()
    )?;
    let mut notes = note(kept, |kept| format!("文件中没有的 {kept} 个类别保持不变"));
    notes.extend(without_standard(tx).await?);
    Ok(notes)
}

/// A file holds all standards of the categories that it names.
async fn standards(tx: &mut Tx, rows: &[StandardRow], now: Moment) -> Result<Vec<String>> {
    let named: BTreeSet<&str> = rows.iter().map(|row| row.category.as_str()).collect();
    let mut text = SqlText::new("delete from standard");
    text.among(" where category in", named);
    execute_dyn(&mut *tx, &text).await?;
    let mut places: BTreeMap<&CategoryCode, i64> = BTreeMap::new();
    let placed: Vec<(i64, &StandardRow)> = rows
        .iter()
        .map(|row| {
            let place = places.entry(&row.category).or_insert(0);
            *place += 1;
            (*place, row)
        })
        .collect();
    insert_all(
        tx,
        "insert into standard (code, category, name, opens_when, limit_amount, limit_unit, closes_when, source, position)",
        " on conflict (code) do update set category = excluded.category, name = excluded.name,
         opens_when = excluded.opens_when, limit_amount = excluded.limit_amount, limit_unit = excluded.limit_unit,
         closes_when = excluded.closes_when, source = excluded.source, position = excluded.position",
        &placed,
        |values, (place, row)| {
            values.add(row.code.as_str()).add(row.category.as_str()).add(&row.name).add(&row.opens_when);
            values.add(row.limit.amount).add(row.limit.unit.to_string()).add(&row.closes_when).add(&row.source).add(*place);
        },
    )
    .await?;
    let mut changed = 0;
    for row in rows {
        changed += i64::from(keep_standard(tx, row, now).await?);
    }
    let mut notes =
        note(changed, |changed| format!("{changed} 条标准有新版本，已立案的案件仍按立案时的标准"));
    notes.extend(without_standard(tx).await?);
    Ok(notes)
}

/// Tells of categories that no ticket can be filed under.
async fn without_standard(tx: &mut Tx) -> Result<Vec<String>> {
    let bare = fetch_scalar!(
        tx,
        i64,
        "select cast(count(*) as bigint) from category c
         where not exists (select 1 from standard s where s.category = c.code)"
    )?;
    Ok(note(bare, |bare| format!("{bare} 个类别还没有立结案标准，暂不能立案")))
}

/// A file holds all rules.
async fn rules(tx: &mut Tx, rows: &[Rule]) -> Result<Vec<String>> {
    let before = execute!(&mut *tx, "delete from route_rule")?;
    insert_all(
        tx,
        "insert into route_rule (id, category, workline, layer, grid, lead, assist, note)",
        "",
        rows,
        |values, rule| {
            values.add(&rule.id).maybe(rule.category.as_deref()).maybe(rule.workline.as_deref());
            values
                .maybe(rule.layer.map(|layer| layer.to_string()))
                .maybe(rule.grid.as_ref().map(|grid| grid.as_str()));
            values.maybe(rule.lead.as_ref().map(DepartmentCode::as_str));
            values.maybe(rule.assist.as_ref().map(DepartmentCode::as_str)).add(&rule.note);
        },
    )
    .await?;
    Ok(note(i64::try_from(before).unwrap_or(i64::MAX), |before| {
        format!("原有的 {before} 条规则已由本文件替换")
    }))
}

/// A file holds all special days of the years that it names.
async fn calendar(tx: &mut Tx, rows: &[CalendarRow]) -> Result<Vec<String>> {
    let years: BTreeSet<i32> = rows.iter().map(|row| row.date.year()).collect();
    for year in &years {
        let (first, last) = (NaiveDate::from_ymd_opt(*year, 1, 1), NaiveDate::from_ymd_opt(*year, 12, 31));
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        execute!(&mut *tx, "delete from calendar_day where day >= $1 and day <= $2", day(first), day(last))?;
    }
    insert_all(tx, "insert into calendar_day (day, kind, name, source)", "", rows, |values, row| {
        values.add(row.date.to_string()).add(row.kind.to_string()).add(&row.name).add(&row.source);
    })
    .await?;
    let years: Vec<String> = years.iter().map(i32::to_string).collect();
    Ok(vec![format!("{} 年的节假日以本文件为准", years.join("、"))])
}

/// A sentence about a number that is worth one.
pub(super) fn note(count: i64, sentence: impl Fn(i64) -> String) -> Vec<String> {
    if count > 0 { vec![sentence(count)] } else { Vec::new() }
}
