//! An edge of a shape: whether it counts for a point, by the exact predicate, and what of it a cell keeps.

use ::geo::{Coord, Kernel, LineString, MultiPolygon, Orientation, kernels::RobustKernel};

/// Quanta of a cell's width and height.
pub(super) const ONE: f64 = 16_384.0;
/// Share of a cell by which a kept edge may stick out of it.
const MARGIN: f64 = 0.5;

/// A share of a cell in quanta.
pub(super) fn quanta(share: f64) -> i32 {
    (share * ONE + 0.5) as i32
}

/// An edge in its upward direction, a level one eastward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub low: Coord<f64>,
    pub high: Coord<f64>,
}

impl Edge {
    pub fn new(a: Coord<f64>, b: Coord<f64>) -> Self {
        if (a.y, a.x) <= (b.y, b.x) { Self { low: a, high: b } } else { Self { low: b, high: a } }
    }

    /// Whether the ray that runs east from the point meets the edge.
    pub fn counts_for(&self, p: Coord<f64>) -> bool {
        if p.y < self.low.y || p.y >= self.high.y || p.x >= self.low.x.max(self.high.x) {
            return false;
        }
        p.x < self.low.x.min(self.high.x)
            || RobustKernel::orient2d(self.low, self.high, p) == Orientation::CounterClockwise
    }

    /// Whether the edge counts for the point when its ray turns at the longitude `turn`, which is not west of the point.
    ///
    /// Let f be the parity of the edges that count. At the longitude `turn` itself, f as a function of latitude changes
    /// where an edge crosses: one that rises eastward counts above its crossing up to its upper end, one that falls
    /// eastward counts from its lower end up to its crossing. The ends east of `turn` cancel along each ring, since two
    /// edges meet in each; what is left changes at crossings alone. So adding "at or above the end" for each end east of
    /// `turn` changes no sum over whole rings, and leaves an edge that does not come near the cell constant within it.
    pub fn flips(&self, p: Coord<f64>, turn: f64) -> bool {
        self.counts_for(p)
            ^ (self.low.x > turn && p.y >= self.low.y)
            ^ (self.high.x > turn && p.y >= self.high.y)
    }

    /// The longitudes the edge spans between two latitudes, of which at least one is within it.
    pub fn span(&self, bottom: f64, top: f64) -> (f64, f64) {
        let rise = self.high.y - self.low.y;
        if rise <= 0.0 {
            return (self.low.x.min(self.high.x), self.low.x.max(self.high.x));
        }
        let x_at =
            |y: f64| self.low.x + ((y - self.low.y) / rise).clamp(0.0, 1.0) * (self.high.x - self.low.x);
        let (a, b) = (x_at(bottom), x_at(top));
        (a.min(b), a.max(b))
    }

    /// Equal for equal edges.
    pub fn key(&self) -> [u64; 4] {
        [self.low.x, self.low.y, self.high.x, self.high.y].map(|part| (part + 0.0).to_bits())
    }
}

/// The part of a segment, in cells, that lies within [`MARGIN`] of the cell, its ends as words of two signed halves in
/// quanta (Liang and Barsky 1984).
pub(super) fn clipped(low: Coord<f64>, high: Coord<f64>) -> [u32; 2] {
    let along = high - low;
    let (mut from, mut to) = (0f64, 1f64);
    for (start, length) in [(low.x, along.x), (low.y, along.y)] {
        if length != 0.0 {
            let (a, b) = ((-MARGIN - start) / length, (1.0 + MARGIN - start) / length);
            from = from.max(a.min(b));
            to = to.min(a.max(b));
        }
    }
    let half = |share: f64| {
        let share = share.clamp(-MARGIN, 1.0 + MARGIN);
        u32::from((share * ONE).round() as i16 as u16)
    };
    let at = |share: f64, end: Coord<f64>| {
        // An end that is not cut off stays exactly where it is.
        let p = if share <= 0.0 || share >= 1.0 { end } else { low + along * share };
        half(p.y) << 16 | half(p.x)
    };
    [at(from, low), at(to, high)]
}

fn rings(shape: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    shape.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

/// All edges of a shape, in the order of their numbers.
pub(super) fn edges_of(shape: &MultiPolygon<f64>) -> impl Iterator<Item = Edge> + '_ {
    rings(shape).flat_map(|ring| ring.0.windows(2).map(|ends| Edge::new(ends[0], ends[1])))
}

/// The edge of a shape with this number.
pub(super) fn nth_edge(shape: &MultiPolygon<f64>, number: u32) -> Option<Edge> {
    let mut number = number as usize;
    for ring in rings(shape) {
        let edges = ring.0.len().saturating_sub(1);
        if number < edges {
            return Some(Edge::new(ring.0[number], ring.0[number + 1]));
        }
        number -= edges;
    }
    None
}

/// Whether an odd number of edges count for the point.
pub(super) fn odd<'a>(edges: impl Iterator<Item = &'a Edge>, p: Coord<f64>) -> bool {
    edges.filter(|edge| edge.counts_for(p)).count() % 2 == 1
}

/// Whether the shape owns the point, by testing every edge.
#[cfg(test)]
pub(in super::super) fn owns(shape: &MultiPolygon<f64>, p: Coord<f64>) -> bool {
    odd(edges_of(shape).collect::<Vec<_>>().iter(), p)
}
