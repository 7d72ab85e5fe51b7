//! Pairs the points of two pictures by their descriptors and counts how many of them one geometry explains. It
//! refuses to count what a camera app prints on every picture: points that stand still to the pixel in a small
//! part of an otherwise moved picture.

use super::alike::twins;
use super::geometry::fit;
use super::{Point, Scene};
use crate::photo::plane_map::{Pair, PlaneMap};

/// Bits of 256 by which a matching descriptor may differ.
const MAX_BITS: u8 = 80;
/// The best match has to beat the best one elsewhere by this factor.
const RATIO: f32 = 0.84;
/// Matches closer than this to the best one are the same corner on another level, pixels.
const ELSEWHERE: f32 = 10.0;
/// Agreeing points closer than this count once, pixels.
const DISTINCT: f32 = 5.0;
/// A point that moved less stands still, pixels.
const STILL: f32 = 1.5;
/// Cells along each side when judging how much of a picture something covers.
const GRID: usize = 8;
/// How well two pictures show the same place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SceneMatch {
    /// Distinct places that one geometry explains; see [`super::SAME_SCENE_INLIERS`].
    pub inliers: u32,
    /// Pairs of points that look alike, before geometry.
    pub matches: u32,
    /// Pairs that did not move at all; when they are nearly all, one picture was made from the other.
    pub still: u32,
    /// Size of the second picture's content over the first's.
    pub scale: f32,
    /// Turn from the first to the second, radians, clockwise on the screen.
    pub angle: f32,
    /// Agreeing places per matched pair, 0–1.
    pub score: f32,
    /// From the first picture's pixels to the second's; trust it from [`super::SAME_SCENE_INLIERS`] on.
    pub map: Option<PlaneMap>,
}

/// Compares two scenes; the same input gives the same answer.
pub fn compare(a: &Scene, b: &Scene) -> SceneMatch {
    let pairs = pair_up(a, b);
    let (still, moved): (Vec<Pair>, Vec<Pair>) = pairs.iter().partition(|pair| is_still(pair));
    let printed = cells(a, &still) * 2 < GRID * GRID / 2 && !moved.is_empty();
    let (matches, still) = (pairs.len() as u32, still.len() as u32);
    let pairs = if printed { moved } else { pairs };
    let Some((map, kept)) = fit(&pairs) else {
        return SceneMatch { matches, still, ..SceneMatch::default() };
    };
    let inliers = count_distinct(kept.iter().map(|&i| &pairs[i]));
    let score = inliers as f32 / matches.max(1) as f32;
    let middle = [f32::from(a.width) / 2.0, f32::from(a.height) / 2.0];
    let (scale, angle) = (map.scale(middle), map.angle(middle));
    SceneMatch { inliers, matches, still, scale, angle, score, map: Some(map) }
}

/// Mutual nearest neighbours that pass the ratio test, the surest first.
fn pair_up(a: &Scene, b: &Scene) -> Vec<Pair> {
    let mut found = twins(&a.points, &b.points, MAX_BITS, ELSEWHERE);
    found.retain(|twin| f32::from(twin.bits) <= RATIO * f32::from(twin.next));
    found.sort_by_key(|twin| (u32::from(twin.bits) * 256 / u32::from(twin.next.max(1)), twin.first));
    found.iter().map(|twin| pair(&a.points[twin.first], &b.points[twin.second])).collect()
}

fn pair(p: &Point, q: &Point) -> Pair {
    Pair { from: place(p), to: place(q) }
}

/// Where a point lies, pixels of the medium copy.
pub(crate) fn place(p: &Point) -> [f32; 2] {
    [f32::from(p.x), f32::from(p.y)]
}

fn is_near(a: [f32; 2], b: [f32; 2], distance: f32) -> bool {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    dx * dx + dy * dy < distance * distance
}

fn is_still(pair: &Pair) -> bool {
    is_near(pair.from, pair.to, STILL)
}

/// Cells of the first picture that hold one of the pairs.
fn cells(a: &Scene, pairs: &[Pair]) -> usize {
    let column = |v: f32, side: u16| (v as usize * GRID / usize::from(side.max(1))).min(GRID - 1);
    let held = pairs.iter().fold(0u64, |held, pair| {
        held | 1 << (column(pair.from[1], a.height) * GRID + column(pair.from[0], a.width))
    });
    held.count_ones() as usize
}

/// Counts places so that no two are within [`DISTINCT`] of each other.
fn count_distinct<'p>(pairs: impl Iterator<Item = &'p Pair>) -> u32 {
    let mut places: Vec<[f32; 2]> = Vec::new();
    for pair in pairs {
        if !places.iter().any(|&other| is_near(other, pair.from, DISTINCT)) {
            places.push(pair.from);
        }
    }
    places.len() as u32
}
