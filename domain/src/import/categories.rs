//! `categories` and `standards`: what a problem is, when it counts, how long it may take and when it is done. It refuses
//! a limit on a category: the limit belongs to the standard, and a category may have several.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::table::{Spec, Table, choices, needed, optional};
use super::{Fault, Known, Sheet};
use crate::clock::limit::{Limit, LimitUnit};
use crate::id::{CategoryCode, StandardCode};
use crate::ticket::event::ClosePolicy;
use crate::workline::Workline;

word! {
    /// Which side of the organisation leads tickets of a category.
    LeadBy {
        /// 块: the unit of the area.
        Block "块",
        /// 条: the bureau of the workline.
        Line "条",
    }
}

/// One category (类别).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRow {
    pub code: CategoryCode,
    pub name: String,
    pub workline: Workline,
    pub close_policy: ClosePolicy,
    /// Days from closing to the 回头看; none when there is no visit.
    pub recheck_days: Option<u32>,
    pub lead_by: LeadBy,
}

/// One standard (立结案标准) of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardRow {
    pub category: CategoryCode,
    pub code: StandardCode,
    pub name: String,
    pub opens_when: String,
    /// Columns `limit_amount` and `limit_unit`.
    pub limit: Limit,
    pub closes_when: String,
    /// Where the limit comes from.
    pub source: String,
}

const CATEGORY_COLUMNS: [Spec; 6] = [
    needed("code", "编码"),
    needed("name", "名称"),
    needed("workline", "工作线"),
    needed("close_policy", "销号方式"),
    optional("recheck_days", "回头看天数"),
    needed("lead_by", "主办"),
];

const STANDARD_COLUMNS: [Spec; 8] = [
    needed("category", "类别"),
    needed("code", "编码"),
    needed("name", "名称"),
    needed("opens_when", "立案条件"),
    needed("limit_amount", "时限"),
    needed("limit_unit", "时限单位"),
    needed("closes_when", "结案条件"),
    needed("source", "来源"),
];

const fn policy_label(policy: ClosePolicy) -> &'static str {
    match policy {
        ClosePolicy::Auto => "自动",
        ClosePolicy::Inspector => "两方验收",
    }
}

/// Reads categories; needs nothing known.
pub fn categories(sheet: &Sheet) -> Result<Vec<CategoryRow>, Vec<Fault>> {
    let mut table = Table::open(sheet, &CATEGORY_COLUMNS)?;
    let lines = choices(&Workline::ALL, Workline::label);
    let policies = choices(ClosePolicy::VARIANTS, policy_label);
    let leads = choices(LeadBy::VARIANTS, LeadBy::label);
    let rows = table.read(|cells| {
        let (code, name) = (cells.code("code"), cells.text("name", 40));
        let (workline, close_policy) =
            (cells.word("workline", &lines), cells.word("close_policy", &policies));
        let (recheck_days, lead_by) =
            (cells.maybe_number("recheck_days", 1..=365), cells.word("lead_by", &leads));
        Some(CategoryRow {
            code: code?.into(),
            name: name?,
            workline: workline?,
            close_policy: close_policy?,
            recheck_days,
            lead_by: lead_by?,
        })
    });
    table.unique("code", str::to_owned);
    table.finish(rows)
}

/// Reads standards; their categories must be known.
pub fn standards(sheet: &Sheet, known: &Known) -> Result<Vec<StandardRow>, Vec<Fault>> {
    let mut table = Table::open(sheet, &STANDARD_COLUMNS)?;
    let units = choices(LimitUnit::VARIANTS, LimitUnit::label);
    let rows = table.read(|cells| {
        let (category, code) = (cells.code("category").map(CategoryCode::from), cells.code("code"));
        let (name, source) = (cells.text("name", 80), cells.text("source", 200));
        let (opens_when, closes_when) = (cells.text("opens_when", 300), cells.text("closes_when", 300));
        let (amount, unit) = (cells.number("limit_amount", 1..=10_000), cells.word("limit_unit", &units));
        if let Some(category) = category.as_ref().filter(|category| !known.categories.contains(*category)) {
            cells.fault("category", format!("类别“{category}”不存在"));
        }
        Some(StandardRow {
            category: category?,
            code: code?.into(),
            name: name?,
            opens_when: opens_when?,
            limit: Limit { amount: amount?, unit: unit? },
            closes_when: closes_when?,
            source: source?,
        })
    });
    table.unique("code", str::to_owned);
    table.finish(rows)
}
