//! Writes a drawn picture as a phone or a messenger would: JPEG with or without EXIF, turned as the tag says.
//! It refuses to write what a real phone does not: EXIF lies only where the caller lies.

use std::io::Cursor;

use chrono::{FixedOffset, TimeZone as _};
use domain::time::{Moment, OFFSET_SECONDS};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::{DynamicImage, RgbImage, imageops::FilterType};
use jpeg_encoder::{ColorType, Encoder, EncodingError};

/// Longest side of a picture that WeChat compressed, pixels.
const WECHAT_SIDE: u32 = 1440;
const WECHAT_QUALITY: u8 = 75;

/// What the phone writes into the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ExifFields {
    /// When the shutter fell.
    pub taken_at: Moment,
    /// Longitude and latitude, WGS-84 degrees.
    pub position: Option<(f64, f64)>,
    /// 1 to 8 (CIPA DC-008, tag 0x0112); the stored pixels are turned so that the picture shows upright.
    pub orientation: u16,
    /// Maker of the phone.
    pub make: String,
    /// Name of the phone.
    pub model: String,
    /// Programme that wrote the file.
    pub software: String,
}

impl ExifFields {
    /// A phone of the demo that was held upright.
    pub fn phone(taken_at: Moment, position: Option<(f64, f64)>) -> Self {
        Self {
            taken_at,
            position,
            orientation: 6,
            make: "Demo".to_owned(),
            model: "SSP-1".to_owned(),
            software: "Demo Camera 1.0".to_owned(),
        }
    }
}

/// Why a picture could not be written.
#[derive(Debug)]
pub enum Unwritable {
    /// The EXIF block.
    Exif(exif::Error),
    /// The JPEG stream: sides over 65,535 or none, or an EXIF block over 64 kB.
    Jpeg(EncodingError),
}

impl std::fmt::Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exif(e) => write!(f, "EXIF: {e}"),
            Self::Jpeg(e) => write!(f, "JPEG: {e}"),
        }
    }
}

impl std::error::Error for Unwritable {}

/// Writes an upright picture as JPEG; with EXIF the pixels are stored as its orientation asks.
pub fn encode_jpeg(
    upright: &RgbImage,
    quality: u8,
    exif: Option<&ExifFields>,
) -> Result<Vec<u8>, Unwritable> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    let stored = match exif {
        None => DynamicImage::ImageRgb8(upright.clone()),
        Some(fields) => {
            let block = [b"Exif\0\0".as_slice(), &tiff(fields).map_err(Unwritable::Exif)?].concat();
            encoder.add_app_segment(1, block).map_err(Unwritable::Jpeg)?;
            turned(DynamicImage::ImageRgb8(upright.clone()), fields.orientation)
        }
    };
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(0);
    let (width, height) = (side(stored.width()), side(stored.height()));
    encoder.encode(stored.as_bytes(), width, height, ColorType::Rgb).map_err(Unwritable::Jpeg)?;
    Ok(bytes)
}

/// What WeChat makes of a picture: 1080 × 1440 or lying, no EXIF, quality 75.
pub fn wechat_compressed(upright: &RgbImage) -> Result<Vec<u8>, Unwritable> {
    let small =
        DynamicImage::ImageRgb8(upright.clone()).resize(WECHAT_SIDE, WECHAT_SIDE, FilterType::Triangle);
    encode_jpeg(&small.into_rgb8(), WECHAT_QUALITY, None)
}

/// Turns upright pixels into stored ones: the inverse of what a viewer does for `orientation`.
fn turned(upright: DynamicImage, orientation: u16) -> DynamicImage {
    match orientation {
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.rotate90().fliph(),
        6 => upright.rotate270(),
        7 => upright.rotate90().flipv(),
        8 => upright.rotate90(),
        _ => upright,
    }
}

fn tiff(fields: &ExifFields) -> Result<Vec<u8>, exif::Error> {
    let east = FixedOffset::east_opt(OFFSET_SECONDS).expect("eight hours is a valid offset");
    let local = east.timestamp_millis_opt(fields.taken_at.ms()).single().unwrap_or_default();
    let taken = local.format("%Y:%m:%d %H:%M:%S").to_string();
    let mut all = vec![
        field(Tag::Orientation, Value::Short(vec![fields.orientation])),
        field(Tag::Make, text(&fields.make)),
        field(Tag::Model, text(&fields.model)),
        field(Tag::Software, text(&fields.software)),
        field(Tag::DateTime, text(&taken)),
        field(Tag::DateTimeOriginal, text(&taken)),
        field(Tag::DateTimeDigitized, text(&taken)),
        field(Tag::OffsetTimeOriginal, text("+08:00")),
        field(Tag::FNumber, Value::Rational(vec![Rational { num: 18, denom: 10 }])),
        field(Tag::ExposureTime, Value::Rational(vec![Rational { num: 1, denom: 250 }])),
    ];
    if let Some((lon, lat)) = fields.position {
        let utc = local.to_utc();
        all.extend([
            field(Tag::GPSVersionID, Value::Byte(vec![2, 3, 0, 0])),
            field(Tag::GPSLatitudeRef, text(if lat < 0.0 { "S" } else { "N" })),
            field(Tag::GPSLatitude, degrees(lat)),
            field(Tag::GPSLongitudeRef, text(if lon < 0.0 { "W" } else { "E" })),
            field(Tag::GPSLongitude, degrees(lon)),
            field(Tag::GPSDateStamp, text(&utc.format("%Y:%m:%d").to_string())),
            field(Tag::GPSTimeStamp, clock(&utc.format("%H:%M:%S").to_string())),
        ]);
    }
    let mut writer = Writer::new();
    for field in &all {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false)?;
    Ok(out.into_inner())
}

const fn field(tag: Tag, value: Value) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value }
}

fn text(content: &str) -> Value {
    Value::Ascii(vec![content.as_bytes().to_vec()])
}

/// Degrees, minutes and ten-thousandths of a second: about 3 mm.
fn degrees(value: f64) -> Value {
    let parts = (value.abs() * 36_000_000.0).round() as u64;
    let whole = |num: u64, denom: u32| Rational { num: num as u32, denom };
    Value::Rational(vec![
        whole(parts / 36_000_000, 1),
        whole(parts / 600_000 % 60, 1),
        whole(parts % 600_000, 10_000),
    ])
}

fn clock(hms: &str) -> Value {
    Value::Rational(hms.split(':').map(|n| Rational { num: n.parse().unwrap_or(0), denom: 1 }).collect())
}
