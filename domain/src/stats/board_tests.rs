use std::collections::BTreeSet;

use super::*;

/// The published month: 受理 1,054, 立案 996, 应结案 972, 结案 911, 按期 737.
fn month() -> Sums {
    Sums {
        opened: 1_054,
        registered: 996,
        due: 972,
        due_closed: 911,
        due_closed_on_time: 737,
        ..Sums::default()
    }
}

#[test]
fn the_published_month_comes_out_of_a_roll_up_with_both_counts_beside_each_rate() {
    let closing = figure("closing", &month()).unwrap();
    assert_eq!((closing.printed.as_str(), closing.numerator, closing.denominator), ("93.72 %", 911, 972));
    let on_time = figure("closing_on_time", &month()).unwrap();
    assert_eq!((on_time.printed.as_str(), on_time.value, on_time.version), ("75.82 %", Some(7582), 1));
    assert_eq!(figure("open_overdue", &month()).unwrap().printed, "61");
    assert_eq!(figure("yield_rate", &month()).unwrap().printed, "94.50 %");
}

#[test]
fn a_figure_of_nothing_is_a_dash_and_a_count_of_nothing_is_zero() {
    for measure in MEASURES {
        let figure = figure(measure.name, &Sums::default()).unwrap();
        let dash = measure.denominator.is_some();
        assert_eq!(figure.printed, if dash { "—" } else { "0" }, "{}", measure.name);
        assert_eq!(figure.value.is_none(), dash);
    }
    assert!(figure("nothing", &month()).is_none() && formula_text("nothing").is_none());
}

#[test]
fn every_figure_has_one_formula_and_one_label() {
    let names: Vec<&str> = FORMULAS
        .iter()
        .map(|formula| formula.name)
        .chain(MEASURES.iter().map(|measure| measure.name))
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names {
        let text = formula_text(name).unwrap();
        assert!(!text.label.is_empty() && !text.text.is_empty());
        assert_eq!(figure(name, &month()).unwrap().formula, name);
    }
    assert!(is_rate("clearing") && is_rate("closing") && !is_rate("found"));
}

#[test]
fn means_are_whole_minutes_and_points_have_two_decimals() {
    let sums = Sums { register_minutes: 119, registered: 2, ..Sums::default() };
    assert_eq!(figure("register_minutes", &sums).unwrap().printed, "59 分钟");
    assert_eq!((print_points(9_250), print_points(-5)), ("92.50".to_owned(), "-0.05".to_owned()));
}
