//! The job table: outbox and queue in one. A job is written in the transaction of the change that asks for it, claimed
//! by lease, and ends in the transaction of its effect; [`finish`] refuses when the lease went to another worker, so a
//! late worker changes nothing. This module refuses to know what a job does or how long to wait after a failure.

use sqlx::FromRow;
use uuid::Uuid;

use crate::sql::{Pool, Result, SqlText, StoreError, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_scalar};

/// Characters of an error that are kept.
const ERROR_CHARS: usize = 500;

/// A job to be done later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What kind of work, as the worker knows it.
    pub kind: String,
    /// The work's arguments, JSON.
    pub payload: String,
    /// When it may start, epoch milliseconds.
    pub run_at_ms: i64,
    /// At most one unfinished job has this key.
    pub dedup: Option<String>,
}

impl NewJob {
    /// A job without a dedup key.
    pub fn new(kind: impl Into<String>, payload: impl Into<String>, run_at_ms: i64) -> Self {
        Self { kind: kind.into(), payload: payload.into(), run_at_ms, dedup: None }
    }

    /// The same job, dropped by [`enqueue`] while an unfinished one has `key`.
    pub fn dedup(mut self, key: impl Into<String>) -> Self {
        self.dedup = Some(key.into());
        self
    }
}

/// A job this worker has the lease of. `attempts` counts this one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Claimed {
    /// The job's id.
    pub id: String,
    /// What kind of work.
    pub kind: String,
    /// The work's arguments, JSON.
    pub payload: String,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// When it became due, epoch milliseconds.
    pub run_at: i64,
    /// When it was written, epoch milliseconds.
    pub created_at: i64,
    /// The worker's name and a mark of this very claim.
    pub lease_owner: String,
    /// When others may take it, epoch milliseconds.
    pub lease_until: i64,
}

/// What becomes of a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It is tried again from this instant, epoch milliseconds.
    RetryAt(i64),
    /// It waits for a person.
    Dead,
}

/// A job that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DeadJob {
    /// The job's id.
    pub id: String,
    /// What kind of work.
    pub kind: String,
    /// The work's arguments, JSON.
    pub payload: String,
    /// How often it was begun.
    pub attempts: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was last due, epoch milliseconds.
    pub run_at: i64,
    /// When it was written, epoch milliseconds.
    pub created_at: i64,
}

/// How many jobs of one kind are in one state.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct JobCount {
    /// What kind of work.
    pub kind: String,
    /// `ready` or `dead`.
    pub state: String,
    /// Number of jobs.
    pub jobs: i64,
    /// The earliest due instant among them, epoch milliseconds.
    pub oldest_run_at: i64,
}

/// Writes a job into the caller's transaction; false when an unfinished job has the same dedup key.
pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<bool> {
    let id = Uuid::now_v7();
    let written = execute!(
        tx,
        "insert into job (id, kind, dedup, payload, state, run_at, attempts, created_at)
         values ($1, $2, $3, $4, 'ready', $5, 0, $6) on conflict (dedup) do nothing",
        id.to_string(),
        &job.kind,
        job.dedup.as_deref(),
        &job.payload,
        job.run_at_ms,
        chrono::Utc::now().timestamp_millis()
    )?;
    Ok(written == 1)
}

/// Takes up to `limit` due jobs, oldest first, whose lease is free or over, and leases them for `lease_ms`. A power cut may
/// take the lease back: then the worker is gone too, and the job is due again.
pub async fn claim(
    pool: &Pool,
    owner: &str,
    now_ms: i64,
    lease_ms: i64,
    limit: u32,
    kinds: Option<&[&str]>,
) -> Result<Vec<Claimed>> {
    let mut tx = pool.write_light().await?;
    // Materialized: PostgreSQL could otherwise run the locking select again for each row and claim too many.
    let mut text =
        SqlText::new("with due as materialized (select id from job where state = 'ready' and run_at <= ");
    text.bind(now_ms).push(" and (lease_until is null or lease_until <= ").bind(now_ms).push(")");
    if let Some(kinds) = kinds {
        text.among(" and kind in", kinds.iter().copied());
    }
    text.push(" order by run_at, id limit ").bind(limit).push(tx.dialect().claim_lock());
    text.push(") update job set attempts = attempts + 1, lease_owner = ");
    // A mark for each claim, so that one process can't take its own earlier lease for the present one.
    text.bind(format!("{owner}/{}", Uuid::now_v7().simple()));
    text.push(", lease_until = ").bind(now_ms.saturating_add(lease_ms));
    text.push(
        " where id in (select id from due)
          returning id, kind, payload, attempts, run_at, created_at, lease_owner, lease_until",
    );
    let mut claimed: Vec<Claimed> = fetch_all_dyn(&mut tx, &text).await?;
    tx.commit().await?;
    claimed.sort_by(|a, b| (a.run_at, &a.id).cmp(&(b.run_at, &b.id)));
    Ok(claimed)
}

