//! The boards that the roll-ups can't give: what is open now, acts and their effect, suspected patches, places that come
//! up more and more, the year's forecast, and contractors.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::register::Register;
use domain::rhythm::{Span, SpanKind};
use domain::stats::board::{
    Board, BoardName, Figure, FormulaText, Row, Unit, counted as made, figure, formula_text, print, shown,
};
use domain::stats::ranking::weighted;
use domain::stats::tally::Dimension;
use domain::stats::target::{extrapolate, forecast};
use domain::ticket::joint::Finding;
use domain::time::{DAY_MS, HOUR_MS, Moment};
use sqlx::FromRow;

use super::units::known;
use super::words::name_of;
use super::{MOST_TICKETS, OPEN, counted, formula, whole};
use crate::repo::district::Books;
use crate::repo::registers::{self, RegisterFilter};
use crate::repo::tally;
use crate::sql::{On, Result, SqlText, fetch_all_dyn};

/// Kinds of acts whose effect is measured, with their words.
const MEASURED: [&str; 5] = ["warning", "reminder", "slip", "circular", "phone"];

/// What is open of a category that must be cleared to zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZeroState {
    pub category: CategoryCode,
    pub open: i64,
    /// When the oldest open one came in.
    pub oldest: Option<Moment>,
    /// The oldest ones.
    pub tickets: Vec<TicketId>,
}

impl ZeroState {
    /// Whether one is open for longer than allowed.
    pub fn is_alarming(&self, limit_hours: i64, now: Moment) -> bool {
        self.oldest.is_some_and(|oldest| now.since(oldest) > limit_hours * HOUR_MS)
    }
}

/// The state of each category of the rule.
pub async fn zero_states(on: impl Into<On<'_>>, books: &Books) -> Result<Vec<ZeroState>> {
    let categories = &books.config.zero_targets.categories;
    let rows: Vec<(String, String, i64, i64)> = fetch_all_dyn(on, &zero_sql(categories)).await?;
    let state = |category: &CategoryCode| {
        let own: Vec<_> = rows.iter().filter(|row| row.0 == category.as_str()).collect();
        ZeroState {
            category: category.clone(),
            open: own.first().map_or(0, |row| row.3),
            oldest: own.first().map(|row| Moment::from_ms(row.2)),
            tickets: own.iter().map(|row| TicketId::from(row.1.as_str())).collect(),
        }
    };
    Ok(categories.iter().map(state).collect())
}

/// The oldest open tickets of each category, with how many there are.
pub(super) fn zero_sql(categories: &[CategoryCode]) -> SqlText {
    let mut text = SqlText::new(
        "select category, id, opened_at, tickets from (select category, id, opened_at,
         row_number() over (partition by category order by opened_at, id) as place,
         count(*) over (partition by category) as tickets from ticket where",
    );
    text.push(OPEN).among(" and category in", categories.iter().map(CategoryCode::as_str));
    text.push(") listed where place <= ").bind(MOST_TICKETS).push(" order by category, place");
    text
}

