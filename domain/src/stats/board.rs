//! A board: rows of figures over a span, one shape for all of them. Every figure names the formula and version that it
//! comes from and carries what was counted out of what. It refuses a figure without a formula.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use super::formula::{FORMULAS, find_formula};
use super::ranking::Lost;
use super::rate::{basis_points, print_percent};
use super::tally::{Dimension, Sums};
use super::weather::Weather;
use crate::geo::datum::Wgs84;
use crate::rhythm::Span;
use crate::time::Moment;

macro_rules! boards {
    ($($(#[$doc:meta])* $name:ident $label:literal [$($dimension:ident),*],)+) => {
        /// Every board.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum BoardName {
            $($(#[$doc])* $name,)+
        }

        impl BoardName {
            /// The Chinese title.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }

            /// By what its rows may be cut, the usual one first; empty when its rows are something else.
            pub const fn dimensions(self) -> &'static [Dimension] {
                match self { $(Self::$name => &[$(Dimension::$dimension),*],)+ }
            }
        }
    };
}

boards! {
    /// The weather of each unit.
    Weather "文明天气图" [Lead],
    /// Units of a kind by score, every lost point explained.
    Ranking "单位排名" [Lead],
    /// Overdue days of each unit.
    Overdue "逾期天数" [Lead],
    /// How far what was found has come.
    Funnel "六步漏斗" [Area, Lead, Workline, Category, Source],
    /// What each source and each mode yields.
    Sources "来源与采集方式" [Source, Mode],
    /// The seven worklines.
    Worklines "工作线看板" [Workline],
    /// Categories that must be cleared to zero.
    Zero "动态清零" [],
    /// Root causes.
    Causes "根因倒查" [Category, Workline, Area],
    /// Ratings by citizens.
    Ratings "市民评价" [Lead, Area],
    /// Contractors, scored by their units' weights.
    Contractors "承包公司考评" [],
    /// The year's targets and their forecast.
    Targets "年度目标" [],
    /// Places that come up more and more.
    Hotspots "热点研判" [],
    /// How soon supervision has an effect.
    Effects "督办成效" [],
    /// The label of each unit, with the past ones.
    Labels "单位标识" [Lead],
    /// Suspected patches by area.
    Patches "图斑核查" [],
}

/// What the value of a figure counts in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// Pieces.
    Count,
    /// Hundredths of a percent.
    Percent,
    /// Hundredths of a point.
    Points,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
}

/// A named and versioned definition of a figure that isn't one of the published rates.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Stable name in APIs and frozen figures.
    pub name: &'static str,
    /// Version of the definition.
    pub version: u32,
    /// The Chinese name.
    pub label: &'static str,
    /// The definition in Chinese.
    pub text: &'static str,
    /// What the value counts in.
    pub unit: Unit,
    /// What is counted.
    numerator: fn(&Sums) -> i64,
    /// Out of what; none for plain counts.
    denominator: Option<fn(&Sums) -> i64>,
}

macro_rules! measures {
    ($($name:ident $version:literal $label:literal $text:literal $unit:ident $above:expr $(, $below:expr)?;)+) => {
        /// Every measure over a roll-up, beside the published rates.
        pub const MEASURES: &[Measure] = &[$(Measure {
            name: stringify!($name),
            version: $version,
            label: $label,
            text: $text,
            unit: Unit::$unit,
            numerator: $above,
            denominator: measures!(@below $($below)?),
        },)+];
    };
    (@below) => { None };
    (@below $below:expr) => { Some($below) };
}

