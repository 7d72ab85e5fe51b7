//! Worked examples on the shipped calendar, each dated so that a clerk can check it by hand.

use super::calendar::{Calendar, CalendarFault, CalendarRow, Day, DaySort, Shift, default_hours};
use super::limit::Limit;
use super::reckon::{ClockState, IntervalKind, Mark, PauseReason, Reckoning, Tick, explain, reckon};
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment};
use chrono::NaiveDate;
use std::collections::BTreeMap;

const SHIPPED: &str = include_str!("../../../reference/calendar.csv");

fn rows() -> Vec<CalendarRow> {
    let row = |line: &str| {
        let [date, kind, name, source] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        CalendarRow {
            date: date.parse().unwrap(),
            kind: kind.parse().unwrap(),
            name: name.to_owned(),
            source: source.to_owned(),
        }
    };
    SHIPPED.lines().skip(1).map(row).collect()
}

fn calendar() -> Calendar {
    Calendar::from_rows(default_hours(), rows()).unwrap()
}

/// `at("2026-02-13 16:30")` in China.
fn at(text: &str) -> Moment {
    Moment::parse(&format!("{}:00+08:00", text.replace(' ', "T"))).unwrap()
}

fn tick(moment: &str, mark: Mark) -> Tick {
    Tick { at: at(moment), mark }
}

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

fn start(moment: &str, text: &str) -> Tick {
    tick(moment, Mark::Start { limit: limit(text) })
}

const fn pause(why: PauseReason) -> Mark {
    Mark::Pause { why }
}

fn read(ticks: &[Tick], now: &str) -> Reckoning {
    reckon(ticks, &calendar(), at(now))
}

#[track_caller]
fn assert_due(begin: &str, text: &str, due: &str) {
    assert_eq!(read(&[start(begin, text)], begin).due_at, Some(at(due)), "{begin} + {text}");
}

#[test]
fn four_working_hours_given_at_1630_before_spring_festival_2026_end_on_the_make_up_saturday() {
    assert_due("2026-02-13 16:30", "4 工作时", "2026-02-14 11:30");
}

#[test]
fn two_working_days_from_the_last_day_before_spring_festival_2026_skip_nine_days_off() {
    assert_due("2026-02-14 10:00", "2 工作日", "2026-02-25 10:00");
}

#[test]
fn the_saturday_after_spring_festival_2026_is_worked_and_the_sunday_is_not() {
    assert_due("2026-02-27 15:00", "1 工作日", "2026-02-28 15:00");
    assert_due("2026-02-28 15:00", "1 工作日", "2026-03-02 15:00");
}

#[test]
fn urgent_hours_and_calendar_days_run_through_new_years_eve_2026() {
    assert_due("2026-02-16 20:00", "2 紧急工作时", "2026-02-16 22:00");
    assert_due("2026-02-14 10:00", "3 自然日", "2026-02-17 10:00");
}

#[test]
fn one_working_day_over_the_september_make_up_sunday_2026_ends_on_that_sunday() {
    assert_due("2026-09-18 17:00", "1 工作日", "2026-09-20 17:00");
}

#[test]
fn three_working_days_over_national_day_2026_count_the_make_up_saturday_as_the_third() {
    assert_due("2026-09-30 09:00", "3 工作日", "2026-10-10 09:00");
}

#[test]
fn eight_days_off_in_october_2025_leave_one_working_hour_to_the_ninth() {
    assert_due("2025-09-30 17:00", "1 工作时", "2025-10-09 09:00");
}

#[test]
fn work_given_at_night_is_due_at_the_end_of_the_next_working_day_not_on_the_morning_after() {
    assert_due("2026-03-02 22:00", "1 工作日", "2026-03-03 17:30");
}

