//! "Is this the same place at another moment?": corners with binary descriptors, matched and held to one geometry.
//! It refuses to call two pictures different: too few matches only mean "not shown to be the same place".

mod alike;
mod brief;
mod corners;
mod geometry;
mod matching;

pub(crate) use alike::{Twin, twins};
pub(crate) use geometry::fit;
pub(crate) use matching::place;
pub use matching::{SceneMatch, compare};

use super::pixels::Raster;

/// Agreeing points from which two pictures show the same place: of 4,193 pairs of different places one reached 14, all
/// others at most 10, and four points are the margin.
pub const SAME_SCENE_INLIERS: u32 = 18;
/// Agreeing points from which a person should look.
pub const MAYBE_SCENE_INLIERS: u32 = 13;
/// Points kept of a picture.
pub const MAX_POINTS: usize = 1200;

const MARK: u8 = 2;
const HEADER: usize = 7;
const RECORD: usize = 38;

/// A corner and what surrounds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Column in the medium copy, pixels.
    pub x: u16,
    /// Row in the medium copy, pixels.
    pub y: u16,
    /// Level of the pyramid it was found on.
    pub level: u8,
    /// Direction of its brightness gradient, 256ths of a turn.
    pub angle: u8,
    /// 256 comparisons of brightness around the corner.
    pub descriptor: [u64; 4],
}

/// Local features of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    width: u16,
    height: u16,
    /// At most [`MAX_POINTS`].
    pub points: Vec<Point>,
}

impl Scene {
    /// The scene of eight-bit brightness, row by row; `None` unless there are `width` × `height` bytes and the sides
    /// fit 16 bits.
    pub fn of_luma(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let sound =
            u16::try_from(width.max(height)).is_ok() && data.len() == width as usize * height as usize;
        (sound && !data.is_empty()).then(|| detect(&Raster { width, height, channels: 1, data }))
    }

    /// The scene of the picture mirrored left to right.
    pub fn mirrored(&self) -> Self {
        Self { points: self.points.iter().map(|p| self.mirror(p)).collect(), ..*self }
    }

    /// A point of this scene as the mirrored picture has it.
    pub(crate) fn mirror(&self, p: &Point) -> Point {
        // Half a turn less the angle, as 256ths.
        let angle = 128u8.wrapping_sub(p.angle);
        Point { x: self.width - 1 - p.x, angle, descriptor: brief::mirrored(&p.descriptor), ..*p }
    }

    /// Compact form, at most 46 kB: mark, width, height, count, then 38 bytes a point, little endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + RECORD * self.points.len());
        out.push(MARK);
        for number in [self.width, self.height, self.points.len() as u16] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for point in &self.points {
            out.extend_from_slice(&point.x.to_le_bytes());
            out.extend_from_slice(&point.y.to_le_bytes());
            out.extend_from_slice(&[point.level, point.angle]);
            point.descriptor.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
        }
        out
    }

    /// Reads the compact form; `None` unless every byte of it makes sense.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let (width, height, count) = (number(1)?, number(3)?, usize::from(number(5)?));
        if bytes[0] != MARK || count > MAX_POINTS || bytes.len() != HEADER + RECORD * count {
            return None;
        }
        let points: Vec<Point> = bytes[HEADER..].chunks_exact(RECORD).map(read_point).collect();
        let sound = |p: &Point| p.x < width && p.y < height && usize::from(p.level) < corners::LEVELS;
        points.iter().all(sound).then_some(Self { width, height, points })
    }
}

fn read_point(record: &[u8]) -> Point {
    let word = |i: usize| {
        record[6 + 8 * i..14 + 8 * i].iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte))
    };
    Point {
        x: u16::from_le_bytes([record[0], record[1]]),
        y: u16::from_le_bytes([record[2], record[3]]),
        level: record[4],
        angle: record[5],
        descriptor: std::array::from_fn(word),
    }
}

/// Finds the features of a grey raster of at most 65,535 pixels a side.
pub(super) fn detect(luma: &Raster) -> Scene {
    let points = corners::pyramid(stretch(luma)).iter().flat_map(brief::describe).collect();
    Scene { width: luma.width as u16, height: luma.height as u16, points }
}

/// Spreads the brightness between the darkest and the brightest hundredth, so that dusk has corners too.
fn stretch(luma: &Raster) -> Raster {
    let mut counts = [0usize; 256];
    luma.data.iter().for_each(|&p| counts[usize::from(p)] += 1);
    let rest = luma.data.len() / 100;
    let low = level_after(0..256, &counts, rest);
    let high = level_after((0..256).rev(), &counts, rest);
    // A gain beyond six would turn the noise of a lens cap into corners.
    let gain = (255.0 / (high - low).max(1.0)).min(6.0_f32);
    let table: [u8; 256] = std::array::from_fn(|level| ((level as f32 - low) * gain) as u8);
    let data = luma.data.iter().map(|&p| table[usize::from(p)]).collect();
    Raster { width: luma.width, height: luma.height, channels: 1, data }
}

/// First level, in the order given, by which more than `rest` pixels have been met.
fn level_after(mut levels: impl Iterator<Item = usize>, counts: &[usize; 256], rest: usize) -> f32 {
    let mut seen = 0;
    let passes = |&level: &usize| {
        seen += counts[level];
        seen > rest
    };
    levels.find(passes).unwrap_or(0) as f32
}
