//! The figures of the first page, counted on the spot from an index that holds every column they need. It refuses to
//! compute rates: those come from the domain's formulas over these counts.

use domain::id::{DepartmentCode, GridCode};
use domain::stats::formula::Counts;
use domain::ticket::attention::AttentionKind;
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;

use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// Stars from which a rating counts as satisfied.
const SATISFIED_STARS: i64 = 4;

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

#[derive(FromRow)]
struct Row {
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

/// Counts all tickets of the filter as of `now`.
pub async fn first_page(on: impl Into<On<'_>>, now: Moment, filter: &StatFilter) -> Result<FirstPage> {
    let mut on: On<'_> = on.into();
    let rows: Vec<Row> = fetch_all_dyn(&mut on, &stage_sql(now, filter)).await?;
    let mut page = FirstPage::default();
    for row in rows {
        let stage: Stage =
            row.stage.parse().map_err(|_| StoreError::corrupt("ticket", "stage", &row.stage))?;
        page.by_stage.push((stage, row.tickets));
        page.late_exempt += row.late_exempt;
        page.counts = page.counts + counts_of(stage, &row);
    }
    let doubts: Vec<(String, i64)> = fetch_all_dyn(&mut on, &attention_sql(filter)).await?;
    for (kind, tickets) in doubts {
        let kind = kind.parse().map_err(|_| StoreError::corrupt("ticket", "attention", &kind))?;
        page.by_attention.push((kind, tickets));
    }
    Ok(page)
}

fn counts_of(stage: Stage, row: &Row) -> Counts {
    let of = |wanted: Stage, number: i64| if stage == wanted { number } else { 0 };
    let open = if stage.is_open() { row.tickets } else { 0 };
    let open_overdue = if stage.is_open() { row.late } else { 0 };
    Counts {
        received: row.tickets,
        filed: row.registered,
        due_to_close: of(Stage::Closed, row.tickets) + open_overdue,
        closed: of(Stage::Closed, row.tickets),
        closed_on_time: of(Stage::Closed, row.tickets - row.late),
        open,
        open_overdue,
        reworked: row.reworked,
        declined: of(Stage::Declined, row.tickets),
        merged: of(Stage::Merged, row.tickets),
        rated: row.rated,
        satisfied: row.satisfied,
        self_handled: row.self_handled,
    }
}

pub(super) fn stage_sql(now: Moment, filter: &StatFilter) -> SqlText {
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

fn attention_sql(filter: &StatFilter) -> SqlText {
    let mut text =
        SqlText::new("select attention, cast(count(*) as bigint) from ticket where attention is not null");
    push_filter(&mut text, filter);
    text.push(" group by attention order by attention");
    text
}

fn push_filter(text: &mut SqlText, filter: &StatFilter) {
    text.filter(" and lead = ", filter.department.as_ref().map(DepartmentCode::as_str));
    text.filter(" and area = ", filter.area.as_ref().map(GridCode::as_str));
}