pub(super) async fn zero(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Board> {
    let limit = books.config.zero_targets.limit_hours;
    let open = formula("open", "未结数", "现在未结的案件数，目标为零");
    let age = formula("oldest_minutes", "最长未结时间", "最早受理的未结案件至今的分钟数");
    let mut rows = Vec::new();
    for state in zero_states(on, books).await? {
        let minutes = state.oldest.map(|oldest| now.since(oldest) / 60_000);
        let alarm = format!("未清零：有 {} 件未结，最长已超过 {limit} 小时", state.open);
        rows.push(Row {
            name: name_of(books, Dimension::Category, state.category.as_str()),
            key: state.category.to_string(),
            figures: vec![made(&open, Unit::Count, state.open, None), shown(&age, Unit::Minutes, minutes)],
            alarm: state.is_alarming(limit, now).then_some(alarm),
            tickets: state.tickets.iter().map(ToString::to_string).collect(),
            ..Row::default()
        });
    }
    Ok(whole(BoardName::Zero, span, now, vec![open, age], rows, None))
}

/// A place that comes up more and more.
#[derive(Debug, Clone, PartialEq)]
pub struct HotSpot {
    /// The 50 m square.
    pub cell: i64,
    pub category: CategoryCode,
    /// Reports in the days looked at, and in the days before.
    pub recent: i64,
    pub before: i64,
    /// The area in which most of it lies, and the unit that leads most of it.
    pub area: Option<GridCode>,
    pub lead: Option<DepartmentCode>,
    /// The middle of the tickets' points, WGS-84.
    pub longitude: f64,
    pub latitude: f64,
    /// Of the recent ones, the newest.
    pub tickets: Vec<TicketId>,
}

#[derive(FromRow)]
struct RecentRow {
    cell: i64,
    category: String,
    id: String,
    area: Option<String>,
    lead: Option<String>,
    longitude: f64,
    latitude: f64,
    reports: i64,
}

/// The hot spots of the days before `end`, the hottest first.
pub async fn hot_spots(on: impl Into<On<'_>>, books: &Books, end: Moment) -> Result<Vec<HotSpot>> {
    let mut on: On<'_> = on.into();
    let rule = &books.config.hotspot;
    let begin = end.plus_ms(-rule.days * DAY_MS);
    let rows: Vec<RecentRow> = fetch_all_dyn(&mut on, &recent_sql(begin, end, rule.min_count)).await?;
    let mut places: BTreeMap<(i64, String), Vec<RecentRow>> = BTreeMap::new();
    for row in rows {
        places.entry((row.cell, row.category.clone())).or_default().push(row);
    }
    let cells: Vec<i64> = places.keys().map(|(cell, _)| *cell).collect();
    let from = begin.plus_ms(-rule.before_days * DAY_MS);
    let earlier: Vec<(i64, String, i64)> = fetch_all_dyn(&mut on, &earlier_sql(&cells, from, begin)).await?;
    let earlier: BTreeMap<(i64, String), i64> =
        earlier.into_iter().map(|(cell, category, tickets)| ((cell, category), tickets)).collect();
    let mut hot: Vec<HotSpot> = places
        .into_iter()
        .map(|(place, rows)| spot(place.0, &place.1, &rows, earlier.get(&place).copied().unwrap_or(0)))
        .filter(|spot| rule.is_hot(spot.recent, spot.before))
        .collect();
    hot.sort_by_key(|spot| (-spot.recent, spot.cell, spot.category.clone()));
    hot.truncate(usize::try_from(rule.most).unwrap_or(usize::MAX));
    Ok(hot)
}

fn spot(cell: i64, category: &str, rows: &[RecentRow], before: i64) -> HotSpot {
    let count = rows.len() as f64;
    HotSpot {
        cell,
        category: category.into(),
        recent: rows.iter().map(|row| row.reports).sum(),
        before,
        area: commonest(rows.iter().filter_map(|row| row.area.as_deref())).map(GridCode::from),
        lead: commonest(rows.iter().filter_map(|row| row.lead.as_deref())).map(DepartmentCode::from),
        longitude: rows.iter().map(|row| row.longitude / count).sum(),
        latitude: rows.iter().map(|row| row.latitude / count).sum(),
        tickets: rows.iter().take(MOST_TICKETS as usize).map(|row| row.id.as_str().into()).collect(),
    }
}

/// The commonest of the words, of equals the first by name.
fn commonest<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    counts.into_iter().min_by_key(|(word, count)| (usize::MAX - count, *word)).map(|(word, _)| word)
}

/// The tickets of those cells and categories that have at least `least` reports in the days; a merged ticket's reports are
/// its target's.
pub(super) fn recent_sql(begin: Moment, end: Moment, least: i64) -> SqlText {
    let mut text = SqlText::new(
        "select cell, category, id, area, lead, longitude, latitude, reports from (select cell, category, id, area,
         lead, longitude, latitude, reports, opened_at, sum(reports) over (partition by cell, category) as together
         from ticket where opened_at >= ",
    );
    text.bind(begin.ms()).push(" and opened_at < ").bind(end.ms());
    text.push(
        " and cell is not null and category is not null and longitude is not null and latitude is not null",
    );
    text.push(" and stage not in ('declined', 'withdrawn', 'merged')) listed where together >= ").bind(least);
    text.push(" order by opened_at desc, id desc");
    text
}

