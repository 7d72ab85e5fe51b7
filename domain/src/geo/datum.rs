//! The three datums of Chinese maps: conversion to and from WGS-84, and distance. It refuses positions that
//! are not on Earth, and every iteration is bounded.
//!
//! GCJ-02 is offset from WGS-84, and BD-09 from GCJ-02, only inside a box around China (longitude
//! 72.004–137.8347, latitude 0.8293–55.8271, edges included); outside it all three are the same. The box is
//! what the common implementations use. None of them exempts Hong Kong, Macau or Taiwan, so neither does
//! this: what counts is to undo exactly what the sender's map did. The formulas are the published ones that
//! all open implementations share; there is no official text.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

pub use super::cell::{cell_of, cells_around};

/// Which datum a pair of numbers is in.
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
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum CoordType {
    /// GPS, EXIF, 天地图 (CGCS2000 is the same to a metre).
    Wgs84,
    /// WeChat, 高德, 腾讯.
    Gcj02,
    /// 百度.
    Bd09,
}

/// A position in WGS-84, degrees; longitude within ±180, latitude within ±90.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LonLat")]
pub struct Wgs84 {
    pub lon: f64,
    pub lat: f64,
}

/// An unchecked pair of degrees.
#[derive(Deserialize)]
struct LonLat {
    lon: f64,
    lat: f64,
}

impl Wgs84 {
    /// Refuses what is not a position: NaN, infinity, beyond ±180 or ±90.
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some(Self { lon, lat })
    }
}

impl TryFrom<LonLat> for Wgs84 {
    type Error = &'static str;

    fn try_from(at: LonLat) -> Result<Self, Self::Error> {
        Self::new(at.lon, at.lat).ok_or("经纬度超出范围")
    }
}

/// Mean radius of the Earth, metres (IUGG).
pub(super) const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Great-circle distance in metres on the mean sphere (haversine; within 0.6 % of the ellipsoid).
pub fn distance_m(a: Wgs84, b: Wgs84) -> f64 {
    let half = |x: f64, y: f64| ((y - x).to_radians() / 2.0).sin().powi(2);
    let h = half(a.lat, b.lat) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(a.lon, b.lon);
    2.0 * EARTH_RADIUS_M * h.min(1.0).sqrt().asin()
}

/// Converts a pair of degrees of the given kind to WGS-84; `None` when it is not a position.
///
/// Inside the box the answer maps back onto the input to a millimetre. At the box edge the offset leaves a
/// strip that no position maps to; there the answer is the position whose image is closest. Another strip
/// is the image of two positions; there the one inside the box is given.
pub fn to_wgs84(kind: CoordType, lon: f64, lat: f64) -> Option<Wgs84> {
    let given = Wgs84::new(lon, lat)?;
    let shift = match kind {
        CoordType::Wgs84 => return Some(given),
        CoordType::Gcj02 => shift_gcj,
        CoordType::Bd09 => shift_bd,
    };
    Some(undo(shift, given))
}

/// Converts WGS-84 to a pair `(lon, lat)` of degrees of the given kind.
pub fn from_wgs84(kind: CoordType, at: Wgs84) -> (f64, f64) {
    match kind {
        CoordType::Gcj02 if in_box(at) => shift_gcj((at.lon, at.lat)),
        CoordType::Bd09 if in_box(at) => shift_bd((at.lon, at.lat)),
        _ => (at.lon, at.lat),
    }
}

const WEST: f64 = 72.004;
const EAST: f64 = 137.8347;
const SOUTH: f64 = 0.8293;
const NORTH: f64 = 55.8271;

fn in_box(at: Wgs84) -> bool {
    (WEST..=EAST).contains(&at.lon) && (SOUTH..=NORTH).contains(&at.lat)
}

/// WGS-84 → GCJ-02 as if the box had no edge.
fn shift_gcj((lon, lat): (f64, f64)) -> (f64, f64) {
    // Krasovsky 1940.
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |a: f64, at: f64, period: f64| a * (at * PI / period).sin();
    let common = (wave(20.0, x, 1.0 / 6.0) + wave(20.0, x, 0.5)) * 2.0 / 3.0;
    let d_lat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + (wave(20.0, y, 1.0) + wave(40.0, y, 3.0)) * 2.0 / 3.0
        + (wave(160.0, y, 12.0) + wave(320.0, y, 30.0)) * 2.0 / 3.0;
    let d_lon = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + (wave(20.0, x, 1.0) + wave(40.0, x, 3.0)) * 2.0 / 3.0
        + (wave(150.0, x, 12.0) + wave(300.0, x, 30.0)) * 2.0 / 3.0;
    let phi = lat.to_radians();
    let flat = 1.0 - EE * phi.sin().powi(2);
    let meridian = A * (1.0 - EE) / (flat * flat.sqrt());
    let parallel = A / flat.sqrt() * phi.cos();
    (lon + (d_lon / parallel).to_degrees(), lat + (d_lat / meridian).to_degrees())
}

