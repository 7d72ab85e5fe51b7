//! Photo bytes, named by what they are: the SHA-256 of the original and the rendition. An object is written once, never
//! changed, and on disk before a call returns, so that a row which names it can be committed after. It refuses free
//! names and content types (a folder has none; the type is a column).

mod folder;
mod s3;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

use crate::sql::{Result, StoreError};

pub use upload::{Stored, Upload, UploadError};

/// The longest a readiness probe may take.
const PROBE_WAIT: Duration = Duration::from_secs(3);

/// The name of an object; the text is the SHA-256 of the original, 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// The bytes as uploaded.
    Original(String),
    /// Upright, without metadata, large enough to judge.
    Display(String),
    /// For a list or a map card.
    Medium(String),
    /// For a strip.
    Thumb(String),
}

impl Key {
    /// The first part of every name.
    const RENDITIONS: [&'static str; 4] = ["original", "display", "medium", "thumb"];

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Original(sha256) => ("original", sha256),
            Self::Display(sha256) => ("display", sha256),
            Self::Medium(sha256) => ("medium", sha256),
            Self::Thumb(sha256) => ("thumb", sha256),
        }
    }

    /// `original/ab/abcd…` in a folder, `original/ab/cd/abcd…` in a bucket: one folder for every two digits. Anything but
    /// a hash is refused, so no name leaves the store's folder.
    fn path(&self, levels: usize) -> Result<String> {
        let (rendition, sha256) = self.parts();
        if !is_sha256(sha256) {
            return Err(StoreError::Other("an object is named by a SHA-256 in lower-case hex".to_owned()));
        }
        let digits = (0..levels).map(|level| &sha256[2 * level..2 * level + 2]);
        Ok(std::iter::once(rendition).chain(digits).chain([sha256]).collect::<Vec<_>>().join("/"))
    }
}

/// Runs what waits for the disk away from the threads that serve.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Other(error.to_string()))?
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// An object while it is read.
pub struct ObjectStream {
    /// Its length in bytes.
    pub size: u64,
    /// Its bytes in order.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// An original as listed for the sweep of those no row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its content hash.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
}

/// The object store behind one URL; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blob {
    objects: Arc<dyn ObjectStore>,
    prefix: ObjectPath,
    folder: Option<folder::Folder>,
}

impl Blob {
    /// Opens a folder (`file:///dir` or a plain path, created when missing) or a bucket
    /// (`s3://bucket/prefix?endpoint=…&region=…&access_key_id=…&secret_access_key=…`, each also from `AWS_…` variables).
    pub fn open(url: &str) -> Result<Self> {
        if url.starts_with("s3://") {
            let (objects, prefix) = s3::open(url)?;
            return Ok(Self { objects, prefix, folder: None });
        }
        let (folder, objects) = folder::Folder::open(url)?;
        Ok(Self { objects, prefix: ObjectPath::default(), folder: Some(folder) })
    }

