//! Empty databases and a temporary folder for the length of a run. It refuses to leave the folder behind.

use std::fs;
use std::path::{Path, PathBuf};

use store::sql::AssertSqlSafe;
use store::{Pool, execute};

use crate::Outcome;

/// A folder that is removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one under `parent`.
    pub fn make(parent: &Path) -> Outcome<Self> {
        let path = parent.join(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path.canonicalize()?))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed is left to whoever made the parent.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where databases are made.
pub struct Databases {
    pub folder: PathBuf,
    /// A server on which this program may create and drop databases named `bench_…`.
    pub postgres: Option<String>,
}

impl Databases {
    /// Those that can be measured.
    pub fn kinds(&self) -> Vec<Kind> {
        let postgres = self.postgres.as_ref().map(|_| Kind::Postgres);
        std::iter::once(Kind::Sqlite).chain(postgres).collect()
    }

    /// Makes an empty database and gives its URL.
    pub async fn make(&self, kind: Kind, name: &str) -> Outcome<String> {
        let Some(server) = self.postgres.as_ref().filter(|_| kind == Kind::Postgres) else {
            return Ok(format!("sqlite:{}", self.folder.join(format!("{name}.db")).display()));
        };
        self.drop(kind, name).await?;
        let pool = Pool::open(server).await?;
        execute!(&pool, AssertSqlSafe(format!("create database bench_{name}")))?;
        // One core for every way of doing a work.
        let alone = format!("alter database bench_{name} set max_parallel_workers_per_gather = 0");
        execute!(&pool, AssertSqlSafe(alone))?;
        pool.close().await;
        let (base, _) = server.rsplit_once('/').ok_or("PostgreSQL 地址须以 /数据库名 结尾")?;
        Ok(format!("{base}/bench_{name}"))
    }

    /// Removes it again.
    pub async fn drop(&self, kind: Kind, name: &str) -> Outcome {
        let Some(server) = self.postgres.as_ref().filter(|_| kind == Kind::Postgres) else {
            for end in ["db", "db-wal", "db-shm", "db.migrating"] {
                let _ = fs::remove_file(self.folder.join(format!("{name}.{end}")));
            }
            return Ok(());
        };
        let pool = Pool::open(server).await?;
        execute!(&pool, AssertSqlSafe(format!("drop database if exists bench_{name} with (force)")))?;
        pool.close().await;
        Ok(())
    }
}
