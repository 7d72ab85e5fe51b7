//! The time of this process. In practice (demo mode) it can be moved forward, so that deadlines, papers and month ends can
//! be tried; the shift is a row, so that every process of the installation follows. It refuses to move in production.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::Moment;

use crate::execute;
use crate::fetch_scalar_optional;
use crate::sql::{Pool, Result, StoreError, Tx};

static SHIFT_MS: AtomicI64 = AtomicI64::new(0);
/// The row that holds the shift.
const SETTING: &str = "practice_clock_ms";

/// The present time as the district's clock shows it.
pub fn now() -> Moment {
    real_now().plus_ms(SHIFT_MS.load(Ordering::Relaxed))
}

/// The present time, never moved: for tokens and cursors.
pub fn real_now() -> Moment {
    Moment::from_ms(chrono::Utc::now().timestamp_millis())
}

/// Follows the shift that the database holds; called when a process starts and now and then by the worker.
pub async fn follow(pool: &Pool) -> Result<()> {
    let value = fetch_scalar_optional!(pool, String, "select value from setting where name = $1", SETTING)?;
    if let Some(value) = value {
        let shift = value.parse().map_err(|_| StoreError::corrupt("setting", "value", SETTING))?;
        SHIFT_MS.store(shift, Ordering::Relaxed);
    }
    Ok(())
}

/// Moves the district's clock to `to`, which must not lie before the present; true when it moved.
pub async fn advance(tx: &mut Tx, to: Moment) -> Result<bool> {
    let now = now();
    if to < now {
        return Ok(false);
    }
    let shift = to.since(real_now());
    execute!(
        tx,
        "insert into setting (name, value, updated_at) values ($1, $2, $3)
         on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
        SETTING,
        shift.to_string(),
        now.ms()
    )?;
    SHIFT_MS.store(shift, Ordering::Relaxed);
    Ok(true)
}
