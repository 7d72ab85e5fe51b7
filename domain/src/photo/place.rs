//! The GPS part of an EXIF block (EXIF 2.32, 4.6.6): degrees, minutes, seconds and a hemisphere. It refuses halves,
//! zero denominators, points off the globe and 0°, 0°.

use exif::{Exif, In, Tag};

use super::meta::{Anomaly, ascii, rationals};
use crate::geo::datum::Wgs84;

/// Horizontal error beyond which the claim says nothing, metres.
const MAX_ACCURACY_M: f64 = 100_000.0;

/// Position of the device; `Ok(None)` when the block has none.
pub(super) fn read(exif: &Exif) -> Result<Option<Wgs84>, Anomaly> {
    let has = |tag| exif.get_field(tag, In::PRIMARY).is_some();
    if !has(Tag::GPSLatitude) && !has(Tag::GPSLongitude) {
        return Ok(None);
    }
    let latitude = read_angle(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b"NS");
    let longitude = read_angle(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b"EW");
    let (Some(lat), Some(lon)) = (latitude, longitude) else { return Err(Anomaly::PositionUnreadable) };
    if lat == 0.0 && lon == 0.0 {
        return Err(Anomaly::PositionZero);
    }
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return Err(Anomaly::PositionOutOfRange);
    }
    Wgs84::new(lon, lat).map(Some).ok_or(Anomaly::PositionOutOfRange)
}

/// GPSHPositioningError in metres, when it is a plausible number.
pub(super) fn read_accuracy(exif: &Exif) -> Option<f64> {
    let metres = *rationals(exif, Tag::GPSHPositioningError)?.first()?;
    (metres > 0.0 && metres < MAX_ACCURACY_M).then_some(metres)
}

/// Signed degrees; the first letter of `letters` is the positive hemisphere.
fn read_angle(exif: &Exif, value: Tag, hemisphere: Tag, letters: &[u8; 2]) -> Option<f64> {
    let parts = rationals(exif, value)?;
    let degrees = parts.first()?;
    let minutes = parts.get(1).unwrap_or(&0.0);
    let seconds = parts.get(2).unwrap_or(&0.0);
    let angle = degrees + minutes / 60.0 + seconds / 3600.0;
    let letter = ascii(exif, hemisphere)?.first()?.to_ascii_uppercase();
    if letter == letters[0] { Some(angle) } else { (letter == letters[1]).then_some(-angle) }
}