#[test]
fn a_clock_due_at_the_end_of_work_is_late_in_natural_time_all_night_but_not_in_working_time() {
    let ticks = [start("2026-03-02 13:30", "4 工作时")];
    let sharp = read(&ticks, "2026-03-02 17:30");
    assert_eq!((sharp.due_at, sharp.late, sharp.left_ms()), (Some(at("2026-03-02 17:30")), false, 0));
    let night = read(&ticks, "2026-03-02 20:00");
    assert!(night.late);
    assert_eq!(night.late_since, Some(at("2026-03-02 17:30")));
    assert_eq!((night.late_ms, night.late_working_ms), (150 * MINUTE_MS, 0));
    let morning = read(&ticks, "2026-03-03 09:00");
    assert_eq!((morning.late_ms, morning.late_working_ms), (15 * HOUR_MS + 30 * MINUTE_MS, 30 * MINUTE_MS));
}

#[test]
fn a_dispute_stops_the_leads_clock_but_not_the_total_clock() {
    let ticks = [
        start("2026-03-02 09:00", "4 工作时"),
        tick("2026-03-02 10:00", pause(PauseReason::Dispute)),
        tick("2026-03-04 10:00", Mark::Resume),
    ];
    let open = read(&ticks, "2026-03-03 10:00");
    assert_eq!((open.state, open.due_at, open.late), (ClockState::Paused, None, false));
    let clock = read(&ticks, "2026-03-04 11:00");
    assert_eq!(clock.used_ms, 2 * HOUR_MS);
    assert_eq!(clock.total_ms, 2 * DAY_MS + 2 * HOUR_MS);
    assert_eq!(clock.due_at, Some(at("2026-03-04 14:30")));
}

#[test]
fn lateness_does_not_grow_while_a_late_case_is_paused() {
    let ticks = [
        start("2026-03-02 09:00", "1 工作时"),
        tick("2026-03-02 11:00", pause(PauseReason::Suspension)),
        tick("2026-03-03 09:00", Mark::Resume),
    ];
    let paused = read(&ticks, "2026-03-02 17:00");
    assert_eq!((paused.state, paused.late, paused.late_ms), (ClockState::Paused, true, HOUR_MS));
    assert_eq!(read(&ticks, "2026-03-03 09:30").late_ms, 90 * MINUTE_MS);
}

#[test]
fn a_case_paused_at_the_very_moment_it_is_due_is_late_only_from_the_resume() {
    let ticks = [
        start("2026-03-02 09:00", "1 工作时"),
        tick("2026-03-02 10:00", pause(PauseReason::Dispute)),
        tick("2026-03-02 15:00", Mark::Resume),
    ];
    assert!(!read(&ticks, "2026-03-02 15:00").late);
    let clock = read(&ticks, "2026-03-02 15:01");
    assert_eq!((clock.late_since, clock.late_ms), (Some(at("2026-03-02 15:00")), MINUTE_MS));
}

#[test]
fn rework_goes_on_with_what_is_left_and_the_wait_at_the_checkers_door_is_shown() {
    let ticks = [
        start("2026-03-02 09:00", "4 工作时"),
        tick("2026-03-02 11:00", Mark::Stop),
        tick("2026-03-03 09:00", Mark::Restart),
    ];
    let stopped = read(&ticks, "2026-03-02 16:00");
    assert_eq!((stopped.state, stopped.used_ms), (ClockState::Stopped, 2 * HOUR_MS));
    assert_eq!(stopped.total_ms, 2 * HOUR_MS);
    assert_eq!(stopped.due_at, Some(at("2026-03-02 14:30")));
    let again = read(&ticks, "2026-03-03 09:10");
    assert_eq!((again.state, again.due_at), (ClockState::Running, Some(at("2026-03-03 11:00"))));
    assert_eq!(again.intervals[1].kind, IntervalKind::Paused { why: PauseReason::Inspection });
}

#[test]
fn an_extension_granted_after_the_fact_takes_the_lateness_away() {
    let begun = start("2026-03-02 09:00", "2 工作时");
    let granted = tick("2026-03-02 15:00", Mark::Extend { by: limit("1 工作日") });
    assert!(read(&[begun, granted], "2026-03-02 14:59").late);
    let clock = read(&[begun, granted], "2026-03-02 15:00");
    assert_eq!((clock.late, clock.due_at), (false, Some(at("2026-03-03 11:00"))));
    assert_eq!((clock.limit_ms, clock.allowed_ms), (2 * HOUR_MS, 9 * HOUR_MS + 30 * MINUTE_MS));
}

