use proptest::prelude::*;

use super::*;

const CATALOGUE: [(&str, &str, &str); 6] = [
    ("01001", "井盖缺失移位", "井盖缺失或移位，露出井口"),
    ("01002", "井盖破损", "井盖破损面积大于25平方厘米"),
    ("01005", "路灯不亮", "单灯不亮"),
    ("01006", "路灯倾斜倒伏", "灯杆倾斜或倒伏"),
    ("06010", "暴露垃圾", "非指定地点堆放垃圾"),
    ("06017", "绿地脏乱", "绿地内有垃圾杂物"),
];

fn ask(words: &str) -> Vec<Guess> {
    let codes = CATALOGUE.map(|(code, _, _)| CategoryCode::from(code));
    let entries: Vec<Entry<'_>> = codes
        .iter()
        .zip(CATALOGUE)
        .map(|(category, (_, name, text))| Entry { category, name, texts: vec![text] })
        .collect();
    guess(words, &entries)
}

#[test]
fn everyday_words_find_the_catalogues_own() {
    for (words, code) in [
        ("小区门口井盖没了，太危险", "01001"),
        ("下水井没有盖子", "01001"),
        ("井盖坏了", "01002"),
        ("路灯不亮好几天了", "01005"),
        ("灯杆歪了要倒", "01006"),
        ("路边一大堆垃圾没人清", "06010"),
    ] {
        let best = &ask(words)[0];
        assert!(best.category.as_str() == code && best.confidence > 0.5, "{words}: {best:?}");
    }
}

#[test]
fn words_that_fit_nothing_or_several_are_never_sure() {
    let sure = Suggesting::default().sure;
    for words in ["井盖有问题", "垃圾", "你好", "", "!!!", "😀", "请问社保卡怎么办理"] {
        let guesses = ask(words);
        assert!(guesses.first().is_none_or(|best| best.confidence < sure), "{words}: {guesses:?}");
    }
    assert!(ask("路灯").len() >= 2, "both lamps are offered");
    assert_eq!(guess("井盖", &[]), []);
}

#[test]
fn a_guess_names_the_words_that_led_to_it() {
    let best = &ask("小区门口井盖没了")[0];
    assert!(best.said.iter().any(|word| word.contains("井盖")), "{best:?}");
    assert!(best.said.iter().any(|word| word.contains("没了")), "{best:?}");
    assert!(best.reason().contains("→ 井盖缺失移位"), "{}", best.reason());
}

#[test]
fn every_everyday_word_stands_once_and_means_something() {
    let mut seen = std::collections::BTreeSet::new();
    for (word, formal) in everyday::EVERYDAY {
        assert!(seen.insert(word), "{word} stands twice");
        assert!(word.chars().count() <= 12 && !terms(formal).is_empty(), "{word}");
    }
}

#[test]
fn a_rule_that_would_act_on_a_coin_toss_is_refused() {
    use crate::config::Check as _;
    assert!(Suggesting { mode: Guessing::Act, sure: 0.4 }.check().is_err());
    assert!(Suggesting::default().check().is_ok());
}

proptest! {
    #[test]
    fn whatever_is_said_the_ranking_falls_and_stays_within_bounds(words in "[井盖路灯不亮坏了没垃圾绿地，a1 ]{0,600}") {
        let ranked = ask(&words);
        prop_assert!(ranked.len() <= MOST_GUESSES);
        prop_assert!(ranked.iter().map(|g| g.confidence).sum::<f64>() <= 1.0 + 1e-9);
        prop_assert!(ranked.iter().all(|g| (0.0..=1.0).contains(&g.confidence)));
        prop_assert!(ranked.is_sorted_by(|a, b| a.confidence >= b.confidence), "{ranked:?}");
    }
}
