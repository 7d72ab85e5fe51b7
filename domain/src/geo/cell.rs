//! Cells of about 50 m for the (cell, time) index: the place of a ticket as one number, and the numbers to
//! look up around a place. It refuses wide searches: a radius is clamped so that a look-up stays bounded.
//!
//! Rows have the fixed height of [`ROW_DEG`]; each row is cut into as many columns as make its cells about
//! square at the row's middle. The id is `row << 20 | column`, so cells next to each other in a row have
//! consecutive ids.

use super::datum::{EARTH_RADIUS_M, Wgs84};

/// Height of a row, degrees: 50.04 m.
const ROW_DEG: f64 = 0.000_45;
const ROWS: i64 = 400_000;
const COLUMN_BITS: u32 = 20;
/// The widest search, metres: 450 m touch at most 400 cells anywhere on Earth.
pub const MAX_RADIUS_M: f64 = 450.0;

/// The id of the cell that holds `at`.
pub fn cell_of(at: Wgs84) -> i64 {
    let row = row_of(at.lat);
    let columns = columns_in(row);
    id(row, columns, column_at(at.lon, columns))
}

/// The ids, ascending, of all cells that a circle around `at` touches; at most 400.
///
/// The radius is clamped to [0, [`MAX_RADIUS_M`]] and one that is not a number counts as 0. A few cells just
/// outside the circle may be included; none inside is left out.
pub fn cells_around(at: Wgs84, radius_m: f64) -> Vec<i64> {
    // A centimetre more, so that rounding never loses a cell.
    let radius_m = if radius_m > 0.0 { radius_m.min(MAX_RADIUS_M) } else { 0.0 };
    let angle = (radius_m + 0.01) / EARTH_RADIUS_M;
    let reach_deg = angle.to_degrees();
    let mut cells = Vec::new();
    for row in row_of(at.lat - reach_deg)..=row_of(at.lat + reach_deg) {
        let columns = columns_in(row);
        let half_width = half_width_deg(at.lat, angle, row);
        let (first, last) =
            (column_at(at.lon - half_width, columns), column_at(at.lon + half_width, columns));
        let last = last.min(first + columns - 1);
        cells.extend((first..=last).map(|column| id(row, columns, column)));
    }
    cells.sort_unstable();
    cells
}

fn id(row: i64, columns: i64, column: i64) -> i64 {
    row << COLUMN_BITS | column.rem_euclid(columns)
}

fn row_of(lat: f64) -> i64 {
    (((lat + 90.0) / ROW_DEG).floor() as i64).clamp(0, ROWS - 1)
}

fn south_of(row: i64) -> f64 {
    row as f64 * ROW_DEG - 90.0
}

/// The number of columns of a row: fewer towards the poles, at least one.
fn columns_in(row: i64) -> i64 {
    let middle = south_of(row) + ROW_DEG / 2.0;
    ((360.0 / ROW_DEG * middle.to_radians().cos()).round() as i64).max(1)
}

/// The column of a longitude, not yet wrapped.
fn column_at(lon: f64, columns: i64) -> i64 {
    ((lon + 180.0) / 360.0 * columns as f64).floor() as i64
}

