//! Rows of sums as the databases give them, and the columns as statements name them.

use std::collections::BTreeMap;

use domain::stats::tally::{Dimension, Sums};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _};

use super::Cell;
use crate::sql::SqlText;

/// The dimensions that have a column in `tally_change`, in its order.
pub(super) const KEYS: [Dimension; 6] = [
    Dimension::Lead,
    Dimension::Area,
    Dimension::Category,
    Dimension::Workline,
    Dimension::Source,
    Dimension::Mode,
];

/// What stands for a dimension in `tally_change`.
pub(super) const fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::All => "cast('' as text)",
        Dimension::Lead => "lead",
        Dimension::Area => "area",
        Dimension::Category => "category",
        Dimension::Workline => "workline",
        Dimension::Source => "source",
        Dimension::Mode => "mode",
    }
}

/// Writes the columns of sums, or with `sum` each added up.
pub(super) fn push_columns(text: &mut SqlText, with: &'static str) {
    for (number, column) in Sums::COLUMNS.iter().enumerate() {
        text.push(if number == 0 { "" } else { ", " });
        match with {
            "" => text.push(column),
            _ => text.push("cast(coalesce(sum(").push(column).push("), 0) as bigint)"),
        };
    }
}

/// Writes the values of sums and the row's end.
pub(super) fn push_values(text: &mut SqlText, sums: &Sums) {
    for value in sums.values() {
        text.push(", ").bind(value);
    }
    text.push(")");
}

/// Sums under a key.
pub(super) struct SumsRow {
    pub key: String,
    pub sums: Sums,
}

/// One change.
pub(super) struct ChangeRow {
    day: String,
    /// In the order of [`KEYS`].
    keys: Vec<String>,
    sums: Sums,
}

/// One row of `tally`.
pub(super) struct CellRow {
    pub cell: Cell,
    pub sums: Sums,
}

macro_rules! read_rows {
    ($($row:ty),+) => {$(
        impl<'r> FromRow<'r, $row> for SumsRow {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let sums = (1..=Sums::COLUMNS.len()).map(|at| row.try_get(at)).collect::<sqlx::Result<Vec<i64>>>()?;
                Ok(Self { key: row.try_get(0)?, sums: Sums::from_values(sums) })
            }
        }

        impl<'r> FromRow<'r, $row> for ChangeRow {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let keys = (1..=KEYS.len()).map(|at| row.try_get(at)).collect::<sqlx::Result<Vec<String>>>()?;
                let first = KEYS.len() + 1;
                let sums = (first..first + Sums::COLUMNS.len()).map(|at| row.try_get(at));
                let sums = sums.collect::<sqlx::Result<Vec<i64>>>()?;
                Ok(Self { day: row.try_get(0)?, keys, sums: Sums::from_values(sums) })
            }
        }

        impl<'r> FromRow<'r, $row> for CellRow {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let sums = (3..Sums::COLUMNS.len() + 3).map(|at| row.try_get(at)).collect::<sqlx::Result<Vec<i64>>>()?;
                let cell = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                Ok(Self { cell, sums: Sums::from_values(sums) })
            }
        }
    )+};
}
read_rows!(SqliteRow, PgRow);

impl ChangeRow {
    /// Adds the change to the cell of each dimension.
    pub(super) fn put(&self, cells: &mut BTreeMap<Cell, Sums>) {
        let all = (Dimension::All, String::new());
        let keyed = KEYS.into_iter().zip(self.keys.iter().cloned());
        for (dimension, value) in std::iter::once(all).chain(keyed) {
            *cells.entry((dimension.to_string(), self.day.clone(), value)).or_default() += self.sums;
        }
    }
}
