//! Which pictures share many small details with this one: local features cut down to visual words (Sivic and Zisserman
//! 2003; binary words as in Gálvez-López and Tardós 2012), looked up in an inverted file whose hits must agree on one
//! turn (Jégou, Douze and Schmid 2008). It finds crops, composites and framed copies, which no hash of the whole
//! reaches. It refuses to judge: what it names still has to be registered.

use std::collections::HashMap;

use crate::photo::Scene;
use crate::photo::scene::Point;

/// Bits of a descriptor that make a word.
const BITS: usize = 20;
/// Which bits: spread over the descriptor.
const STEP: usize = 13;
/// Words kept of a picture.
pub const MAX_WORDS: usize = 96;
/// Points of a picture that are looked up.
const MAX_ASKED: usize = 1000;
/// Pictures that postings can name: 24 bits beside the eight of the direction.
pub const MAX_PICTURES: usize = 1 << 24;
/// Sectors of a turn in which votes are gathered.
const SECTORS: usize = 16;
/// Votes for one turn below which a picture is not named.
const LEAST: u32 = 4;
/// A word in more pictures than this and one in so many says nothing.
const COMMON: usize = 6;
const RARE: usize = 500;
/// New postings that are gathered before they are sorted in.
const DELTA: usize = 1 << 16;

/// A visual word with the direction of its point: word in the upper 24 bits, direction in the lower eight.
pub type Word = u32;

/// The words by which a picture is found, at most [`MAX_WORDS`], spread over picture and sizes.
pub fn words(scene: &Scene) -> Vec<Word> {
    let mut words: Vec<Word> = chosen(&scene.points, MAX_WORDS).map(word).collect();
    words.sort_unstable();
    words.dedup_by_key(|word| *word >> 8);
    words
}

/// Evenly spaced points of the list, which is ordered by size and within a size by rank.
fn chosen(points: &[Point], most: usize) -> impl Iterator<Item = &Point> {
    let count = points.len().min(most);
    (0..count).map(move |i| &points[i * points.len() / count])
}

fn word(point: &Point) -> Word {
    let bit = |i: usize| (point.descriptor[i * STEP / 64] >> (i * STEP % 64) & 1) as u32;
    let bits = (0..BITS).fold(0, |word, i| word | bit(i) << i);
    bits << 8 | u32::from(point.angle)
}

/// Words to pictures.
#[derive(Debug, Clone)]
pub struct Postings {
    /// Where the postings of each word start in `sorted`, and their end.
    starts: Vec<u32>,
    /// Picture in the upper 24 bits, direction in the lower eight.
    sorted: Vec<u32>,
    fresh: HashMap<u32, Vec<u32>>,
    fresh_count: usize,
    pictures: usize,
}

impl Default for Postings {
    fn default() -> Self {
        Self {
            starts: vec![0; (1 << BITS) + 1],
            sorted: Vec::new(),
            fresh: HashMap::new(),
            fresh_count: 0,
            pictures: 0,
        }
    }
}

/// A picture that shares details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Its number, in the order in which pictures were pushed.
    pub picture: usize,
    /// Shared words that agree on one turn.
    pub votes: u32,
    /// Whether the asking picture was mirrored.
    pub mirrored: bool,
}

impl Postings {
    /// Adds the words of the next picture; beyond [`MAX_PICTURES`] they are left out.
    pub fn push(&mut self, words: &[Word]) {
        let picture = self.pictures;
        self.pictures += 1;
        if picture >= MAX_PICTURES {
            return;
        }
        for word in words {
            self.fresh.entry(word >> 8).or_default().push((picture as u32) << 8 | word & 0xFF);
        }
        self.fresh_count += words.len();
        if self.fresh_count > DELTA.max(self.sorted.len() / 4) {
            self.settle();
        }
    }

    /// Sorts the new postings in.
    pub fn settle(&mut self) {
        let mut sorted = Vec::with_capacity(self.sorted.len() + self.fresh_count);
        let mut starts = Vec::with_capacity(self.starts.len());
        for word in 0..1u32 << BITS {
            starts.push(sorted.len() as u32);
            let (old, new) = self.of(word);
            sorted.extend_from_slice(old);
            sorted.extend_from_slice(new);
        }
        starts.push(sorted.len() as u32);
        (self.starts, self.sorted) = (starts, sorted);
        self.fresh = HashMap::new();
        self.fresh_count = 0;
    }

