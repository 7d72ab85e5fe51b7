//! The names that people know for the values of a dimension.

use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode};
use domain::stats::tally::{Dimension, Mode};
use domain::ticket::event::Source;
use domain::workline::Workline;

use crate::repo::district::Books;

/// The value's name; the value itself when the books no longer have it.
pub(super) fn name_of(books: &Books, dimension: Dimension, value: &str) -> String {
    if value.is_empty() {
        return if dimension == Dimension::All { "合计" } else { "未确定" }.to_owned();
    }
    let known = match dimension {
        Dimension::All => None,
        Dimension::Lead => books.departments.get(&DepartmentCode::from(value)).map(|unit| unit.name.clone()),
        Dimension::Area => books.grids.get(Layer::Area, &GridCode::from(value)).map(|grid| grid.name.clone()),
        Dimension::Category => books.categories.get(&CategoryCode::from(value)).map(|kind| kind.name.clone()),
        Dimension::Workline => value.parse::<Workline>().ok().map(|line| line.label().to_owned()),
        Dimension::Source => value.parse::<Source>().ok().map(|source| source.label().to_owned()),
        Dimension::Mode => value.parse::<Mode>().ok().map(|mode| mode.label().to_owned()),
    };
    known.unwrap_or_else(|| value.to_owned())
}
