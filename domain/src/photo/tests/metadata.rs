use exif::{Tag, Value};

use super::drawing::*;
use crate::photo::{Anomaly, Fault, Meta, Trace, ZoneSource, analyse};
use crate::time::Moment;

fn meta(fields: &[exif::Field]) -> Meta {
    let file = with_exif(&jpeg(&street(1, 32, 24), 80), &block(fields));
    analyse(&file).unwrap().facts.meta
}

fn position(lat: [(u32, u32); 3], north: &str, lon: [(u32, u32); 3], east: &str) -> Meta {
    meta(&gps(lat, north, lon, east))
}

const LAT: [(u32, u32); 3] = [(36, 1), (23, 1), (2112, 100)];
const LON: [(u32, u32); 3] = [(120, 1), (26, 1), (4788, 100)];

#[test]
fn a_position_is_read_in_both_hemispheres() {
    let there = position(LAT, "N", LON, "E").position.unwrap();
    assert!((there.lat - 36.389_2).abs() < 1e-6 && (there.lon - 120.446_633_333).abs() < 1e-6);
    let mirrored = position(LAT, "S", LON, "W").position.unwrap();
    assert_eq!((mirrored.lat, mirrored.lon), (-there.lat, -there.lon));
}

#[test]
fn a_position_that_cannot_be_is_refused_and_named() {
    let cases = [
        (position([(213, 1), (0, 1), (0, 1)], "N", LON, "E"), Anomaly::PositionOutOfRange),
        (position(LAT, "N", [(181, 1), (0, 1), (0, 1)], "E"), Anomaly::PositionOutOfRange),
        (position([(0, 1); 3], "N", [(0, 1); 3], "E"), Anomaly::PositionZero),
        (position([(36, 0), (0, 0), (0, 0)], "N", LON, "E"), Anomaly::PositionUnreadable),
        (position([(0, 0); 3], "N", [(0, 0); 3], "E"), Anomaly::PositionUnreadable),
        (position(LAT, "X", LON, "E"), Anomaly::PositionUnreadable),
        (
            meta(&[rational(Tag::GPSLatitude, &LAT), rational(Tag::GPSLongitude, &LON)]),
            Anomaly::PositionUnreadable,
        ),
        (
            meta(&[rational(Tag::GPSLatitude, &LAT), text(Tag::GPSLatitudeRef, "N")]),
            Anomaly::PositionUnreadable,
        ),
    ];
    for (meta, anomaly) in cases {
        assert_eq!((meta.position, meta.anomalies.as_slice()), (None, [anomaly].as_slice()));
        assert!(!anomaly.label().is_ascii());
    }
}

#[test]
fn the_claimed_accuracy_goes_with_a_position_only() {
    let accuracy = rational(Tag::GPSHPositioningError, &[(47, 10)]);
    let mut fields = gps(LAT, "N", LON, "E");
    fields.push(accuracy.clone());
    assert_eq!(meta(&fields).accuracy_m, Some(4.7));
    assert_eq!(meta(&[accuracy]).accuracy_m, None);
}

#[test]
fn an_orientation_outside_one_to_eight_is_upright_with_an_anomaly() {
    for wrong in [0, 9, 65_535] {
        let meta = meta(&[orientation(wrong)]);
        assert_eq!(
            (meta.orientation, meta.anomalies.as_slice()),
            (1, [Anomaly::OrientationInvalid].as_slice())
        );
    }
}

fn taken(fields: &[exif::Field]) -> (Option<Moment>, ZoneSource, Vec<Anomaly>) {
    let meta = meta(fields);
    (meta.taken_at, meta.taken_zone, meta.anomalies)
}

fn satellite(date: &str, clock: [(u32, u32); 3]) -> Vec<exif::Field> {
    vec![text(Tag::GPSDateStamp, date), rational(Tag::GPSTimeStamp, &clock)]
}