/// Half the longitude span, degrees, of the part of the circle of angular radius `angle` around latitude
/// `lat` that lies in `row`.
///
/// On a circle sin²(Δλ/2) = (sin²(r/2) − sin²((φ−φ₀)/2)) / (cos φ₀ cos φ) (haversine formula), which grows
/// up to the latitude with sin φ = sin φ₀ / cos r and falls after it.
fn half_width_deg(lat: f64, angle: f64, row: i64) -> f64 {
    let (south, north) = (south_of(row).to_radians(), (south_of(row) + ROW_DEG).to_radians());
    let centre = lat.to_radians();
    let widest = (centre.sin() / angle.cos()).clamp(-1.0, 1.0).asin();
    let phi = widest.clamp(south, north);
    let spread = (angle / 2.0).sin().powi(2) - ((phi - centre) / 2.0).sin().powi(2);
    let squared = spread / (centre.cos() * phi.cos());
    if squared.is_nan() || squared >= 1.0 {
        return 180.0;
    }
    (2.0 * squared.max(0.0).sqrt().asin()).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::datum::distance_m;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn at(lon: f64, lat: f64) -> Wgs84 {
        Wgs84::new(lon, lat).unwrap()
    }

    /// The place `metres` away from `from` in the direction `turn` (radians), on the sphere.
    fn walk(from: Wgs84, metres: f64, turn: f64) -> Wgs84 {
        let (d, phi) = (metres / EARTH_RADIUS_M, from.lat.to_radians());
        let up = phi.sin() * d.cos() + phi.cos() * d.sin() * turn.cos();
        let (east, out) = (turn.sin() * d.sin(), phi.cos() * d.cos() - phi.sin() * d.sin() * turn.cos());
        let lat = up.atan2(east.hypot(out)).clamp(-PI / 2.0, PI / 2.0);
        let lon = (from.lon + east.atan2(out).to_degrees() + 540.0).rem_euclid(360.0) - 180.0;
        at(lon, lat.to_degrees())
    }

    #[test]
    fn a_cell_is_about_fifty_metres_wide_and_high() {
        let from = at(120.4471, 36.3893);
        let widths = (0..1000).map(|step| cell_of(walk(from, f64::from(step) * 10.0, 90f64.to_radians())));
        let columns = widths.collect::<std::collections::BTreeSet<_>>().len();
        assert!((195..=205).contains(&columns), "{columns} columns in 10 km");
        let heights = (0..1000).map(|step| cell_of(walk(from, f64::from(step) * 10.0, 0.0)) >> COLUMN_BITS);
        let rows = heights.collect::<std::collections::BTreeSet<_>>().len();
        assert!((198..=202).contains(&rows), "{rows} rows in 10 km");
    }

    #[test]
    fn a_search_of_thirty_metres_reads_few_cells() {
        let most = (0..500).map(|i| cells_around(at(120.4 + f64::from(i) * 1e-4, 36.4), 30.0).len()).max();
        assert!(most.unwrap() <= 9);
    }

    #[test]
    fn an_absurd_radius_is_clamped() {
        let here = at(120.4471, 36.3893);
        assert_eq!(cells_around(here, f64::INFINITY), cells_around(here, MAX_RADIUS_M));
        assert!(cells_around(here, f64::NAN).contains(&cell_of(here)));
        assert!(cells_around(here, -5.0).contains(&cell_of(here)));
    }

    #[test]
    fn both_sides_of_the_date_line_are_one_place() {
        assert_eq!(cell_of(at(180.0, 10.0)), cell_of(at(-180.0, 10.0)));
        assert!(cells_around(at(179.9999, 10.0), 100.0).contains(&cell_of(at(-179.9999, 10.0))));
    }

    fn latitudes() -> impl Strategy<Value = f64> {
        prop_oneof![4 => 18.0..54.0, 1 => -90.0..=90.0, 1 => 89.99..=90.0, 1 => -90.0..=-89.99]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_point_within_the_radius_has_its_cell_in_the_list(
            lon in -180.0..=180.0, lat in latitudes(), radius in 0.0..MAX_RADIUS_M,
            share in 0.0..=1.0, turn in 0.0..6.3,
        ) {
            let here = at(lon, lat);
            let cells = cells_around(here, radius);
            for there in [walk(here, radius * share, turn), walk(here, radius * 0.999_999, turn)] {
                // Walking rounds by up to a micrometre.
                prop_assert!(distance_m(here, there) <= radius + 1e-5);
                prop_assert!(cells.binary_search(&cell_of(there)).is_ok());
            }
        }

        #[test]
        fn a_list_is_short_and_has_no_cell_twice(lon in -180.0..=180.0, lat in latitudes()) {
            let mut cells = cells_around(at(lon, lat), 1e9);
            let all = cells.len();
            cells.dedup();
            prop_assert_eq!(cells.len(), all);
            prop_assert!(all <= 400, "{} cells", all);
        }
    }
}
