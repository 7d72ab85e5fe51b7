//! One upload: its bytes are gathered, and hashed and written a piece at a time away from the threads that serve; one
//! that fits a piece takes a single such trip. Past the limit nothing more is taken, and an upload that is dropped leaves
//! nothing.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::folder::{Folder, Incoming};
use super::{Blob, Key, blocking};
use crate::sql::{Result, StoreError};

/// Bytes gathered before they are hashed and written.
const PIECE: usize = 1024 * 1024;
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
    gathered: Vec<u8>,
    /// None while a piece is away, and for ever when its return was not waited for.
    begun: Option<Begun>,
}

/// What was hashed and put away so far.
#[derive(Debug)]
struct Begun {
    hash: Sha256,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// The file exists from the first piece on.
    File(Folder, Option<Incoming>),
    Memory(Vec<Bytes>),
}

impl Begun {
    /// Takes a piece and gives its room back, when it is free again.
    fn take(&mut self, mut piece: Vec<u8>) -> Result<Vec<u8>> {
        self.hash.update(&piece);
        match &mut self.sink {
            Sink::Memory(chunks) => {
                chunks.push(piece.into());
                return Ok(Vec::new());
            }
            Sink::File(_, Some(file)) => file.write(&piece)?,
            Sink::File(folder, file @ None) => file.insert(folder.begin()?).write(&piece)?,
        }
        piece.clear();
        Ok(piece)
    }

    /// Stores a file under its hash, durably; of what is held in memory the chunks.
    fn end(mut self, last: Vec<u8>) -> Result<(String, Option<Vec<Bytes>>)> {
        self.take(last)?;
        let sha256 = hex(&self.hash.finalize());
        match self.sink {
            Sink::Memory(chunks) => return Ok((sha256, Some(chunks))),
            Sink::File(folder, file) => {
                let file = file.map_or_else(|| folder.begin(), Ok)?;
                file.publish(&Key::Original(sha256.clone()))?;
            }
        }
        Ok((sha256, None))
    }
}

impl Upload {
    pub(super) fn begin(blob: Blob, limit: u64) -> Self {
        let (sink, limit) = match &blob.folder {
            Some(folder) => (Sink::File(folder.clone(), None), limit),
            None => (Sink::Memory(Vec::new()), limit.min(REMOTE_LIMIT)),
        };
        let begun = Some(Begun { hash: Sha256::new(), sink });
        Self { blob, limit, size: 0, gathered: Vec::new(), begun }
    }

    /// Takes the next bytes; once `TooLarge`, it stays so.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE {
            let (piece, mut begun) =
                (std::mem::take(&mut self.gathered), self.begun.take().ok_or_else(torn)?);
            let away = blocking(move || Ok((begun.take(piece)?, begun)));
            let (room, begun) = away.await?;
            (self.gathered, self.begun) = (room, Some(begun));
        }
        Ok(())
    }

    /// Stores the object under its hash; durable when it returns, and the same object when it was there already.
    pub async fn finish(self) -> Result<Stored, UploadError> {
        let Self { blob, limit, size, gathered, begun } = self;
        if size > limit {
            return Err(UploadError::TooLarge { limit });
        }
        let begun = begun.ok_or_else(torn)?;
        let (sha256, held) = blocking(move || begun.end(gathered)).await?;
        if let Some(chunks) = held {
            blob.put_remote(&Key::Original(sha256.clone()), chunks).await?;
        }
        Ok(Stored { sha256, size })
    }
}

fn torn() -> StoreError {
    StoreError::Other("an upload was given up and then continued".to_owned())
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
