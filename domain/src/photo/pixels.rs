//! Decodes a picture once and makes its public copies: shrink first, turn upright after, encode last, so that at most
//! one full-size buffer exists. It refuses, before decoding, whatever would need more than [`MAX_MEMORY`].

use std::io::Cursor;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageError, Limits};
use jpeg_encoder::{ColorType as Pixels, Encoder};

use super::container::{Survey, check_size};
use super::{DISPLAY_SIDE, Fault, Format, MEDIUM_SIDE, THUMB_SIDE};

/// Bytes that decoding and shrinking may hold at once, beside the file itself.
const MAX_MEMORY: u64 = 300_000_000;
/// Bytes a PNG decoder may spend on anything but pixels.
const MAX_PNG_EXTRAS: u64 = 16_000_000;
/// Longest side of a JPEG that is passed through without re-encoding, pixels: what messengers send.
const PASS_SIDE: u32 = 1440;
const DISPLAY_QUALITY: u8 = 82;
const MEDIUM_QUALITY: u8 = 80;
const THUMB_QUALITY: u8 = 75;

/// Eight-bit pixels, row by row without padding: 1 channel grey or 3 channels RGB.
pub(super) struct Raster {
    pub width: u32,
    pub height: u32,
    pub channels: usize,
    pub data: Vec<u8>,
}

/// The public copies and the brightness the algorithms work on.
pub(super) struct Copies {
    pub display: Vec<u8>,
    pub medium: Vec<u8>,
    pub thumb: Vec<u8>,
    /// Upright luma of the medium copy.
    pub luma: Raster,
    /// Its upright Cb and Cr at half the size.
    pub chroma: [Raster; 2],
}

/// Decodes and makes the copies, upright by EXIF `orientation`.
pub(super) fn render(bytes: &[u8], survey: &Survey<'_>, orientation: u8) -> Result<Copies, Fault> {
    let full = decode(bytes, survey)?;
    let passed = pass_through(bytes, survey, orientation);
    let large = shrink(full, DISPLAY_SIDE)?.upright(orientation);
    let display = match passed {
        Some(display) => display,
        None => encode(&large, DISPLAY_QUALITY)?,
    };
    let medium = shrink(large, MEDIUM_SIDE)?;
    let luma = medium.luma();
    let chroma = medium.chroma()?;
    let medium_copy = encode(&medium, MEDIUM_QUALITY)?;
    let thumb = encode(&shrink(medium, THUMB_SIDE)?, THUMB_QUALITY)?;
    Ok(Copies { display, medium: medium_copy, thumb, luma, chroma })
}

/// The file itself without metadata, when it is an upright JPEG that a messenger has already made small.
fn pass_through(bytes: &[u8], survey: &Survey<'_>, orientation: u8) -> Option<Vec<u8>> {
    let layout = survey.jpeg.as_ref()?;
    let small = survey.width.max(survey.height) <= PASS_SIDE;
    if orientation != 1 || !small || !layout.is_plain() {
        return None;
    }
    let copy = layout.strip(bytes);
    let usual = survey.width as usize * survey.height as usize / 2 + 65_536;
    (copy.len() <= usual).then_some(copy)
}

fn decode(bytes: &[u8], survey: &Survey<'_>) -> Result<Raster, Fault> {
    match survey.format {
        Format::Jpeg => {
            let layout = survey.jpeg.as_ref();
            let bytes = layout.and_then(|l| bytes.get(..l.end)).unwrap_or(bytes);
            // The decoder copies its input and keeps all coefficients of a file with several scans.
            let extra = bytes.len() as u64 + layout.map_or(0, |l| l.coefficients);
            check_memory(survey, 3, extra)?;
            read(JpegDecoder::new(Cursor::new(bytes)).map_err(fault)?, survey)
        }
        Format::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(MAX_PNG_EXTRAS);
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(fault)?;
            let pixel = u64::from(decoder.color_type().bytes_per_pixel());
            check_memory(survey, pixel, MAX_PNG_EXTRAS)?;
            read(decoder, survey)
        }
        // Four bytes a pixel each for the output, the canvas and the frame of an animation.
        Format::Webp => {
            check_memory(survey, 12, 0)?;
            read(WebPDecoder::new(Cursor::new(bytes)).map_err(fault)?, survey)
        }
        Format::Heic => Err(Fault::NotAPicture),
    }
}

/// Refuses a picture whose pixels, decoder and first shrinking pass need more than [`MAX_MEMORY`].
fn check_memory(survey: &Survey<'_>, pixel: u64, extra: u64) -> Result<(), Fault> {
    let (width, height) = (survey.width, survey.height);
    let shrinking = u64::from(DISPLAY_SIDE) * u64::from(height) * 3;
    let need = u64::from(width) * u64::from(height) * pixel + shrinking + extra;
    if need > MAX_MEMORY { Err(Fault::TooLarge { width, height }) } else { Ok(()) }
}

