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
use std::time::Duration;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use uuid::Uuid;

use super::Key;
use crate::sql::Result;

/// A file in `incoming/` that nobody touched for so long has no upload any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Folders above an object, each named by two digits of its hash. All of them are made when the store is opened, so that an
/// upload makes none; at ten million photos one has forty thousand names, which the trees of today's file systems take.
pub const LEVELS: usize = 1;

/// A folder of objects; cheap to clone.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where objects are.
    root: Arc<Path>,
    /// Where files are that have no name yet, on the same file system.
    incoming: Arc<Path>,
}

impl Folder {
    /// Opens or makes the folder and removes what killed processes left.
    pub fn open(url: &str) -> Result<(Self, Arc<dyn ObjectStore>)> {
        let base = PathBuf::from(url.strip_prefix("file://").unwrap_or(url));
        let [root, incoming] = ["objects", "incoming"].map(|name| base.join(name));
        fs::create_dir_all(&root)?;
        fs::create_dir_all(&incoming)?;
        sweep(&incoming)?;
        let (root, incoming) = (root.canonicalize()?, incoming.canonicalize()?);
        for rendition in Key::RENDITIONS {
            let (own, former) = (root.join(rendition), base.join(rendition));
            let leaves: Vec<PathBuf> = (0..=0xff).map(|digits| own.join(format!("{digits:02x}"))).collect();
            leaves.iter().try_for_each(fs::create_dir_all)?;
            if former.exists() {
                adopt(&former, &own)?;
                leaves.iter().try_for_each(|leaf| sync(leaf))?;
                let _ = fs::remove_dir(&former);
            }
            sync(&own)?;
        }
        sync(&root)?;
        sync(&base)?;
        let objects = LocalFileSystem::new_with_prefix(&root).map_err(super::of_object)?;
        Ok((Self { root: root.into(), incoming: incoming.into() }, Arc::new(objects)))
    }

    /// Begins a file whose name is not known yet.
    pub fn begin(&self) -> io::Result<Incoming> {
        let temp = Temp(self.incoming.join(Uuid::now_v7().to_string()));
        let file = File::options().write(true).create_new(true).open(&temp.0)?;
        Ok(Incoming { folder: self.clone(), file, temp })
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
        let name = folder.root.join(key.path(LEVELS)?);
        match fs::hard_link(&temp.0, &name) {
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
        Ok(sync(name.parent().unwrap_or(&folder.root))?)
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

/// Takes over the objects of a store that had two levels of folders, beside `objects`; begun again when it was cut off, and
/// in step with another process that does the same. What is no object stays where it is.
fn adopt(former: &Path, own: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(former) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    for entry in entries {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            adopt(&path, own)?;
            // One that still holds something stays.
            let _ = fs::remove_dir(&path);
            continue;
        }
        let Some(name) = name.to_str().filter(|name| super::is_sha256(name)) else { continue };
        match fs::rename(&path, own.join(&name[..2]).join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    Ok(())
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
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