pub(super) fn earlier_sql(cells: &[i64], from: Moment, to: Moment) -> SqlText {
    let mut text = SqlText::new("select cell, category, cast(sum(reports) as bigint) from ticket where");
    text.among(" cell in", cells.iter().copied()).push(" and opened_at >= ").bind(from.ms());
    text.push(" and opened_at < ").bind(to.ms());
    text.push(" and category is not null and stage not in ('declined', 'withdrawn', 'merged') group by cell, category");
    text
}

pub(super) async fn hotspots(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Board> {
    let rule = &books.config.hotspot;
    let recent =
        formula("recent", "近期件数", format!("截至期末 {} 天内同一 50 米网格、同一类别的件数", rule.days));
    let before = formula("before", "此前件数", format!("再往前 {} 天内的件数", rule.before_days));
    let rise = formula(
        "rise",
        "日均升幅",
        format!("近期日均 ÷ 此前日均；不少于 {} 件且达到 {}% 为热点", rule.min_count, rule.ratio_percent),
    );
    let mut rows = Vec::new();
    for spot in hot_spots(on, books, now.min(span.ends())).await? {
        let category = name_of(books, Dimension::Category, spot.category.as_str());
        let area = spot.area.as_ref().and_then(|area| books.grids.get(Layer::Area, area));
        rows.push(Row {
            key: format!("{}:{}", spot.cell, spot.category),
            name: format!("{} {category}", area.map_or("未确定片区", |grid| &grid.name)),
            at: Wgs84::new(spot.longitude, spot.latitude),
            group: spot.lead.as_ref().map(|lead| name_of(books, Dimension::Lead, lead.as_str())),
            figures: vec![
                made(&recent, Unit::Count, spot.recent, None),
                made(&before, Unit::Count, spot.before, None),
                made(&rise, Unit::Percent, spot.recent * rule.before_days, Some(spot.before * rule.days)),
            ],
            tickets: spot.tickets.iter().map(ToString::to_string).collect(),
            ..Row::default()
        });
    }
    Ok(whole(BoardName::Hotspots, span, now, vec![recent, before, rise], rows, None))
}

pub(super) async fn effects(on: &mut On<'_>, span: &Span, now: Moment) -> Result<Board> {
    let issued = formula("issued", "督办次数", "期内发出的督办次数");
    let effective = formula("effective", "见效次数", "督办后责任单位有后续处置动作的次数");
    let median =
        formula("effect_minutes", "见效用时中位数", "从督办到责任单位下一个处置动作的分钟数的中位数");
    let rows: Vec<(String, i64, Option<i64>)> = fetch_all_dyn(on, &effects_sql(span)).await?;
    let row = |key: &str, name: &str| {
        let own: Vec<_> = rows.iter().filter(|row| key.is_empty() || row.0 == key).collect();
        let mut minutes: Vec<i64> = own.iter().filter_map(|row| Some((row.2? - row.1) / 60_000)).collect();
        minutes.sort_unstable();
        let middle = shown(&median, Unit::Minutes, middle_of(&minutes));
        let (all, done) = (own.len() as i64, minutes.len() as i64);
        let figures =
            vec![made(&issued, Unit::Count, all, None), made(&effective, Unit::Count, done, None), middle];
        Row { key: key.to_owned(), name: name.to_owned(), figures, ..Row::default() }
    };
    let kinds = ["平台预警", "提醒", "督办单", "通报", "电话督办"];
    let listed = MEASURED.iter().zip(kinds).map(|(key, name)| row(key, name)).collect();
    let total = row("", "合计");
    let formulas = vec![issued.clone(), effective.clone(), median.clone()];
    Ok(whole(BoardName::Effects, span, now, formulas, listed, Some(total)))
}

/// The middle of sorted numbers; of two middle ones their mean.
fn middle_of(sorted: &[i64]) -> Option<i64> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[half - 1] + upper) / 2 })
}

