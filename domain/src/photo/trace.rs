//! Traces of how a file came about, apart from what the camera says: declared generation, editors, screenshots, fields
//! that contradict each other. Every trace is a hint with a name; it refuses to add them up and to look at pixels.

use exif::{Exif, In, Tag};
use serde::{Deserialize, Serialize};

use super::meta::{ascii, rationals};

/// Bytes at either end of a file in which declarations are searched; writers put them there.
const HEAD: usize = 512 * 1024;
const TAIL: usize = 64 * 1024;
/// Bytes after the name of the national label within which its value stands.
const LABEL_REACH: usize = 240;
/// A file saved this much after the shutter was written by somebody else than the camera, seconds.
const SAVED_LATER_S: i64 = 600;

/// One hint at how a file came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trace {
    /// The file itself declares that it is generated: the national label (GB 45438-2025, Label 1), IPTC's
    /// `trainedAlgorithmicMedia` (also inside C2PA), or the parameters that image generators leave in a PNG.
    Generated,
    /// The national label says that it may be (Label 2 or 3), or IPTC says that a part is.
    MaybeGenerated,
    /// An editing program wrote its history or its name into XMP or an application segment.
    Edited,
    /// The system noted that it is a picture of the screen.
    Screenshot,
    /// Stored in passes, as pages on the web are; cameras don't.
    Progressive,
    /// The size that the camera noted is not the size of the picture.
    SizeDiffers,
    /// Saved long after it was taken.
    SavedLater,
    /// It names a camera and has none of its settings.
    NoSettings,
}

impl Trace {
    /// Chinese label, for the reviewer.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Generated => "文件标明由人工智能生成",
            Self::MaybeGenerated => "文件标明可能由人工智能生成或合成",
            Self::Edited => "留有图片编辑软件的记录",
            Self::Screenshot => "系统记录为屏幕截图",
            Self::Progressive => "网页常用的渐进式存储，相机不会这样存",
            Self::SizeDiffers => "拍摄信息中的尺寸与照片不符",
            Self::SavedLater => "拍摄十分钟以后又另存过",
            Self::NoSettings => "写了相机型号，却没有曝光参数",
        }
    }

    /// How strongly it speaks against "straight from a camera", 0 to 1; reasoned, not learned.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Generated => 0.95,
            Self::Screenshot => 0.7,
            Self::MaybeGenerated | Self::Edited => 0.6,
            Self::SizeDiffers => 0.3,
            Self::NoSettings => 0.25,
            Self::Progressive => 0.2,
            Self::SavedLater => 0.15,
        }
    }
}

/// Declarations inside the file, whatever its container: XMP packets, C2PA manifests and PNG texts are searched for the
/// fixed words that their standards prescribe. Costs two passes over at most 576 kB.
pub(super) fn declared(bytes: &[u8]) -> Vec<Trace> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let tail = &bytes[bytes.len().saturating_sub(TAIL).max(head.len())..];
    let holds = |words: &[&str]| {
        words.iter().any(|word| [head, tail].iter().any(|part| find(part, word.as_bytes()).is_some()))
    };
    let label = [head, tail].iter().find_map(|part| national_label(part));
    let mut found = Vec::new();
    // "compositeWithTrainedAlgorithmicMedia" ends in a capital T: only the plain word is a whole picture.
    if label == Some(b'1')
        || holds(&["/trainedAlgorithmicMedia", "tEXtparameters\0", "tEXtprompt\0", "tEXtworkflow\0"])
    {
        found.push(Trace::Generated);
    } else if matches!(label, Some(b'2' | b'3')) || holds(&["compositeWithTrainedAlgorithmicMedia"]) {
        found.push(Trace::MaybeGenerated);
    }
    if holds(&[
        "stEvt:softwareAgent",
        "photoshop:History",
        "crs:HasSettings=\"True\"",
        "Photoshop 3.0\08BIM\x04\x25",
        "Ducky\0",
    ]) {
        found.push(Trace::Edited);
    }
    found
}

/// The digit of the national label (GB 45438-2025, annex E: JSON under `AIGC` with the member `Label`).
fn national_label(part: &[u8]) -> Option<u8> {
    let mut from = 0;
    while let Some(at) = find(&part[from..], b"AIGC") {
        let start = from + at + 4;
        let near = &part[start..part.len().min(start + LABEL_REACH)];
        let digit = find(near, b"Label")
            .and_then(|at| near[at + 5..].iter().take(20).find(|b| matches!(b, b'1'..=b'3')));
        if let Some(digit) = digit {
            return Some(*digit);
        }
        from = start;
    }
    None
}

