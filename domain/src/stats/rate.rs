//! A rate: its formula's name and text, both counts, and the percentage rounded half up to two decimals in whole
//! basis points. It refuses to give a percentage of nothing: an empty denominator prints a dash.

use super::formula::{Counts, Formula};
use serde::Serialize;

/// A figure that carries its formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// The formula's name.
    pub name: &'static str,
    /// The formula's version.
    pub version: u32,
    /// The formula's Chinese name.
    pub label: &'static str,
    /// The formula in Chinese.
    pub text: &'static str,
    /// What was counted.
    pub numerator: i64,
    /// Out of what.
    pub denominator: i64,
    /// Hundredths of a percent; none without a positive denominator.
    pub value: Option<i64>,
    /// The figure as people read it: `93.72 %`, or `—` without a value.
    pub printed: String,
}

/// Applies `formula` to `counts`.
pub fn rate(formula: &Formula, counts: &Counts) -> Rate {
    let (numerator, denominator) = ((formula.numerator)(counts), (formula.denominator)(counts));
    let value = basis_points(numerator, denominator);
    let &Formula { name, version, label, text, .. } = formula;
    let printed = value.map_or_else(|| "—".to_owned(), print_percent);
    Rate { name, version, label, text, numerator, denominator, value, printed }
}

/// `numerator / denominator` in hundredths of a percent, rounded half up; none unless the denominator is positive.
pub fn basis_points(numerator: i64, denominator: i64) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    let (n, d) = (i128::from(numerator), i128::from(denominator));
    let rounded = (n * 20_000 + d).div_euclid(2 * d);
    Some(i64::try_from(rounded).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX }))
}

pub(super) fn print_percent(points: i64) -> String {
    let sign = if points < 0 { "-" } else { "" };
    let points = points.unsigned_abs();
    format!("{sign}{}.{:02} %", points / 100, points % 100)
}

#[cfg(test)]
mod tests {
    use super::super::formula::{FORMULAS, find_formula};
    use super::*;
    use proptest::prelude::*;

    fn printed(name: &str, counts: Counts) -> String {
        rate(find_formula(name).unwrap(), &counts).printed
    }

    #[test]
    fn the_published_month_of_tianmen_comes_out_to_the_last_digit() {
        let month = Counts {
            received: 1_054,
            filed: 996,
            due_to_close: 972,
            closed: 911,
            closed_on_time: 737,
            ..Counts::default()
        };
        assert_eq!(printed("closing", month), "93.72 %");
        assert_eq!(printed("closing_on_time", month), "75.82 %");
        assert_eq!(printed("filing", month), "94.50 %");
        assert_eq!(basis_points(953, 996), Some(9568));
        assert_eq!(basis_points(43, 996), Some(432));
    }

    #[test]
    fn the_published_total_of_shishi_comes_out_from_the_sum_of_its_units() {
        let units = [(20_000, 19_990), (21_516, 21_000)];
        let total: Counts = units
            .iter()
            .map(|&(due_to_close, closed)| Counts { due_to_close, closed, ..Counts::default() })
            .sum();
        assert_eq!(printed("closing", total), "98.73 %");
    }

    #[test]
    fn a_rate_of_nothing_is_a_dash_not_a_hundred() {
        for formula in FORMULAS {
            let rate = rate(formula, &Counts::default());
            assert_eq!((rate.value, rate.printed.as_str()), (None, "—"), "{}", rate.name);
        }
        assert_eq!(basis_points(3, -1), None);
    }

    #[test]
    fn an_open_overdue_case_is_late_even_before_it_is_closed() {
        let counts = Counts {
            due_to_close: 10,
            closed: 8,
            closed_on_time: 7,
            open: 2,
            open_overdue: 2,
            ..Counts::default()
        };
        assert_eq!(printed("overdue", counts), "30.00 %");
    }

    #[test]
    fn halves_round_up_and_signs_are_printed_once() {
        assert_eq!(basis_points(1, 20_000), Some(1));
        assert_eq!(basis_points(1, 20_001), Some(0));
        assert_eq!(basis_points(-1, 20_000), Some(0));
        assert_eq!(print_percent(-5), "-0.05 %");
        assert_eq!(print_percent(12_345), "123.45 %");
    }

    #[test]
    fn names_with_versions_and_labels_are_unique() {
        for (i, a) in FORMULAS.iter().enumerate() {
            for b in &FORMULAS[i + 1..] {
                assert!((a.name, a.version) != (b.name, b.version) && a.label != b.label, "{}", a.name);
            }
        }
        assert!(find_formula("nothing").is_none());
    }

    #[test]
    fn a_figure_travels_with_its_formula() {
        let counts = Counts { rated: 3, satisfied: 2, ..Counts::default() };
        let value = serde_json::to_value(rate(find_formula("satisfaction").unwrap(), &counts)).unwrap();
        assert_eq!(value["text"], "满意数 ÷ 已评价数");
        assert_eq!(
            (&value["numerator"], &value["denominator"], &value["value"]),
            (&2.into(), &3.into(), &6667.into())
        );
    }

    proptest! {
        #[test]
        fn a_rate_is_within_half_a_point_of_the_true_quotient(n in 0i64..1_000_000_000, d in 1i64..1_000_000_000) {
            let points = i128::from(basis_points(n, d).unwrap());
            let (n, d) = (i128::from(n), i128::from(d));
            prop_assert!((2 * points - 1) * d <= n * 20_000 && n * 20_000 < (2 * points + 1) * d);
        }

        #[test]
        fn no_count_however_large_or_negative_overflows(n in any::<i64>(), d in any::<i64>()) {
            let counts = Counts { closed: n, closed_on_time: d, open_overdue: n, due_to_close: d, ..Counts::default() };
            for formula in FORMULAS {
                rate(formula, &(counts + counts));
            }
        }
    }
}