pub(super) fn effects_sql(span: &Span) -> SqlText {
    let mut text = SqlText::new("select kind, issued_at, effect_at from act where ticket_id is not null");
    text.among(" and kind in", MEASURED).push(" and issued_at >= ").bind(span.begins().ms());
    text.push(" and issued_at < ").bind(span.ends().ms());
    text.push(" and state not in ('proposed', 'draft', 'revoked')");
    text
}

#[derive(FromRow)]
struct PatchRow {
    area: String,
    stage: String,
    finding: Option<String>,
}

pub(super) async fn patches(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Board> {
    let formulas = vec![
        formula("patches", "图斑数", "期内下发的疑似图斑数"),
        formula("pending", "待甄别", "属地尚未甄别的图斑数"),
        formula("real", "属实", "甄别为属实的图斑数"),
        formula("not_real", "不属实", "甄别为不属实的图斑数"),
        formula("approved", "已审批", "甄别为已有审批手续的图斑数"),
        formula("verified", "甄别率", "已甄别数 ÷ 图斑数"),
    ];
    let rows: Vec<PatchRow> = fetch_all_dyn(on, &patches_sql(span)).await?;
    let mut areas: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    for row in &rows {
        let place = match row.finding.as_deref().and_then(finding_of) {
            Some(Finding::Real) => 2,
            Some(Finding::NotReal) => 3,
            Some(Finding::Approved) => 4,
            None if matches!(row.stage.as_str(), "declined" | "merged" | "withdrawn") => 3,
            None => 1,
        };
        let counts = areas.entry(row.area.clone()).or_default();
        counts[0] += 1;
        counts[place] += 1;
    }
    let total = areas.values().fold([0; 5], |sum, row| std::array::from_fn(|at| sum[at] + row[at]));
    let row = |key: &str, name: String, counts: &[i64; 5]| Row {
        key: key.to_owned(),
        name,
        figures: patch_figures(&formulas, counts),
        ..Row::default()
    };
    let listed = areas.iter().map(|(area, n)| row(area, name_of(books, Dimension::Area, area), n)).collect();
    let total = row("", "合计".into(), &total);
    Ok(whole(BoardName::Patches, span, now, formulas.clone(), listed, Some(total)))
}

fn patch_figures(formulas: &[FormulaText], counts: &[i64; 5]) -> Vec<Figure> {
    let each = formulas.iter().zip(counts).map(|(formula, count)| made(formula, Unit::Count, *count, None));
    let verified = counts[0] - counts[1];
    each.chain(formulas.last().map(|rate| made(rate, Unit::Percent, verified, Some(counts[0])))).collect()
}

/// The finding in the body of a verifying event.
fn finding_of(body: &str) -> Option<Finding> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    value.pointer("/change/finding")?.as_str()?.parse().ok()
}

pub(super) fn patches_sql(span: &Span) -> SqlText {
    let mut text = SqlText::new(
        "select coalesce(area, '') as area, stage, (select body from ticket_event e where e.ticket_id = ticket.id
         and e.action = 'verify' order by e.seq desc limit 1) as finding from ticket
         where source in ('drone', 'satellite') and opened_at >= ",
    );
    text.bind(span.begins().ms()).push(" and opened_at < ").bind(span.ends().ms());
    text
}

