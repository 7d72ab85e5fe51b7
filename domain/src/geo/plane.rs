//! A flat map in metres around one position, good for distances and areas of a district. It refuses nothing:
//! far from its origin it is simply less exact (0.5 % of the east–west scale per 50 km of latitude at 36° N).

use ::geo::{BoundingRect, Coord, MultiPolygon, Rect};

use super::datum::{EARTH_RADIUS_M, Wgs84};

/// The box around all shapes, in their units; `None` when there is no vertex.
pub(super) fn bounds<'a>(shapes: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Option<Rect<f64>> {
    shapes.filter_map(BoundingRect::bounding_rect).reduce(|a, b| {
        let (min, max) = ((a.min(), b.min()), (a.max(), b.max()));
        Rect::new(
            Coord { x: min.0.x.min(min.1.x), y: min.0.y.min(min.1.y) },
            Coord { x: max.0.x.max(max.1.x), y: max.0.y.max(max.1.y) },
        )
    })
}

/// Metres from the origin of a plane to the nearest point of a segment on it.
pub(super) fn distance_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let along = b - a;
    let squared = along.x * along.x + along.y * along.y;
    let share =
        if squared > 0.0 { (-(a.x * along.x + a.y * along.y) / squared).clamp(0.0, 1.0) } else { 0.0 };
    (a.x + share * along.x).hypot(a.y + share * along.y)
}

/// Equirectangular map with its origin at a position; x east and y north, metres.
pub(super) struct Plane {
    origin: Wgs84,
    east_m: f64,
    north_m: f64,
}

impl Plane {
    pub fn around(origin: Wgs84) -> Self {
        let north_m = EARTH_RADIUS_M.to_radians();
        // At the pole itself a degree of longitude has no length; a millimetre keeps the way back finite.
        let east_m = (north_m * origin.lat.to_radians().cos()).max(0.001);
        Self { origin, east_m, north_m }
    }

    /// Degrees to metres.
    pub fn flatten(&self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: (at.x - self.origin.lon) * self.east_m, y: (at.y - self.origin.lat) * self.north_m }
    }

    /// Metres to degrees.
    pub fn lift(&self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: self.origin.lon + at.x / self.east_m, y: self.origin.lat + at.y / self.north_m }
    }

    /// Metres from the origin to the nearest point of the segment between two positions.
    pub fn distance_to_segment_m(&self, a: Coord<f64>, b: Coord<f64>) -> f64 {
        distance_m(self.flatten(a), self.flatten(b))
    }

    /// Metres from the origin to the nearest point of a box of positions, 0 inside it.
    pub fn distance_to_box_m(&self, area: Rect<f64>) -> f64 {
        let (low, high) = (self.flatten(area.min()), self.flatten(area.max()));
        low.x.max(-high.x).max(0.0).hypot(low.y.max(-high.y).max(0.0))
    }
}
