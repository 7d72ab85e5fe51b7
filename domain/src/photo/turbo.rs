//! JPEG by libjpeg-turbo: decoded at 1/2, 1/4 or 1/8 inside the inverse transform where that is enough, straight to planes
//! and from planes. It refuses to be the judge of odd files: whatever it does not take, Rust decodes or refuses.

use std::borrow::Cow;

use turbojpeg::{
    Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvImage,
    YuvPlanesImage,
};

use super::planes::{Planes, Raster};
use super::{Fault, jpeg, rust};

/// Decodes as small as `side` allows.
pub(super) fn decode(bytes: &[u8], layout: &jpeg::Layout, side: u32) -> Result<Planes, Fault> {
    if !layout.is_plain() {
        return rust::decode(bytes, layout, side);
    }
    let divisor = reduction(layout, side);
    match planes(bytes, layout, divisor as usize) {
        Some(planes) => Ok(planes),
        None => rust::decode(bytes, layout, side),
    }
}

/// The largest of 1, 2, 4 and 8 by which the longest side may be divided and still be at least `side` pixels.
fn reduction(layout: &jpeg::Layout, side: u32) -> u32 {
    let longest = layout.width.max(layout.height);
    [8, 4, 2].into_iter().find(|divisor| longest.div_ceil(*divisor) >= side).unwrap_or(1)
}

/// Planes at a fraction of the size; `None` for what libjpeg-turbo warns about or does not know.
fn planes(bytes: &[u8], layout: &jpeg::Layout, divisor: usize) -> Option<Planes> {
    let mut decompressor = Decompressor::new().ok()?;
    let header = decompressor.read_header(bytes).ok()?;
    let known = matches!(header.colorspace, Colorspace::YCbCr | Colorspace::Gray);
    if !known || (header.width, header.height) != (layout.width as usize, layout.height as usize) {
        return None;
    }
    decompressor.set_scaling_factor(ScalingFactor::new(1, divisor)).ok()?;
    let (width, height) = (header.width.div_ceil(divisor), header.height.div_ceil(divisor));
    let shape = YuvImage { pixels: (), width, align: 1, height, subsamp: header.subsamp };
    let ((y_width, y_height), (uv_width, uv_height)) = (shape.y_size(), shape.uv_size());
    let grey = header.subsamp == Subsamp::Gray;
    let (luma, chroma) = (y_width * y_height, if grey { 0 } else { uv_width * uv_height });
    let mut pixels = vec![0; luma + 2 * chroma];
    let image = YuvImage { pixels: &mut pixels[..], width, align: 1, height, subsamp: header.subsamp };
    decompressor.decompress_to_yuv(bytes, image).ok()?;
    drop(decompressor);
    let plane = |width: usize, height: usize, data| Raster {
        width: width as u32,
        height: height as u32,
        channels: 1,
        data,
    };
    let colour = (!grey).then(|| {
        let (blue, red) = pixels[luma..].split_at(chroma);
        [plane(uv_width, uv_height, blue.to_vec()), plane(uv_width, uv_height, red.to_vec())]
    });
    pixels.truncate(luma);
    pixels.shrink_to_fit();
    if y_width != width {
        pixels = pixels.chunks_exact(y_width).flat_map(|row| &row[..width]).copied().collect();
    }
    pixels.truncate(width * height);
    Some(Planes { luma: plane(width, height, pixels), chroma: colour })
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
