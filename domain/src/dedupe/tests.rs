use proptest::prelude::*;

use super::*;
use crate::photo::scene::{MAYBE_SCENE_INLIERS, SAME_SCENE_INLIERS};
use crate::time::HOUR_MS;

const HERE: Wgs84 = Wgs84 { lon: 120.45, lat: 36.39 };
const NOW: Moment = Moment::from_ms(1_790_000_000_000);

/// The second citizen of the story, with nothing said and nothing recognised.
const SECOND: Measures = Measures {
    distance_m: 12.0,
    slack_m: 40.0,
    kinship: Kinship::Same,
    gap_ms: HOUR_MS,
    bits: Some(128),
    inliers: Some(0),
    words: None,
    same_reporter: Some(false),
    on_duty: false,
    rivals: 0,
    open: true,
};

fn verdict(m: Measures) -> Verdict {
    weigh(&m, &Thresholds::default()).verdict
}

fn sighting(metres_north: f64, words: &'static str) -> Sighting<'static> {
    Sighting {
        at: Wgs84 { lat: HERE.lat + metres_north / 111_195.0, ..HERE },
        accuracy_m: 20.0,
        category: Some("0101"),
        seen_at: NOW,
        open: true,
        prints: &[],
        scenes: &[],
        words,
        reporter: None,
        on_duty: false,
    }
}

#[test]
fn a_second_citizen_twelve_metres_away_is_asked_about_and_merged_when_look_or_words_agree() {
    for slack_m in [0.0, 10.0, 40.0, 120.0] {
        for gap_ms in [0, HOUR_MS, 23 * HOUR_MS] {
            let m = Measures { slack_m, gap_ms, ..SECOND };
            assert_eq!(verdict(m), Verdict::Ask, "nothing agrees: {m:?}");
            assert_eq!(verdict(Measures { words: Some(0.46), ..m }), Verdict::Ask, "{m:?}");
            assert_eq!(verdict(Measures { words: Some(0.95), ..m }), Verdict::Merge, "{m:?}");
            let scene = |n| Measures { inliers: Some(n), ..m };
            assert_eq!(verdict(scene(MAYBE_SCENE_INLIERS)), Verdict::Ask, "a person looks: {m:?}");
            assert_eq!(verdict(scene(SAME_SCENE_INLIERS)), Verdict::Merge, "{m:?}");
            assert_eq!(verdict(Measures { bits: Some(40), ..m }), Verdict::Merge, "{m:?}");
        }
    }
}

#[test]
fn two_people_describing_one_heap_in_their_own_words_are_put_before_a_person() {
    let first = sighting(0.0, "路边一大堆垃圾，好几天没人清理了！");
    let second = Sighting {
        seen_at: NOW.plus_ms(HOUR_MS), ..sighting(12.0, "小区门口垃圾堆成山，臭死了")
    };
    let s = score(&second, &first, &Thresholds::default());
    assert_eq!(s.verdict, Verdict::Ask, "{s:?}");
    assert!(s.features[0].text.starts_with("相距 12 米"), "{}", s.features[0].text);
}

#[test]
fn what_is_sent_twice_from_one_point_within_seconds_is_merged_unless_the_point_is_everybodys() {
    let again = Measures { distance_m: 0.0, gap_ms: 5_000, bits: None, inliers: None, ..SECOND };
    assert_eq!(verdict(again), Verdict::Merge);
    assert_eq!(verdict(Measures { gap_ms: 5 * 60_000, ..again }), Verdict::Ask);
    assert_eq!(verdict(Measures { rivals: 12, ..again }), Verdict::Ask, "a default point");
    assert_eq!(verdict(Measures { on_duty: true, ..again }), Verdict::Ask, "a patrol lists two things");
}

#[test]
fn others_of_the_kind_around_make_each_of_them_less_likely() {
    let (here, there) = (sighting(0.0, ""), sighting(3.0, ""));
    let alone = rank(&here, &[there], &Thresholds::default())[0].1.probability;
    let crowd = rank(&here, &[there, sighting(8.0, ""), sighting(15.0, "")], &Thresholds::default());
    assert_eq!(crowd.len(), 3);
    assert!(crowd.iter().all(|(_, s)| s.probability < alone), "{alone} {crowd:?}");
}

#[test]
fn the_same_kind_of_thing_four_hundred_metres_away_is_separate_whatever_agrees() {
    let all = Measures { distance_m: 400.0, words: Some(1.0), bits: Some(0), inliers: Some(300), ..SECOND };
    for slack_m in [0.0, 40.0, 2.0 * MAX_ACCURACY_M] {
        let s = weigh(&Measures { slack_m, ..all }, &Thresholds::default());
        assert_eq!(s.verdict, Verdict::Separate);
        assert!(s.held.iter().any(|why| why.contains("400 米") && why.contains("100 米")), "{:?}", s.held);
    }
    assert_eq!(verdict(Measures { distance_m: 400.0, ..SECOND }), Verdict::Separate);
}

#[test]
fn another_category_five_metres_away_is_asked_at_most() {
    let other = Measures { distance_m: 5.0, kinship: Kinship::Different, ..SECOND };
    assert_eq!(verdict(other), Verdict::Separate);
    let agreeing = Measures { bits: Some(0), words: Some(1.0), same_reporter: Some(true), ..other };
    assert_eq!(verdict(agreeing), Verdict::Ask);
}

#[test]
fn a_closed_ticket_takes_nothing_in_and_says_so() {
    let s = weigh(&Measures { open: false, words: Some(1.0), ..SECOND }, &Thresholds::default());
    assert_eq!(s.verdict, Verdict::Separate);
    assert!(s.probability > 0.9 && s.held[0].contains("已结"));
}

#[test]
fn the_best_candidate_is_one_that_can_be_merged_even_beside_a_closer_closed_one() {
    let words = "路口垃圾堆放";
    let closed = Sighting { open: false, ..sighting(0.0, words) };
    let candidates = [closed, sighting(40.0, words), sighting(12.0, words), sighting(500.0, words)];
    let (index, s) = best(&sighting(0.0, words), &candidates, &Thresholds::default()).unwrap();
    assert_eq!((index, s.verdict), (2, Verdict::Merge));
    assert!(best(&sighting(0.0, words), &[], &Thresholds::default()).is_none());
}

#[test]
fn an_old_open_ticket_is_asked_at_most() {
    let old = Measures { gap_ms: 31 * DAY_MS, words: Some(1.0), inliers: Some(100), ..SECOND };
    assert_eq!(verdict(old), Verdict::Ask);
}

#[test]
fn an_unlike_picture_is_no_evidence_against() {
    let p = |m: Measures| weigh(&m, &Thresholds::default()).probability;
    assert_eq!(p(SECOND), p(Measures { bits: None, inliers: None, ..SECOND }));
}

#[test]
fn categories_relate_by_their_first_two_digits() {
    assert_eq!(kinship(Some("0101"), Some("0101")), Kinship::Same);
    assert_eq!(kinship(Some("0101"), Some("0102")), Kinship::Family);
    assert_eq!(kinship(Some("0101"), Some("0201")), Kinship::Different);
    assert_eq!(kinship(None, Some("0201")), Kinship::Unknown);
}

#[test]
fn words_are_compared_without_punctuation_or_case() {
    assert_eq!(words::likeness("WC 门口，漏水", "wc门口漏水！"), Some(1.0));
    assert_eq!(words::likeness("垃圾", "漏水"), Some(0.0));
    for silent in ["", "！！", "堵", "😀😀"] {
        assert_eq!(words::likeness(silent, "路口垃圾堆放"), None);
    }
}

#[test]
fn a_place_that_is_not_a_number_is_never_the_same() {
    let lost = Sighting { at: Wgs84 { lon: f64::NAN, lat: f64::NAN }, ..sighting(0.0, "垃圾垃圾") };
    let s = score(&lost, &sighting(0.0, "垃圾垃圾"), &Thresholds::default());
    assert_eq!(s.verdict, Verdict::Separate);
    assert!(s.probability.is_finite());
}

proptest! {
    #[test]
    fn coming_nearer_or_agreeing_more_never_lowers_the_probability(
        d in 0.0..500.0_f64, closer in 0.0..1.0_f64, slack in 0.0..120.0_f64,
        j in 0.0..1.0_f64, inliers in 0_u32..100, bits in 0_u32..=256, hours in 0_i64..2000,
    ) {
        let t = Thresholds::default();
        let m = Measures { distance_m: d, slack_m: slack, words: Some(j), inliers: Some(inliers),
            bits: Some(bits), gap_ms: hours * HOUR_MS, ..SECOND };
        let p = weigh(&m, &t).probability;
        prop_assert!((0.0..=1.0).contains(&p));
        for better in [
            Measures { distance_m: d * closer, ..m },
            Measures { words: Some(j + (1.0 - j) * closer), ..m },
            Measures { inliers: Some(inliers + 1), ..m },
            Measures { bits: Some(bits.saturating_sub(1)), ..m },
            Measures { gap_ms: m.gap_ms / 2, ..m },
        ] {
            let q = weigh(&better, &t);
            prop_assert!(q.probability >= p - 1e-12, "{:?} {} < {}", better, q.probability, p);
        }
    }

    #[test]
    fn no_words_and_no_accuracy_break_the_comparison(a in ".{0,80}", b in ".{0,80}", acc in proptest::num::f64::ANY) {
        let new = Sighting { words: &a, accuracy_m: acc, ..sighting(0.0, "") };
        let old = Sighting { words: &b, accuracy_m: acc, ..sighting(30.0, "") };
        let (there, back) = (measure(&new, &old), measure(&old, &new));
        prop_assert_eq!(there, back);
        prop_assert!(weigh(&there, &Thresholds::default()).probability.is_finite());
    }
}
