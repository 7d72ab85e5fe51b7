//! Everything in which the two databases must differ: pragmas, how a write begins, lock clauses, text search. A
//! difference that is not in this file is a bug.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::Tx;

/// How long a SQLite statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How a SQLite write begins: a deferred transaction that reads first fails with 517 when another one wrote meanwhile. Each
/// says itself how durable its commit is, so that none takes that over from the one before.
pub const SQLITE_BEGIN: &str = "pragma synchronous = full; begin immediate";

/// How a SQLite write begins whose commit does not wait for the disk; the next one that does takes it along.
pub const SQLITE_BEGIN_LIGHT: &str = "pragma synchronous = normal; begin immediate";

/// The same on PostgreSQL, as the first statement of the transaction.
pub const POSTGRES_LIGHT: &str = "set local synchronous_commit = off";

/// Settings of every SQLite connection. WAL lets readers go on beside the writer, FULL makes a commit durable.
pub fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-16000")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
}

/// Settings of the one SQLite connection that writes.
pub fn sqlite_writer(options: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite(options)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("journal_size_limit", "67108864")
}

/// Settings of a SQLite connection that may only read.
pub fn sqlite_reader(options: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite(options).read_only(true)
}

/// Settings of a PostgreSQL connection: a transaction whose process hangs gives its locks back after a minute.
pub fn postgres(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("suishoupai").options([("idle_in_transaction_session_timeout", "60000")])
}

/// Which database a statement runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite in a local file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Dialect {
    /// Ends a `select` of rows that the transaction will change; SQLite's write transaction already excludes others.
    pub const fn lock_row(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// Ends the `select` of a job claim: rows another worker is claiming are passed over, not waited for.
    pub const fn claim_lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update skip locked",
        }
    }

    /// What makes all reads of a transaction see one moment, as its first statement; SQLite's write transaction does anyway.
    pub const fn snapshot(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("set transaction isolation level repeatable read"),
        }
    }

    /// The operator for "contains, ignoring ASCII case"; its right side is [`contains`] and ` escape '\'`.
    pub const fn like(self) -> &'static str {
        match self {
            Self::Sqlite => " like ",
            Self::Postgres => " ilike ",
        }
    }
}

/// The lock clause for a row that `tx` will change.
pub const fn lock_row(tx: &Tx) -> &'static str {
    tx.dialect().lock_row()
}

/// A `like` pattern for any text containing `needle` literally, to be used with ` escape '\'`.
pub fn contains(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
