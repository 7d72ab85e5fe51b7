//! The district's clock in a test: moved forward through the API, so that hours and months pass at once. Every test runs
//! on a thread of its own, which remembers how far its city is ahead.

use std::cell::Cell;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use domain::time::{HOUR_MS, MINUTE_MS, Moment};
use serde_json::json;

use crate::City;

thread_local! {
    static AHEAD_MS: Cell<i64> = const { Cell::new(0) };
}

/// Days that the reference calendar takes out of the working week.
const CALENDAR: &str = include_str!("../../reference/calendar.csv");

/// Now, as this test's city sees it.
pub fn now() -> Moment {
    Moment::from_ms(chrono::Utc::now().timestamp_millis() + AHEAD_MS.get())
}

/// The civil `day` at so many hours and minutes.
pub fn at(day: NaiveDate, hour: i64, minute: i64) -> Moment {
    Moment::midnight(day).plus_ms(hour * HOUR_MS + minute * MINUTE_MS)
}

fn is_holiday(day: NaiveDate) -> bool {
    let name = day.format("%Y-%m-%d").to_string();
    CALENDAR.lines().any(|line| line.starts_with(&name) && line.contains("holiday"))
}

impl City {
    /// Moves the district's clock to a moment that is still to come.
    pub async fn clock_to(&self, to: Moment) {
        let body = json!({ "to": to });
        let answer = self.admin().await.post("/v1/practice/clock", &body).await.expect("an answer");
        answer.ok().unwrap_or_else(|error| panic!("the clock does not move to {to:?}: {error}"));
        AHEAD_MS.set(to.ms() - chrono::Utc::now().timestamp_millis());
    }

    /// Moves it forward by so many milliseconds.
    pub async fn forward(&self, ms: i64) {
        self.clock_to(now().plus_ms(ms)).await;
    }

    /// Moves it to nine o'clock of the next Monday that begins five working days; that day.
    pub async fn next_monday(&self) -> NaiveDate {
        let week = |day: &NaiveDate| (0..5).all(|n| !is_holiday(*day + Days::new(n)));
        let days = (1..60).map(|n| now().date() + Days::new(n));
        let monday = days.into_iter().find(|day| day.weekday() == Weekday::Mon && week(day));
        let monday = monday.expect("a working week within two months");
        self.clock_to(at(monday, 9, 0)).await;
        monday
    }
}
