//! What is done to a photograph to hand it in again. Each takes pixels and gives pixels; JPEG is written around it. It
//! refuses chance: the same seed gives the same picture.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

/// How hard a way is to find, and so which recall it is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// At least 0.99.
    Mild,
    /// At least 0.95.
    Hard,
}

/// A way of handing a photograph in again.
pub struct Way {
    pub name: &'static str,
    pub class: Class,
    /// JPEG quality of the copy.
    pub quality: u8,
    pub apply: fn(&RgbImage, u64) -> RgbImage,
}

const fn way(name: &'static str, class: Class, quality: u8, apply: fn(&RgbImage, u64) -> RgbImage) -> Way {
    Way { name, class, quality, apply }
}

use Class::{Hard, Mild};

/// All ways.
pub const WAYS: [Way; 30] = [
    way("JPEG q30", Mild, 30, |p, _| p.clone()),
    way("缩小到 1/4", Mild, 85, |p, _| shrink(p, 0.25)),
    way("微信压缩 ×1", Mild, 72, |p, _| wechat(p, 1)),
    way("微信压缩 ×3", Mild, 72, |p, _| wechat(p, 3)),
    way("亮度 +20%", Mild, 85, |p, _| tone(p, |v| v * 1.2)),
    way("亮度 -20%", Mild, 85, |p, _| tone(p, |v| v * 0.8)),
    way("伽马 0.7", Mild, 85, |p, _| tone(p, |v| 255.0 * (v / 255.0).powf(0.7))),
    way("伽马 1.4", Mild, 85, |p, _| tone(p, |v| 255.0 * (v / 255.0).powf(1.4))),
    way("锐化加饱和", Mild, 85, |p, _| saturate(&imageops::unsharpen(p, 1.5, 2))),
    way("水印块", Mild, 85, stamp),
    way("旋转 2°", Mild, 85, |p, seed| rotate(p, 2.0 * sign(seed))),
    way("旋转 5°", Mild, 85, |p, seed| rotate(p, 5.0 * sign(seed))),
    way("裁剪 5%", Mild, 85, |p, seed| crop(p, 0.95, seed)),
    way("裁剪 10%", Mild, 85, |p, seed| crop(p, 0.90, seed)),
    way("裁剪 20%", Hard, 85, |p, seed| crop(p, 0.80, seed)),
    way("裁剪 20% 换画幅", Hard, 85, crop_free),
    way("镜像", Hard, 85, |p, _| imageops::flip_horizontal(p)),
    way("旋转 90°", Hard, 85, |p, _| imageops::rotate90(p)),
    way("旋转 180°", Hard, 85, |p, _| imageops::rotate180(p)),
    way("旋转 270°", Hard, 85, |p, _| imageops::rotate270(p)),
    way("镜像后旋转 90°", Hard, 85, |p, _| imageops::rotate90(&imageops::flip_horizontal(p))),
    way("黑边截图(上下)", Hard, 85, |p, seed| bars(p, seed, [0; 3], true)),
    way("白边截图(上下)", Hard, 85, |p, seed| bars(p, seed, [255; 3], true)),
    way("灰色界面截图", Hard, 85, phone_screen),
    way("黑边(左右)", Hard, 85, |p, seed| bars(p, seed, [0; 3], false)),
    way("拍屏", Hard, 75, screen),
    way("镜像 + 裁剪 10%", Hard, 80, |p, seed| crop(&imageops::flip_horizontal(p), 0.9, seed)),
    way("镜像 + 裁剪 20%", Hard, 80, |p, seed| crop(&imageops::flip_horizontal(p), 0.8, seed)),
    way("裁剪 10% + 微信", Hard, 72, |p, seed| wechat(&crop(p, 0.9, seed), 1)),
    way("拍屏 + 镜像", Hard, 75, |p, seed| screen(&imageops::flip_horizontal(p), seed)),
];

fn sign(seed: u64) -> f32 {
    if seed.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// A number from 0 to below 1, the `n`-th of this seed.
fn chance(seed: u64, n: u64) -> f32 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(n.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

fn shrink(p: &RgbImage, share: f32) -> RgbImage {
    let side = |v: u32| ((v as f32 * share).round() as u32).max(1);
    imageops::resize(p, side(p.width()), side(p.height()), FilterType::Triangle)
}

/// Re-encoded each time, slightly smaller, as messengers do.
fn wechat(p: &RgbImage, times: u32) -> RgbImage {
    (0..times).fold(p.clone(), |p, _| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let small = shrink(&p, 0.93);
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 70);
        let written = small.write_with_encoder(encoder);
        let read = written.and_then(|()| image::load_from_memory(bytes.get_ref()));
        read.map_or(small, |picture| picture.to_rgb8())
    })
}

fn tone(p: &RgbImage, curve: impl Fn(f32) -> f32) -> RgbImage {
    let table: Vec<u8> = (0..256).map(|v| curve(v as f32).clamp(0.0, 255.0).round() as u8).collect();
    let mut out = p.clone();
    out.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|c| table[usize::from(c)]));
    out
}

fn saturate(p: &RgbImage) -> RgbImage {
    let mut out = p.clone();
    for pixel in out.pixels_mut() {
        let grey = pixel.0.iter().map(|&c| f32::from(c)).sum::<f32>() / 3.0;
        pixel.0 = pixel.0.map(|c| (grey + 1.4 * (f32::from(c) - grey)).clamp(0.0, 255.0) as u8);
    }
    out
}