fn find(part: &[u8], word: &[u8]) -> Option<usize> {
    memchr::memmem::find(part, word)
}

/// What the EXIF fields say together; `size` is the stored size of the picture, pixels.
pub(super) fn contradictions(exif: &Exif, size: (u32, u32)) -> Vec<Trace> {
    let noted = |tag| exif.get_field(tag, In::PRIMARY)?.value.get_uint(0).filter(|side| *side > 0);
    let mut found = Vec::new();
    if let (Some(width), Some(height)) = (noted(Tag::PixelXDimension), noted(Tag::PixelYDimension)) {
        let same = |a: (u32, u32)| a == size || (a.1, a.0) == size;
        if !same((width, height)) {
            found.push(Trace::SizeDiffers);
        }
    }
    let says_screen = |tag| {
        exif.get_field(tag, In::PRIMARY).is_some_and(|field| {
        matches!(&field.value, exif::Value::Undefined(bytes, _) if find(bytes, b"Screenshot").is_some())
    })
    };
    if says_screen(Tag::UserComment)
        || ascii(exif, Tag::ImageDescription).is_some_and(|t| t.eq_ignore_ascii_case(b"screenshot"))
    {
        found.push(Trace::Screenshot);
    }
    let second = |tag| exif::DateTime::from_ascii(ascii(exif, tag)?).ok().and_then(|t| seconds(&t));
    let later = second(Tag::DateTimeOriginal).zip(second(Tag::DateTime)).map(|(taken, saved)| saved - taken);
    if later.is_some_and(|seconds| seconds > SAVED_LATER_S) {
        found.push(Trace::SavedLater);
    }
    let named = ascii(exif, Tag::Make).is_some() && ascii(exif, Tag::Model).is_some();
    let settings = [Tag::ExposureTime, Tag::FNumber, Tag::PhotographicSensitivity, Tag::FocalLength];
    if named && settings.iter().all(|tag| exif.get_field(*tag, In::PRIMARY).is_none()) {
        found.push(Trace::NoSettings);
    }
    found
}

fn seconds(time: &exif::DateTime) -> Option<i64> {
    let date = chrono::NaiveDate::from_ymd_opt(time.year.into(), time.month.into(), time.day.into())?;
    let clock = date.and_hms_opt(time.hour.into(), time.minute.into(), time.second.into())?;
    Some(clock.and_utc().timestamp())
}

/// How bright the scene was by the camera's settings, exposure value at ISO 100 (ISO 2720: EV = log₂(N²/t), less
/// log₂(ISO/100)); sunlight is about 15, a lit street at night about 5.
pub(super) fn brightness(exif: &Exif) -> Option<f64> {
    let one = |tag| rationals(exif, tag)?.first().copied().filter(|v| *v > 0.0);
    let (time, stop) = (one(Tag::ExposureTime)?, one(Tag::FNumber)?);
    let iso = exif
        .get_field(Tag::PhotographicSensitivity, In::PRIMARY)?
        .value
        .get_uint(0)
        .filter(|iso| *iso > 0)?;
    let value = (stop * stop / time).log2() - (f64::from(iso) / 100.0).log2();
    (-10.0..=25.0).contains(&value).then_some((value * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_label_is_read_in_json_and_in_escaped_xml() {
        let xml = br#"<TC260:AIGC>{&quot;Label&quot;:&quot;1&quot;,&quot;ContentProducer&quot;:&quot;x&quot;}</TC260:AIGC>"#;
        assert_eq!(declared(xml), [Trace::Generated]);
        assert_eq!(declared(br#"AIGC{"Label": "2", "ProduceID": "1"}"#), [Trace::MaybeGenerated]);
        assert_eq!(declared(b"AIGC is a word of four letters, Label or not"), []);
    }

    #[test]
    fn a_part_that_is_generated_is_less_than_the_whole() {
        let whole = b"<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        let part = b"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
        assert_eq!((declared(whole), declared(part)), (vec![Trace::Generated], vec![Trace::MaybeGenerated]));
    }

    #[test]
    fn a_declaration_at_the_end_of_a_large_file_is_found() {
        let mut file = vec![0x5A; HEAD + TAIL];
        assert_eq!(declared(&file), []);
        file.extend_from_slice(b"<xmp photoshop:History=\"\"/>");
        assert_eq!(declared(&file), [Trace::Edited]);
    }
}
