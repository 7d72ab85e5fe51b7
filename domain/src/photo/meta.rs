//! What the EXIF block of a picture says, bounded and checked. Nothing in it is proof: it refuses values that can't
//! be true and says so with an [`Anomaly`]. A position is taken as WGS-84, as EXIF asks; some Chinese phones write
//! GCJ-02 there, which can't be told from the file.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use serde::{Deserialize, Serialize};

use super::trace::{self, Trace};
use super::{place, stamp, tiff};
use crate::geo::datum::Wgs84;
use crate::time::Moment;

/// Bytes of an EXIF block that are read at most.
const MAX_BLOCK: usize = 256 * 1024;
/// Characters kept of make, model and software.
const MAX_TEXT: usize = 64;

/// Where the time zone of `taken_at` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneSource {
    /// The satellite time in the file fits the local time.
    Gps,
    /// The OffsetTimeOriginal tag.
    OffsetTag,
    /// Nothing said so: +08:00 is assumed.
    #[default]
    Assumed,
}

/// Something in the EXIF that can't be right, or can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anomaly {
    /// The block is damaged; what could be read was read.
    ExifDamaged,
    /// The block is too large or built to exhaust its reader; nothing was read.
    ExifRefused,
    /// Orientation outside 1–8.
    OrientationInvalid,
    /// Latitude or longitude outside the globe.
    PositionOutOfRange,
    /// Exactly 0°, 0°: a device without a fix.
    PositionZero,
    /// Zero denominators, missing hemisphere or missing half.
    PositionUnreadable,
    /// The time is not a time.
    TimeUnreadable,
    /// Satellite time and the clock of the device differ by more than half an hour.
    ClockDisagrees,
}

impl Anomaly {
    /// Chinese label, for the reviewer.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ExifDamaged => "拍摄信息部分损坏",
            Self::ExifRefused => "拍摄信息异常庞大，未读取",
            Self::OrientationInvalid => "方向标记无效",
            Self::PositionOutOfRange => "拍摄位置超出经纬度范围",
            Self::PositionZero => "拍摄位置为 0,0，设备未定位",
            Self::PositionUnreadable => "拍摄位置无法读取",
            Self::TimeUnreadable => "拍摄时间无法读取",
            Self::ClockDisagrees => "设备时间与卫星时间不一致",
        }
    }
}

/// Checked content of an EXIF block; the default is "no EXIF".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// EXIF orientation, 1–8.
    pub orientation: u8,
    /// When the shutter opened, by the device's clock.
    pub taken_at: Option<Moment>,
    /// How the zone of `taken_at` is known.
    pub taken_zone: ZoneSource,
    /// Where the device was, by its own account.
    pub position: Option<Wgs84>,
    /// Horizontal error the device claims, metres.
    pub accuracy_m: Option<f64>,
    /// Maker of the device.
    pub make: Option<String>,
    /// Model of the device.
    pub model: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
    /// What was wrong, each once, in the order found.
    pub anomalies: Vec<Anomaly>,
    /// How bright the scene was by the camera's settings, exposure value at ISO 100.
    #[serde(default)]
    pub brightness_ev: Option<f64>,
    /// Hints at how the file came about, each once.
    #[serde(default)]
    pub traces: Vec<Trace>,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            orientation: 1,
            taken_at: None,
            taken_zone: ZoneSource::Assumed,
            position: None,
            accuracy_m: None,
            make: None,
            model: None,
            software: None,
            anomalies: Vec::new(),
            brightness_ev: None,
            traces: Vec::new(),
        }
    }
}

/// Reads a TIFF block found in a container; `None` is a picture without EXIF. `size` is the stored size, pixels.
pub(super) fn read(block: Option<&[u8]>, size: (u32, u32)) -> Meta {
    let Some(block) = block else { return Meta::default() };
    if block.len() > MAX_BLOCK || !tiff::is_bounded(block) {
        return Meta { anomalies: vec![Anomaly::ExifRefused], ..Meta::default() };
    }
    let mut reader = exif::Reader::new();
    interpret(reader.continue_on_error(true).read_raw(block.to_vec()), Some(size))
}

/// Reads the EXIF item of a HEIC file; the library bounds the item to 64 kB.
pub(super) fn read_heic(bytes: &[u8]) -> Meta {
    let mut reader = exif::Reader::new();
    interpret(reader.continue_on_error(true).read_from_container(&mut Cursor::new(bytes)), None)
}

fn interpret(parsed: Result<Exif, exif::Error>, size: Option<(u32, u32)>) -> Meta {
    let mut meta = Meta::default();
    let parsed = parsed.or_else(|error| error.distill_partial_result(|_| meta.note(Anomaly::ExifDamaged)));
    let exif = match parsed {
        Ok(exif) => exif,
        Err(exif::Error::NotFound(_)) => return meta,
        Err(_) => {
            meta.note(Anomaly::ExifDamaged);
            return meta;
        }
    };
    meta.orientation = read_orientation(&exif).unwrap_or_else(|anomaly| {
        meta.note(anomaly);
        1
    });
    match place::read(&exif) {
        Ok(position) => meta.position = position,
        Err(anomaly) => meta.note(anomaly),
    }
    meta.accuracy_m = meta.position.and_then(|_| place::read_accuracy(&exif));
    stamp::read(&exif, &mut meta);
    meta.make = read_text(&exif, Tag::Make);
    meta.model = read_text(&exif, Tag::Model);
    meta.software = read_text(&exif, Tag::Software);
    meta.brightness_ev = trace::brightness(&exif);
    meta.traces = size.map_or_else(Vec::new, |size| trace::contradictions(&exif, size));
    meta
}

impl Meta {
    /// Adds an anomaly once.
    pub(super) fn note(&mut self, anomaly: Anomaly) {
        if !self.anomalies.contains(&anomaly) {
            self.anomalies.push(anomaly);
        }
    }
}

fn read_orientation(exif: &Exif) -> Result<u8, Anomaly> {
    match exif.get_field(Tag::Orientation, In::PRIMARY) {
        None => Ok(1),
        Some(field) => match field.value.get_uint(0) {
            Some(value @ 1..=8) => Ok(value as u8),
            _ => Err(Anomaly::OrientationInvalid),
        },
    }
}

/// First ASCII value of a tag, as bytes.
pub(super) fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(values) => values.first().map(Vec::as_slice),
        _ => None,
    }
}

/// Rationals of a tag; `None` also when a denominator is zero.
pub(super) fn rationals(exif: &Exif, tag: Tag) -> Option<Vec<f64>> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) if values.len() <= 3 && values.iter().all(|r| r.denom != 0) => {
            Some(values.iter().map(|r| r.to_f64()).collect())
        }
        _ => None,
    }
}

fn read_text(exif: &Exif, tag: Tag) -> Option<String> {
    let bytes = ascii(exif, tag)?;
    let text: String = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * MAX_TEXT)])
        .chars()
        .filter(is_printable)
        .collect();
    let text: String = text.trim().chars().take(MAX_TEXT).collect();
    Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// Neither a control character nor one that reorders or hides text.
fn is_printable(c: &char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}')
}
