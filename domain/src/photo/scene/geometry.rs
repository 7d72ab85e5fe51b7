//! Fits one affine map to point pairs of which many are wrong: similarities from two pairs each (RANSAC, Fischler
//! and Bolles 1981, with a fixed seed), the best refined by least squares. It refuses maps that squeeze or blow up
//! more than four times.

/// A pair of matched places, pixels of either picture, and how far the second's direction is turned, radians.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub from: [f32; 2],
    pub to: [f32; 2],
    pub turn: f32,
}

/// x' = a·x + b·y + c, y' = d·x + e·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Map {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
    e: f32,
    f: f32,
}

const ROUNDS: usize = 500;
const SEED: u64 = 0x2545_F491_4F6C_DD1D;
/// Least distance of the two pairs of a sample, pixels.
const APART: f32 = 24.0;
/// Miss allowed to a similarity and to the refined affine map, pixels.
const LOOSE: f32 = 16.0;
const TIGHT: f32 = 9.0;
/// Turn by which a point's own direction may differ from the map's, radians.
const MAX_TWIST: f32 = 0.6;

impl Map {
    /// Where a place of the first picture lies in the second, pixels.
    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f]
    }

    /// Linear scale.
    pub fn scale(&self) -> f32 {
        (self.a * self.e - self.b * self.d).abs().sqrt()
    }

    /// Angle by which the x axis turns, radians.
    pub fn angle(&self) -> f32 {
        (self.d - self.b).atan2(self.a + self.e)
    }

    fn is_sane(&self) -> bool {
        let determinant = self.a * self.e - self.b * self.d;
        let spread = self.a.hypot(self.b).max(self.d.hypot(self.e)) / determinant.abs().sqrt();
        determinant > 0.0 && (0.25..=4.0).contains(&self.scale()) && spread < 1.8
    }

    fn fits(&self, pair: &Pair, miss: f32) -> bool {
        let [x, y] = pair.from;
        let (dx, dy) =
            (self.a * x + self.b * y + self.c - pair.to[0], self.d * x + self.e * y + self.f - pair.to[1]);
        dx * dx + dy * dy <= miss * miss && wrap(pair.turn - self.angle()).abs() <= MAX_TWIST
    }

    fn inliers(&self, pairs: &[Pair], miss: f32) -> Vec<usize> {
        (0..pairs.len()).filter(|&i| self.fits(&pairs[i], miss)).collect()
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
        let (c, f) = (p.to[0] - a * p.from[0] + d * p.from[1], p.to[1] - d * p.from[0] - a * p.from[1]);
        Some(Self { a, b: -d, c, d, e: a, f }).filter(Self::is_sane)
    }

    /// Least squares over the chosen pairs.
    fn affine(pairs: &[Pair], chosen: &[usize]) -> Option<Self> {
        let n = chosen.len() as f64;
        let mean = |of: fn(&Pair) -> f32| chosen.iter().map(|&i| f64::from(of(&pairs[i]))).sum::<f64>() / n;
        let (mx, my) = (mean(|p| p.from[0]), mean(|p| p.from[1]));
        let (nx, ny) = (mean(|p| p.to[0]), mean(|p| p.to[1]));
        let mut s = [0.0f64; 7];
        for pair in chosen.iter().map(|&i| &pairs[i]) {
            let (x, y) = (f64::from(pair.from[0]) - mx, f64::from(pair.from[1]) - my);
            let (u, v) = (f64::from(pair.to[0]) - nx, f64::from(pair.to[1]) - ny);
            [x * x, x * y, y * y, x * u, y * u, x * v, y * v]
                .iter()
                .zip(&mut s)
                .for_each(|(t, sum)| *sum += t);
        }
        let determinant = s[0] * s[2] - s[1] * s[1];
        // Places on one line fix no affine map.
        if determinant < 1e-3 * (s[0] + s[2]).powi(2) {
            return None;
        }
        let (a, b) = ((s[3] * s[2] - s[4] * s[1]) / determinant, (s[4] * s[0] - s[3] * s[1]) / determinant);
        let (d, e) = ((s[5] * s[2] - s[6] * s[1]) / determinant, (s[6] * s[0] - s[5] * s[1]) / determinant);
        let (c, f) = (nx - a * mx - b * my, ny - d * mx - e * my);
        let [a, b, c, d, e, f] = [a, b, c, d, e, f].map(|v| v as f32);
        Some(Self { a, b, c, d, e, f }).filter(Self::is_sane)
    }
}

/// The map most pairs agree on, and which pairs those are.
pub(super) fn fit(pairs: &[Pair]) -> Option<(Map, Vec<usize>)> {
    if pairs.len() < 3 {
        return None;
    }
    let mut state = SEED;
    let mut pick = || {
        // xorshift64* (Vigna 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % pairs.len()
    };
    let mut best: Option<(Map, Vec<usize>)> = None;
    for _ in 0..ROUNDS {
        let Some(map) = Map::similarity(&pairs[pick()], &pairs[pick()]) else { continue };
        let loose = map.inliers(pairs, LOOSE);
        if loose.len() < 3 || best.as_ref().is_some_and(|(_, kept)| loose.len() + 2 < kept.len()) {
            continue;
        }
        let (map, kept) = refine(pairs, map, loose);
        if best.as_ref().is_none_or(|(_, most)| kept.len() > most.len()) {
            best = Some((map, kept));
        }
    }
    best
}

/// Alternates least squares and choice of pairs until nothing is gained.
fn refine(pairs: &[Pair], start: Map, loose: Vec<usize>) -> (Map, Vec<usize>) {
    let mut best = (start, start.inliers(pairs, TIGHT));
    let mut chosen = loose;
    for _ in 0..4 {
        let Some(map) = Map::affine(pairs, &chosen) else { break };
        let kept = map.inliers(pairs, TIGHT);
        if kept.len() <= best.1.len() {
            break;
        }
        chosen = map.inliers(pairs, LOOSE);
        best = (map, kept);
    }
    best
}

/// An angle brought to ±π.
pub(super) fn wrap(angle: f32) -> f32 {
    (angle + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI
}
