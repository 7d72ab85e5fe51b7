//! Lays one picture over the other: matched points, and the projective map that most of them agree on. It measures how
//! exactly a copy fits, which a second photograph of the same place does not; it refuses to name that difference.

use crate::photo::Scene;
use crate::photo::hash::hamming;
use crate::photo::scene::Point;

use super::homography::{Homography, Pair};

/// Bits of 256 by which matched descriptors may differ.
const MAX_BITS: u32 = 76;
/// Points of a picture that take part; the list is ordered, so every n-th is taken.
const MAX_POINTS: usize = 500;
const ROUNDS: usize = 400;
const SEED: u64 = 0x2545_F491_4F6C_DD1D;
/// Misses allowed while the map is refined, pixels of the medium copy.
const MISSES: [f32; 4] = [14.0, 8.0, 5.0, 4.0];
/// Turn by which a point's own direction may differ from the map's, radians.
const MAX_TWIST: f32 = 0.45;
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
pub(super) fn register(old: &Scene, new: &Scene) -> Option<Registration> {
    let (old, new) = (thinned(&old.points), thinned(&new.points));
    let pairs = pair_up(&old, &new);
    let (map, kept) = fit(&pairs)?;
    let inliers: Vec<&Pair> = kept.iter().map(|&i| &pairs[i]).collect();
    let distinct = count_distinct(&inliers);
    let back = map.inverse()?;
    let inside = |points: &[Point], others: &[Point], map: &Homography| {
        let bounds = bounds(others);
        points.iter().filter(|p| map.apply(place(p)).is_some_and(|at| contains(&bounds, at))).count()
    };
    let (shown_old, shown_new) = (inside(&old, &new, &map), inside(&new, &old, &back));
    let middle = |mut values: Vec<f32>| {
        let at = values.len() / 2;
        *values.select_nth_unstable_by(at, f32::total_cmp).1
    };
    let (scale, angle) = map.scale_and_angle(inliers[0].from);
    Some(Registration {
        inliers: distinct,
        share: inliers.len() as f32 / shown_old.min(shown_new).max(1) as f32,
        miss: middle(inliers.iter().map(|pair| map.miss(pair)).collect()),
        bits: middle(inliers.iter().map(|pair| pair.bits as f32).collect()) as u32,
        scale,
        angle,
        kept: shown_old as f32 / old.len().max(1) as f32,
        filled: shown_new as f32 / new.len().max(1) as f32,
    })
}

fn thinned(points: &[Point]) -> Vec<Point> {
    let count = points.len().min(MAX_POINTS);
    (0..count).map(|i| points[i * points.len() / count]).collect()
}

fn place(p: &Point) -> [f32; 2] {
    [f32::from(p.x), f32::from(p.y)]
}

fn bounds(points: &[Point]) -> [f32; 4] {
    points.iter().map(place).fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, [x, y]| {
        [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]
    })
}

fn contains(b: &[f32; 4], [x, y]: [f32; 2]) -> bool {
    x >= b[0] && y >= b[1] && x <= b[2] && y <= b[3]
}

/// Mutual nearest neighbours by descriptor.
fn pair_up(old: &[Point], new: &[Point]) -> Vec<Pair> {
    let mut back = vec![(u32::MAX, 0); new.len()];
    let forth: Vec<(u32, usize)> = old
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let mut best = (u32::MAX, 0);
            for (j, q) in new.iter().enumerate() {
                let bits = hamming(&p.descriptor, &q.descriptor);
                best = best.min((bits, j));
                if bits < back[j].0 {
                    back[j] = (bits, i);
                }
            }
            best
        })
        .collect();
    let mutual = |(i, &(bits, j)): (usize, &(u32, usize))| {
        let good = bits <= MAX_BITS && back[j].1 == i;
        good.then(|| {
            let turn = f32::from(new[j].angle.wrapping_sub(old[i].angle)) / 256.0 * std::f32::consts::TAU;
            Pair { from: place(&old[i]), to: place(&new[j]), turn, bits }
        })
    };
    forth.iter().enumerate().filter_map(mutual).collect()
}

/// The map most pairs agree on, and which pairs those are: similarities from two pairs each (RANSAC, Fischler and
/// Bolles 1981, fixed seed), the best refined to a homography.
fn fit(pairs: &[Pair]) -> Option<(Homography, Vec<usize>)> {
    if pairs.len() < 4 {
        return None;
    }
    let mut state = SEED;
    let mut pick = || {
        // xorshift64* (Vigna 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        &pairs[(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % pairs.len()]
    };
    let mut best: (Vec<usize>, Option<Homography>) = (Vec::new(), None);
    for _ in 0..ROUNDS {
        let Some(map) = Homography::similarity(pick(), pick()) else { continue };
        let kept = agreeing(pairs, &map, MISSES[0]);
        if kept.len() > best.0.len() {
            best = (kept, Some(map));
        }
    }
    let (mut kept, map) = best;
    let mut map = map?;
    for miss in MISSES {
        if kept.len() < 4 {
            return None;
        }
        let chosen: Vec<&Pair> = kept.iter().map(|&i| &pairs[i]).collect();
        // Few points don't fix the perspective: the similarity stays.
        if kept.len() >= 10 {
            map = Homography::least_squares(&chosen).unwrap_or(map);
        }
        kept = agreeing(pairs, &map, miss);
    }
    (kept.len() >= 4).then_some((map, kept))
}

fn agreeing(pairs: &[Pair], map: &Homography, miss: f32) -> Vec<usize> {
    let Some(pair) = pairs.first() else { return Vec::new() };
    let (_, angle) = map.scale_and_angle(pair.from);
    let fits = |pair: &Pair| map.miss(pair) <= miss && wrap(pair.turn - angle).abs() <= MAX_TWIST;
    (0..pairs.len()).filter(|&i| fits(&pairs[i])).collect()
}

/// An angle brought to ±π.
fn wrap(angle: f32) -> f32 {
    (angle + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI
}

/// Counts places so that in neither picture two are within [`DISTINCT`] of each other.
fn count_distinct(pairs: &[&Pair]) -> u32 {
    let near = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < DISTINCT;
    let mut places: Vec<&Pair> = Vec::new();
    for pair in pairs {
        if !places.iter().any(|other| near(other.from, pair.from) || near(other.to, pair.to)) {
            places.push(pair);
        }
    }
    places.len() as u32
}
