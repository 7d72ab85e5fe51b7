//! What a decision rested on, as it is stored beside the ticket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::classify::{Guess, Suggesting};
use crate::dedupe::Score;
use crate::evidence::{SettledPlace, SettledTime};
use crate::geo::grid::{Layer, Placement};
use crate::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use crate::route::Routing;
use crate::time::Moment;

word! {
    /// What an automatic decision is about.
    Subject {
        Place "位置与网格",
        Category "类别",
        Duplicates "重复",
        Routing "派单",
        Proof "处置证据",
    }
}

/// An automatic decision and when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub at: Moment,
    pub ground: Ground,
}

/// What it rested on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum Ground {
    Place(PlaceGround),
    Category(CategoryGround),
    Duplicates(DuplicateGround),
    Routing(RouteGround),
}

impl Ground {
    /// What it is about.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Place(_) => Subject::Place,
            Self::Category(_) => Subject::Category,
            Self::Duplicates(_) => Subject::Duplicates,
            Self::Routing(_) => Subject::Routing,
        }
    }
}

/// Which sources were trusted, and in which grids the place is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceGround {
    pub place: SettledPlace,
    pub time: SettledTime,
    /// None without a point.
    pub placement: Option<Placement>,
    /// The grids that were taken.
    pub grids: BTreeMap<Layer, GridCode>,
    /// Version of the imported borders.
    pub books: i64,
}

/// What the words were taken to mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryGround {
    /// The reporter's own choice, when the catalogue has it.
    pub hint: Option<CategoryCode>,
    pub guesses: Vec<Guess>,
    pub rule: Suggesting,
    /// None when it was left to a person.
    pub chosen: Option<CategoryCode>,
    /// [`crate::classify::VERSION`] at the time.
    pub version: u32,
}

/// With which tickets it was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuplicateGround {
    /// The likeliest, best first; only these are kept.
    pub matches: Vec<Match>,
    /// From this probability on a report is merged.
    pub merge: f64,
    /// From this probability on a person is asked.
    pub ask: f64,
    /// Version of the thresholds and weights.
    pub version: u32,
}

/// One ticket that was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    pub ticket: TicketId,
    pub score: Score,
}

/// To whom it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteGround {
    pub category: CategoryCode,
    pub area: Option<GridCode>,
    /// The line's bureau.
    pub bureau: Option<DepartmentCode>,
    pub routing: Routing,
    /// Version of the imported rules, units and borders.
    pub books: i64,
}
