//! The formulas by name and version, as text and as arithmetic. It refuses to change what a name and version mean:
//! another denominator is another version, so that frozen figures stay explainable.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::Add;

macro_rules! counts {
    ($($(#[$doc:meta])* $field:ident),+ $(,)?) => {
        /// How many cases of a period and a unit; still-open overdue cases are counted, not forgotten.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Counts {
            $($(#[$doc])* pub $field: i64,)+
        }

        impl Add for Counts {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self { $($field: self.$field.saturating_add(other.$field),)+ }
            }
        }
    };
}

counts! {
    /// 受理: reports taken in.
    received,
    /// 立案: cases filed.
    filed,
    /// 应结案: due within the period, carried over unclosed, or closed in it.
    due_to_close,
    /// 结案.
    closed,
    /// 按期结案: closed without lateness on the lead's clock.
    closed_on_time,
    /// 未结.
    open,
    /// 未结超期: still open and past due.
    open_overdue,
    /// 返工: cases sent back at least once.
    reworked,
    /// 不予受理.
    declined,
    /// 并案.
    merged,
    /// 已评价.
    rated,
    /// 满意.
    satisfied,
    /// 自行处置: found and fixed on the spot.
    self_handled,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// A rate's definition.
#[derive(Debug, Clone, Copy)]
pub struct Formula {
    /// Stable name in APIs and frozen figures.
    pub name: &'static str,
    /// Version of the definition.
    pub version: u32,
    /// The rate's Chinese name.
    pub label: &'static str,
    /// The definition in Chinese, printed beside the figure.
    pub text: &'static str,
    /// What is counted.
    pub numerator: fn(&Counts) -> i64,
    /// Out of what.
    pub denominator: fn(&Counts) -> i64,
}

/// Every formula, in the order in which papers print them.
pub const FORMULAS: &[Formula] = &[
    Formula {
        name: "filing",
        version: 1,
        label: "立案率",
        text: "立案数 ÷ 受理数",
        numerator: |c| c.filed,
        denominator: |c| c.received,
    },
    Formula {
        name: "closing",
        version: 1,
        label: "结案率",
        text: "结案数 ÷ 应结案数",
        numerator: |c| c.closed,
        denominator: |c| c.due_to_close,
    },
    Formula {
        name: "closing_on_time",
        version: 1,
        label: "按期结案率",
        text: "按期结案数 ÷ 应结案数",
        numerator: |c| c.closed_on_time,
        denominator: |c| c.due_to_close,
    },
    Formula {
        name: "overdue",
        version: 1,
        label: "超期率",
        text: "（超期结案数 + 未结超期数）÷ 应结案数",
        numerator: |c| c.closed.saturating_sub(c.closed_on_time).saturating_add(c.open_overdue),
        denominator: |c| c.due_to_close,
    },
    Formula {
        name: "rework",
        version: 1,
        label: "返工率",
        text: "返工数 ÷ 应结案数",
        numerator: |c| c.reworked,
        denominator: |c| c.due_to_close,
    },
    Formula {
        name: "satisfaction",
        version: 1,
        label: "满意率",
        text: "满意数 ÷ 已评价数",
        numerator: |c| c.satisfied,
        denominator: |c| c.rated,
    },
];

/// The formula `name` in its newest version.
pub fn find_formula(name: &str) -> Option<&'static Formula> {
    FORMULAS.iter().filter(|formula| formula.name == name).max_by_key(|formula| formula.version)
}
