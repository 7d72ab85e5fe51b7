//! Ladders: ordered rungs with conditions, per ticket (提醒 → 督办单 → 主要负责人 → 党组) and per unit (通报 → 约谈 →
//! 效能问责 → 纪委监委). It says which rung is next and why; it refuses ladders with a missing rung.

mod ticket;
mod unit;

use chrono::{Datelike as _, NaiveDate};

use crate::clock::calendar::Calendar;
use crate::time::{DAY_MS, MINUTE_MS, Moment};

pub use ticket::{Facts, Issued, Next, Rung, TicketLadder, When, next};
pub use unit::{Trouble, UnitFacts, UnitLadder, UnitRung, next_for_unit};

/// The moment at which `minutes` of working time have passed since `from`; a year later when the calendar has none.
pub fn after_working(calendar: &Calendar, from: Moment, minutes: u32) -> Moment {
    let mut left = i64::from(minutes) * MINUTE_MS;
    let horizon = from.plus_ms(366 * DAY_MS);
    for (begin, end) in calendar.working_spans(from, horizon) {
        let length = end.since(begin);
        if left <= length {
            return begin.plus_ms(left);
        }
        left -= length;
    }
    horizon
}

/// The number of the half month in which a day lies, one more for each following one.
pub fn half_month(day: NaiveDate) -> i32 {
    (day.year() * 12 + day.month0() as i32) * 2 + i32::from(day.day() > 15)
}

/// How many half months in a row, the last of them the newest given, have one of these moments.
pub fn in_a_row(moments: &[Moment]) -> u32 {
    let mut periods: Vec<i32> = moments.iter().map(|moment| half_month(moment.date())).collect();
    periods.sort_unstable();
    periods.dedup();
    let gap = periods.windows(2).rev().position(|pair| pair[1] != pair[0] + 1);
    gap.map_or(periods.len(), |at| at + 1) as u32
}

#[cfg(test)]
mod tests;
