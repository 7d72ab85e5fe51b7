//! The category that a citizen's words suggest: hits among the first and the first three, calibration, each beside plain
//! ways of the same. The labelled sentences are made up in citizens' manner; the product's example sentences are others.
//! Constants were found on the tune part; the judge part only measures.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use domain::classify::{Entry, Guide};
use domain::id::CategoryCode;

use crate::report::Report;
use crate::{Line, Outcome};

const LABELS: &str = include_str!("../labels/words.csv");
const CATEGORIES: &str = include_str!("../../reference/categories.csv");
const STANDARDS: &str = include_str!("../../reference/standards.csv");

/// A labelled sentence; no code stands for "none of these".
struct Sentence<'a> {
    part: &'a str,
    codes: Vec<&'a str>,
    words: &'a str,
}

/// A category with its name first, then its standards' texts.
struct Kind {
    code: CategoryCode,
    texts: Vec<&'static str>,
}

/// Codes and confidences, best first.
type Ranking = Vec<(String, f64)>;

/// Runs the suite.
pub fn run(_line: &Line, report: &mut Report) -> Outcome {
    let kinds = kinds();
    let entries: Vec<Entry<'_>> = kinds.iter().map(entry).collect();
    let guide = Guide::of(&entries);
    let plain = Plain::of(&kinds);
    let own = |words: &str| {
        let guesses = guide.guess(words).into_iter();
        guesses.map(|guess| (guess.category.to_string(), guess.confidence)).collect::<Ranking>()
    };
    let sentences = sentences();
    for part in ["tune", "judge"] {
        let chosen: Vec<&Sentence<'_>> = sentences.iter().filter(|one| one.part == part).collect();
        let ours = Score::of(&chosen, &own);
        let pairs = Score::of(&chosen, &|words| plain.cosine(words));
        let bayes = Score::of(&chosen, &|words| plain.bayes(words));
        let share = |hits: usize, of: usize| hits as f64 / of.max(1) as f64;
        for (what, pick) in [("首选", 0), ("前三", 1)] {
            let of = |score: &Score| share(score.hits[pick], score.asked);
            let figure = format!("{} / {} = {:.3}", ours.hits[pick], ours.asked, of(&ours));
            for (name, anchor) in [("二字词 TF-IDF", &pairs), ("朴素贝叶斯", &bayes)] {
                let other = format!("{name} {:.3}", of(anchor));
                report.add(format!("类别建议 {part} {what}"), figure.clone(), other, of(&ours) / of(anchor));
            }
        }
        report.add_alone(
            format!("类别建议 {part} Brier"),
            format!("{:.4}", ours.brier),
            "首选把握对首选命中",
        );
        for (least, (given, right)) in &ours.reliability {
            let kept = share(*right, *given);
            report.remark(format!("{part} 把握 ≥ {least}%:给出 {given},命中 {right}({kept:.2})"));
        }
    }
    let begun = Instant::now();
    let answered = sentences.iter().filter(|one| !own(one.words).is_empty()).count();
    let each = begun.elapsed().as_secs_f64() * 1e6 / sentences.len() as f64;
    report.add_alone("类别建议 每句", format!("{each:.0} µs({answered} 句有建议)"), "—");
    Ok(())
}

/// Hits and calibration over sentences.
struct Score {
    asked: usize,
    /// Among the first, among the first three.
    hits: [usize; 2],
    brier: f64,
    /// By least confidence in per cent: guesses given and right.
    reliability: BTreeMap<u32, (usize, usize)>,
}

