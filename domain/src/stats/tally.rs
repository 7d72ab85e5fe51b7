//! What one ticket adds to the roll-ups: for each day the counts of what happened to it then. A roll-up is the sum of
//! [`count`] over all tickets and nothing else, so it can be kept by differences and checked by counting again. It
//! refuses to look at a clock, a calendar or another ticket.

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Sub};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::formula::Counts;
pub use super::keys::{Blemish, Dimension, Keys, Mode};
use crate::ticket::Ticket;
use crate::ticket::event::{Cause, Source};
use crate::ticket::state::Stage;
use crate::time::{MINUTE_MS, Moment};

/// Stars from which a rating counts as satisfied.
const SATISFIED_STARS: u8 = 4;
/// Stars up to which a rating counts as unsatisfied.
const UNSATISFIED_STARS: u8 = 2;
/// Minutes after which a case counts as not registered at once (挂号).
const AT_ONCE_MINUTES: i64 = 60;

macro_rules! sums {
    ($($(#[$doc:meta])* $field:ident),+ $(,)?) => {
        /// Additive numbers of a day; names are the columns of the roll-up.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Sums {
            $($(#[$doc])* pub $field: i64,)+
        }

        impl Sums {
            /// The names, in the order of [`Sums::values`].
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            /// The numbers, in the order of [`Sums::COLUMNS`].
            pub fn values(&self) -> Vec<i64> {
                vec![$(self.$field),+]
            }

            /// Reads numbers in the order of [`Sums::COLUMNS`]; what is missing is 0.
            pub fn from_values(values: impl IntoIterator<Item = i64>) -> Self {
                let mut values = values.into_iter();
                Self { $($field: values.next().unwrap_or(0)),+ }
            }
        }

        impl Add for Sums {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self { $($field: self.$field.saturating_add(other.$field)),+ }
            }
        }

        impl Sub for Sums {
            type Output = Self;

            fn sub(self, other: Self) -> Self {
                Self { $($field: self.$field.saturating_sub(other.$field)),+ }
            }
        }
    };
}

sums! {
    /// 受理: reports taken in; on the day it came in.
    opened,
    /// 上图: of those, with a point on the map.
    mapped,
    /// 入表: of those, without one; both add up to `opened`.
    tabled,
    /// 立案, on its day.
    registered,
    /// Minutes from coming in to 立案, summed over `registered`.
    register_minutes,
    /// 立案 later than an hour after coming in.
    registered_late,
    /// 派遣: first handed to a unit, on that day.
    dispatched,
    /// 整治: the last submission of a fix, on its day.
    rectified,
    /// 验收, on its day.
    inspected,
    /// 达标, on its day.
    qualified,
    /// 销号, on its day.
    struck_off,
    /// 不予受理; by the day it came in, as a ticket keeps no day for these four.
    declined,
    /// 并案.
    merged,
    /// 撤回.
    withdrawn,
    /// 案前整改.
    heeded,
    /// 发现: by the day it was found, and of the same tickets how many came how far (六步漏斗).
    found,
    found_registered,
    found_rectified,
    found_inspected,
    found_qualified,
    found_struck_off,
    /// 应结案: by the day its time ran out, or when it didn't, the day it was closed.
    due,
    /// Of those, closed.
    due_closed,
    /// Of those, closed without lateness, or with lateness that an appeal took out.
    due_closed_on_time,
    /// Closed late ones that an upheld appeal took out.
    due_exempt,
    /// 媒体曝光 among the late of `due`: they count twice in the score.
    aired_late,
    /// 返工: cases sent back at least once; on the day of the last submission.
    reworked,
    /// 媒体曝光 among `reworked`.
    aired_reworked,
    /// 自行处置, on the day of the fix.
    self_handled,
    /// Fixes whose pictures' age at submission is known, on the day of the last submission.
    fix_delays,
    /// Their minutes from the picture to its submission.
    fix_delay_minutes,
    /// 会商: cases that a unit returned; by the day of the first dispatch.
    disputed,
    /// 督办: how often they were urged; by the day of the first dispatch.
    supervisions,
    /// 回弹; by the day it came in.
    relapsed,
    /// 已评价; by the day it was closed.
    rated,
    stars_sum,
    /// Four stars and more.
    satisfied,
    /// Two stars and less.
    unsatisfied,
    /// 根因, by the day it was closed.
    cause_policy,
    cause_middle,
    cause_grassroots,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Add::add)
    }
}

