//! Does the after-photo prove the fix? Six named checks, each pass, doubt or fail with its measure, threshold and a
//! Chinese sentence; a doubt goes to a person, only a certain lie fails. It refuses to decide what happens to the
//! ticket, to decode a picture, and to call anybody a cheat: it says what was measured.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::geo::datum::Wgs84;
use crate::id::{PhotoId, TicketId};
use crate::photo::change::{self, Change};
use crate::photo::hash::{Orientation, hamming, orient};
use crate::photo::scene::{SAME_SCENE_INLIERS, Scene, compare};
use crate::photo::{Facts, Look, Region};
use crate::reuse::{self, Likeness, Picture};
use crate::time::Moment;

mod camera;
mod checks;

/// How a photograph reached us; it decides what can be expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The WeChat mini-program: compressed, EXIF stripped by the platform.
    MiniProgram,
    /// A mobile web page: the original file, EXIF expected.
    H5,
    /// The console: the original file, EXIF expected.
    Console,
    /// A fixed camera or a drone: authenticated by key, EXIF not expected, every picture from one viewpoint.
    Device,
}

impl Channel {
    /// Whether an original from this channel carries EXIF.
    pub const fn carries_exif(self) -> bool {
        matches!(self, Self::H5 | Self::Console)
    }
}

/// One photograph with its stored analysis and what the request said of it.
#[derive(Debug, Clone)]
pub struct Shot<'a> {
    /// Its identifier.
    pub id: &'a PhotoId,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: &'a str,
    /// What was read from its bytes.
    pub facts: &'a Facts,
    /// Its local features.
    pub scene: &'a Scene,
    /// How it looks; none for a picture analysed before looks were kept.
    pub look: Option<&'a Look>,
    /// Where in it the reporter marked the problem.
    pub region: Option<Region>,
    /// When the request says it was taken.
    pub captured_at: Option<Moment>,
    /// Where the request (or else EXIF) says it was taken.
    pub place: Option<Wgs84>,
    /// Accuracy radius of that place in metres.
    pub accuracy_m: Option<f64>,
    /// How it came in.
    pub channel: Channel,
}

/// A photograph used before, anywhere, that equals or resembles an after-photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Index into [`Claim::after`].
    pub after_index: usize,
    /// The earlier photograph.
    pub photo: PhotoId,
    /// The ticket that it belongs to.
    pub ticket: Option<TicketId>,
    /// That ticket's number for people, when it has one.
    pub number: Option<String>,
    /// Whether it belongs to the ticket being proven.
    pub same_ticket: bool,
    /// How much alike they are, and how the one was made of the other.
    pub likeness: Likeness,
}

/// Everything that is known when a fix is submitted.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// Photographs of the problem.
    pub before: Vec<Shot<'a>>,
    /// Photographs of the fix.
    pub after: Vec<Shot<'a>>,
    /// When the ticket was dispatched.
    pub dispatched_at: Moment,
    /// When the fix was submitted.
    pub submitted_at: Moment,
    /// Where the problem is.
    pub spot: Wgs84,
    /// Accuracy radius of the spot in metres.
    pub spot_accuracy_m: f64,
    /// Photographs used before that resemble an after-photo, the claim's own before-photos excluded.
    pub earlier: Vec<Earlier>,
}

/// Where the outcomes change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// How much before the dispatch a photograph may be dated, milliseconds (clocks differ).
    pub early_ms: i64,
    /// How much after the submission a photograph may be dated, milliseconds.
    pub late_ms: i64,
    /// How far EXIF and request may differ in time, milliseconds.
    pub time_gap_ms: i64,
    /// Radius of the fence around the spot, metres, before accuracies are added.
    pub fence_m: f64,
    /// The most that each of the two accuracies may add to the fence, metres.
    pub accuracy_cap_m: f64,
    /// Geometrically consistent points from which two pictures show the same scene.
    pub scene_inliers: u32,
    /// Up to this many bits a picture is a copy, even of this ticket's own, which an honest retake resembles.
    pub copy_bits: u32,
    /// Up to this many bits a picture whose points did not move is a copy too.
    pub own_bits: u32,
    /// Up to this many bits a picture resembles one of this ticket's own too much to pass unseen.
    pub alike_bits: u32,
    /// Share of points that did not move at all, from which a picture was made of the other; 0 to 1.
    pub copy_share: f64,
    /// Suspicion from which a person looks whether it is a camera's picture; 0 to 1.
    pub suspicion: f64,
    /// Where "changed" and "unchanged" part.
    pub change: change::Bounds,
    /// Raised with every change of a number above.
    pub version: u32,
}

impl Default for Thresholds {
    // Bits, measured: a re-compressed, shrunk or brightened copy 0–18, one cropped by 3 % 20–34, a retake that moved by
    // 1 % of the picture 50–70, one that moved by 4 % over 90, a stranger 128 ± 8. A hand that moves by 0.3 % leaves
    // 15 % of the points still, a copy 80–99 %. So 16 is a copy for certain, 30 with still points as well, 48 is too
    // like for a hand; what was cut, mirrored or framed is the business of `reuse::judge`.
    fn default() -> Self {
        Self {
            early_ms: 120_000,
            late_ms: 300_000,
            time_gap_ms: 600_000,
            fence_m: 100.0,
            accuracy_cap_m: 50.0,
            scene_inliers: SAME_SCENE_INLIERS,
            copy_bits: 16,
            own_bits: 30,
            alike_bits: 48,
            copy_share: 0.8,
            suspicion: 0.5,
            change: change::Bounds::default(),
            version: 3,
        }
    }
}

/// The outcome of a check or of all, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Shown (通过).
    Pass,
    /// Not shown; a person looks (存疑).
    Doubt,
    /// Shown to be untrue (不通过).
    Fail,
}

