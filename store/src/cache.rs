//! What may be lost: hot answers, replay nonces, rate counters. In this process, or in Redis for all of them; while Redis
//! does not answer, this process's own memory stands in: slower, not wrong. It refuses to be the only place of anything.

mod local;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::sql::{Result, StoreError};

pub use local::Local;

/// The longest one answer of Redis is waited for.
const ANSWER: Duration = Duration::from_millis(300);
/// After a failure Redis is left alone for so long, so that a dead one costs no request its time.
const REST: Duration = Duration::from_secs(2);
const LOG_EVERY: Duration = Duration::from_secs(60);
const PREFIX: &str = "suishoupai:";

/// Counts in one step; a counter without an end, left by a killed script, is given one.
const COUNT: &str = "local n = redis.call('INCR', KEYS[1])
if n == 1 or redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n";

/// The cache of this process or of all processes; cheap to clone.
#[derive(Clone)]
pub enum Cache {
    /// In this process.
    Memory(Local),
    /// In Redis, with this process's memory to fall back to.
    Redis(Shared),
}

impl Cache {
    /// A cache in this process.
    pub fn memory() -> Self {
        Self::Memory(Local::new())
    }

    /// A cache in Redis; it need not be up yet.
    pub fn redis(url: &str) -> Result<Self> {
        // Not the error itself: it could show the password of the URL.
        let wrong = |error: redis::RedisError| StoreError::Other(format!("Redis URL: {:?}", error.kind()));
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(0);
        let client = redis::Client::open(url).map_err(wrong)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        Ok(Self::Redis(Shared {
            connection,
            count: redis::Script::new(COUNT),
            fallback: Local::new(),
            health: Arc::new(Health { start: Instant::now(), rest_until: 0.into(), quiet_until: 0.into() }),
        }))
    }

    /// The value under `key`, while it lasts.
    pub async fn get(&self, key: &str) -> Option<Bytes> {
        match self {
            Self::Memory(local) => local.get(key).await,
            Self::Redis(shared) => {
                let mut get = redis::cmd("GET");
                get.arg(named(key));
                match shared.ask::<Option<Vec<u8>>>(&get).await {
                    Some(value) => value.map(Bytes::from),
                    None => shared.fallback.get(key).await,
                }
            }
        }
    }

    /// Keeps a value for `ttl`.
    pub async fn put(&self, key: &str, value: Bytes, ttl: Duration) {
        match self {
            Self::Memory(local) => local.put(key, value, ttl).await,
            Self::Redis(shared) => {
                let mut set = redis::cmd("SET");
                set.arg(named(key)).arg(&value[..]).arg("PX").arg(millis(ttl));
                if shared.ask::<()>(&set).await.is_none() {
                    shared.fallback.put(key, value, ttl).await;
                }
            }
        }
    }

    /// Drops a value before its time.
    pub async fn forget(&self, key: &str) {
        match self {
            Self::Memory(local) => local.forget(key).await,
            Self::Redis(shared) => {
                let mut del = redis::cmd("DEL");
                del.arg(named(key));
                shared.ask::<i64>(&del).await;
                shared.fallback.forget(key).await;
            }
        }
    }

    /// Whether `key` was not seen in the last `ttl`; true once, for replay nonces.
    pub async fn remember_once(&self, key: &str, ttl: Duration) -> bool {
        match self {
            Self::Memory(local) => local.count(key, ttl).await == 1,
            Self::Redis(shared) => {
                let mut set = redis::cmd("SET");
                set.arg(named(key)).arg(1).arg("NX").arg("PX").arg(millis(ttl));
                match shared.ask::<Option<String>>(&set).await {
                    Some(set) => set.is_some(),
                    None => shared.fallback.count(key, ttl).await == 1,
                }
            }
        }
    }

    /// Counts this call; the count of `key` in a window that begins with its first call.
    pub async fn count(&self, key: &str, window: Duration) -> u64 {
        match self {
            Self::Memory(local) => local.count(key, window).await,
            Self::Redis(shared) => {
                let mut call = shared.count.key(named(key));
                call.arg(millis(window));
                let mut connection = shared.connection.clone();
                match shared.answer(async move { call.invoke_async::<u64>(&mut connection).await }).await {
                    Some(count) => count,
                    None => shared.fallback.count(key, window).await,
                }
            }
        }
    }
}

/// A Redis server and what stands in for it.
#[derive(Clone)]
pub struct Shared {
    connection: ConnectionManager,
    count: redis::Script,
    fallback: Local,
    health: Arc<Health>,
}

/// When Redis may be asked, and complained about, again; milliseconds since `start`.
struct Health {
    start: Instant,
    rest_until: AtomicU64,
    quiet_until: AtomicU64,
}

impl Shared {
    async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Option<T> {
        let mut connection = self.connection.clone();
        self.answer(async move { command.query_async(&mut connection).await }).await
    }

    /// The answer, or nothing when Redis is down, slow or was so a moment ago.
    async fn answer<T>(&self, asked: impl Future<Output = redis::RedisResult<T>>) -> Option<T> {
        let now = millis(self.health.start.elapsed());
        if now < self.health.rest_until.load(Ordering::Relaxed) {
            return None;
        }
        let failed = match tokio::time::timeout(2 * ANSWER, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        self.health.rest_until.store(now + millis(REST), Ordering::Relaxed);
        if now >= self.health.quiet_until.load(Ordering::Relaxed) {
            self.health.quiet_until.store(now + millis(LOG_EVERY), Ordering::Relaxed);
            tracing::warn!(error = failed, "Redis does not answer; this process's memory stands in");
        }
        None
    }
}

fn named(key: &str) -> String {
    format!("{PREFIX}{key}")
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests;
