//! When the shutter opened: DateTimeOriginal with its offset, checked against the satellite time. It refuses the
//! time of last modification, which every editor rewrites.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use exif::{Exif, Tag};

use super::meta::{Anomaly, Meta, ZoneSource, ascii, rationals};
use crate::time::{MINUTE_MS, Moment, OFFSET_SECONDS};

const CHINA_MS: i64 = OFFSET_SECONDS as i64 * 1000;
/// A satellite fix may be this much older than the picture and still vouch for its clock.
const STALE_FIX_MS: i64 = 30 * MINUTE_MS;
/// How closely local and satellite time must differ by whole half hours to tell a foreign zone.
const ZONE_SLACK_MS: i64 = MINUTE_MS;
/// Years outside which a clock was never set.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2099;

/// Fills `taken_at` and `taken_zone` and notes what does not fit.
pub(super) fn read(exif: &Exif, meta: &mut Meta) {
    let original = (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal);
    let digitized = (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized, Tag::SubSecTimeDigitized);
    let Some(tags) = [original, digitized].into_iter().find(|tags| is_filled(exif, tags.0)) else { return };
    let Some(local) = read_local(exif, tags.0, tags.2) else {
        meta.note(Anomaly::TimeUnreadable);
        return;
    };
    let satellite = read_satellite(exif);
    let (offset, source) = match (read_offset(exif, tags.1), satellite) {
        (Some(offset), _) => (offset, ZoneSource::OffsetTag),
        (None, Some(utc)) => offset_from(local - utc).unwrap_or((CHINA_MS, ZoneSource::Assumed)),
        (None, None) => (CHINA_MS, ZoneSource::Assumed),
    };
    if satellite.is_some_and(|utc| (local - offset - utc).abs() > STALE_FIX_MS) {
        meta.note(Anomaly::ClockDisagrees);
    }
    meta.taken_at = Some(Moment::from_ms(local - offset));
    meta.taken_zone = source;
}

/// Offset told by how far the local clock is ahead of the satellite: +08:00 if that can be, else a whole half hour.
fn offset_from(ahead: i64) -> Option<(i64, ZoneSource)> {
    if (ahead - CHINA_MS).abs() <= STALE_FIX_MS {
        return Some((CHINA_MS, ZoneSource::Gps));
    }
    let step = 30 * MINUTE_MS;
    let nearest = (ahead + step / 2).div_euclid(step) * step;
    let plausible = (-12 * 60 * MINUTE_MS..=14 * 60 * MINUTE_MS).contains(&nearest);
    (plausible && (ahead - nearest).abs() <= ZONE_SLACK_MS).then_some((nearest, ZoneSource::Gps))
}

/// Whether the tag holds anything but blanks, which EXIF prescribes for "unknown".
fn is_filled(exif: &Exif, tag: Tag) -> bool {
    ascii(exif, tag).is_some_and(|text| text.iter().any(|b| !matches!(b, b' ' | b':' | 0)))
}

fn read_local(exif: &Exif, tag: Tag, fraction: Tag) -> Option<i64> {
    let mut parsed = exif::DateTime::from_ascii(ascii(exif, tag)?).ok()?;
    if !YEARS.contains(&parsed.year) {
        return None;
    }
    let _unreadable_fraction_is_none = ascii(exif, fraction).map(|text| parsed.parse_subsec(text));
    let milli = parsed.nanosecond.unwrap_or(0) / 1_000_000;
    let date = NaiveDate::from_ymd_opt(parsed.year.into(), parsed.month.into(), parsed.day.into())?;
    let (hour, minute, second) = (parsed.hour.into(), parsed.minute.into(), parsed.second.into());
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, milli)?;
    Some(NaiveDateTime::new(date, time).and_utc().timestamp_millis())
}

/// Offset in milliseconds from `±HH:MM`, within the offsets that exist.
fn read_offset(exif: &Exif, tag: Tag) -> Option<i64> {
    let text = std::str::from_utf8(ascii(exif, tag)?).ok()?.trim();
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    (hours <= 14 && minutes < 60).then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)) * MINUTE_MS)
}

/// Satellite date and time, UTC epoch milliseconds.
fn read_satellite(exif: &Exif) -> Option<i64> {
    let text = std::str::from_utf8(ascii(exif, Tag::GPSDateStamp)?).ok()?;
    let mut parts = text.trim().splitn(3, [':', '-']);
    let year: u16 = parts.next()?.parse().ok().filter(|year| YEARS.contains(year))?;
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let date = NaiveDate::from_ymd_opt(year.into(), month, day)?;
    let clock = rationals(exif, Tag::GPSTimeStamp)?;
    let &[hours, minutes, seconds] = clock.as_slice() else { return None };
    let seconds = hours * 3600.0 + minutes * 60.0 + seconds;
    let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    (0.0..=86_400.0).contains(&seconds).then(|| midnight + (seconds * 1000.0) as i64)
}
