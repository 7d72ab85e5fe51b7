//! BRIEF (Calonder et al. 2010): 256 comparisons of smoothed brightness around an upright corner. The comparisons are
//! drawn once from a fixed seed, so descriptors stay comparable for ever, and with each comparison go its mirror images
//! and quarter turns, so the descriptor of a mirrored or turned picture is a rearrangement of bits. It refuses to turn
//! with the corner: a direction read from the brightness costs more matches than upright photographs ever gain.

use multiversion::multiversion;

use super::Point;
use super::corners::Level;
use crate::photo::pixels::Raster;

/// Pixels a corner keeps from the edge: reach of the descriptor, of its smoothing and of the direction.
pub(super) const MARGIN: usize = 20;
/// Radius of the disc that gives the direction, pixels.
const RADIUS: isize = 15;
/// Farthest compared pixel from the corner along one axis, pixels.
const REACH: i32 = 15;
const SEED: u64 = 0x5EED_0F5C_E7E5_0001;

/// A rearrangement of the picture's axes: (dx, dy) goes to `(x.0 dx + x.1 dy, y.0 dx + y.1 dy)`.
type Axes = ((i32, i32), (i32, i32));

/// The eight symmetries of the square: quarter turns clockwise on the screen, then the same after a mirror.
const SYMMETRIES: [Axes; 8] = [
    ((1, 0), (0, 1)),
    ((0, -1), (1, 0)),
    ((-1, 0), (0, -1)),
    ((0, 1), (-1, 0)),
    ((-1, 0), (0, 1)),
    ((0, -1), (-1, 0)),
    ((1, 0), (0, -1)),
    ((0, 1), (1, 0)),
];

/// What becomes of each of [`SYMMETRIES`] when a mirror from left to right, the fifth of them, follows it.
const MIRRORED: [usize; 8] = [4, 7, 6, 5, 0, 3, 2, 1];

/// The descriptor of the same corner in the picture mirrored left to right: each byte's bits in another order.
pub(super) fn mirrored(descriptor: &[u64; 4]) -> [u64; 4] {
    descriptor.map(|old| {
        let moved = |(to, from): (usize, &usize)| (old >> from & 0x0101_0101_0101_0101) << to;
        MIRRORED.iter().enumerate().map(moved).fold(0, |new, bits| new | bits)
    })
}

/// Describes the corners of a level.
pub(super) fn describe(level: &Level) -> Vec<Point> {
    let smooth = smooth(&level.luma);
    let width = level.luma.width as usize;
    let offset = |(dx, dy): (i32, i32)| dy as isize * width as isize + dx as isize;
    let pattern: Vec<[isize; 2]> = draw_pattern().into_iter().map(|(a, b)| [offset(a), offset(b)]).collect();
    let describe_one = |&(x, y): &(usize, usize)| {
        let at = y * width + x;
        let sample = |offset: isize| smooth[at.wrapping_add_signed(offset)];
        let mut descriptor = [0u64; 4];
        for (word, pairs) in descriptor.iter_mut().zip(pattern.chunks_exact(64)) {
            for (i, &[a, b]) in pairs.iter().enumerate() {
                *word |= u64::from(sample(a) < sample(b)) << i;
            }
        }
        let place = |v: usize| ((v as f32 + 0.5) * level.scale) as u16;
        let turn = direction(&level.luma.data, width, at) / std::f32::consts::TAU;
        Point {
            x: place(x),
            y: place(y),
            level: level.index,
            angle: (turn.rem_euclid(1.0) * 256.0) as u8,
            descriptor,
        }
    };
    level.corners.iter().map(describe_one).collect()
}

/// Direction from the corner to the centre of brightness of the disc around it, radians.
fn direction(data: &[u8], width: usize, at: usize) -> f32 {
    let (mut mx, mut my) = (0i32, 0i32);
    for dy in -RADIUS..=RADIUS {
        let half = HALVES[dy.unsigned_abs()];
        let start = at.wrapping_add_signed(dy * width as isize) - half;
        let row = &data[start..=start + 2 * half];
        let (mut sum, mut lean) = (0i32, 0i32);
        for (i, &p) in row.iter().enumerate() {
            sum += i32::from(p);
            lean += i32::from(p) * i as i32;
        }
        mx += lean - sum * half as i32;
        my += sum * dy as i32;
    }
    (my as f32).atan2(mx as f32)
}

/// Half the width of the disc of radius 15 in the rows 0 to 15 from its middle.
const HALVES: [usize; 16] = [15, 14, 14, 14, 14, 14, 13, 13, 12, 12, 11, 10, 9, 7, 5, 0];

/// Pairs of offsets, about normally distributed around the corner: 32 drawn ones, each with its eight symmetries.
fn draw_pattern() -> Vec<((i32, i32), (i32, i32))> {
    let mut state = SEED;
    let mut uniform = || {
        // Knuth's MMIX generator; its high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % (2 * REACH as u64 + 1)) as i32 - REACH
    };
    let mut axis = || ((uniform() + uniform()) * 6 / 10).clamp(-REACH, REACH);
    let drawn: Vec<_> = (0..32).map(|_| ((axis(), axis()), (axis(), axis()))).collect();
    let apply = |(x, y): Axes, (dx, dy): (i32, i32)| (x.0 * dx + x.1 * dy, y.0 * dx + y.1 * dy);
    drawn.iter().flat_map(|&(a, b)| SYMMETRIES.map(|s| (apply(s, a), apply(s, b)))).collect()
}

/// Binomial smoothing (1 6 15 20 15 6 1) along both axes, times 256 and rounded down; the three outermost rows and columns stay 0.
fn smooth(luma: &Raster) -> Vec<u16> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let mut rows = vec![0; width * height];
    for (from, to) in luma.data.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        smooth_row(from, &mut to[3..width - 3]);
    }
    let mut out = vec![0; width * height];
    for y in 3..height - 3 {
        let row = |dy: usize| &rows[(y + dy - 3) * width..][..width];
        let near = [row(0), row(1), row(2), row(3), row(4), row(5), row(6)];
        blend_rows(&near, &mut out[y * width..][..width]);
    }
    out
}

#[multiversion(targets("x86_64+avx2"))]
fn smooth_row(from: &[u8], to: &mut [u16]) {
    let length = to.len();
    let tap = |i: usize| &from[i..][..length];
    let [a, b, c, d, e, f, g] = [tap(0), tap(1), tap(2), tap(3), tap(4), tap(5), tap(6)];
    let wide = u16::from;
    for i in 0..length {
        let sum = wide(a[i]) + wide(g[i]) + 6 * (wide(b[i]) + wide(f[i])) + 15 * (wide(c[i]) + wide(e[i]));
        to[i] = (sum + 20 * wide(d[i])) >> 4;
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn blend_rows(near: &[&[u16]; 7], to: &mut [u16]) {
    let length = to.len();
    let [a, b, c, d, e, f, g] = near.map(|row| &row[..length]);
    for i in 0..length {
        let sum = a[i] + g[i] + 6 * (b[i] + f[i]) + 15 * (c[i] + e[i]);
        to[i] = sum + 20 * d[i];
    }
}
