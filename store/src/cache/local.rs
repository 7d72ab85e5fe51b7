//! The cache inside one process, bounded in bytes and in counters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future::Cache;
use moka::policy::EvictionPolicy;

/// Bytes of values kept.
const VALUE_BYTES: u64 = 64 * 1024 * 1024;
/// Counters and nonces kept.
const COUNTERS: u64 = 500_000;

/// Values and counters that end by themselves; cheap to clone.
#[derive(Clone)]
pub struct Local {
    values: Cache<String, Timed<Bytes>>,
    counters: Cache<String, Timed<Arc<AtomicU64>>>,
}

#[derive(Clone)]
struct Timed<T> {
    ttl: Duration,
    value: T,
}

/// Each entry says itself how long it lasts.
struct OwnTime;

impl<T> Expiry<String, Timed<T>> for OwnTime {
    fn expire_after_create(&self, _key: &String, entry: &Timed<T>, _at: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(
        &self,
        _key: &String,
        entry: &Timed<T>,
        _at: Instant,
        _left: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.ttl)
    }
}

impl Local {
    pub(super) fn new() -> Self {
        let values = Cache::builder()
            .max_capacity(VALUE_BYTES)
            .weigher(|key: &String, entry: &Timed<Bytes>| {
                u32::try_from(key.len() + entry.value.len() + 64).unwrap_or(u32::MAX)
            })
            .expire_after(OwnTime)
            .build();
        // Least recently used, because the default policy may turn away a new key, and a nonce is always new.
        let counters = Cache::builder()
            .max_capacity(COUNTERS)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(OwnTime)
            .build();
        Self { values, counters }
    }

    pub(super) async fn get(&self, key: &str) -> Option<Bytes> {
        self.values.get(key).await.map(|entry| entry.value)
    }

    pub(super) async fn put(&self, key: &str, value: Bytes, ttl: Duration) {
        self.values.insert(key.to_owned(), Timed { ttl, value }).await;
    }

    pub(super) async fn forget(&self, key: &str) {
        self.values.invalidate(key).await;
        self.counters.invalidate(key).await;
    }

    pub(super) async fn count(&self, key: &str, window: Duration) -> u64 {
        let fresh = async { Timed { ttl: window, value: Arc::new(AtomicU64::new(0)) } };
        let counter = self.counters.get_with_by_ref(key, fresh).await.value;
        counter.fetch_add(1, Ordering::Relaxed) + 1
    }
}
