//! The figures of the first page: counts, and rates that carry their formula. It refuses to print a rate without its
//! numerator and denominator.

use domain::stats::formula::{Counts, FORMULAS};
use domain::stats::rate::{Rate, rate};
use domain::ticket::attention::AttentionKind;
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::Serialize;
use store::repo::stats::{FirstPage, StatFilter};

use super::{Frame, Named, doubt};
use domain::geo::grid::Layer;

/// The first page.
#[derive(Debug, Serialize)]
pub struct StatisticsView {
    /// When it was counted.
    pub as_of: Moment,
    /// The leading unit that it is of; null for all.
    pub department: Option<Named>,
    /// The area that it is of; null for all.
    pub area: Option<Named>,
    pub counts: Counts,
    /// States without tickets are left out.
    pub by_stage: Vec<StageCount>,
    /// Tickets that wait for a person, by their first doubt.
    pub by_attention: Vec<DoubtCount>,
    /// Late ones that an upheld appeal took out of `counts`.
    pub late_exempt: i64,
    pub rates: Vec<Rate>,
}

/// Tickets in a state.
#[derive(Debug, Serialize)]
pub struct StageCount {
    pub stage: Stage,
    pub label: &'static str,
    pub tickets: i64,
}

/// Tickets with a doubt.
#[derive(Debug, Serialize)]
pub struct DoubtCount {
    pub kind: AttentionKind,
    pub label: &'static str,
    pub tickets: i64,
}

/// The counts of `filter` as people read them.
pub fn statistics(frame: &Frame<'_>, filter: &StatFilter, page: &FirstPage) -> StatisticsView {
    let stage = |(stage, tickets): &(Stage, i64)| StageCount {
        stage: *stage,
        label: stage.label(),
        tickets: *tickets,
    };
    let doubt = |(kind, tickets): &(AttentionKind, i64)| DoubtCount {
        kind: *kind,
        label: doubt::label(*kind),
        tickets: *tickets,
    };
    StatisticsView {
        as_of: frame.now,
        department: filter.department.as_ref().map(|code| frame.unit(code)),
        area: filter.area.as_ref().map(|code| frame.grid(Layer::Area, code)),
        counts: page.counts,
        by_stage: page.by_stage.iter().map(stage).collect(),
        by_attention: page.by_attention.iter().map(doubt).collect(),
        late_exempt: page.late_exempt,
        rates: FORMULAS.iter().map(|formula| rate(formula, &page.counts)).collect(),
    }
}
