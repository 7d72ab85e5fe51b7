//! Units held against each other: their sums, overdue days, acts and test items of a span, the score that follows with
//! every lost point, and the ranks among peers. It refuses to count a frozen month anew.

use std::collections::BTreeMap;

use domain::clock::reckon::{Mark, Reckoning, reckon};
use domain::id::DepartmentCode;
use domain::import::DepartmentKind;
use domain::paper::PaperKind;
use domain::rhythm::{Span, SpanKind};
use domain::stats::board::{
    Board, BoardName, Figure, FormulaText, Past, Row, Unit, counted as made, figure, formula_text,
};
use domain::stats::label::LabelRule;
use domain::stats::ranking::{Item, Lost, Record, ScoreRule, ranks, score};
use domain::stats::tally::{Dimension, Sums};
use domain::stats::weather::{Weather, WeatherRule};
use domain::ticket::Ticket;
use domain::time::{DAY_MS, Moment};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MOST_TICKETS, OPEN, behind, counted, formula, whole};
use crate::repo::district::Books;
use crate::repo::tickets::parse;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};
use crate::{fetch_all, repo::papers};

/// Tickets read at a time.
const PAGE: i64 = 500;
/// Months that a label's history goes back.
const PAST_MONTHS: u32 = 24;
/// Kinds of acts that urge a unit.
const URGING: [&str; 4] = ["slip", "phone", "head", "party_group"];
/// States of acts that were never issued or are taken back.
const VOID: [&str; 3] = ["proposed", "draft", "revoked"];

/// Units of a span against each other, with the rules that were in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    pub span: Span,
    pub as_of: Moment,
    pub score: ScoreRule,
    pub weather: WeatherRule,
    pub labels: LabelRule,
    /// By kind and rank.
    pub units: Vec<Standing>,
    /// All tickets, those without a unit too.
    pub total: Sums,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub unit: DepartmentCode,
    pub name: String,
    pub kind: DepartmentKind,
    /// Among its kind; none when nothing was asked of it.
    pub rank: Option<u32>,
    /// Hundredths of a point.
    pub score: Option<i64>,
    pub lost: Vec<Lost>,
    pub weather: Option<Weather>,
    pub label: Option<String>,
    pub overdue: Overdue,
    pub sums: Sums,
}

/// Days overdue within a span, begun days counted whole, still open ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    pub cases: i64,
    /// Of those, still open.
    pub open: i64,
    /// Of standards that count working time.
    pub working_days: i64,
    /// Of standards that count day and night.
    pub natural_days: i64,
}

impl Overdue {
    const fn days(&self) -> i64 {
        self.working_days + self.natural_days
    }
}

impl std::iter::Sum for Overdue {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            cases: a.cases + b.cases,
            open: a.open + b.open,
            working_days: a.working_days + b.working_days,
            natural_days: a.natural_days + b.natural_days,
        })
    }
}

/// Counts the units of `span` as of `now`.
pub async fn standings(on: impl Into<On<'_>>, books: &Books, span: &Span, now: Moment) -> Result<Standings> {
    let mut on: On<'_> = on.into();
    let mut sums = counted(&mut on, Dimension::Lead, span, now).await?;
    let total = counted(&mut on, Dimension::All, span, now).await?.remove("").unwrap_or_default();
    let mut records = records(&mut on, books, span, now).await?;
    let config = &books.config;
    let mut units = Vec::new();
    for unit in books.departments.values().filter(|unit| unit.kind != DepartmentKind::Center) {
        let sums = sums.remove(unit.code.as_str()).unwrap_or_default();
        let (mut record, overdue) = records.remove(unit.code.as_str()).unwrap_or_default();
        fill(&mut record, &sums, &overdue);
        let asked_of = !sums.is_zero() || record != Record::default();
        let (points, lost) = score(&config.score, &record);
        let score = asked_of.then_some(points);
        units.push(Standing {
            unit: unit.code.clone(),
            name: unit.name.clone(),
            kind: unit.kind,
            rank: None,
            score,
            lost,
            weather: config.weather.of(&sums),
            label: score.and_then(|score| config.labels.of(score)).map(ToOwned::to_owned),
            overdue,
            sums,
        });
    }
    rank(&mut units);
    let (score, weather, labels) = (config.score.clone(), config.weather.clone(), config.labels.clone());
    Ok(Standings { span: *span, as_of: now, score, weather, labels, units, total })
}

