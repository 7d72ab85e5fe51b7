//! Decodes an uploaded picture once and keeps everything that later decisions and views need. A picture that can't be
//! read is an answer, not a failure. Pictures that older algorithms analysed are looked at again, the oldest first, one
//! after the other: each asks for the next.

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
    match compute(move || photo::analyse(&bytes)).await? {
        Ok(analysis) => ready(context, id, &row.sha256, analysis, again).await,
        Err(_) if again => unrepeatable(context, id).await,
        Err(Fault::Heic(meta)) => broken(context, id, Fault::Heic(meta.clone()).code(), Some(*meta)).await,
        Err(fault) => {
            tracing::info!(photo.id = %id, fault = fault.code(), detail = ?fault, "a picture can't be read");
            broken(context, id, fault.code(), None).await
        }
    }
}

/// Copies first, row second: a crash between leaves copies that the next attempt writes again.
async fn ready(
    context: &Context,
    id: &PhotoId,
    sha256: &str,
    found: Analysis,
    again: bool,
) -> Result<Outcome, JobError> {
    let blob = &context.stores.blob;
    let Analysis { facts, scene, display, medium, thumb } = found;
    blob.put(&Key::Display(sha256.to_owned()), Bytes::from(display)).await?;
    blob.put(&Key::Medium(sha256.to_owned()), Bytes::from(medium)).await?;
    blob.put(&Key::Thumb(sha256.to_owned()), Bytes::from(thumb)).await?;
    let mut tx = context.stores.pool.write().await?;
    photos::set_ready(&mut tx, id, &facts, &scene, now()).await?;
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
