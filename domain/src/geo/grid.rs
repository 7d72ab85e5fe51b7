//! Grids (网格) in layers, and which grid a position is in when the position is a circle. It refuses to be more
//! certain than the circle: a position that spills over a border names every grid and how likely it is.
//!
//! A phone's accuracy is the radius of a circle that holds the true place about 68 % of the time. It is
//! read as a uniform disc of that radius, so a grid's likelihood is the share of the disc that it covers;
//! what lies in no grid is nobody's share.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::LazyLock;

use ::geo::{BoundingRect, Coord, LinesIter, MultiPolygon, Rect};
use serde::{Deserialize, Serialize};

use super::datum::Wgs84;
use super::plane::Plane;
use super::raster::Raster;
use crate::id::GridCode;

/// A division of the district; layers overlap, the grids of one layer should not.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::Display,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Layer {
    Community,
    Inspection,
    Enforcement,
    Area,
}

impl Layer {
    /// The layer's name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Community => "责任网格",
            Self::Inspection => "巡管小网格",
            Self::Enforcement => "执法大网格",
            Self::Area => "片区（街道）",
        }
    }
}

/// One grid; the shape in WGS-84 degrees, x longitude and y latitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub layer: Layer,
    pub code: GridCode,
    pub name: String,
    pub shape: MultiPolygon<f64>,
}

/// Where a position is, layer by layer; a layer without grids is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    pub layers: BTreeMap<Layer, Spot>,
}

/// Where a position is in one layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Spot {
    /// At least 95 % in one grid.
    Inside { grid: GridCode, name: String, likelihood: f64 },
    /// Several grids, or a grid and nothing; a person decides. What is missing to 1 lies in no grid.
    Border { candidates: Vec<Candidate> },
    /// The centre and at least 95 % in no grid. `distance_m` reaches from the centre to the nearest grid,
    /// which is named when it is no farther than [`NEAREST_M`].
    Outside { nearest: Option<Candidate>, distance_m: f64 },
}

/// A grid that may hold the place, and the share of the accuracy circle in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub grid: GridCode,
    pub name: String,
    pub likelihood: f64,
}

/// An accuracy circle is never taken to be wider, metres.
pub const MAX_ACCURACY_M: f64 = 2000.0;
/// A grid farther than this, metres, is not offered as the nearest.
pub const NEAREST_M: f64 = 2000.0;
/// The share of the circle that makes an answer sure.
pub const SURE: f64 = 0.95;

/// The accuracy to reckon with: at most [`MAX_ACCURACY_M`], and that much when it is negative or not a
/// number, as phones report a position they know nothing about.
pub fn clamp_accuracy(accuracy_m: f64) -> f64 {
    if accuracy_m >= 0.0 { accuracy_m.min(MAX_ACCURACY_M) } else { MAX_ACCURACY_M }
}

/// The points of the unit disc at which an accuracy circle is looked at: the centre and a sunflower
/// (Vogel's spiral), each standing for the same area.
static DISC: LazyLock<Vec<Coord<f64>>> = LazyLock::new(|| {
    const SEEDS: u32 = 255;
    let golden = TAU * (1.0 - 2.0 / (1.0 + 5f64.sqrt()));
    let seed = |i: u32| {
        let (radius, angle) = ((f64::from(i) / f64::from(SEEDS + 1)).sqrt(), f64::from(i) * golden);
        Coord { x: radius * angle.cos(), y: radius * angle.sin() }
    };
    (0..=SEEDS).map(seed).collect()
});

/// All grids, ready for look-ups; built once per version of the borders and shared.
pub struct GridIndex {
    layers: BTreeMap<Layer, Sheet>,
}

/// One layer: its grids by code, and in the same order their boxes and the raster over them.
struct Sheet {
    grids: Vec<Grid>,
    boxes: Vec<Option<Rect<f64>>>,
    raster: Raster,
}

impl GridIndex {
    /// Builds the index over all layers. Of two grids with one code in a layer the first is kept.
    pub fn build(grids: Vec<Grid>) -> Self {
        let mut by_layer: BTreeMap<Layer, BTreeMap<GridCode, Grid>> = BTreeMap::new();
        for grid in grids {
            by_layer.entry(grid.layer).or_default().entry(grid.code.clone()).or_insert(grid);
        }
        let layers =
            by_layer.into_iter().map(|(layer, grids)| (layer, Sheet::build(grids.into_values().collect())));
        Self { layers: layers.collect() }
    }

    /// Places an accuracy circle (metres, see [`clamp_accuracy`]) in every layer.
    pub fn locate(&self, at: Wgs84, accuracy_m: f64) -> Placement {
        let radius_m = clamp_accuracy(accuracy_m);
        let layers = self.layers.iter().map(|(layer, sheet)| (*layer, sheet.spot(at, radius_m)));
        Placement { layers: layers.collect() }
    }