fn fill(record: &mut Record, sums: &Sums, overdue: &Overdue) {
    record.due = sums.due;
    record.late = sums.late();
    record.aired_late = sums.aired_late;
    record.reworked = sums.reworked;
    record.aired_reworked = sums.aired_reworked;
    record.relapsed = sums.relapsed;
    record.overdue_days = overdue.days();
}

/// Ranks each kind by itself and puts the units in that order.
fn rank(units: &mut [Standing]) {
    for kind in [DepartmentKind::Block, DepartmentKind::Line, DepartmentKind::External] {
        let places: Vec<usize> = (0..units.len()).filter(|at| units[*at].kind == kind).collect();
        let scores: Vec<Option<i64>> = places.iter().map(|at| units[*at].score).collect();
        for (at, rank) in places.into_iter().zip(ranks(&scores)) {
            units[at].rank = rank;
        }
    }
    let place = |kind| match kind {
        DepartmentKind::Block => 0,
        DepartmentKind::Line => 1,
        DepartmentKind::External | DepartmentKind::Center => 2,
    };
    units.sort_by_key(|unit| (place(unit.kind), unit.rank.unwrap_or(u32::MAX), unit.unit.clone()));
}

type Records = BTreeMap<String, (Record, Overdue)>;

/// What the roll-ups don't hold, by unit.
async fn records(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Records> {
    let mut records = Records::new();
    overdue(on, books, span, now, &mut records).await?;
    for (blemish, item) in [("reworked", Item::Reworked), ("relapsed", Item::Relapsed)] {
        for (lead, tickets) in behind(on, blemish, span).await? {
            records.entry(lead).or_default().0.behind.insert(item, tickets);
        }
    }
    for (kinds, item) in [(&URGING[..], Item::Supervised), (&["exposure"][..], Item::Exposed)] {
        for (unit, ticket) in acts(on, kinds, span).await? {
            let record = &mut records.entry(unit).or_default().0;
            match item {
                Item::Exposed => record.exposed += 1,
                _ => record.supervised += 1,
            }
            note(record, item, ticket);
        }
    }
    for (unit, title, points) in deductions(on, span).await? {
        let record = &mut records.entry(unit).or_default().0;
        record.simulated += 1;
        record.simulation_points += points;
        note(record, Item::Simulation, Some(title));
    }
    Ok(records)
}

fn note(record: &mut Record, item: Item, behind: Option<String>) {
    let list = record.behind.entry(item).or_default();
    if let Some(behind) = behind.filter(|behind| !list.contains(behind))
        && list.len() < MOST_TICKETS as usize
    {
        list.push(behind);
    }
}

async fn acts(on: &mut On<'_>, kinds: &[&'static str], span: &Span) -> Result<Vec<(String, Option<String>)>> {
    fetch_all_dyn(on, &acts_sql(kinds, span)).await
}

pub(super) fn acts_sql(kinds: &[&'static str], span: &Span) -> SqlText {
    let mut text = SqlText::new("select unit, ticket_id from act where unit is not null");
    text.among(" and kind in", kinds.iter().copied()).push(" and issued_at >= ").bind(span.begins().ms());
    text.push(" and issued_at < ").bind(span.ends().ms()).among(" and state not in", VOID);
    text.push(" order by issued_at desc, id");
    text
}

/// Test items that simulations took points for: unit, title, hundredths of a point.
async fn deductions(on: &mut On<'_>, span: &Span) -> Result<Vec<(String, String, i64)>> {
    fetch_all!(
        on,
        (String, String, i64),
        "select about, title, deducted from task where about is not null and kind = 'simulation' and deducted <> 0
         and not hidden and done_at >= $1 and done_at < $2 order by deducted desc, id",
        span.begins().ms(),
        span.ends().ms()
    )
}

/// Reads the late tickets whose lateness falls into the span, open ones and closed ones, a page at a time.
async fn overdue(on: &mut On<'_>, books: &Books, span: &Span, now: Moment, into: &mut Records) -> Result<()> {
    let end = now.min(span.ends());
    let mut after = String::new();
    loop {
        let rows: Vec<LateRow> = fetch_all_dyn(&mut *on, &open_late_sql(end, &after)).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.0);
        for row in &rows {
            take(into, books, span, end, row, true)?;
        }
    }
    let mut after = (span.begins().ms(), String::new());
    loop {
        let rows: Vec<LateRow> = fetch_all_dyn(&mut *on, &closed_late_sql(end, &after)).await?;
        let Some(last) = rows.last() else { break };
        after = (last.4, last.0.clone());
        for row in &rows {
            take(into, books, span, end, row, false)?;
        }
    }
    Ok(())
}

