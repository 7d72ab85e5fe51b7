//! Once a day: removes stored pictures that no row names, answers of old requests and tokens that are over. A picture
//! younger than a day is left alone: its row may be on the way.

use domain::job::Job;
use domain::time::{DAY_MS, Moment};
use futures_util::TryStreamExt as _;
use store::repo::photos;
use store::{Key, StoreError};

use super::enqueue;
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// How long a picture without a row is kept.
const ORPHAN_MS: i64 = DAY_MS;
/// How long an answer is kept for repeats.
const ANSWER_MS: i64 = 7 * DAY_MS;
/// Pictures looked up at a time.
const PAGE: usize = 500;

/// Makes sure that a sweep is planned.
pub(crate) async fn plan(context: &Context) -> Result<(), StoreError> {
    let mut tx = context.stores.pool.write().await?;
    enqueue(&mut tx, &Job::SweepBlobs {}, now())
        .await
        .map_err(|error| StoreError::Other(error.to_string()))?;
    tx.commit().await
}

pub(super) async fn run(context: &Context) -> Result<Outcome, JobError> {
    let now = now();
    let removed = remove_orphans(context, now.plus_ms(-ORPHAN_MS)).await?;
    let mut tx = context.stores.pool.write().await?;
    let answers = store::repo::once::sweep(&mut tx, now.plus_ms(-ANSWER_MS)).await?;
    let tokens = store::repo::people::sweep_tokens(&mut tx, now).await?;
    tracing::info!(removed.pictures = removed, removed.answers = answers, removed.tokens = tokens, "swept");
    Ok(Outcome::Later(tx, now.plus_ms(DAY_MS)))
}

async fn remove_orphans(context: &Context, older_than: Moment) -> Result<u64, JobError> {
    let mut originals = context.stores.blob.list_originals(older_than.ms());
    let (mut page, mut removed) = (Vec::with_capacity(PAGE), 0);
    while let Some(listed) = originals.try_next().await? {
        page.push(listed.sha256);
        if page.len() == PAGE {
            removed += remove_unnamed(context, &std::mem::take(&mut page), older_than).await?;
        }
    }
    Ok(removed + remove_unnamed(context, &page, older_than).await?)
}

/// Removes those of the pictures that no row names and that were not uploaded again meanwhile, copies first.
async fn remove_unnamed(context: &Context, page: &[String], older_than: Moment) -> Result<u64, JobError> {
    let named = photos::named(&context.stores.pool, page).await?;
    let (blob, mut removed) = (&context.stores.blob, 0);
    for sha256 in page.iter().filter(|sha256| !named.contains(*sha256)) {
        for copy in [Key::Display(sha256.clone()), Key::Medium(sha256.clone()), Key::Thumb(sha256.clone())] {
            blob.delete_stale(&copy, older_than.ms()).await?;
        }
        removed += u64::from(blob.delete_stale(&Key::Original(sha256.clone()), older_than.ms()).await?);
    }
    Ok(removed)
}
