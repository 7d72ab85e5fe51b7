//! Citizens' points: one's own account with a reason for every line, and the month's list for whoever pays out elsewhere.
//! It refuses to show one citizen's points to another and to hand out names or phone numbers.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::Datelike as _;
use domain::actor::Role;
use domain::id::TicketId;
use domain::points::{PointsRule, Reason, counted};
use domain::rhythm::{Span, SpanKind};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::export::{MOST_ROWS, Table};
use store::repo::points::{self, Earned, Entry};

use super::registers::sent::{Format, Sent};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Query, read_page};
use crate::{Api, now};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mine {
    /// `2026-11`; this month when nothing is said.
    month: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct MineView<'a> {
    /// What counts of all months together.
    balance: i64,
    month: MonthView,
    /// The rule in force.
    rule: &'a PointsRule,
    /// The month's lines, newest first.
    items: Vec<EntryView>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct MonthView {
    month: String,
    earned: i64,
    /// `earned`, at most the cap.
    counted: i64,
    cap: i64,
    sentence: String,
}

#[derive(Serialize)]
struct EntryView {
    at: Moment,
    ticket_id: TicketId,
    number: Option<String>,
    reason: Reason,
    reason_label: &'static str,
    points: i64,
    taken_back: bool,
    sentence: &'static str,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let Entry { ticket, number, reason, points, taken_back, at, .. } = entry;
        Self {
            at,
            ticket_id: ticket,
            number,
            reason,
            reason_label: reason.label(),
            points,
            taken_back,
            sentence: reason.sentence(taken_back),
        }
    }
}

/// `GET /v1/points`: one's own.
pub async fn mine(api: web::Data<Api>, caller: Caller, Query(asked): Query<Mine>) -> ApiResult<Reply> {
    caller.require(&[Role::Citizen])?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let span = month(asked.month.as_deref(), now())?;
    let books = api.books().await?;
    let rule = &books.config.points;
    let (pool, account) = (&api.stores.pool, &caller.account.id);
    let earned = points::earned(pool, account).await?;
    let within = (span.begins(), span.ends());
    let page = points::entries(pool, account, within, cursor.as_ref(), size).await?.map(EntryView::from);
    let of_month: i64 =
        earned.iter().filter(|(at, _)| (within.0..within.1).contains(at)).map(|(_, points)| points).sum();
    Reply::ok(&MineView {
        balance: balance(rule, &earned),
        month: month_view(rule, &span, of_month),
        rule,
        items: page.rows,
        next_cursor: page.next,
    })
}

/// Every month is capped for itself.
fn balance(rule: &PointsRule, earned: &[(Moment, i64)]) -> i64 {
    let mut months: BTreeMap<(i32, u32), i64> = BTreeMap::new();
    for (at, points) in earned {
        let day = at.date();
        *months.entry((day.year(), day.month())).or_default() += points;
    }
    months.into_values().map(|sum| counted(rule, sum)).sum()
}

fn month_view(rule: &PointsRule, span: &Span, earned: i64) -> MonthView {
    let (counted, cap) = (counted(rule, earned), rule.monthly_cap);
    let sentence = match earned - counted {
        0 => format!("{}获得 {earned} 分，全部计入", span.title()),
        over => format!("{}获得 {earned} 分，每月最多计入 {cap} 分，{over} 分不计入", span.title()),
    };
    MonthView { month: span.key(), earned, counted, cap, sentence }
}

fn month(asked: Option<&str>, now: Moment) -> ApiResult<Span> {
    let Some(text) = asked else { return Ok(Span::of(SpanKind::Month, now.date())) };
    let wrong = || ApiError::from(Kind::BadQuery).detail("month", "须为年月，例如 2026-11");
    Span::parse(text).filter(|span| span.kind == SpanKind::Month).ok_or_else(wrong)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    month: String,
    format: Format,
}

/// `GET /v1/points/export`: what counts of a month, by account.
pub async fn export(api: web::Data<Api>, caller: Caller, Query(asked): Query<Wanted>) -> ApiResult<Sent> {
    caller.require(&[Role::Dispatcher, Role::Coordinator, Role::Admin])?;
    let span = month(Some(&asked.month), now())?;
    if asked.format == Format::Json {
        return Err(ApiError::from(Kind::BadQuery).detail("format", "须为 csv 或 xlsx"));
    }
    let books = api.books().await?;
    let earners = points::earners(&api.stores.pool, span.begins(), span.ends()).await?;
    // A list that pays out must never be cut in silence.
    if earners.len() > MOST_ROWS {
        return Err(ApiError::from(Kind::Unfit).saying(format!("当月得分账户超过 {MOST_ROWS} 个，无法导出")));
    }
    Sent::file(asked.format, sheet(&books.config.points, &span, &earners), span.last).await
}

fn sheet(rule: &PointsRule, span: &Span, earners: &[Earned]) -> Table {
    let line = |earned: &Earned| {
        let counted = counted(rule, earned.points).max(0);
        vec![
            span.key().into(),
            earned.account.as_str().into(),
            masked(&earned.name).into(),
            earned.entries.into(),
            earned.points.into(),
            counted.into(),
        ]
    };
    Table {
        title: format!("{}积分", span.title()),
        columns: ["月份", "账户编号", "姓名", "笔数", "获得积分", "计入积分"].map(str::to_owned).to_vec(),
        rows: earners.iter().map(line).collect(),
    }
}

/// The first character and stars.
fn masked(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}**")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn each_month_is_capped_for_itself_at_chinese_midnight() {
        let rule = PointsRule::default();
        let earned = [
            (at("2026-10-31T15:59:59Z"), 250),
            (at("2026-10-31T16:00:00Z"), 150),
            (at("2026-11-30T15:59:59Z"), -10),
            (at("2026-12-05T00:00:00Z"), -5),
        ];
        assert_eq!(balance(&rule, &earned), 200 + 140 - 5);
    }

    #[test]
    fn a_month_is_a_month_and_nothing_else() {
        let now = at("2026-11-22T01:00:00Z");
        assert_eq!(month(None, now).unwrap().key(), "2026-11");
        assert_eq!(month(Some("2026-02"), now).unwrap().key(), "2026-02");
        for text in ["", "2026", "2026-13", "2026-11-01", "2026Q4", "x"] {
            assert_eq!(month(Some(text), now).unwrap_err().kind, Kind::BadQuery, "{text}");
        }
    }

    #[test]
    fn the_pay_out_list_shows_no_name_and_pays_nothing_below_zero() {
        use store::export::Cell;
        let earned =
            |name: &str, points| Earned { account: "a1".into(), name: name.into(), points, entries: 3 };
        let span = month(Some("2026-11"), at("2026-11-22T01:00:00Z")).unwrap();
        let table = sheet(&PointsRule::default(), &span, &[earned("王小明", 230), earned("", -5)]);
        assert_eq!(
            table.rows[0][2..],
            [Cell::Text("王**".into()), Cell::Number(3.0), Cell::Number(230.0), Cell::Number(200.0)]
        );
        assert_eq!(table.rows[1][4..], [Cell::Number(-5.0), Cell::Number(0.0)]);
    }
}
