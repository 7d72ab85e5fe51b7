//! The boards of the console. Everybody who works on cases sees how units stand; it refuses to name another unit's
//! tickets to a unit's people, and all but the weather to those who only report.

use actix_web::web;
use domain::geo::datum::CoordType;
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
use crate::view::board::{READERS, board as view, boards as list_view, sheet};
use crate::{Api, now};

use super::registers::sent::{Format, Sent};
use super::tickets::DEFAULT;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The span's key; this month when absent.
    span: Option<String>,
    department: Option<DepartmentCode>,
    dimension: Option<Dimension>,
    coord_type: Option<CoordType>,
    #[serde(default)]
    format: Format,
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
) -> ApiResult<Sent> {
    let name: BoardName = name.parse().map_err(|_| {
        // Who sees no board is told so, not which there are.
        caller.require(READERS).err().unwrap_or_else(|| Kind::NotFound.into())
    })?;
    if name != BoardName::Weather {
        caller.require(READERS)?;
    }
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
    let board = view(board, &caller.actor, wanted.coord_type.unwrap_or(DEFAULT));
    match wanted.format {
        Format::Json => Ok(Sent::Json(Reply::ok(&board)?)),
        format => Sent::file(format, sheet(&board), now.date()).await,
    }
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
