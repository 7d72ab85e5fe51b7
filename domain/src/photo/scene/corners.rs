//! FAST-9 corners (Rosten and Drummond 2006) on a pyramid of grey pictures, spread over the picture so that one
//! busy tree does not take all points. It refuses pictures too small to hold a descriptor.

use fast_image_resize::FilterType;

use super::MAX_POINTS;
use super::brief::MARGIN;
use crate::photo::pixels::{Raster, resize};

/// Levels of the pyramid.
pub(super) const LEVELS: usize = 4;
/// Scale between two levels.
pub(super) const STEP: f32 = std::f32::consts::SQRT_2;
/// Least difference of brightness on the circle, grey levels.
const THRESHOLD: i16 = 12;
/// Cells along each side over which corners are spread.
const GRID: usize = 8;
/// Bresenham circle of radius 3, clockwise from the top.
const CIRCLE: [(isize, isize); 16] = [
    (0, -3),
    (1, -3),
    (2, -2),
    (3, -1),
    (3, 0),
    (3, 1),
    (2, 2),
    (1, 3),
    (0, 3),
    (-1, 3),
    (-2, 2),
    (-3, 1),
    (-3, 0),
    (-3, -1),
    (-2, -2),
    (-1, -3),
];

/// One level: its picture, its scale against the first and its corners (x, y) in its own pixels.
pub(super) struct Level {
    pub index: u8,
    pub scale: f32,
    pub luma: Raster,
    pub corners: Vec<(usize, usize)>,
}

/// Builds the pyramid and finds at most [`MAX_POINTS`] corners over all levels, more on the finer ones.
pub(super) fn pyramid(luma: &Raster) -> Vec<Level> {
    let shares = [0.46, 0.26, 0.16, 0.12];
    let mut levels = Vec::new();
    let mut spare = 0;
    for (index, share) in shares.into_iter().enumerate() {
        let scale = STEP.powi(index as i32);
        let (width, height) = ((luma.width as f32 / scale) as u32, (luma.height as f32 / scale) as u32);
        if width.min(height) as usize <= 2 * MARGIN {
            break;
        }
        let Ok(picture) = resize(luma, width, height, FilterType::Bilinear) else { break };
        let quota = (MAX_POINTS as f32 * share) as usize + spare;
        let corners = find(&picture, quota);
        spare = quota - corners.len();
        levels.push(Level { index: index as u8, scale, luma: picture, corners });
    }
    levels
}

/// The `quota` strongest corners, taken from the cells of the grid in turns.
fn find(luma: &Raster, quota: usize) -> Vec<(usize, usize)> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let scores = score_all(luma);
    let mut cells: Vec<Vec<(u16, usize, usize)>> = vec![Vec::new(); GRID * GRID];
    for y in MARGIN..height - MARGIN {
        for x in MARGIN..width - MARGIN {
            let score = scores[y * width + x];
            if score > 0 && is_peak(&scores, width, x, y) {
                cells[y * GRID / height * GRID + x * GRID / width].push((score, x, y));
            }
        }
    }
    cells.iter_mut().for_each(|cell| cell.sort_unstable_by(|a, b| b.cmp(a)));
    let deepest = cells.iter().map(Vec::len).max().unwrap_or(0);
    let in_turns = (0..deepest).flat_map(|rank| cells.iter().filter_map(move |cell| cell.get(rank)));
    in_turns.take(quota).map(|&(_, x, y)| (x, y)).collect()
}

/// Whether no neighbour scores higher; of equal neighbours the first in reading order wins.
fn is_peak(scores: &[u16], width: usize, x: usize, y: usize) -> bool {
    let at = y * width + x;
    let before = [at - width - 1, at - width, at - width + 1, at - 1];
    let after = [at + 1, at + width - 1, at + width, at + width + 1];
    before.iter().all(|&n| scores[n] < scores[at]) && after.iter().all(|&n| scores[n] <= scores[at])
}

/// Corner strength of every pixel, 0 where there is no corner.
fn score_all(luma: &Raster) -> Vec<u16> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let offsets = CIRCLE.map(|(dx, dy)| dy * width as isize + dx);
    let mut scores = vec![0; width * height];
    for y in MARGIN - 1..=height - MARGIN {
        for x in MARGIN - 1..=width - MARGIN {
            let at = y * width + x;
            scores[at] = score(&luma.data, at, &offsets);
        }
    }
    scores
}

/// Sum of the differences beyond the threshold on a circle with nine brighter or nine darker pixels in a row.
fn score(data: &[u8], at: usize, offsets: &[isize; 16]) -> u16 {
    let centre = i16::from(data[at]);
    let ring = |i: usize| i16::from(data[at.wrapping_add_signed(offsets[i])]) - centre;
    // Of four pixels a quarter turn apart, nine in a row always hold two.
    let quarters = [ring(0), ring(4), ring(8), ring(12)];
    let brighter = quarters.iter().filter(|&&d| d > THRESHOLD).count();
    let darker = quarters.iter().filter(|&&d| d < -THRESHOLD).count();
    if brighter < 2 && darker < 2 {
        return 0;
    }
    let all: [i16; 16] = std::array::from_fn(ring);
    let bits = |is_in: &dyn Fn(i16) -> bool| (0..16).fold(0u32, |m, i| m | u32::from(is_in(all[i])) << i);
    let strength = |sign: i16| all.iter().map(|d| (d * sign - THRESHOLD).max(0) as u16).sum::<u16>();
    if has_nine_in_a_row(bits(&|d| d > THRESHOLD)) {
        strength(1)
    } else if has_nine_in_a_row(bits(&|d| d < -THRESHOLD)) {
        strength(-1)
    } else {
        0
    }
}

/// Whether the 16 low bits, read as a ring, hold nine set bits in a row.
fn has_nine_in_a_row(ring: u32) -> bool {
    let twice = ring | ring << 16;
    let pairs = twice & twice >> 1;
    let fours = pairs & pairs >> 2;
    let eights = fours & fours >> 4;
    eights & twice >> 8 != 0
}
