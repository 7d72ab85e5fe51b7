//! Decodes a picture once and makes its public copies: decode as small as the largest copy allows, shrink, turn upright
//! after, encode last, each copy from the planes of the larger one. It refuses, before decoding, whatever would need more
//! than [`MAX_MEMORY`].

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageError, Limits};

use super::codec::Codec;
use super::container::{Survey, check_size};
use super::planes::Planes;
pub use super::planes::Raster;
pub(super) use super::planes::resize;
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

/// The public copies and the planes that the algorithms work on.
#[derive(Debug, Clone)]
pub struct Copies {
    /// Copy with its longest side at most [`DISPLAY_SIDE`], or 1440 when an already small JPEG is passed through.
    pub display: Vec<u8>,
    /// Copy with its longest side at most [`MEDIUM_SIDE`].
    pub medium: Vec<u8>,
    /// Copy with its longest side at most [`THUMB_SIDE`].
    pub thumb: Vec<u8>,
    /// Upright brightness of the medium copy.
    pub luma: Raster,
    /// Its upright colour differences, Cb and Cr, at half its size; 128 where there is no colour.
    pub chroma: [Raster; 2],
}

/// Decodes and makes the copies, upright by EXIF `orientation`.
pub(super) fn render(
    bytes: &[u8],
    survey: &Survey<'_>,
    orientation: u8,
    codec: Codec,
) -> Result<Copies, Fault> {
    let passed = pass_through(bytes, survey, orientation);
    let side = if passed.is_some() { MEDIUM_SIDE } else { DISPLAY_SIDE };
    let large = decode(bytes, survey, side, codec)?.upright(orientation);
    let display = match passed {
        Some(display) => display,
        None => codec.encode(&large, DISPLAY_QUALITY)?,
    };
    let medium = large.shrink(MEDIUM_SIDE)?;
    let medium_copy = codec.encode(&medium, MEDIUM_QUALITY)?;
    let thumb = codec.encode(&medium.clone().shrink(THUMB_SIDE)?, THUMB_QUALITY)?;
    let (luma, chroma) = medium.into_parts();
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

fn decode(bytes: &[u8], survey: &Survey<'_>, side: u32, codec: Codec) -> Result<Planes, Fault> {
    let picture = match survey.format {
        Format::Jpeg => {
            let layout = survey.jpeg.as_ref().ok_or(Fault::NotAPicture)?;
            // As if every decoder needed the whole picture, so that all builds take the same files.
            check_memory(survey, 3, layout.coefficients)?;
            return codec.decode(bytes.get(..layout.end).unwrap_or(bytes), layout, side);
        }
        Format::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(MAX_PNG_EXTRAS);
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(fault)?;
            let pixel = u64::from(decoder.color_type().bytes_per_pixel());
            check_memory(survey, pixel, MAX_PNG_EXTRAS)?;
            read(decoder, survey)?
        }
        // Four bytes a pixel each for the output, the canvas and the frame of an animation.
        Format::Webp => {
            check_memory(survey, 12, 0)?;
            read(WebPDecoder::new(Cursor::new(bytes)).map_err(fault)?, survey)?
        }
        Format::Heic => return Err(Fault::NotAPicture),
    };
    Ok(Planes::of_rgb(picture.shrink(side)?))
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

/// Sorts a decoder's error: the file ended early, or it is broken.
fn fault(error: ImageError) -> Fault {
    match error {
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Fault::Truncated,
        other => Fault::Broken(other.to_string().chars().take(200).collect()),
    }
}