impl Sums {
    /// Whether nothing is counted.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Due and neither closed nor taken out: still open and late, when no day of the sums lies ahead.
    pub const fn open_overdue(&self) -> i64 {
        self.due.saturating_sub(self.due_closed)
    }

    /// Closed late and still open late.
    pub const fn late(&self) -> i64 {
        self.due.saturating_sub(self.due_closed_on_time)
    }

    /// What the published rates are made of, for a span of days none of which lies ahead.
    pub fn counts(&self) -> Counts {
        Counts {
            received: self.opened,
            filed: self.registered,
            due_to_close: self.due,
            closed: self.due_closed,
            closed_on_time: self.due_closed_on_time,
            open: self.open_overdue(),
            open_overdue: self.open_overdue(),
            reworked: self.reworked,
            declined: self.declined,
            merged: self.merged,
            rated: self.rated,
            satisfied: self.satisfied,
            self_handled: self.self_handled,
        }
    }
}

/// The days of a ticket's life that counts are put on.
struct Days {
    opened: NaiveDate,
    dispatched: NaiveDate,
    rectified: NaiveDate,
    ended: NaiveDate,
}

impl Days {
    fn of(ticket: &Ticket) -> Self {
        let opened = ticket.opened_at.date();
        let rectified = ticket.stamps.rectified.map_or(opened, Moment::date);
        Self {
            opened,
            dispatched: dispatched_at(ticket).map_or(opened, Moment::date),
            rectified,
            ended: ticket.stamps.struck_off.map_or(rectified, Moment::date),
        }
    }
}

fn dispatched_at(ticket: &Ticket) -> Option<Moment> {
    ticket.assignment.as_ref()?;
    let ticks = ticket.past_ticks.first().unwrap_or(&ticket.ticks);
    ticks.first().map(|tick| tick.at)
}

/// What the ticket adds, one row a day; `late_at` is when it got, or will get, late, in epoch milliseconds.
pub fn count(ticket: &Ticket, late_at: Option<i64>) -> Vec<(NaiveDate, Keys, Sums)> {
    let mut days: BTreeMap<NaiveDate, Sums> = BTreeMap::new();
    let at = Days::of(ticket);
    *days.entry(at.opened).or_default() += arrival(ticket);
    steps(ticket, &mut days);
    *days.entry(ticket.stamps.found.date()).or_default() += funnel(ticket);
    if let Some((day, sums)) = due(ticket, late_at) {
        *days.entry(day).or_default() += sums;
    }
    *days.entry(at.dispatched).or_default() += Sums {
        disputed: i64::from(ticket.disputes > 0),
        supervisions: ticket.supervisions.into(),
        ..Sums::default()
    };
    *days.entry(at.rectified).or_default() += handling(ticket);
    *days.entry(at.ended).or_default() += verdict(ticket);
    let keys = Keys::of(ticket);
    days.into_iter()
        .filter(|(_, sums)| !sums.is_zero())
        .map(|(day, sums)| (day, keys.clone(), sums))
        .collect()
}

/// The blemishes of the ticket, each with the day that [`count`] puts it on.
pub fn blemishes(ticket: &Ticket) -> Vec<(Blemish, NaiveDate)> {
    let at = Days::of(ticket);
    let unsatisfied = ticket.stars.is_some_and(|stars| stars <= UNSATISFIED_STARS);
    [
        (ticket.reworks > 0, Blemish::Reworked, at.rectified),
        (ticket.relapse_nth > 0, Blemish::Relapsed, at.opened),
        (unsatisfied, Blemish::Unsatisfied, at.ended),
    ]
    .into_iter()
    .filter_map(|(holds, blemish, day)| holds.then_some((blemish, day)))
    .collect()
}

fn arrival(ticket: &Ticket) -> Sums {
    let is = |stage| i64::from(ticket.stage() == stage);
    Sums {
        opened: 1,
        mapped: i64::from(ticket.place.is_some()),
        tabled: i64::from(ticket.place.is_none()),
        declined: is(Stage::Declined),
        merged: is(Stage::Merged),
        withdrawn: is(Stage::Withdrawn),
        heeded: i64::from(ticket.heeded),
        relapsed: i64::from(ticket.relapse_nth > 0),
        ..Sums::default()
    }
}