pub(super) async fn targets(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Board> {
    let year = Span::of(SpanKind::Year, span.first);
    let rule = &books.config.targets;
    let sums = counted(on, Dimension::All, &year, now).await?.remove("").unwrap_or_default();
    let until = year.last.min(now.date());
    let months = tally::by_month(&mut *on, Dimension::All, "", year.first, until).await?;
    let gone = if year.first > now.date() { 0 } else { until.month() };
    let line = formula("target", "目标", "年度目标线");
    let ahead =
        formula("forecast", "年底预测", "按本年各月比率的线性趋势推算到十二月，各月件数取已过月份的平均");
    let mut formulas = vec![line.clone(), ahead.clone()];
    let mut rows = Vec::new();
    for (name, target) in [
        ("closing", rule.closing),
        ("satisfaction", rule.satisfaction),
        ("closing_on_time", rule.closing_on_time),
    ] {
        let Some(present) = figure(name, &sums) else { continue };
        formulas.extend(formula_text(name));
        let past: Vec<(i64, i64)> = (1..=gone)
            .map(|month| {
                let sums = months.get(&format!("{:04}-{month:02}", year.first.year()));
                let figure = sums.and_then(|sums| figure(name, sums));
                figure.map_or((0, 0), |figure| (figure.numerator, figure.denominator))
            })
            .collect();
        let value = forecast(&past, 12);
        rows.push(target_row(present, &line, &ahead, Unit::Percent, target, value, |value| value < target));
    }
    rows.push(petitions(on, &year, now, rule.petitions, &line, &ahead, &mut formulas).await?);
    Ok(whole(BoardName::Targets, &year, now, formulas, rows, None))
}

async fn petitions(
    on: &mut On<'_>,
    year: &Span,
    now: Moment,
    target: i64,
    line: &FormulaText,
    ahead: &FormulaText,
    formulas: &mut Vec<FormulaText>,
) -> Result<Row> {
    let sums = counted(on, Dimension::Source, year, now).await?.remove("petition").unwrap_or_default();
    let all = formula("petitions", "信访件数", "本年受理的信访件数，目标为零上访");
    let present = made(&all, Unit::Count, sums.opened, None);
    formulas.push(all);
    let days = i64::from(year.days());
    let gone = (now.min(year.ends()).since(year.begins()) / DAY_MS + 1).clamp(0, days);
    let value = Some(extrapolate(sums.opened, gone, days));
    Ok(target_row(present, line, ahead, Unit::Count, target, value, |value| value > target))
}

fn target_row(
    present: Figure,
    line: &FormulaText,
    ahead: &FormulaText,
    unit: Unit,
    target: i64,
    value: Option<i64>,
    misses: impl Fn(i64) -> bool,
) -> Row {
    let alarm = value.filter(|value| misses(*value)).map(|value| {
        format!(
            "按目前趋势，年底{}预计为 {}，达不到目标 {}",
            present.label,
            print(unit, value),
            print(unit, target)
        )
    });
    Row {
        key: present.name.clone(),
        name: present.label.clone(),
        figures: vec![present, shown(line, unit, Some(target)), shown(ahead, unit, value)],
        alarm,
        ..Row::default()
    }
}

pub(super) async fn contractors(on: &mut On<'_>, books: &Books, span: &Span, now: Moment) -> Result<Board> {
    let (standings, frozen) = known(on, books, span, now).await?;
    let text = "各单位考核得分按权重加权平均：Σ（权重 × 得分）÷ Σ 权重";
    let rule = formula("contractor_score", "承包公司得分", text);
    let each = formula("unit_score", "单位得分", standings.score.text());
    let mut rows = Vec::new();
    for entry in registers::all(&mut *on, &RegisterFilter::of(Register::Contractor)).await? {
        let weights = entry.body.get("weights").and_then(serde_json::Value::as_object);
        let mut parts: Vec<(String, f64)> = weights
            .into_iter()
            .flatten()
            .filter_map(|(unit, weight)| Some((unit.clone(), weight.as_f64()?)))
            .collect();
        if let Some(unit) = entry.department.as_ref().filter(|_| parts.is_empty()) {
            parts.push((unit.to_string(), entry.weight.unwrap_or(1.0)));
        }
        let score = |unit: &str| standings.units.iter().find(|one| one.unit.as_str() == unit)?.score;
        let scored: Vec<(f64, Option<i64>)> =
            parts.iter().map(|(unit, weight)| (*weight, score(unit))).collect();
        let mut figures = vec![shown(&rule, Unit::Points, weighted(&scored))];
        figures.extend(parts.iter().map(|(unit, weight)| {
            let mut part = shown(&each, Unit::Points, score(unit));
            part.name = format!("unit_score:{unit}");
            part.label = format!("{}（权重 {weight}）", name_of(books, Dimension::Lead, unit));
            part
        }));
        rows.push(Row { key: entry.code, name: entry.name, figures, ..Row::default() });
    }
    let mut board = whole(BoardName::Contractors, span, standings.as_of, vec![rule, each], rows, None);
    board.frozen = frozen;
    Ok(board)
}
