//! FAST-9 corners (Rosten and Drummond 2006) on a pyramid of grey pictures, spread over the picture so that one
//! busy tree does not take all points. It refuses pictures too small to hold a descriptor.

use fast_image_resize::FilterType;
use multiversion::multiversion;

use super::MAX_POINTS;
use super::brief::MARGIN;
use crate::photo::pixels::{Raster, resize};

/// Levels of the pyramid.
pub(super) const LEVELS: usize = 6;
/// Scale between two levels.
pub(super) const STEP: f32 = 1.3;
/// Least difference of brightness on the circle, grey levels.
const THRESHOLD: u8 = 10;
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
pub(super) fn pyramid(luma: Raster) -> Vec<Level> {
    let share = |index: usize| STEP.powi(-(index as i32));
    let whole: f32 = (0..LEVELS).map(share).sum();
    let (width, height) = (luma.width as f32, luma.height as f32);
    let mut levels: Vec<Level> = Vec::with_capacity(LEVELS);
    let mut next = luma;
    let mut spare = 0;
    for index in 0..LEVELS {
        if next.width.min(next.height) as usize <= 2 * MARGIN {
            break;
        }
        let quota = (MAX_POINTS as f32 * share(index) / whole) as usize + spare;
        let corners = find(&next, quota);
        spare = quota - corners.len();
        let scale = STEP.powi(index as i32);
        let smaller = resize(
            &next,
            (width / scale / STEP).max(1.0) as u32,
            (height / scale / STEP).max(1.0) as u32,
            FilterType::Bilinear,
        );
        levels.push(Level { index: index as u8, scale, luma: next, corners });
        let Ok(smaller) = smaller else { break };
        next = smaller;
    }
    levels
}

/// The `quota` strongest corners, taken from the cells of the grid in turns.
fn find(luma: &Raster, quota: usize) -> Vec<(usize, usize)> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let (scores, corners) = score_all(luma);
    let mut cells: Vec<Vec<(u16, usize, usize)>> = vec![Vec::new(); GRID * GRID];
    for (x, y) in corners {
        let inside = x >= MARGIN && x < width - MARGIN && y >= MARGIN && y < height - MARGIN;
        if inside && is_peak(&scores, width, x, y) {
            cells[y * GRID / height * GRID + x * GRID / width].push((scores[y * width + x], x, y));
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

/// Corner strength of every pixel, 0 where there is no corner, and the corners in reading order.
fn score_all(luma: &Raster) -> (Vec<u16>, Vec<(usize, usize)>) {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let offsets = CIRCLE.map(|(dx, dy)| dy * width as isize + dx);
    let mut scores = vec![0; width * height];
    let mut corners = Vec::new();
    let (left, length) = (MARGIN - 1, width - 2 * (MARGIN - 1));
    let mut likely = vec![0; length];
    for y in MARGIN - 1..=height - MARGIN {
        let start = y * width + left;
        let ring = offsets.map(|offset| &luma.data[start.wrapping_add_signed(offset)..][..length]);
        sift(&luma.data[start..][..length], &ring, &mut likely);
        for (block, flags) in likely.chunks(16).enumerate() {
            if flags.iter().fold(0, |any, flag| any | flag) == 0 {
                continue;
            }
            for (i, _) in flags.iter().enumerate().filter(|&(_, &flag)| flag != 0) {
                let x = left + 16 * block + i;
                let score = score(&luma.data, y * width + x, &offsets);
                if score > 0 {
                    scores[y * width + x] = score;
                    corners.push((x, y));
                }
            }
        }
    }
    (scores, corners)
}

/// Marks the pixels of a row that may be corners: of nine in a row on a circle of sixteen, every two opposite pixels
/// hold one, so the least of the brighter ones of the eight pairs has to be bright enough, or the other way round.
#[multiversion(targets("x86_64+avx2", "x86_64+sse4.1"))]
fn sift(centre: &[u8], ring: &[&[u8]; 16], likely: &mut [u8]) {
    let length = likely.len();
    let centre = &centre[..length];
    let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, ra, rb, rc, rd, re, rf] = ring.map(|row| &row[..length]);
    for i in 0..length {
        let brighter = (r0[i].max(r8[i]).min(r4[i].max(rc[i])))
            .min(r2[i].max(ra[i]).min(r6[i].max(re[i])))
            .min(r1[i].max(r9[i]).min(r5[i].max(rd[i])))
            .min(r3[i].max(rb[i]).min(r7[i].max(rf[i])));
        let darker = (r0[i].min(r8[i]).max(r4[i].min(rc[i])))
            .max(r2[i].min(ra[i]).max(r6[i].min(re[i])))
            .max(r1[i].min(r9[i]).max(r5[i].min(rd[i])))
            .max(r3[i].min(rb[i]).max(r7[i].min(rf[i])));
        let (high, low) = (centre[i].saturating_add(THRESHOLD), centre[i].saturating_sub(THRESHOLD));
        likely[i] = brighter.saturating_sub(high) | low.saturating_sub(darker);
    }
}

/// Sum of the differences beyond the threshold on a circle with nine brighter or nine darker pixels in a row.
fn score(data: &[u8], at: usize, offsets: &[isize; 16]) -> u16 {
    let (high, low) = (data[at].saturating_add(THRESHOLD), data[at].saturating_sub(THRESHOLD));
    let all = offsets.map(|offset| data[at.wrapping_add_signed(offset)]);
    let strength = |over: [u8; 16]| -> u16 {
        let bits = over.iter().enumerate().fold(0, |bits, (i, &d)| bits | u32::from(d > 0) << i);
        if has_nine_in_a_row(bits) { over.iter().map(|&d| u16::from(d)).sum() } else { 0 }
    };
    strength(all.map(|p| p.saturating_sub(high))).max(strength(all.map(|p| low.saturating_sub(p))))
}

/// Whether the 16 low bits, read as a ring, hold nine set bits in a row.
fn has_nine_in_a_row(ring: u32) -> bool {
    let twice = ring | ring << 16;
    let pairs = twice & twice >> 1;
    let fours = pairs & pairs >> 2;
    let eights = fours & fours >> 4;
    eights & twice >> 8 != 0
}
