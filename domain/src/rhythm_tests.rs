//! What a span, its key and a rhythm hold, by example and by property.

use super::*;
use crate::time::DAY_MS;
use proptest::prelude::*;
use strum::VariantArray as _;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Moment {
    Moment::parse(&format!("{text}:00+08:00")).unwrap()
}

#[test]
fn each_kind_of_span_has_the_days_that_the_trade_gives_it() {
    let cases = [
        (SpanKind::Day, "2026-11-22", "2026-11-22", "2026-11-22"),
        (SpanKind::Week, "2026-11-16", "2026-11-22", "2026-W47"),
        (SpanKind::HalfMonth, "2026-11-16", "2026-11-30", "2026-11b"),
        (SpanKind::Month, "2026-11-01", "2026-11-30", "2026-11"),
        (SpanKind::Quarter, "2026-10-01", "2026-12-31", "2026Q4"),
        (SpanKind::HalfYear, "2026-07-01", "2026-12-31", "2026H2"),
        (SpanKind::Year, "2026-01-01", "2026-12-31", "2026"),
    ];
    for (kind, first, last, key) in cases {
        let span = Span::of(kind, day("2026-11-22"));
        assert_eq!((span.first, span.last, span.key()), (day(first), day(last), key.to_owned()));
    }
    assert_eq!(Span::of(SpanKind::HalfMonth, day("2028-02-15")).key(), "2028-02a");
    assert_eq!(Span::of(SpanKind::HalfMonth, day("2028-02-16")).last, day("2028-02-29"));
    assert_eq!(Span::of(SpanKind::Month, day("2026-02-03")).days(), 28);
}

#[test]
fn the_first_days_of_a_year_may_lie_in_a_week_of_the_year_before() {
    let span = Span::of(SpanKind::Week, day("2027-01-03"));
    assert_eq!((span.key(), span.title()), ("2026-W53".into(), "2026年第53周".into()));
    assert_eq!((span.first, span.last), (day("2026-12-28"), day("2027-01-03")));
    assert_eq!(span.next().key(), "2027-W01");
}

#[test]
fn a_key_has_one_spelling() {
    let hostile = [
        "",
        "2026-W00",
        "2026-W54",
        "2027-W53",
        "2026-W7",
        "2026Q0",
        "2026Q5",
        "2026Q04",
        "2026H3",
        "2026-13",
        "2026-1",
        "2026-11c",
        "2026-00a",
        "2026-02-29",
        "2026-2-9",
        "26",
        "02026",
        "+026",
        "2026-11-22 ",
        "9999",
        "1899",
        "-W",
        "Q",
        "H",
        "a",
        "二〇二六",
        "2026-１1",
    ];
    for key in hostile {
        assert_eq!(Span::parse(key), None, "{key}");
    }
}

#[test]
fn a_day_that_the_span_has_not_got_is_its_last() {
    let thirty_first = Rhythm::new(SpanKind::Month, 31, 10);
    let last = Rhythm::new(SpanKind::Month, 0, 10);
    for first in ["2026-02-01", "2028-02-01", "2026-04-01", "2026-12-01"] {
        let span = Span::of(SpanKind::Month, day(first));
        assert_eq!(thirty_first.due_in(&span), last.due_in(&span));
        assert_eq!(last.due_in(&span).date(), span.last);
    }
}

#[test]
fn an_occasion_at_the_later_end_counts_and_at_the_earlier_does_not() {
    let five = Rhythm::new(SpanKind::Day, 1, 17 * 60);
    let due = |a, b| five.occasions(at(a), at(b)).into_iter().map(|o| o.span.key()).collect::<Vec<_>>();
    assert_eq!(due("2026-11-20T17:00", "2026-11-22T17:00"), ["2026-11-21", "2026-11-22"]);
    assert_eq!(due("2026-11-20T16:59", "2026-11-22T16:59"), ["2026-11-20", "2026-11-21"]);
    assert_eq!(due("2026-11-22T17:00", "2026-11-22T17:00"), [""; 0]);
    assert_eq!(due("2026-11-22T17:00", "2026-11-20T17:00"), [""; 0]);
}

#[test]
fn moments_beyond_reason_owe_nothing() {
    let year = Rhythm::new(SpanKind::Year, 0, 0);
    assert_eq!(year.occasions(Moment::from_ms(i64::MIN), Moment::from_ms(i64::MAX)), []);
}

#[test]
fn a_rhythm_outside_its_span_or_day_is_refused_with_its_place() {
    assert_eq!(Rhythm::new(SpanKind::Week, 7, 1439).check(), Ok(()));
    assert!(Rhythm::new(SpanKind::Week, 8, 0).check().unwrap_err().starts_with("day"));
    assert!(Rhythm::new(SpanKind::Day, 1, 1440).check().unwrap_err().starts_with("minute"));
}

fn kinds() -> impl Strategy<Value = SpanKind> {
    prop::sample::select(SpanKind::VARIANTS)
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (0_u64..80_000).prop_map(|days| day("1971-01-01") + Days::new(days))
}

fn rhythms() -> impl Strategy<Value = Rhythm> {
    (kinds(), any::<u16>(), 0..DAY_MINUTES)
        .prop_map(|(every, day, minute)| Rhythm::new(every, day % (every.most_days() + 1), minute))
}

proptest! {
    #[test]
    fn spans_tile_the_calendar_and_their_keys_parse_back(kind in kinds(), date in dates()) {
        let span = Span::of(kind, date);
        prop_assert!(span.holds(date) && span.days() <= kind.most_days());
        prop_assert_eq!(Span::of(kind, span.first), span);
        prop_assert_eq!(Span::of(kind, span.last), span);
        prop_assert_eq!(span.ends(), span.next().begins());
        prop_assert_eq!(span.next().previous(), span);
        prop_assert_eq!(Span::parse(&span.key()), Some(span));
    }

    #[test]
    fn a_rhythm_is_due_exactly_once_in_every_span(rhythm in rhythms(), date in dates()) {
        let span = Span::of(rhythm.every, date);
        let before = |moment: Moment| moment.plus_ms(-1);
        let found = rhythm.occasions(before(span.begins()), before(span.ends()));
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].span, span);
        prop_assert!(rhythm.check().is_ok());
    }

    #[test]
    fn occasions_ascend_and_no_cut_loses_or_doubles_one(
        rhythm in rhythms(), date in dates(), first in 0..40 * DAY_MS, second in 0..40 * DAY_MS
    ) {
        let a = Moment::midnight(date);
        let (b, c) = (a.plus_ms(first), a.plus_ms(first + second));
        let whole = rhythm.occasions(a, c);
        let parts = [rhythm.occasions(a, b), rhythm.occasions(b, c)].concat();
        prop_assert_eq!(&whole, &parts);
        prop_assert!(whole.windows(2).all(|pair| pair[0].due < pair[1].due));
        prop_assert!(whole.iter().all(|o| o.span.holds(o.due.date())));
        let next = rhythm.next_after(a);
        prop_assert_eq!(rhythm.occasions(a, next).len(), 1);
    }

    #[test]
    fn no_text_makes_the_parser_fall(text in ".{0,12}") {
        if let Some(span) = Span::parse(&text) {
            prop_assert_eq!(span.key(), text);
        }
    }
}
