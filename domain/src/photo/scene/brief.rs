//! Oriented BRIEF (Rublee et al. 2011): 256 comparisons of smoothed brightness around a corner, turned with its
//! direction. The comparisons are drawn once from a fixed seed, so descriptors stay comparable for ever.

use super::Point;
use super::corners::Level;
use crate::photo::pixels::Raster;

/// Pixels a corner keeps from the edge: reach of the descriptor, of its smoothing and of the direction.
pub(super) const MARGIN: usize = 20;
/// Radius of the disc that gives the direction, pixels.
const RADIUS: isize = 15;
/// Farthest compared pixel from the corner along one axis before turning, pixels.
const REACH: i32 = 12;
const SEED: u64 = 0x5EED_0F5C_E7E5_0001;

/// Describes the corners of a level.
pub(super) fn describe(level: &Level) -> Vec<Point> {
    let smooth = smooth(&level.luma);
    let pattern = draw_pattern();
    let width = level.luma.width as usize;
    let describe_one = |&(x, y): &(usize, usize)| {
        let at = y * width + x;
        let angle = direction(&level.luma.data, width, at);
        let (sin, cos) = angle.sin_cos();
        let sample = |(dx, dy): (f32, f32)| {
            let (tx, ty) = ((dx * cos - dy * sin).round() as isize, (dx * sin + dy * cos).round() as isize);
            smooth[at.wrapping_add_signed(ty * width as isize + tx)]
        };
        let mut descriptor = [0u64; 4];
        for (i, &(a, b)) in pattern.iter().enumerate() {
            descriptor[i / 64] |= u64::from(sample(a) < sample(b)) << (i % 64);
        }
        let place = |v: usize| ((v as f32 + 0.5) * level.scale) as u16;
        let turn = angle.rem_euclid(std::f32::consts::TAU) / std::f32::consts::TAU;
        Point { x: place(x), y: place(y), level: level.index, angle: (turn * 256.0) as u8, descriptor }
    };
    level.corners.iter().map(describe_one).collect()
}

/// Direction from the corner to the centre of brightness of the disc around it, radians.
fn direction(data: &[u8], width: usize, at: usize) -> f32 {
    let (mut mx, mut my) = (0i32, 0i32);
    for dy in -RADIUS..=RADIUS {
        let half = ((RADIUS * RADIUS - dy * dy) as f32).sqrt() as isize;
        for dx in -half..=half {
            let value = i32::from(data[at.wrapping_add_signed(dy * width as isize + dx)]);
            mx += dx as i32 * value;
            my += dy as i32 * value;
        }
    }
    (my as f32).atan2(mx as f32)
}

/// The descriptor of the same corner in a mirrored picture: the second half of the comparisons mirrors the first.
pub(super) fn mirror(descriptor: &[u64; 4]) -> [u64; 4] {
    let [a, b, c, d] = *descriptor;
    [c, d, a, b]
}

/// Pairs of offsets, about normally distributed around the corner.
fn draw_pattern() -> Vec<((f32, f32), (f32, f32))> {
    let mut state = SEED;
    let mut uniform = || {
        // Knuth's MMIX generator; its high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32 % (2 * REACH + 1) - REACH
    };
    let mut axis = || ((uniform() + uniform()) as f32 * 0.6).clamp(-REACH as f32, REACH as f32);
    let drawn: Vec<_> = (0..128).map(|_| ((axis(), axis()), (axis(), axis()))).collect();
    let mirror = |&((ax, ay), (bx, by)): &((f32, f32), (f32, f32))| ((ax, -ay), (bx, -by));
    drawn.iter().copied().chain(drawn.iter().map(mirror)).collect()
}

/// Binomial smoothing (1 4 6 4 1) along both axes; the two outermost rows and columns are left as they are.
fn smooth(luma: &Raster) -> Vec<u16> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let source: Vec<u16> = luma.data.iter().map(|&p| u16::from(p) << 4).collect();
    let blend = |v: &[u16], at: usize, step: usize| {
        let (a, b, c) = (v[at - 2 * step] + v[at + 2 * step], v[at - step] + v[at + step], v[at]);
        ((u32::from(a) + 4 * u32::from(b) + 6 * u32::from(c) + 8) / 16) as u16
    };
    let mut rows = source.clone();
    for y in 0..height {
        for x in 2..width - 2 {
            rows[y * width + x] = blend(&source, y * width + x, 1);
        }
    }
    let mut out = rows.clone();
    for (at, value) in out.iter_mut().enumerate().take((height - 2) * width).skip(2 * width) {
        *value = blend(&rows, at, width);
    }
    out
}
