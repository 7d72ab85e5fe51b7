//! Walks the segments of a JPEG (ITU T.81 annex B) without decoding it: size, memory need, where it ends, and a
//! copy of it without metadata. It refuses to guess at a file whose end is missing.

use std::ops::Range;

use memchr::memchr;

use super::Fault;

/// Scans after which a progressive file is taken for an attack; usual encoders write about ten.
const MAX_SCANS: usize = 40;
/// Pixels times scans of a file with several, each of which may touch every coefficient: about ten seconds of the slowest decoder.
const MAX_PASSES: u64 = 640_000_000;
/// Segments before the picture ends; a panorama's depth map in XMP takes some hundreds.
const MAX_SEGMENTS: usize = 4_000;

/// What the markers of a JPEG say.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub width: u32,
    pub height: u32,
    /// Bytes of coefficients a decoder keeps for a file with several scans, else 0.
    pub coefficients: u64,
    /// Where the TIFF block of the first Exif segment lies.
    pub exif: Option<Range<usize>>,
    /// One past the end-of-image marker; whatever follows is not part of the picture.
    pub end: usize,
    components: usize,
    scans: usize,
    progressive: bool,
    segments: usize,
    plain_colour: bool,
    kept: Vec<Range<usize>>,
}

/// Reads the markers up to the end of the image.
pub(super) fn survey(bytes: &[u8]) -> Result<Layout, Fault> {
    let mut layout = Layout { plain_colour: true, ..Layout::default() };
    let mut at = 2;
    loop {
        let start = next_marker(bytes, at)?;
        let code = bytes[start + 1];
        at = match code {
            0xD9 => {
                layout.end = start + 2;
                break;
            }
            0x01 | 0xD0..=0xD8 => start + 2,
            _ => layout.take_segment(bytes, start, code)?,
        };
    }
    if layout.width == 0 || layout.scans == 0 {
        return Err(Fault::Broken("no frame or no scan".to_owned()));
    }
    if layout.scans == 1 {
        layout.coefficients = 0;
    }
    Ok(layout)
}

impl Layout {
    /// Notes one segment and returns where the next marker is searched.
    fn take_segment(&mut self, bytes: &[u8], start: usize, code: u8) -> Result<usize, Fault> {
        let length = bytes.get(start + 2..start + 4).ok_or(Fault::Truncated)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length < 2 {
            return Err(Fault::Broken("segment shorter than its length".to_owned()));
        }
        let mut end = start + 2 + length;
        let body = bytes.get(start + 4..end).ok_or(Fault::Truncated)?;
        self.segments += 1;
        if self.segments > MAX_SEGMENTS {
            return Err(Fault::Unsupported("数据段过多"));
        }
        match code {
            0xC0..=0xC2 => {
                self.progressive = code == 0xC2;
                self.take_frame(body)?;
            }
            0xC3 => return Err(Fault::Unsupported("无损压缩")),
            0xC5..=0xC7 | 0xDE => return Err(Fault::Unsupported("分层编码")),
            0xC8..=0xCF => return Err(Fault::Unsupported("算术编码")),
            0xDA => {
                self.scans += 1;
                let passes = self.scans as u64 * u64::from(self.width) * u64::from(self.height);
                if self.scans > MAX_SCANS || (self.scans > 1 && passes > MAX_PASSES) {
                    return Err(Fault::Unsupported("扫描次数过多"));
                }
                end = entropy_end(bytes, end)?;
            }
            0xE1 if self.exif.is_none() && body.starts_with(b"Exif\0\0") => {
                self.exif = Some(start + 10..end);
            }
            0xEE if body.starts_with(b"Adobe") => self.plain_colour &= body.get(11) == Some(&1),
            _ => {}
        }
        // JFIF without its own thumbnail is the one application segment a public copy may carry.
        let jfif = code == 0xE0 && length == 16 && body.starts_with(b"JFIF\0");
        if jfif || matches!(code, 0xC0..=0xC2 | 0xC4 | 0xDA | 0xDB | 0xDD) {
            self.kept.push(start..end);
        }
        Ok(end)
    }

    fn take_frame(&mut self, body: &[u8]) -> Result<(), Fault> {
        let broken = || Fault::Broken("bad frame header".to_owned());
        if self.width != 0 || body.len() < 6 || body.len() != 6 + 3 * usize::from(body[5]) {
            return Err(broken());
        }
        self.height = u32::from(u16::from_be_bytes([body[1], body[2]]));
        self.width = u32::from(u16::from_be_bytes([body[3], body[4]]));
        if body[0] != 8 {
            return Err(Fault::Unsupported("每色不是 8 位"));
        }
        if self.width == 0 || self.height == 0 {
            return Err(broken());
        }
        let parts: Vec<&[u8]> = body[6..].chunks_exact(3).collect();
        self.components = parts.len();
        self.plain_colour &= !parts.iter().map(|p| p[0]).eq(*b"RGB");
        let factors = parts.iter().map(|p| u64::from(p[1] >> 4) * u64::from(p[1] & 15));
        let (most, sum) = factors.fold((1, 0), |(most, sum), f| (f.max(most), sum + f));
        // Coefficients are 16 bits wide; a component's share of the picture is its factor over the largest.
        self.coefficients = u64::from(self.width) * u64::from(self.height) * 2 * sum / most;
        Ok(())
    }

    /// Whether the file may be shown as it is once its metadata are gone: grey, or YCbCr as every viewer assumes it.
    pub fn is_plain(&self) -> bool {
        self.components == 1 || (self.components == 3 && self.plain_colour)
    }

    /// Whether it is stored in passes over the whole picture.
    pub fn is_progressive(&self) -> bool {
        self.progressive
    }

    /// Copies the picture with the segments needed to decode it and nothing else.
    pub fn strip(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.end);
        out.extend_from_slice(&[0xFF, 0xD8]);
        self.kept.iter().for_each(|range| out.extend_from_slice(&bytes[range.clone()]));
        out.extend_from_slice(&[0xFF, 0xD9]);
        out
    }
}

/// Position of the 0xFF of the next marker, over fill bytes and stray bytes.
fn next_marker(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        let rest = bytes.get(at..).ok_or(Fault::Truncated)?;
        let start = at + memchr(0xFF, rest).ok_or(Fault::Truncated)?;
        match bytes.get(start + 1) {
            None => return Err(Fault::Truncated),
            Some(0xFF) => at = start + 1,
            Some(0x00) => at = start + 2,
            Some(_) => return Ok(start),
        }
    }
}

/// End of the entropy-coded data that begins at `at`: the next marker that is not a restart.
fn entropy_end(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        let start = next_marker(bytes, at)?;
        match bytes[start + 1] {
            0xD0..=0xD7 => at = start + 2,
            _ => return Ok(start),
        }
    }
}
