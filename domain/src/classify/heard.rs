//! What was said, as letters and pairs of letters that each remember the words they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::everyday::EVERYDAY;

/// A letter, or two adjacent ones.
pub(super) type Term = (char, Option<char>);

/// Characters of the words that are read.
const MOST_CHARS: usize = 500;

/// A word's letters and what it means.
type Entry = (Vec<char>, &'static str);

/// Everyday words by their first letter, the longest first.
static BY_LETTER: LazyLock<BTreeMap<char, Vec<Entry>>> = LazyLock::new(|| {
    let mut table: BTreeMap<char, Vec<(Vec<char>, &str)>> = BTreeMap::new();
    for (everyday, formal) in EVERYDAY {
        let letters: Vec<char> = everyday.chars().collect();
        if let Some(first) = letters.first() {
            table.entry(*first).or_default().push((letters, formal));
        }
    }
    table.values_mut().for_each(|words| words.sort_by_key(|(letters, _)| std::cmp::Reverse(letters.len())));
    table
});

/// The words as read.
pub(super) struct Heard {
    letters: Vec<char>,
    /// Each term and the letters that it stands for.
    terms: BTreeMap<Term, Vec<Range<usize>>>,
}

impl Heard {
    /// Reads words: from left to right the longest everyday word gives way to the trade's; the rest stays.
    pub fn of(words: &str) -> Self {
        let letters: Vec<char> = words.chars().flat_map(char::to_lowercase).take(MOST_CHARS).collect();
        let mut heard = Self { terms: BTreeMap::new(), letters };
        let (mut at, mut plain) = (0, 0);
        while at < heard.letters.len() {
            match everyday(&heard.letters[at..]) {
                Some((length, formal)) => {
                    heard.hear_plain(plain..at);
                    heard.hear_formal(formal, at..at + length);
                    at += length;
                    plain = at;
                }
                None => at += 1,
            }
        }
        heard.hear_plain(plain..at);
        heard
    }

    fn hear_plain(&mut self, range: Range<usize>) {
        for at in range.clone() {
            let letter = self.letters[at];
            let next = self.letters[at + 1..range.end.max(at + 1)].first().copied();
            if let Some(term) = single(letter) {
                self.terms.entry(term).or_default().push(at..at + 1);
            }
            if let Some(term) = next.and_then(|next| pair(letter, next)) {
                self.terms.entry(term).or_default().push(at..at + 2);
            }
        }
    }

    /// Also the seam with the letter before, so that 井盖 + 没了 is heard as 井盖缺失.
    fn hear_formal(&mut self, formal: &str, from: Range<usize>) {
        let before = from.start.checked_sub(1).map(|place| self.letters[place]);
        let seam = before.zip(formal.chars().next()).and_then(|(a, b)| pair(a, b));
        for term in terms(formal).into_iter().chain(seam) {
            self.terms.entry(term).or_default().push(from.clone());
        }
    }

    pub fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        self.terms.keys().copied()
    }

    /// The reporter's words behind the wanted pairs, in their order, overlapping ones joined; single letters say nothing to
    /// a reader and are left out while there is a pair.
    pub fn behind(&self, wanted: &dyn Fn(Term) -> bool) -> Vec<String> {
        let ranges = |pairs: bool| {
            let wanted = self.terms.iter().filter(|(term, _)| term.1.is_some() == pairs && wanted(**term));
            wanted.flat_map(|(_, from)| from.clone()).collect::<Vec<_>>()
        };
        let mut ranges =
            Some(ranges(true)).filter(|found| !found.is_empty()).unwrap_or_else(|| ranges(false));
        ranges.sort_by_key(|range| (range.start, range.end));
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        let mut said: Vec<String> = Vec::new();
        for word in joined.into_iter().map(|range| self.letters[range].iter().collect()) {
            if !said.contains(&word) {
                said.push(word);
            }
        }
        said
    }
}

/// The longest everyday word at the beginning, its length and the trade's words for it.
fn everyday(letters: &[char]) -> Option<(usize, &'static str)> {
    let words = BY_LETTER.get(letters.first()?)?;
    words.iter().find(|(word, _)| letters.starts_with(word)).map(|(word, formal)| (word.len(), *formal))
}

/// Letters and pairs of adjacent letters; punctuation ends a run.
pub(super) fn terms(text: &str) -> BTreeSet<Term> {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let singles = letters.iter().copied().filter_map(single);
    singles.chain(letters.windows(2).filter_map(|two| pair(two[0], two[1]))).collect()
}

fn single(letter: char) -> Option<Term> {
    letter.is_alphanumeric().then_some((letter, None))
}

fn pair(a: char, b: char) -> Option<Term> {
    (a.is_alphanumeric() && b.is_alphanumeric()).then_some((a, Some(b)))
}
