//! Fits one map to point pairs of which many are wrong: similarities from two pairs each (RANSAC, Fischler and Bolles
//! 1981, best pairs first as in PROSAC, Chum and Matas 2005, with a fixed seed), the best refined to an affine map and,
//! where that explains more, to a perspective one. It refuses maps that squeeze or blow up more than four times.

use crate::photo::plane_map::{Freedom, Pair, PlaneMap};

const ROUNDS: usize = 400;
/// Draws that may be thrown away unseen for each one that is looked at.
const DRAWS: usize = 12;
const SEED: u64 = 0x2545_F491_4F6C_DD1D;
/// Least distance of the two pairs of a sample, pixels.
const APART: f32 = 24.0;
/// Miss allowed to a similarity and to the refined map, pixels.
const LOOSE: f32 = 16.0;
const TIGHT: f32 = 9.0;
/// Agreeing pairs from which a perspective map is tried; below it would fit noise.
const PERSPECTIVE_FROM: usize = 14;

/// Whether pictures can be related so around this place: no mirror, scale within 4, squeezed less than 1.8.
fn is_sane(map: &PlaneMap, at: [f32; 2]) -> bool {
    let [a, b, d, e] = map.derivative(at);
    let determinant = a * e - b * d;
    let spread = a.hypot(b).max(d.hypot(e)) / determinant.abs().sqrt();
    map.apply(at).is_some() && determinant > 0.0 && (0.0625..=16.0).contains(&determinant) && spread < 1.8
}

/// The similarity that takes two places to two others, when they are far enough apart to fix it.
fn sample(p: &Pair, q: &Pair) -> Option<PlaneMap> {
    let apart = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) >= APART * APART;
    if !apart(p.from, q.from) || !apart(p.to, q.to) {
        return None;
    }
    let map = PlaneMap::similarity(p, q)?;
    let [a, _, _, d, ..] = map.rows();
    // The descriptors are upright: pairs that turn the picture by more than 45° match by chance.
    (a >= d.abs() && (0.0625..=16.0).contains(&(a * a + d * d))).then_some(map)
}

/// Least squares over the chosen pairs, unless pictures can't be related so.
fn solve(pairs: &[Pair], chosen: &[usize], freedom: Freedom) -> Option<PlaneMap> {
    let chosen = chosen.iter().map(|&i| &pairs[i]);
    let map = PlaneMap::least_squares(chosen.clone(), freedom)?;
    chosen.clone().all(|pair| is_sane(&map, pair.from)).then_some(map)
}

/// Pairs as four columns, so that counting agreeing ones runs over plain slices.
struct Columns([Vec<f32>; 4]);

impl Columns {
    fn of(pairs: &[Pair]) -> Self {
        let column = |of: fn(&Pair) -> f32| pairs.iter().map(of).collect();
        Self([column(|p| p.from[0]), column(|p| p.from[1]), column(|p| p.to[0]), column(|p| p.to[1])])
    }

    /// How many pairs an affine map explains within `miss` pixels.
    fn count(&self, map: &PlaneMap, miss: f32) -> usize {
        let [a, b, c, d, e, f] = map.rows();
        let [x, y, u, v] = &self.0;
        let mut agreeing = 0_u32;
        for (((x, y), u), v) in x.iter().zip(y).zip(u).zip(v) {
            let (dx, dy) = (a * x + b * y + c - u, d * x + e * y + f - v);
            agreeing += u32::from(dx * dx + dy * dy <= miss * miss);
        }
        agreeing as usize
    }
}

/// Pairs that a map explains within `miss` pixels.
fn agreeing(map: &PlaneMap, pairs: &[Pair], miss: f32) -> Vec<usize> {
    (0..pairs.len()).filter(|&i| map.miss(&pairs[i]) <= miss).collect()
}

/// The map most pairs agree on, and which pairs those are. The pairs come with the surest first.
pub(crate) fn fit(pairs: &[Pair]) -> Option<(PlaneMap, Vec<usize>)> {
    if pairs.len() < 3 {
        return None;
    }
    let columns = Columns::of(pairs);
    let mut dice = Dice(SEED);
    let mut best: Option<(PlaneMap, Vec<usize>)> = None;
    let (mut rounds, mut seen, mut most) = (ROUNDS, 0, 2);
    for draw in 0..ROUNDS * DRAWS {
        if seen >= rounds {
            break;
        }
        // The first draws come from the surest pairs, the later ones from more and more of them.
        let pool = (8 + draw / 4).min(pairs.len());
        let Some(map) = sample(&pairs[dice.below(pool)], &pairs[dice.below(pool)]) else { continue };
        seen += 1;
        let loose = columns.count(&map, LOOSE);
        // Only what beats all samples before it is worth refining (Chum, Matas and Kittler 2003).
        if loose <= most {
            continue;
        }
        most = loose;
        let (map, kept) = refine(pairs, map);
        if best.as_ref().is_none_or(|(_, other)| kept.len() > other.len()) {
            rounds = enough(kept.len(), pairs.len());
            best = Some((map, kept));
        }
    }
    best.map(|(map, kept)| with_perspective(pairs, map, kept))
}

/// Samples after which a better map than this is no longer to be expected (Fischler and Bolles), at most [`ROUNDS`].
fn enough(kept: usize, all: usize) -> usize {
    let share = kept as f64 / all as f64;
    let rounds = (0.002_f64).ln() / (1.0 - share * share * 0.5).ln();
    (rounds as usize).clamp(20, ROUNDS)
}

/// Alternates least squares and choice of pairs until nothing is gained.
fn refine(pairs: &[Pair], start: PlaneMap) -> (PlaneMap, Vec<usize>) {
    let mut best = (start, agreeing(&start, pairs, TIGHT));
    let mut chosen = agreeing(&start, pairs, LOOSE);
    for _ in 0..4 {
        let Some(map) = solve(pairs, &chosen, Freedom::Affine) else { break };
        let kept = agreeing(&map, pairs, TIGHT);
        if kept.len() <= best.1.len() {
            break;
        }
        chosen = agreeing(&map, pairs, LOOSE);
        best = (map, kept);
    }
    best
}

/// Replaces an affine map by a perspective one that explains more.
fn with_perspective(pairs: &[Pair], start: PlaneMap, kept: Vec<usize>) -> (PlaneMap, Vec<usize>) {
    let mut best = (start, kept);
    if best.1.len() < PERSPECTIVE_FROM {
        return best;
    }
    for round in 0..4 {
        let Some(map) = solve(pairs, &best.1, Freedom::Perspective) else { break };
        let kept = agreeing(&map, pairs, TIGHT);
        if kept.len() < best.1.len() || round > 0 && kept.len() == best.1.len() {
            break;
        }
        best = (map, kept);
    }
    best
}

/// xorshift64* (Vigna 2016).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }
}
