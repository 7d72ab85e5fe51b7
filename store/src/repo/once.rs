//! Idempotency keys: the first request's answer is every repeat's answer. Claim and record belong to the transaction
//! of the effect, so that a key is taken exactly when its effect is on disk. It refuses one key for two requests.

use domain::id::AccountId;
use domain::time::Moment;

use crate::sql::{Result, Tx};
use crate::{execute, fetch_one};

/// What a key means for the request that brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// Nobody used it: do the work, then [`record`] the answer in the same transaction.
    New,
    /// The same request was answered before.
    Repeat { status: u16, answer: String },
    /// Another request used it.
    Mismatch,
}

/// Takes a key for the request with this hash.
///
/// A second request waits here until the first one's transaction ends: on the insert (PostgreSQL) or on the file's write
/// lock (SQLite).
pub async fn claim(tx: &mut Tx, account: &AccountId, key: &str, request_sha: &str) -> Result<Once> {
    let taken = execute!(
        tx,
        "insert into idempotency (account_id, key, request, created_at) values ($1, $2, $3, 0)
         on conflict (account_id, key) do nothing",
        account.as_str(),
        key,
        request_sha
    )?;
    if taken == 1 {
        return Ok(Once::New);
    }
    let (request, status, answer) = fetch_one!(
        tx,
        (String, Option<i64>, Option<String>),
        "select request, status, answer from idempotency where account_id = $1 and key = $2",
        account.as_str(),
        key
    )?;
    Ok(match (status.and_then(|status| u16::try_from(status).ok()), answer) {
        _ if request != request_sha => Once::Mismatch,
        (Some(status), Some(answer)) => Once::Repeat { status, answer },
        _ => Once::New,
    })
}

/// Keeps the answer for repeats.
pub async fn record(
    tx: &mut Tx,
    account: &AccountId,
    key: &str,
    request_sha: &str,
    status: u16,
    answer: &str,
    now: Moment,
) -> Result<()> {
    execute!(
        tx,
        "insert into idempotency (account_id, key, request, status, answer, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (account_id, key) do update
         set status = excluded.status, answer = excluded.answer, created_at = excluded.created_at",
        account.as_str(),
        key,
        request_sha,
        i64::from(status),
        answer,
        now.ms()
    )?;
    Ok(())
}

/// Forgets the keys that were answered before `before`; tells how many.
pub async fn sweep(tx: &mut Tx, before: Moment) -> Result<u64> {
    execute!(tx, "delete from idempotency where created_at < $1", before.ms())
}

#[cfg(test)]
#[path = "once_tests.rs"]
mod tests;
