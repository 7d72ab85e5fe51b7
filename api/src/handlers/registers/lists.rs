//! 三张清单: what must be achieved and by whom, what is wrong now, and who answers for what. It refuses to hold a list of its
//! own: each is read afresh from registers, tickets and routing.

use actix_web::web;
use domain::id::{CategoryCode, DepartmentCode, GridCode};
use domain::register::{Entry, Theme};
use domain::ticket::state::Stage;
use serde::{Deserialize, Serialize};
use store::export::{Cell, MOST_ROWS, Table};
use store::repo::lists::{self, Scope, TicketFilter, TicketRow};
use store::repo::page::{Cursor, PageSize};
use store::repo::registers::duties::{duties, place_of};
use store::repo::registers::{self, After};
use strum::VariantArray as _;

use super::asked::read_after;
use super::sent::{Format, Sent};
use super::{insider, items_of, people_of, points_of};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Query, read_page};
use crate::handlers::tickets::{DEFAULT, dossier};
use crate::view::row::Beside;
use crate::view::{Frame, Listed, list as view};
use crate::{Api, now};

/// Tickets that are looked at for one page of a family; the page may be short, its cursor goes on.
const MOST_LOOKED_AT: usize = 2_000;

/// Query of `GET /v1/lists/{list}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    department: Option<DepartmentCode>,
    /// Code of a family of the rule `themes`.
    theme: Option<String>,
    format: Format,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What a list is read with.
struct Reading<'a> {
    api: &'a Api,
    caller: &'a Caller,
    frame: Frame<'a>,
    theme: Option<&'a Theme>,
    wanted: &'a Wanted,
    /// Rows of this answer.
    most: usize,
}

/// `GET /v1/lists/{list}`: `projects`, `problems` or `duties`.
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    list: web::Path<String>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Sent> {
    insider(&caller)?;
    let (books, now) = (api.books().await?, now());
    let theme = match &wanted.theme {
        Some(code) => Some(books.config.themes.get(code).ok_or_else(|| {
            let all: Vec<&str> = books.config.themes.0.iter().map(|theme| theme.code.as_str()).collect();
            ApiError::from(Kind::BadQuery)
                .detail("theme", format!("没有这个专题，可用的有 {}", all.join("、")))
        })?),
        None => None,
    };
    let is_file = wanted.format != Format::Json;
    if is_file && (wanted.cursor.is_some() || wanted.limit.is_some()) {
        return Err(ApiError::from(Kind::BadQuery).saying("导出文件没有翻页"));
    }
    read_page(None, wanted.limit)?;
    let most = if is_file { MOST_ROWS } else { wanted.limit.unwrap_or(20) as usize };
    let frame = dossier::frame(&api, &books, DEFAULT, now);
    let reading = Reading { api: &api, caller: &caller, frame, theme, wanted: &wanted, most };
    match list.as_str() {
        "projects" => {
            let page = projects(&reading).await?;
            send(&reading, "项目清单", &view::PROJECT_COLUMNS, page, view::project_cells).await
        }
        "problems" => {
            let page = problems(&reading).await?;
            send(&reading, "负面清单", &view::PROBLEM_COLUMNS, page, view::problem_cells).await
        }
        "duties" => {
            let page = duty_lines(&reading).await?;
            send(&reading, "责任清单", &view::DUTY_COLUMNS, page, view::duty_cells).await
        }
        _ => Err(ApiError::from(Kind::NotFound).saying("没有这张清单，可用的有 projects、problems、duties")),
    }
}

/// The lines as they were asked for.
async fn send<T: Serialize>(
    reading: &Reading<'_>,
    title: &str,
    columns: &[&str],
    (lines, next): (Vec<T>, Option<String>),
    cells: impl Fn(&T) -> Vec<Cell>,
) -> ApiResult<Sent> {
    if reading.wanted.format == Format::Json {
        return Ok(Sent::Json(Reply::ok(&Listed { items: lines, next_cursor: next, total: None })?));
    }
    let title = match reading.theme {
        Some(theme) => format!("{title}-{}", theme.name),
        None => title.to_owned(),
    };
    let table = Table {
        title,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows: lines.iter().map(cells).collect(),
    };
    Sent::file(reading.wanted.format, table, reading.frame.now.date()).await
}

