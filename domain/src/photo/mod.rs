//! Reads an uploaded picture: what it is, what its EXIF says, how it looks, and the public copies made from it.
//! It refuses to believe a file's name or declared type, to decode what would not fit in memory, and to let one
//! byte of metadata through to a public copy.

pub mod change;
mod codec;
mod container;
pub mod hash;
mod jpeg;
pub mod look;
pub mod meta;
mod pixels;
mod place;
mod plane_map;
mod planes;
mod rust;
pub mod scene;
mod stamp;
mod tiff;
pub mod trace;
#[cfg(feature = "turbo")]
mod turbo;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use change::Region;
pub use codec::Codec;
pub use hash::Prints;
pub use look::Look;
pub use meta::{Anomaly, Meta, ZoneSource};
pub use pixels::{Copies, Raster};
pub use plane_map::PlaneMap;
pub(crate) use plane_map::{Freedom, Pair};
pub use scene::Scene;
pub use trace::Trace;

/// Version of the algorithms behind [`Facts`] and [`Scene`]; raised when stored values stop being comparable.
pub const VERSION: u32 = 2;
/// Longest side of the display copy, pixels.
pub const DISPLAY_SIDE: u32 = 1280;
/// Longest side of the medium copy, pixels.
pub const MEDIUM_SIDE: u32 = 640;
/// Longest side of the thumbnail, pixels.
pub const THUMB_SIDE: u32 = 320;

/// Kind of picture, told from the first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG (ITU T.81).
    Jpeg,
    /// PNG (W3C), APNG included.
    Png,
    /// WebP (RFC 9649).
    Webp,
    /// HEIF with HEVC inside, as iPhones write it; EXIF only, the pixels are not read.
    Heic,
}

/// Tells the kind of picture from its first bytes; 64 are enough.
pub fn sniff(head: &[u8]) -> Option<Format> {
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if head.starts_with(container::PNG_SIGNATURE) {
        Some(Format::Png)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some(Format::Webp)
    } else if container::is_heic(head) {
        Some(Format::Heic)
    } else {
        None
    }
}

/// What is kept about a picture for ever (JSON in the database).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// [`VERSION`] at the time of the analysis.
    pub version: u32,
    /// Kind of the original file.
    pub format: Format,
    /// Width of the upright original, pixels.
    pub width: u32,
    /// Height of the upright original, pixels.
    pub height: u32,
    /// What the EXIF block says.
    pub meta: Meta,
    /// Perceptual hashes.
    pub prints: Prints,
}

/// Everything one decode yields; the three copies are upright JPEGs without metadata.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Facts about the original.
    pub facts: Facts,
    /// Local features for "is this the same place".
    pub scene: Scene,
    /// How it looks, cell by cell, for "what changed".
    pub look: Look,
    /// Copy with its longest side at most [`DISPLAY_SIDE`], or 1440 when an already small JPEG is passed through.
    pub display: Vec<u8>,
    /// Copy with its longest side at most [`MEDIUM_SIDE`].
    pub medium: Vec<u8>,
    /// Copy with its longest side at most [`THUMB_SIDE`].
    pub thumb: Vec<u8>,
}

/// Why a file is not accepted as a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// No byte arrived.
    Empty,
    /// The first bytes belong to none of the known formats.
    NotAPicture,
    /// HEIC: its EXIF was read, its pixels are refused.
    Heic(Box<Meta>),
    /// More pixels, or more memory to decode them, than allowed.
    TooLarge {
        /// Declared width, pixels.
        width: u32,
        /// Declared height, pixels.
        height: u32,
    },
    /// The file ends before the picture does.
    Truncated,
    /// A rare way of coding that no decoder here reads, or that only an attack would use; named in Chinese.
    Unsupported(&'static str),
    /// The decoder gave up; the text is for the log.
    Broken(String),
}

impl Fault {
    /// Stable name for interfaces and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::NotAPicture => "photo_not_a_picture",
            Self::Heic(_) => "photo_heic",
            Self::TooLarge { .. } => "photo_too_large",
            Self::Truncated => "photo_truncated",
            Self::Unsupported(_) => "photo_unsupported",
            Self::Broken(_) => "photo_broken",
        }
    }

    /// Tells a citizen what to do, in Chinese.
    pub fn message(&self) -> String {
        match self {
            Self::Empty => "文件是空的，请重新选择照片。".to_owned(),
            Self::NotAPicture => "这个文件不是照片，请上传 JPEG、PNG 或 WebP 格式的照片。".to_owned(),
            Self::Heic(_) => {
                "这张照片是 HEIC 格式，暂时打不开。请在手机“设置-相机-格式”中选择“兼容性最佳”（JPEG）后重拍，\
                              或先用微信发给自己、保存后再上传。"
                    .to_owned()
            }
            Self::TooLarge { width, height } => {
                format!("照片太大（{width}×{height} 像素），请用手机相机的普通分辨率重拍，或缩小后再上传。")
            }
            Self::Truncated => "照片没有传完整，请在网络稳定时重新上传。".to_owned(),
            Self::Unsupported(what) => {
                format!(
                    "这张照片的编码方式少见（{what}），打不开。请用手机相机重新拍摄，或另存为普通的 JPEG 后再上传。"
                )
            }
            Self::Broken(_) => "照片已损坏，打不开。请重新拍摄或换一张上传。".to_owned(),
        }
    }
}

/// Analyses a picture with one decode, at most about 300 MB of memory; a panic inside a decoder becomes
/// [`Fault::Broken`].
pub fn analyse(bytes: &[u8]) -> Result<Analysis, Fault> {
    guard(|| {
        let (facts, copies) = examine(bytes, Codec::BEST)?;
        let scene = scene::detect(&copies.luma);
        let look = look::see(&copies.luma, &copies.chroma);
        let Copies { display, medium, thumb, .. } = copies;
        Ok(Analysis { facts, scene, look, display, medium, thumb })
    })
}

/// The same without local features: facts, copies and the planes that every other algorithm starts from.
pub fn develop(bytes: &[u8], codec: Codec) -> Result<(Facts, Copies), Fault> {
    guard(|| examine(bytes, codec))
}

fn guard<T>(work: impl FnOnce() -> Result<T, Fault> + std::panic::UnwindSafe) -> Result<T, Fault> {
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Fault::Broken("the decoder panicked".to_owned())))
}

fn examine(bytes: &[u8], codec: Codec) -> Result<(Facts, Copies), Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    let format = sniff(bytes).ok_or(Fault::NotAPicture)?;
    if format == Format::Heic {
        return Err(Fault::Heic(Box::new(meta::read_heic(bytes))));
    }
    let survey = container::survey(bytes, format)?;
    let mut meta = meta::read(survey.exif, (survey.width, survey.height));
    meta.traces.extend(trace::declared(bytes));
    if survey.jpeg.as_ref().is_some_and(jpeg::Layout::is_progressive) {
        meta.traces.push(Trace::Progressive);
    }
    let (width, height) = match meta.orientation {
        5.. => (survey.height, survey.width),
        _ => (survey.width, survey.height),
    };
    let copies = pixels::render(bytes, &survey, meta.orientation, codec)?;
    let prints = hash::prints(&copies.luma);
    Ok((Facts { version: VERSION, format, width, height, meta, prints }, copies))
}