/// Keeps the lease until `until_ms`; `Fenced` when it is no longer this worker's.
pub async fn extend(pool: &Pool, job: &Claimed, until_ms: i64) -> Result<()> {
    let mut tx = pool.write_light().await?;
    let rows = execute!(
        tx,
        "update job set lease_until = $1 where id = $2 and lease_owner = $3 and attempts = $4",
        until_ms,
        &job.id,
        &job.lease_owner,
        job.attempts
    )?;
    fence(rows, job)?;
    tx.commit().await
}

/// Ends the job in the transaction of its effect; `Fenced` when the lease is no longer this worker's, and then the
/// caller drops the transaction.
pub async fn finish(tx: &mut Tx, job: &Claimed) -> Result<()> {
    let rows = execute!(
        tx,
        "delete from job where id = $1 and lease_owner = $2 and attempts = $3",
        &job.id,
        &job.lease_owner,
        job.attempts
    )?;
    fence(rows, job)
}

/// Puts the job back until `run_at_ms` as if it had never been tried: what it waits for is not there yet, or it comes
/// round for ever.
pub async fn later(tx: &mut Tx, job: &Claimed, run_at_ms: i64) -> Result<()> {
    let rows = execute!(
        tx,
        "update job set run_at = $1, attempts = 0, lease_owner = null, lease_until = null
         where id = $2 and lease_owner = $3 and attempts = $4",
        run_at_ms,
        &job.id,
        &job.lease_owner,
        job.attempts
    )?;
    fence(rows, job)
}

/// Records why the job failed and what becomes of it.
pub async fn fail(pool: &Pool, job: &Claimed, error: &str, after: After) -> Result<()> {
    let (state, run_at) = match after {
        After::RetryAt(at) => ("ready", at),
        After::Dead => ("dead", job.run_at),
    };
    let mut tx = pool.write().await?;
    let rows = execute!(
        tx,
        "update job set state = $1, run_at = $2, last_error = $3, lease_owner = null, lease_until = null
         where id = $4 and lease_owner = $5 and attempts = $6",
        state,
        run_at,
        shorten(error),
        &job.id,
        &job.lease_owner,
        job.attempts
    )?;
    fence(rows, job)?;
    tx.commit().await
}

/// Up to `limit` jobs that wait for a person, oldest first.
pub async fn dead(pool: &Pool, limit: u32) -> Result<Vec<DeadJob>> {
    fetch_all!(
        pool,
        DeadJob,
        "select id, kind, payload, attempts, last_error, run_at, created_at from job
         where state = 'dead' order by run_at, id limit $1",
        i64::from(limit)
    )
}

/// Makes a dead job due again with its attempts forgotten; false when there is no such dead job.
pub async fn revive(pool: &Pool, id: &str) -> Result<bool> {
    let mut tx = pool.write().await?;
    let rows =
        execute!(tx, "update job set state = 'ready', attempts = 0 where id = $1 and state = 'dead'", id)?;
    tx.commit().await?;
    Ok(rows == 1)
}

/// When the next job can be claimed, epoch milliseconds: its due instant, or the end of a running lease. What is leased
/// was due, so only jobs due by `now_ms` are looked through, however many wait for a later day.
pub async fn next_run_at(pool: &Pool, now_ms: i64) -> Result<Option<i64>> {
    fetch_scalar!(
        pool,
        Option<i64>,
        "select min(moment) from (
            select * from (select run_at as moment from job where state = 'ready' and lease_until is null
                           order by run_at, id limit 1) unleased
            union all
            select min(case when lease_until > run_at then lease_until else run_at end) as moment from job
            where state = 'ready' and run_at <= $1 and lease_until is not null
         ) either",
        now_ms
    )
}

/// Jobs by kind and state, for metrics and the console.
pub async fn counts(pool: &Pool) -> Result<Vec<JobCount>> {
    fetch_all!(
        pool,
        JobCount,
        "select kind, state, cast(count(*) as bigint) as jobs, cast(min(run_at) as bigint) as oldest_run_at
         from job group by kind, state order by kind, state"
    )
}

/// Exactly one row means that the lease was still this worker's.
fn fence(rows: u64, job: &Claimed) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Fenced(job.id.clone())) }
}

fn shorten(error: &str) -> String {
    // PostgreSQL text can't hold NUL.
    error.chars().filter(|c| *c != '\0').take(ERROR_CHARS).collect()
}

#[cfg(test)]
mod tests;
