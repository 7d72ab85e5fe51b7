//! The figures of the first page: what is over comes from the roll-ups, what is open is counted on the spot from indexes
//! that hold nothing else. It refuses to read all tickets, and to compute rates: those come from the domain's formulas.

use domain::id::{DepartmentCode, GridCode};
use domain::stats::formula::Counts;
use domain::stats::tally::{Dimension, Sums};
use domain::ticket::attention::AttentionKind;
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;

use super::tally;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// Stars from which a rating counts as satisfied.
const SATISFIED_STARS: i64 = 4;
/// The open stages, as the partial indexes of 0008 name them.
pub(super) const OPEN: &str = " stage in ('received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', \
     'disputed', 'suspended', 'fixed', 'accepted')";

/// Which tickets are counted; what is absent holds everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatFilter {
    /// The leading unit.
    pub department: Option<DepartmentCode>,
    /// The area grid.
    pub area: Option<GridCode>,
}

/// Everything that the first page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstPage {
    /// What the rates are made of. Due to close are the closed and the open whose time ran out.
    pub counts: Counts,
    /// Tickets by state; states without any are left out.
    pub by_stage: Vec<(Stage, i64)>,
    /// Tickets that wait for a person, by their first doubt.
    pub by_attention: Vec<(AttentionKind, i64)>,
    /// Late ones that an upheld appeal took out of the counts above.
    pub late_exempt: i64,
}

/// Tickets of one stage.
#[derive(FromRow)]
struct StageRow {
    stage: String,
    tickets: i64,
    late: i64,
    late_exempt: i64,
}

/// Counts all tickets of the filter as of `now`.
pub async fn first_page(on: impl Into<On<'_>>, now: Moment, filter: &StatFilter) -> Result<FirstPage> {
    let mut on: On<'_> = on.into();
    let past = match (&filter.department, &filter.area) {
        (None, None) => tally::ever(&mut on, Dimension::All, "").await?,
        (Some(unit), None) => tally::ever(&mut on, Dimension::Lead, unit.as_str()).await?,
        (None, Some(area)) => tally::ever(&mut on, Dimension::Area, area.as_str()).await?,
        (Some(_), Some(_)) => crossed(&mut on, now, filter).await?,
    };
    let mut page = over(&past);
    let rows: Vec<StageRow> = fetch_all_dyn(&mut on, &open_sql(now, filter)).await?;
    for row in rows {
        let stage: Stage =
            row.stage.parse().map_err(|_| StoreError::corrupt("ticket", "stage", &row.stage))?;
        page.by_stage.push((stage, row.tickets));
        page.late_exempt += row.late_exempt;
        page.counts.open += row.tickets;
        page.counts.open_overdue += row.late;
        page.counts.due_to_close += row.late;
    }
    page.by_stage.sort_unstable();
    let doubts: Vec<(String, i64)> = fetch_all_dyn(&mut on, &attention_sql(filter)).await?;
    for (kind, tickets) in doubts {
        let kind = kind.parse().map_err(|_| StoreError::corrupt("ticket", "attention", &kind))?;
        page.by_attention.push((kind, tickets));
    }
    Ok(page)
}

/// What is over, as the roll-ups know it.
fn over(past: &Sums) -> FirstPage {
    let ended = [
        (Stage::Closed, past.struck_off),
        (Stage::Declined, past.declined),
        (Stage::Merged, past.merged),
        (Stage::Withdrawn, past.withdrawn),
    ];
    let counts = Counts {
        received: past.opened,
        filed: past.registered,
        due_to_close: past.struck_off,
        closed: past.struck_off,
        closed_on_time: past.due_closed_on_time,
        open: 0,
        open_overdue: 0,
        reworked: past.reworked,
        declined: past.declined,
        merged: past.merged,
        rated: past.rated,
        satisfied: past.satisfied,
        self_handled: past.self_handled,
    };
    let by_stage = ended.into_iter().filter(|(_, tickets)| *tickets > 0).collect();
    FirstPage { counts, by_stage, by_attention: Vec::new(), late_exempt: past.due_exempt }
}

/// The open tickets by stage, from an index of open ones.
pub(super) fn open_sql(now: Moment, filter: &StatFilter) -> SqlText {
    let mut text = SqlText::new("select stage, cast(count(*) as bigint) as tickets");
    text.push(", cast(sum(case when not exempt and late_at <= ").bind(now.ms());
    text.push(" then 1 else 0 end) as bigint) as late, cast(sum(case when exempt and late_at <= ");
    text.bind(now.ms()).push(" then 1 else 0 end) as bigint) as late_exempt from ticket where").push(OPEN);
    push_filter(&mut text, filter);
    text.push(" group by stage");
    text
}

pub(super) fn attention_sql(filter: &StatFilter) -> SqlText {
    let mut text =
        SqlText::new("select attention, cast(count(*) as bigint) from ticket where attention is not null");
    push_filter(&mut text, filter);
    text.push(" group by attention order by attention");
    text
}

/// A unit's tickets of one area: no roll-up is cut twice, so that unit's tickets are read by its index.
async fn crossed(on: &mut On<'_>, now: Moment, filter: &StatFilter) -> Result<Sums> {
    let rows: Vec<CrossedRow> = fetch_all_dyn(on, &crossed_sql(now, filter)).await?;
    let mut sums = Sums::default();
    for row in rows {
        let of = |wanted: &str, number: i64| if row.stage == wanted { number } else { 0 };
        sums += Sums {
            opened: row.tickets,
            registered: row.registered,
            struck_off: of("closed", row.tickets),
            due_closed_on_time: of("closed", row.tickets - row.late),
            due_exempt: of("closed", row.late_exempt),
            declined: of("declined", row.tickets),
            merged: of("merged", row.tickets),
            withdrawn: of("withdrawn", row.tickets),
            reworked: row.reworked,
            rated: row.rated,
            satisfied: row.satisfied,
            self_handled: row.self_handled,
            ..Sums::default()
        };
    }
    Ok(sums)
}

#[derive(FromRow)]
struct CrossedRow {
    stage: String,
    tickets: i64,
    late: i64,
    late_exempt: i64,
    registered: i64,
    reworked: i64,
    rated: i64,
    satisfied: i64,
    self_handled: i64,
}

pub(super) fn crossed_sql(now: Moment, filter: &StatFilter) -> SqlText {
    let mut text = SqlText::new("select stage, cast(count(*) as bigint) as tickets");
    text.push(", cast(sum(case when not exempt and late_at <= ").bind(now.ms());
    text.push(" then 1 else 0 end) as bigint) as late, cast(sum(case when exempt and late_at <= ")
        .bind(now.ms());
    text.push(
        " then 1 else 0 end) as bigint) as late_exempt,
         cast(count(registered_at) as bigint) as registered,
         cast(sum(case when reworks > 0 then 1 else 0 end) as bigint) as reworked,
         cast(count(stars) as bigint) as rated, cast(sum(case when stars >= ",
    );
    text.bind(SATISFIED_STARS);
    text.push(
        " then 1 else 0 end) as bigint) as satisfied,
         cast(sum(case when self_handled then 1 else 0 end) as bigint) as self_handled from ticket where 1 = 1",
    );
    push_filter(&mut text, filter);
    text.push(" group by stage order by stage");
    text
}

fn push_filter(text: &mut SqlText, filter: &StatFilter) {
    text.filter(" and lead = ", filter.department.as_ref().map(DepartmentCode::as_str));
    text.filter(" and area = ", filter.area.as_ref().map(GridCode::as_str));
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
