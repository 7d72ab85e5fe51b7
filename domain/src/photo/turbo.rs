//! JPEG by libjpeg-turbo: decoded at 1/2, 1/4 or 1/8 inside the inverse transform where that is enough, straight to planes
//! and from planes. It refuses to be the judge of odd files: whatever it does not take, Rust decodes or refuses.

use std::borrow::Cow;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions};
use turbojpeg::{
    Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvImage,
    YuvPlanesImage,
};

use super::planes::{Planes, Raster, fit, resample};
use super::{Fault, jpeg, rust};

/// Decodes as small as `side` allows and shrinks the rest of the way.
pub(super) fn decode(bytes: &[u8], layout: &jpeg::Layout, side: u32) -> Result<Planes, Fault> {
    let packed = if layout.is_plain() { unpack(bytes, layout, reduction(layout, side)) } else { None };
    match packed {
        Some(packed) => packed.shrink(side),
        None => rust::decode(bytes, layout, side),
    }
}

/// The largest of 1, 2, 4 and 8 by which the longest side may be divided and still be at least `side` pixels.
fn reduction(layout: &jpeg::Layout, side: u32) -> u32 {
    let longest = layout.width.max(layout.height);
    [8, 4, 2].into_iter().find(|divisor| longest.div_ceil(*divisor) >= side).unwrap_or(1)
}

/// Planes one behind the other, as libjpeg-turbo writes them.
struct Packed {
    /// Size of the picture.
    size: (u32, u32),
    /// Size of the plane of brightness, wider and higher than the picture where that is odd.
    luma: (usize, usize),
    /// Size of the planes of colour; `None` for a grey picture.
    chroma: Option<(usize, usize)>,
    pixels: Vec<u8>,
}

/// Decodes at a fraction of the size; `None` for what libjpeg-turbo warns about or does not know.
fn unpack(bytes: &[u8], layout: &jpeg::Layout, divisor: u32) -> Option<Packed> {
    let mut decompressor = Decompressor::new().ok()?;
    let header = decompressor.read_header(bytes).ok()?;
    // Planes of an unusual sampling have no size that the library could tell.
    let known = matches!(header.colorspace, Colorspace::YCbCr | Colorspace::Gray)
        && header.subsamp != Subsamp::Unknown;
    if !known || (header.width, header.height) != (layout.width as usize, layout.height as usize) {
        return None;
    }
    decompressor.set_scaling_factor(ScalingFactor::new(1, divisor as usize)).ok()?;
    let size = (layout.width.div_ceil(divisor), layout.height.div_ceil(divisor));
    let (width, height, subsamp) = (size.0 as usize, size.1 as usize, header.subsamp);
    let shape = YuvImage { pixels: (), width, align: 1, height, subsamp };
    let chroma = (subsamp != Subsamp::Gray).then(|| shape.uv_size());
    let luma = shape.y_size();
    let mut pixels = vec![0; luma.0 * luma.1 + chroma.map_or(0, |(width, height)| 2 * width * height)];
    let image = YuvImage { pixels: &mut pixels[..], width, align: 1, height, subsamp };
    decompressor.decompress_to_yuv(bytes, image).ok()?;
    Some(Packed { size, luma, chroma, pixels })
}

impl Packed {
    /// Shrinks so that the longest side is at most `side`, colour to half of that.
    fn shrink(mut self, side: u32) -> Result<Planes, Fault> {
        let (width, height) = fit(self.size.0, self.size.1, side);
        let bright = self.luma.0 * self.luma.1;
        // Colour first: its large planes are gone before the larger one of brightness needs room.
        let chroma = match self.chroma {
            Some(plane) => {
                let size = (plane.0 as u32, plane.1 as u32);
                let half = |data: &[u8]| {
                    let to = (width.div_ceil(2), height.div_ceil(2));
                    shrink(data, plane, size, to, FilterType::Hamming)
                };
                let (blue, red) = self.pixels[bright..].split_at(plane.0 * plane.1);
                Some([half(blue)?, half(red)?])
            }
            None => None,
        };
        self.pixels.truncate(bright);
        self.pixels.shrink_to_fit();
        let luma = shrink(&self.pixels, self.luma, self.size, (width, height), FilterType::Lanczos3)?;
        Ok(Planes { luma, chroma })
    }
}

/// Shrinks the left and upper part of a plane, which is the picture, without a copy of it.
fn shrink(
    data: &[u8],
    plane: (usize, usize),
    shown: (u32, u32),
    to: (u32, u32),
    filter: FilterType,
) -> Result<Raster, Fault> {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(
        0.0,
        0.0,
        f64::from(shown.0),
        f64::from(shown.1),
    );
    resample(data, (plane.0 as u32, plane.1 as u32), 1, to, &options)
}

/// Writes a baseline JPEG, its colour at half size.
pub(super) fn encode(planes: &Planes, quality: u8) -> Result<Vec<u8>, Fault> {
    write(planes, quality).map_err(|error| Fault::Broken(format!("encode: {error}")))
}

fn write(planes: &Planes, quality: u8) -> turbojpeg::Result<Vec<u8>> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality.into())?;
    let (width, height) = (planes.luma.width as usize, planes.luma.height as usize);
    let Some([blue, red]) = &planes.chroma else {
        compressor.set_subsamp(Subsamp::Gray)?;
        let (pixels, format) = (&planes.luma.data[..], PixelFormat::GRAY);
        return compressor.compress_to_vec(Image { pixels, width, pitch: width, height, format });
    };
    let luma = even(&planes.luma);
    let image = YuvPlanesImage {
        y_plane: &luma.data[..],
        u_plane: &blue.data[..],
        v_plane: &red.data[..],
        width,
        height,
        y_stride: luma.width as usize,
        u_stride: blue.width as usize,
        v_stride: red.width as usize,
        subsamp: Subsamp::Sub2x2,
    };
    compressor.compress_yuv_planes_to_vec(&image)
}

/// The plane with its last column and row repeated where their number is odd, as libjpeg-turbo reads colour pictures.
fn even(plane: &Raster) -> Cow<'_, Raster> {
    let (width, height) = (plane.width as usize, plane.height as usize);
    if width % 2 == 0 && height % 2 == 0 {
        return Cow::Borrowed(plane);
    }
    let mut data = Vec::with_capacity((width + 1) * (height + 1));
    let rows = plane.data.chunks_exact(width);
    for row in rows.clone().chain(rows.last().filter(|_| height % 2 == 1)) {
        data.extend_from_slice(row);
        data.extend(row.last().filter(|_| width % 2 == 1));
    }
    let (width, height) = (plane.width.next_multiple_of(2), plane.height.next_multiple_of(2));
    Cow::Owned(Raster { width, height, channels: 1, data })
}
