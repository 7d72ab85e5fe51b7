//! How much each feature of a likeness counts, what each kind of mistake costs, and the thresholds that follow from the
//! costs. It refuses to learn: the numbers are fitted by the benchmark and changed by people.

use serde::{Deserialize, Serialize};

use crate::config::Check;

/// What mistakes and questions cost, in questions to a dispatcher; the rule that a city sets (重复问题判定).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// A report merged into another problem's ticket: nobody looks at it until its reporter complains.
    pub wrong_merge: f64,
    /// A duplicate that got a ticket of its own: a second crew is sent for nothing.
    pub missed: f64,
    /// One question to a dispatcher.
    pub question: f64,
    /// Beyond this distance, accuracies subtracted, nothing is the same problem; metres.
    pub radius_m: f64,
    /// Beyond this many days a person is asked at most.
    pub window_days: u32,
}

impl Default for Costs {
    fn default() -> Self {
        Self { wrong_merge: 20.0, missed: 10.0, question: 1.0, radius_m: 100.0, window_days: 30 }
    }
}

impl Check for Costs {
    fn check(&self) -> Result<(), String> {
        for (name, cost) in
            [("wrong_merge", self.wrong_merge), ("missed", self.missed), ("question", self.question)]
        {
            if !(0.001..=1_000_000.0).contains(&cost) {
                return Err(format!("{name} 须为 0.001 到 1000000"));
            }
        }
        if !(10.0..=300.0).contains(&self.radius_m) {
            return Err("radius_m 须为 10 到 300(米)".into());
        }
        if !(1..=365).contains(&self.window_days) {
            return Err("window_days 须为 1 到 365".into());
        }
        Ok(())
    }
}

/// Where the verdicts change, and how much each feature counts (log-odds at full agreement).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// From this probability on the report is merged.
    pub merge: f64,
    /// From this probability on a person is asked.
    pub ask: f64,
    /// Beyond this distance, accuracies subtracted, nothing is the same problem; metres.
    pub radius_m: f64,
    /// Beyond this many days a person is asked at most.
    pub window_days: u32,
    /// Bits apart (of 256) up to which two pictures count as one.
    pub same_bits: u32,
    /// Bits apart from which two pictures have nothing in common.
    pub unlike_bits: u32,
    /// The weights.
    pub weights: Weights,
    /// Raised with every change of a number above that is not a city's.
    pub version: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        thresholds_for(&Costs::default())
    }
}

/// The thresholds under which the expected cost of every verdict is least.
///
/// At probability p a merge costs `(1 − p) · wrong_merge`, a separate ticket `p · missed`, a question always `question`. So
/// merging is cheapest from `1 − question / wrong_merge` on and asking from `question / missed` on; where questions cost so
/// much that they never pay, both lie at `wrong_merge / (wrong_merge + missed)`.
pub fn thresholds_for(costs: &Costs) -> Thresholds {
    let merge = 1.0 - costs.question / costs.wrong_merge;
    let ask = costs.question / costs.missed;
    let (merge, ask) = if ask < merge {
        (merge, ask)
    } else {
        let alone = costs.wrong_merge / (costs.wrong_merge + costs.missed);
        (alone, alone)
    };
    Thresholds {
        merge,
        ask,
        radius_m: costs.radius_m,
        window_days: costs.window_days,
        same_bits: 40,
        unlike_bits: 100,
        weights: Weights::default(),
        version: 3,
    }
}

/// Log-odds of the features at value 1; the bias is what stands when nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Log-odds before any feature speaks.
    pub bias: f64,
    /// How near.
    pub distance: f64,
    /// Whether sent twice from the very same point.
    pub twice: f64,
    /// How alike the categories.
    pub category: f64,
    /// How soon after.
    pub time: f64,
    /// How many others of the kind are around (the feature is negative).
    pub crowd: f64,
    /// Whether both were found on duty.
    pub duty: f64,
    /// How alike the pictures.
    pub look: f64,
    /// How alike the words.
    pub words: f64,
    /// Whether the same person reported both.
    pub reporter: f64,
}

impl Default for Weights {
    // Version 3. Bias, distance, category, time, crowd and duty: what `bench --only dupes --fit` gives on the first 62 days of the
    // City of Boston's service requests of July to September 2011 (open data; 51,848 pairs), where staff marked 0.66 of the sure
    // duplicates. `twice` is reasoned (the fit says 2.1): those sure duplicates are its own case, so marks can't say more of it
    // than the 0.66. The stream has no pictures, words or reporters: those three are reasoned likelihood ratios (e⁶ for a scene
    // that matches with 18 points, where 4,193 pairs of other places had none; e⁵ for the same words; a little for the same
    // person).
    fn default() -> Self {
        Self {
            bias: -3.78,
            distance: 0.25,
            twice: 4.2,
            category: 2.34,
            time: 1.03,
            crowd: 1.69,
            duty: -2.68,
            look: 6.0,
            words: 5.0,
            reporter: 0.25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest verdict at a probability, by spelling the costs out: 0 separate, 1 ask, 2 merge.
    fn cheapest(p: f64, costs: &Costs) -> f64 {
        let merge = (1.0 - p) * costs.wrong_merge;
        merge.min(p * costs.missed).min(costs.question)
    }

    #[test]
    fn no_other_verdict_is_cheaper_at_any_probability() {
        for (wrong_merge, missed, question) in
            [(20.0, 10.0, 1.0), (5.0, 2.0, 1.0), (100.0, 1.0, 0.2), (1.0, 1.0, 9.0)]
        {
            let costs = Costs { wrong_merge, missed, question, ..Costs::default() };
            let t = thresholds_for(&costs);
            for step in 0..=1000 {
                let p = f64::from(step) / 1000.0;
                let chosen = match p {
                    p if p >= t.merge => (1.0 - p) * wrong_merge,
                    p if p >= t.ask => question,
                    _ => p * missed,
                };
                assert!(chosen <= cheapest(p, &costs) + 1e-9, "{costs:?} at {p}: {chosen}");
            }
        }
    }

    #[test]
    fn dearer_mistakes_make_merging_rarer_and_dearer_questions_make_asking_rarer() {
        let base = thresholds_for(&Costs::default());
        assert!((base.merge - 0.95).abs() < 1e-9 && (base.ask - 0.1).abs() < 1e-9);
        assert!(thresholds_for(&Costs { wrong_merge: 100.0, ..Costs::default() }).merge > base.merge);
        assert!(thresholds_for(&Costs { question: 2.0, ..Costs::default() }).ask > base.ask);
    }

    #[test]
    fn costs_that_are_no_costs_are_refused() {
        assert!(Costs::default().check().is_ok());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Costs { wrong_merge: bad, ..Costs::default() }.check().is_err(), "{bad}");
        }
        assert!(Costs { window_days: 0, ..Costs::default() }.check().is_err());
    }
}
