//! Properties that hold for every calendar and every list of ticks.

use super::calendar::{Calendar, DaySort, Shift};
use super::limit::{Limit, LimitUnit};
use super::reckon::{ClockState, IntervalKind, Mark, PauseReason, Reckoning, Tick, explain, reckon};
use crate::time::{DAY_MS, MINUTE_MS, Moment};
use chrono::{Days, NaiveDate};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use strum::VariantArray as _;

/// 2026-02-01 00:00 in China.
const BASE_MS: i64 = 1_769_875_200_000;

fn moment(minutes: i64) -> Moment {
    Moment::from_ms(BASE_MS + minutes * MINUTE_MS)
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let cuts = (1usize..4).prop_flat_map(|n| btree_set(0u16..=1440, 2 * n));
    let special = btree_map(0u64..60, any::<bool>(), 0..25);
    (cuts, special).prop_map(|(cuts, special)| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        let hours = cuts.chunks_exact(2).map(|c| Shift { from_min: c[0], to_min: c[1] }).collect();
        let first = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
        let name = || "节".to_owned();
        let sort =
            |off| if off { DaySort::Holiday { name: name() } } else { DaySort::MakeUp { name: name() } };
        let days = special.into_iter().map(|(n, off)| (first + Days::new(n), sort(off))).collect();
        Calendar::new(hours, days).unwrap()
    })
}

fn limits() -> impl Strategy<Value = Limit> {
    (1u32..40, select(LimitUnit::VARIANTS)).prop_map(|(amount, unit)| Limit { amount, unit })
}

fn marks() -> impl Strategy<Value = Mark> {
    prop_oneof![
        limits().prop_map(|limit| Mark::Start { limit }),
        select(PauseReason::VARIANTS).prop_map(|why| Mark::Pause { why }),
        Just(Mark::Resume),
        limits().prop_map(|by| Mark::Extend { by }),
        Just(Mark::Stop),
        Just(Mark::Restart),
        (0i64..60_000).prop_map(|minutes| Mark::Cap { at: moment(minutes) }),
    ]
}

/// A start followed by any marks, up to 60 days long, in order.
fn stories() -> impl Strategy<Value = Vec<Tick>> {
    (limits(), 0i64..20_000, vec((0i64..6_000, marks()), 0..12)).prop_map(|(limit, begin, rest)| {
        let mut minutes = begin;
        let first = Tick { at: moment(begin), mark: Mark::Start { limit } };
        let rest = rest.into_iter().map(|(gap, mark)| {
            minutes += gap;
            Tick { at: moment(minutes), mark }
        });
        std::iter::once(first).chain(rest).collect()
    })
}

