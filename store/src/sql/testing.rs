//! Databases for the crate's own tests: a fresh SQLite file always, and a fresh PostgreSQL database when
//! `TEST_POSTGRES_URL` names a server. With `REQUIRE_BACKENDS=1` a missing server fails the test, never skips it.

#![allow(clippy::print_stderr)]

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::Pool;

/// A folder removed at the end of the test.
#[derive(Debug)]
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// Makes a new folder.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("store-test-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A fresh, migrated database.
pub struct TestDatabase {
    /// How to open it again.
    pub url: String,
    /// It, opened.
    pub pool: Pool,
    _folder: Option<TempFolder>,
}

/// The URL of a back end from the environment; a required one that is missing fails the test.
pub fn backend(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(std::env::var("REQUIRE_BACKENDS").as_deref() != Ok("1"), "{variable} is required");
        eprintln!("skipped: {variable} is not set");
    }
    url
}

/// An empty database of each kind there is, not migrated: its URL and the folder that holds it.
pub async fn empty_databases() -> Vec<(String, Option<TempFolder>)> {
    let folder = TempFolder::new();
    let mut urls = vec![(format!("sqlite://{}/test.db", folder.path().display()), Some(folder))];
    if let Some(server) = backend("TEST_POSTGRES_URL") {
        let name = format!("t_{}", Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let (base, query) =
            server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        urls.push((format!("{base}/{name}?{query}"), None));
    }
    urls
}

/// A migrated database of each kind there is.
pub async fn databases() -> Vec<TestDatabase> {
    let mut databases = Vec::new();
    for (url, folder) in empty_databases().await {
        let pool = Pool::open(&url).await.unwrap();
        pool.migrate().await.unwrap();
        databases.push(TestDatabase { url, pool, _folder: folder });
    }
    databases
}

/// A door in front of a TCP service that a test can shut: what is connected is cut, what comes is refused.
pub struct Proxy {
    /// The service's URL through the door.
    pub url: String,
    open: tokio::sync::watch::Sender<bool>,
}

impl Proxy {
    /// Opens a door to the service of `redis://host:port/…`.
    pub async fn start(url: &str) -> Self {
        let target = url.trim_start_matches("redis://").split('/').next().unwrap().to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = listener.local_addr().unwrap();
        let (open, state) = tokio::sync::watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (target, mut state) = (target.clone(), state.clone());
                tokio::spawn(async move {
                    if !*state.borrow_and_update() {
                        return;
                    }
                    let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = state.changed() => {}
                    }
                });
            }
        });
        Self { url: format!("redis://{door}/"), open }
    }

    /// Opens or shuts the door.
    pub fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }
}
