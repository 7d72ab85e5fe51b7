//! Decodes an uploaded picture once and keeps everything that later decisions and views need. A picture that can't be
//! read is an answer, not a failure.

use bytes::Bytes;
use domain::id::PhotoId;
use domain::photo::{self, Analysis, Fault};
use store::repo::photos::{self, PhotoState};
use store::{Key, StoreError};

use super::{compute, nothing};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// The row names bytes that are no longer there.
const MISSING: &str = "photo_missing";

pub(super) async fn run(context: &Context, id: &PhotoId) -> Result<Outcome, JobError> {
    let stores = &context.stores;
    let Some(row) = photos::get(&stores.pool, id).await?.filter(|row| row.state == PhotoState::Pending)
    else {
        return nothing(context).await;
    };
    let bytes = match stores.blob.get(&Key::Original(row.sha256.clone())).await {
        Ok(bytes) => bytes,
        Err(StoreError::Missing(_)) => return broken(context, id, MISSING, None).await,
        Err(error) => return Err(error.into()),
    };
    match compute(move || photo::analyse(&bytes)).await? {
        Ok(analysis) => ready(context, id, &row.sha256, analysis).await,
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
    mut found: Analysis,
) -> Result<Outcome, JobError> {
    let blob = &context.stores.blob;
    let copy = |bytes: &mut Vec<u8>| Bytes::from(std::mem::take(bytes));
    blob.put(&Key::Display(sha256.to_owned()), copy(&mut found.display)).await?;
    blob.put(&Key::Medium(sha256.to_owned()), copy(&mut found.medium)).await?;
    blob.put(&Key::Thumb(sha256.to_owned()), copy(&mut found.thumb)).await?;
    let mut tx = context.stores.pool.write().await?;
    photos::set_ready(&mut tx, id, &found, now()).await?;
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
