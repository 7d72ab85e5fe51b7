//! The boards of the console. Everybody who works on cases sees how units stand; it refuses to name another unit's
//! tickets to a unit's people, and boards to those who only report.

use actix_web::web;
use domain::actor::Role;
use domain::id::DepartmentCode;
use domain::rhythm::{Span, SpanKind};
use domain::stats::board::BoardName;
use domain::stats::tally::Dimension;
use serde::Deserialize;
use store::repo::boards::{self, Asked};
use strum::VariantArray as _;

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, PathId, Query};
use crate::view::board::{board as view, boards as list_view};
use crate::{Api, now};

/// Who sees figures.
pub(super) const READERS: &[Role] = &[
    Role::Dispatcher,
    Role::Inspector,
    Role::Leader,
    Role::Command,
    Role::Coordinator,
    Role::Publicity,
    Role::Institution,
    Role::Oversight,
    Role::Admin,
    Role::Handler,
    Role::UnitHead,
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The span's key; this month when absent.
    span: Option<String>,
    department: Option<DepartmentCode>,
    dimension: Option<Dimension>,
}

/// `GET /v1/boards`
pub async fn list(caller: Caller) -> ApiResult<Reply> {
    caller.require(READERS)?;
    Reply::ok(&list_view(BoardName::VARIANTS))
}

/// `GET /v1/boards/{id}`
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    PathId(name): PathId<String>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Reply> {
    caller.require(READERS)?;
    let name: BoardName = name.parse().map_err(|_| Kind::NotFound)?;
    let now = now();
    let span = match &wanted.span {
        Some(key) => Span::parse(key).ok_or_else(|| {
            bad(
                "span",
                "须为 2026-11-22、2026-W47、2026-11a、2026-11b、2026-11、2026Q4、2026H2 或 2026 这样的期间",
            )
        })?,
        None => Span::of(SpanKind::Month, now.date()),
    };
    let asked = Asked { board: name, span, department: wanted.department, dimension: wanted.dimension };
    check(&asked)?;
    let books = api.books().await?;
    let board = boards::board(&api.stores.pool, &books, &asked, now).await?;
    Reply::ok(&view(board, &caller.actor))
}

/// A board is cut only by its own dimensions, and only rows of units can be picked by unit.
fn check(asked: &Asked) -> ApiResult<()> {
    let dimensions = asked.board.dimensions();
    if let Some(dimension) = asked.dimension.filter(|dimension| !dimensions.contains(dimension)) {
        let (board, name) = (asked.board.label(), dimension.label());
        return Err(bad("dimension", &format!("{board}不能按{name}查看")));
    }
    let dimension = asked.dimension.or(dimensions.first().copied());
    if asked.department.is_some() && dimension != Some(Dimension::Lead) {
        return Err(bad("department", &format!("{}的各行不是单位，不能按单位筛选", asked.board.label())));
    }
    Ok(())
}

fn bad(field: &str, reason: &str) -> ApiError {
    ApiError::from(Kind::BadQuery).detail(field, reason)
}
