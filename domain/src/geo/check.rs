//! The checks a layer of grids must pass before it is taken: sound shapes, no overlaps, no holes. It
//! refuses to repair anything, and its work is bounded whatever the shapes are.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::geo::line_intersection::line_intersection;
use ::geo::orient::Direction;
use ::geo::{
    Area, BooleanOps, BoundingRect, Coord, CoordsIter, InteriorPoint, Line, LineIntersection, LineString,
    MapCoords, MultiPolygon, Orient, Polygon, unary_union,
};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, RTreeObject};
use serde::{Deserialize, Serialize};

use super::datum::Wgs84;
use super::grid::Grid;
use super::plane::{Plane, bounds};
use crate::id::GridCode;

/// What is wrong with one grid, or with the whole file when it names none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeFault {
    /// Place of the grid in its file, from 0.
    pub index: Option<usize>,
    pub code: Option<GridCode>,
    pub reason: String,
}

impl ShapeFault {
    pub(super) fn of_all(reason: &str) -> Self {
        Self { index: None, code: None, reason: reason.to_owned() }
    }
}

impl std::fmt::Display for ShapeFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.index, &self.code) {
            (Some(index), Some(code)) => write!(f, "第 {} 个要素（编码 {code}）：{}", index + 1, self.reason),
            (Some(index), None) => write!(f, "第 {} 个要素：{}", index + 1, self.reason),
            (None, Some(code)) => write!(f, "编码 {code}:{}", self.reason),
            (None, None) => f.write_str(&self.reason),
        }
    }
}

/// Two grids that share ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    pub a: GridCode,
    pub b: GridCode,
    pub area_m2: f64,
    /// The shared ground.
    pub shape: MultiPolygon<f64>,
}

/// Ground inside the layer that no grid covers, and a position in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hole {
    pub area_m2: f64,
    pub at: Wgs84,
    /// Its outline.
    pub shape: MultiPolygon<f64>,
}

/// What the checks found; empty lists mean a clean layer. Shapes are in WGS-84.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LayerCheck {
    pub faults: Vec<ShapeFault>,
    pub overlaps: Vec<Overlap>,
    pub holes: Vec<Hole>,
}

/// An overlap or hole up to this size, square metres, is rounding of the coordinates.
const NEGLIGIBLE_M2: f64 = 1.0;
/// How often, on average, a vertex of the layer may be read by intersections of pairs; a tiling needs about
/// ten.
const MAX_READS: usize = 64;
/// What a small layer may read in any case.
const FREE_READS: usize = 1_000_000;
/// The pairs of edges of one grid that are compared at most, per edge.
const MAX_MEETINGS: usize = 64;

/// Checks one layer. Grids with a faulty shape are left out of the search for overlaps and holes.
///
/// Areas are measured on a flat map around the layer's centre. Overlaps and holes up to 1 m² are not
/// reported; a gap that is open to the outside is not a hole.
pub fn check_layer(grids: &[Grid]) -> LayerCheck {
    let mut check = LayerCheck::default();
    let mut codes = BTreeSet::new();
    let mut sound = Vec::new();
    for (index, grid) in grids.iter().enumerate() {
        let mut reasons = shape_faults(&grid.shape);
        if reasons.is_empty() {
            sound.push(grid);
        }
        if !codes.insert(&grid.code) {
            reasons.push("编码重复".to_owned());
        }
        let fault = |reason| ShapeFault { index: Some(index), code: Some(grid.code.clone()), reason };
        check.faults.extend(reasons.into_iter().map(fault));
    }
    let centre = bounds(sound.iter().map(|grid| &grid.shape)).map(|all| all.center());
    let Some(plane) = centre.and_then(|c| Wgs84::new(c.x, c.y)).map(Plane::around) else { return check };
    let flat: Vec<_> = sound.iter().map(|grid| grid.shape.map_coords(|c| plane.flatten(c))).collect();
    find_overlaps(&sound, &flat, &plane, &mut check);
    find_holes(&flat, &plane, &mut check);
    check
}

/// The reasons why a shape can't be a grid, in Chinese; empty when it can.
pub(super) fn shape_faults(shape: &MultiPolygon<f64>) -> Vec<String> {
    if shape.0.is_empty() || shape.iter().any(|polygon| polygon.exterior().0.is_empty()) {
        return vec!["图形为空".to_owned()];
    }
    if let Some(c) = shape.coords_iter().find(|c| Wgs84::new(c.x, c.y).is_none()) {
        return vec![format!("坐标超出范围：{}, {}", c.x, c.y)];
    }
    let rings: Vec<_> = shape.iter().flat_map(rings_of).collect();
    if rings.iter().any(|ring| ring.0.len() < 4) {
        return vec!["环少于 4 个点".to_owned()];
    }
    let centre = shape.coords_iter().next().and_then(|c| Wgs84::new(c.x, c.y)).map(Plane::around);
    let area = centre.map_or(0.0, |plane| shape.map_coords(|c| plane.flatten(c)).unsigned_area());
    if area < NEGLIGIBLE_M2 {
        return vec!["面积为零".to_owned()];
    }
    let mut reasons = Vec::from_iter(meeting_fault(&rings));
    if reasons.is_empty() && shape.iter().any(has_hole_outside) {
        reasons.push("内环在外环之外".to_owned());
    }
    reasons
}