impl Outcome {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pass => "通过",
            Self::Doubt => "存疑",
            Self::Fail => "不通过",
        }
    }
}

/// The six checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// Taken after the dispatch (派单后拍摄).
    TakenAfterDispatch,
    /// Taken inside the fence around the spot (现场拍摄).
    InsideFence,
    /// Shows the scene of a before-photo (同一场景).
    SameScene,
    /// Shows that something changed where the problem was (前后变化).
    Changed,
    /// Is no photograph that was used before (非旧照片).
    NotReused,
    /// Comes from a camera (实拍照片).
    FromCamera,
}

impl CheckName {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TakenAfterDispatch => "派单后拍摄",
            Self::InsideFence => "现场拍摄",
            Self::SameScene => "同一场景",
            Self::Changed => "前后变化",
            Self::NotReused => "非旧照片",
            Self::FromCamera => "实拍照片",
        }
    }
}

/// One check with the figures that decided it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Which check.
    pub name: CheckName,
    /// What it found.
    pub outcome: Outcome,
    /// The deciding figure; none when there was nothing to measure.
    pub measure: Option<f64>,
    /// The figure it was held against.
    pub threshold: f64,
    /// Unit of both, in Chinese.
    pub unit: Cow<'static, str>,
    /// One Chinese sentence with measure and threshold.
    pub text: String,
}

/// What all checks together say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The worst of the checks.
    pub outcome: Outcome,
    /// Every check, in the order of [`CheckName`].
    pub checks: Vec<Check>,
    /// Version of the thresholds used.
    pub version: u32,
}

impl Verdict {
    /// The Chinese sentences of the checks that did not pass, worst first; empty when all passed.
    pub fn reasons(&self) -> Vec<String> {
        let mut bad: Vec<&Check> = self.checks.iter().filter(|c| c.outcome != Outcome::Pass).collect();
        bad.sort_by_key(|c| std::cmp::Reverse(c.outcome));
        bad.iter().map(|c| format!("{}（{}）：{}", c.name.label(), c.outcome.label(), c.text)).collect()
    }

    /// The check of that name.
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|c| c.name == name)
    }
}

/// How an after-photo compares with a before-photo; the seam between looking and judging.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Index into [`Claim::before`].
    pub before: usize,
    /// Index into [`Claim::after`].
    pub after: usize,
    /// Differing bits of 256.
    pub bits: u32,
    /// Differing bits against the before-photo mirrored or turned, the least of them.
    pub turned_bits: u32,
    /// Geometrically consistent points.
    pub inliers: u32,
    /// Points that look alike, before geometry.
    pub matches: u32,
    /// Points that look alike and lie on the very same pixel.
    pub still: u32,
    /// What changed, where one picture could be laid over the other.
    pub change: Option<Change>,
    /// Whether the after-photo was made of the before-photo.
    pub likeness: Likeness,
}

impl Pair {
    /// Share of the alike points that did not move at all, 0 to 1; a hand never holds a phone so still twice. 0 when
    /// there are too few points to say.
    pub fn still_share(&self) -> f64 {
        if self.matches < SAME_SCENE_INLIERS { 0.0 } else { f64::from(self.still) / f64::from(self.matches) }
    }
}

/// Compares every after-photo with every before-photo; the only costly step, about a millisecond a pair.
pub fn compare_pairs(claim: &Claim<'_>, t: &Thresholds) -> Vec<Pair> {
    let befores = claim.before.iter().enumerate();
    let afters = || claim.after.iter().enumerate();
    befores.flat_map(|(before, b)| afters().map(move |(after, a)| pair((before, b), (after, a), t))).collect()
}

fn pair((before, b): (usize, &Shot<'_>), (after, a): (usize, &Shot<'_>), t: &Thresholds) -> Pair {
    let found = compare(b.scene, a.scene);
    let map = found.map.filter(|_| found.inliers >= t.scene_inliers);
    let laid = map.zip(b.look.zip(a.look));
    let change =
        laid.map(|(map, (old, new))| change::compare(old, new, &map, b.region.as_ref(), &t.change).0);
    let (old, new) = (&b.facts.prints, &a.facts.prints);
    let turned = Orientation::ALL[1..].iter().map(|&how| hamming(&orient(&old.phash, how), &new.phash)).min();
    Pair {
        before,
        after,
        bits: hamming(&old.phash, &new.phash),
        turned_bits: turned.unwrap_or(256),
        inliers: found.inliers,
        matches: found.matches,
        still: found.still,
        change,
        likeness: reuse::judge(&picture(a), &picture(b)),
    }
}

fn picture<'a>(shot: &Shot<'a>) -> Picture<'a> {
    Picture { sha256: shot.sha256, prints: &shot.facts.prints, scene: shot.scene }
}

/// Verifies a claim.
pub fn verify(claim: &Claim<'_>, thresholds: &Thresholds) -> Verdict {
    judge(claim, &compare_pairs(claim, thresholds), thresholds)
}

/// Judges a claim whose pictures were already compared.
pub fn judge(claim: &Claim<'_>, pairs: &[Pair], t: &Thresholds) -> Verdict {
    let checks = vec![
        checks::taken_after_dispatch(claim, t),
        checks::inside_fence(claim, t),
        checks::same_scene(claim, pairs, t),
        checks::changed(pairs, t),
        checks::not_reused(claim, pairs, t),
        camera::from_camera(claim, t),
    ];
    let outcome = checks.iter().map(|c| c.outcome).max().unwrap_or(Outcome::Doubt);
    Verdict { outcome, checks, version: t.version }
}

#[cfg(test)]
mod tests;
