//! Open tickets around a place: the (cell, time) index beside R*Tree and PostGIS.

use crate::databases::Databases;
use crate::report::Report;
use crate::{Line, Outcome};

/// Runs the suite.
pub async fn run(_line: &Line, _databases: &Databases, _report: &mut Report) -> Outcome {
    Ok(())
}
