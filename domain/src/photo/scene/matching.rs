//! Pairs the points of two pictures by their descriptors and counts how many of them one geometry explains. It
//! refuses to count what a camera app prints on every picture: points that stand still to the pixel in a small
//! part of an otherwise moved picture.

use super::alike::twins;
use super::geometry::{Map, Pair, TIGHT, agreeing, fit, with_perspective};
use super::{Point, Scene};
use crate::photo::hash::hamming;

/// Bits of 256 by which a matching descriptor may differ.
const MAX_BITS: u8 = 80;
/// The best match has to beat the best one elsewhere by this factor.
const RATIO: f32 = 0.88;
/// Matches closer than this to the best one are the same corner on another level, pixels.
const ELSEWHERE: f32 = 10.0;
/// Agreeing points closer than this count once, pixels.
const DISTINCT: f32 = 5.0;
/// A point that moved less stands still, pixels.
const STILL: f32 = 1.5;
/// Cells along each side when judging how much of a picture something covers.
const GRID: usize = 8;
/// Agreeing pairs from which more of them would decide nothing.
const PLENTY: usize = 60;
/// Agreeing pairs from which their surroundings are searched for more.
const SEEDS: usize = 5;
/// Farthest agreeing pair whose motion a point is expected to share, pixels.
const REACH: f32 = 60.0;
/// Distance from where it is expected at which a point may be found, pixels.
const NEAR: f32 = 8.0;
/// Bits of 256 by which a point may differ that lies where it is expected.
const EXPECTED_BITS: u32 = 64;

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
    pub map: Option<Map>,
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
    let mut agreed: Vec<Pair> = kept.iter().map(|&i| pairs[i]).collect();
    let mut map = map;
    if (SEEDS..PLENTY).contains(&agreed.len()) {
        (map, agreed) = grow(a, b, map, agreed, printed);
    }
    let inliers = count_distinct(&agreed);
    let score = (inliers as f32 / matches.max(1) as f32).min(1.0);
    let middle = [f32::from(a.width) / 2.0, f32::from(a.height) / 2.0];
    let (scale, angle) = (map.scale(middle), map.angle(middle));
    SceneMatch { inliers, matches, still, scale, angle, score, map: Some(map) }
}

/// Mutual nearest neighbours that pass the ratio test, the surest first.
fn pair_up(a: &Scene, b: &Scene) -> Vec<Pair> {
    let mut found = twins(&a.points, &b.points, |d| *d, MAX_BITS, ELSEWHERE);
    found.retain(|twin| f32::from(twin.bits) <= RATIO * f32::from(twin.next));
    found.sort_by_key(|twin| (u32::from(twin.bits) * 256 / u32::from(twin.next.max(1)), twin.first));
    found.iter().map(|twin| pair(&a.points[twin.first], &b.points[twin.second])).collect()
}

fn pair(p: &Point, q: &Point) -> Pair {
    Pair { from: place(p), to: place(q) }
}

fn place(p: &Point) -> [f32; 2] {
    [f32::from(p.x), f32::from(p.y)]
}

/// Looks for more pairs around the agreeing ones, where each point is expected by the map and by how its nearest agreeing
/// neighbour departs from it; so depth, which no single map explains, costs fewer of them.
fn grow(a: &Scene, b: &Scene, map: Map, agreed: Vec<Pair>, printed: bool) -> (Map, Vec<Pair>) {
    let shelf = Shelf::of(b);
    let mut grown = agreed;
    for _ in 0..2 {
        let seeds = grown.clone();
        for p in &a.points {
            let from = place(p);
            if grown.iter().any(|pair| is_near(pair.from, from, DISTINCT)) {
                continue;
            }
            let Some(expected) = expect(&map, &seeds, from) else { continue };
            let Some(q) = shelf.most_alike(p, expected) else { continue };
            let new = pair(p, q);
            let taken = grown.iter().any(|pair| is_near(pair.to, new.to, DISTINCT / 2.0));
            if !taken && !(printed && is_still(&new)) {
                grown.push(new);
            }
        }
        if grown.len() == seeds.len() {
            break;
        }
    }
    let kept = agreeing(&map, &grown, TIGHT);
    let (map, _) = with_perspective(&grown, map, kept);
    (map, grown)
}

/// Where a point should lie in the second picture; `None` far from every seed.
fn expect(map: &Map, seeds: &[Pair], from: [f32; 2]) -> Option<[f32; 2]> {
    let distance = |pair: &Pair| (pair.from[0] - from[0]).powi(2) + (pair.from[1] - from[1]).powi(2);
    let nearest = seeds.iter().min_by(|p, q| distance(p).total_cmp(&distance(q)))?;
    if distance(nearest) > REACH * REACH {
        return None;
    }
    let (there, seed) = (map.apply(from), map.apply(nearest.from));
    Some([there[0] + nearest.to[0] - seed[0], there[1] + nearest.to[1] - seed[1]])
}

/// Points of a picture by where they lie.
struct Shelf<'a> {
    columns: usize,
    rows: usize,
    cells: Vec<Vec<&'a Point>>,
}

impl<'a> Shelf<'a> {
    const SIDE: usize = 16;

    fn of(scene: &'a Scene) -> Self {
        let columns = usize::from(scene.width) / Self::SIDE + 1;
        let rows = usize::from(scene.height) / Self::SIDE + 1;
        let mut cells = vec![Vec::new(); columns * rows];
        for point in &scene.points {
            cells[usize::from(point.y) / Self::SIDE * columns + usize::from(point.x) / Self::SIDE].push(point);
        }
        Self { columns, rows, cells }
    }

    /// The point within [`NEAR`] of a place that looks most like another, when it looks alike enough.
    fn most_alike(&self, like: &Point, at: [f32; 2]) -> Option<&'a Point> {
        let cell = |v: f32| (v.max(0.0) as usize) / Self::SIDE;
        let mut best: Option<(u32, &Point)> = None;
        for y in cell(at[1] - NEAR)..=cell(at[1] + NEAR).min(self.rows - 1) {
            for x in cell(at[0] - NEAR)..=cell(at[0] + NEAR).min(self.columns - 1) {
                for &point in &self.cells[y * self.columns + x] {
                    if is_near(place(point), at, NEAR) {
                        let bits = hamming(&point.descriptor, &like.descriptor);
                        if bits <= EXPECTED_BITS && best.is_none_or(|(least, _)| bits < least) {
                            best = Some((bits, point));
                        }
                    }
                }
            }
        }
        best.map(|(_, point)| point)
    }
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
fn count_distinct(pairs: &[Pair]) -> u32 {
    let mut places: Vec<[f32; 2]> = Vec::new();
    for pair in pairs {
        if !places.iter().any(|&other| is_near(other, pair.from, DISTINCT)) {
            places.push(pair.from);
        }
    }
    places.len() as u32
}