/// A translucent block of a quarter of the height and half of the width with lines like writing, in a corner.
fn stamp(p: &RgbImage, seed: u64) -> RgbImage {
    let mut out = p.clone();
    let (w, h) = (p.width() / 2, p.height() / 4);
    let left = if chance(seed, 1) < 0.5 { 0 } else { p.width() - w };
    let top = if chance(seed, 2) < 0.5 { 0 } else { p.height() - h };
    for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
        let pixel = out.get_pixel_mut(left + x, top + y);
        let line = y * 10 / h % 2 == 1 && x > w / 12 && x < w * 11 / 12;
        let letter = line && chance(seed, u64::from(x / (w / 40).max(1) * 31 + y * 10 / h)) < 0.6;
        pixel.0 = if letter { [250; 3] } else { pixel.0.map(|c| (f32::from(c) * 0.5 + 20.0) as u8) };
    }
    out
}

/// Every pixel from the place that `source` names; black outside.
fn remap(p: &RgbImage, size: (u32, u32), source: impl Fn(f32, f32) -> (f32, f32)) -> RgbImage {
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let (sx, sy) = source(x as f32, y as f32);
        imageops::interpolate_bilinear(p, sx, sy).unwrap_or(Rgb([0; 3]))
    })
}

fn rotate(p: &RgbImage, degrees: f32) -> RgbImage {
    let (w, h) = (p.width() as f32, p.height() as f32);
    let (sin, cos) = degrees.to_radians().sin_cos();
    remap(p, p.dimensions(), |x, y| {
        let (dx, dy) = (x - w / 2.0, y - h / 2.0);
        (w / 2.0 + dx * cos - dy * sin, h / 2.0 + dx * sin + dy * cos)
    })
}

/// Both sides cut to `share`, anywhere.
fn crop(p: &RgbImage, share: f32, seed: u64) -> RgbImage {
    cut(p, share, share, seed)
}

/// One side cut to 80 %, the other to something between.
fn crop_free(p: &RgbImage, seed: u64) -> RgbImage {
    let other = 0.8 + 0.2 * chance(seed, 3);
    if chance(seed, 4) < 0.5 { cut(p, 0.8, other, seed) } else { cut(p, other, 0.8, seed) }
}

fn cut(p: &RgbImage, across: f32, down: f32, seed: u64) -> RgbImage {
    let (w, h) = ((p.width() as f32 * across) as u32, (p.height() as f32 * down) as u32);
    let left = ((p.width() - w) as f32 * chance(seed, 5)) as u32;
    let top = ((p.height() - h) as f32 * chance(seed, 6)) as u32;
    imageops::crop_imm(p, left, top, w, h).to_image()
}

/// Bars of 8 to 20 % of the side at both ends.
fn bars(p: &RgbImage, seed: u64, colour: [u8; 3], upright: bool) -> RgbImage {
    let (first, second) = (0.08 + 0.12 * chance(seed, 7), 0.08 + 0.12 * chance(seed, 8));
    let side = if upright { p.height() } else { p.width() } as f32;
    let (before, after) = ((side * first) as u32, (side * second) as u32);
    let (w, h) = p.dimensions();
    let (size, at) = match upright {
        true => ((w, h + before + after), (0, before)),
        false => ((w + before + after, h), (before, 0)),
    };
    let mut out = RgbImage::from_pixel(size.0, size.1, Rgb(colour));
    imageops::replace(&mut out, p, i64::from(at.0), i64::from(at.1));
    out
}

/// A phone's screen: the picture across the width, grey above and below with a status line and buttons.
fn phone_screen(p: &RgbImage, seed: u64) -> RgbImage {
    let mut out = bars(p, seed, [236; 3], true);
    let (w, h) = out.dimensions();
    let unit = w / 40;
    for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
        let clock =
            y > unit && y < 2 * unit && (x < 5 * unit || x > w - 6 * unit) && x / (unit / 3).max(1) % 2 == 0;
        let buttons = y > h - 2 * unit && y < h - unit && x / (4 * unit) % 3 == 1;
        if clock || buttons {
            out.put_pixel(x, y, Rgb([60; 3]));
        }
    }
    out
}

/// A photograph of a screen: perspective of 5 %, blur, low contrast, moiré.
fn screen(p: &RgbImage, seed: u64) -> RgbImage {
    let (w, h) = (p.width() as f32, p.height() as f32);
    let mut corner = (0..8).map(|i| 0.05 * chance(seed, 20 + i));
    let mut next = || corner.next().unwrap_or(0.0);
    // The picture's corners come from inside the original: bilinear in the corners' offsets.
    let (a, b, c, d) = ((next(), next()), (next(), next()), (next(), next()), (next(), next()));
    let warped = remap(p, p.dimensions(), |x, y| {
        let (u, v) = (x / w, y / h);
        let blend = |nw: f32, ne: f32, sw: f32, se: f32| {
            nw * (1.0 - u) * (1.0 - v) + ne * u * (1.0 - v) + sw * (1.0 - u) * v + se * u * v
        };
        (x + w * blend(a.0, -b.0, c.0, -d.0), y + h * blend(a.1, b.1, -c.1, -d.1))
    });
    let mut out = imageops::fast_blur(&warped, 1.2);
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let wave = 5.0 * ((x as f32 * 0.9 + y as f32 * 0.13).sin() + (y as f32 * 0.87).sin());
        pixel.0 = pixel.0.map(|c| (f32::from(c) * 0.7 + 45.0 + wave).clamp(0.0, 255.0) as u8);
    }
    out
}
