//! The rows of accepted pictures: photo, job and the answer under its idempotency key, all in one transaction. On SQLite,
//! where one connection writes and each commit waits for the disk, uploads that wait at the same time share a transaction
//! and so one wait; PostgreSQL groups commits by itself. It refuses to answer before the commit, and to let one upload's
//! fault be another's.

use domain::id::AccountId;
use tokio::sync::{mpsc, oneshot};

use crate::jobs::{self, NewJob};
use crate::repo::once::{self, Once};
use crate::repo::photos::{self, NewPhoto};
use crate::sql::{Pool, Result, StoreError, Tx};

/// Most uploads of one transaction.
const MOST: usize = 64;

/// An accepted picture whose bytes are on disk.
#[derive(Debug)]
pub struct Entry {
    /// Its row.
    pub photo: NewPhoto,
    /// Its analysis.
    pub job: NewJob,
    /// The request's idempotency key, if it has one.
    pub once: Option<Claim>,
}

/// An idempotency key with the request that brings it and the answer that it gets when it is new.
#[derive(Debug)]
pub struct Claim {
    /// Whose key.
    pub account: AccountId,
    /// The key.
    pub key: String,
    /// Hash of the request.
    pub request_sha: String,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub answer: String,
}

struct Waiting {
    entry: Entry,
    answer: oneshot::Sender<Result<Once>>,
}

/// Where accepted pictures are written; cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    pool: Pool,
    queue: Option<mpsc::Sender<Waiting>>,
}

impl Intake {
    /// Begins to write on the present runtime, which must outlive all clones.
    pub fn open(pool: &Pool) -> Self {
        let queue = matches!(pool, Pool::Sqlite { .. }).then(|| {
            let (queue, waiting) = mpsc::channel(MOST);
            tokio::spawn(keep(pool.clone(), waiting));
            queue
        });
        Self { pool: pool.clone(), queue }
    }

    /// Writes the picture's rows; durable when it returns. A key that was used before writes nothing.
    pub async fn take(&self, entry: Entry) -> Result<Once> {
        let Some(queue) = &self.queue else {
            return write(&self.pool, &[&entry]).await?.pop().ok_or_else(ended);
        };
        let (answer, written) = oneshot::channel();
        queue.send(Waiting { entry, answer }).await.map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }
}

fn ended() -> StoreError {
    StoreError::Unavailable("pictures are not written any more".to_owned())
}

/// Writes what waits until nobody can send any more.
async fn keep(pool: Pool, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(MOST);
    while queue.recv_many(&mut waiting, MOST).await > 0 {
        // Who has gone did not get an acknowledgement.
        waiting.retain(|one| !one.answer.is_closed());
        let entries: Vec<&Entry> = waiting.iter().map(|one| &one.entry).collect();
        match write(&pool, &entries).await {
            Ok(done) => waiting.drain(..).zip(done).for_each(|(one, done)| one.tell(Ok(done))),
            Err(error) if waiting.len() < 2 || error.is_retryable() => {
                waiting.drain(..).for_each(|one| one.tell(Err(error.clone())));
            }
            // Nothing is written; whose fault it is shows when each is written alone.
            Err(_) => {
                for one in waiting.drain(..) {
                    let done = write(&pool, &[&one.entry]).await;
                    one.tell(done.and_then(|mut done| done.pop().ok_or_else(ended)));
                }
            }
        }
    }
}

impl Waiting {
    fn tell(self, done: Result<Once>) {
        // Who has gone meanwhile will repeat the request.
        let _ = self.answer.send(done);
    }
}

/// Writes all entries in one transaction, or none; tells what became of each, in their order.
async fn write(pool: &Pool, entries: &[&Entry]) -> Result<Vec<Once>> {
    let mut tx = pool.write().await?;
    let mut done = Vec::new();
    for entry in entries {
        done.push(add(&mut tx, entry).await?);
    }
    // After a failed commit nothing is known: everyone repeats, nobody is written a second time here.
    tx.commit().await.map_err(|error| match error {
        StoreError::Full(_) => error,
        other => StoreError::Unavailable(other.to_string()),
    })?;
    Ok(done)
}

async fn add(tx: &mut Tx, entry: &Entry) -> Result<Once> {
    if let Some(Claim { account, key, request_sha, status, answer }) = &entry.once {
        let found = once::claim(tx, account, key, request_sha).await?;
        if found != Once::New {
            return Ok(found);
        }
        once::record(tx, account, key, request_sha, *status, answer, entry.photo.uploaded_at).await?;
    }
    photos::insert(tx, &entry.photo).await?;
    jobs::enqueue(tx, &entry.job).await?;
    Ok(Once::New)
}

#[cfg(test)]
mod tests;
