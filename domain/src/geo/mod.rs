//! Where things are: datums, cells, grids, fences and the checks an import of borders must pass. It refuses
//! to guess a datum: every foreign coordinate comes with its kind and is converted once, to WGS-84.

pub mod address;
mod cell;
pub mod check;
pub mod datum;
pub mod fence;
pub mod grid;
pub mod json;
mod outline;
mod plane;
mod raster;

pub use address::address;
pub use cell::{cell_of, cells_around};
pub use check::{Hole, LayerCheck, Overlap, ShapeFault, check_layer};
pub use datum::{CoordType, Wgs84, distance_m, from_wgs84, to_wgs84};
pub use fence::{Fence, FenceAnswer};
pub use grid::{Candidate, Grid, GridIndex, Layer, Placement, Spot};
pub use json::{parse_grids, shape_from_geojson, shape_to_geojson, shape_to_geojson_in};
pub use outline::Outline;
