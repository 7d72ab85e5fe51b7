//! Which category a citizen's words mean: pairs of characters that words and catalogue have in common, the rare ones
//! counting more. It refuses to understand: it ranks, says how sure it is, and leaves the rest to people.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::CategoryCode;

/// From this confidence on a guess may be acted on without a person.
pub const CONFIDENT: f64 = 0.4;
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
        shares[rank] * (1.0 - 0.5 * rival.powi(3)).max(0.0)
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
        let sum =
            |list: &mut dyn Iterator<Item = (char, char)>| list.map(|pair| self.weight(pair)).sum::<f64>();
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CATALOGUE: [(&str, &str, &str); 6] = [
        ("01001", "井盖缺失移位", "井盖缺失或移位，露出井口"),
        ("01002", "井盖破损", "井盖破损面积大于25平方厘米"),
        ("01005", "路灯不亮", "单灯不亮"),
        ("01006", "路灯倾斜倒伏", "灯杆倾斜或倒伏"),
        ("06010", "暴露垃圾", "非指定地点堆放垃圾"),
        ("06017", "绿地脏乱", "绿地内有垃圾杂物"),
    ];

    fn ask(words: &str) -> Vec<(String, f64)> {
        let codes = CATALOGUE.map(|(code, _, _)| CategoryCode::from(code));
        let entries: Vec<Entry<'_>> = codes
            .iter()
            .zip(CATALOGUE)
            .map(|(category, (_, name, text))| Entry { category, name, texts: vec![text] })
            .collect();
        guess(words, &entries).into_iter().map(|g| (g.category.to_string(), g.confidence)).collect()
    }

    #[test]
    fn everyday_words_find_the_catalogues_own() {
        for (words, code) in [
            ("小区门口井盖没了，太危险", "01001"),
            ("井盖坏了", "01002"),
            ("路灯不亮好几天了", "01005"),
            ("路边暴露垃圾", "06010"),
        ] {
            let best = &ask(words)[0];
            assert!(best.0 == code && best.1 >= CONFIDENT, "{words}: {best:?}");
        }
    }

    #[test]
    fn words_that_fit_several_categories_or_none_leave_it_to_a_person() {
        for words in ["井盖有问题", "垃圾", "你好", "", "!!!", "😀"] {
            assert!(ask(words).first().is_none_or(|best| best.1 < CONFIDENT), "{words}: {:?}", ask(words));
        }
        assert!(ask("路灯").len() >= 2, "both lamps are offered");
        assert_eq!(guess("井盖", &[]), []);
    }

    proptest! {
        #[test]
        fn whatever_is_said_the_ranking_falls_and_stays_within_bounds(words in "[井盖路灯不亮坏了没垃圾绿地，a1 ]{0,600}") {
            let ranked = ask(&words);
            prop_assert!(ranked.len() <= MOST_GUESSES);
            prop_assert!(ranked.iter().all(|(_, c)| (0.0..=1.0).contains(c)));
            prop_assert!(ranked.is_sorted_by(|a, b| a.1 >= b.1), "{ranked:?}");
        }
    }
}