/// Id, lead, document, `late_at`, and when it was struck off.
type LateRow = (String, String, String, i64, i64);

pub(super) fn open_late_sql(end: Moment, after: &str) -> SqlText {
    let mut text = SqlText::new("select id, lead, doc, late_at, cast(0 as bigint) from ticket where");
    text.push(OPEN).push(" and lead is not null and not exempt and late_at < ").bind(end.ms());
    text.push(" and id > ").bind(after).push(" order by id limit ").bind(PAGE);
    text
}

pub(super) fn closed_late_sql(end: Moment, (ms, id): &(i64, String)) -> SqlText {
    let mut text = SqlText::new(
        "select id, lead, doc, late_at, struck_off_at from ticket where stage = 'closed' and coalesce(late_at, 0) > 0
         and lead is not null and not exempt and coalesce(late_at, 0) < ",
    );
    text.bind(end.ms()).push(" and (struck_off_at, id) > (").bind(*ms).push(", ").bind(id);
    text.push(") order by struck_off_at, id limit ").bind(PAGE);
    text
}

fn take(
    into: &mut Records,
    books: &Books,
    span: &Span,
    end: Moment,
    row: &LateRow,
    open: bool,
) -> Result<()> {
    let (id, lead, doc, late_at, _) = row;
    let ticket: Ticket = parse("ticket", "doc", id, doc)?;
    let working = ticket.ticks.iter().find_map(|tick| match tick.mark {
        Mark::Start { limit } => Some(limit.unit.is_working()),
        _ => None,
    });
    let working = working.unwrap_or(false);
    let late = |at: Moment| days_late(&reckon(&ticket.ticks, &books.calendar, at), working, books);
    let days = late(end) - late(span.begins());
    let (record, overdue) = into.entry(lead.clone()).or_default();
    if days > 0 {
        overdue.cases += 1;
        overdue.open += i64::from(open);
        *(if working { &mut overdue.working_days } else { &mut overdue.natural_days }) += days;
        note(record, Item::OverdueDays, Some(id.clone()));
    }
    if span.begins().ms() <= *late_at && *late_at < end.ms() {
        note(record, Item::Late, Some(id.clone()));
    }
    Ok(())
}

/// Begun days of lateness, in the kind of time that the standard counts.
fn days_late(clock: &Reckoning, working: bool, books: &Books) -> i64 {
    let (ms, day) = match working {
        true => (clock.late_working_ms, books.calendar.day_length_ms()),
        false => (clock.late_ms, DAY_MS),
    };
    if day <= 0 { 0 } else { (ms.max(0) + day - 1) / day }
}

/// The standings of a month that a paper froze, else counted.
pub(super) async fn known(
    on: &mut On<'_>,
    books: &Books,
    span: &Span,
    now: Moment,
) -> Result<(Standings, bool)> {
    match frozen(on, span).await? {
        Some(standings) => Ok((standings, true)),
        None => Ok((standings(&mut *on, books, span, now).await?, false)),
    }
}

async fn frozen(on: &mut On<'_>, span: &Span) -> Result<Option<Standings>> {
    if span.kind != SpanKind::Month {
        return Ok(None);
    }
    let found = papers::frozen(on, PaperKind::MonthlyRanking, span).await?;
    found.map(|value| read_frozen(span, value)).transpose()
}

fn read_frozen(span: &Span, value: Value) -> Result<Standings> {
    serde_json::from_value(value).map_err(|error| {
        tracing::error!(span = span.key(), %error, "a frozen ranking can't be read");
        StoreError::corrupt("paper", "body", span.key())
    })
}

