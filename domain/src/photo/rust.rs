//! JPEG in Rust alone: zune-jpeg decodes to interleaved YCbCr, jpeg-encoder writes planes. It refuses to convert to RGB what
//! is YCbCr on both ends.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::planes::{Planes, Raster};
use super::{Fault, jpeg};

/// Decodes the whole picture and shrinks it to `side` while it is still interleaved.
pub(super) fn decode(bytes: &[u8], layout: &jpeg::Layout, side: u32) -> Result<Planes, Fault> {
    let options =
        DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(broken)?;
    let colours = match decoder.input_colorspace() {
        Some(same @ (ColorSpace::Luma | ColorSpace::YCbCr)) => same,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    if decoder.dimensions() != Some((layout.width as usize, layout.height as usize)) {
        return Err(Fault::Broken("header and decoder disagree about the size".to_owned()));
    }
    let data = decoder.decode().map_err(broken)?;
    let channels = if colours == ColorSpace::Luma { 1 } else { 3 };
    if data.len() != layout.width as usize * layout.height as usize * channels {
        return Err(Fault::Broken("the decoder gave another number of samples".to_owned()));
    }
    let picture = Raster { width: layout.width, height: layout.height, channels, data }.shrink(side)?;
    Ok(if colours == ColorSpace::RGB { Planes::of_rgb(picture) } else { Planes::of_ycbcr(picture) })
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Broken(error.to_string().chars().take(200).collect())
}

/// Writes a baseline JPEG, its colour at half size.
pub(super) fn encode(planes: &Planes, quality: u8) -> Result<Vec<u8>, Fault> {
    let (width, height) = (planes.luma.width, planes.luma.height);
    let side = |length: u32| u16::try_from(length).map_err(|_| Fault::TooLarge { width, height });
    let rows = Rows { planes, width: side(width)?, height: side(height)? };
    let mut out = Vec::with_capacity(planes.luma.data.len() / 4);
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode_image(rows).map_err(broken)?;
    Ok(out)
}

/// Planes row by row; colour is repeated, which the encoder's own averaging over 2 × 2 pixels undoes exactly.
struct Rows<'a> {
    planes: &'a Planes,
    width: u16,
    height: u16,
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.planes.chroma.is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = usize::from(self.width);
        let row = |plane: &Raster, y: usize| {
            let start = y * plane.width as usize;
            start..start + plane.width as usize
        };
        let [luma, blue, red, _] = buffers;
        luma.extend_from_slice(&self.planes.luma.data[row(&self.planes.luma, usize::from(y))]);
        let Some(chroma) = &self.planes.chroma else { return };
        for (plane, buffer) in chroma.iter().zip([blue, red]) {
            let samples = &plane.data[row(plane, usize::from(y / 2))];
            buffer.extend(samples.iter().flat_map(|&sample| [sample; 2]).take(width));
        }
    }
}
