//! A picture as JPEG keeps it: a plane of brightness and two of colour difference at half its size, so that shrinking,
//! turning and encoding touch half the samples of RGB and convert no colour. It refuses other colour models.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::Fault;

/// Eight-bit samples, row by row without padding: 1 channel, or 3 channels interleaved.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Samples in a pixel.
    pub channels: usize,
    /// `width · height · channels` samples.
    pub data: Vec<u8>,
}

/// Brightness and colour by the weights of JPEG (JFIF 1.02: BT.601, full range).
#[derive(Debug, Clone)]
pub(super) struct Planes {
    /// Y.
    pub luma: Raster,
    /// Cb and Cr, at any size that covers the picture; `None` for a grey one.
    pub chroma: Option<[Raster; 2]>,
}

impl Planes {
    /// Shrinks so that the longest side is at most `side`, colour to half of that; a smaller picture keeps its brightness.
    pub fn shrink(self, side: u32) -> Result<Self, Fault> {
        let (width, height) = fit(self.luma.width, self.luma.height, side);
        // Colour first: its large planes are gone before the larger one of brightness needs room.
        let half =
            |plane: Raster| plane.shrink_to(width.div_ceil(2), height.div_ceil(2), FilterType::Hamming);
        let chroma = match self.chroma {
            Some([blue, red]) => Some([half(blue)?, half(red)?]),
            None => None,
        };
        Ok(Self { luma: self.luma.shrink_to(width, height, FilterType::Lanczos3)?, chroma })
    }

    /// Turns and mirrors as EXIF orientation 1–8 asks.
    pub fn upright(self, orientation: u8) -> Self {
        let chroma = self.chroma.map(|pair| pair.map(|plane| plane.upright(orientation)));
        Self { luma: self.luma.upright(orientation), chroma }
    }

    /// Takes the planes out of a grey or interleaved YCbCr picture, whose colour is averaged over 2 × 2 pixels.
    pub fn of_ycbcr(picture: Raster) -> Self {
        Self::of(picture, |[luma, ..]| luma, |mean| [mean[1], mean[2]])
    }

    /// Converts a grey or RGB picture.
    pub fn of_rgb(picture: Raster) -> Self {
        let luma = |[r, g, b]: [u8; 3]| {
            ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 0x8000) >> 16) as u8
        };
        let chroma = |[r, g, b]: [u8; 3]| {
            let [r, g, b] = [i32::from(r), i32::from(g), i32::from(b)];
            let blue = (-11_059 * r - 21_709 * g + 32_768 * b + (128 << 16) + 0x7FFF) >> 16;
            let red = (32_768 * r - 27_439 * g - 5_329 * b + (128 << 16) + 0x7FFF) >> 16;
            [blue as u8, red as u8]
        };
        Self::of(picture, luma, chroma)
    }

    fn of(picture: Raster, luma: impl Fn([u8; 3]) -> u8, chroma: impl Fn([u8; 3]) -> [u8; 2]) -> Self {
        if picture.channels == 1 {
            return Self { luma: picture, chroma: None };
        }
        let (width, height) = (picture.width, picture.height);
        let plane = |width, height, data| Raster { width, height, channels: 1, data };
        let (pixels, _) = picture.data.as_chunks::<3>();
        let bright = pixels.iter().map(|&pixel| luma(pixel)).collect();
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let (mut blue, mut red) = (Vec::new(), Vec::new());
        blue.reserve_exact(half_width as usize * half_height as usize);
        red.reserve_exact(half_width as usize * half_height as usize);
        for rows in pixels.chunks(2 * width as usize) {
            let (upper, lower) = rows.split_at(width as usize);
            let lower = if lower.is_empty() { upper } else { lower };
            for (above, below) in upper.chunks(2).zip(lower.chunks(2)) {
                let last = above.len() - 1;
                let four = [above[0], above[last], below[0], below[last]];
                let mean = |c: usize| (four.iter().map(|p| u16::from(p[c])).sum::<u16>() + 2) / 4;
                let [b, r] = chroma([mean(0) as u8, mean(1) as u8, mean(2) as u8]);
                blue.push(b);
                red.push(r);
            }
        }
        let chroma = [plane(half_width, half_height, blue), plane(half_width, half_height, red)];
        Self { luma: plane(width, height, bright), chroma: Some(chroma) }
    }

    /// Brightness and colour; a grey picture has the colour 128.
    pub fn into_parts(self) -> (Raster, [Raster; 2]) {
        let (width, height) = (self.luma.width.div_ceil(2), self.luma.height.div_ceil(2));
        let grey =
            || Raster { width, height, channels: 1, data: vec![128; width as usize * height as usize] };
        let chroma = self.chroma.unwrap_or_else(|| [grey(), grey()]);
        (self.luma, chroma)
    }
}

