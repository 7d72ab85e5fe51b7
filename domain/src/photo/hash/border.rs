//! Finds uniform borders: the bars above and below a photograph in a screenshot, with the few signs that a phone
//! prints on them. It refuses to cut away more than [`MOST`] of a side, or to speak of a border thinner than [`LEAST`].

use crate::photo::pixels::Raster;

/// Difference from a line's middle grey within which a pixel belongs to the border, grey levels.
const NEAR: u8 = 10;
/// Share of a border line's pixels that have its colour; the rest may be signs and letters.
const SHARE: f32 = 0.8;
/// Share of a side that may be cut away at each end.
const MOST: f32 = 0.4;
/// Share of a side that a border takes at the least.
const LEAST: f32 = 0.015;
/// Lines of other kind that a border may hold in a row, as a share of the side: the height of a printed sign.
const GAP: f32 = 0.03;

/// The picture without its borders; `None` when it has none.
pub(super) fn trim(luma: &Raster) -> Option<Raster> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    if width.min(height) < 32 {
        return None;
    }
    let row = |y: usize| luma.data[y * width..(y + 1) * width].to_vec();
    let (top, bottom) = (depth(height, row), depth(height, |i| row(height - 1 - i)));
    let rows = top..height - bottom;
    let column = |x: usize| rows.clone().map(|y| luma.data[y * width + x]).collect::<Vec<u8>>();
    let (left, right) = (depth(width, column), depth(width, |i| column(width - 1 - i)));
    if top + bottom + left + right == 0 {
        return None;
    }
    let data: Vec<u8> =
        rows.flat_map(|y| luma.data[y * width + left..(y + 1) * width - right].iter().copied()).collect();
    let (width, height) = (width - left - right, height - top - bottom);
    Some(Raster { width: width as u32, height: height as u32, channels: 1, data })
}

/// How many lines from the edge belong to the border, `line(0)` being the outermost.
fn depth(side: usize, line: impl Fn(usize) -> Vec<u8>) -> usize {
    let (most, gap) = ((side as f32 * MOST) as usize, (side as f32 * GAP) as usize);
    let Some(colour) = plain(line(0)) else { return 0 };
    let mut depth = 1;
    for i in 1..most {
        let same = plain(line(i)).is_some_and(|grey| grey.abs_diff(colour) <= NEAR);
        if same {
            depth = i + 1;
        } else if i + 1 - depth > gap {
            break;
        }
    }
    if (depth as f32) < side as f32 * LEAST { 0 } else { depth }
}

/// The grey of a line that is nearly all of one colour.
fn plain(mut line: Vec<u8>) -> Option<u8> {
    let middle = line.len() / 2;
    let grey = *line.select_nth_unstable(middle).1;
    let near = line.iter().filter(|p| p.abs_diff(grey) <= NEAR).count();
    (near as f32 >= SHARE * line.len() as f32).then_some(grey)
}
