//! Which category a citizen's words mean: everyday words are put into the trade's, then letters and pairs of letters that
//! the words share with the catalogue and with example sentences are weighed, the rare ones counting more. Every guess
//! says how likely it is and which words led to it. It refuses to understand: it ranks, says how sure it is, and leaves
//! the rest to people.

mod everyday;
mod heard;
mod rule;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::CategoryCode;
use heard::{Heard, Term, terms};

pub use rule::{Guessing, Suggesting};

/// Raised with every change of the words, the weights or the calibration.
pub const VERSION: u32 = 2;
/// Guesses that are given at most.
const MOST_GUESSES: usize = 5;
/// How citizens say it, by the category's name, so that a city's own codes don't matter: `name,words` a line.
const EXAMPLES: &str = include_str!("examples.csv");

/// What a standard's text counts beside the category's name.
const STANDARD: f64 = 0.5;
/// What an example counts beside it.
const EXAMPLE: f64 = 0.3;
/// What a single letter counts beside a pair.
const LETTER: f64 = 0.4;
/// How much of the length of a category's texts its score is divided by, as an exponent: 1 is the cosine.
const LENGTH: f64 = 0.5;
/// How much steeper than the score the odds are, and the score of "none of these": found on the tune part of
/// `bench/labels/words.csv` by the least log-loss; the judge part was not looked at.
const STEEP: f64 = 8.0;
const NONE: f64 = 0.3;
/// Log-odds that were promised → log-odds that were kept, slope and offset: the odds alone promise too much.
const KEPT: (f64, f64) = (0.2, 0.1);

/// The share of a score from which a term is told to people.
const TOLD: f64 = 0.05;

/// A category with the texts that describe it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub category: &'a CategoryCode,
    pub name: &'a str,
    /// Names and opening conditions of its standards.
    pub texts: Vec<&'a str>,
}

/// A category that the words may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    pub category: CategoryCode,
    pub name: String,
    /// The probability that a person would file it so, 0 to 1; how well it keeps its word is what `bench --only words`
    /// measures. What is missing to 1 over all categories stands for "none of these".
    pub confidence: f64,
    /// The reporter's own words that speak for it, in their order.
    pub said: Vec<String>,
}

impl Guess {
    /// One Chinese sentence: which words led where.
    pub fn reason(&self) -> String {
        let said: String = self.said.iter().map(|word| format!("「{word}」")).collect();
        format!("{said}→ {}（把握 {:.0}%）", self.name, self.confidence * 100.0)
    }
}

/// Ranks the catalogue by the words, best first; categories that share nothing with them are left out.
pub fn guess(words: &str, catalogue: &[Entry<'_>]) -> Vec<Guess> {
    Guide::of(catalogue).guess(words)
}

/// A catalogue made ready for many questions.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    topics: Vec<Topic>,
    /// ln(1 + N ÷ n) of every term that occurs.
    rarity: BTreeMap<Term, f64>,
}

/// One category's terms.
#[derive(Debug, Clone)]
struct Topic {
    category: CategoryCode,
    name: String,
    /// What each term counts.
    terms: BTreeMap<Term, f64>,
    /// What the scores are divided by.
    length: f64,
}

impl Guide {
    /// Reads a catalogue.
    pub fn of(catalogue: &[Entry<'_>]) -> Self {
        let mut examples: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, words) in EXAMPLES.lines().skip(1).filter_map(|line| line.split_once(',')) {
            examples.entry(name).or_default().push(words);
        }
        let said_of = |name: &str| examples.get(name).map_or(&[][..], Vec::as_slice);
        let mut topics: Vec<Topic> =
            catalogue.iter().map(|entry| Topic::of(entry, said_of(entry.name))).collect();
        let mut rarity: BTreeMap<Term, f64> = BTreeMap::new();
        for term in topics.iter().flat_map(|topic| topic.terms.keys()) {
            *rarity.entry(*term).or_default() += 1.0;
        }
        let all = topics.len() as f64;
        rarity.values_mut().for_each(|count| *count = (1.0 + all / *count).ln());
        for topic in &mut topics {
            let squares = topic.terms.iter().map(|(term, value)| (value * rarity[term]).powi(2));
            topic.length = squares.sum::<f64>().sqrt().powf(LENGTH);
        }
        Self { topics, rarity }
    }

