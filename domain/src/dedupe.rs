//! Same problem, one ticket: how likely a new sighting shows what an older one already shows, and what follows from it.
//! A logistic sum of named features; each says its value, its weight and a Chinese sentence with its measure.
//! It refuses to merge into a closed ticket (that is a relapse, another rule) and never searches: candidates are given.

mod review;
mod weights;
pub mod words;

use serde::{Deserialize, Serialize};

pub use review::{Bin, Example, Proposal, Truth, review, wilson};
pub use weights::{Costs, Thresholds, Weights, thresholds_for};

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
/// Two fixes closer than this are the same point of a map or an address book; two walks of a phone never are; metres.
const SAME_POINT_M: f64 = 0.5;
/// Sightings closer in time than this are simultaneous; milliseconds.
const AT_ONCE_MS: f64 = 10_000.0;
/// At this gap a second sending from one point is even odds to be a second thing; milliseconds.
const RESENT_MS: f64 = 30_000.0;
/// With so many rivals a place says nothing any more (a square, a city hall, a default point).
const CROWD: f64 = 20.0;

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

/// Everything that speaks for or against, in the order in which it is shown.
pub fn features(m: &Measures, t: &Thresholds) -> Vec<Feature> {
    vec![
        near(m, t),
        twice(m, t),
        kin(m, t),
        soon(m, t),
        crowded(m, t),
        duty(m, t),
        alike(m, t),
        said(m, t),
        teller(m, t),
    ]
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

/// The logarithm of the gap, since a minute beside an hour says as much as a day beside a month: 1 at once, −1 after the window.
fn soon(m: &Measures, t: &Thresholds) -> Feature {
    let window = f64::from(t.window_days.max(1)) * DAY_MS as f64;
    let grown = |ms: f64| (ms / AT_ONCE_MS).ln_1p();
    let value = 1.0 - 2.0 * grown(m.gap_ms as f64) / grown(window);
    feature("time", "时间", value, t.weights.time, format!("相隔{}", spell_gap(m.gap_ms)))
}

/// What comes from one point of a map within seconds was sent twice; a minute later the point says no more than its distance.
fn twice(m: &Measures, t: &Thresholds) -> Feature {
    let same = m.distance_m < SAME_POINT_M;
    let value = if same { 1.0 / (1.0 + (m.gap_ms as f64 / RESENT_MS).powi(2)) } else { 0.0 };
    let text = match same {
        true => format!("定位点完全相同，相隔{}", spell_gap(m.gap_ms)),
        false => "定位点不同".to_owned(),
    };
    feature("twice", "连续重复提交", value, t.weights.twice, text)
}

/// The more of the kind around, the less any one of them is meant.
fn crowded(m: &Measures, t: &Thresholds) -> Feature {
    let value = -(f64::from(m.rivals).ln_1p() / CROWD.ln_1p());
    let text = match m.rivals {
        0 => "附近没有其他同类在办案件".to_owned(),
        n => format!("附近另有 {n} 件同类在办案件"),
    };
    feature("crowd", "同类密度", value, t.weights.crowd, text)
}

/// A patrol that enters two things in one place has seen two things.
fn duty(m: &Measures, t: &Thresholds) -> Feature {
    let text = if m.on_duty { "双方均为巡查发现" } else { "并非双方均为巡查发现" };
    feature("duty", "来源", f64::from(u8::from(m.on_duty)), t.weights.duty, text.to_owned())
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
    let value = by_bits.max(by_scene).clamp(0.0, 1.0).sqrt();
    feature("look", "画面", value, t.weights.look, text)
}

/// The square root, because two people who describe one thing share few words.
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

#[cfg(test)]
mod tests;
