//! A 256-bit perceptual hash: the signs of a picture's low frequencies (64 × 64 luma → 16 × 16 DCT). It survives
//! recompression, resizing, exposure and watermarks; mirroring or turning the picture only flips and transposes its
//! signs, so one hash stands for all eight orientations. It refuses to speak about pictures without detail; crops are
//! the business of [`crate::reuse`].

use fast_image_resize::FilterType;
use serde::{Deserialize, Serialize};

use super::pixels::{Raster, resize};

mod border;

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
/// Columns of odd frequency: even indices, see [`low_frequencies`]. A mirror flips their signs.
const ODD_COLUMNS: u64 = 0x5555_5555_5555_5555;

/// Hash of a picture: bit 16·v + u is the sign of vertical frequency v + 1 and horizontal frequency u + 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prints {
    /// Hash of the upright picture.
    #[serde(with = "hex")]
    pub phash: [u64; 4],
    /// Hash of what lies inside uniform borders, such as the bars of a screenshot, when there are any.
    #[serde(with = "hex_or_none", default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<[u64; 4]>,
    /// Typical strength of the low frequencies, grey levels; see [`FLAT_DETAIL`].
    pub detail: f32,
}

/// What was done to a picture as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation {
    /// Mirrored left to right, before turning.
    pub mirrored: bool,
    /// Quarters of a turn clockwise, 0–3.
    pub quarters: u8,
}

impl Orientation {
    /// All eight, the picture as it is first.
    pub const ALL: [Self; 8] = {
        let mut all = [Self { mirrored: false, quarters: 0 }; 8];
        let mut i = 0;
        while i < 8 {
            all[i] = Self { mirrored: i >= 4, quarters: (i % 4) as u8 };
            i += 1;
        }
        all
    };
}

impl Prints {
    /// Whether there is too little in the picture to compare it with anything.
    pub fn is_flat(&self) -> bool {
        self.detail < FLAT_DETAIL
    }

    /// The hash of the whole and that of what is inside its borders.
    pub fn hashes(&self) -> impl Iterator<Item = &[u64; 4]> {
        [Some(&self.phash), self.inner.as_ref()].into_iter().flatten()
    }

    /// Smallest distance of this picture, whole or without borders, as it is, mirrored or turned, to `other`; bits of
    /// 256.
    pub fn distance(&self, other: &Self) -> u32 {
        let each = self.hashes().flat_map(|own| other.hashes().map(|hash| nearest(own, hash).0));
        each.min().unwrap_or(256)
    }

    /// Whether both pictures have detail and are within [`SAME_BITS`] of each other.
    pub fn looks_like(&self, other: &Self) -> bool {
        !self.is_flat() && !other.is_flat() && self.distance(other) <= SAME_BITS
    }
}

/// The hash of the picture mirrored or turned as `how` says.
pub fn orient(hash: &[u64; 4], how: Orientation) -> [u64; 4] {
    let start = if how.mirrored { hash.map(|word| word ^ ODD_COLUMNS) } else { *hash };
    // A quarter clockwise: rows become columns, then left becomes right.
    (0..how.quarters).fold(start, |hash, _| transpose(&hash).map(|word| word ^ ODD_COLUMNS))
}

/// The hash of the picture mirrored along its main diagonal.
pub fn transpose(hash: &[u64; 4]) -> [u64; 4] {
    let mut out = [0; 4];
    for (v, u) in (0..LOW).flat_map(|v| (0..LOW).map(move |u| (v, u))) {
        let bit = hash[v / 4] >> (v % 4 * LOW + u) & 1;
        out[u / 4] |= bit << (u % 4 * LOW + v);
    }
    out
}

/// Least distance over the eight orientations of `own`, and the first that has it.
pub fn nearest(own: &[u64; 4], other: &[u64; 4]) -> (u32, Orientation) {
    let each = Orientation::ALL.map(|how| (hamming(&orient(own, how), other), how));
    each.into_iter().reduce(|a, b| if b.0 < a.0 { b } else { a }).unwrap_or((256, Orientation::ALL[0]))
}

/// Bits in which two hashes differ, 0–256.
pub fn hamming(a: &[u64; 4], b: &[u64; 4]) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum()
}

/// Hashes a grey raster.
pub(super) fn prints(luma: &Raster) -> Prints {
    let whole = spectrum(luma);
    let inner = border::trim(luma).map(|inside| signs(&spectrum(&inside)));
    Prints { phash: signs(&whole), inner, detail: strength(&whole) }
}

fn spectrum(luma: &Raster) -> [[f32; LOW]; LOW] {
    let side = SIDE as u32;
    let small = resize(luma, side, side, FilterType::Bilinear);
    small.map_or([[0.0; LOW]; LOW], |small| low_frequencies(&small.data))
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

/// The frequencies have no constant part, so that zero is their middle and a mirror flips signs exactly.
fn signs(block: &[[f32; LOW]; LOW]) -> [u64; 4] {
    let mut hash = [0; 4];
    for (i, &c) in block.iter().flatten().enumerate() {
        hash[i / 64] |= u64::from(c > 0.0) << (i % 64);
    }
    hash
}

/// Median of the absolute values.
fn strength(block: &[[f32; LOW]; LOW]) -> f32 {
    let mut all: Vec<f32> = block.iter().flatten().map(|c| c.abs()).collect();
    all.sort_unstable_by(f32::total_cmp);
    (all[LOW * LOW / 2 - 1] + all[LOW * LOW / 2]) / 2.0
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

mod hex_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::hex;

    pub fn serialize<S: Serializer>(hash: &Option<[u64; 4]>, s: S) -> Result<S::Ok, S::Error> {
        hash.as_ref().map(hex::write).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<[u64; 4]>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        let read = |text: String| {
            hex::read(&text).ok_or_else(|| D::Error::custom("a hash is 64 hexadecimal digits"))
        };
        text.map(read).transpose()
    }
}
