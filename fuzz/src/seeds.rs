//! Writes small drawn pictures of every kind that the product reads into a folder, as the start of a corpus.

use std::io::Cursor;
use std::path::PathBuf;

use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("the folder is missing")?);
    std::fs::create_dir_all(&folder)?;
    let keep = |name: String, bytes: &[u8]| std::fs::write(folder.join(name), bytes);
    let picture =
        RgbImage::from_fn(48, 36, |x, y| Rgb([(x * 5) as u8, (y * 7) as u8, ((x * y) % 251) as u8]));
    let samplings = [
        ("444", SamplingFactor::R_4_4_4),
        ("440", SamplingFactor::R_4_4_0),
        ("422", SamplingFactor::R_4_2_2),
        ("420", SamplingFactor::R_4_2_0),
        ("411", SamplingFactor::R_4_1_1),
    ];
    for (name, sampling) in samplings {
        for (kind, progressive, restart) in
            [("plain", false, 0), ("restart", false, 2), ("progressive", true, 0)]
        {
            let mut bytes = Vec::new();
            let mut encoder = Encoder::new(&mut bytes, 60);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            if restart > 0 {
                encoder.set_restart_interval(restart);
            }
            encoder.encode(picture.as_raw(), 48, 36, ColorType::Rgb)?;
            keep(format!("{name}-{kind}.jpg"), &bytes)?;
            keep(format!("{name}-{kind}-exif.jpg"), &with_exif(&bytes))?;
        }
    }
    let inks: Vec<u8> = picture.pixels().flat_map(|p| [p[0], p[1], p[2], 9]).collect();
    for (name, colour) in [("cmyk.jpg", ColorType::Cmyk), ("ycck.jpg", ColorType::CmykAsYcck)] {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 60).encode(&inks, 48, 36, colour)?;
        keep(name.to_owned(), &bytes)?;
    }
    let any = DynamicImage::ImageRgb8(picture.clone());
    let pictures =
        [any.to_luma8().into(), any.to_luma_alpha16().into(), any.to_rgb16().into(), any.to_rgba8().into()];
    for (number, picture) in pictures.into_iter().enumerate() {
        let picture: DynamicImage = picture;
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        keep(format!("{number}.png"), bytes.get_ref())?;
    }
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes).write_image(
        picture.as_raw(),
        48,
        36,
        ExtendedColorType::Rgb8,
    )?;
    keep("lossless.webp".to_owned(), &bytes)?;
    keep("empty.heic".to_owned(), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta")?;
    Ok(())
}

/// An EXIF block with orientation 6 and a pointer to an empty GPS directory.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut block = b"Exif\0\0II\x2A\0\x08\0\0\0\x02\0".to_vec();
    block.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    block.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0");
    block.extend([0; 10]);
    let length = (block.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xFF\xE1", &length, &block, &jpeg[2..]].concat()
}
