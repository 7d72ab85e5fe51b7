//! Is a picture used again: recall by transformation, false alarms, and the time of the search beside FAISS and PostgreSQL.

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::report::Report;
use crate::{Line, Outcome};

/// Runs the suite.
pub fn run(_line: &Line, _anchors: &Anchors, _databases: &Databases, _report: &mut Report) -> Outcome {
    Ok(())
}
