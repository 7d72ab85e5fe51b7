//! One upload: bytes are hashed and counted while they arrive. Past the limit nothing more is taken, and an upload that
//! is dropped leaves nothing.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::folder::Incoming;
use super::{Blob, Key};
use crate::sql::{Result, StoreError};

/// S3 names an object before its first byte, our name is known after the last: until then it is held in memory.
const REMOTE_LIMIT: u64 = 32 * 1024 * 1024;

/// Why an upload did not become an object.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// More bytes came than allowed.
    #[error("upload is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was stored under [`Key::Original`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The content hash, 64 lower-case hex digits.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

/// An upload under way.
#[derive(Debug)]
pub struct Upload {
    blob: Blob,
    limit: u64,
    size: u64,
    hash: Sha256,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    File(Incoming),
    Memory(Vec<Bytes>),
}

impl Upload {
    pub(super) async fn begin(blob: Blob, limit: u64) -> Result<Self> {
        let (sink, limit) = match &blob.folder {
            Some(folder) => (Sink::File(folder.begin().await?), limit),
            None => (Sink::Memory(Vec::new()), limit.min(REMOTE_LIMIT)),
        };
        Ok(Self { blob, limit, size: 0, hash: Sha256::new(), sink })
    }

    /// Takes the next bytes; once `TooLarge`, it stays so.
    pub async fn push(&mut self, bytes: Bytes) -> Result<(), UploadError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        self.hash.update(&bytes);
        match &mut self.sink {
            Sink::File(file) => file.write(&bytes).await?,
            Sink::Memory(chunks) => chunks.push(bytes),
        }
        Ok(())
    }

    /// Stores the object under its hash; durable when it returns, and the same object when it was there already.
    pub async fn finish(self) -> Result<Stored, UploadError> {
        if self.size > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        let sha256 = hex(&self.hash.finalize());
        let key = Key::Original(sha256.clone());
        match self.sink {
            Sink::File(file) => file.publish(&key.path()?).await?,
            Sink::Memory(chunks) => self.blob.put_remote(&key, chunks).await?,
        }
        Ok(Stored { sha256, size: self.size })
    }
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
