//! Perceptual hashes as bytes: five hashes of 32 bytes and the detail, little endian, 164 bytes in all. It refuses any
//! other length.

use domain::photo::Prints;

const HASH: usize = 32;
const LENGTH: usize = 5 * HASH + 4;

/// The bytes of a picture's hashes.
pub(super) fn write(prints: &Prints) -> Vec<u8> {
    let mut out = Vec::with_capacity(LENGTH);
    for hash in [&prints.phash, &prints.mirrored].into_iter().chain(&prints.turned) {
        hash.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    }
    out.extend_from_slice(&prints.detail.to_le_bytes());
    out
}

/// Reads what [`write`] wrote.
pub(super) fn read(bytes: &[u8]) -> Option<Prints> {
    let (hashes, detail) = bytes.split_at_checked(5 * HASH)?;
    let detail = f32::from_le_bytes(detail.try_into().ok()?);
    let word =
        |at: usize| hashes[at..at + 8].iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
    let hash = |number: usize| std::array::from_fn(|i| word(number * HASH + 8 * i));
    Some(Prints { phash: hash(0), mirrored: hash(1), turned: std::array::from_fn(|i| hash(2 + i)), detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_come_back_from_their_bytes_and_from_no_other_length() {
        let prints = Prints {
            phash: [1, u64::MAX, 0x0123_4567_89ab_cdef, 4],
            mirrored: [5, 6, 7, 8],
            turned: [[9; 4], [10; 4], [u64::MAX - 1; 4]],
            detail: 12.25,
        };
        let bytes = write(&prints);
        assert_eq!(bytes.len(), LENGTH);
        assert_eq!(read(&bytes), Some(prints));
        assert_eq!(
            (read(&bytes[1..]), read(&[]), read(&[bytes.as_slice(), &[0]].concat())),
            (None, None, None)
        );
    }
}