/// WGS-84 → BD-09 as if the box had no edge.
fn shift_bd(at: (f64, f64)) -> (f64, f64) {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let (x, y) = shift_gcj(at);
    let r = x.hypot(y) + 0.000_02 * (y * TURN).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * TURN).cos();
    (r * angle.cos() + 0.0065, r * angle.sin() + 0.006)
}

/// Finds the position whose image under `shift`, applied inside the box only, is `given`.
fn undo(shift: fn((f64, f64)) -> (f64, f64), given: Wgs84) -> Wgs84 {
    let solved = solve(shift, given);
    if in_box(solved) {
        return solved;
    }
    if !in_box(given) {
        return given;
    }
    // `given` is inside but its source is not: nothing maps here. Compare the nearest source inside the box
    // with the nearest one outside.
    let inner = Wgs84 { lon: solved.lon.clamp(WEST, EAST), lat: solved.lat.clamp(SOUTH, NORTH) };
    let (lon, lat) = shift((inner.lon, inner.lat));
    let image = Wgs84 { lon, lat };
    let outer = step_outside(given);
    if distance_m(image, given) <= distance_m(outer, given) { inner } else { outer }
}

/// Inverts the smooth `shift` by fixed-point iteration; each step shrinks the error at least twentyfold.
fn solve(shift: fn((f64, f64)) -> (f64, f64), given: Wgs84) -> Wgs84 {
    const STEPS: usize = 10;
    // A hundredth of a millimetre.
    const CLOSE_DEG: f64 = 1e-10;
    let mut guess = given;
    for _ in 0..STEPS {
        let (lon, lat) = shift((guess.lon, guess.lat));
        let (miss_lon, miss_lat) = (given.lon - lon, given.lat - lat);
        guess.lon += miss_lon;
        guess.lat += miss_lat;
        if miss_lon.abs().max(miss_lat.abs()) < CLOSE_DEG {
            break;
        }
    }
    guess
}

