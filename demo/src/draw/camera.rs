//! Photographs the painted street: where the camera stands, how light it is, and the grain of the sensor.
//! It renders at [`BASE_SIDE`] and enlarges, so that a 12-megapixel picture stays cheap in an unoptimised build.

use image::{DynamicImage, RgbImage, imageops::FilterType};

use super::canvas::{Canvas, Dice};
use super::{Look, View};

/// Longest side that is really computed, pixels.
const BASE_SIDE: u32 = 1440;
/// Units of the street that the longer side of a picture shows at zoom 1.
const REACH: f32 = 1280.0;
/// Grain, grey levels either way.
const GRAIN: i32 = 5;

/// Takes the picture `look` describes.
pub(super) fn photograph(canvas: &Canvas, look: &Look) -> RgbImage {
    let shrink = BASE_SIDE as f32 / look.width.max(look.height).max(1) as f32;
    if shrink >= 1.0 {
        return expose(canvas, look, look.width, look.height);
    }
    let side = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
    let small = expose(canvas, look, side(look.width), side(look.height));
    DynamicImage::ImageRgb8(small).resize_exact(look.width, look.height, FilterType::Triangle).into_rgb8()
}

fn expose(canvas: &Canvas, look: &Look, width: u32, height: u32) -> RgbImage {
    let mut grain = Dice::new(look.grain);
    let ray = Ray::new(&look.view, width, height);
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let (sx, sy) = ray.at(x as f32, y as f32);
            // Light falls from the upper left; fixed point, 256 is unchanged.
            let slope = 1.06 - 0.12 * (x + y) as f32 / (width + height) as f32;
            let gain = (look.light * slope * 256.0) as i32;
            let noise = (grain.roll() & 0xFFFF) as i32;
            let speck = [noise & 15, (noise >> 4) & 15, (noise >> 8) & 15];
            let colour = sample(canvas, sx, sy);
            for (channel, speck) in colour.into_iter().zip(speck) {
                let value = ((channel * gain) >> 8) + (speck - 7) * GRAIN / 8;
                pixels.push(value.clamp(0, 255) as u8);
            }
        }
    }
    RgbImage::from_raw(width, height, pixels).expect("as many bytes as width times height asks for")
}

/// Maps a pixel to the street: turn and zoom about the middle, a shift, and a slight perspective.
struct Ray {
    centre: (f32, f32),
    step: f32,
    turn: (f32, f32),
    view: View,
}

impl Ray {
    fn new(view: &View, width: u32, height: u32) -> Self {
        let step = REACH / width.max(height) as f32 / view.zoom;
        let turn = view.turn_deg.to_radians();
        Self {
            centre: (width as f32 / 2.0, height as f32 / 2.0),
            step,
            turn: (turn.cos(), turn.sin()),
            view: *view,
        }
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let (dx, dy) = ((x - self.centre.0) * self.step, (y - self.centre.1) * self.step);
        let far = 1.0 + self.view.slant * dx / REACH;
        let (u, v) =
            ((dx * self.turn.0 - dy * self.turn.1) * far, (dx * self.turn.1 + dy * self.turn.0) * far);
        let middle = Canvas::SIDE as f32 / 2.0;
        (middle + u + self.view.shift.0, middle + 60.0 + v + self.view.shift.1)
    }
}

/// Bilinear, in 1/256; outside the street its edge goes on.
fn sample(canvas: &Canvas, x: f32, y: f32) -> [i32; 3] {
    let last = Canvas::SIDE - 2;
    let (fx, fy) = ((x * 256.0) as i32, (y * 256.0) as i32);
    let (x0, y0) = ((fx >> 8).clamp(0, last), (fy >> 8).clamp(0, last));
    let (wx, wy) = (fx & 255, fy & 255);
    let start = ((y0 * Canvas::SIDE + x0) * 3) as usize;
    let below = start + Canvas::SIDE as usize * 3;
    let (top, low) = (&canvas.pixels()[start..start + 6], &canvas.pixels()[below..below + 6]);
    let mix = |i: usize| {
        let upper = i32::from(top[i]) * (256 - wx) + i32::from(top[i + 3]) * wx;
        let lower = i32::from(low[i]) * (256 - wx) + i32::from(low[i + 3]) * wx;
        (upper * (256 - wy) + lower * wy) >> 16
    };
    [mix(0), mix(1), mix(2)]
}