#[test]
fn an_extension_of_the_other_kind_of_time_counts_a_day_for_a_day() {
    let ticks = [
        start("2026-03-02 09:00", "1 工作日"),
        tick("2026-03-02 10:00", Mark::Extend { by: limit("2 自然日") }),
    ];
    assert_eq!(read(&ticks, "2026-03-02 11:00").due_at, Some(at("2026-03-05 09:00")));
}

#[test]
fn the_authoritys_deadline_holds_when_it_is_sooner_whatever_is_paused_or_extended() {
    let capped = |extra: &[Tick], now: &str| {
        let cap = tick("2026-03-02 09:00", Mark::Cap { at: at("2026-03-03 10:00") });
        let mut ticks = vec![start("2026-03-02 09:00", "5 工作日"), cap];
        ticks.extend(extra);
        read(&ticks, now)
    };
    assert_eq!(capped(&[], "2026-03-02 12:00").due_at, Some(at("2026-03-03 10:00")));
    let extended = [tick("2026-03-02 11:00", Mark::Extend { by: limit("9 工作日") })];
    assert_eq!(capped(&extended, "2026-03-02 12:00").due_at, Some(at("2026-03-03 10:00")));
    let suspended = [tick("2026-03-02 11:00", pause(PauseReason::Suspension))];
    assert_eq!(capped(&suspended, "2026-03-02 11:00").late_at, Some(at("2026-03-03 10:00")));
    let clock = capped(&suspended, "2026-03-03 12:00");
    assert_eq!((clock.state, clock.due_at), (ClockState::Paused, Some(at("2026-03-03 10:00"))));
    assert_eq!((clock.late_since, clock.late_ms), (Some(at("2026-03-03 10:00")), 2 * HOUR_MS));
    assert_eq!(clock.late_working_ms, 0, "the unit's own time stood still");
    let handed_in = [tick("2026-03-03 09:30", pause(PauseReason::Inspection))];
    let clock = capped(&handed_in, "2026-03-04 09:30");
    assert_eq!(clock.late_at, None);
    assert!(!clock.late, "what waits at the checker's door was handed in on time");
    let sent_back = [handed_in[0], tick("2026-03-04 10:00", Mark::Resume)];
    let clock = capped(&sent_back, "2026-03-04 11:00");
    assert_eq!((clock.late_ms, clock.late_working_ms), (HOUR_MS, HOUR_MS));
    let later = tick("2026-03-02 09:00", Mark::Cap { at: at("2026-04-01 10:00") });
    let clock = read(&[start("2026-03-02 09:00", "4 工作时"), later], "2026-03-02 10:00");
    assert_eq!(clock.due_at, Some(at("2026-03-02 14:30")), "a later deadline changes nothing");
}

#[test]
fn the_explanation_names_the_authoritys_deadline() {
    let cap = Mark::Cap { at: at("2026-03-02 11:00") };
    let ticks = [start("2026-03-02 09:00", "4 工作时"), tick("2026-03-02 09:00", cap)];
    let lines = explain(&read(&ticks, "2026-03-02 12:00"), limit("4 工作时"));
    let expected = [
        "时限 4 工作时 = 240 分",
        "上级交办时限 03-02 11:00，与时限取早者，暂停与延期均不顺延",
        "已用 180 分",
        "超过上级交办时限（自 03-02 11:00 起，自然时间 1小时）",
        "到期 03-02 11:00（上级交办时限）",
        "总历时 3小时（含非工作时间与暂停）",
    ];
    assert_eq!(lines, expected);
    let json = serde_json::to_string(&ticks[1]).unwrap();
    assert_eq!(serde_json::from_str::<Tick>(&json).unwrap(), ticks[1]);
}

