//! Time limits: an amount and the kind of unit it is counted in. It refuses amounts that no standard would set
//! and never converts between working and continuous time on its own.

use super::calendar::Calendar;
use crate::time::{DAY_MS, HOUR_MS};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use strum::VariantArray;

/// The largest amount that a limit may have, in its unit.
const MOST: u32 = 10_000;

word! {
    /// What one unit of a limit is, as city catalogues of 立结案标准 name them.
    LimitUnit {
        /// 紧急工作时: hours that run day and night.
        UrgentHours "紧急工作时",
        /// 工作时: hours inside the shifts of working days.
        WorkHours "工作时",
        /// 工作日: standard working days of the calendar.
        WorkDays "工作日",
        /// 自然日: 24 hours each, day and night.
        CalendarDays "自然日",
    }
}

impl LimitUnit {
    /// Whether only working time counts.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::WorkHours | Self::WorkDays)
    }

    /// Length of one unit in milliseconds of the time that it counts.
    fn length_ms(self, calendar: &Calendar) -> i64 {
        match self {
            Self::UrgentHours | Self::WorkHours => HOUR_MS,
            Self::WorkDays => calendar.day_length_ms(),
            Self::CalendarDays => DAY_MS,
        }
    }
}

/// Why a limit was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitFault {
    /// The amount isn't a whole number from 1 to 10,000.
    #[error("时限须为 1 至 {MOST} 的整数")]
    Amount,
    /// The unit isn't one of the four.
    #[error("时限单位须为 紧急工作时、工作时、工作日 或 自然日")]
    Unit,
}

/// How long the lead may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Limit {
    /// How many units, 1 to 10,000 when it came through [`Limit::new`], serde or [`FromStr`].
    pub amount: u32,
    /// What is counted.
    pub unit: LimitUnit,
}

/// A limit as written by someone else.
#[derive(Deserialize)]
struct Unchecked {
    amount: u32,
    unit: LimitUnit,
}

impl TryFrom<Unchecked> for Limit {
    type Error = LimitFault;

    fn try_from(raw: Unchecked) -> Result<Self, LimitFault> {
        Self::new(raw.amount, raw.unit)
    }
}

impl Limit {
    /// Makes a limit of 1 to 10,000 units.
    pub const fn new(amount: u32, unit: LimitUnit) -> Result<Self, LimitFault> {
        if amount == 0 || amount > MOST { Err(LimitFault::Amount) } else { Ok(Self { amount, unit }) }
    }

    /// The limit as people write it, such as `4 工作时`.
    pub fn label(self) -> String {
        format!("{} {}", self.amount, self.unit.label())
    }

    /// Whether `other` counts the same kind of time, so that it can extend this limit.
    pub const fn compatible(self, other: Self) -> bool {
        self.unit.is_working() == other.unit.is_working()
    }

    /// Milliseconds of the counted time: working time for working units, natural time for the others.
    pub fn length_ms(self, calendar: &Calendar) -> i64 {
        i64::from(self.amount).saturating_mul(self.unit.length_ms(calendar))
    }

    /// Milliseconds that this limit adds to a clock that counts the time of `clock`.
    ///
    /// Limits of the same kind of time add as they are. Otherwise a day is taken for a day: one working day
    /// (the calendar's standard length) stands for 24 hours. Requests of that sort are refused beforehand with
    /// [`Limit::compatible`]; this keeps old records countable.
    pub(super) fn length_on(self, clock: LimitUnit, calendar: &Calendar) -> i64 {
        let own = self.length_ms(calendar);
        let scaled = |numerator: i64, denominator: i64| {
            let product = i128::from(own) * i128::from(numerator) / i128::from(denominator);
            i64::try_from(product).unwrap_or(i64::MAX)
        };
        match (self.unit.is_working(), clock.is_working()) {
            (true, false) => scaled(DAY_MS, calendar.day_length_ms()),
            (false, true) => scaled(calendar.day_length_ms(), DAY_MS),
            _ => own,
        }
    }
}

impl FromStr for Limit {
    type Err = LimitFault;

    /// Reads `4 工作时`, `4工作时` or `4 work_hours`.
    fn from_str(text: &str) -> Result<Self, LimitFault> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (amount, unit) = text.split_at(digits);
        let amount = amount.parse().map_err(|_| LimitFault::Amount)?;
        let unit = unit.trim();
        let named = LimitUnit::VARIANTS.iter().copied().find(|u| u.label() == unit);
        let unit = named.or_else(|| unit.parse().ok()).ok_or(LimitFault::Unit)?;
        Self::new(amount, unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_reads_its_own_label_in_every_unit() {
        for &unit in LimitUnit::VARIANTS {
            let limit = Limit::new(15, unit).unwrap();
            assert_eq!(limit.label().parse(), Ok(limit));
            assert_eq!(format!("15{unit}").parse(), Ok(limit));
        }
    }

    #[test]
    fn amounts_outside_one_to_ten_thousand_are_refused_on_every_way_in() {
        for text in
            ["0 工作时", "10001 工作日", "工作日", "", "-3 工作日", "99999999999 自然日", "4.5 工作时"]
        {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Limit>(r#"{"amount":0,"unit":"work_days"}"#).is_err());
        assert!(serde_json::from_str::<Limit>(r#"{"amount":10001,"unit":"work_days"}"#).is_err());
        assert!(serde_json::from_str::<Limit>(r#"{"amount":3,"unit":"weeks"}"#).is_err());
        let three: Limit = serde_json::from_str(r#"{"amount":3,"unit":"work_days"}"#).unwrap();
        assert_eq!(three.label(), "3 工作日");
        assert_eq!("4 小时".parse::<Limit>(), Err(LimitFault::Unit));
    }

    #[test]
    fn working_and_continuous_limits_do_not_extend_each_other() {
        let limit = |unit| Limit { amount: 1, unit };
        use LimitUnit::{CalendarDays, UrgentHours, WorkDays, WorkHours};
        assert!(limit(WorkHours).compatible(limit(WorkDays)));
        assert!(limit(UrgentHours).compatible(limit(CalendarDays)));
        assert!(!limit(WorkDays).compatible(limit(CalendarDays)));
        assert!(!limit(UrgentHours).compatible(limit(WorkHours)));
    }

    #[test]
    fn between_the_two_kinds_a_day_stands_for_a_day() {
        let calendar = Calendar::plain();
        let day = calendar.day_length_ms();
        let limit = |amount, unit| Limit { amount, unit };
        assert_eq!(limit(2, LimitUnit::CalendarDays).length_on(LimitUnit::WorkHours, &calendar), 2 * day);
        assert_eq!(limit(2, LimitUnit::WorkDays).length_on(LimitUnit::UrgentHours, &calendar), 2 * DAY_MS);
        assert_eq!(limit(2, LimitUnit::WorkDays).length_on(LimitUnit::WorkHours, &calendar), 15 * HOUR_MS);
    }
}
