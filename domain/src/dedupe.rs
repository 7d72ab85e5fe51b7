//! Same problem, one ticket: how likely a new sighting shows what an older one already shows, and what follows from it.
//! A logistic sum of named features; each says its value, its weight and a Chinese sentence with its measure.
//! It refuses to merge into a closed ticket (that is a relapse, another rule) and never searches: candidates are given.

mod features;
mod review;
mod weights;
pub mod words;

use serde::{Deserialize, Serialize};

pub use features::features;
pub use review::{Bin, Example, Proposal, Truth, review, wilson};
pub use weights::{Costs, Thresholds, Weights, thresholds_for};

use crate::geo::datum::{Wgs84, distance_m};
use crate::id::AccountId;
use crate::photo::Prints;
use crate::photo::hash::hamming;
use crate::photo::scene::{Scene, compare};
use crate::time::{DAY_MS, Moment};

/// One report or one ticket as the comparison sees it.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// The settled place.
    pub at: Wgs84,
    /// Its accuracy radius in metres.
    pub accuracy_m: f64,
    /// The category code, when one is known.
    pub category: Option<&'a str>,
    /// When it was seen.
    pub seen_at: Moment,
    /// Whether the ticket can still take in reports.
    pub open: bool,
    /// Fingerprints of its photographs.
    pub prints: &'a [Prints],
    /// Local features of its photographs.
    pub scenes: &'a [Scene],
    /// What was written.
    pub words: &'a str,
    /// Who reported it.
    pub reporter: Option<&'a AccountId>,
    /// Whether it was found by somebody or something whose work is finding (巡查), not sent in by the public.
    pub on_duty: bool,
}

/// What follows from a score, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Another problem (另立).
    Separate,
    /// A person looks (待人工判断).
    Ask,
    /// The same problem (并案).
    Merge,
}

/// One named part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The stable English name.
    pub name: String,
    /// The Chinese name.
    pub label: String,
    /// Agreement, −1 to 1; 0 says nothing.
    pub value: f64,
    /// Log-odds at full agreement; `value × weight` is what it adds.
    pub weight: f64,
    /// The measure as a Chinese sentence.
    pub text: String,
}

/// How likely it is the same problem, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 1.
    pub probability: f64,
    /// What follows.
    pub verdict: Verdict,
    /// The parts of the sum.
    pub features: Vec<Feature>,
    /// Chinese sentences: rules that held the verdict below what the probability alone would give.
    pub held: Vec<String>,
    /// Version of the thresholds used.
    pub version: u32,
}

/// What was measured between two sightings; the seam between seeing and judging.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Metres between the places.
    pub distance_m: f64,
    /// Both accuracy radii together, metres, each held to [`MAX_ACCURACY_M`].
    pub slack_m: f64,
    /// How the categories relate.
    pub kinship: Kinship,
    /// Milliseconds between the sightings.
    pub gap_ms: i64,
    /// Fewest differing bits over all pairs of pictures with detail; none without such a pair.
    pub bits: Option<u32>,
    /// Most geometrically consistent points over all pairs of pictures; none without pictures.
    pub inliers: Option<u32>,
    /// How alike the words are, 0 to 1 ([`words::likeness`]); none when either wrote nothing.
    pub words: Option<f64>,
    /// Whether the same person reported both; none when either is unknown.
    pub same_reporter: Option<bool>,
    /// Whether both were found on duty.
    pub on_duty: bool,
    /// Other open tickets of the new one's category right there, the older one not counted.
    pub rivals: u32,
    /// Whether the older ticket is open.
    pub open: bool,
}

/// How two categories relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// At least one is unknown.
    Unknown,
    /// Other families.
    Different,
    /// The first two characters of the codes agree.
    Family,
    /// The same code.
    Same,
}

/// A phone that claims to be worse than this is not believed to be anywhere in particular; metres.
pub const MAX_ACCURACY_M: f64 = 60.0;
const NEAR_M: f64 = 30.0;

/// Scores `new` against `old` as if nothing else were around.
pub fn score(new: &Sighting<'_>, old: &Sighting<'_>, t: &Thresholds) -> Score {
    weigh(&measure(new, old), t)
}

