//! One outline by itself: a patch seen from the air, a watched area, a stretch of water. It refuses what a grid would be
//! refused for, and says no more of a place than whether the outline holds it.

use ::geo::{Area, Coord, InteriorPoint, Intersects as _, MapCoords, MultiPolygon, Point};
use serde_json::Value;

use super::check::shape_faults;
use super::datum::{CoordType, Wgs84, to_wgs84};
use super::json::{read_shape, shape_to_geojson, to_shape};
use super::plane::{Plane, bounds};

/// A sound shape in WGS-84.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline(MultiPolygon<f64>);

impl Outline {
    /// Reads a Polygon or MultiPolygon geometry (RFC 7946) in the given datum.
    ///
    /// # Errors
    /// Says in Chinese what is wrong: another geometry, no points, a ring that crosses itself, coordinates out of range.
    pub fn read(geometry: Value, coord: CoordType) -> Result<Self, String> {
        let shape = read_shape(geometry)?;
        let shape =
            to_shape(&shape, |lon, lat| to_wgs84(coord, lon, lat).map(|at| Coord { x: at.lon, y: at.lat }))?;
        match shape_faults(&shape).into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self(shape)),
        }
    }

    /// Reads the stored form, which was sound when it was written.
    pub fn stored(text: &str) -> Option<Self> {
        super::json::shape_from_geojson(text).ok().map(Self)
    }

    /// The stored form: a GeoJSON MultiPolygon in WGS-84.
    pub fn to_geojson(&self) -> String {
        shape_to_geojson(&self.0).to_string()
    }

    /// Whether the position is inside or on the border.
    pub fn holds(&self, at: Wgs84) -> bool {
        self.0.intersects(&Point::new(at.lon, at.lat))
    }

    /// A position inside, also where the middle is a hole.
    pub fn inner_point(&self) -> Option<Wgs84> {
        self.0.interior_point().and_then(|point| Wgs84::new(point.x(), point.y()))
    }

    /// West, south, east, north in degrees.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let all = bounds(std::iter::once(&self.0))?;
        Some([all.min().x, all.min().y, all.max().x, all.max().y])
    }

    /// Square metres.
    pub fn area_m2(&self) -> f64 {
        let plane = self.inner_point().map(Plane::around);
        plane.map_or(0.0, |plane| self.0.map_coords(|c| plane.flatten(c)).unsigned_area())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn square() -> Value {
        json!({ "type": "Polygon", "coordinates": [
            [[120.0, 36.0], [120.01, 36.0], [120.01, 36.01], [120.0, 36.01], [120.0, 36.0]],
            [[120.004, 36.004], [120.006, 36.004], [120.006, 36.006], [120.004, 36.006], [120.004, 36.004]],
        ] })
    }

    #[test]
    fn a_place_in_the_hole_is_not_held_and_the_inner_point_is() {
        let outline = Outline::read(square(), CoordType::Wgs84).unwrap();
        assert!(!outline.holds(Wgs84::new(120.005, 36.005).unwrap()));
        assert!(outline.holds(Wgs84::new(120.0, 36.005).unwrap()), "a border belongs to it");
        assert!(outline.holds(outline.inner_point().unwrap()));
        let area = outline.area_m2();
        assert!((950_000.0..970_000.0).contains(&area), "{area}");
        assert_eq!(Outline::stored(&outline.to_geojson()), Some(outline));
    }

    #[test]
    fn a_bow_tie_a_point_and_swapped_axes_are_refused_with_their_reason() {
        let bow = json!({ "type": "Polygon", "coordinates":
            [[[120.0, 36.0], [120.02, 36.01], [120.02, 36.0], [120.0, 36.02], [120.0, 36.0]]] });
        let swapped = json!({ "type": "Polygon", "coordinates":
            [[[36.0, 120.0], [36.01, 120.0], [36.01, 120.01], [36.0, 120.0]]] });
        let cases = [
            (bow, "自相交"),
            (json!({ "type": "Point", "coordinates": [120.0, 36.0] }), "实为 Point"),
            (swapped, "超出范围"),
            (json!({ "type": "MultiPolygon", "coordinates": [] }), "没有任何多边形"),
            (Value::Null, "实为 无"),
        ];
        for (geometry, expected) in cases {
            let reason = Outline::read(geometry, CoordType::Wgs84).unwrap_err();
            assert!(reason.contains(expected), "{reason} should contain {expected}");
        }
    }
}
