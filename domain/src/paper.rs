//! Papers: what units and the district write at a rhythm (日报, 周调度, 通报, 月报, 排名 …), who owes them, what may be done
//! with one, and when it can no longer change. It refuses any change of a frozen paper.

mod body;
mod steps;
mod times;

use crate::actor::{Actor, Role};
use crate::id::DepartmentCode;
use crate::rhythm::{Occasion, Span, SpanKind};
use crate::time::{MINUTE_MS, Moment};

pub use body::{Body, CategoryCauses, Causes, Line, Tracked, UnitWork, Words, Work};
pub use steps::{PaperRefusal, Standing, allowed, step};
pub use times::{Campaign, PaperTimes, Papers};

word! {
    /// Which paper.
    PaperKind {
        /// Of each unit, before 17:00.
        Daily "日报",
        /// Of each unit: progress, problems, next week's plan.
        Weekly "周调度",
        /// Of each unit: what it will do this month, as items with a status.
        MonthlyPlan "月度推进计划",
        /// Of the district, on Mondays.
        WeeklySummary "每周汇总",
        /// Of the district, twice a month.
        HalfMonthly "半月通报",
        /// Of the district, to the party group.
        Monthly "月报",
        /// Of the district, frozen at month end.
        MonthlyRanking "月度排名",
        /// Of the district: why problems came to be.
        RootCauses "根因倒查月报",
        /// 季度点评.
        Quarterly "季度点评",
        /// 半年述评.
        HalfYearly "半年述评",
        /// 年度总评.
        Yearly "年度总评",
    }
}

word! {
    /// Where a paper stands.
    PaperState {
        /// Filled in by the machine, its words may be amended.
        Draft "草稿",
        /// Handed in.
        Filed "已报送",
        /// Signed.
        Signed "已签发",
        /// Can't change any more.
        Frozen "已冻结",
    }
}

word! {
    /// What is done with a paper.
    PaperAction {
        /// Writes its words.
        Amend "修改",
        /// Hands it in.
        File "报送",
        /// Signs it.
        Sign "签发",
        /// Adds a decision, or an item of a plan.
        Decide "议定事项",
        /// Notes that a decision was carried out.
        FinishDecision "办结事项",
        /// Makes it unchangeable.
        Freeze "冻结",
    }
}

impl PaperKind {
    /// The spans it is written for.
    pub const fn span(self) -> SpanKind {
        match self {
            Self::Daily => SpanKind::Day,
            Self::Weekly | Self::WeeklySummary => SpanKind::Week,
            Self::HalfMonthly => SpanKind::HalfMonth,
            Self::MonthlyPlan | Self::Monthly | Self::MonthlyRanking | Self::RootCauses => SpanKind::Month,
            Self::Quarterly => SpanKind::Quarter,
            Self::HalfYearly => SpanKind::HalfYear,
            Self::Yearly => SpanKind::Year,
        }
    }

    /// Whether every unit writes its own; else it is the district's.
    pub const fn is_of_units(self) -> bool {
        matches!(self, Self::Daily | Self::Weekly | Self::MonthlyPlan)
    }

    /// Whether it is frozen as soon as it is drawn up: figures to be shown, not words to be agreed on.
    pub const fn is_frozen_at_once(self) -> bool {
        matches!(
            self,
            Self::MonthlyRanking | Self::RootCauses | Self::Quarterly | Self::HalfYearly | Self::Yearly
        )
    }

    /// The span that it is about when it is drawn up at `occasion`: the district looks back, a unit writes within.
    pub fn span_at(self, occasion: &Occasion) -> Span {
        if self.is_of_units() { occasion.span } else { occasion.span.previous() }
    }
}

/// Whether `actor` may read the papers of `unit` (`None`: the district's).
pub fn may_read(actor: &Actor, unit: Option<&DepartmentCode>) -> bool {
    use Role::{Admin, Command, Coordinator, Dispatcher, Handler, Institution, Leader, Oversight, UnitHead};
    match actor.role {
        Dispatcher | Coordinator | Command | Leader | Oversight | Institution | Admin => true,
        Handler | UnitHead => unit.is_none() || actor.department.as_ref() == unit,
        _ => false,
    }
}

/// Whole minutes, begun ones counted, by which `filed` is behind `due`; none when it is not.
pub fn late_minutes(due: Moment, filed: Moment) -> Option<i64> {
    let late = filed.since(due);
    (late > 0).then(|| late.saturating_add(MINUTE_MS - 1) / MINUTE_MS)
}

#[cfg(test)]
#[path = "paper_tests.rs"]
mod tests;
