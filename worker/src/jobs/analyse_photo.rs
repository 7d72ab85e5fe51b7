//! Decodes an uploaded picture once and keeps everything that later decisions and views need. A picture that can't be
//! read, or not in time, is an answer, not a failure: it is never tried again. Pictures that older algorithms analysed are
//! looked at again, the oldest first, one after the other: each asks for the next.

use std::time::Duration;

use bytes::Bytes;
use domain::id::PhotoId;
use domain::job::Job;
use domain::photo::{self, Analysis, Fault};
use store::repo::photos::{self, Photo, PhotoState};
use store::{Key, StoreError, Tx};

use super::{compute, enqueue, nothing};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// The row names bytes that are no longer there.
const MISSING: &str = "photo_missing";
/// The analysis took longer than [`PATIENCE`].
const SLOW: &str = "photo_too_slow";
/// How long a picture may be analysed: hundreds of times what a large one takes on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Begins to look at outdated pictures again, when there are any.
pub(crate) async fn plan(context: &Context) -> Result<(), StoreError> {
    let mut tx = context.stores.pool.write().await?;
    ask_for_next(&mut tx).await.map_err(|error| StoreError::Other(error.to_string()))?;
    tx.commit().await
}

async fn ask_for_next(tx: &mut Tx) -> Result<(), JobError> {
    for photo in photos::outdated(&mut *tx, 1).await? {
        enqueue(tx, &Job::AnalysePhoto { photo }, now()).await?;
    }
    Ok(())
}

pub(super) async fn run(context: &Context, id: &PhotoId) -> Result<Outcome, JobError> {
    let stores = &context.stores;
    let waits = |row: &Photo| row.state == PhotoState::Pending || row.is_outdated();
    let Some(row) = photos::get(&stores.pool, id).await?.filter(waits) else {
        return nothing(context).await;
    };
    let again = row.is_outdated();
    let bytes = match stores.blob.get(&Key::Original(row.sha256.clone())).await {
        Ok(bytes) => bytes,
        Err(StoreError::Missing(_)) if again => return unrepeatable(context, id).await,
        Err(StoreError::Missing(_)) => return broken(context, id, MISSING, None).await,
        Err(error) => return Err(error.into()),
    };
    let answer = in_time(PATIENCE, move || photo::analyse(&bytes)).await?;
    match answer {
        Some(Ok(analysis)) => ready(context, id, &row.sha256, analysis, again).await,
        _ if again => unrepeatable(context, id).await,
        None => {
            tracing::warn!(photo.id = %id, limit_s = PATIENCE.as_secs(), "a picture takes too long to be analysed");
            broken(context, id, SLOW, None).await
        }
        Some(Err(Fault::Heic(meta))) => {
            broken(context, id, Fault::Heic(meta.clone()).code(), Some(*meta)).await
        }
        Some(Err(fault)) => {
            tracing::info!(photo.id = %id, fault = fault.code(), detail = ?fault, "a picture can't be read");
            broken(context, id, fault.code(), None).await
        }
    }
}

/// What `work` finds, or `None` after `limit`. The thread that is left behind ends by itself, for whatever a decoder is
/// given is bounded before; the lane goes on meanwhile.
async fn in_time<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, JobError> {
    tokio::time::timeout(limit, compute(work)).await.ok().transpose()
}

/// Copies first, row second: a crash between leaves copies that the next attempt writes again.
async fn ready(
    context: &Context,
    id: &PhotoId,
    sha256: &str,
    mut found: Analysis,
    again: bool,
) -> Result<Outcome, JobError> {
    let blob = &context.stores.blob;
    let copy = |bytes: &mut Vec<u8>| Bytes::from(std::mem::take(bytes));
    blob.put(&Key::Display(sha256.to_owned()), copy(&mut found.display)).await?;
    blob.put(&Key::Medium(sha256.to_owned()), copy(&mut found.medium)).await?;
    blob.put(&Key::Thumb(sha256.to_owned()), copy(&mut found.thumb)).await?;
    let mut tx = context.stores.pool.write().await?;
    photos::set_ready(&mut tx, id, &found, now()).await?;
    if again {
        ask_for_next(&mut tx).await?;
    }
    Ok(Outcome::Done(tx))
}

/// A picture that was read once and can't be any more keeps what was found then.
async fn unrepeatable(context: &Context, id: &PhotoId) -> Result<Outcome, JobError> {
    tracing::warn!(photo.id = %id, "a picture can't be analysed again");
    let mut tx = context.stores.pool.write().await?;
    photos::set_unrepeatable(&mut tx, id).await?;
    ask_for_next(&mut tx).await?;
    Ok(Outcome::Done(tx))
}

async fn broken(
    context: &Context,
    id: &PhotoId,
    code: &str,
    meta: Option<photo::Meta>,
) -> Result<Outcome, JobError> {
    let mut tx = context.stores.pool.write().await?;
    photos::set_broken(&mut tx, id, code, meta.as_ref(), now()).await?;
    Ok(Outcome::Done(tx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_that_takes_too_long_is_given_up_while_others_go_on() {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let stuck = in_time(Duration::from_millis(20), move || held.recv().is_ok());
        assert_eq!(stuck.await.unwrap(), None);
        assert_eq!(in_time(PATIENCE, || 7).await.unwrap(), Some(7));
        drop(release);
    }

    #[tokio::test]
    async fn a_panic_in_the_analysis_is_a_failure_of_the_job_alone() {
        assert!(in_time(PATIENCE, || -> u8 { std::panic::panic_any("poisoned") }).await.is_err());
        assert_eq!(in_time(PATIENCE, || 7).await.unwrap(), Some(7));
    }
}
