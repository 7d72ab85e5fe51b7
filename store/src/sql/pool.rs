//! The database behind one URL: where reads go, how a write begins, what a transaction is. It refuses an in-memory
//! SQLite (each connection would see its own) and never retries on its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::MaybePoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::dialect::{self, Dialect};
use super::{Result, StoreError};

// The re-export, because sqlx's `macros` feature would also bring `query!`, which ties a build to one database.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::sqlx_macros::migrate!("../migrations");

const SQLITE_READERS: u32 = 4;
const SQLITE_WAIT: Duration = Duration::from_secs(10);
const POSTGRES_CONNECTIONS: u32 = 10;
const POSTGRES_WAIT: Duration = Duration::from_secs(3);
/// A connection idle for longer is asked for a sign of life before it is used, so that a restarted server costs no error.
const POSTGRES_TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub enum Pool {
    /// One connection that writes and four that read the same file.
    Sqlite {
        /// The only connection that may write.
        writer: SqlitePool,
        /// Read-only connections.
        reader: SqlitePool,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

impl Pool {
    /// Opens `sqlite:path`, `sqlite:///path` (created when missing, with its folder) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url).await
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else {
            Err(StoreError::Other("a database URL begins with sqlite: or postgres:".to_owned()))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)?;
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::Other(
                "SQLite in memory has no second connection; name a file".to_owned(),
            ));
        }
        if let Some(folder) = options.get_filename().parent() {
            std::fs::create_dir_all(folder)?;
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(SQLITE_WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(dialect::sqlite_writer(options.clone()))
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(SQLITE_WAIT)
            .test_before_acquire(false)
            .connect_lazy_with(dialect::sqlite_reader(options));
        Ok(Self::Sqlite { writer, reader })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let options = dialect::postgres(PgConnectOptions::from_str(url)?);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(POSTGRES_WAIT)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > POSTGRES_TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// Brings the schema up to date; safe from several processes at once.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            // PostgreSQL's migrator takes an advisory lock; SQLite's has none and two first runs collide.
            Self::Sqlite { writer, .. } => {
                let _guard = lock_beside(writer.connect_options().get_filename()).await?;
                Ok(MIGRATIONS.run(writer).await?)
            }
            Self::Postgres(pool) => Ok(MIGRATIONS.run(pool).await?),
        }
    }

    /// Begins the only kind of transaction that may write; dropping it rolls back.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with(dialect::SQLITE_BEGIN).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a write that a power cut may take back, though a killed process never does: for what is true only while
    /// this process lives, such as a lease. Everything committed before it in full, and after it, stays durable.
    pub async fn write_light(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with(dialect::SQLITE_BEGIN_LIGHT).await?),
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(dialect::POSTGRES_LIGHT).execute(&mut *tx).await?;
                Tx::Postgres(tx)
            }
        })
    }

    /// Whether the database answers a read and its writer is to be had; for readiness.
    pub async fn ping(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, reader } => {
                reader.acquire().await?.ping().await?;
                writer.acquire().await?.ping().await?;
            }
            Self::Postgres(pool) => pool.acquire().await?.ping().await?,
        }
        Ok(())
    }

    /// Waits for borrowed connections, then closes all of them.
    pub async fn close(&self) {
        match self {
            // Readers first: the last connection to go is a writer, which folds the log into the file.
            Self::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Which database this is.
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection for one read.
    pub async fn lane(&self) -> Result<Lane<'_>> {
        Ok(match self {
            Self::Sqlite { reader, .. } => Lane::Sqlite(reader.acquire().await?.into()),
            Self::Postgres(pool) => Lane::Postgres(pool.acquire().await?.into()),
        })
    }
}

/// A write transaction; rolled back when dropped without [`Tx::commit`].
#[derive(Debug)]
pub enum Tx {
    /// Begun immediately: it holds the file's write lock from the start.
    Sqlite(Transaction<'static, Sqlite>),
    /// Read committed; lock rows with [`dialect::lock_row`] before deciding on them.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes everything durable; after an error nothing is known, so the caller repeats with the same idempotency key.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything and waits until that is done.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Which database this runs on.
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The transaction's connection, for one statement.
    pub async fn lane(&mut self) -> Result<Lane<'_>> {
        Ok(match self {
            Self::Sqlite(tx) => Lane::Sqlite(MaybePoolConnection::Connection(&mut **tx)),
            Self::Postgres(tx) => Lane::Postgres(MaybePoolConnection::Connection(&mut **tx)),
        })
    }
}

/// A connection of either driver, for the length of one statement.
pub enum Lane<'a> {
    /// To a SQLite file.
    Sqlite(MaybePoolConnection<'a, Sqlite>),
    /// To a PostgreSQL server.
    Postgres(MaybePoolConnection<'a, Postgres>),
}

/// Where a statement may run, for functions that serve both a plain read and a step inside a transaction:
/// `async fn find(on: impl Into<On<'_>>, id: &str)`.
pub enum On<'a> {
    /// On any free connection.
    Pool(&'a Pool),
    /// Inside the transaction.
    Tx(&'a mut Tx),
}

impl On<'_> {
    /// Which database this is.
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Pool(pool) => pool.dialect(),
            Self::Tx(tx) => tx.dialect(),
        }
    }

    /// A connection for one statement.
    pub async fn lane(&mut self) -> Result<Lane<'_>> {
        match self {
            Self::Pool(pool) => pool.lane().await,
            Self::Tx(tx) => tx.lane().await,
        }
    }
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

impl<'a> From<&'a mut On<'_>> for On<'a> {
    fn from(on: &'a mut On<'_>) -> Self {
        match on {
            On::Pool(pool) => Self::Pool(pool),
            On::Tx(tx) => Self::Tx(tx),
        }
    }
}

/// Holds an exclusive lock on `<database>.migrating` until dropped.
async fn lock_beside(database: &Path) -> Result<File> {
    let mut path = database.as_os_str().to_owned();
    path.push(".migrating");
    let path = PathBuf::from(path);
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    Ok(locked.await.map_err(|error| StoreError::Other(error.to_string()))??)
}