fn rings_of(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// An edge with its ring and its place in it.
type Edge = GeomWithData<Rectangle<[f64; 2]>, (Line<f64>, usize, usize)>;

/// Looks for two edges that meet where they must not: two of one ring anywhere but at their common vertex,
/// two of different rings otherwise than by touching.
fn meeting_fault(rings: &[&LineString<f64>]) -> Option<String> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut lengths = Vec::new();
    for (number, ring) in rings.iter().enumerate() {
        let lines = ring.lines().filter(|line| line.start != line.end);
        let before = edges.len();
        edges.extend(lines.enumerate().map(|(place, line)| {
            let rect = Rectangle::from_corners([line.start.x, line.start.y], [line.end.x, line.end.y]);
            Edge::new(rect, (line, number, place))
        }));
        lengths.push(edges.len() - before);
    }
    let mut budget = edges.len() * MAX_MEETINGS;
    let tree = RTree::bulk_load(edges);
    for edge in &tree {
        for other in tree.locate_in_envelope_intersecting(edge.envelope()) {
            budget = match budget.checked_sub(1) {
                Some(left) => left,
                None => return Some("边线过于杂乱，无法检查".to_owned()),
            };
            if let Some(c) = forbidden_meeting(edge.data, other.data, &lengths) {
                let what = if edge.data.1 == other.data.1 { "环自相交" } else { "环与环相交" };
                return Some(format!("{what}，在 {:.6}, {:.6} 附近", c.x, c.y));
            }
        }
    }
    None
}

fn forbidden_meeting(
    (a, ring_a, place_a): (Line<f64>, usize, usize),
    (b, ring_b, place_b): (Line<f64>, usize, usize),
    lengths: &[usize],
) -> Option<Coord<f64>> {
    if (ring_a, place_a) >= (ring_b, place_b) {
        return None;
    }
    let last = lengths[ring_a] - 1;
    let neighbours = ring_a == ring_b && (place_b == place_a + 1 || (place_a == 0 && place_b == last));
    match line_intersection(a, b)? {
        LineIntersection::Collinear { intersection } => Some(intersection.start),
        LineIntersection::SinglePoint { .. } if neighbours => None,
        LineIntersection::SinglePoint { intersection, is_proper } => {
            (is_proper || ring_a == ring_b).then_some(intersection)
        }
    }
}

/// Whether a hole starts outside its polygon; its rings are known not to cross.
fn has_hole_outside(polygon: &Polygon<f64>) -> bool {
    use ::geo::Intersects as _;
    let solid = Polygon::new(polygon.exterior().clone(), Vec::new());
    polygon.interiors().iter().any(|hole| hole.coords().any(|c| !solid.intersects(c)))
}

fn find_overlaps(grids: &[&Grid], flat: &[MultiPolygon<f64>], plane: &Plane, check: &mut LayerCheck) {
    type Boxed = GeomWithData<Rectangle<[f64; 2]>, usize>;
    let boxed = |(place, shape): (usize, &MultiPolygon<f64>)| {
        let area = shape.bounding_rect()?;
        Some(Boxed::new(Rectangle::from_corners(area.min().into(), area.max().into()), place))
    };
    let tree = RTree::bulk_load(flat.iter().enumerate().filter_map(boxed).collect());
    let vertices: usize = flat.iter().map(CoordsIter::coords_count).sum();
    let mut budget = FREE_READS + vertices * MAX_READS;
    for (place, shape) in flat.iter().enumerate() {
        let Some(area) = shape.bounding_rect() else { continue };
        let envelope = AABB::from_corners(area.min().into(), area.max().into());
        let mut others: Vec<_> = tree
            .locate_in_envelope_intersecting(envelope)
            .map(|b| b.data)
            .filter(|other| *other > place)
            .collect();
        others.sort_unstable();
        for other in others {
            let work = shape.coords_count() + flat[other].coords_count();
            let Some(left) = budget.checked_sub(work) else {
                check.faults.push(ShapeFault::of_all("网格相互重叠过多，未全部检查"));
                return;
            };
            budget = left;
            let (a, b) = (&grids[place].code, &grids[other].code);
            match guarded(|| shape.intersection(&flat[other])) {
                Some(shared) => {
                    let area_m2 = shared.unsigned_area();
                    if area_m2 > NEGLIGIBLE_M2 {
                        let shape = shared.map_coords(|c| plane.lift(c));
                        check.overlaps.push(Overlap { a: a.clone(), b: b.clone(), area_m2, shape });
                    }
                }
                None => check.faults.push(ShapeFault {
                    index: None,
                    code: Some(a.clone()),
                    reason: format!("无法与网格 {b} 求交，请检查图形"),
                }),
            }
        }
    }
}

fn find_holes(flat: &[MultiPolygon<f64>], plane: &Plane, check: &mut LayerCheck) {
    let oriented: Vec<_> = flat.iter().map(|shape| shape.orient(Direction::Default)).collect();
    let Some(union) = guarded(|| unary_union(&oriented)) else {
        check.faults.push(ShapeFault::of_all("无法合并全部网格，未检查空洞"));
        return;
    };
    let rings = union.iter().flat_map(Polygon::interiors).map(|ring| Polygon::new(ring.clone(), Vec::new()));
    // What lies inside a ring is a hole but for the islands in it.
    let holes = rings.filter_map(|ring| guarded(|| ring.difference(&union))).flatten();
    for hole in holes {
        let area_m2 = hole.unsigned_area();
        let point = hole.interior_point().map(|p| plane.lift(p.0));
        if let Some(at) = point.and_then(|c| Wgs84::new(c.x, c.y)).filter(|_| area_m2 > NEGLIGIBLE_M2) {
            let shape = MultiPolygon::from(hole.map_coords(|c| plane.lift(c)));
            check.holes.push(Hole { area_m2, at, shape });
        }
    }
}

/// Runs a boolean operation; `None` when it panics, which those of geo did on odd shapes in the past.
fn guarded<T>(operation: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(operation)).ok()
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