#[test]
fn the_time_of_a_picture_uses_its_offset_or_the_satellites_or_china() {
    let shot = text(Tag::DateTimeOriginal, "2026:02:16 09:30:00");
    let at = |rfc3339| Moment::parse(rfc3339);
    let china = at("2026-02-16T09:30:00+08:00");
    assert_eq!(taken(std::slice::from_ref(&shot)), (china, ZoneSource::Assumed, vec![]));

    let tagged = [shot.clone(), text(Tag::OffsetTimeOriginal, "+09:00"), text(Tag::SubSecTimeOriginal, "25")];
    assert_eq!(taken(&tagged), (at("2026-02-16T09:30:00.250+09:00"), ZoneSource::OffsetTag, vec![]));

    let stale = [vec![shot.clone()], satellite("2026:02:16", [(1, 1), (12, 1), (5, 1)])].concat();
    assert_eq!(taken(&stale), (china, ZoneSource::Gps, vec![]));

    let abroad = [vec![shot.clone()], satellite("2026:02:16", [(4, 1), (0, 1), (30, 1)])].concat();
    assert_eq!(taken(&abroad), (at("2026-02-16T09:30:00+05:30"), ZoneSource::Gps, vec![]));

    let wrong = [vec![shot], satellite("2025:02:16", [(1, 1), (30, 1), (0, 1)])].concat();
    assert_eq!(taken(&wrong), (china, ZoneSource::Assumed, vec![Anomaly::ClockDisagrees]));
}

#[test]
fn a_time_that_is_no_time_is_named_and_a_blank_one_is_none() {
    for wrong in
        ["2026:02:30 09:30:00", "2026:02:16 25:00:00", "0000:01:01 00:00:00", "yesterday at half past"]
    {
        let (at, _, anomalies) = taken(&[text(Tag::DateTimeOriginal, wrong)]);
        assert_eq!((at, anomalies), (None, vec![Anomaly::TimeUnreadable]), "{wrong}");
    }
    assert_eq!(taken(&[text(Tag::DateTimeOriginal, "    :  :     :  :  ")]).2, vec![]);
    assert_eq!(taken(&[text(Tag::DateTime, "2026:02:16 09:30:00")]).0, None, "an editor's time is no time");
}

#[test]
fn texts_are_trimmed_short_and_free_of_control_characters() {
    let long = "长".repeat(200);
    let meta = meta(&[
        text(Tag::Make, "  HUAWEI\u{1b}[31m\u{202E} \n"),
        text(Tag::Model, &long),
        text(Tag::Software, " \u{7} "),
    ]);
    assert_eq!(meta.make.as_deref(), Some("HUAWEI[31m"));
    assert_eq!(meta.model.map(|m| m.chars().count()), Some(64));
    assert_eq!(meta.software, None);
}

#[test]
fn a_gps_block_behind_a_damaged_directory_is_still_read() {
    let mut block = block(&gps(LAT, "N", LON, "E"));
    // The directory after the first one, which the strict reader would stumble over.
    let entries = usize::from(u16::from_le_bytes([block[8], block[9]]));
    block[10 + 12 * entries..][..4].copy_from_slice(&9_999_999u32.to_le_bytes());
    let meta = analyse(&with_exif(&jpeg(&street(1, 32, 24), 80), &block)).unwrap().facts.meta;
    assert!(meta.position.is_some());
    assert_eq!(meta.anomalies, [Anomaly::ExifDamaged]);
}

#[test]
fn exif_is_found_in_png_and_heic() {
    let block = block(&[text(Tag::Model, "相机"), field(Tag::Orientation, Value::Short(vec![6]))]);
    let plain = png(&[9; 12], 4, 3, image::ExtendedColorType::L8);
    let mut chunk = (block.len() as u32).to_be_bytes().to_vec();
    chunk.extend([b"eXIf".as_slice(), &block, &[0; 4]].concat());
    let file = [&plain[..33], &chunk, &plain[33..]].concat();
    // The checksum of the chunk is wrong on purpose: an ancillary chunk must not cost the picture.
    let facts = analyse(&file).unwrap().facts;
    assert_eq!((facts.width, facts.height, facts.meta.model.as_deref()), (3, 4, Some("相机")));

    let Err(Fault::Heic(meta)) = analyse(&heic(&block)) else { panic!("HEIC is refused with its EXIF") };
    assert_eq!((meta.model.as_deref(), meta.orientation), (Some("相机"), 6));
}

