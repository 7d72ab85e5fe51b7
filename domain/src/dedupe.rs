//! Same problem, one ticket: how likely a new sighting shows what an older one already shows, and what follows from it.
//! A logistic sum of named features; each says its value, its weight and a Chinese sentence with its measure.
//! It refuses to merge into a closed ticket (that is a relapse, another rule) and never searches: candidates are given.

use serde::{Deserialize, Serialize};

use crate::evidence::spell_gap;
use crate::geo::datum::{Wgs84, distance_m};
use crate::id::AccountId;
use crate::photo::Prints;
use crate::photo::hash::hamming;
use crate::photo::scene::{MAYBE_SCENE_INLIERS, SAME_SCENE_INLIERS, Scene, compare};
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
    /// Raised with every change of a number above.
    pub version: u32,
}

/// Log-odds of the features at value 1; the bias is what stands when nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Log-odds before any feature speaks.
    pub bias: f64,
    /// How near.
    pub distance: f64,
    /// How alike the categories.
    pub category: f64,
    /// How soon after.
    pub time: f64,
    /// How alike the pictures.
    pub look: f64,
    /// How alike the words.
    pub words: f64,
    /// Whether the same person reported both.
    pub reporter: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            merge: 0.85,
            ask: 0.40,
            radius_m: 100.0,
            window_days: 30,
            same_bits: 40,
            unlike_bits: 100,
            weights: Weights::default(),
            version: 1,
        }
    }
}

impl Default for Weights {
    // Reasoned, not learned: near + same category + same day gives 0.80 (ask); any agreement of words or look lifts it over 0.85.
    fn default() -> Self {
        Self { bias: -2.9, distance: 2.0, category: 1.6, time: 0.7, look: 3.0, words: 2.5, reporter: 0.25 }
    }
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
    /// Share of character pairs in common, 0 to 1; none when either wrote nothing.
    pub words: Option<f64>,
    /// Whether the same person reported both; none when either is unknown.
    pub same_reporter: Option<bool>,
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
const MAX_WORDS: usize = 500;

/// Scores `new` against `old`.
pub fn score(new: &Sighting<'_>, old: &Sighting<'_>, t: &Thresholds) -> Score {
    weigh(&measure(new, old), t)
}

/// The candidate that `new` most likely repeats, as index and score; one that may be merged beats a likelier one that may not.
pub fn best(new: &Sighting<'_>, candidates: &[Sighting<'_>], t: &Thresholds) -> Option<(usize, Score)> {
    let scored = candidates.iter().map(|old| score(new, old, t)).enumerate();
    scored.max_by(|(_, a), (_, b)| (a.verdict.cmp(&b.verdict)).then(a.probability.total_cmp(&b.probability)))
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
        words: likeness(new.words, old.words),
        same_reporter: new.reporter.zip(old.reporter).map(|(a, b)| a == b),
        open: old.open,
    }
}

/// Judges measures: the logistic sum, then the rules that hold a verdict down whatever the sum says.
pub fn weigh(m: &Measures, t: &Thresholds) -> Score {
    let features = vec![near(m, t), kin(m, t), soon(m, t), alike(m, t), said(m, t), teller(m, t)];
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
        (!m.open).then(|| (Verdict::Separate, "原案件已结，不再并入".to_owned())),
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

fn feature(name: &str, label: &str, value: f64, weight: f64, text: String) -> Feature {
    let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { -1.0 };
    Feature { name: name.to_owned(), label: label.to_owned(), value, weight, text }
}

/// Full agreement well inside the scale, none on it, full disagreement far outside; the scale grows with the accuracies.
fn near(m: &Measures, t: &Thresholds) -> Feature {
    let scale = NEAR_M + m.slack_m / 2.0;
    let value = 2.0 / (1.0 + (m.distance_m / scale).powi(4)) - 1.0;
    let text = format!("相距 {:.0} 米（两处定位误差合计 {:.0} 米）", m.distance_m, m.slack_m);
    feature("distance", "距离", value, t.weights.distance, text)
}

fn kin(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.kinship {
        Kinship::Same => (1.0, "类别相同"),
        Kinship::Family => (0.4, "大类相同，小类不同"),
        Kinship::Different => (-1.0, "类别不同"),
        Kinship::Unknown => (0.0, "至少一方类别未定"),
    };
    feature("category", "类别", value, t.weights.category, text.to_owned())
}

fn soon(m: &Measures, t: &Thresholds) -> Feature {
    let window = f64::from(t.window_days.max(1)) * DAY_MS as f64;
    let value = 1.0 - 2.0 * m.gap_ms as f64 / window;
    feature("time", "时间", value, t.weights.time, format!("相隔{}", spell_gap(m.gap_ms)))
}

/// Pictures can agree; a picture from elsewhere says nothing, since a wide change of viewpoint looks the same.
fn alike(m: &Measures, t: &Thresholds) -> Feature {
    let by_bits = m.bits.map_or(0.0, |bits| {
        let span = f64::from(t.unlike_bits.saturating_sub(t.same_bits).max(1));
        (f64::from(t.unlike_bits) - f64::from(bits)) / span
    });
    let floor = f64::from(MAYBE_SCENE_INLIERS) / 2.0;
    let by_scene =
        m.inliers.map_or(0.0, |n| (f64::from(n) - floor) / (f64::from(SAME_SCENE_INLIERS) - floor));
    let text = match (m.bits, m.inliers) {
        (None, None) => "至少一方没有照片可比".to_owned(),
        (bits, inliers) => {
            let bits = bits.map(|b| format!("照片指纹相差 {b}/256 位"));
            let inliers = inliers.map(|n| format!("画面对上 {n} 处特征"));
            [bits, inliers].into_iter().flatten().collect::<Vec<_>>().join("，")
        }
    };
    feature("look", "画面", by_bits.max(by_scene).clamp(0.0, 1.0), t.weights.look, text)
}

/// The square root, because two people who describe one thing share few character pairs.
fn said(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.words {
        None => (0.0, "至少一方没有文字描述".to_owned()),
        Some(j) => (j.sqrt(), format!("描述用词重合 {:.0}%", j * 100.0)),
    };
    feature("words", "描述", value, t.weights.words, text)
}

fn teller(m: &Measures, t: &Thresholds) -> Feature {
    let (value, text) = match m.same_reporter {
        Some(true) => (1.0, "同一人上报"),
        Some(false) => (0.0, "不同的人上报"),
        None => (0.0, "上报人不详"),
    };
    feature("reporter", "上报人", value, t.weights.reporter, text.to_owned())
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

/// Jaccard index over sets of adjacent character pairs, punctuation and case ignored; none when either text has no pair.
fn likeness(a: &str, b: &str) -> Option<f64> {
    let (a, b) = (bigrams(a), bigrams(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let common = a.intersection(&b).count();
    Some(common as f64 / (a.len() + b.len() - common) as f64)
}

fn bigrams(text: &str) -> std::collections::HashSet<(char, char)> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_WORDS).collect();
    letters.windows(2).map(|w| (w[0], w[1])).collect()
}

#[cfg(test)]
mod tests;