fn read(decoder: impl ImageDecoder, survey: &Survey<'_>) -> Result<Raster, Fault> {
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if (width, height) != (survey.width, survey.height) {
        return Err(Fault::Broken("header and decoder disagree about the size".to_owned()));
    }
    let colour = decoder.color_type();
    let total = usize::try_from(decoder.total_bytes()).map_err(|_| Fault::TooLarge { width, height })?;
    let mut data = vec![0; total];
    decoder.read_image(&mut data).map_err(fault)?;
    let channels = flatten(&mut data, colour)?;
    Ok(Raster { width, height, channels, data })
}

/// Brings pixels of any kind to grey or RGB of eight bits over white, inside their own buffer.
fn flatten(data: &mut Vec<u8>, colour: ColorType) -> Result<usize, Fault> {
    let samples = usize::from(colour.channel_count());
    match colour.bytes_per_pixel() / colour.channel_count() {
        1 => {}
        2 => {
            let half = data.len() / 2;
            for i in 0..half {
                data[i] = (u16::from_ne_bytes([data[2 * i], data[2 * i + 1]]) >> 8) as u8;
            }
            data.truncate(half);
        }
        _ => return Err(Fault::Broken("floating-point samples".to_owned())),
    }
    if !colour.has_alpha() {
        return Ok(samples);
    }
    let channels = samples - 1;
    let pixels = data.len() / samples;
    for i in 0..pixels {
        let alpha = u16::from(data[i * samples + channels]);
        for c in 0..channels {
            let over = u16::from(data[i * samples + c]) * alpha + 255 * (255 - alpha);
            data[i * channels + c] = ((over + 127) / 255) as u8;
        }
    }
    data.truncate(pixels * channels);
    Ok(channels)
}

/// Shrinks so that the longest side is at most `side`; a smaller picture is returned as it is.
fn shrink(source: Raster, side: u32) -> Result<Raster, Fault> {
    let longest = source.width.max(source.height);
    if longest <= side {
        return Ok(source);
    }
    let scaled = |length: u32| {
        let length = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        (length as u32).max(1)
    };
    resize(&source, scaled(source.width), scaled(source.height), FilterType::Lanczos3)
}

/// Resamples to an exact size.
pub(super) fn resize(source: &Raster, width: u32, height: u32, filter: FilterType) -> Result<Raster, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::Broken(format!("resize: {error}"));
    let kind = if source.channels == 1 { PixelType::U8 } else { PixelType::U8x3 };
    let view = ImageRef::new(source.width, source.height, &source.data, kind).map_err(|e| broken(&e))?;
    let mut target = Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&view, &mut target, &options).map_err(|e| broken(&e))?;
    Ok(Raster { width, height, channels: source.channels, data: target.into_vec() })
}

fn encode(raster: &Raster, quality: u8) -> Result<Vec<u8>, Fault> {
    let too_large = || Fault::TooLarge { width: raster.width, height: raster.height };
    let width = u16::try_from(raster.width).map_err(|_| too_large())?;
    let height = u16::try_from(raster.height).map_err(|_| too_large())?;
    let pixels = if raster.channels == 1 { Pixels::Luma } else { Pixels::Rgb };
    let mut out = Vec::with_capacity(raster.data.len() / 8);
    Encoder::new(&mut out, quality)
        .encode(&raster.data, width, height, pixels)
        .map_err(|error| Fault::Broken(format!("encode: {error}")))?;
    Ok(out)
}

impl Raster {
    /// Turns and mirrors as EXIF orientation 1–8 asks (EXIF 2.32, 4.6.4 A).
    fn upright(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (w, h) = (self.width as usize, self.height as usize);
        let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = match orientation {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                let at = (sy * w + sx) * self.channels;
                data.extend_from_slice(&self.data[at..at + self.channels]);
            }
        }
        Self { width: width as u32, height: height as u32, channels: self.channels, data }
    }

    /// Brightness by the weights of JPEG (BT.601).
    fn luma(&self) -> Self {
        let data = if self.channels == 1 {
            self.data.clone()
        } else {
            let weigh =
                |p: &[u8]| (77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2]) + 128) >> 8;
            self.data.chunks_exact(3).map(|p| weigh(p) as u8).collect()
        };
        Self { width: self.width, height: self.height, channels: 1, data }
    }
}

impl Raster {
    /// The two colour differences of JPEG (BT.601) at half the size.
    fn chroma(&self) -> Result<[Self; 2], Fault> {
        let half = resize(self, self.width.div_ceil(2), self.height.div_ceil(2), FilterType::Box)?;
        let plane = |weights: [i32; 3]| {
            let tint = |p: &[u8]| {
                let sum: i32 = p.iter().zip(weights).map(|(&p, w)| i32::from(p) * w).sum();
                (128 + (sum >> 8)).clamp(0, 255) as u8
            };
            let data = if half.channels == 1 {
                vec![128; half.data.len()]
            } else {
                half.data.chunks_exact(3).map(tint).collect()
            };
            Self { width: half.width, height: half.height, channels: 1, data }
        };
        Ok([plane([-43, -85, 128]), plane([128, -107, -21])])
    }
}

/// Sorts a decoder's error: the file ended early, or it is broken.
fn fault(error: ImageError) -> Fault {
    match error {
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Fault::Truncated,
        other => Fault::Broken(other.to_string().chars().take(200).collect()),
    }
}