/// A box of ISO/IEC 14496-12.
fn iso_box(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind, body].concat()
}

/// A HEIC file that holds nothing but an Exif item.
fn heic(block: &[u8]) -> Vec<u8> {
    let brands = iso_box(b"ftyp", b"heic\0\0\0\0mif1heic");
    let entry = iso_box(b"infe", b"\x02\0\0\0\0\x01\0\0Exif\0");
    let items = iso_box(b"iinf", &[b"\0\0\0\0\0\x01".as_slice(), &entry].concat());
    let item = [b"\0\0\0\0Exif\0\0".as_slice(), block].concat();
    let item = [&6u32.to_be_bytes(), &item[4..]].concat();
    let length = (item.len() as u32).to_be_bytes();
    let place = |at: u32| {
        let head: &[u8] = b"\0\0\0\0\x44\x00\0\x01\0\x01\0\0\0\x01";
        let places = iso_box(b"iloc", &[head, &at.to_be_bytes(), &length].concat());
        iso_box(b"meta", &[b"\0\0\0\0".as_slice(), &items, &places].concat())
    };
    let at = brands.len() + place(0).len() + 8;
    [brands, place(at as u32), iso_box(b"mdat", &item)].concat()
}

fn number(tag: Tag, value: u32) -> exif::Field {
    exif::Field { tag, ifd_num: exif::In::PRIMARY, value: Value::Long(vec![value]) }
}

#[test]
fn fields_that_contradict_the_picture_leave_traces() {
    let size = |w, h| meta(&[number(Tag::PixelXDimension, w), number(Tag::PixelYDimension, h)]).traces;
    assert_eq!((size(32, 24), size(24, 32)), (vec![], vec![]));
    assert_eq!(size(4032, 3024), [Trace::SizeDiffers]);
    let camera = [text(Tag::Make, "HUAWEI"), text(Tag::Model, "P60")];
    assert_eq!(meta(&camera).traces, [Trace::NoSettings]);
    let settings = [number(Tag::PhotographicSensitivity, 50)];
    assert_eq!(meta(&[camera.as_slice(), &settings].concat()).traces, []);
    let saved = |at: &str| {
        meta(&[text(Tag::DateTimeOriginal, "2026:02:16 09:30:00"), text(Tag::DateTime, at)]).traces
    };
    assert_eq!(
        (saved("2026:02:16 09:30:04"), saved("2026:02:16 11:30:00")),
        (vec![], vec![Trace::SavedLater])
    );
    let comment = exif::Field {
        tag: Tag::UserComment,
        ifd_num: exif::In::PRIMARY,
        value: Value::Undefined(b"ASCII\0\0\0Screenshot".to_vec(), 0),
    };
    assert_eq!(meta(&[comment]).traces, [Trace::Screenshot]);
}

#[test]
fn the_brightness_of_the_scene_follows_from_the_settings() {
    let settings = |time, stop, iso| {
        meta(&[
            rational(Tag::ExposureTime, &[time]),
            rational(Tag::FNumber, &[stop]),
            number(Tag::PhotographicSensitivity, iso),
        ])
        .brightness_ev
    };
    // The rule of sixteen: f/16 and 1/100 s at ISO 100 in sunlight.
    assert_eq!(settings((1, 100), (16, 1), 100), Some(14.6));
    assert_eq!(settings((1, 15), (18, 10), 1600), Some(1.6));
    assert_eq!(settings((0, 1), (18, 10), 100), None);
}

#[test]
fn a_picture_that_says_so_itself_is_generated() {
    let plain = jpeg(&street(1, 64, 48), 80);
    let label = b"http://ns.adobe.com/xap/1.0/\0<TC260:AIGC>{&quot;Label&quot;:&quot;1&quot;}</TC260:AIGC>";
    let labelled = with_segments(&plain, &[(0xE1, label)]);
    assert_eq!(analyse(&labelled).unwrap().facts.meta.traces, [Trace::Generated]);
    assert_eq!(analyse(&plain).unwrap().facts.meta.traces, []);
}
