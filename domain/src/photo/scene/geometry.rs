//! Fits one map to point pairs of which many are wrong: similarities from two pairs each (RANSAC, Fischler and Bolles
//! 1981, best pairs first as in PROSAC, Chum and Matas 2005, with a fixed seed), the best refined to an affine map and,
//! where that explains more, to a perspective one. It refuses maps that squeeze or blow up more than four times.

/// A pair of matched places, pixels of either picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    pub from: [f32; 2],
    pub to: [f32; 2],
}

/// Takes places of the first picture to places of the second: a 3 × 3 matrix of homogeneous coordinates, row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Map([f32; 9]);

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

impl Map {
    const fn affine(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32) -> Self {
        Self([a, b, c, d, e, f, 0.0, 0.0, 1.0])
    }

    /// Where a place of the first picture lies in the second, pixels.
    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let depth = g * x + h * y + i;
        [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth]
    }

    /// The map from the second picture back to the first; `None` when it has none.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i] = self.0.map(f64::from);
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        // Scaled so that the last entry is 1; a map of pictures never sends the origin to infinity.
        let last = adjugate[8];
        let determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6];
        (determinant.abs() > 1e-9 && last.abs() > 1e-9).then(|| Self(adjugate.map(|v| (v / last) as f32)))
    }

    /// The affine map nearest to this one around a place: the derivative there, row by row.
    fn derivative(&self, at: [f32; 2]) -> [f32; 4] {
        let [a, b, _, d, e, _, g, h, i] = self.0;
        let [u, v] = self.apply(at);
        let depth = g * at[0] + h * at[1] + i;
        [(a - u * g) / depth, (b - u * h) / depth, (d - v * g) / depth, (e - v * h) / depth]
    }

    /// Linear scale around a place of the first picture.
    pub fn scale(&self, at: [f32; 2]) -> f32 {
        let [a, b, d, e] = self.derivative(at);
        (a * e - b * d).abs().sqrt()
    }

    /// Angle by which the x axis turns around a place of the first picture, radians.
    pub fn angle(&self, at: [f32; 2]) -> f32 {
        let [a, b, d, e] = self.derivative(at);
        (d - b).atan2(a + e)
    }

    /// Whether pictures can be related so around this place: no mirror, scale within 4, squeezed less than 1.8.
    fn is_sane(&self, at: [f32; 2]) -> bool {
        let [a, b, d, e] = self.derivative(at);
        let determinant = a * e - b * d;
        let spread = a.hypot(b).max(d.hypot(e)) / determinant.abs().sqrt();
        determinant > 0.0 && (0.0625..=16.0).contains(&determinant) && spread < 1.8
    }

    /// The similarity that takes two places to two others.
    fn similarity(p: &Pair, q: &Pair) -> Option<Self> {
        let (ux, uy) = (q.from[0] - p.from[0], q.from[1] - p.from[1]);
        let (vx, vy) = (q.to[0] - p.to[0], q.to[1] - p.to[1]);
        let length = ux * ux + uy * uy;
        if length < APART * APART || vx * vx + vy * vy < APART * APART {
            return None;
        }
        let (a, d) = ((ux * vx + uy * vy) / length, (ux * vy - uy * vx) / length);
        // The descriptors are upright: pairs that turn the picture by more than 45° match by chance.
        if a < d.abs() || !(0.0625..=16.0).contains(&(a * a + d * d)) {
            return None;
        }
        let (c, f) = (p.to[0] - a * p.from[0] + d * p.from[1], p.to[1] - d * p.from[0] - a * p.from[1]);
        Some(Self::affine(a, -d, c, d, a, f))
    }

    /// Least squares over the chosen pairs: six unknowns, or eight with perspective.
    fn solve(pairs: &[Pair], chosen: &[usize], unknowns: usize) -> Option<Self> {
        let n = chosen.len() as f64;
        let mean =
            |of: &dyn Fn(&Pair) -> f32| chosen.iter().map(|&i| f64::from(of(&pairs[i]))).sum::<f64>() / n;
        let (mx, my) = (mean(&|p| p.from[0]), mean(&|p| p.from[1]));
        let (nx, ny) = (mean(&|p| p.to[0]), mean(&|p| p.to[1]));
        // Coordinates around their means in units of 100 pixels keep the equations well conditioned.
        let unit = |v: f32, mean: f64| (f64::from(v) - mean) / 100.0;
        let mut system = [[0.0; 9]; 8];
        for pair in chosen.iter().map(|&i| &pairs[i]) {
            let (x, y) = (unit(pair.from[0], mx), unit(pair.from[1], my));
            let (u, v) = (unit(pair.to[0], nx), unit(pair.to[1], ny));
            add(&mut system, [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u]);
            add(&mut system, [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v]);
        }
        let [a, b, c, d, e, f, g, h] = eliminate(system, unknowns)?;
        // Back to pixels: (mean, unit) of the second picture after, those of the first before.
        let (g, h) = (g / 100.0, h / 100.0);
        let last = 1.0 - g * mx - h * my;
        let row = |a: f64, b: f64, c: f64, n: f64| {
            let (a, b) = (a + n * g, b + n * h);
            [a, b, 100.0 * c - (a - n * g) * mx - (b - n * h) * my + n * last]
        };
        let ([a, b, c], [d, e, f]) = (row(a, b, c, nx), row(d, e, f, ny));
        let map = Self([a, b, c, d, e, f, g, h, last].map(|v| (v / last) as f32));
        let sane = |&i: &usize| {
            let at = pairs[i].from;
            map.0[6] * at[0] + map.0[7] * at[1] + 1.0 > 0.1 && map.is_sane(at)
        };
        (last > 0.1 && chosen.iter().all(sane)).then_some(map)
    }
}

