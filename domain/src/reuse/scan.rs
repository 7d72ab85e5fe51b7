//! Finds all hashes near a picture in any of its eight orientations, by looking at every hash there is: at the distance
//! at which copies lie, no tree and no table beats a straight pass. It refuses to forget a hash.
//!
//! A mirror flips the signs of the odd columns or rows, so bits are grouped into four classes by the parities of row and
//! column: the differing bits of each class, counted once, give the distances of four orientations; the transposed
//! query gives the other four. Blocks of 64 hashes are turned into 32 planes of one byte each, so that counting runs
//! on whole vectors of bytes (AVX-512 BITALG, AVX2, NEON or plain, chosen at run time).

use multiversion::multiversion;

use crate::photo::hash::{nearest, transpose};

/// Hashes in a block.
const LANES: usize = 64;
const PLANES: usize = 32;
/// Blocks that every query passes over before the next ones are read: half of a first-level cache.
const STRIDE: usize = 8;

type Block = [[u8; LANES]; PLANES];

/// Hashes in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    blocks: Vec<Block>,
    len: usize,
}

/// A hash within the asked distance of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// Number of the hash in the order in which it was pushed.
    pub item: usize,
    /// Index of the query.
    pub query: usize,
    /// Least distance over the eight orientations of the query, bits of 256.
    pub bits: u32,
}

impl Scan {
    /// How many hashes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a hash as number [`Self::len`].
    pub fn push(&mut self, hash: &[u64; 4]) {
        let lane = self.len % LANES;
        if lane == 0 {
            self.blocks.push([[0; LANES]; PLANES]);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.iter_mut().zip(by_class(hash)).for_each(|(plane, byte)| plane[lane] = byte);
        }
        self.len += 1;
    }

    /// The hash of that number.
    pub fn get(&self, item: usize) -> Option<[u64; 4]> {
        let block = self.blocks.get(item / LANES).filter(|_| item < self.len)?;
        Some(from_classes(&std::array::from_fn(|plane| block[plane][item % LANES])))
    }

    /// Every hash within `bits` (at most 254) of a query in any orientation, in the order of their numbers.
    pub fn within(&self, queries: &[[u64; 4]], bits: u32) -> Vec<Near> {
        let limit = bits.min(254) as u8;
        let spread: Vec<[[u8; PLANES]; 2]> =
            queries.iter().map(|q| [by_class(q), by_class(&transpose(q))]).collect();
        let mut found = Vec::new();
        for (part, blocks) in self.blocks.chunks(STRIDE).enumerate() {
            let mut least = [u8::MAX; STRIDE * LANES];
            spread.iter().for_each(|query| lower(blocks, query, &mut least));
            let first = part * STRIDE * LANES;
            let count = (self.len - first).min(least.len());
            // Whole chunks are dismissed by one comparison of their least value.
            for (at, chunk) in least[..count].chunks(LANES).enumerate() {
                if chunk.iter().fold(u8::MAX, |a, &b| a.min(b)) > limit {
                    continue;
                }
                let hits = (0..chunk.len()).filter(|&i| chunk[i] <= limit);
                found.extend(hits.filter_map(|i| self.name(first + at * LANES + i, queries)));
            }
        }
        found
    }

    /// Which query the hash is nearest to.
    fn name(&self, item: usize, queries: &[[u64; 4]]) -> Option<Near> {
        let hash = self.get(item)?;
        let each = queries.iter().enumerate();
        let near = each.map(|(query, own)| Near { item, query, bits: nearest(own, &hash).0 });
        near.min_by_key(|near| near.bits)
    }
}

/// Lowers `least` to the distances of the blocks' hashes to both forms of one query.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512bitalg",
    "x86_64+avx2+popcnt",
    "aarch64+neon"
))]
fn lower(blocks: &[Block], query: &[[u8; PLANES]; 2], least: &mut [u8; STRIDE * LANES]) {
    for (block, least) in blocks.iter().zip(least.chunks_exact_mut(LANES)) {
        for form in query {
            let mut counts = [[0u8; LANES]; 4];
            for (class, counts) in counts.iter_mut().enumerate() {
                for plane in 8 * class..8 * class + 8 {
                    let byte = form[plane];
                    for (count, stored) in counts.iter_mut().zip(&block[plane]) {
                        *count += (stored ^ byte).count_ones() as u8;
                    }
                }
            }
            let [ee, eo, oe, oo] = &counts;
            for i in 0..LANES {
                let (kept, crossed) = (ee[i] + oo[i], eo[i] + oe[i]);
                let plain = kept.saturating_add(crossed);
                let half_turn = kept.saturating_add(128 - crossed);
                let across = (128 - ee[i] - oe[i]).saturating_add(eo[i] + oo[i]);
                let down = (128 - ee[i] - eo[i]).saturating_add(oe[i] + oo[i]);
                least[i] = least[i].min(plain).min(half_turn).min(across).min(down);
            }
        }
    }
}

/// Place of bit (row, column) among the classes: class by parities, then row and column inside it.
const fn place(row: usize, column: usize) -> usize {
    (row % 2 * 2 + column % 2) * 64 + row / 2 * 8 + column / 2
}

/// The hash's bytes, eight for each class: even-even, even-odd, odd-even, odd-odd indices.
fn by_class(hash: &[u64; 4]) -> [u8; PLANES] {
    let mut out = [0; PLANES];
    for bit in (0..256).filter(|bit| hash[bit / 64] >> (bit % 64) & 1 == 1) {
        let to = place(bit / 16, bit % 16);
        out[to / 8] |= 1 << (to % 8);
    }
    out
}

fn from_classes(bytes: &[u8; PLANES]) -> [u64; 4] {
    let mut out = [0; 4];
    for bit in 0..256 {
        let from = place(bit / 16, bit % 16);
        out[bit / 64] |= u64::from(bytes[from / 8] >> (from % 8) & 1) << (bit % 64);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_scan_finds_exactly_what_comparing_one_by_one_finds(
            hashes in prop::collection::vec(any::<[u64; 4]>(), 1..700),
            queries in prop::collection::vec(any::<[u64; 4]>(), 1..3),
            bits in 90u32..140,
        ) {
            let mut scan = Scan::default();
            hashes.iter().for_each(|hash| scan.push(hash));
            let mut plain = Vec::new();
            for (item, hash) in hashes.iter().enumerate() {
                prop_assert_eq!(scan.get(item), Some(*hash));
                let each = queries.iter().enumerate().map(|(query, own)| (nearest(own, hash).0, query));
                let (least, query) = each.min().unwrap();
                if least <= bits {
                    plain.push(Near { item, query, bits: least });
                }
            }
            prop_assert_eq!(scan.within(&queries, bits), plain);
        }
    }
}
