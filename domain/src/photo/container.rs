//! Finds size and EXIF block inside JPEG, PNG and WebP before anything is allocated. It refuses pictures beyond the
//! limits from their header alone.

use super::{Fault, Format, jpeg};

pub(super) const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Longest side accepted, pixels.
const MAX_SIDE: u32 = 12_000;
/// Most pixels accepted.
const MAX_PIXELS: u64 = 64_000_000;

/// What is known of a picture before it is decoded.
pub(super) struct Survey<'a> {
    pub format: Format,
    /// Stored width, not turned upright.
    pub width: u32,
    /// Stored height, not turned upright.
    pub height: u32,
    /// TIFF block of the EXIF, any length.
    pub exif: Option<&'a [u8]>,
    /// Segments, for a JPEG.
    pub jpeg: Option<jpeg::Layout>,
}

/// Whether the first bytes open an ISO base media file with a HEVC still-picture brand (ISO 23008-12 annex B).
pub(super) fn is_heic(head: &[u8]) -> bool {
    const BRANDS: [&[u8]; 10] =
        [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"];
    if head.get(4..8) != Some(b"ftyp") || matches!(head.get(8..12), Some(b"avif" | b"avis")) {
        return false;
    }
    let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let brands = &head[8..head.len().min(size.clamp(12, 64))];
    brands.chunks_exact(4).enumerate().any(|(i, brand)| i != 1 && BRANDS.contains(&brand))
}

/// Reads size and EXIF place of a picture whose format was sniffed.
pub(super) fn survey(bytes: &[u8], format: Format) -> Result<Survey<'_>, Fault> {
    let survey = match format {
        Format::Jpeg => {
            let layout = jpeg::survey(bytes)?;
            let exif = layout.exif.clone().and_then(|range| bytes.get(range));
            Survey { format, width: layout.width, height: layout.height, exif, jpeg: Some(layout) }
        }
        Format::Png => survey_png(bytes)?,
        Format::Webp => survey_webp(bytes)?,
        Format::Heic => return Err(Fault::Broken("the pixels of HEIC are not read".to_owned())),
    };
    check_size(survey.width, survey.height)?;
    Ok(survey)
}

/// Refuses sides and areas beyond the limits.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), Fault> {
    if width == 0 || height == 0 {
        return Err(Fault::Broken("no pixels".to_owned()));
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Fault::TooLarge { width, height });
    }
    Ok(())
}

/// PNG (third edition) 5.3: length, type, data, CRC; IHDR comes first, eXIf anywhere.
fn survey_png(bytes: &[u8]) -> Result<Survey<'_>, Fault> {
    if bytes.get(12..16) != Some(b"IHDR") {
        return Err(Fault::Broken("the first chunk is not IHDR".to_owned()));
    }
    let width = be32(bytes, 16).ok_or(Fault::Truncated)?;
    let height = be32(bytes, 20).ok_or(Fault::Truncated)?;
    let mut exif = None;
    let mut at = PNG_SIGNATURE.len();
    while let (Some(length), Some(kind)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        let end = at + 8 + length as usize;
        if kind == b"eXIf" {
            exif = bytes.get(at + 8..end).map(without_prefix);
        }
        if kind == b"IEND" || exif.is_some() {
            break;
        }
        at = end + 4;
    }
    Ok(Survey { format: Format::Png, width, height, exif, jpeg: None })
}

/// RFC 9649: RIFF chunks padded to even length; the canvas in VP8X, or the frame header of VP8 / VP8L.
fn survey_webp(bytes: &[u8]) -> Result<Survey<'_>, Fault> {
    let (mut size, mut exif) = (None, None);
    let mut at = 12;
    while let (Some(kind), Some(length)) = (bytes.get(at..at + 4), bytes.get(at + 4..at + 8)) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let end = at + 8 + length;
        let body = &bytes[at + 8..end.min(bytes.len())];
        match kind {
            b"VP8X" | b"VP8 " | b"VP8L" if size.is_none() => size = webp_size(kind, body),
            b"EXIF" => exif = bytes.get(at + 8..end).map(without_prefix),
            _ => {}
        }
        at = end + length % 2;
    }
    let (width, height) = size.ok_or(Fault::Truncated)?;
    Ok(Survey { format: Format::Webp, width, height, exif, jpeg: None })
}

fn webp_size(kind: &[u8], body: &[u8]) -> Option<(u32, u32)> {
    let le = |range: std::ops::Range<usize>| {
        body.get(range).map(|b| b.iter().rev().fold(0u32, |sum, &byte| sum << 8 | u32::from(byte)))
    };
    match kind {
        b"VP8X" => Some((le(4..7)? + 1, le(7..10)? + 1)),
        b"VP8L" => le(1..5).map(|bits| ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)),
        _ => Some((le(6..8)? & 0x3FFF, le(8..10)? & 0x3FFF)),
    }
}

/// Some writers put JPEG's "Exif\0\0" before the TIFF block in PNG and WebP too.
fn without_prefix(block: &[u8]) -> &[u8] {
    block.strip_prefix(b"Exif\0\0").unwrap_or(block)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}
