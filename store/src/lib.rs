//! The world outside: the database (SQLite or PostgreSQL), the job table in it, photo bytes (a folder or S3), wake-ups and
//! cache (this process or Redis), the WeChat platform. Which one stands behind each is chosen by URL when the process
//! starts. It refuses to decide anything about tickets: that is `domain`'s.

pub mod blob;
pub mod cache;
pub mod clock;
pub mod desk;
pub mod export;
pub mod id;
pub mod intake;
pub mod jobs;
pub mod outbound;
pub mod repo;
pub mod sequel;
pub mod sql;
pub mod wake;

#[doc(hidden)]
pub use sqlx as __sqlx;

pub use blob::{Blob, Key};
pub use cache::Cache;
pub use outbound::wechat::{Wechat, WechatSettings};
pub use sql::{Pool, Result, StoreError, Tx};
pub use wake::{Topic, Wake};

/// Where everything is.
#[derive(Clone)]
pub struct Urls {
    /// `sqlite:path` or `postgres://…`.
    pub database: String,
    /// A folder or `s3://bucket/prefix?…`.
    pub blob: String,
    /// `redis://…`, when several processes share a cache.
    pub redis: Option<String>,
    /// The WeChat platform, when there is a mini-program.
    pub wechat: Option<WechatSettings>,
}

/// Everything outside the process; cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// The database.
    pub pool: Pool,
    /// Photo bytes.
    pub blob: Blob,
    /// Where accepted pictures are written.
    pub intake: intake::Intake,
    /// Wake-ups inside and between processes.
    pub wake: Wake,
    /// What may be lost.
    pub cache: Cache,
    /// The WeChat platform, when configured.
    pub wechat: Option<Wechat>,
}

impl Stores {
    /// Opens everything and brings the schema up to date. Redis and WeChat need not be reachable yet.
    pub async fn open(urls: &Urls) -> Result<Self> {
        let pool = Pool::open(&urls.database).await?;
        pool.migrate().await?;
        let (wake, cache) = match &urls.redis {
            Some(redis) => (Wake::redis(redis)?, Cache::redis(redis)?),
            None => match pool {
                Pool::Postgres(_) => (Wake::postgres(&urls.database)?, Cache::memory()),
                Pool::Sqlite { .. } => (Wake::memory(), Cache::memory()),
            },
        };
        let wechat = urls.wechat.clone().map(Wechat::new).transpose();
        let wechat = wechat.map_err(|error| StoreError::Other(error.to_string()))?;
        let intake = intake::Intake::open(&pool);
        Ok(Self { pool, intake, blob: Blob::open(&urls.blob)?, wake, cache, wechat })
    }
}