measures! {
    opened 1 "受理数" "期内受理的问题数" Count |s| s.opened;
    mapped 1 "上图数" "期内受理且有位置的问题数" Count |s| s.mapped;
    tabled 1 "入表数" "期内受理且没有位置的问题数" Count |s| s.tabled;
    registered 1 "立案数" "期内立案的案件数" Count |s| s.registered;
    dispatched 1 "派遣数" "期内首次派遣的案件数" Count |s| s.dispatched;
    due 1 "应结案数" "时限在期内届满的案件数，加上期内提前办结的案件数" Count |s| s.due;
    closed 1 "结案数" "应结案中已销号的案件数" Count |s| s.due_closed;
    closed_on_time 1 "按期结案数" "应结案中未超期销号的案件数" Count |s| s.due_closed_on_time;
    open_overdue 1 "未结超期数" "应结案中尚未销号的案件数" Count |s| s.open_overdue();
    late_exempt 1 "申诉免计数" "申诉成立、不计超期的已结案件数" Count |s| s.due_exempt;
    struck_off 1 "销号数" "期内销号的案件数" Count |s| s.struck_off;
    self_handled 1 "自行处置数" "期内发现并当场处置的案件数" Count |s| s.self_handled;
    found 1 "发现数" "期内发现的问题数" Count |s| s.found;
    found_registered 1 "登记数" "期内发现的问题中已登记立案的" Count |s| s.found_registered;
    found_rectified 1 "整治数" "期内发现的问题中已整治的" Count |s| s.found_rectified;
    found_inspected 1 "验收数" "期内发现的问题中已验收的" Count |s| s.found_inspected;
    found_qualified 1 "达标数" "期内发现的问题中已达标的" Count |s| s.found_qualified;
    found_struck_off 1 "已销号数" "期内发现的问题中已销号的" Count |s| s.found_struck_off;
    clearing 1 "整改率" "期内发现的问题中已销号数 ÷ 期内发现数" Percent |s| s.found_struck_off, |s| s.found;
    handling 1 "处置率" "期内发现的问题中已整治数 ÷ 期内发现数" Percent |s| s.found_rectified, |s| s.found;
    yield_rate 1 "有效上报率" "期内立案数 ÷ 期内受理数" Percent |s| s.registered, |s| s.opened;
    register_minutes 1 "平均立案用时" "期内立案案件从受理到立案的分钟数 ÷ 期内立案数" Minutes |s| s.register_minutes, |s| s.registered;
    registered_late 1 "立案超时数" "受理后超过 60 分钟才立案的案件数" Count |s| s.registered_late;
    fix_delay_minutes 1 "照片报送用时" "处置照片从拍摄到报送的分钟数 ÷ 有拍摄时间的报送数" Minutes |s| s.fix_delay_minutes, |s| s.fix_delays;
    rated 1 "已评价数" "期内销号案件中已评价的" Count |s| s.rated;
    satisfied 1 "满意数" "评价四星及以上的" Count |s| s.satisfied;
    unsatisfied 1 "不满意数" "评价二星及以下的" Count |s| s.unsatisfied;
    cause_policy 1 "制度缺失" "期内销号案件中根因为制度缺失的" Count |s| s.cause_policy;
    cause_middle 1 "中层梗阻" "期内销号案件中根因为中层梗阻的" Count |s| s.cause_middle;
    cause_grassroots 1 "基层落实不力" "期内销号案件中根因为基层落实不力的" Count |s| s.cause_grassroots;
}

/// A formula as it is printed beside the figures that come from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormulaText {
    pub name: String,
    pub version: u32,
    pub label: String,
    pub text: String,
}

/// One figure of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub label: String,
    /// In `unit`; none when there is nothing to count out of.
    pub value: Option<i64>,
    pub unit: Unit,
    /// As people read it: `98.73 %`, `12`, or `—` without a value.
    pub printed: String,
    pub numerator: i64,
    /// Out of what; 1 for a plain count.
    pub denominator: i64,
    /// The name of its formula.
    pub formula: String,
    pub version: u32,
}

/// The figure `name` over `sums`: a published rate or a measure; none when there is no such formula.
pub fn figure(name: &str, sums: &Sums) -> Option<Figure> {
    if let Some(formula) = find_formula(name) {
        let counts = sums.counts();
        let (above, below) = ((formula.numerator)(&counts), (formula.denominator)(&counts));
        return Some(make(formula.name, formula.label, formula.version, Unit::Percent, above, Some(below)));
    }
    let measure = MEASURES.iter().find(|measure| measure.name == name)?;
    let below = measure.denominator.map(|denominator| denominator(sums));
    Some(make(measure.name, measure.label, measure.version, measure.unit, (measure.numerator)(sums), below))
}

