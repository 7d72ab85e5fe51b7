//! A point as clients send it, made WGS-84 at the door. It refuses coordinates without `coord_type`, half
//! points and places that are not on Earth.

use domain::geo::datum::{CoordType, Wgs84, to_wgs84};

use crate::error::{ApiError, Kind};

/// A point as given and as kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Longitude, latitude and their datum, as sent.
    pub raw: (f64, f64, CoordType),
    /// The same place.
    pub at: Wgs84,
    /// Claimed horizontal error in metres; not negative.
    pub accuracy_m: Option<f64>,
}

/// Reads the four fields; `None` when there is no point at all.
pub fn read_point(
    longitude: Option<f64>,
    latitude: Option<f64>,
    coord_type: Option<CoordType>,
    accuracy: Option<f64>,
) -> Result<Option<Point>, ApiError> {
    let (longitude, latitude) = match (longitude, latitude) {
        (None, None) => return Ok(None),
        (Some(longitude), Some(latitude)) => (longitude, latitude),
        (None, Some(_)) => return Err(ApiError::from(Kind::BadPoint).detail("longitude", "缺少经度")),
        (Some(_), None) => return Err(ApiError::from(Kind::BadPoint).detail("latitude", "缺少纬度")),
    };
    let Some(kind) = coord_type else {
        return Err(ApiError::from(Kind::CoordTypeMissing).detail("coord_type", "须为 wgs84、gcj02 或 bd09"));
    };
    if accuracy.is_some_and(|metres| !metres.is_finite() || metres < 0.0) {
        return Err(ApiError::from(Kind::BadPoint).detail("accuracy", "须为不小于 0 的米数"));
    }
    let at = to_wgs84(kind, longitude, latitude)
        .ok_or_else(|| ApiError::from(Kind::BadPoint).detail("longitude", "经纬度超出范围"))?;
    Ok(Some(Point { raw: (longitude, latitude, kind), at, accuracy_m: accuracy }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_needs_both_numbers_and_its_datum() {
        let kind = |point: Result<Option<Point>, ApiError>| point.unwrap_err().kind;
        assert_eq!(read_point(None, None, None, None).unwrap(), None);
        assert_eq!(kind(read_point(Some(1.0), None, Some(CoordType::Wgs84), None)), Kind::BadPoint);
        assert_eq!(kind(read_point(Some(1.0), Some(1.0), None, None)), Kind::CoordTypeMissing);
        for (lon, lat) in [(181.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (1.0, -91.0)] {
            assert_eq!(kind(read_point(Some(lon), Some(lat), Some(CoordType::Gcj02), None)), Kind::BadPoint);
        }
        for accuracy in [-1.0, f64::NAN, f64::INFINITY] {
            let point = read_point(Some(1.0), Some(1.0), Some(CoordType::Wgs84), Some(accuracy));
            assert_eq!(kind(point), Kind::BadPoint);
        }
        let point = read_point(Some(121.0), Some(31.0), Some(CoordType::Wgs84), Some(5.0)).unwrap().unwrap();
        assert_eq!(point.at, Wgs84::new(121.0, 31.0).unwrap());
    }
}
