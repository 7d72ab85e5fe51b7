//! Pictures drawn by the tests themselves, and the containers and EXIF blocks around them.

use std::io::Cursor;

use exif::{Field, In, Rational, Tag, Value};
use image::{ImageEncoder as _, Rgb, RgbImage};

/// Repeatable numbers below `limit`.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit.max(1))) as u32
    }
}

/// A street of sorts: sky, ground and many boxes with their own texture, all by `seed`.
pub fn street(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut dice = Dice::new(seed);
    let horizon = height / 3 + dice.below(height / 4);
    let mut picture = RgbImage::from_fn(width, height, |_, y| match y < horizon {
        true => Rgb([150 + (y * 60 / height) as u8, 180, 220]),
        false => Rgb([110, 108 + (y * 20 / height) as u8, 100]),
    });
    for _ in 0..90 {
        boxes(&mut picture, &mut dice);
    }
    picture
}

/// Draws one box with stripes at a random place.
pub fn boxes(picture: &mut RgbImage, dice: &mut Dice) {
    let (width, height) = picture.dimensions();
    let (w, h) = (8 + dice.below(width / 6), 8 + dice.below(height / 5));
    let (left, top) = (dice.below(width), dice.below(height));
    let colour = [dice.below(256) as u8, dice.below(256) as u8, dice.below(256) as u8];
    let stripe = 3 + dice.below(12);
    for y in top..(top + h).min(height) {
        for x in left..(left + w).min(width) {
            let shade = if ((x - left) / stripe + (y - top) / stripe).is_multiple_of(2) { 0 } else { 40 };
            picture.put_pixel(x, y, Rgb(colour.map(|c| c.saturating_sub(shade))));
        }
    }
}

pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    jpeg_encoder::Encoder::new(&mut out, quality)
        .encode(picture.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    out
}

pub fn png(data: &[u8], width: u32, height: u32, colour: image::ExtendedColorType) -> Vec<u8> {
    let mut out = Vec::new();
    image::codecs::png::PngEncoder::new(&mut out).write_image(data, width, height, colour).unwrap();
    out
}

pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = picture.dimensions();
    image::codecs::webp::WebPEncoder::new_lossless(&mut out)
        .encode(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .unwrap();
    out
}

/// Puts segments (marker, body) right behind the start of a JPEG.
pub fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for (marker, body) in segments {
        out.extend([0xFF, *marker]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend(*body);
    }
    out.extend(&jpeg[2..]);
    out
}

/// Puts an EXIF block into a JPEG.
pub fn with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    with_segments(jpeg, &[(0xE1, &[b"Exif\0\0", block].concat())])
}

/// Writes a TIFF block of fields.
pub fn block(fields: &[Field]) -> Vec<u8> {
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).unwrap();
    out.into_inner()
}

pub fn field(tag: Tag, value: Value) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value }
}

pub fn text(tag: Tag, text: &str) -> Field {
    field(tag, Value::Ascii(vec![text.as_bytes().to_vec()]))
}

pub fn orientation(value: u16) -> Field {
    field(Tag::Orientation, Value::Short(vec![value]))
}

pub fn rational(tag: Tag, parts: &[(u32, u32)]) -> Field {
    field(tag, Value::Rational(parts.iter().map(|&(num, denom)| Rational { num, denom }).collect()))
}

/// Latitude and longitude in whole degrees, minutes and seconds with their hemispheres.
pub fn gps(lat: [(u32, u32); 3], north: &str, lon: [(u32, u32); 3], east: &str) -> Vec<Field> {
    vec![
        rational(Tag::GPSLatitude, &lat),
        text(Tag::GPSLatitudeRef, north),
        rational(Tag::GPSLongitude, &lon),
        text(Tag::GPSLongitudeRef, east),
    ]
}

/// Pixels of a JPEG.
pub fn decode(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap().to_rgb8()
}

/// Mean absolute difference of two pictures of the same size, grey levels.
pub fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| u64::from(x.abs_diff(*y))).sum();
    sum as f64 / a.as_raw().len() as f64
}