    /// The one grid of the layer that a point is in; where grids overlap, the one with the lowest code.
    ///
    /// A point on a border belongs to the grid east of it, on a level border to the grid north of it.
    pub fn owner(&self, layer: Layer, at: Wgs84) -> Option<&Grid> {
        self.layers.get(&layer)?.owner(coord(at))
    }

    /// The grids of a layer, by code.
    pub fn grids(&self, layer: Layer) -> impl Iterator<Item = &Grid> {
        self.layers.get(&layer).into_iter().flat_map(|sheet| &sheet.grids)
    }

    /// The grid with this code.
    pub fn get(&self, layer: Layer, code: &GridCode) -> Option<&Grid> {
        let sheet = self.layers.get(&layer)?;
        sheet.grids.binary_search_by(|grid| grid.code.cmp(code)).ok().map(|place| &sheet.grids[place])
    }

    /// The number of grids in all layers.
    pub fn len(&self) -> usize {
        self.layers.values().map(|sheet| sheet.grids.len()).sum()
    }

    /// Bytes that look-ups take beside the shapes.
    pub fn bytes(&self) -> usize {
        self.layers.values().map(|sheet| sheet.raster.bytes()).sum()
    }

    /// Whether there is no grid at all.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}

fn coord(at: Wgs84) -> Coord<f64> {
    Coord { x: at.lon, y: at.lat }
}

impl Sheet {
    fn build(grids: Vec<Grid>) -> Self {
        let raster = Raster::build(&grids.iter().map(|grid| &grid.shape).collect::<Vec<_>>());
        let boxes = grids.iter().map(|grid| grid.shape.bounding_rect()).collect();
        Self { grids, boxes, raster }
    }

    fn place(&self, p: Coord<f64>) -> Option<usize> {
        self.raster.owner(|place| &self.grids[place].shape, p)
    }

    fn border_within(&self, p: Coord<f64>, plane: &Plane, reach_m: f64) -> bool {
        self.raster.border_within(|place| &self.grids[place].shape, p, plane, reach_m)
    }

    fn owner(&self, p: Coord<f64>) -> Option<&Grid> {
        self.place(p).map(|place| &self.grids[place])
    }

    fn spot(&self, at: Wgs84, radius_m: f64) -> Spot {
        let (centre, plane) = (coord(at), Plane::around(at));
        let shares = if self.border_within(centre, &plane, radius_m) {
            self.shares(&plane, radius_m)
        } else {
            self.owner(centre).map(|grid| candidate(grid, 1.0)).into_iter().collect()
        };
        let covered: f64 = shares.iter().map(|share| share.likelihood).sum();
        match shares.first() {
            Some(best) if best.likelihood >= SURE => {
                Spot::Inside { grid: best.grid.clone(), name: best.name.clone(), likelihood: best.likelihood }
            }
            Some(_) if covered > 1.0 - SURE || self.owner(centre).is_some() => {
                Spot::Border { candidates: shares }
            }
            _ => self.outside(&plane, &shares),
        }
    }

    /// The grids under the circle with their shares, most likely first, then by code.
    fn shares(&self, plane: &Plane, radius_m: f64) -> Vec<Candidate> {
        let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
        for point in DISC.iter() {
            let p = plane.lift(Coord { x: point.x * radius_m, y: point.y * radius_m });
            if let Some(place) = self.place(p) {
                *hits.entry(place).or_default() += 1;
            }
        }
        let share =
            |(place, count): (usize, usize)| candidate(&self.grids[place], count as f64 / DISC.len() as f64);
        let mut shares: Vec<Candidate> = hits.into_iter().map(share).collect();
        // Stable, so equal shares stay in the order of their codes.
        shares.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
        shares
    }

    fn outside(&self, plane: &Plane, shares: &[Candidate]) -> Spot {
        let mut nearest = (f64::MAX, None);
        for (grid, area) in self.grids.iter().zip(&self.boxes) {
            let at_least = area.map_or(f64::MAX, |area| plane.distance_to_box_m(area));
            if at_least < nearest.0 {
                let edges =
                    grid.shape.lines_iter().map(|line| plane.distance_to_segment_m(line.start, line.end));
                let distance_m = edges.fold(f64::MAX, f64::min);
                if distance_m < nearest.0 {
                    nearest = (distance_m, Some(grid));
                }
            }
        }
        let (distance_m, grid) = nearest;
        let share = |grid: &Grid| shares.iter().find(|s| s.grid == grid.code).map_or(0.0, |s| s.likelihood);
        let nearest = grid.filter(|_| distance_m <= NEAREST_M).map(|grid| candidate(grid, share(grid)));
        Spot::Outside { nearest, distance_m }
    }
}

fn candidate(grid: &Grid, likelihood: f64) -> Candidate {
    Candidate { grid: grid.code.clone(), name: grid.name.clone(), likelihood }
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
