//! What finds a picture again, as bytes: a mark, the numbers of hashes and words, then hashes of 32 bytes and words of
//! four, little endian. It reads what version 1 wrote (five hashes and the detail, 164 bytes) as its first hash, and
//! refuses any other length.

use domain::photo::hash::FLAT_DETAIL;
use domain::reuse::Mark;

const MARK: u8 = 2;
const HASH: usize = 32;
const WORD: usize = 4;
const HEADER: usize = 3;
const FIRST_LENGTH: usize = 5 * HASH + 4;

/// The bytes of a picture's mark.
pub(super) fn write(mark: &Mark) -> Vec<u8> {
    let mut out = vec![MARK, mark.hashes.len() as u8, mark.words.len() as u8];
    mark.hashes.iter().flatten().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    mark.words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    out
}

/// Reads what [`write`] wrote.
pub(super) fn read(bytes: &[u8]) -> Option<Mark> {
    if bytes.len() == FIRST_LENGTH {
        return read_first(bytes);
    }
    let (&[mark, hashes, words], rest) = bytes.split_first_chunk::<HEADER>()?;
    let (hashes, words) = rest
        .split_at_checked(usize::from(hashes) * HASH)
        .filter(|(_, rest)| mark == MARK && rest.len() == usize::from(words) * WORD)?;
    let hashes = hashes.chunks_exact(HASH).map(hash).collect();
    let words = words.chunks_exact(WORD).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Some(Mark { hashes, words })
}

/// Version 1 compared with a median near zero instead of zero, which moves few bits, and had no words.
fn read_first(bytes: &[u8]) -> Option<Mark> {
    let (hashes, detail) =
        bytes.split_last_chunk::<4>().map(|(rest, last)| (rest, f32::from_le_bytes(*last)))?;
    let flat = detail < FLAT_DETAIL;
    Some(Mark { hashes: if flat { Vec::new() } else { vec![hash(&hashes[..HASH])] }, words: Vec::new() })
}

fn hash(bytes: &[u8]) -> [u64; 4] {
    std::array::from_fn(|i| {
        bytes[8 * i..8 * i + 8].iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_from_its_bytes_and_from_no_other_length() {
        let mark = Mark {
            hashes: vec![[1, u64::MAX, 0x0123_4567_89ab_cdef, 4], [5, 6, 7, 8]],
            words: vec![9, u32::MAX, 0x0102_0304],
        };
        let bytes = write(&mark);
        assert_eq!(read(&bytes), Some(mark));
        assert_eq!(
            (read(&bytes[1..]), read(&[]), read(&[bytes.as_slice(), &[0]].concat())),
            (None, None, None)
        );
    }

    #[test]
    fn what_version_1_wrote_counts_by_its_first_hash() {
        let first = [1u64, 2, 3, u64::MAX];
        let mut bytes: Vec<u8> = first.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend_from_slice(&[7; 4 * HASH]);
        let with = |detail: f32| [bytes.as_slice(), &detail.to_le_bytes()].concat();
        assert_eq!(read(&with(1.0)), Some(Mark { hashes: vec![first], words: Vec::new() }));
        assert_eq!(read(&with(0.0)), Some(Mark { hashes: Vec::new(), words: Vec::new() }), "a lens cap");
    }
}
