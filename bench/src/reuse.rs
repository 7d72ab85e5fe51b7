//! Is a picture used again: recall by transformation, false alarms, and the time of the search beside FAISS and PostgreSQL, and of
//! a worker's start. Drawn
//! pictures stand in when there is no folder of photographs; their false alarms say little.

mod bit_count;
mod recall;
mod speed;
mod start;
mod transforms;

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::report::Report;
use crate::{Line, Outcome};

/// Runs the suite.
pub fn run(line: &Line, anchors: &Anchors, databases: &Databases, report: &mut Report) -> Outcome {
    recall::run(line, report)?;
    for count in [1_000_000, 10_000_000] {
        speed::run(count, line, anchors, databases, report)?;
    }
    start::run(line.rounds.min(3), databases, report)
}