    /// Writes an object unless it is there; durable when it returns. A repeated call renews the object's age.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<()> {
        let Some(folder) = self.folder.clone() else {
            return self.put_remote(key, vec![bytes]).await;
        };
        let key = key.clone();
        blocking(move || {
            let mut incoming = folder.begin()?;
            incoming.write(&bytes)?;
            incoming.publish(&key)
        })
        .await
    }

    async fn put_remote(&self, key: &Key, chunks: Vec<Bytes>) -> Result<()> {
        let path = self.path(key)?;
        let payload: object_store::PutPayload = chunks.into_iter().collect();
        let create = PutOptions::from(PutMode::Create);
        match self.objects.put_opts(&path, payload.clone(), create).await {
            Ok(_) => Ok(()),
            // The same bytes again: the object becomes young, so that a sweep under way lets it live.
            Err(object_store::Error::AlreadyExists { .. }) => {
                self.objects.put(&path, payload).await.map_err(of_object)?;
                Ok(())
            }
            Err(error) => Err(of_object(error)),
        }
    }

    /// Begins an upload of at most `limit` bytes whose hash, and so its name, is known at the end.
    pub fn begin_upload(&self, limit: u64) -> Upload {
        Upload::begin(self.clone(), limit)
    }

    /// All bytes of an object; `Missing` when there is none.
    pub async fn get(&self, key: &Key) -> Result<Bytes> {
        let found = self.objects.get(&self.path(key)?).await.map_err(of_object)?;
        found.bytes().await.map_err(of_object)
    }

    /// An object piece by piece; `Missing` when there is none.
    pub async fn get_stream(&self, key: &Key) -> Result<ObjectStream> {
        let found = self.objects.get(&self.path(key)?).await.map_err(of_object)?;
        Ok(ObjectStream { size: found.meta.size, bytes: found.into_stream().map_err(of_object).boxed() })
    }

    /// Whether the object is there.
    pub async fn exists(&self, key: &Key) -> Result<bool> {
        match self.objects.head(&self.path(key)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(of_object(error)),
        }
    }

    /// Removes an object; one that is not there is fine.
    pub async fn delete(&self, key: &Key) -> Result<()> {
        match self.objects.delete(&self.path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(of_object(error)),
        }
    }

    /// Removes an object unless it was written again after `older_than_ms`; tells whether it is gone.
    pub async fn delete_stale(&self, key: &Key, older_than_ms: i64) -> Result<bool> {
        match self.objects.head(&self.path(key)?).await {
            Ok(meta) if meta.last_modified.timestamp_millis() >= older_than_ms => return Ok(false),
            Ok(_) => self.delete(key).await?,
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(of_object(error)),
        }
        Ok(true)
    }

    /// Originals last written before `older_than_ms` (epoch milliseconds), in no order.
    pub fn list_originals(&self, older_than_ms: i64) -> BoxStream<'static, Result<Listed>> {
        let originals = self.prefix.clone().join("original");
        self.objects
            .list(Some(&originals))
            .map_err(of_object)
            .try_filter_map(move |meta| async move {
                let name = meta.location.filename().unwrap_or_default();
                let wanted = is_sha256(name) && meta.last_modified.timestamp_millis() < older_than_ms;
                Ok(wanted.then(|| Listed { sha256: name.to_owned(), size: meta.size }))
            })
            .boxed()
    }

    /// Whether objects can be written (a folder) or the bucket answers (S3); for readiness.
    pub async fn probe(&self) -> Result<()> {
        let probe = async {
            if let Some(folder) = self.folder.clone() {
                return blocking(move || Ok(folder.begin()?.write(b"probe")?)).await;
            }
            match self.objects.head(&self.prefix.clone().join("probe")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(of_object(error)),
            }
        };
        let late = |_| StoreError::Unavailable("the object store did not answer in time".to_owned());
        tokio::time::timeout(PROBE_WAIT, probe).await.map_err(late)?
    }

    fn path(&self, key: &Key) -> Result<ObjectPath> {
        let levels = if self.folder.is_some() { folder::LEVELS } else { s3::LEVELS };
        Ok(ObjectPath::from_iter(self.prefix.parts().chain(ObjectPath::from(key.path(levels)?).parts())))
    }
}

/// Reads an object store's error; the file system's own error, where there is one, is deep inside.
fn of_object(error: object_store::Error) -> StoreError {
    use object_store::Error as E;
    match &error {
        E::NotFound { path, .. } => return StoreError::Missing(path.clone()),
        E::PermissionDenied { .. }
        | E::Unauthenticated { .. }
        | E::InvalidPath { .. }
        | E::NotSupported { .. } => {
            return StoreError::Other(error.to_string());
        }
        _ => {}
    }
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            let kind: StoreError = std::io::Error::from(io.kind()).into();
            return match kind {
                StoreError::Full(_) => StoreError::Full(error.to_string()),
                StoreError::Unavailable(_) => StoreError::Unavailable(error.to_string()),
                _ => StoreError::Other(error.to_string()),
            };
        }
        source = inner.source();
    }
    match error {
        // What is left of a remote store's errors came after its client's own retries.
        E::Generic { store: "S3", .. } => StoreError::Unavailable(error.to_string()),
        other => StoreError::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