fn check_intervals(clock: &Reckoning) -> Result<(), TestCaseError> {
    let Some(start) = clock.started_at else {
        prop_assert!(clock.intervals.is_empty());
        return Ok(());
    };
    let mut end = start;
    for (i, interval) in clock.intervals.iter().enumerate() {
        prop_assert_eq!(interval.from, end);
        prop_assert!(interval.from < interval.to);
        prop_assert!((0..=interval.to.since(interval.from)).contains(&interval.counted_ms));
        prop_assert_eq!(interval.counted_ms > 0, interval.kind == IntervalKind::Counted);
        prop_assert!(i == 0 || clock.intervals[i - 1].kind != interval.kind, "unmerged at {}", i);
        end = interval.to;
    }
    prop_assert_eq!(end.since(start), clock.total_ms);
    prop_assert_eq!(clock.intervals.iter().map(|i| i.counted_ms).sum::<i64>(), clock.used_ms);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 50_000, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn intervals_are_contiguous_ordered_merged_and_sum_to_the_used_time(
        calendar in calendars(), ticks in stories(), now in 0i64..150_000,
    ) {
        let clock = reckon(&ticks, &calendar, moment(now));
        check_intervals(&clock)?;
        prop_assert_eq!(clock.late, clock.late_since.is_some());
        prop_assert_eq!(clock.late, clock.late_ms > 0);
        prop_assert!(clock.late || clock.late_working_ms == 0);
        prop_assert!(clock.late_working_ms <= clock.late_ms);
    }

    #[test]
    fn used_and_total_time_never_fall_as_time_goes_on(
        calendar in calendars(), ticks in stories(), a in 0i64..120_000, b in 0i64..120_000,
    ) {
        let (early, late) = (a.min(b), a.max(b));
        let (early, late) = (reckon(&ticks, &calendar, moment(early)), reckon(&ticks, &calendar, moment(late)));
        prop_assert!(early.used_ms <= late.used_ms);
        prop_assert!(early.total_ms <= late.total_ms);
        prop_assert!(early.allowed_ms <= late.allowed_ms);
    }

    #[test]
    fn at_the_due_moment_all_allowed_time_is_used_and_a_millisecond_later_it_is_late(
        calendar in calendars(), ticks in stories(), now in 0i64..120_000,
    ) {
        let before = reckon(&ticks, &calendar, moment(now));
        prop_assume!(before.state == ClockState::Running && !before.late);
        let due = before.due_at.unwrap();
        let known: Vec<Tick> = ticks.into_iter().filter(|tick| tick.at <= moment(now)).collect();
        let sharp = reckon(&known, &calendar, due.max(moment(now)));
        let is_capped = sharp.cap_at == Some(due);
        prop_assert!(sharp.used_ms == sharp.allowed_ms || is_capped && sharp.used_ms < sharp.allowed_ms);
        prop_assert_eq!(sharp.due_at, Some(due));
        prop_assert_eq!(before.late_at, Some(due));
        prop_assert!(!sharp.late);
        if due >= moment(now) {
            let after = reckon(&known, &calendar, due.plus_ms(1));
            prop_assert_eq!((after.late_since, after.late_ms), (Some(due), 1));
            prop_assert!(reckon(&known, &calendar, due.plus_ms(-1)).used_ms < sharp.allowed_ms);
        }
    }

    #[test]
    fn pausing_and_resuming_at_once_changes_nothing(
        calendar in calendars(), ticks in stories(), moved in 0i64..100_000, now in 0i64..120_000,
        why in select(PauseReason::VARIANTS),
    ) {
        let at = moment(moved);
        prop_assume!(reckon(&ticks, &calendar, at).state == ClockState::Running);
        let cut = ticks.partition_point(|tick| tick.at <= at);
        let blip = [Tick { at, mark: Mark::Pause { why } }, Tick { at, mark: Mark::Resume }];
        let with: Vec<Tick> = ticks[..cut].iter().chain(&blip).chain(&ticks[cut..]).copied().collect();
        let now = moment(now);
        prop_assert_eq!(reckon(&with, &calendar, now), reckon(&ticks, &calendar, now));
    }

    #[test]
    fn one_more_pause_never_brings_the_due_moment_forward(
        calendar in calendars(), limit in limits(), begin in 0i64..20_000, gap in 0i64..20_000, length in 0i64..9_000,
    ) {
        let mut ticks = vec![Tick { at: moment(begin), mark: Mark::Start { limit } }];
        let now = moment(begin + gap + length);
        let plain = reckon(&ticks, &calendar, now);
        ticks.push(Tick { at: moment(begin + gap), mark: Mark::Pause { why: PauseReason::Dispute } });
        ticks.push(Tick { at: now, mark: Mark::Resume });
        let paused = reckon(&ticks, &calendar, now);
        prop_assert!(paused.due_at >= plain.due_at);
        prop_assert!(paused.used_ms <= plain.used_ms && paused.late_ms <= plain.late_ms);
    }

    #[test]
    fn past_the_authoritys_deadline_all_time_is_late_but_that_at_the_checkers_door(
        calendar in calendars(), ticks in stories(), cap in 0i64..60_000, now in 0i64..90_000,
    ) {
        let now = moment(now);
        let mut ticks: Vec<Tick> = ticks.into_iter().filter(|t| !matches!(t.mark, Mark::Cap { .. })).collect();
        let plain = reckon(&ticks, &calendar, now);
        let Some(start) = plain.started_at else { return Ok(()) };
        let cap = moment(cap).max(start);
        ticks.insert(1, Tick { at: start, mark: Mark::Cap { at: cap } });
        let capped = reckon(&ticks, &calendar, now);
        // A pause hides the due moment; resumed at once it shows it again.
        ticks.remove(1);
        ticks.retain(|tick| tick.at <= now);
        if plain.state == ClockState::Paused {
            ticks.push(Tick { at: now, mark: Mark::Resume });
        }
        let due = reckon(&ticks, &calendar, now).due_at;
        let late = |interval: &super::reckon::Interval| {
            let deadline = match interval.kind {
                IntervalKind::Paused { why: PauseReason::Inspection } => return 0,
                IntervalKind::Paused { .. } => cap,
                _ => due.map_or(cap, |due| due.min(cap)),
            };
            interval.to.since(interval.from.max(deadline)).max(0)
        };
        prop_assert_eq!(capped.late_ms, plain.intervals.iter().map(late).sum::<i64>());
        prop_assert_eq!(&capped.intervals, &plain.intervals);
        prop_assert_eq!(capped.used_ms, plain.used_ms);
        prop_assert!(capped.due_at.is_some_and(|due| due <= cap), "no pause and no extension moves it");
    }

    #[test]
    fn working_time_equals_a_count_minute_by_minute(
        calendar in calendars(), begin in 0i64..40_000, length in 0i64..20_000,
    ) {
        let works = |minute: i64| {
            let at = moment(minute);
            let of_day = at.ms_of_day() / MINUTE_MS;
            let on = |s: &Shift| (i64::from(s.from_min)..i64::from(s.to_min)).contains(&of_day);
            calendar.is_working_day(at.date()) && calendar.hours().iter().any(on)
        };
        let counted = (begin..begin + length).filter(|m| works(*m)).count() as i64;
        prop_assert_eq!(calendar.worked_ms(moment(begin), moment(begin + length)), counted * MINUTE_MS);
    }

    #[test]
    fn working_days_end_at_the_same_time_of_day_that_many_working_days_later(
        calendar in calendars(), amount in 1u32..30, begin in 0i64..40_000,
    ) {
        // Inside a shift, where a time of day means the same on every working day.
        let Some((from, to)) = calendar.working_spans(moment(begin), moment(begin + 200_000)).next() else {
            return Ok(());
        };
        prop_assume!(to.since(from) > MINUTE_MS);
        let start = from.plus_ms(MINUTE_MS);
        let mark = Mark::Start { limit: Limit { amount, unit: LimitUnit::WorkDays } };
        let due = reckon(&[Tick { at: start, mark }], &calendar, start).due_at.unwrap();
        let mut later = start.date().iter_days().skip(1).filter(|date| calendar.is_working_day(*date));
        let date = later.nth(amount as usize - 1).unwrap();
        prop_assert_eq!((due.date(), due.ms_of_day()), (date, start.ms_of_day()));
    }

    #[test]
    fn ticks_from_anywhere_in_any_order_never_panic(
        calendar in calendars(), ticks in vec((any::<i64>(), marks()), 0..12), now in any::<i64>(), big in any::<u32>(),
    ) {
        let mut ticks: Vec<Tick> =
            ticks.into_iter().map(|(ms, mark)| Tick { at: Moment::from_ms(ms), mark }).collect();
        for unit in LimitUnit::VARIANTS {
            ticks.push(Tick { at: Moment::from_ms(0), mark: Mark::Extend { by: Limit { amount: big, unit: *unit } } });
        }
        for now in [now, 0, i64::MIN, i64::MAX] {
            let clock = reckon(&ticks, &calendar, Moment::from_ms(now));
            check_intervals(&clock)?;
            explain(&clock, Limit { amount: 1, unit: LimitUnit::WorkHours });
        }
    }

    #[test]
    fn printed_sums_hold_as_printed(
        calendar in calendars(), mut ticks in stories(), jitter in 0i64..DAY_MS, now in 0i64..60_000,
    ) {
        for tick in &mut ticks {
            tick.at = tick.at.plus_ms(jitter);
        }
        let clock = reckon(&ticks, &calendar, moment(now).plus_ms(jitter / 3));
        for line in explain(&clock, Limit { amount: 1, unit: LimitUnit::WorkHours }) {
            let Some((left, right)) = line.split_once(" 分 = ") else { continue };
            let numbers = |text: &str| -> Vec<i64> {
                text.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|n| n.parse().ok()).collect()
            };
            let total = numbers(right)[0];
            let terms = numbers(left);
            let sum = match left.split_once(" − ") {
                Some(_) => terms[0] - terms[1],
                None if left.starts_with("延期") => terms[1..].iter().sum(),
                None => terms.iter().sum(),
            };
            prop_assert_eq!(sum, total, "{}", line);
        }
    }
}