async fn projects(reading: &Reading<'_>) -> ApiResult<(Vec<view::ProjectLine>, Option<String>)> {
    let pool = &reading.api.stores.pool;
    let after = read_after(reading.wanted.cursor.as_deref())?;
    let mut items = registers::all(pool, &items_of(reading.wanted.department.as_ref())).await?;
    let fits = |item: &Entry| {
        reading.theme.is_none_or(|theme| item.category.as_ref().is_some_and(|code| theme.holds(code, None)))
    };
    items.retain(|item| fits(item) && after.as_ref().is_none_or(|after| item.code > after.0));
    let more = items.len() > reading.most;
    items.truncate(reading.most);
    let next = items.last().filter(|_| more).map(|item| After(item.code.clone()).write());
    let points = points_of(reading.api, &items).await?;
    let people = people_of(pool, &items).await?;
    let line = |item: &Entry| {
        let points = points.get(&item.code).map_or(&[][..], Vec::as_slice);
        view::project(&reading.frame, item, points, &people)
    };
    Ok((items.iter().map(line).collect(), next))
}

async fn problems(reading: &Reading<'_>) -> ApiResult<(Vec<view::ProblemLine>, Option<String>)> {
    let pool = &reading.api.stores.pool;
    let filter = TicketFilter {
        stage: Stage::VARIANTS.iter().copied().filter(|stage| stage.is_open()).collect(),
        unit: reading.wanted.department.clone(),
        ..TicketFilter::within(Scope::of(&reading.caller.actor))
    };
    let (mut cursor, _) = read_page(reading.wanted.cursor.as_deref(), None)?;
    let fits = |row: &TicketRow| {
        let category = row.category.as_ref().map(CategoryCode::as_str);
        reading.theme.is_none_or(|theme| category.is_some_and(|code| theme.holds(code, row.area.as_ref())))
    };
    let (mut found, mut looked_at, mut next) = (Vec::new(), 0, None);
    'pages: loop {
        let page = lists::list(pool, &filter, reading.frame.now, cursor.as_ref(), PageSize::MOST).await?;
        let follows = page.next.is_some();
        let last = page.rows.len();
        for (place, row) in page.rows.into_iter().enumerate() {
            looked_at += 1;
            let here = Cursor::at(row.opened_at.ms(), row.id.as_str());
            if fits(&row) {
                found.push(row);
            }
            let full = found.len() == reading.most
                || (reading.wanted.format == Format::Json && looked_at == MOST_LOOKED_AT);
            if full && (follows || place + 1 < last) {
                next = Some(here.write());
                break 'pages;
            }
            cursor = Some(here);
        }
        if !follows || found.len() >= reading.most {
            break;
        }
    }
    let mut beside = Beside::default();
    for chunk in found.chunks(500) {
        beside.persons.extend(dossier::persons(pool, reading.caller, chunk).await?);
        beside.clocks.extend(dossier::clocks(pool, chunk).await?);
    }
    let themes = &reading.frame.books.config.themes;
    let line = |row: TicketRow| {
        let (category, area) = (row.category.clone(), row.area.clone());
        let families: Vec<&Theme> = match &category {
            Some(code) => themes.of(code.as_str(), area.as_ref()).collect(),
            None => Vec::new(),
        };
        view::problem(&reading.frame, row, &families, &beside)
    };
    Ok((found.into_iter().map(line).collect(), next))
}

async fn duty_lines(reading: &Reading<'_>) -> ApiResult<(Vec<view::DutyLine>, Option<String>)> {
    let after = read_after(reading.wanted.cursor.as_deref())?;
    let fits = |category: &CategoryCode, area: &GridCode| {
        reading.theme.is_none_or(|theme| theme.holds(category.as_str(), Some(area)))
    };
    let mut lines = duties(
        &reading.api.stores.pool,
        reading.frame.books,
        reading.wanted.department.as_ref(),
        fits,
        after.as_ref().map(|after| after.0.as_str()),
        reading.most + 1,
        reading.frame.now,
    )
    .await?;
    let more = lines.len() > reading.most;
    lines.truncate(reading.most);
    let next = lines.last().filter(|_| more).map(|line| After(place_of(&line.area, &line.category)).write());
    Ok((lines.into_iter().map(|line| view::duty(&reading.frame, line)).collect(), next))
}
