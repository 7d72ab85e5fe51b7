//! Photographs for the demo, drawn by the project itself: a street scene from a seed, with or without a rubbish heap.
//! The same seed is the same place; a view is where somebody stood. It refuses to look real enough to be mistaken
//! for evidence: no people, no plates, no words.

mod camera;
mod canvas;
mod file;
mod heap;
mod street;

use image::RgbImage;

pub use file::{ExifFields, Unwritable, encode_jpeg, wechat_compressed};

/// Width and height of an upright 12-megapixel phone picture.
pub const PHONE: (u32, u32) = (3024, 4032);
/// Width and height of an upright picture as WeChat compresses it.
pub const WECHAT: (u32, u32) = (1080, 1440);

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// Decides everything that stands there.
    pub seed: u64,
}

/// Where the camera stands and how it is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Right and down, in units of which the longer side shows 1280 at zoom 1; up to about 150 stays inside the street.
    pub shift: (f32, f32),
    /// Above 1 is nearer; 0.9 to 1.3 stays inside the street.
    pub zoom: f32,
    /// Clockwise turn of the camera in degrees.
    pub turn_deg: f32,
    /// Perspective: how much farther the right side is, 0 for straight on, up to about 0.2.
    pub slant: f32,
}

impl View {
    /// Straight on.
    pub const FRONT: Self = Self { shift: (0.0, 0.0), zoom: 1.0, turn_deg: 0.0, slant: 0.0 };
}

/// One photograph of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Whether the rubbish heap lies there.
    pub heap: bool,
    /// Where the camera stands.
    pub view: View,
    /// Brightness; 1 is a clear noon.
    pub light: f32,
    /// Seed of the sensor's grain.
    pub grain: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Draws the photograph, upright.
pub fn render(scene: &Scene, look: &Look) -> RgbImage {
    let (mut canvas, ground) = street::paint(scene.seed);
    if look.heap {
        heap::paint(&mut canvas, scene.seed, ground);
    }
    camera::photograph(&canvas, look)
}

/// The first citizen's picture: the heap, straight on.
pub fn heap_before(seed: u64, size: (u32, u32)) -> RgbImage {
    shot(seed, true, View::FRONT, 1.0, 1, size)
}

/// The second citizen's picture of the same heap, from a few steps to the side.
pub fn heap_before_other_angle(seed: u64, size: (u32, u32)) -> RgbImage {
    let view = View { shift: (86.0, -24.0), zoom: 1.09, turn_deg: 1.6, slant: 0.06 };
    shot(seed, true, view, 0.93, 2, size)
}

/// The handler's picture: the heap is gone, the light has changed, nobody stands twice in one spot.
pub fn after(seed: u64, size: (u32, u32)) -> RgbImage {
    let view = View { shift: (-58.0, 34.0), zoom: 0.95, turn_deg: -1.2, slant: -0.03 };
    shot(seed, false, view, 1.1, 3, size)
}

/// A clean picture of another place.
pub fn other_place(seed: u64, size: (u32, u32)) -> RgbImage {
    shot(seed ^ 0x00D1_FFE7_0000, false, View::FRONT, 1.0, 4, size)
}

fn shot(seed: u64, heap: bool, view: View, light: f32, grain: u64, (width, height): (u32, u32)) -> RgbImage {
    render(&Scene { seed }, &Look { heap, view, light, grain: seed ^ grain, width, height })
}

#[cfg(test)]
mod tests;
