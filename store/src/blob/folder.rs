//! Objects as files: written under `incoming/`, synced, linked to their name, the folders synced. `object_store`'s own
//! put would do too, but a process killed in it leaves its staged file among the objects where no list shows it; here
//! what a crash leaves lies in one place and is swept at the next start.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use tokio::io::{AsyncWriteExt as _, BufWriter};
use uuid::Uuid;

use crate::sql::{Result, StoreError};

/// Bytes gathered before a write goes to a blocking thread.
const BUFFER: usize = 256 * 1024;
/// A file in `incoming/` that nobody touched for so long has no upload any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A folder of objects.
#[derive(Debug, Clone)]
pub struct Folder {
    root: Arc<Path>,
}

impl Folder {
    /// Opens or makes the folder and removes what killed processes left.
    pub fn open(url: &str) -> Result<(Self, Arc<dyn ObjectStore>)> {
        let root = PathBuf::from(url.strip_prefix("file://").unwrap_or(url));
        fs::create_dir_all(root.join("incoming"))?;
        let root = root.canonicalize()?;
        sweep(&root.join("incoming"))?;
        let objects = LocalFileSystem::new_with_prefix(&root).map_err(super::of_object)?;
        Ok((Self { root: root.into() }, Arc::new(objects)))
    }

    /// Begins a file whose name is not known yet.
    pub async fn begin(&self) -> Result<Incoming> {
        let path = self.root.join("incoming").join(Uuid::now_v7().to_string());
        let temp = Temp(path);
        let file = tokio::fs::File::options().write(true).create_new(true).open(&temp.0).await?;
        Ok(Incoming { root: self.root.clone(), file: BufWriter::with_capacity(BUFFER, file), temp })
    }
}

/// A file being written; dropping it removes it.
#[derive(Debug)]
pub struct Incoming {
    root: Arc<Path>,
    file: BufWriter<tokio::fs::File>,
    temp: Temp,
}

impl Incoming {
    /// Adds bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.file.write_all(bytes).await?)
    }

    /// Gives the file its name under the root, unless that object is there already; durable when it returns.
    pub async fn publish(self, name: &str) -> Result<()> {
        let Self { root, mut file, temp } = self;
        file.flush().await?;
        file.get_ref().sync_all().await?;
        drop(file);
        let name = root.join(name);
        let linked = tokio::task::spawn_blocking(move || link(&root, &temp.0, &name).map(|()| drop(temp)));
        Ok(linked.await.map_err(|error| StoreError::Other(error.to_string()))??)
    }
}

/// The path of a file that must not outlive this value.
#[derive(Debug)]
struct Temp(PathBuf);

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn link(root: &Path, temp: &Path, name: &Path) -> io::Result<()> {
    let folder = name.parent().unwrap_or(root);
    fs::create_dir_all(folder)?;
    match fs::hard_link(temp, name) {
        Ok(()) => {}
        // The same bytes: the object becomes young, so that a sweep under way lets it live.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().write(true).open(name)?.set_modified(SystemTime::now())?;
        }
        Err(error) => return Err(error),
    }
    // All the way up, because the folders, or the object itself, may be a racing writer's that has not synced them yet.
    for folder in folder.ancestors().take_while(|folder| folder.starts_with(root)) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn sweep(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        let age =
            entry.metadata().and_then(|meta| meta.modified()).map(|at| at.elapsed().unwrap_or_default());
        if age.is_ok_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
