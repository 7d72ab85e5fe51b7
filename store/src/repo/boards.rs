//! The boards: rows of figures over a span, from the roll-ups where they hold them and from small indexes where they
//! don't. It refuses to read all tickets, and to count a month anew that a frozen paper holds.

mod live;
mod units;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::id::DepartmentCode;
use domain::rhythm::Span;
use domain::stats::board::{Board, BoardName, FormulaText, Row, figure, formula_text};
use domain::stats::tally::{Dimension, Sums};
use domain::time::{DAY_MS, Moment};

use super::district::Books;
use super::stats::OPEN;
use super::tally;
use crate::sql::{On, Result, SqlText, fetch_all_dyn};

pub use live::{HotSpot, ZeroState, hot_spots, zero_states};
pub use units::{Overdue, Standing, Standings, standings};
use words::name_of;

/// Tickets that are named behind a number.
const MOST_TICKETS: i64 = 20;

/// Of what a board is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub board: BoardName,
    pub span: Span,
    /// Only this unit's row, on boards whose rows are units.
    pub department: Option<DepartmentCode>,
    /// One of [`BoardName::dimensions`].
    pub dimension: Option<Dimension>,
}

/// The board as of `now`; months that a paper froze come from it.
pub async fn board(on: impl Into<On<'_>>, books: &Books, asked: &Asked, now: Moment) -> Result<Board> {
    let mut on: On<'_> = on.into();
    let span = &asked.span;
    let mut board = match asked.board {
        BoardName::Weather | BoardName::Ranking | BoardName::Overdue | BoardName::Labels => {
            units::board(&mut on, books, asked.board, span, now).await?
        }
        BoardName::Contractors => live::contractors(&mut on, books, span, now).await?,
        BoardName::Zero => live::zero(&mut on, books, span, now).await?,
        BoardName::Targets => live::targets(&mut on, books, span, now).await?,
        BoardName::Hotspots => live::hotspots(&mut on, books, span, now).await?,
        BoardName::Effects => live::effects(&mut on, span, now).await?,
        BoardName::Patches => live::patches(&mut on, books, span, now).await?,
        BoardName::Funnel
        | BoardName::Sources
        | BoardName::Worklines
        | BoardName::Causes
        | BoardName::Ratings => table(&mut on, books, asked, now).await?,
    };
    if let Some(unit) = &asked.department {
        board.rows.retain(|row| row.key == unit.as_str());
    }
    Ok(board)
}

/// The figures of a board that is read from the roll-ups as they are.
const fn figures_of(board: BoardName) -> &'static [&'static str] {
    match board {
        BoardName::Funnel => &[
            "found",
            "found_registered",
            "found_rectified",
            "found_inspected",
            "found_qualified",
            "found_struck_off",
            "handling",
            "clearing",
        ],
        BoardName::Sources => &[
            "opened",
            "mapped",
            "tabled",
            "registered",
            "yield_rate",
            "struck_off",
            "self_handled",
            "due",
            "closing",
            "closing_on_time",
            "register_minutes",
            "registered_late",
            "fix_delay_minutes",
        ],
        BoardName::Causes => &["struck_off", "cause_policy", "cause_middle", "cause_grassroots"],
        BoardName::Ratings => &["rated", "satisfied", "unsatisfied", "satisfaction"],
        _ => &[
            "opened",
            "registered",
            "due",
            "closed",
            "closing",
            "closing_on_time",
            "open_overdue",
            "overdue",
            "rework",
            "satisfaction",
        ],
    }
}

async fn table(on: &mut On<'_>, books: &Books, asked: &Asked, now: Moment) -> Result<Board> {
    let (board, span) = (asked.board, &asked.span);
    let dimension = asked.dimension.or(board.dimensions().first().copied()).unwrap_or(Dimension::All);
    let names = figures_of(board);
    let row = |value: &str, sums: &Sums| Row {
        key: value.to_owned(),
        name: name_of(books, dimension, value),
        figures: names.iter().filter_map(|name| figure(name, sums)).collect(),
        ..Row::default()
    };
    let mut rows: Vec<Row> =
        counted(on, dimension, span, now).await?.iter().map(|(value, sums)| row(value, sums)).collect();
    if board == BoardName::Worklines {
        fill_lines(&mut rows, row);
    }
    if board == BoardName::Ratings && dimension == Dimension::Lead {
        let mut cases = behind(on, "unsatisfied", span).await?;
        for row in &mut rows {
            row.tickets = cases.remove(&row.key).unwrap_or_default();
        }
    }
    let total = counted(on, Dimension::All, span, now).await?.remove("").unwrap_or_default();
    let total = Row { name: "合计".into(), ..row("", &total) };
    let formulas = names.iter().filter_map(|name| formula_text(name)).collect();
    Ok(whole(asked.board, span, now, formulas, rows, Some(total)))
}

