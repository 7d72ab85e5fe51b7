//! Local features: time beside OpenCV, recall on pairs of real views and false alarms on pairs of different places.

use crate::anchor::Anchors;
use crate::report::Report;
use crate::{Line, Outcome};

/// Runs the suite.
pub fn run(_line: &Line, _anchors: &Anchors, _report: &mut Report) -> Outcome {
    Ok(())
}