/// One of the boards whose rows are units.
pub(super) async fn board(
    on: &mut On<'_>,
    books: &Books,
    name: BoardName,
    span: &Span,
    now: Moment,
) -> Result<Board> {
    let (standings, frozen) = known(on, books, span, now).await?;
    let score = formula("score", "考核得分", standings.score.text());
    let mut formulas = vec![score.clone()];
    let figures: &[&str] = match name {
        BoardName::Weather => &["found", "found_struck_off", "clearing"],
        BoardName::Ranking => &["due", "closed_on_time", "closing_on_time", "late_exempt"],
        BoardName::Overdue => &["due", "open_overdue"],
        _ => &[],
    };
    let rate = standings.weather.formula.as_str();
    let extra = (name == BoardName::Weather && !figures.contains(&rate)).then_some(rate);
    let figures: Vec<&str> = figures.iter().copied().chain(extra).collect();
    formulas.extend(figures.iter().filter_map(|name| formula_text(name)));
    let days = formula(
        "overdue_days",
        "逾期天数",
        "期内逾期的天数之和：按标准的时限单位计工作日或自然日，不足一天按一天，未结的计入",
    );
    if name == BoardName::Overdue {
        formulas.push(days.clone());
    }
    let mut rows = Vec::new();
    for unit in &standings.units {
        let mut row = Row { group: Some(unit.kind.label().to_owned()), ..row_of(&figures, &unit.sums) };
        (row.key, row.name) = (unit.unit.to_string(), unit.name.clone());
        match name {
            BoardName::Weather => {
                row.weather = unit.weather;
                row.label = unit.weather.map(|weather| weather.label().to_owned());
            }
            BoardName::Overdue => row.figures.extend(overdue_figures(&days, &unit.overdue)),
            _ => {
                row.rank = unit.rank;
                row.label.clone_from(&unit.label);
                row.figures.extend(unit.score.map(|points| made(&score, Unit::Points, points, None)));
                if name == BoardName::Ranking {
                    row.lost.clone_from(&unit.lost);
                }
            }
        }
        rows.push(row);
    }
    if name == BoardName::Labels {
        remember(on, span, &mut rows).await?;
    }
    let mut total = Row { name: "合计".into(), ..row_of(&figures, &standings.total) };
    if name == BoardName::Weather {
        total.weather = standings.weather.of(&standings.total);
        total.label = total.weather.map(|weather| weather.label().to_owned());
    }
    if name == BoardName::Overdue {
        total.figures.extend(overdue_figures(&days, &standings.units.iter().map(|unit| unit.overdue).sum()));
    }
    let total = (!figures.is_empty()).then_some(total);
    let mut board = whole(name, span, standings.as_of, formulas, rows, total);
    board.frozen = frozen;
    Ok(board)
}

fn row_of(figures: &[&str], sums: &Sums) -> Row {
    Row { figures: figures.iter().filter_map(|name| figure(name, sums)).collect(), ..Row::default() }
}

fn overdue_figures(days: &FormulaText, overdue: &Overdue) -> [Figure; 5] {
    let of = |name: &str, label: &str, unit, value| {
        let mut figure = made(days, unit, value, None);
        (figure.name, figure.label) = (name.to_owned(), label.to_owned());
        figure
    };
    [
        of("overdue_days", "逾期天数", Unit::Days, overdue.days()),
        of("overdue_working_days", "其中工作日", Unit::Days, overdue.working_days),
        of("overdue_natural_days", "其中自然日", Unit::Days, overdue.natural_days),
        of("overdue_cases", "逾期案件", Unit::Count, overdue.cases),
        of("overdue_open_cases", "其中未结", Unit::Count, overdue.open),
    ]
}

/// Puts the labels of the frozen months before the span beside the rows, the latest first.
async fn remember(on: &mut On<'_>, span: &Span, rows: &mut [Row]) -> Result<()> {
    for (month, value) in papers::frozen_list(on, PaperKind::MonthlyRanking, PAST_MONTHS).await? {
        if month.last >= span.first {
            continue;
        }
        let past = read_frozen(&month, value)?;
        for row in rows.iter_mut() {
            if let Some(unit) = past.units.iter().find(|unit| unit.unit.as_str() == row.key) {
                let (span, score, label) = (month.key(), unit.score, unit.label.clone());
                row.history.push(Past { span, score, label });
            }
        }
    }
    Ok(())
}
