//! A board as people read it: one shape for all of them, each figure with its formula. It refuses to name another unit's
//! tickets to a unit's people.

use chrono::NaiveDate;
use domain::actor::{Actor, Role};
use domain::rhythm::{Span, SpanKind};
use domain::stats::board::{Board, BoardName, FormulaText, Row};
use domain::stats::tally::Dimension;
use domain::time::Moment;
use serde::Serialize;

/// A stretch of days.
#[derive(Debug, Serialize)]
pub struct SpanView {
    pub kind: SpanKind,
    /// What to send as `span`.
    pub key: String,
    pub title: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl From<&Span> for SpanView {
    fn from(span: &Span) -> Self {
        Self { kind: span.kind, key: span.key(), title: span.title(), first: span.first, last: span.last }
    }
}

/// A board.
#[derive(Debug, Serialize)]
pub struct BoardView {
    pub board: BoardName,
    pub label: String,
    pub span: SpanView,
    pub as_of: Moment,
    /// Read from the frozen paper of the month.
    pub frozen: bool,
    pub formulas: Vec<FormulaText>,
    pub rows: Vec<Row>,
    /// Null on boards whose rows can't be added up.
    pub total: Option<Row>,
}

/// The board for `actor`.
pub fn board(board: Board, actor: &Actor) -> BoardView {
    let Board { board, label, span, as_of, frozen, formulas, mut rows, total } = board;
    if matches!(actor.role, Role::Handler | Role::UnitHead) {
        let own = actor.department.as_ref().map_or("", |unit| unit.as_str());
        let foreign = |row: &&mut Row| row.key != own;
        for row in rows.iter_mut().filter(foreign) {
            row.tickets.clear();
            row.lost.iter_mut().for_each(|lost| lost.behind.clear());
        }
    }
    BoardView { board, label, span: SpanView::from(&span), as_of, frozen, formulas, rows, total }
}

/// One of the boards that there are.
#[derive(Debug, Serialize)]
pub struct BoardTitle {
    pub board: BoardName,
    pub label: &'static str,
    /// What may be sent as `dimension`, the usual one first.
    pub dimensions: &'static [Dimension],
}

/// All boards.
#[derive(Debug, Serialize)]
pub struct BoardTitles {
    pub items: Vec<BoardTitle>,
}

/// The boards by name.
pub fn boards(names: &[BoardName]) -> BoardTitles {
    let title = |board: &BoardName| BoardTitle {
        board: *board,
        label: board.label(),
        dimensions: board.dimensions(),
    };
    BoardTitles { items: names.iter().map(title).collect() }
}
