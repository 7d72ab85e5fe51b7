//! "Has this photograph been used before, anywhere, ever?" An index over all used pictures names candidates: hashes of
//! the whole in eight orientations, and shared visual words for crops; [`judge`] lays the picture over each candidate
//! and tells a copy from an honest second photograph of the same place. It refuses to say who cheated, and keeps no
//! picture: the caller loads what the candidates need.

mod judge;
mod register;
mod scan;
mod words;

use std::collections::HashMap;

pub use judge::{Kind, Likeness, Picture, judge};
pub use register::Registration;
pub use scan::{Near, Scan};
pub use words::{MAX_PICTURES, MAX_WORDS, Postings, Shared, Word, words};

use crate::photo::{Prints, Scene};

/// Bits up to which a hash makes its picture a candidate: looser than any judgement, since a candidate is looked at.
const LOOSE_BITS: u32 = 92;

/// What the index holds of a picture: about 450 bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Hashes of the whole and of what is inside its borders; none of a picture without detail.
    pub hashes: Vec<[u64; 4]>,
    /// Its visual words.
    pub words: Vec<Word>,
}

impl Mark {
    /// Reduces an analysed picture to what finds it again.
    pub fn of(prints: &Prints, scene: &Scene) -> Self {
        Self { hashes: hashes(prints), words: words(scene) }
    }
}

fn hashes(prints: &Prints) -> Vec<[u64; 4]> {
    if prints.is_flat() { Vec::new() } else { prints.hashes().copied().collect() }
}

/// All used pictures, numbered in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Index {
    scan: Scan,
    /// Picture of each hash of the scan.
    owners: Vec<u32>,
    postings: Postings,
    pictures: usize,
}

/// A picture worth a closer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub picture: usize,
    /// Least distance of the hashes over all orientations, when within the loose bound; bits of 256.
    pub bits: Option<u32>,
    /// Visual words that agree on one turn.
    pub votes: u32,
}

impl Index {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.pictures
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pictures == 0
    }

    /// Adds a picture as number [`Self::len`].
    pub fn push(&mut self, mark: &Mark) {
        for hash in &mark.hashes {
            self.scan.push(hash);
            self.owners.push(self.pictures as u32);
        }
        self.postings.push(&mark.words);
        self.pictures += 1;
    }

    /// Makes room for searches after many additions.
    pub fn settle(&mut self) {
        self.postings.settle();
    }

    /// The pictures that may be the same as this one: the `most` nearest by hash and the `most` with most shared words,
    /// in turns, best first.
    pub fn search(&self, prints: &Prints, scene: &Scene, most: usize) -> Vec<Candidate> {
        let mut near = self.scan.within(&hashes(prints), LOOSE_BITS);
        near.sort_by_key(|near| near.bits);
        let shared = self.postings.shared(scene, 2 * most);
        let mut votes: HashMap<usize, u32> = HashMap::new();
        shared.iter().for_each(|s| {
            let most = votes.entry(s.picture).or_default();
            *most = s.votes.max(*most);
        });
        let mut bits: HashMap<usize, u32> = HashMap::new();
        near.iter().for_each(|n| {
            bits.entry(self.owners[n.item] as usize).or_insert(n.bits);
        });
        let by_hash = distinct(near.iter().map(|n| self.owners[n.item] as usize), most);
        let by_words = distinct(shared.iter().map(|s| s.picture), most);
        let deepest = by_hash.len().max(by_words.len());
        let in_turns = (0..deepest).flat_map(|i| [by_hash.get(i), by_words.get(i)]).flatten().copied();
        let candidate = |picture| Candidate {
            picture,
            bits: bits.get(&picture).copied(),
            votes: votes.get(&picture).copied().unwrap_or(0),
        };
        distinct(in_turns, 2 * most).into_iter().map(candidate).collect()
    }
}

/// The first `most` different numbers, in their order.
fn distinct(numbers: impl Iterator<Item = usize>, most: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for number in numbers {
        if !out.contains(&number) {
            out.push(number);
            if out.len() == most {
                break;
            }
        }
    }
    out
}