/// Adds one equation to the normal equations.
fn add(system: &mut [[f64; 9]; 8], row: [f64; 9]) {
    for (sums, &factor) in system.iter_mut().zip(&row) {
        sums.iter_mut().zip(&row).for_each(|(sum, term)| *sum += factor * term);
    }
}

/// Gauss's elimination of the first `unknowns`; the others stay 0. `None` where places on one line fix nothing.
fn eliminate(mut m: [[f64; 9]; 8], unknowns: usize) -> Option<[f64; 8]> {
    for k in 0..unknowns {
        let pivot = (k..unknowns).max_by(|&i, &j| m[i][k].abs().total_cmp(&m[j][k].abs()))?;
        m.swap(k, pivot);
        if m[k][k].abs() < 1e-4 {
            return None;
        }
        let row = m[k];
        for other in m.iter_mut().take(unknowns).skip(k + 1) {
            let factor = other[k] / row[k];
            other.iter_mut().zip(row).skip(k).for_each(|(v, r)| *v -= factor * r);
        }
    }
    let mut out = [0.0; 8];
    for k in (0..unknowns).rev() {
        let known: f64 = (k + 1..unknowns).map(|j| m[k][j] * out[j]).sum();
        out[k] = (m[k][8] - known) / m[k][k];
    }
    Some(out)
}

/// Pairs as four columns, so that counting agreeing ones runs over plain slices.
struct Columns([Vec<f32>; 4]);

impl Columns {
    fn of(pairs: &[Pair]) -> Self {
        let column = |of: fn(&Pair) -> f32| pairs.iter().map(of).collect();
        Self([column(|p| p.from[0]), column(|p| p.from[1]), column(|p| p.to[0]), column(|p| p.to[1])])
    }

    /// How many pairs an affine map explains within `miss` pixels.
    fn count(&self, map: &Map, miss: f32) -> usize {
        let [a, b, c, d, e, f, ..] = map.0;
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
fn agreeing(map: &Map, pairs: &[Pair], miss: f32) -> Vec<usize> {
    (0..pairs.len()).filter(|&i| miss_of(map, &pairs[i]) <= miss * miss).collect()
}

/// Square of the distance between where the map puts a place and where it was found.
fn miss_of(map: &Map, pair: &Pair) -> f32 {
    let [x, y] = map.apply(pair.from);
    (x - pair.to[0]).powi(2) + (y - pair.to[1]).powi(2)
}

/// The map most pairs agree on, and which pairs those are. The pairs come with the surest first.
pub(super) fn fit(pairs: &[Pair]) -> Option<(Map, Vec<usize>)> {
    if pairs.len() < 3 {
        return None;
    }
    let columns = Columns::of(pairs);
    let mut dice = Dice(SEED);
    let mut best: Option<(Map, Vec<usize>)> = None;
    let (mut rounds, mut seen) = (ROUNDS, 0);
    for draw in 0..ROUNDS * DRAWS {
        if seen >= rounds {
            break;
        }
        // The first draws come from the surest pairs, the later ones from more and more of them.
        let pool = (8 + draw / 4).min(pairs.len());
        let Some(map) = Map::similarity(&pairs[dice.below(pool)], &pairs[dice.below(pool)]) else { continue };
        seen += 1;
        let loose = columns.count(&map, LOOSE);
        if loose < 3 || best.as_ref().is_some_and(|(_, kept)| loose + 2 < kept.len()) {
            continue;
        }
        let (map, kept) = refine(pairs, map);
        if best.as_ref().is_none_or(|(_, most)| kept.len() > most.len()) {
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
fn refine(pairs: &[Pair], start: Map) -> (Map, Vec<usize>) {
    let mut best = (start, agreeing(&start, pairs, TIGHT));
    let mut chosen = agreeing(&start, pairs, LOOSE);
    for _ in 0..4 {
        let Some(map) = Map::solve(pairs, &chosen, 6) else { break };
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
fn with_perspective(pairs: &[Pair], start: Map, kept: Vec<usize>) -> (Map, Vec<usize>) {
    let mut best = (start, kept);
    if best.1.len() < PERSPECTIVE_FROM {
        return best;
    }
    for round in 0..4 {
        let Some(map) = Map::solve(pairs, &best.1, 8) else { break };
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
