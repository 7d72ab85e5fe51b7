//! How a picture looks, cell by cell, kept for ever in some 20 kB: brightness, colour and the strength of edges in four
//! directions. Two looks can be held against each other when the pictures are long gone. It refuses detail: a face, a
//! number plate or a line of writing can't be made out in it.

use super::pixels::Raster;

/// Side of a cell, pixels of the medium copy.
pub const CELL: u32 = 10;
/// Numbers kept of a cell.
pub(super) const CHANNELS: usize = 7;
const MARK: u8 = 1;
const HEADER: usize = 3;
/// Edges are weak in most cells: twice the mean difference keeps their detail in a byte.
const EDGE_GAIN: u32 = 2;

/// Brightness 0–255, the two colour differences of JPEG (BT.601) around 128, and the mean absolute difference of
/// brightness across, down and along both diagonals, doubled, at most 255.
pub type Cell = [u8; CHANNELS];

/// Cells of the upright medium copy, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    columns: u8,
    rows: u8,
    cells: Vec<Cell>,
}

impl Look {
    /// Cells in a row.
    pub fn columns(&self) -> usize {
        usize::from(self.columns)
    }

    /// Rows of cells.
    pub fn rows(&self) -> usize {
        usize::from(self.rows)
    }

    /// The cell in that column and row.
    pub(super) fn cell(&self, column: usize, row: usize) -> &Cell {
        &self.cells[row * self.columns() + column]
    }

    /// The look at a place given in cells, between centres interpolated; `None` outside the picture.
    pub(super) fn sample(&self, x: f32, y: f32) -> Option<[f32; CHANNELS]> {
        let (columns, rows) = (f32::from(self.columns), f32::from(self.rows));
        if !(0.0..columns).contains(&x) || !(0.0..rows).contains(&y) {
            return None;
        }
        let (x, y) = ((x - 0.5).clamp(0.0, columns - 1.0), (y - 0.5).clamp(0.0, rows - 1.0));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.columns() - 1), (top + 1).min(self.rows() - 1));
        let (u, v) = (x.fract(), y.fract());
        let corners =
            [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(c, r)| self.cell(c, r));
        let shares = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
        Some(std::array::from_fn(|i| {
            corners.iter().zip(shares).map(|(c, share)| f32::from(c[i]) * share).sum()
        }))
    }

    /// Compact form: mark, columns, rows, then seven bytes a cell.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + CHANNELS * self.cells.len());
        out.extend_from_slice(&[MARK, self.columns, self.rows]);
        self.cells.iter().for_each(|cell| out.extend_from_slice(cell));
        out
    }

    /// Reads the compact form; `None` unless every byte of it makes sense.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[mark, columns, rows], body) = bytes.split_first_chunk::<HEADER>()?;
        let count = usize::from(columns) * usize::from(rows);
        if mark != MARK || count == 0 || body.len() != CHANNELS * count {
            return None;
        }
        let (cells, _) = body.as_chunks::<CHANNELS>();
        Some(Self { columns, rows, cells: cells.to_vec() })
    }
}

/// Looks at the upright brightness of the medium copy and its two colour differences at half the size. The rest of a
/// side that fills no cell is left out.
pub(super) fn see(luma: &Raster, chroma: &[Raster; 2]) -> Look {
    let fit = |length: u32| (length / CELL).clamp(1, 255);
    let (columns, rows) = (fit(luma.width), fit(luma.height));
    let cell = |i: u32| {
        let (column, row) = (i % columns, i / columns);
        let [across, down, falling, rising] = edges(luma, column * CELL, row * CELL);
        let tint = |plane: &Raster| mean(plane, column * CELL / 2, row * CELL / 2, CELL / 2);
        let light = mean(luma, column * CELL, row * CELL, CELL);
        [light, tint(&chroma[0]), tint(&chroma[1]), across, down, falling, rising]
    };
    Look { columns: columns as u8, rows: rows as u8, cells: (0..columns * rows).map(cell).collect() }
}

fn mean(plane: &Raster, left: u32, top: u32, side: u32) -> u8 {
    let (right, bottom) = ((left + side).min(plane.width), (top + side).min(plane.height));
    let row = |y: u32| {
        &plane.data[(y * plane.width + left.min(right)) as usize..(y * plane.width + right) as usize]
    };
    let sum: u32 = (top..bottom).flat_map(|y| row(y).iter().map(|&p| u32::from(p))).sum();
    let count = right.saturating_sub(left) * bottom.saturating_sub(top);
    (sum + count / 2).checked_div(count).unwrap_or(128) as u8
}

/// Mean absolute differences of brightness in four directions over the inside of a cell.
fn edges(luma: &Raster, left: u32, top: u32) -> [u8; 4] {
    let (right, bottom) = ((left + CELL).min(luma.width - 1), (top + CELL).min(luma.height - 1));
    let (left, top) = (left.max(1), top.max(1));
    let width = luma.width as usize;
    let (mut sums, mut count) = ([0u32; 4], 0u32);
    for y in top..bottom {
        let start = (y * luma.width + left) as usize;
        for at in start..start + right.saturating_sub(left) as usize {
            let step = |by: usize| luma.data[at + by].abs_diff(luma.data[at - by]);
            let found = [step(1), step(width), step(width + 1), step(width - 1)];
            sums.iter_mut().zip(found).for_each(|(sum, edge)| *sum += u32::from(edge));
            count += 1;
        }
    }
    sums.map(|sum| (sum * EDGE_GAIN).checked_div(count).unwrap_or(0).min(255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: u32, height: u32, paint: impl Fn(u32, u32) -> u8) -> Raster {
        let data = (0..width * height).map(|i| paint(i % width, i / width)).collect();
        Raster { width, height, channels: 1, data }
    }

    fn grey(width: u32, height: u32) -> [Raster; 2] {
        [plane(width, height, |_, _| 128), plane(width, height, |_, _| 128)]
    }

    #[test]
    fn a_look_comes_back_from_its_bytes_and_from_nothing_else() {
        let look = see(&plane(64, 48, |x, y| (3 * x + 2 * y) as u8), &grey(32, 24));
        assert_eq!((look.columns(), look.rows()), (6, 4));
        let bytes = look.to_bytes();
        assert_eq!(Look::from_bytes(&bytes), Some(look));
        assert_eq!(
            (Look::from_bytes(&bytes[1..]), Look::from_bytes(&[]), Look::from_bytes(&[1, 0, 0])),
            (None, None, None)
        );
    }

    #[test]
    fn upright_stripes_have_edges_across_and_none_down() {
        let look = see(&plane(40, 40, |x, _| if x / 4 % 2 == 0 { 40 } else { 200 }), &grey(20, 20));
        let [light, blue, red, across, down, ..] = *look.cell(1, 1);
        assert_eq!((blue, red, down), (128, 128, 0));
        assert!(across > 100 && (100..140).contains(&light), "{across} {light}");
    }

    #[test]
    fn the_smallest_picture_has_a_look() {
        let look = see(&plane(1, 1, |_, _| 9), &grey(1, 1));
        assert_eq!(look.cell(0, 0), &[9, 128, 128, 0, 0, 0, 0]);
        assert_eq!((look.sample(0.5, 0.5).map(|c| c[0]), look.sample(1.5, 0.5)), (Some(9.0), None));
    }
}