/// What is counted on the day of its own step.
fn steps(ticket: &Ticket, days: &mut BTreeMap<NaiveDate, Sums>) {
    let stamps = &ticket.stamps;
    let minutes = stamps.registered.map_or(0, |at| (at.since(ticket.opened_at) / MINUTE_MS).max(0));
    let registered = Sums {
        registered: 1,
        register_minutes: minutes,
        registered_late: i64::from(minutes > AT_ONCE_MINUTES),
        ..Sums::default()
    };
    let closed = stamps.struck_off.filter(|_| ticket.stage() == Stage::Closed);
    for (at, sums) in [
        (stamps.registered, registered),
        (dispatched_at(ticket), Sums { dispatched: 1, ..Sums::default() }),
        (stamps.rectified, Sums { rectified: 1, ..Sums::default() }),
        (stamps.inspected, Sums { inspected: 1, ..Sums::default() }),
        (stamps.qualified, Sums { qualified: 1, ..Sums::default() }),
        (closed, Sums { struck_off: 1, ..Sums::default() }),
    ] {
        if let Some(at) = at {
            *days.entry(at.date()).or_default() += sums;
        }
    }
}

fn funnel(ticket: &Ticket) -> Sums {
    let stamps = &ticket.stamps;
    let passed = |at: Option<Moment>| i64::from(at.is_some());
    Sums {
        found: 1,
        found_registered: passed(stamps.registered),
        found_rectified: passed(stamps.rectified),
        found_inspected: passed(stamps.inspected),
        found_qualified: passed(stamps.qualified),
        found_struck_off: passed(stamps.struck_off),
        ..Sums::default()
    }
}

/// 应结案: on the day the time ran out; a case closed in time is due on the day it was closed.
fn due(ticket: &Ticket, late_at: Option<i64>) -> Option<(NaiveDate, Sums)> {
    let late_at = late_at.map(Moment::from_ms);
    let exempt = ticket.exempt;
    let aired = i64::from(ticket.source == Source::Media && late_at.is_some() && !exempt);
    if ticket.stage() == Stage::Closed {
        let late = late_at.is_some();
        let sums = Sums {
            due: 1,
            due_closed: 1,
            due_closed_on_time: i64::from(!late || exempt),
            due_exempt: i64::from(late && exempt),
            aired_late: aired,
            ..Sums::default()
        };
        return Some((late_at.or(ticket.stamps.struck_off)?.date(), sums));
    }
    let counts = ticket.stage().is_open() && !exempt;
    late_at.filter(|_| counts).map(|at| (at.date(), Sums { due: 1, aired_late: aired, ..Sums::default() }))
}

fn handling(ticket: &Ticket) -> Sums {
    let delay_ms = ticket.fix.as_ref().and_then(|fix| fix.delay_ms);
    let reworked = i64::from(ticket.reworks > 0);
    Sums {
        reworked,
        aired_reworked: if ticket.source == Source::Media { reworked } else { 0 },
        self_handled: i64::from(ticket.self_handled()),
        fix_delays: i64::from(delay_ms.is_some()),
        fix_delay_minutes: delay_ms.map_or(0, |ms| ms / MINUTE_MS),
        ..Sums::default()
    }
}

fn verdict(ticket: &Ticket) -> Sums {
    let is = |cause| i64::from(ticket.cause == Some(cause));
    let stars = ticket.stars.unwrap_or(0);
    Sums {
        rated: i64::from(ticket.stars.is_some()),
        stars_sum: stars.into(),
        satisfied: i64::from(stars >= SATISFIED_STARS),
        unsatisfied: i64::from(ticket.stars.is_some() && stars <= UNSATISFIED_STARS),
        cause_policy: is(Cause::Policy),
        cause_middle: is(Cause::Middle),
        cause_grassroots: is(Cause::Grassroots),
        ..Sums::default()
    }
}

/// What `after` counts more than `before`, day by day and key by key; rows that cancel out are left out.
pub fn difference(
    before: Vec<(NaiveDate, Keys, Sums)>,
    after: Vec<(NaiveDate, Keys, Sums)>,
) -> Vec<(NaiveDate, Keys, Sums)> {
    let mut rows: BTreeMap<(NaiveDate, Keys), Sums> = BTreeMap::new();
    for (day, keys, sums) in after {
        *rows.entry((day, keys)).or_default() += sums;
    }
    for (day, keys, sums) in before {
        let row = rows.entry((day, keys)).or_default();
        *row = *row - sums;
    }
    rows.into_iter()
        .filter(|(_, sums)| !sums.is_zero())
        .map(|((day, keys), sums)| (day, keys, sums))
        .collect()
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