/// Size of a picture whose longest side must not exceed `side`.
pub(super) fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let length = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        (length as u32).max(1)
    };
    (scaled(width), scaled(height))
}

/// Resamples to an exact size.
pub(super) fn resize(source: &Raster, width: u32, height: u32, filter: FilterType) -> Result<Raster, Fault> {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let (from, channels) = ((source.width, source.height), source.channels);
    resample(&source.data, from, channels, (width, height), &options)
}

/// Resamples `data`, rows of `from.0` pixels, to an exact size.
pub(super) fn resample(
    data: &[u8],
    from: (u32, u32),
    channels: usize,
    (width, height): (u32, u32),
    options: &ResizeOptions,
) -> Result<Raster, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::Broken(format!("resize: {error}"));
    let kind = if channels == 1 { PixelType::U8 } else { PixelType::U8x3 };
    let view = ImageRef::new(from.0, from.1, data, kind).map_err(|e| broken(&e))?;
    let mut target = Image::new(width, height, kind);
    Resizer::new().resize(&view, &mut target, options).map_err(|e| broken(&e))?;
    Ok(Raster { width, height, channels, data: target.into_vec() })
}

impl Raster {
    /// Shrinks so that the longest side is at most `side`; a smaller picture is returned as it is.
    pub(super) fn shrink(self, side: u32) -> Result<Self, Fault> {
        let (width, height) = fit(self.width, self.height, side);
        self.shrink_to(width, height, FilterType::Lanczos3)
    }

    fn shrink_to(self, width: u32, height: u32, filter: FilterType) -> Result<Self, Fault> {
        if (width, height) == (self.width, self.height) {
            return Ok(self);
        }
        resize(&self, width, height, filter)
    }

    /// Turns and mirrors one channel as EXIF orientation 1–8 asks (EXIF 2.32, 4.6.4 A).
    pub(super) fn upright(mut self, orientation: u8) -> Self {
        if matches!(orientation, 5..=8) {
            self = self.transpose();
        }
        // What remains to be done after the transposition: mirror the rows, turn the order of rows, or both.
        let width = self.width as usize;
        if matches!(orientation, 2 | 6 | 7 | 3) {
            self.data.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        if matches!(orientation, 3 | 4 | 7 | 8) {
            let mut rows: Vec<u8> = Vec::with_capacity(self.data.len());
            self.data.chunks_exact(width).rev().for_each(|row| rows.extend_from_slice(row));
            self.data = rows;
        }
        self
    }

    /// Swaps rows and columns, in tiles that stay in the nearest cache.
    fn transpose(self) -> Self {
        const TILE: usize = 16;
        let (width, height) = (self.width as usize, self.height as usize);
        let mut data = vec![0; self.data.len()];
        for top in (0..height).step_by(TILE) {
            let rows = TILE.min(height - top);
            for left in (0..width).step_by(TILE) {
                let columns = TILE.min(width - left);
                for x in left..left + columns {
                    let target = &mut data[x * height + top..][..rows];
                    for (y, sample) in target.iter_mut().enumerate() {
                        *sample = self.data[(top + y) * width + x];
                    }
                }
            }
        }
        Self { width: self.height, height: self.width, channels: 1, data }
    }
}
