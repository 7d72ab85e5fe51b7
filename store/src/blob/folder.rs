//! Objects as files: written under `incoming/`, linked to their name, file and folders synced. `object_store`'s own put
//! would do too, but a process killed in it leaves its staged file among the objects where no list shows it; here what a
//! crash leaves lies in one place and is swept at the next start. It refuses to run on a thread that serves: every call
//! waits for the disk.
//!
//! A new name is linked before its bytes are synced, so that the file system writes both in one commit of its journal. A
//! power cut in between can leave a name whose bytes are not whole, but no row can name it yet; therefore bytes found under
//! a name are never trusted: a repeat syncs its own file first and puts it in the other's place.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use uuid::Uuid;

use super::Key;
use crate::sql::Result;

/// A file in `incoming/` that nobody touched for so long has no upload any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A folder of objects; cheap to clone.
#[derive(Debug, Clone)]
pub struct Folder {
    root: Arc<Path>,
    /// By [`Key::leaf`]: whether this process has synced the way from the root to that folder. Folders are never removed,
    /// so their names, once on disk, stay there.
    settled: Arc<[AtomicBool]>,
}

impl Folder {
    /// Opens or makes the folder and removes what killed processes left.
    pub fn open(url: &str) -> Result<(Self, Arc<dyn ObjectStore>)> {
        let root = PathBuf::from(url.strip_prefix("file://").unwrap_or(url));
        fs::create_dir_all(root.join("incoming"))?;
        let root = root.canonicalize()?;
        sweep(&root.join("incoming"))?;
        let objects = LocalFileSystem::new_with_prefix(&root).map_err(super::of_object)?;
        let settled = (0..Key::LEAVES).map(|_| AtomicBool::new(false)).collect();
        Ok((Self { root: root.into(), settled }, Arc::new(objects)))
    }

    /// Begins a file whose name is not known yet.
    pub fn begin(&self) -> io::Result<Incoming> {
        let temp = Temp(self.root.join("incoming").join(Uuid::now_v7().to_string()));
        let file = File::options().write(true).create_new(true).open(&temp.0)?;
        Ok(Incoming { folder: self.clone(), file, temp })
    }

    /// Links `temp` to a new name; `AlreadyExists` when the name is taken.
    fn link(&self, temp: &Path, name: &Path, leaf: usize) -> io::Result<()> {
        match fs::hard_link(temp, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.settled[leaf].store(false, Ordering::Relaxed);
                fs::create_dir_all(name.parent().unwrap_or(&self.root))?;
                fs::hard_link(temp, name)
            }
            done => done,
        }
    }

    /// Makes the name durable: its folder always; the way up to the root the first time, also when the folders were there,
    /// because they may be a racing process's that has not synced them yet.
    fn settle(&self, name: &Path, leaf: usize) -> io::Result<()> {
        let mut folders = name.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        let sync = |folder: &Path| File::open(folder)?.sync_all();
        folders.next().map_or(Ok(()), sync)?;
        if !self.settled[leaf].load(Ordering::Relaxed) {
            folders.try_for_each(sync)?;
            self.settled[leaf].store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A file being written; dropping it removes it.
#[derive(Debug)]
pub struct Incoming {
    folder: Folder,
    file: File,
    temp: Temp,
}

impl Incoming {
    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Gives the file its name, also when the name is taken: by the same bytes, since it is their hash. Durable when it
    /// returns, and young, so that a sweep under way lets the object live.
    pub fn publish(self, key: &Key) -> Result<()> {
        let Self { folder, file, temp } = self;
        let (name, leaf) = (folder.root.join(key.path()?), key.leaf()?);
        match folder.link(&temp.0, &name, leaf) {
            Ok(()) => {
                drop(temp);
                file.sync_data()?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // A row may name what is there: it may only give way to bytes that are on disk.
                file.sync_data()?;
                fs::rename(&temp.0, &name)?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(folder.settle(&name, leaf)?)
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
