//! Guarded periods (六节两考): days, or only the nights of days, in which some worklines have shorter limits. It refuses to
//! lengthen a limit, and to shorten one below a single unit.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::limit::Limit;
use crate::config::Check;
use crate::time::{MINUTE_MS, Moment};
use crate::workline::Workline;

/// Minutes in a civil day.
const DAY_MIN: u16 = 24 * 60;

/// All guarded periods of a city; none until it names them, for holidays and examinations move from year to year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardedPeriods {
    /// In any order; where several hold at once the strictest counts.
    pub periods: Vec<GuardedPeriod>,
}

/// One period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardedPeriod {
    /// Such as 高考.
    pub name: String,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day, included.
    pub last_day: NaiveDate,
    /// First minute of the day in which it holds; all day without it. Later than `to_minute` it runs through midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_minute: Option<u16>,
    /// Minute before which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_minute: Option<u16>,
    /// The worklines that it concerns; all of them when empty.
    #[serde(default)]
    pub worklines: Vec<Workline>,
    /// The limit's length in it, percent of the usual, 10 to 100.
    pub percent: u32,
}

impl Check for GuardedPeriods {
    fn check(&self) -> Result<(), String> {
        for (position, period) in self.periods.iter().enumerate() {
            period.fault().map_or(Ok(()), |fault| Err(format!("第 {} 个重点时段{fault}", position + 1)))?;
        }
        Ok(())
    }
}

impl GuardedPeriod {
    fn fault(&self) -> Option<&'static str> {
        let minutes = [self.from_minute, self.to_minute];
        if self.name.trim().is_empty() {
            Some("没有名称")
        } else if self.first_day > self.last_day {
            Some("的起始日晚于结束日")
        } else if self.from_minute.is_some() != self.to_minute.is_some() {
            Some("须同时写明起止分钟")
        } else if minutes.iter().flatten().any(|minute| *minute > DAY_MIN) {
            Some("的分钟须在 0 到 1440 之间")
        } else if self.from_minute.is_some() && self.from_minute == self.to_minute {
            Some("的起止分钟相同")
        } else if !(10..=100).contains(&self.percent) {
            Some("的时限比例须在 10 到 100 之间")
        } else {
            None
        }
    }

    /// Whether it holds at a moment: a night that runs through midnight belongs to the day on which it begins.
    fn holds(&self, workline: Workline, at: Moment) -> bool {
        let minute = at.ms_of_day() / MINUTE_MS;
        let (date, in_window) = match self.from_minute.zip(self.to_minute) {
            None => (Some(at.date()), true),
            Some((from, to)) => {
                let (from, to) = (i64::from(from), i64::from(to));
                match from <= to {
                    true => (Some(at.date()), (from..to).contains(&minute)),
                    false if minute < to => (at.date().checked_sub_days(Days::new(1)), true),
                    false => (Some(at.date()), minute >= from),
                }
            }
        };
        let concerned = self.worklines.is_empty() || self.worklines.contains(&workline);
        concerned && in_window && date.is_some_and(|date| (self.first_day..=self.last_day).contains(&date))
    }
}

/// The shorter limit of a ticket that begins at `at`, with the period's name; `None` where nothing becomes shorter. Parts of
/// a unit count in the handler's favour, so that a limit of one unit stays.
pub fn shorten(
    limit: Limit,
    workline: Workline,
    at: Moment,
    guarded: &GuardedPeriods,
) -> Option<(Limit, String)> {
    let holding = guarded.periods.iter().filter(|period| period.holds(workline, at));
    let strictest = holding.min_by_key(|period| period.percent)?;
    let percent = u64::from(strictest.percent.min(100));
    let amount = (u64::from(limit.amount) * percent).div_ceil(100).max(1);
    let amount = u32::try_from(amount).unwrap_or(limit.amount);
    (amount < limit.amount).then(|| (Limit { amount, ..limit }, strictest.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::limit::LimitUnit;

    fn exam() -> GuardedPeriod {
        GuardedPeriod {
            name: "高考".into(),
            first_day: NaiveDate::from_ymd_opt(2026, 6, 7).unwrap(),
            last_day: NaiveDate::from_ymd_opt(2026, 6, 9).unwrap(),
            from_minute: Some(22 * 60),
            to_minute: Some(6 * 60),
            worklines: vec![Workline::Trading],
            percent: 50,
        }
    }

    fn given(text: &str) -> Option<u32> {
        let at = Moment::parse(&format!("{}:00+08:00", text.replace(' ', "T"))).unwrap();
        let limit = Limit { amount: 5, unit: LimitUnit::WorkHours };
        let guarded = GuardedPeriods { periods: vec![exam()] };
        assert_eq!(shorten(limit, Workline::Housing, at, &guarded), None, "another workline");
        shorten(limit, Workline::Trading, at, &guarded).map(|(limit, _)| limit.amount)
    }

    #[test]
    fn a_guarded_night_belongs_to_the_day_on_which_it_begins() {
        assert_eq!(given("2026-06-07 03:00"), None, "the night before the first day");
        assert_eq!(given("2026-06-07 21:59"), None);
        assert_eq!(given("2026-06-07 22:00"), Some(3), "half of five hours, rounded in the handler's favour");
        assert_eq!(given("2026-06-10 05:59"), Some(3), "the last night ends on the morning after");
        assert_eq!(given("2026-06-10 06:00"), None);
        assert_eq!(given("2026-06-10 22:00"), None);
    }

    #[test]
    fn the_strictest_of_several_periods_counts_and_one_unit_stays_one_unit() {
        let at = Moment::parse("2026-06-08T23:00:00+08:00").unwrap();
        let all_day = GuardedPeriod {
            name: "创城复查".into(),
            from_minute: None,
            to_minute: None,
            worklines: Vec::new(),
            percent: 80,
            ..exam()
        };
        let guarded = GuardedPeriods { periods: vec![all_day, exam()] };
        let limit = |amount| Limit { amount, unit: LimitUnit::WorkDays };
        assert_eq!(shorten(limit(10), Workline::Trading, at, &guarded), Some((limit(5), "高考".into())));
        assert_eq!(shorten(limit(10), Workline::Roads, at, &guarded), Some((limit(8), "创城复查".into())));
        assert_eq!(shorten(limit(1), Workline::Trading, at, &guarded), None);
    }

    #[test]
    fn periods_that_contradict_themselves_are_refused_by_their_place() {
        let check = |change: fn(&mut GuardedPeriod)| {
            let mut bad = exam();
            change(&mut bad);
            GuardedPeriods { periods: vec![exam(), bad] }.check()
        };
        assert_eq!(check(|_| {}), Ok(()));
        let faults: [fn(&mut GuardedPeriod); 6] = [
            |p| p.name = " ".into(),
            |p| p.last_day = p.first_day - Days::new(1),
            |p| p.to_minute = None,
            |p| p.to_minute = Some(1441),
            |p| p.to_minute = p.from_minute,
            |p| p.percent = 9,
        ];
        for fault in faults {
            let said = check(fault).unwrap_err();
            assert!(said.starts_with("第 2 个重点时段"), "{said}");
        }
    }
}
