use proptest::prelude::*;

use super::*;

#[test]
fn a_unit_without_a_fault_keeps_the_full_mark_and_needs_no_explanation() {
    let record = Record { due: 40, ..Record::default() };
    assert_eq!(score(&ScoreRule::default(), &record), (10_000, Vec::new()));
    assert_eq!(score(&ScoreRule::default(), &Record::default()).0, 10_000);
}

#[test]
fn every_lost_point_is_explained_with_its_arithmetic_and_its_cases() {
    let behind = BTreeMap::from([(Item::Reworked, vec!["t1".to_owned(), "t2".to_owned()])]);
    let record = Record { due: 40, late: 3, overdue_days: 7, reworked: 2, behind, ..Record::default() };
    let (left, lost) = score(&ScoreRule::default(), &record);
    assert_eq!(left, 10_000 - 375 - 140 - 200);
    let texts: Vec<&str> = lost.iter().map(|lost| lost.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "未按期 3 件 ÷ 应结案 40 件 × 50.00，扣 3.75 分",
            "逾期天数 7 天 × 0.20，扣 1.40 分",
            "返工 2 件 × 1.00，扣 2.00 分"
        ]
    );
    assert_eq!(lost[2].behind, ["t1", "t2"]);
}

#[test]
fn a_case_that_was_on_air_counts_twice() {
    let rule = ScoreRule::default();
    let plain = Record { due: 10, late: 2, reworked: 1, ..Record::default() };
    let aired = Record { aired_late: 1, aired_reworked: 1, ..plain.clone() };
    assert_eq!(score(&rule, &plain).0 - score(&rule, &aired).0, 500 + 100);
}

#[test]
fn simulations_take_the_points_that_they_say() {
    let record = Record { simulated: 2, simulation_points: 350, ..Record::default() };
    let (left, lost) = score(&ScoreRule::default(), &record);
    assert_eq!((left, lost[0].text.as_str()), (9_650, "模拟测评扣分 2 项共 3.50 分 × 1.00，扣 3.50 分"));
}

#[test]
fn equals_share_a_rank_and_the_next_one_is_skipped() {
    let scores = [Some(90), Some(95), None, Some(95), Some(80)];
    assert_eq!(ranks(&scores), [Some(3), Some(1), None, Some(1), Some(4)]);
    assert_eq!(ranks(&[None, None]), [None, None]);
}

#[test]
fn weights_that_would_give_points_are_refused_with_their_place() {
    let fault = |change: fn(&mut ScoreRule)| {
        let mut rule = ScoreRule::default();
        change(&mut rule);
        rule.check().unwrap_err()
    };
    assert!(fault(|rule| rule.rework = -1).starts_with("rework：-1"));
    assert!(fault(|rule| rule.full = 0).starts_with("full："));
    assert!(fault(|rule| rule.late = 10_001).starts_with("late："));
    assert!(fault(|rule| rule.media_times = 0).starts_with("media_times："));
}

#[test]
fn a_contractor_is_scored_by_the_weights_of_its_units() {
    assert_eq!(weighted(&[(3.0, Some(9_000)), (1.0, Some(8_000))]), Some(8_750));
    assert_eq!(weighted(&[(3.0, Some(9_000)), (1.0, None)]), Some(9_000));
    assert_eq!(weighted(&[(0.0, Some(9_000)), (f64::NAN, Some(1)), (-2.0, Some(5))]), None);
    assert_eq!(weighted(&[]), None);
}

proptest! {
    #[test]
    fn the_explanation_adds_up_to_exactly_what_is_missing(
        due in 0i64..5_000, late in 0i64..5_000, days in 0i64..100_000, numbers in prop::array::uniform6(0i64..3_000),
        cap in 0i64..20_000,
    ) {
        let [reworked, relapsed, supervised, exposed, simulated, points] = numbers;
        let record = Record {
            due, late: late.min(due), aired_late: late.min(due) / 3, overdue_days: days, reworked, aired_reworked: reworked / 2,
            relapsed, supervised, exposed, simulated: simulated + i64::from(points > 0), simulation_points: points,
            ..Record::default()
        };
        let rule = ScoreRule { item_most: cap, ..ScoreRule::default() };
        let (left, lost) = score(&rule, &record);
        prop_assert!((0..=rule.full).contains(&left));
        prop_assert_eq!(lost.iter().map(|lost| lost.lost).sum::<i64>(), rule.full - left);
        for lost in &lost {
            prop_assert!(lost.item == Item::Late || lost.lost <= cap, "{:?}", lost);
        }
    }
}