    /// Ranks the categories by the words, best first; those that share nothing with them are left out.
    pub fn guess(&self, words: &str) -> Vec<Guess> {
        let heard = Heard::of(words);
        let asked: Vec<(Term, f64)> =
            heard.terms().filter_map(|term| Some((term, worth(term) * self.rarity.get(&term)?))).collect();
        let length = asked.iter().map(|(_, value)| value.powi(2)).sum::<f64>().sqrt();
        let mut scored: Vec<(f64, &Topic)> = self
            .topics
            .iter()
            .map(|topic| (self.score(&asked, topic) / length.max(f64::MIN_POSITIVE), topic))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.category.cmp(&y.category)));
        let confidences = confidences(scored.iter().map(|(score, _)| *score).collect());
        let guess = |((_, topic), confidence): (&(f64, &Topic), f64)| Guess {
            category: topic.category.clone(),
            name: topic.name.clone(),
            confidence,
            said: heard.behind(&|term| self.speaks(&asked, topic, term)),
        };
        scored.iter().zip(confidences).take(MOST_GUESSES).map(guess).collect()
    }

    /// Whether a term brings enough of the topic's score to be told.
    fn speaks(&self, asked: &[(Term, f64)], topic: &Topic, term: Term) -> bool {
        let brought: f64 =
            asked.iter().filter(|(own, _)| *own == term).map(|one| self.part(one, topic)).sum();
        let all: f64 = asked.iter().map(|one| self.part(one, topic)).sum();
        brought > TOLD * all
    }

    fn score(&self, asked: &[(Term, f64)], topic: &Topic) -> f64 {
        asked.iter().map(|one| self.part(one, topic)).sum::<f64>() / topic.length.max(f64::MIN_POSITIVE)
    }

    fn part(&self, (term, value): &(Term, f64), topic: &Topic) -> f64 {
        let own = topic.terms.get(term).zip(self.rarity.get(term));
        own.map_or(0.0, |(own, rarity)| value * own * rarity)
    }
}

impl Topic {
    fn of(entry: &Entry<'_>, examples: &[&str]) -> Self {
        let mut own: BTreeMap<Term, f64> = BTreeMap::new();
        let mut take = |term: Term, share: f64| {
            let value = own.entry(term).or_default();
            *value = value.max(share * worth(term));
        };
        terms(entry.name).into_iter().for_each(|term| take(term, 1.0));
        entry.texts.iter().flat_map(|text| terms(text)).for_each(|term| take(term, STANDARD));
        for words in examples {
            Heard::of(words).terms().for_each(|term| take(term, EXAMPLE));
        }
        Self { category: entry.category.clone(), name: entry.name.to_owned(), terms: own, length: 1.0 }
    }
}

/// Probabilities of falling scores: odds against each other and against "none", the best one's brought to what was kept;
/// the others share what it leaves.
fn confidences(scores: Vec<f64>) -> Vec<f64> {
    let odds: Vec<f64> = scores.into_iter().map(|score| (STEEP * (score - NONE)).exp()).collect();
    let Some(best) = odds.first().copied() else { return Vec::new() };
    let rest = 1.0 + odds.iter().skip(1).sum::<f64>();
    let (slope, offset) = KEPT;
    let top = 1.0 / (1.0 + (-(slope * (best / rest).ln() + offset)).exp());
    let other = |odds: &f64| ((1.0 - top) * odds / rest).min(top);
    std::iter::once(top).chain(odds.iter().skip(1).map(other)).collect()
}

/// What a term counts by its kind.
fn worth(term: Term) -> f64 {
    if term.1.is_some() { 1.0 } else { LETTER }
}

#[cfg(test)]
mod tests;
