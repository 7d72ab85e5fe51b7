//! Projective maps of the plane: from two pairs of points (a similarity) or by least squares over many (Hartley and
//! Zisserman 2004, section 4.1, inhomogeneous form with normalised points). It refuses degenerate maps.

/// A pair of matched places, pixels of either picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub from: [f32; 2],
    pub to: [f32; 2],
    /// Turn of the second point's direction against the first's, radians.
    pub turn: f32,
    /// Bits in which the descriptors differ.
    pub bits: u32,
}

/// Row by row; the last element is 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homography([f64; 9]);

/// Least distance of the two pairs of a sample, pixels.
const APART: f32 = 20.0;

impl Homography {
    /// The similarity that takes two places to two others, when it keeps the size within a factor of four.
    pub fn similarity(p: &Pair, q: &Pair) -> Option<Self> {
        let (ux, uy) = (f64::from(q.from[0] - p.from[0]), f64::from(q.from[1] - p.from[1]));
        let (vx, vy) = (f64::from(q.to[0] - p.to[0]), f64::from(q.to[1] - p.to[1]));
        let (length, other) = (ux * ux + uy * uy, vx * vx + vy * vy);
        let least = f64::from(APART * APART);
        if length < least || other < least || other > 16.0 * length || length > 16.0 * other {
            return None;
        }
        let (a, d) = ((ux * vx + uy * vy) / length, (ux * vy - uy * vx) / length);
        let [x, y] = p.from.map(f64::from);
        let [u, v] = p.to.map(f64::from);
        Some(Self([a, -d, u - a * x + d * y, d, a, v - d * x - a * y, 0.0, 0.0, 1.0]))
    }

    /// Least squares over the pairs.
    pub fn least_squares(pairs: &[&Pair]) -> Option<Self> {
        let (from, to) = (Frame::around(pairs, |p| p.from), Frame::around(pairs, |p| p.to));
        let mut system = [[0.0f64; 9]; 8];
        for pair in pairs {
            let ([x, y], [u, v]) = (from.enter(pair.from), to.enter(pair.to));
            add(&mut system, [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u]);
            add(&mut system, [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v]);
        }
        let h = solve(system)?;
        let normal = [h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1.0];
        let map = multiply(&multiply(&to.leaving(), &normal), &from.entering());
        Self(map).scaled()
    }

    /// The map back.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        Self([
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ])
        .scaled()
    }

    fn scaled(self) -> Option<Self> {
        let last = self.0[8];
        let sane = last.abs() > 1e-12 && self.0.iter().all(|v| v.is_finite());
        sane.then(|| Self(self.0.map(|v| v / last)))
    }

    /// Where a place goes; `None` at and behind the horizon.
    pub fn apply(&self, [x, y]: [f32; 2]) -> Option<[f32; 2]> {
        let (x, y, h) = (f64::from(x), f64::from(y), &self.0);
        let w = h[6] * x + h[7] * y + h[8];
        let at = [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w];
        (w > 1e-6).then(|| at.map(|v| v as f32))
    }

    /// Distance from where the pair's first place goes to its second, pixels.
    pub fn miss(&self, pair: &Pair) -> f32 {
        self.apply(pair.from).map_or(f32::MAX, |[x, y]| (x - pair.to[0]).hypot(y - pair.to[1]))
    }

    /// Linear scale and turn (radians) around a place.
    pub fn scale_and_angle(&self, at: [f32; 2]) -> (f32, f32) {
        let step = 8.0;
        let ends = [at, [at[0] + step, at[1]], [at[0], at[1] + step]].map(|p| self.apply(p));
        let [Some(o), Some(x), Some(y)] = ends else { return (0.0, 0.0) };
        let (a, d, b, e) = (x[0] - o[0], x[1] - o[1], y[0] - o[0], y[1] - o[1]);
        ((a * e - b * d).abs().sqrt() / step, (d - b).atan2(a + e))
    }
}

/// Adds one equation to the normal equations.
fn add(system: &mut [[f64; 9]; 8], row: [f64; 9]) {
    for (line, left) in system.iter_mut().zip(row) {
        line.iter_mut().zip(row).for_each(|(cell, right)| *cell += left * right);
    }
}

/// Gaussian elimination with the largest pivot of the column.
fn solve(mut m: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for i in 0..8 {
        let pivot = (i..8).max_by(|&a, &b| m[a][i].abs().total_cmp(&m[b][i].abs()))?;
        m.swap(i, pivot);
        if m[i][i].abs() < 1e-9 {
            return None;
        }
        let lead = m[i].map(|v| v / m[i][i]);
        m[i] = lead;
        for (row, line) in m.iter_mut().enumerate().filter(|(row, _)| *row != i) {
            debug_assert!(row != i);
            let factor = line[i];
            line.iter_mut().zip(lead).for_each(|(cell, v)| *cell -= factor * v);
        }
    }
    Some(m.map(|line| line[8]))
}

fn multiply(a: &[f64; 9], b: &[f64; 9]) -> [f64; 9] {
    std::array::from_fn(|i| (0..3).map(|k| a[i / 3 * 3 + k] * b[k * 3 + i % 3]).sum())
}

/// Coordinates around the mean, in units of the mean distance from it.
struct Frame {
    middle: [f64; 2],
    unit: f64,
}

impl Frame {
    fn around(pairs: &[&Pair], of: impl Fn(&Pair) -> [f32; 2]) -> Self {
        let n = pairs.len().max(1) as f64;
        let mean = |axis: usize| pairs.iter().map(|p| f64::from(of(p)[axis])).sum::<f64>() / n;
        let middle = [mean(0), mean(1)];
        let far = |p: &Pair| (f64::from(of(p)[0]) - middle[0]).hypot(f64::from(of(p)[1]) - middle[1]);
        Self { middle, unit: (pairs.iter().map(|p| far(p)).sum::<f64>() / n).max(1e-6) }
    }

    fn enter(&self, place: [f32; 2]) -> [f64; 2] {
        std::array::from_fn(|axis| (f64::from(place[axis]) - self.middle[axis]) / self.unit)
    }

    fn entering(&self) -> [f64; 9] {
        let [x, y] = self.middle.map(|v| -v / self.unit);
        [1.0 / self.unit, 0.0, x, 0.0, 1.0 / self.unit, y, 0.0, 0.0, 1.0]
    }

    fn leaving(&self) -> [f64; 9] {
        [self.unit, 0.0, self.middle[0], 0.0, self.unit, self.middle[1], 0.0, 0.0, 1.0]
    }
}