/// A workline without a case has its row all the same, in the order of the seven.
fn fill_lines(rows: &mut Vec<Row>, row: impl Fn(&str, &Sums) -> Row) {
    use domain::workline::Workline;
    for line in Workline::ALL {
        if !rows.iter().any(|row| row.key == line.code()) {
            rows.push(row(line.code(), &Sums::default()));
        }
    }
    let place =
        |row: &Row| Workline::ALL.iter().position(|line| line.code() == row.key).unwrap_or(usize::MAX);
    rows.sort_by_key(place);
}

fn whole(
    board: BoardName,
    span: &Span,
    as_of: Moment,
    formulas: Vec<FormulaText>,
    rows: Vec<Row>,
    total: Option<Row>,
) -> Board {
    Board { board, label: board.label().to_owned(), span: *span, as_of, frozen: false, formulas, rows, total }
}

/// A formula that no roll-up knows.
fn formula(name: &str, label: &str, text: impl Into<String>) -> FormulaText {
    FormulaText { name: name.to_owned(), version: 1, label: label.to_owned(), text: text.into() }
}

/// The sums of a span by value, as of `now`: what will only be due later today is not due yet.
pub async fn counted(
    on: &mut On<'_>,
    dimension: Dimension,
    span: &Span,
    now: Moment,
) -> Result<BTreeMap<String, Sums>> {
    let today = now.date();
    if span.first > today {
        return Ok(BTreeMap::new());
    }
    let mut sums = tally::sums(&mut *on, dimension, None, span.first, span.last.min(today)).await?;
    if span.holds(today) && dimension != Dimension::Mode {
        let ahead: Vec<(String, i64)> = fetch_all_dyn(&mut *on, &later_today_sql(dimension, now)).await?;
        for (value, tickets) in ahead {
            if let Some(sums) = sums.get_mut(&value) {
                sums.due = sums.due.saturating_sub(tickets);
            }
        }
    }
    Ok(sums)
}

/// Open tickets whose time runs out later today, by value.
fn later_today_sql(dimension: Dimension, now: Moment) -> SqlText {
    let midnight = Moment::midnight(now.date()).plus_ms(DAY_MS);
    let mut text = SqlText::new("select ");
    text.push(match dimension {
        Dimension::All | Dimension::Mode => "''",
        Dimension::Lead => "coalesce(lead, '')",
        Dimension::Area => "coalesce(area, '')",
        Dimension::Category => "coalesce(category, '')",
        Dimension::Workline => "coalesce(workline, '')",
        Dimension::Source => "source",
    });
    text.push(", cast(count(*) as bigint) from ticket where late_at > ").bind(now.ms());
    text.push(" and late_at < ").bind(midnight.ms()).push(" and not exempt and").push(OPEN);
    text.push(" group by 1");
    text
}

/// Tickets with a blemish by unit, at most [`MOST_TICKETS`] each, the newest first.
async fn behind(
    on: &mut On<'_>,
    blemish: &'static str,
    span: &Span,
) -> Result<BTreeMap<String, Vec<String>>> {
    let rows: Vec<(String, String)> = fetch_all_dyn(on, &behind_sql(blemish, span.first, span.last)).await?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (lead, ticket) in rows {
        found.entry(lead).or_default().push(ticket);
    }
    Ok(found)
}

fn behind_sql(blemish: &'static str, first: NaiveDate, last: NaiveDate) -> SqlText {
    let mut text = SqlText::new(
        "select lead, ticket_id from (select lead, ticket_id, day,
         row_number() over (partition by lead order by day desc, ticket_id desc) as place from tally_case
         where blemish = ",
    );
    text.bind(blemish)
        .push(" and day >= ")
        .bind(first.to_string())
        .push(" and day <= ")
        .bind(last.to_string());
    text.push(") listed where place <= ").bind(MOST_TICKETS).push(" order by lead, place");
    text
}

/// The statements that read tickets, for a look at their plans.
#[cfg(test)]
pub(super) fn plans(span: &Span, now: Moment) -> Vec<(&'static str, SqlText)> {
    let categories = ["c1".into(), "c2".into()];
    vec![
        ("due later today", later_today_sql(Dimension::Lead, now)),
        ("open and late", units::open_late_sql(now, "")),
        ("closed late", units::closed_late_sql(now, &(span.begins().ms(), String::new()))),
        ("zero targets", live::zero_sql(&categories)),
        ("recent", live::recent_sql(span.begins(), now, 5)),
        ("earlier", live::earlier_sql(&[1, 2, 3], span.begins(), now)),
        ("patches", live::patches_sql(span)),
    ]
}
