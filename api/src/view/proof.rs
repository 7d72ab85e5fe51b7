//! What the checks of a fix found: the last round with every check, earlier rounds by their outcome. It refuses to judge.

use domain::proof::{Check, CheckName, Outcome, Verdict};
use serde::Serialize;

/// The proof of a fix.
#[derive(Debug, Serialize)]
pub struct ProofView {
    /// 1 for the first submission.
    pub round: i64,
    pub outcome: Outcome,
    pub outcome_label: &'static str,
    pub checks: Vec<CheckView>,
    /// Rounds before, oldest first.
    pub earlier: Vec<RoundView>,
}

/// One check with the figures that decided it.
#[derive(Debug, Serialize)]
pub struct CheckView {
    pub name: CheckName,
    pub label: &'static str,
    pub outcome: Outcome,
    pub outcome_label: &'static str,
    /// Null when there was nothing to measure.
    pub measure: Option<f64>,
    pub threshold: f64,
    /// Of both, in Chinese.
    pub unit: String,
    /// One Chinese sentence.
    pub text: String,
}

/// How an earlier round ended.
#[derive(Debug, Serialize)]
pub struct RoundView {
    pub round: i64,
    pub outcome: Outcome,
    pub outcome_label: &'static str,
    /// Why not, in Chinese, worst first.
    pub reasons: Vec<String>,
}

/// The verdicts of all rounds by round; none before the first.
pub fn proof(verdicts: &[(i64, Verdict)]) -> Option<ProofView> {
    let ((round, last), earlier) = verdicts.split_last()?;
    let ended = |(round, verdict): &(i64, Verdict)| RoundView {
        round: *round,
        outcome: verdict.outcome,
        outcome_label: verdict.outcome.label(),
        reasons: verdict.reasons(),
    };
    Some(ProofView {
        round: *round,
        outcome: last.outcome,
        outcome_label: last.outcome.label(),
        checks: last.checks.iter().map(check_of).collect(),
        earlier: earlier.iter().map(ended).collect(),
    })
}

fn check_of(check: &Check) -> CheckView {
    let Check { name, outcome, measure, threshold, unit, text } = check;
    CheckView {
        name: *name,
        label: name.label(),
        outcome: *outcome,
        outcome_label: outcome.label(),
        measure: *measure,
        threshold: *threshold,
        unit: unit.to_string(),
        text: text.clone(),
    }
}
