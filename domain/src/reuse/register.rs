//! Lays one picture over the other: matched points, and the projective map that most of them agree on. It measures how
//! exactly a copy fits, which a second photograph of the same place does not; it refuses to name that difference.

use crate::photo::scene::{Point, Twin, fit, place, twins};
use crate::photo::{Freedom, Pair, PlaneMap, Scene};

/// Bits of 256 by which matched descriptors may differ.
const MAX_BITS: u8 = 76;
/// Points of a picture that take part; the list is ordered, so every n-th is taken.
const MAX_POINTS: usize = 500;
/// Misses allowed while the map is tightened, pixels of the medium copy.
const MISSES: [f32; 2] = [5.0, 4.0];
/// Agreeing pairs from which the tightened map has a perspective; below it would fit noise.
const PERSPECTIVE_FROM: usize = 10;
/// Agreeing points closer than this count once, pixels.
const DISTINCT: f32 = 4.0;

/// How one picture lies over the other.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Registration {
    /// Distinct places that the map explains.
    pub inliers: u32,
    /// Those per place that both pictures could show, of the picture with fewer, 0–1.
    pub share: f32,
    /// Median miss, pixels of the medium copy.
    pub miss: f32,
    /// Median of the bits by which agreeing descriptors differ.
    pub bits: u32,
    /// Size of the new picture's content over the old one's.
    pub scale: f32,
    /// Turn from the old picture to the new, radians, clockwise on the screen.
    pub angle: f32,
    /// Share of the old picture's points that lie inside the new picture.
    pub kept: f32,
    /// Share of the new picture's points that lie inside the old picture.
    pub filled: f32,
}

/// Registers `new` on `old`; `None` when fewer than four points agree.
pub(super) fn register(old: &[Point], new: &[Point]) -> Option<Registration> {
    let found = pair_up(old, new);
    let pairs: Vec<Pair> =
        found.iter().map(|t| Pair { from: place(&old[t.first]), to: place(&new[t.second]) }).collect();
    let (map, kept) = tightened(&pairs)?;
    let back = map.inverse()?;
    let inside = |points: &[Point], others: &[Point], map: &PlaneMap| {
        let bounds = bounds(others);
        points.iter().filter(|p| map.apply(place(p)).is_some_and(|at| contains(&bounds, at))).count()
    };
    let (shown_old, shown_new) = (inside(old, new, &map), inside(new, old, &back));
    let middle = |mut values: Vec<f32>| {
        let at = values.len() / 2;
        *values.select_nth_unstable_by(at, f32::total_cmp).1
    };
    let at = pairs[kept[0]].from;
    Some(Registration {
        inliers: count_distinct(kept.iter().map(|&i| &pairs[i])),
        share: kept.len() as f32 / shown_old.min(shown_new).max(1) as f32,
        miss: middle(kept.iter().map(|&i| map.miss(&pairs[i])).collect()),
        bits: middle(kept.iter().map(|&i| f32::from(found[i].bits)).collect()) as u32,
        scale: map.scale(at),
        angle: map.angle(at),
        kept: shown_old as f32 / old.len().max(1) as f32,
        filled: shown_new as f32 / new.len().max(1) as f32,
    })
}

/// The points of a scene that are registered, spread over picture and sizes.
pub(super) fn thinned(scene: &Scene) -> Vec<Point> {
    let count = scene.points.len().min(MAX_POINTS);
    (0..count).map(|i| scene.points[i * scene.points.len() / count]).collect()
}

fn bounds(points: &[Point]) -> [f32; 4] {
    points.iter().map(place).fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, [x, y]| {
        [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]
    })
}

fn contains(b: &[f32; 4], [x, y]: [f32; 2]) -> bool {
    x >= b[0] && y >= b[1] && x <= b[2] && y <= b[3]
}

/// Mutual nearest neighbours by descriptor, the most alike first. There is no ratio test: what repeats in a copy repeats
/// in its original.
fn pair_up(old: &[Point], new: &[Point]) -> Vec<Twin> {
    let mut found = twins(old, new, MAX_BITS, f32::INFINITY);
    found.sort_by_key(|twin| (twin.bits, twin.first));
    found
}

/// The map most pairs agree on, drawn tighter than a scene's, and which pairs those are.
fn tightened(pairs: &[Pair]) -> Option<(PlaneMap, Vec<usize>)> {
    let (mut map, mut kept) = fit(pairs)?;
    for miss in MISSES {
        if kept.len() >= PERSPECTIVE_FROM {
            map =
                PlaneMap::least_squares(kept.iter().map(|&i| &pairs[i]), Freedom::Perspective).unwrap_or(map);
        }
        kept = (0..pairs.len()).filter(|&i| map.miss(&pairs[i]) <= miss).collect();
    }
    (kept.len() >= 4).then_some((map, kept))
}

/// Counts places so that in neither picture two are within [`DISTINCT`] of each other.
fn count_distinct<'p>(pairs: impl Iterator<Item = &'p Pair>) -> u32 {
    let near = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < DISTINCT;
    let mut places: Vec<&Pair> = Vec::new();
    for pair in pairs {
        if !places.iter().any(|other| near(other.from, pair.from) || near(other.to, pair.to)) {
            places.push(pair);
        }
    }
    places.len() as u32
}
