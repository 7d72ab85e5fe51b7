//! A 256-bit perceptual hash: the signs of a picture's low frequencies against their median (64 × 64 luma → 16 × 16
//! DCT). It survives recompression, resizing, exposure and watermarks; it refuses to speak about pictures without
//! detail, and crops of 10 % and more are the business of [`super::scene`].

use fast_image_resize::FilterType;
use serde::{Deserialize, Serialize};

use super::pixels::{Raster, resize};

/// Distance up to which two pictures look alike, bits of 256.
///
/// Measured on 38 photographs: recompressed, shrunk, brightened or darkened copies lie below 25, watermarked, 2°
/// turned or 5 % cropped ones below 80; of 458 pairs of different places none came below 100.
pub const SAME_BITS: u32 = 80;
/// Detail below which a picture is a lens cap or a blank wall and matches nothing.
///
/// Rounding alone gives about 0.01, a street by day 0.6 to 2, the same darkened to 15 % at least 0.1.
pub const FLAT_DETAIL: f32 = 0.05;

const SIDE: usize = 64;
const LOW: usize = 16;

/// Hashes of a picture and of its mirrored and turned selves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prints {
    /// Hash of the upright picture.
    #[serde(with = "hex")]
    pub phash: [u64; 4],
    /// Hash of the picture mirrored left to right.
    #[serde(with = "hex")]
    pub mirrored: [u64; 4],
    /// Hashes of the picture turned clockwise by 90°, 180° and 270°.
    #[serde(with = "hexes")]
    pub turned: [[u64; 4]; 3],
    /// Typical strength of the low frequencies, grey levels; see [`FLAT_DETAIL`].
    pub detail: f32,
}

impl Prints {
    /// Whether there is too little in the picture to compare it with anything.
    pub fn is_flat(&self) -> bool {
        self.detail < FLAT_DETAIL
    }

    /// Smallest distance of this picture, as it is, mirrored or turned, to `other` as it is; bits of 256.
    pub fn distance(&self, other: &Self) -> u32 {
        let turned = self.turned.iter().map(|hash| hamming(hash, &other.phash)).min();
        let straight = hamming(&self.phash, &other.phash).min(hamming(&self.mirrored, &other.phash));
        straight.min(turned.unwrap_or(straight))
    }

    /// Whether both pictures have detail and are within [`SAME_BITS`] of each other.
    pub fn looks_like(&self, other: &Self) -> bool {
        !self.is_flat() && !other.is_flat() && self.distance(other) <= SAME_BITS
    }
}

/// Bits in which two hashes differ, 0–256.
pub fn hamming(a: &[u64; 4], b: &[u64; 4]) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum()
}

/// Hashes a grey raster.
pub(super) fn prints(luma: &Raster) -> Prints {
    let side = SIDE as u32;
    let small = resize(luma, side, side, FilterType::Bilinear);
    let block = small.map_or([[0.0; LOW]; LOW], |small| low_frequencies(&small.data));
    let mirrored = |c: &[[f32; LOW]; LOW]| turn(c, |v, u| (v, u, odd(u)));
    let quarter = |c: &[[f32; LOW]; LOW]| turn(c, |v, u| (u, v, odd(u)));
    let half = quarter(&block);
    let three = quarter(&half);
    let turned = [half, three, quarter(&three)];
    Prints {
        phash: signs(&block),
        mirrored: signs(&mirrored(&block)),
        turned: turned.each_ref().map(signs),
        detail: strength(&block),
    }
}

/// Frequency index `i` stands for frequency `i + 1`: even indices are odd functions of the coordinate.
const fn odd(index: usize) -> bool {
    index.is_multiple_of(2)
}

/// Rearranges coefficients as a mirror or a turn of the picture does: `pick(v, u)` names the source and its sign.
fn turn(block: &[[f32; LOW]; LOW], pick: impl Fn(usize, usize) -> (usize, usize, bool)) -> [[f32; LOW]; LOW] {
    let mut out = [[0.0; LOW]; LOW];
    for (v, row) in out.iter_mut().enumerate() {
        for (u, cell) in row.iter_mut().enumerate() {
            let (sv, su, negative) = pick(v, u);
            *cell = if negative { -block[sv][su] } else { block[sv][su] };
        }
    }
    out
}

/// Frequencies 1–16 in both directions of the orthonormal DCT-II, over `SIDE` so that they read as grey levels.
fn low_frequencies(luma: &[u8]) -> [[f32; LOW]; LOW] {
    let wave = |k: usize, x: usize| {
        let phase = (k + 1) as f32 * (2 * x + 1) as f32 * std::f32::consts::PI / (2 * SIDE) as f32;
        phase.cos() * (2.0 / SIDE as f32)
    };
    let basis: Vec<[f32; SIDE]> = (0..LOW).map(|k| std::array::from_fn(|x| wave(k, x))).collect();
    let rows: Vec<[f32; LOW]> = luma
        .chunks_exact(SIDE)
        .map(|row| std::array::from_fn(|u| row.iter().zip(&basis[u]).map(|(&p, w)| f32::from(p) * w).sum()))
        .collect();
    std::array::from_fn(|v| {
        std::array::from_fn(|u| rows.iter().zip(&basis[v]).map(|(row, w)| row[u] * w).sum())
    })
}

fn median(block: &[[f32; LOW]; LOW], of: impl Fn(f32) -> f32) -> f32 {
    let mut all: Vec<f32> = block.iter().flatten().map(|&c| of(c)).collect();
    all.sort_unstable_by(f32::total_cmp);
    (all[LOW * LOW / 2 - 1] + all[LOW * LOW / 2]) / 2.0
}

fn signs(block: &[[f32; LOW]; LOW]) -> [u64; 4] {
    let median = median(block, |c| c);
    let mut hash = [0; 4];
    for (i, &c) in block.iter().flatten().enumerate() {
        hash[i / 64] |= u64::from(c > median) << (i % 64);
    }
    hash
}

fn strength(block: &[[f32; LOW]; LOW]) -> f32 {
    median(block, f32::abs)
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn write(hash: &[u64; 4]) -> String {
        hash.iter().map(|word| format!("{word:016x}")).collect()
    }

    pub fn read(text: &str) -> Option<[u64; 4]> {
        let sound = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let word = |i: usize| u64::from_str_radix(text.get(16 * i..16 * i + 16)?, 16).ok();
        if sound { Some([word(0)?, word(1)?, word(2)?, word(3)?]) } else { None }
    }

    pub fn serialize<S: Serializer>(hash: &[u64; 4], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&write(hash))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u64; 4], D::Error> {
        read(&String::deserialize(d)?).ok_or_else(|| D::Error::custom("a hash is 64 hexadecimal digits"))
    }
}

mod hexes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::hex;

    pub fn serialize<S: Serializer>(hashes: &[[u64; 4]; 3], s: S) -> Result<S::Ok, S::Error> {
        hashes.each_ref().map(hex::write).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[[u64; 4]; 3], D::Error> {
        let texts = <[String; 3]>::deserialize(d)?;
        let one = |i: usize| {
            hex::read(&texts[i]).ok_or_else(|| D::Error::custom("a hash is 64 hexadecimal digits"))
        };
        Ok([one(0)?, one(1)?, one(2)?])
    }
}
