//! Projective maps of the plane, by which one picture lies over another: from two pairs of places (a similarity) or by
//! least squares over many, affine or with perspective (Hartley and Zisserman 2004, section 4.1, inhomogeneous form with
//! normalised places). It refuses places that fix no map, and says nothing about which maps are likely.

/// A pair of matched places, pixels of either picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub from: [f32; 2],
    pub to: [f32; 2],
}

/// Takes places of one picture to places of another: a 3 × 3 matrix of homogeneous coordinates, row by row, the last
/// entry 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneMap([f64; 9]);

/// How many numbers least squares may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freedom {
    /// Straight lines stay parallel.
    Affine = 6,
    /// They may meet at a horizon.
    Perspective = 8,
}

/// Least pivot of the normal equations, whose entries are about the number of pairs: below it the places lie on a line.
const LEAST_PIVOT: f64 = 1e-6;
/// Least depth at which a place still lies before the horizon; the origin has depth 1.
const HORIZON: f64 = 1e-6;

impl PlaneMap {
    /// The similarity that takes two places to two others; `None` when either two are one.
    pub(crate) fn similarity(p: &Pair, q: &Pair) -> Option<Self> {
        let [[px, py], [qx, qy], [pu, pv], [qu, qv]] =
            [p.from, q.from, p.to, q.to].map(|at| at.map(f64::from));
        let (ux, uy, vx, vy) = (qx - px, qy - py, qu - pu, qv - pv);
        let length = ux * ux + uy * uy;
        if length == 0.0 || vx * vx + vy * vy == 0.0 {
            return None;
        }
        let (a, d) = ((ux * vx + uy * vy) / length, (ux * vy - uy * vx) / length);
        Some(Self([a, -d, pu - a * px + d * py, d, a, pv - d * px - a * py, 0.0, 0.0, 1.0]))
    }

    /// Least squares over the pairs; `None` when they fix no map.
    pub(crate) fn least_squares<'p>(
        pairs: impl Iterator<Item = &'p Pair> + Clone,
        freedom: Freedom,
    ) -> Option<Self> {
        let (from, to) =
            (Frame::around(pairs.clone().map(|p| p.from)), Frame::around(pairs.clone().map(|p| p.to)));
        let mut system = [[0.0; 9]; 8];
        for pair in pairs {
            let ([x, y], [u, v]) = (from.enter(pair.from), to.enter(pair.to));
            add(&mut system, [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u]);
            add(&mut system, [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v]);
        }
        let [a, b, c, d, e, f, g, h] = solve(system, freedom as usize)?;
        Self(multiply(&multiply(&to.leaving(), &[a, b, c, d, e, f, g, h, 1.0]), &from.entering())).scaled()
    }

    /// The map back; `None` when it has none, or when it sends the origin to infinity.
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
        let sound = last.abs() > 1e-9 && self.0.iter().all(|v| v.is_finite());
        sound.then(|| Self(self.0.map(|v| v / last)))
    }

    /// Depth of a place: 1 at the origin, 0 on the horizon.
    fn depth(&self, [x, y]: [f32; 2]) -> f64 {
        self.0[6] * f64::from(x) + self.0[7] * f64::from(y) + 1.0
    }

    /// Where a place goes, pixels; `None` on and behind the horizon.
    pub fn apply(&self, at: [f32; 2]) -> Option<[f32; 2]> {
        let ([a, b, c, d, e, f, ..], [x, y]) = (self.0, at.map(f64::from));
        let depth = self.depth(at);
        let to = [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth];
        (depth > HORIZON).then(|| to.map(|v| v as f32))
    }

    /// Distance from where the pair's first place goes to its second, pixels.
    pub(crate) fn miss(&self, pair: &Pair) -> f32 {
        self.apply(pair.from).map_or(f32::MAX, |[x, y]| (x - pair.to[0]).hypot(y - pair.to[1]))
    }

    /// The derivative around a place, row by row: the affine map nearest to this one there.
    pub(crate) fn derivative(&self, at: [f32; 2]) -> [f64; 4] {
        let ([a, b, c, d, e, f, g, h, _], [x, y]) = (self.0, at.map(f64::from));
        let depth = self.depth(at);
        let (u, v) = ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth);
        [(a - u * g) / depth, (b - u * h) / depth, (d - v * g) / depth, (e - v * h) / depth]
    }

    /// Linear scale around a place.
    pub fn scale(&self, at: [f32; 2]) -> f32 {
        let [a, b, d, e] = self.derivative(at);
        (a * e - b * d).abs().sqrt() as f32
    }

    /// Angle by which the picture turns around a place, radians, clockwise on the screen.
    pub fn angle(&self, at: [f32; 2]) -> f32 {
        let [a, b, d, e] = self.derivative(at);
        (d - b).atan2(a + e) as f32
    }

    /// The two upper rows: the whole of an affine map.
    pub(crate) fn rows(&self) -> [f32; 6] {
        std::array::from_fn(|i| self.0[i] as f32)
    }
}