#[test]
fn marks_that_make_no_sense_in_a_state_change_nothing() {
    let sane = [start("2026-03-02 09:00", "4 工作时"), tick("2026-03-02 11:00", pause(PauseReason::Dispute))];
    let wild = [
        tick("2026-03-01 09:00", Mark::Resume),
        tick("2026-03-01 09:00", pause(PauseReason::Inspection)),
        tick("2026-03-01 09:00", Mark::Extend { by: limit("9 工作日") }),
        tick("2026-03-01 10:00", Mark::Stop),
        sane[0],
        tick("2026-03-02 09:30", Mark::Resume),
        tick("2026-03-02 09:40", Mark::Restart),
        start("2026-03-02 09:50", "9 工作日"),
        sane[1],
        tick("2026-03-02 11:30", pause(PauseReason::Suspension)),
        tick("2026-03-02 11:40", Mark::Restart),
    ];
    assert_eq!(read(&wild, "2026-03-02 15:00"), read(&sane, "2026-03-02 15:00"));
    assert_eq!(read(&wild, "2026-03-02 08:00").state, ClockState::Idle);
    assert_eq!(read(&[], "2026-03-02 08:00").total_ms, 0);
}

#[test]
fn a_tick_dated_before_its_predecessor_counts_at_the_predecessors_time() {
    let skewed = [
        start("2026-03-02 09:00", "4 工作时"),
        tick("2026-03-02 11:00", pause(PauseReason::Dispute)),
        tick("2026-03-02 10:59", Mark::Resume),
    ];
    assert_eq!(read(&skewed, "2026-03-02 12:00"), read(&skewed[..1], "2026-03-02 12:00"));
}

#[test]
fn intervals_read_as_sentences_and_name_every_reason() {
    let ticks = [
        start("2026-02-13 16:30", "8 工作时"),
        tick("2026-02-14 08:30", pause(PauseReason::Dispute)),
        tick("2026-02-14 16:00", Mark::Resume),
    ];
    let clock = read(&ticks, "2026-02-24 12:00");
    let sentences: Vec<String> = clock.intervals.iter().map(|i| i.sentence()).collect();
    let expected = [
        "02-13 16:30 → 02-13 17:30 计时 1小时",
        "02-13 17:30 → 02-14 08:30 非工作时间 不计时",
        "02-14 08:30 → 02-14 16:00 会商暂停 7小时30分 不计时",
        "02-14 16:00 → 02-14 17:30 计时 1小时30分",
        "02-14 17:30 → 02-15 00:00 非工作时间 不计时",
        "02-15 00:00 → 02-24 00:00 春节假期 不计时",
        "02-24 00:00 → 02-24 08:30 非工作时间 不计时",
        "02-24 08:30 → 02-24 12:00 计时 3小时30分",
    ];
    assert_eq!(sentences, expected);
}

#[test]
fn the_explanation_of_a_late_extended_and_paused_clock_adds_up() {
    let ticks = [
        start("2026-03-02 09:00", "4 工作时"),
        tick("2026-03-02 10:00", pause(PauseReason::Dispute)),
        tick("2026-03-02 11:00", Mark::Resume),
        tick("2026-03-02 11:30", Mark::Extend { by: limit("1 工作时") }),
    ];
    let lines = explain(&read(&ticks, "2026-03-03 09:15"), limit("4 工作时"));
    let expected = [
        "时限 4 工作时 = 240 分",
        "延期 60 分，共 240 分 + 60 分 = 300 分",
        "已用 60 分 + 60 分 + 240 分 + 45 分 = 405 分",
        "会商暂停 1 次，共 1小时，不计入",
        "超期 405 分 − 300 分 = 105 分（自 03-02 16:30 起，自然时间 16小时45分）",
        "到期 03-02 16:30",
        "总历时 24小时15分（含非工作时间与暂停）",
    ];
    assert_eq!(lines, expected);
    assert!(explain(&read(&[], "2026-03-03 09:15"), limit("4 工作时")).is_empty());
}