impl Score {
    fn of(sentences: &[&Sentence<'_>], rank: &dyn Fn(&str) -> Ranking) -> Self {
        let mut score = Self { asked: 0, hits: [0, 0], brier: 0.0, reliability: BTreeMap::new() };
        for sentence in sentences {
            let ranking = rank(sentence.words);
            let right = |found: &(String, f64)| sentence.codes.contains(&found.0.as_str());
            let hit = ranking.first().is_some_and(right);
            let sure = ranking.first().map_or(0.0, |found| found.1);
            score.brier += (sure - f64::from(u8::from(hit))).powi(2) / sentences.len() as f64;
            for least in [40, 50, 60, 70, 80, 90] {
                let (given, kept) = score.reliability.entry(least).or_default();
                *given += usize::from(sure * 100.0 >= f64::from(least));
                *kept += usize::from(sure * 100.0 >= f64::from(least) && hit);
            }
            if !sentence.codes.is_empty() {
                score.asked += 1;
                score.hits[0] += usize::from(hit);
                score.hits[1] += usize::from(ranking.iter().take(3).any(right));
            }
        }
        score
    }
}

/// The anchors: pairs of characters without any word list, over names and standards.
struct Plain {
    codes: Vec<String>,
    texts: Vec<BTreeSet<(char, char)>>,
    rarity: BTreeMap<(char, char), f64>,
}

impl Plain {
    fn of(kinds: &[Kind]) -> Self {
        let texts: Vec<BTreeSet<_>> =
            kinds.iter().map(|kind| kind.texts.iter().flat_map(|text| pairs(text)).collect()).collect();
        let mut rarity: BTreeMap<(char, char), f64> = BTreeMap::new();
        texts.iter().flatten().for_each(|pair| *rarity.entry(*pair).or_default() += 1.0);
        rarity.values_mut().for_each(|count| *count = (1.0 + kinds.len() as f64 / *count).ln());
        Self { codes: kinds.iter().map(|kind| kind.code.to_string()).collect(), texts, rarity }
    }

    fn cosine(&self, words: &str) -> Ranking {
        let said = pairs(words);
        let weight = |pair: &(char, char)| self.rarity.get(pair).copied().unwrap_or(0.0).powi(2);
        let length = |set: &BTreeSet<(char, char)>| set.iter().map(weight).sum::<f64>().sqrt();
        let score = |text: &BTreeSet<_>| {
            let shared: f64 = text.intersection(&said).map(weight).sum();
            if shared > 0.0 { shared / length(text) / length(&said) } else { 0.0 }
        };
        self.ranked(score)
    }

    /// Laplace-smoothed, every category as likely as any other.
    fn bayes(&self, words: &str) -> Ranking {
        let said: Vec<_> = pairs(words).into_iter().filter(|pair| self.rarity.contains_key(pair)).collect();
        if said.is_empty() {
            return Vec::new();
        }
        let all = self.rarity.len() as f64;
        let chance = |text: &BTreeSet<_>| {
            let one = |pair| f64::from(u8::from(text.contains(pair)) + 1) / (text.len() as f64 + all);
            said.iter().map(|pair| one(pair).ln()).sum::<f64>()
        };
        let best = self.texts.iter().map(chance).fold(f64::MIN, f64::max);
        let sum: f64 = self.texts.iter().map(|text| (chance(text) - best).exp()).sum();
        self.ranked(|text| (chance(text) - best).exp() / sum)
    }

    fn ranked(&self, score: impl Fn(&BTreeSet<(char, char)>) -> f64) -> Ranking {
        let scored = self.codes.iter().cloned().zip(self.texts.iter().map(score));
        let mut ranking: Ranking = scored.filter(|(_, score)| *score > 0.0).collect();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranking
    }
}

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = text.chars().collect();
    let both = |two: &&[char]| two.iter().all(|letter| letter.is_alphanumeric());
    letters.windows(2).filter(both).map(|two| (two[0], two[1])).collect()
}

fn sentences() -> Vec<Sentence<'static>> {
    let read = |line: &'static str| {
        let mut cells = line.splitn(4, ',');
        let (part, code, also) = (cells.next()?, cells.next()?, cells.next()?);
        let codes = [code, also].into_iter().filter(|code| !code.is_empty()).collect();
        Some(Sentence { part, codes, words: cells.next()? })
    };
    LABELS.lines().skip(1).filter_map(read).collect()
}

fn kinds() -> Vec<Kind> {
    let cells = |line: &'static str| line.split(',').collect::<Vec<_>>();
    let mut kinds: Vec<Kind> = CATEGORIES
        .lines()
        .skip(1)
        .map(cells)
        .map(|row| Kind { code: CategoryCode::from(row[0]), texts: vec![row[1]] })
        .collect();
    for row in STANDARDS.lines().skip(1).map(cells) {
        if let Some(kind) = kinds.iter_mut().find(|kind| kind.code.as_str() == row[0]) {
            kind.texts.extend([row[2], row[3]]);
        }
    }
    kinds
}

fn entry(kind: &Kind) -> Entry<'_> {
    Entry { category: &kind.code, name: kind.texts[0], texts: kind.texts[1..].to_vec() }
}
