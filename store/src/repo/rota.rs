//! How far the calendar is done: one place in the order of all occasions, moved in the transaction of each, and the
//! occasions that failed. It refuses to know what an occasion is about.

use domain::time::Moment;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::tickets::{parse, write};
use crate::sql::{On, Result, Tx, dialect};
use crate::{execute, fetch_scalar, fetch_scalar_optional};

/// The row that holds the place.
const SETTING: &str = "tick_done_until";
/// Characters of an error that are kept.
const ERROR_CHARS: usize = 500;

/// A place in the one order in which occasions are done: by time, then by room, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// When it was due, epoch milliseconds.
    pub due: i64,
    /// The room's number.
    pub room: i64,
    /// The occasion's name in its room.
    pub name: String,
}

impl Place {
    /// Behind everything that was due at `moment`.
    pub const fn end_of(moment: Moment) -> Self {
        Self { due: moment.ms(), room: i64::MAX, name: String::new() }
    }
}

/// The last place that is done; `None` before the first start.
pub async fn done_until(on: impl Into<On<'_>>) -> Result<Option<Place>> {
    let mut on: On<'_> = on.into();
    let value = fetch_scalar_optional!(on, String, "select value from setting where name = $1", SETTING)?;
    value.map(|text| parse("setting", "value", SETTING, &text)).transpose()
}

/// The same, kept from changing until the transaction ends.
pub async fn lock(tx: &mut Tx) -> Result<Option<Place>> {
    let sql = format!("select value from setting where name = $1{}", dialect::lock_row(tx));
    let value = fetch_scalar_optional!(tx, String, AssertSqlSafe(sql), SETTING)?;
    value.map(|text| parse("setting", "value", SETTING, &text)).transpose()
}

/// Moves on to `place`.
pub async fn set(tx: &mut Tx, place: &Place, now: Moment) -> Result<()> {
    execute!(
        tx,
        "insert into setting (name, value, updated_at) values ($1, $2, $3)
         on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
        SETTING,
        write(place)?,
        now.ms()
    )?;
    Ok(())
}

/// Wakes the calendar's job when it died, and forgets how often it was cut off, unless a worker has it.
pub async fn revive(tx: &mut Tx, now: Moment) -> Result<()> {
    execute!(
        tx,
        "update job set state = 'ready', attempts = 0
         where kind = 'tick' and (lease_until is null or lease_until <= $1)",
        now.ms()
    )?;
    Ok(())
}

/// Counts a failure of the occasion at `place`, given up with the `most`-th; how many there were.
pub async fn count_failure(tx: &mut Tx, place: &Place, error: &str, most: i64, now: Moment) -> Result<i64> {
    let error: String = error.chars().filter(|c| *c != '\0').take(ERROR_CHARS).collect();
    fetch_scalar!(
        tx,
        i64,
        "insert into occasion_failure (name, room, due, tries, error, given_up, tried_at)
         values ($1, $2, $3, 1, $4, $5 <= 1, $6)
         on conflict (name, room, due) do update set tries = occasion_failure.tries + 1, error = excluded.error,
             given_up = occasion_failure.tries + 1 >= $5, tried_at = excluded.tried_at
         returning tries",
        place.name.as_str(),
        place.room,
        place.due,
        error,
        most,
        now.ms()
    )
}
