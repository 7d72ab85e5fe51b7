//! How high the sun stands over a place at a moment. It refuses more precision than "day or night" needs: the low
//! accuracy formula of the Astronomical Almanac, good to 0.01° between 1950 and 2050, refraction left out.

use crate::geo::datum::Wgs84;
use crate::time::Moment;

/// Days from 1970-01-01 to 2000-01-01 12:00 UTC.
const J2000_DAYS: f64 = 10_957.5;

/// Height of the sun's centre over the horizon, degrees, negative at night.
pub fn altitude_deg(at: Wgs84, when: Moment) -> f64 {
    let n = when.ms() as f64 / 86_400_000.0 - J2000_DAYS;
    let mean_longitude = (280.460 + 0.985_647_4 * n).to_radians();
    let anomaly = (357.528 + 0.985_600_3 * n).to_radians();
    let longitude = mean_longitude + (1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    let tilt = (23.439 - 0.000_000_4 * n).to_radians();
    let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos());
    let declination = (tilt.sin() * longitude.sin()).asin();
    let sidereal = (280.460_618_37 + 360.985_647_366_29 * n + at.lon).to_radians();
    let (hour, latitude) = (sidereal - ascension, at.lat.to_radians());
    let height = latitude.sin() * declination.sin() + latitude.cos() * declination.cos() * hour.cos();
    height.asin().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JIMO: Wgs84 = Wgs84 { lon: 120.447, lat: 36.389 };

    fn moment(text: &str) -> Moment {
        serde_json::from_value(serde_json::json!(text)).unwrap()
    }

    #[test]
    fn at_the_solstices_noon_is_high_and_low() {
        // True noon in 即墨 is about 11:58–12:01 Beijing time; height = 90° − 36.389° ± 23.44°.
        assert!((altitude_deg(JIMO, moment("2026-06-21T12:00:00+08:00")) - 77.05).abs() < 0.2);
        assert!((altitude_deg(JIMO, moment("2026-12-22T11:57:00+08:00")) - 30.17).abs() < 0.2);
    }

    #[test]
    fn midnight_is_night_and_sunrise_is_on_the_horizon() {
        assert!(altitude_deg(JIMO, moment("2026-06-21T00:00:00+08:00")) < -28.0);
        // Sunrise in Qingdao on 21 March 2026 is about 06:03; the centre is then 0.83° below the horizon.
        assert!((altitude_deg(JIMO, moment("2026-03-21T06:01:00+08:00")) + 0.8).abs() < 1.0);
    }
}
