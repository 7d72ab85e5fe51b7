//! Which category a citizen's words mean: pairs of characters that words and catalogue have in common, the rare ones
//! counting more. It refuses to understand: it ranks, says how sure it is, and leaves the rest to people.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::CategoryCode;

/// From this confidence on a guess may be acted on without a person.
pub const CONFIDENT: f64 = 0.45;
/// Guesses that are given at most.
const MOST_GUESSES: usize = 5;
/// Characters of the words that are read.
const MOST_CHARS: usize = 500;
/// How much a standard's words count beside the category's own name.
const STANDARD_SHARE: f64 = 0.8;

/// Everyday words and the catalogue's word for the same; longer ones stand first.
const SAME_MEANING: [(&str, &str); 33] = [
    ("没盖子", "缺失"),
    ("不见了", "缺失"),
    ("垃圾桶", "果皮箱"),
    ("垃圾箱", "果皮箱"),
    ("下水道", "排水"),
    ("红绿灯", "交通信号灯"),
    ("消防栓", "消火栓"),
    ("电线杆", "电杆"),
    ("人行道", "人行道路面道路"),
    ("没有了", "缺失"),
    ("乱停车", "机动车乱停放"),
    ("乱丢", "乱扔"),
    ("没了", "缺失"),
    ("丢了", "缺失"),
    ("丢失", "缺失"),
    ("被偷", "缺失"),
    ("不见", "缺失"),
    ("掉了", "缺失"),
    ("缺了", "缺失"),
    ("坏了", "破损"),
    ("损坏", "破损"),
    ("破了", "破损"),
    ("碎了", "破损"),
    ("裂了", "破损"),
    ("坑洼", "破损"),
    ("大坑", "破损"),
    ("马路", "道路"),
    ("路面", "道路"),
    ("垃圾堆", "暴露垃圾"),
    ("很脏", "不洁"),
    ("太脏", "不洁"),
    ("不干净", "不洁"),
    ("不亮了", "不亮"),
];

/// A category with the texts that describe it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub category: &'a CategoryCode,
    pub name: &'a str,
    /// Names and opening conditions of its standards.
    pub texts: Vec<&'a str>,
}

/// A category that the words may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    pub category: CategoryCode,
    pub name: String,
    /// 0 to 1: how much of the category's own words was said, less when another category fits nearly as well.
    pub confidence: f64,
}

/// Ranks the catalogue by the words, best first; categories that share nothing with them are left out.
pub fn guess(words: &str, catalogue: &[Entry<'_>]) -> Vec<Guess> {
    let said = pairs(&translate(words));
    if said.is_empty() {
        return Vec::new();
    }
    let rarity = Rarity::of(catalogue);
    let mut ranked: Vec<(f64, &Entry<'_>)> = catalogue
        .iter()
        .map(|entry| (rarity.agreement(&said, entry), entry))
        .filter(|(share, _)| *share > 0.0)
        .collect();
    ranked.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.category.cmp(y.category)));
    let shares: Vec<f64> = ranked.iter().map(|(share, _)| *share).collect();
    let sure = |rank: usize| {
        // The best is held against the runner-up, every other against the best.
        let rival = shares.get(usize::from(rank == 0)).copied().unwrap_or(0.0) / shares[rank];
        shares[rank] * (1.0 - 0.5 * rival.min(2.0).powi(3)).max(0.0)
    };
    ranked
        .iter()
        .enumerate()
        .take(MOST_GUESSES)
        .map(|(rank, (_, entry))| Guess {
            category: entry.category.clone(),
            name: entry.name.to_owned(),
            confidence: sure(rank),
        })
        .collect()
}

/// In how many categories a pair of characters occurs.
struct Rarity {
    categories: f64,
    counts: BTreeMap<(char, char), f64>,
}

impl Rarity {
    fn of(catalogue: &[Entry<'_>]) -> Self {
        let mut counts = BTreeMap::new();
        for entry in catalogue {
            let own: BTreeSet<_> =
                std::iter::once(entry.name).chain(entry.texts.iter().copied()).flat_map(pairs).collect();
            for pair in own {
                *counts.entry(pair).or_default() += 1.0;
            }
        }
        Self { categories: catalogue.len() as f64, counts }
    }

    /// What a pair counts: ln(1 + N ÷ n).
    fn weight(&self, pair: (char, char)) -> f64 {
        (1.0 + self.categories / self.counts.get(&pair).copied().unwrap_or(1.0)).ln()
    }

    /// The best agreement of the words with the name or one of the texts.
    fn agreement(&self, said: &BTreeSet<(char, char)>, entry: &Entry<'_>) -> f64 {
        let texts = entry.texts.iter().map(|text| STANDARD_SHARE * self.share(said, text));
        texts.fold(self.share(said, entry.name), f64::max)
    }

    /// The share of the text's pairs, by weight, that were said.
    fn share(&self, said: &BTreeSet<(char, char)>, text: &str) -> f64 {
        let own = pairs(text);
        let sum = |list: &mut dyn Iterator<Item = (char, char)>| list.map(|pair| self.weight(pair)).sum::<f64>();
        let all = sum(&mut own.iter().copied());
        if all > 0.0 { sum(&mut own.intersection(said).copied()) / all } else { 0.0 }
    }
}

/// The words with the catalogue's own put behind those that mean the same.
fn translate(words: &str) -> String {
    let mut text: String = words.chars().take(MOST_CHARS).collect();
    for (everyday, formal) in SAME_MEANING {
        if text.contains(everyday) {
            text = text.replace(everyday, formal);
        }
    }
    text
}

/// Pairs of adjacent letters; punctuation ends a run.
fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let both = |w: &[char]| w[0].is_alphanumeric() && w[1].is_alphanumeric();
    letters.windows(2).filter(|w| both(w)).map(|w| (w[0], w[1])).collect()
}
