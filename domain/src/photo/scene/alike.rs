//! Finds which descriptors of two pictures are each other's most alike: all distances once, the bytes of all
//! points lying side by side so that plain loops become vector instructions. It refuses to keep the table of distances.

use multiversion::multiversion;

use super::Point;

/// Distances are at most 256 bits; one that does not fit a byte is as good as this.
const FAR: u8 = u8::MAX;

/// Two points that look more alike to each other than to any other, `first` and `second` by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Twin {
    pub first: usize,
    pub second: usize,
    /// Bits in which they differ.
    pub bits: u8,
    /// Bits in which the first differs from the next best point elsewhere.
    pub next: u8,
}

/// Descriptors byte by byte: the first bytes of all points lie together, then the second ones, and so on.
struct Planes(Vec<Vec<u8>>);

impl Planes {
    fn of(descriptors: &[[u8; 32]]) -> Self {
        Self((0..32).map(|byte| descriptors.iter().map(|descriptor| descriptor[byte]).collect()).collect())
    }
}

/// Mutual best points of at most `most` bits; a next best within `elsewhere` pixels of the best is the same corner on
/// another level and does not count.
pub(crate) fn twins(a: &[Point], b: &[Point], most: u8, elsewhere: f32) -> Vec<Twin> {
    let bytes = |descriptor: [u64; 4]| {
        let mut out = [0; 32];
        for (word, part) in descriptor.iter().zip(out.chunks_exact_mut(8)) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        out
    };
    let queries: Vec<[u8; 32]> = a.iter().map(|p| bytes(p.descriptor)).collect();
    let others: Vec<[u8; 32]> = b.iter().map(|p| bytes(p.descriptor)).collect();
    let planes = Planes::of(&others);
    let mut columns = vec![FAR; b.len()];
    let mut row = columns.clone();
    let mut found = Vec::new();
    for (first, query) in queries.iter().enumerate() {
        let bits = measure(query, &planes.0, &mut row, &mut columns);
        if bits > most {
            continue;
        }
        let Some(second) = row.iter().position(|&d| d == bits) else { continue };
        let next = next_best(&row, b, second, elsewhere);
        found.push(Twin { first, second, bits, next });
    }
    // A column's least distance is known only after the last row.
    found.retain(|twin| twin.bits == columns[twin.second]);
    found
}

/// Least distance of the points farther than `elsewhere` pixels from the best one.
fn next_best(row: &[u8], points: &[Point], best: usize, elsewhere: f32) -> u8 {
    let (x, y) = (f32::from(points[best].x), f32::from(points[best].y));
    let mut next = FAR;
    for (&bits, point) in row.iter().zip(points) {
        if bits < next
            && (f32::from(point.x) - x).powi(2) + (f32::from(point.y) - y).powi(2) >= elsewhere * elsewhere
        {
            next = bits;
        }
    }
    next
}

/// Writes the distances of a descriptor to all points into `row`, lowers the least ones of every column and gives the
/// least of the row.
#[multiversion(targets("x86_64+avx2+popcnt", "x86_64+ssse3+sse4.1+popcnt", "aarch64+neon"))]
fn measure(query: &[u8; 32], planes: &[Vec<u8>], row: &mut [u8], columns: &mut [u8]) -> u8 {
    row.fill(0);
    let ones = |a: u8, b: u8| (a ^ b).count_ones() as u8;
    for (own, planes) in query.chunks_exact(4).zip(planes.chunks_exact(4)) {
        let plane = |i: usize| &planes[i][..row.len()];
        let (a, b, c, d) = (plane(0), plane(1), plane(2), plane(3));
        for (i, sum) in row.iter_mut().enumerate() {
            let four = ones(a[i], own[0]) + ones(b[i], own[1]) + ones(c[i], own[2]) + ones(d[i], own[3]);
            *sum = sum.saturating_add(four);
        }
    }
    columns.iter_mut().zip(row.iter()).for_each(|(least, &bits)| *least = (*least).min(bits));
    row.iter().fold(FAR, |least, &bits| least.min(bits))
}