/// Scores `new` against every candidate, counting the others around each: indices with scores, the one to act on first. One
/// that may be merged stands before a likelier one that may not.
pub fn rank(new: &Sighting<'_>, candidates: &[Sighting<'_>], t: &Thresholds) -> Vec<(usize, Score)> {
    let mut measured: Vec<Measures> = candidates.iter().map(|old| measure(new, old)).collect();
    let crowd = measured.iter().filter(|m| is_rival(m)).count();
    for m in &mut measured {
        m.rivals = u32::try_from(crowd - usize::from(is_rival(m))).unwrap_or(u32::MAX);
    }
    let mut ranked: Vec<_> = measured.iter().map(|m| weigh(m, t)).enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| {
        b.verdict.cmp(&a.verdict).then_with(|| b.probability.total_cmp(&a.probability))
    });
    ranked
}

/// The candidate that `new` most likely repeats, as index and score.
pub fn best(new: &Sighting<'_>, candidates: &[Sighting<'_>], t: &Thresholds) -> Option<(usize, Score)> {
    rank(new, candidates, t).into_iter().next()
}

/// Whether what was measured stands for an open ticket of the same category right there.
pub fn is_rival(m: &Measures) -> bool {
    m.open && m.kinship == Kinship::Same && m.distance_m <= NEAR_M + m.slack_m / 2.0
}

/// Measures everything that `weigh` weighs.
pub fn measure(new: &Sighting<'_>, old: &Sighting<'_>) -> Measures {
    let detailed = pairs(new.prints, old.prints).filter(|(a, b)| !a.is_flat() && !b.is_flat());
    let bits = detailed.map(|(a, b)| hamming(&a.phash, &b.phash)).min();
    let inliers = pairs(new.scenes, old.scenes).map(|(a, b)| compare(a, b).inliers).max();
    Measures {
        distance_m: distance_m(new.at, old.at),
        slack_m: believable(new.accuracy_m) + believable(old.accuracy_m),
        kinship: kinship(new.category, old.category),
        gap_ms: i64::try_from(new.seen_at.since(old.seen_at).unsigned_abs()).unwrap_or(i64::MAX),
        bits,
        inliers,
        words: words::likeness(new.words, old.words),
        same_reporter: new.reporter.zip(old.reporter).map(|(a, b)| a == b),
        on_duty: new.on_duty && old.on_duty,
        rivals: 0,
        open: old.open,
    }
}

/// Judges measures: the logistic sum, then the rules that hold a verdict down whatever the sum says.
pub fn weigh(m: &Measures, t: &Thresholds) -> Score {
    let features = features(m, t);
    let odds = t.weights.bias + features.iter().map(|f| f.value * f.weight).sum::<f64>();
    let probability = 1.0 / (1.0 + (-odds).exp());
    let mut verdict = match probability {
        p if p >= t.merge => Verdict::Merge,
        p if p >= t.ask => Verdict::Ask,
        _ => Verdict::Separate,
    };
    let mut held = Vec::new();
    for (limit, why) in limits(m, t) {
        if verdict > limit {
            verdict = limit;
            held.push(why);
        }
    }
    Score { probability, verdict, features, held, version: t.version }
}

/// Rules that no likeness overrides, strictest first.
fn limits(m: &Measures, t: &Thresholds) -> impl Iterator<Item = (Verdict, String)> {
    let apart = m.distance_m - m.slack_m;
    let days = m.gap_ms as f64 / DAY_MS as f64;
    [
        (!m.open).then(|| (Verdict::Separate, "原案件已结，不再并入，再次出现按回弹处理".to_owned())),
        (apart > t.radius_m || apart.is_nan()).then(|| {
            (
                Verdict::Separate,
                format!("相距 {:.0} 米，扣除定位误差仍超过 {:.0} 米", m.distance_m, t.radius_m),
            )
        }),
        (m.kinship == Kinship::Different).then(|| (Verdict::Ask, "类别不同，须人工判断".to_owned())),
        (days > f64::from(t.window_days))
            .then(|| (Verdict::Ask, format!("间隔 {days:.0} 天，超过 {} 天，须人工判断", t.window_days))),
    ]
    .into_iter()
    .flatten()
}

fn pairs<'a, T>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = (&'a T, &'a T)> {
    a.iter().flat_map(move |x| b.iter().map(move |y| (x, y)))
}

fn believable(accuracy_m: f64) -> f64 {
    if accuracy_m >= 0.0 { accuracy_m.min(MAX_ACCURACY_M) } else { MAX_ACCURACY_M }
}

fn kinship(a: Option<&str>, b: Option<&str>) -> Kinship {
    let (Some(a), Some(b)) = (a, b) else { return Kinship::Unknown };
    if a == b {
        return Kinship::Same;
    }
    let family = |code: &str| code.chars().take(2).collect::<String>();
    if family(a) == family(b) { Kinship::Family } else { Kinship::Different }
}

#[cfg(test)]
mod tests;