/// The position nearest to `at`, which is in the box, that is outside it.
fn step_outside(at: Wgs84) -> Wgs84 {
    let exits = [
        Wgs84 { lon: WEST.next_down(), ..at },
        Wgs84 { lon: EAST.next_up(), ..at },
        Wgs84 { lat: SOUTH.next_down(), ..at },
        Wgs84 { lat: NORTH.next_up(), ..at },
    ];
    exits.into_iter().min_by(|a, b| distance_m(*a, at).total_cmp(&distance_m(*b, at))).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strum::VariantArray as _;

    fn at(lon: f64, lat: f64) -> Wgs84 {
        Wgs84::new(lon, lat).unwrap()
    }

    fn image(kind: CoordType, source: Wgs84) -> Wgs84 {
        let (lon, lat) = from_wgs84(kind, source);
        at(lon, lat)
    }

    /// WGS-84, GCJ-02, BD-09 on which independent implementations agree.
    const KNOWN: [[f64; 6]; 6] = [
        [120.529523006, 36.482574741, 120.53430333408, 36.48272110028, 120.54091066711, 36.48837628674],
        [120.847831873, 36.396389054, 120.85251047336, 36.39646011589, 120.85894194896, 36.40275307159],
        [120.295259815, 36.348621193, 120.30030657902, 36.34883084469, 120.30690504191, 36.35446679671],
        [106.636800225, 27.780546095, 106.64044395424, 27.77701980582, 106.64698693885, 27.78286711159],
        [100.758519767, 31.759600180, 100.75992886021, 31.75734813140, 100.76646176271, 31.76319127703],
        [113.447493649, 36.316706365, 113.45414951028, 36.31687498691, 113.46073866416, 36.32254575619],
    ];

    #[test]
    fn known_points_convert_both_ways() {
        for [lon, lat, gcj_lon, gcj_lat, bd_lon, bd_lat] in KNOWN {
            let (wgs, gcj, bd) = (at(lon, lat), at(gcj_lon, gcj_lat), at(bd_lon, bd_lat));
            assert!(distance_m(image(CoordType::Gcj02, wgs), gcj) < 0.001);
            assert!(distance_m(image(CoordType::Bd09, wgs), bd) < 0.001);
            assert!(distance_m(to_wgs84(CoordType::Gcj02, gcj_lon, gcj_lat).unwrap(), wgs) < 0.001);
            assert!(distance_m(to_wgs84(CoordType::Bd09, bd_lon, bd_lat).unwrap(), wgs) < 0.001);
        }
    }

    #[test]
    fn what_is_not_a_position_is_refused() {
        for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (180.1, 0.0), (0.0, -90.1), (120.0, 213.0)]
        {
            for kind in CoordType::VARIANTS {
                assert_eq!(to_wgs84(*kind, lon, lat), None);
            }
        }
        assert!(serde_json::from_str::<Wgs84>(r#"{"lon":120.0,"lat":213.0}"#).is_err());
        assert_eq!(serde_json::from_str::<Wgs84>(r#"{"lon":120.5,"lat":36.5}"#).unwrap(), at(120.5, 36.5));
    }

    #[test]
    fn a_kind_is_written_in_lower_case_everywhere() {
        for kind in CoordType::VARIANTS {
            let text = kind.to_string();
            assert_eq!(text.parse::<CoordType>().unwrap(), *kind);
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{text}\""));
        }
        assert!("WGS84".parse::<CoordType>().is_err());
    }

    #[test]
    fn a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() {
        assert!((distance_m(at(120.0, 36.0), at(120.0, 37.0)) - 111_195.08).abs() < 0.1);
        assert!((distance_m(at(179.9, 0.0), at(-179.9, 0.0)) - 22_239.0).abs() < 1.0);
    }

    #[test]
    fn inside_the_strip_that_nothing_maps_to_no_neighbour_is_closer() {
        for kind in [CoordType::Gcj02, CoordType::Bd09] {
            for (lon, lat) in
                [(72.0041, 30.0), (72.006, 30.0), (110.0, 0.8294), (137.834, 40.0), (100.0, 55.8265)]
            {
                let given = at(lon, lat);
                let found = to_wgs84(kind, lon, lat).unwrap();
                let miss = distance_m(image(kind, found), given);
                for step in 0..64 {
                    let turn = f64::from(step) * PI / 32.0;
                    for reach in [1e-9, 1e-6, 1e-4, 1e-3, 4e-3] {
                        let other = at(found.lon + reach * turn.cos(), found.lat + reach * turn.sin());
                        let worse = distance_m(image(kind, other), given);
                        assert!(
                            miss <= worse * 1.02 + 0.1,
                            "{kind} {given:?}: {miss} m, but {worse} m at {other:?}"
                        );
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(lon in 72.1..137.7, lat in 0.9..55.7) {
            for kind in CoordType::VARIANTS {
                let source = at(lon, lat);
                let (x, y) = from_wgs84(*kind, source);
                prop_assert!(distance_m(to_wgs84(*kind, x, y).unwrap(), source) < 0.001);
            }
        }

        #[test]
        fn far_outside_the_box_nothing_moves(lon in -180.0..71.0, lat in -90.0..90.0) {
            for kind in CoordType::VARIANTS {
                prop_assert_eq!(from_wgs84(*kind, at(lon, lat)), (lon, lat));
                prop_assert_eq!(to_wgs84(*kind, lon, lat), Some(at(lon, lat)));
            }
        }

        #[test]
        fn anywhere_on_earth_the_answer_is_a_position(lon in -180.0..=180.0, lat in -90.0..=90.0) {
            for kind in CoordType::VARIANTS {
                let found = to_wgs84(*kind, lon, lat).unwrap();
                prop_assert!(Wgs84::new(found.lon, found.lat).is_some());
            }
        }

        #[test]
        fn near_the_box_edge_the_miss_is_never_more_than_the_offset(
            edge in 0..4, along in 0.0..1.0, off in -0.01..0.01,
        ) {
            let given = match edge {
                0 => at(WEST + off, SOUTH + along * (NORTH - SOUTH)),
                1 => at(EAST + off, SOUTH + along * (NORTH - SOUTH)),
                2 => at(WEST + along * (EAST - WEST), SOUTH + off),
                _ => at(WEST + along * (EAST - WEST), NORTH + off),
            };
            for kind in [CoordType::Gcj02, CoordType::Bd09] {
                let found = to_wgs84(kind, given.lon, given.lat).unwrap();
                let offset = distance_m(given, { let (x, y) = shift_bd((given.lon, given.lat)); at(x, y) })
                    .max(distance_m(given, { let (x, y) = shift_gcj((given.lon, given.lat)); at(x, y) }));
                let miss = distance_m(image(kind, found), given);
                prop_assert!(miss <= offset / 2.0 + 1.0, "{kind} {given:?} misses by {miss} m of {offset} m");
            }
        }
    }
}
