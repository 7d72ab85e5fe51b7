//! How things are shown: plain serialisable values made from rows and the district's books. It refuses to read anything,
//! to show a phone number, and to show a citizen to anybody but that citizen.

pub mod act;
pub mod board;
pub mod clock;
pub mod doubt;
pub mod explanation;
pub mod grid;
pub mod history;
pub mod joint;
pub mod list;
pub mod open311;
pub mod paper;
pub mod photo;
pub mod place;
pub mod programme;
pub mod proof;
pub mod public;
pub mod register;
pub mod report;
pub mod row;
pub mod stamps;
pub mod statistics;
pub mod ticket;

use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode};
use domain::ticket::action::ActionKind;
use domain::time::{MINUTE_MS, Moment};
use serde::Serialize;
use store::repo::district::Books;

use crate::sign::Signer;

/// What every view looks through: the books for names, the datum of the answer, the present, and the signer of pictures.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub books: &'a Books,
    pub coord_type: CoordType,
    pub now: Moment,
    pub signer: &'a Signer,
}

/// A code with the name that people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    pub code: String,
    pub name: String,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Rows in all, when `with_total=true` was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// Something that the asker may do now.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AllowedAction {
    /// What to send as `action`.
    pub action: ActionKind,
    /// The word on the button.
    pub label: &'static str,
}

impl From<ActionKind> for AllowedAction {
    fn from(action: ActionKind) -> Self {
        Self { action, label: action.label() }
    }
}

impl Frame<'_> {
    /// A grid by name; by its code when the borders no longer have it.
    pub fn grid(&self, layer: Layer, code: &GridCode) -> Named {
        let name = self.books.grids.get(layer, code).map_or(code.as_str(), |grid| &grid.name);
        Named { code: code.to_string(), name: name.to_owned() }
    }

    /// A unit by name; by its code when the books no longer have it.
    pub fn unit(&self, code: &DepartmentCode) -> Named {
        let name = self.books.departments.get(code).map_or(code.as_str(), |unit| &unit.name);
        Named { code: code.to_string(), name: name.to_owned() }
    }

    /// A category by name; by its code when the catalogue no longer has it.
    pub fn category(&self, code: &CategoryCode) -> Named {
        let name = self.books.categories.get(code).map_or(code.as_str(), |category| &category.name);
        Named { code: code.to_string(), name: name.to_owned() }
    }
}

/// Whole minutes, cut off downwards.
const fn minutes(ms: i64) -> i64 {
    ms.div_euclid(MINUTE_MS)
}