#[test]
fn a_clock_of_twenty_years_is_listed_by_runs_of_days_and_then_stands_still() {
    let ticks = [start("2006-01-02 08:30", "10000 工作日")];
    let clock = read(&ticks, "2290-01-01 00:00");
    assert!(clock.intervals.len() < 2_500, "{}", clock.intervals.len());
    assert_eq!(clock.used_ms, clock.intervals.iter().map(|i| i.counted_ms).sum::<i64>());
    assert_eq!(clock.total_ms, 20 * 366 * DAY_MS);
    assert_eq!(clock.due_at.map(|due| due.date().to_string()).as_deref(), Some("2044-06-30"));
}

#[test]
fn ticks_travel_as_flat_json() {
    let begun = start("2026-03-02 09:00", "4 工作时");
    let text = serde_json::to_string(&begun).unwrap();
    let expected = concat!(
        r#"{"at":"2026-03-02T09:00:00.000+08:00","mark":"start","#,
        r#""limit":{"amount":4,"unit":"work_hours"}}"#
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Tick>(&text).unwrap(), begun);
    let clock = read(&[begun, tick("2026-03-02 10:00", pause(PauseReason::Suspension))], "2026-03-02 11:00");
    let value = serde_json::to_value(&clock).unwrap();
    assert_eq!(value["intervals"][1]["kind"], "paused");
    assert_eq!(value["intervals"][1]["why"], "suspension");
}

#[test]
fn the_shipped_calendar_has_the_days_of_each_notice() {
    let calendar = calendar();
    let count = |year: &str| {
        let of_year = calendar.special().filter(|(date, _)| date.to_string().starts_with(year));
        of_year.fold((0, 0), |(off, on), (_, sort)| match sort {
            DaySort::Holiday { .. } => (off + 1, on),
            DaySort::MakeUp { .. } => (off, on + 1),
        })
    };
    // The statutory 13 days of 2027 stand in until its notice is out.
    let expected = [("2024", (28, 8)), ("2025", (28, 5)), ("2026", (33, 6)), ("2027", (13, 0))];
    for (year, days) in expected {
        assert_eq!(count(year), days, "{year}");
        assert!(calendar.covers_year(year.parse().unwrap()));
    }
    assert!(!calendar.covers_year(2023) && !calendar.covers_year(2028) && !calendar.covers_year(i32::MAX));
    let day = |text: &str| calendar.day(text.parse().unwrap());
    assert_eq!(day("2026-02-15"), Day::Holiday("春节"));
    assert_eq!(day("2026-02-14"), Day::Working);
    assert_eq!(day("2026-02-13"), Day::Working);
    assert_eq!(day("2026-03-01"), Day::Weekend);
}

#[test]
fn every_make_up_day_falls_on_a_weekend_and_every_row_names_its_source() {
    let weekdays_only = Calendar::plain();
    for row in rows() {
        assert!(!row.name.is_empty() && !row.source.is_empty(), "{row:?}");
        if row.kind.to_string() == "makeup" {
            assert!(!weekdays_only.is_working_day(row.date), "{row:?}");
        }
    }
}

#[test]
fn calendars_that_contradict_themselves_are_refused() {
    let with = |hours: &[(u16, u16)]| {
        let hours = hours.iter().map(|&(from_min, to_min)| Shift { from_min, to_min }).collect();
        Calendar::new(hours, BTreeMap::new()).map(|c| c.day_length_ms())
    };
    assert_eq!(with(&[]), Err(CalendarFault::NoShift));
    assert_eq!(with(&[(600, 600)]), Err(CalendarFault::BadShift { from_min: 600, to_min: 600 }));
    assert_eq!(with(&[(600, 1441)]), Err(CalendarFault::BadShift { from_min: 600, to_min: 1441 }));
    assert_eq!(with(&[(780, 1020), (500, 781)]), Err(CalendarFault::Overlap { at_min: 780 }));
    assert_eq!(with(&[(720, 1440), (0, 720)]), Ok(DAY_MS));
    let mut twice = rows();
    twice.push(twice[0].clone());
    let date: NaiveDate = twice[0].date;
    assert_eq!(Calendar::from_rows(default_hours(), twice), Err(CalendarFault::Twice(date)));
}