/// A figure that is counted elsewhere than in a roll-up.
pub fn counted(formula: &FormulaText, unit: Unit, numerator: i64, denominator: Option<i64>) -> Figure {
    make(&formula.name, &formula.label, formula.version, unit, numerator, denominator)
}

/// The same of a value that may not be there yet.
pub fn shown(formula: &FormulaText, unit: Unit, value: Option<i64>) -> Figure {
    let figure = counted(formula, unit, value.unwrap_or(0), None);
    match value {
        Some(_) => figure,
        None => Figure { value: None, printed: "—".to_owned(), ..figure },
    }
}

fn make(name: &str, label: &str, version: u32, unit: Unit, above: i64, below: Option<i64>) -> Figure {
    let value = match (unit, below) {
        (Unit::Percent, Some(below)) => basis_points(above, below),
        (Unit::Percent, None) => Some(above),
        (_, Some(below)) if below > 0 => Some(above / below),
        (_, Some(_)) => None,
        (_, None) => Some(above),
    };
    Figure {
        name: name.to_owned(),
        label: label.to_owned(),
        value,
        unit,
        printed: value.map_or_else(|| "—".to_owned(), |value| print(unit, value)),
        numerator: above,
        denominator: below.unwrap_or(1),
        formula: name.to_owned(),
        version,
    }
}

/// A value as people read it.
pub fn print(unit: Unit, value: i64) -> String {
    match unit {
        Unit::Percent => print_percent(value),
        Unit::Points => print_points(value),
        Unit::Minutes => format!("{value} 分钟"),
        Unit::Days => format!("{value} 天"),
        Unit::Count => value.to_string(),
    }
}

/// Hundredths of a point as people read them: `92.50`.
pub fn print_points(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    format!("{sign}{}.{:02}", value / 100, value % 100)
}

/// The formula `name` as it is printed; none when there is no such formula.
pub fn formula_text(name: &str) -> Option<FormulaText> {
    let of = |name: &str, version, label: &str, text: &str| FormulaText {
        name: name.to_owned(),
        version,
        label: label.to_owned(),
        text: text.to_owned(),
    };
    if let Some(formula) = find_formula(name) {
        return Some(of(formula.name, formula.version, formula.label, formula.text));
    }
    let measure = MEASURES.iter().find(|measure| measure.name == name)?;
    Some(of(measure.name, measure.version, measure.label, measure.text))
}

/// Whether `name` is a rate that rules may set thresholds for.
pub fn is_rate(name: &str) -> bool {
    FORMULAS.iter().any(|formula| formula.name == name)
        || MEASURES.iter().any(|measure| measure.name == name && measure.unit == Unit::Percent)
}

/// What a row was in an earlier span, from a frozen paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The span's key.
    pub span: String,
    /// Score in hundredths of a point.
    pub score: Option<i64>,
    pub label: Option<String>,
}

/// One row of a board.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// A unit's code, a value of the dimension, or a name of the board's own.
    pub key: String,
    pub name: String,
    /// Where it is, when it is a spot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Wgs84>,
    /// Those with whom it is compared.
    pub group: Option<String>,
    /// Among its group; equals share one.
    pub rank: Option<u32>,
    pub figures: Vec<Figure>,
    pub weather: Option<Weather>,
    /// The word for the weather, or the label of a unit.
    pub label: Option<String>,
    /// Something has to be done, and the Chinese sentence that says what.
    pub alarm: Option<String>,
    pub lost: Vec<Lost>,
    /// Ids of at most twenty tickets behind it.
    pub tickets: Vec<String>,
    pub history: Vec<Past>,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    pub board: BoardName,
    pub label: String,
    pub span: Span,
    pub as_of: Moment,
    /// Read from a frozen paper, not counted.
    pub frozen: bool,
    /// Of every figure that stands on it.
    pub formulas: Vec<FormulaText>,
    pub rows: Vec<Row>,
    pub total: Option<Row>,
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
