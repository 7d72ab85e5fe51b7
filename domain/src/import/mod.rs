//! Reading the tables by which a city sets itself up: departments, people, categories, standards, rules, the
//! calendar, the registers, and the patches seen from the air.
//! It refuses whole files: every fault is named by line and column, and one fault leaves nothing imported.
//! Files, encodings and workbooks belong to the caller, which hands over a [`Sheet`] of text.

mod calendar;
mod categories;
mod departments;
mod patches;
mod people;
mod registers;
mod rules;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::geo::grid::Layer;
use crate::id::{CategoryCode, DepartmentCode, GridCode};

pub use calendar::calendar;
pub use categories::{CategoryRow, LeadBy, StandardRow, categories, standards};
pub use departments::{DepartmentKind, DepartmentRow, departments};
pub use patches::{Patch, patches};
pub use people::{PersonRow, people};
pub use registers::{Named, register_columns, registers};
pub use rules::rules;

/// A file reports at most this many faults.
pub const MOST_FAULTS: usize = 200;

/// One table of text; each row carries the line number that its user sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Column names, English or Chinese, in any order.
    pub header: Vec<String>,
    /// Line number and cells; a short row has empty cells at its end.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Why a file was refused, at one cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// Line as the user sees it; 1 for the header.
    pub line: usize,
    /// Column as the user named it.
    pub column: String,
    /// The reason in Chinese.
    pub reason: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行「{}」{}", self.line, self.column, self.reason)
    }
}

/// What a file may refer to besides its own rows: everything that was imported before.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Units.
    pub departments: BTreeSet<DepartmentCode>,
    /// Categories.
    pub categories: BTreeSet<CategoryCode>,
    /// Grids of every layer.
    pub grids: BTreeSet<(Layer, GridCode)>,
}
