//! Why the world outside did not do what was asked, in the few kinds a caller can act on. Drivers' codes are read
//! here and nowhere else.

use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// A failure of the database or of the object store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Nothing was done and trying again later is right: pool timeout, refused or lost connection, server shutting
    /// down, SQLite busy, PostgreSQL serialization failure or deadlock.
    #[error("storage unavailable: {0}")]
    Unavailable(String),
    /// A unique or foreign key forbids the change; names the constraint (PostgreSQL) or the column (SQLite).
    #[error("conflict: {0}")]
    Conflict(String),
    /// The disk is full (SQLite 13, ENOSPC, PostgreSQL 53100).
    #[error("storage full: {0}")]
    Full(String),
    /// The row or object that was asked for does not exist.
    #[error("not found: {0}")]
    Missing(String),
    /// The lease of a job belongs to somebody else by now; the transaction must not be committed.
    #[error("job {0} is leased by another worker")]
    Fenced(String),
    /// A stored value can't be read as what it must be.
    #[error("corrupt value in {table}.{column}, row {row}")]
    Corrupt {
        /// Table of the value.
        table: &'static str,
        /// Column of the value.
        column: &'static str,
        /// Primary key of the row.
        row: String,
    },
    /// Anything else: a wrong statement, a wrong setting, a driver's surprise.
    #[error("storage error: {0}")]
    Other(String),
}

impl StoreError {
    /// A stored value that can't be read.
    pub fn corrupt(table: &'static str, column: &'static str, row: impl ToString) -> Self {
        Self::Corrupt { table, column, row: row.to_string() }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Io(error) => Self::from(error),
            E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
                Self::Unavailable(error.to_string())
            }
            E::RowNotFound => Self::Missing("row".to_owned()),
            E::Database(ref inner) => {
                let inner = inner.as_ref();
                if let Some(pg) = inner.try_downcast_ref::<PgDatabaseError>() {
                    of_postgres(pg)
                } else if inner.try_downcast_ref::<SqliteError>().is_some() {
                    of_sqlite(inner)
                } else {
                    Self::Other(error.to_string())
                }
            }
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded => Self::Full(error.to_string()),
            K::NotFound => Self::Missing(error.to_string()),
            K::ConnectionRefused
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::NotConnected
            | K::BrokenPipe
            | K::TimedOut
            | K::UnexpectedEof
            | K::HostUnreachable
            | K::NetworkUnreachable
            | K::Interrupted => Self::Unavailable(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(inner) => Self::from(inner),
            other => Self::Other(other.to_string()),
        }
    }
}

/// SQLSTATE classes: appendix A of the PostgreSQL manual.
fn of_postgres(error: &PgDatabaseError) -> StoreError {
    let text = error.to_string();
    match error.code() {
        "53100" => StoreError::Full(text),
        // 40001 serialization, 40P01 deadlock, 55P03 lock timeout, 57014 cancelled, 25006 read-only after a failover.
        "40001" | "40P01" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "25006" | "53300" => {
            StoreError::Unavailable(text)
        }
        code if code.starts_with("08") => StoreError::Unavailable(text),
        code if code.starts_with("23") => {
            StoreError::Conflict(error.constraint().map_or(text, ToOwned::to_owned))
        }
        _ => StoreError::Other(text),
    }
}

/// Result codes: <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
fn of_sqlite(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code: i64 = error.code().and_then(|code| code.parse().ok()).unwrap_or(1);
    let text = error.to_string();
    match code & 0xff {
        5 | 6 => StoreError::Unavailable(text),
        13 => StoreError::Full(text),
        19 => StoreError::Conflict(error.message().to_owned()),
        _ => StoreError::Other(text),
    }
}
