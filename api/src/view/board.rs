//! A board as people read it: one shape for all of them, each figure with its formula. It refuses to name another unit's
//! tickets to a unit's people, and any ticket to the public.

use chrono::NaiveDate;
use domain::actor::{Actor, Role};
use domain::geo::datum::CoordType;
use domain::rhythm::{Span, SpanKind};
use domain::stats::board::{Board, BoardName, Figure, FormulaText, Row};
use domain::stats::tally::Dimension;
use domain::time::Moment;
use serde::Serialize;
use store::export::{Cell, Table};

use super::place::PointView;

/// Who sees figures, and the tickets behind them.
pub const READERS: &[Role] = &[
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
    pub rows: Vec<RowView>,
    /// Null on boards whose rows can't be added up.
    pub total: Option<RowView>,
}

/// A line of a board.
#[derive(Debug, Serialize)]
pub struct RowView {
    #[serde(flatten)]
    row: Row,
    /// Where it is, when it is a spot.
    place: Option<PointView>,
}

impl RowView {
    fn of(mut row: Row, coord_type: CoordType) -> Self {
        let place = row.at.take().map(|at| PointView::of(coord_type, at));
        Self { row, place }
    }
}

/// The board for `actor`, its places in that datum.
pub fn board(board: Board, actor: &Actor, coord_type: CoordType) -> BoardView {
    let Board { board, label, span, as_of, frozen, formulas, mut rows, total } = board;
    let own = actor.department.as_ref().map_or("", |unit| unit.as_str());
    let closed = |row: &Row| match actor.role {
        Role::Handler | Role::UnitHead => row.key != own,
        role => !READERS.contains(&role),
    };
    for row in rows.iter_mut().filter(|row| closed(row)) {
        row.tickets.clear();
        row.lost.iter_mut().for_each(|lost| lost.behind.clear());
    }
    let rows = rows.into_iter().map(|row| RowView::of(row, coord_type)).collect();
    let total = total.map(|row| RowView::of(row, coord_type));
    BoardView { board, label, span: SpanView::from(&span), as_of, frozen, formulas, rows, total }
}

/// A board as a sheet: a line a row with each figure, what was counted out of what, and every lost point; below it the
/// formulas.
pub fn sheet(view: &BoardView) -> Table {
    let figures = view.rows.first().map_or(&[][..], |line| &line.row.figures);
    let pair = |figure: &Figure| [figure.label.clone(), format!("{}(分子/分母)", figure.label)];
    let mut columns = ["名称", "位置", "组别", "名次", "标识", "提示"].map(str::to_owned).to_vec();
    columns.extend(figures.iter().flat_map(pair));
    columns.push("扣分明细".to_owned());
    let mut rows: Vec<Vec<Cell>> = view.rows.iter().chain(&view.total).map(line).collect();
    rows.push(Vec::new());
    rows.extend(view.formulas.iter().map(|formula| {
        let version = format!("第 {} 版", formula.version);
        vec!["公式".into(), formula.label.as_str().into(), version.into(), formula.text.as_str().into()]
    }));
    // A file of plain text has lines of one length.
    rows.iter_mut().for_each(|row| row.resize(columns.len(), Cell::Empty));
    Table { title: format!("{}-{}", view.label, view.span.title), columns, rows }
}

fn line(RowView { row, place }: &RowView) -> Vec<Cell> {
    let rank = row.rank.map(i64::from);
    let mut cells = vec![
        row.name.as_str().into(),
        place.as_ref().map(|at| format!("{:.6},{:.6}", at.longitude, at.latitude)).into(),
        row.group.clone().into(),
        rank.into(),
        row.label.clone().into(),
        row.alarm.clone().into(),
    ];
    for figure in &row.figures {
        cells.push(figure.printed.as_str().into());
        cells.push(format!("{}/{}", figure.numerator, figure.denominator).into());
    }
    let lost: Vec<&str> = row.lost.iter().map(|lost| lost.text.as_str()).collect();
    cells.push(lost.join("；").into());
    cells
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