/// Adds one equation to the normal equations.
fn add(system: &mut [[f64; 9]; 8], row: [f64; 9]) {
    for (sums, &factor) in system.iter_mut().zip(&row) {
        sums.iter_mut().zip(&row).for_each(|(sum, term)| *sum += factor * term);
    }
}

/// Gauss's elimination of the first `unknowns` with the largest pivot of the column; the others stay 0.
fn solve(mut m: [[f64; 9]; 8], unknowns: usize) -> Option<[f64; 8]> {
    for k in 0..unknowns {
        let pivot = (k..unknowns).max_by(|&i, &j| m[i][k].abs().total_cmp(&m[j][k].abs()))?;
        m.swap(k, pivot);
        if m[k][k].abs() < LEAST_PIVOT {
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

fn multiply(a: &[f64; 9], b: &[f64; 9]) -> [f64; 9] {
    std::array::from_fn(|i| (0..3).map(|k| a[i / 3 * 3 + k] * b[k * 3 + i % 3]).sum())
}

/// Coordinates around the mean, in units of the mean distance from it.
struct Frame {
    middle: [f64; 2],
    unit: f64,
}

impl Frame {
    fn around(places: impl Iterator<Item = [f32; 2]> + Clone) -> Self {
        let n = places.clone().count().max(1) as f64;
        let mean = |axis: usize| places.clone().map(|at| f64::from(at[axis])).sum::<f64>() / n;
        let middle = [mean(0), mean(1)];
        let far = |at: [f32; 2]| (f64::from(at[0]) - middle[0]).hypot(f64::from(at[1]) - middle[1]);
        Self { middle, unit: (places.clone().map(far).sum::<f64>() / n).max(1e-6) }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Maps that lay one photograph over another: turned, scaled, moved and tilted.
    fn likely() -> impl Strategy<Value = PlaneMap> {
        let tilt = -2e-4..2e-4;
        (-3.1f64..3.1, 0.3f64..3.0, -200.0..200.0, -200.0..200.0, tilt.clone(), tilt).prop_map(
            |(turn, scale, c, f, g, h)| {
                let (sin, cos) = (scale * turn.sin(), scale * turn.cos());
                PlaneMap([cos, -sin, c, sin, cos, f, g, h, 1.0])
            },
        )
    }

    fn places() -> impl Strategy<Value = [f32; 2]> {
        [0.0f32..640.0, 0.0f32..640.0]
    }

    proptest! {
        #[test]
        fn the_map_back_undoes_the_map(map in likely(), at in places()) {
            let there = map.apply(at).unwrap();
            let back = map.inverse().unwrap().apply(there);
            // Back across a horizon there is no place.
            if let Some(back) = back {
                prop_assert!((back[0] - at[0]).hypot(back[1] - at[1]) < 0.05, "{at:?} {there:?} {back:?}");
            }
        }

        #[test]
        fn least_squares_finds_the_map_that_made_the_pairs(map in likely(), grid in 4u8..9) {
            let cell = |i: u8| [f32::from(i % grid) * 70.0 + 5.0, f32::from(i / grid) * 60.0 + 9.0];
            let pairs: Vec<Pair> =
                (0..grid * grid).map(cell).map(|from| Pair { from, to: map.apply(from).unwrap() }).collect();
            let found = PlaneMap::least_squares(pairs.iter(), Freedom::Perspective).unwrap();
            prop_assert!(pairs.iter().all(|pair| found.miss(pair) < 0.1), "{map:?} {found:?}");
            let middle = [200.0, 150.0];
            prop_assert!((found.scale(middle) / map.scale(middle) - 1.0).abs() < 1e-3);
        }

        #[test]
        fn two_pairs_give_their_similarity(turn in -3.1f32..3.1, scale in 0.3f32..3.0, p in places(), q in places()) {
            prop_assume!((p[0] - q[0]).hypot(p[1] - q[1]) > 5.0);
            let (sin, cos) = (scale * turn.sin(), scale * turn.cos());
            let pair = |from: [f32; 2]| Pair { from, to: [cos * from[0] - sin * from[1], sin * from[0] + cos * from[1]] };
            let map = PlaneMap::similarity(&pair(p), &pair(q)).unwrap();
            prop_assert!((map.angle(p) - turn).abs() < 1e-2 && (map.scale(q) - scale).abs() < 1e-2, "{map:?}");
        }
    }

    #[test]
    fn places_on_a_line_fix_nothing() {
        let on_a_line: Vec<Pair> = (0..20u8)
            .map(|i| [f32::from(i) * 30.0, f32::from(i) * 12.0])
            .map(|at| Pair { from: at, to: at })
            .collect();
        assert_eq!(PlaneMap::least_squares(on_a_line.iter(), Freedom::Affine), None);
        assert_eq!(PlaneMap::least_squares(on_a_line[..0].iter(), Freedom::Affine), None);
        assert_eq!(PlaneMap::similarity(&on_a_line[3], &on_a_line[3]), None);
    }
}