    fn of(&self, word: u32) -> (&[u32], &[u32]) {
        let range = self.starts[word as usize] as usize..self.starts[word as usize + 1] as usize;
        (&self.sorted[range], self.fresh.get(&word).map_or(&[], Vec::as_slice))
    }

    /// The at most `most` pictures with most agreeing votes, most first.
    pub fn shared(&self, scene: &Scene, most: usize) -> Vec<Shared> {
        let mut found = self.vote(scene, false, most);
        found.extend(self.vote(&scene.mirrored(), true, most));
        found.sort_by_key(|shared| (std::cmp::Reverse(shared.votes), shared.picture, shared.mirrored));
        found.truncate(most);
        found
    }

    fn vote(&self, scene: &Scene, mirrored: bool, most: usize) -> Vec<Shared> {
        let pictures = self.pictures.min(MAX_PICTURES);
        let mut votes = vec![0u16; pictures];
        // A wall of bricks says one thing many times: each point speaks once for a picture, each word of a picture is
        // heard once, and words that many pictures have say nothing.
        let mut spoken = vec![u16::MAX; pictures];
        let usual = COMMON + pictures / RARE;
        // Picture and sector of the turn, as in a posting.
        let mut hits: Vec<u32> = Vec::new();
        for probe in probes(scene) {
            let (old, new) = self.of(probe.word);
            if old.len() + new.len() > usual {
                continue;
            }
            for posting in old.iter().chain(new) {
                let picture = (posting >> 8) as usize;
                if std::mem::replace(&mut spoken[picture], probe.point) == probe.point {
                    continue;
                }
                votes[picture] = votes[picture].saturating_add(1);
                let turn = (*posting as u8).wrapping_sub(probe.angle);
                hits.push(posting & !0xFF | (u32::from(turn) * SECTORS as u32 / 256));
            }
        }
        let mut counts = votes.iter().map(|&count| u32::from(count)).filter(|&count| count >= LEAST);
        let least = bar(&mut counts, 4 * most);
        let mut turns: HashMap<u32, [u32; SECTORS]> = HashMap::new();
        for hit in hits.iter().filter(|&&hit| u32::from(votes[(hit >> 8) as usize]) >= least) {
            turns.entry(hit >> 8).or_insert([0; SECTORS])[(hit & 0xFF) as usize] += 1;
        }
        let shared = |(picture, sectors): (u32, [u32; SECTORS])| {
            // Two neighbouring sectors, so that no turn is cut in half.
            let pairs = (0..SECTORS).map(|i| sectors[i] + sectors[(i + 1) % SECTORS]);
            Shared { picture: picture as usize, votes: pairs.max().unwrap_or(0), mirrored }
        };
        turns.into_iter().map(shared).filter(|shared| shared.votes >= LEAST).collect()
    }
}

/// A word to look up.
struct Probe {
    word: u32,
    /// Number and direction of the point that asks.
    point: u16,
    angle: u8,
}

/// The words of a picture's points and all that differ from them in one bit, each once, in the order of the points that
/// ask; a point's own word comes before one that another point only nearly has.
fn probes(scene: &Scene) -> Vec<Probe> {
    let asked: Vec<Word> = chosen(&scene.points, MAX_ASKED).map(word).collect();
    let probe = |(point, asked): (usize, &Word), flip: u32| Probe {
        word: asked >> 8 ^ flip,
        point: point as u16,
        angle: *asked as u8,
    };
    let own = asked.iter().enumerate().map(|asked| probe(asked, 0));
    let near = asked.iter().enumerate().flat_map(|asked| (0..BITS).map(move |bit| probe(asked, 1 << bit)));
    let mut all: Vec<Probe> = own.chain(near).collect();
    // Stable, so that of equal words the first stays.
    all.sort_by_key(|probe| probe.word);
    all.dedup_by_key(|probe| probe.word);
    all.sort_by_key(|probe| probe.point);
    all
}

/// The count that about `most` of the counts reach, at least [`LEAST`].
fn bar(counts: &mut dyn Iterator<Item = u32>, most: usize) -> u32 {
    let mut histogram = [0usize; 256];
    counts.for_each(|count| histogram[count.min(255) as usize] += 1);
    let mut seen = 0;
    for count in (LEAST as usize..256).rev() {
        seen += histogram[count];
        if seen > most {
            return count as u32 + u32::from(count < 255);
        }
    }
    LEAST
}
