//! The list of 回头看: closed tickets that are to be looked at again. It refuses to plan or end one; the desk does.

use domain::geo::grid::Layer;
use domain::id::{GridCode, TicketId};
use domain::ticket::state::Stage;
use domain::time::Moment;

use super::page::{Cursor, Page, PageSize};
use crate::sql::{On, Result, SqlText, fetch_all_dyn};

/// A closed ticket and since when it is due.
pub type DueRecheck = (TicketId, Moment);

/// What is due until a moment, the longest due first; only in these grids when some are given.
pub async fn due(
    on: impl Into<On<'_>>,
    grids: Option<&[(Layer, GridCode)]>,
    until: Moment,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<DueRecheck>> {
    let mut text = SqlText::new(
        "select r.ticket_id, r.due_at from recheck r join ticket t on t.id = r.ticket_id where r.done_at is null",
    );
    text.push(" and r.due_at <= ").bind(until.ms());
    text.push(" and t.stage = ").bind(Stage::Closed.to_string());
    if let Some(grids) = grids {
        text.push(" and (1 = 0");
        for (layer, code) in grids {
            text.push(grid_column(*layer)).bind(code.as_str());
        }
        text.push(")");
    }
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (r.due_at, r.ticket_id) > (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by r.due_at, r.ticket_id limit ").bind(size.ask());
    let rows: Vec<(String, i64)> = fetch_all_dyn(on, &text).await?;
    let page = Page::cut(rows, size, |(id, due_at)| Cursor::at(*due_at, id.as_str()));
    Ok(page.map(|(id, due_at)| (id.into(), Moment::from_ms(due_at))))
}

const fn grid_column(layer: Layer) -> &'static str {
    match layer {
        Layer::Community => " or t.community = ",
        Layer::Inspection => " or t.inspection = ",
        Layer::Enforcement => " or t.enforcement = ",
        Layer::Area => " or t.area = ",
    }
}
