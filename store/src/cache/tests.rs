use super::*;
use crate::sql::testing::{Proxy, backend};

const LONG: Duration = Duration::from_secs(60);

fn caches() -> Vec<Cache> {
    let mut caches = vec![Cache::memory()];
    caches.extend(backend("TEST_REDIS_URL").map(|url| Cache::redis(&url).unwrap()));
    caches
}

fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[tokio::test]
async fn a_value_lasts_its_time_and_bytes_come_back_as_they_were() {
    for cache in caches() {
        let key = fresh();
        let bytes = Bytes::from_static(&[0, 255, 13, 10]);
        assert_eq!(cache.get(&key).await, None);
        cache.put(&key, bytes.clone(), LONG).await;
        assert_eq!(cache.get(&key).await, Some(bytes));
        cache.put(&key, Bytes::from_static(b"short"), Duration::from_millis(40)).await;
        assert_eq!(cache.get(&key).await.as_deref(), Some(&b"short"[..]));
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert_eq!(cache.get(&key).await, None);
        cache.put(&key, Bytes::from_static(b"x"), LONG).await;
        cache.forget(&key).await;
        assert_eq!(cache.get(&key).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_nonce_is_new_once_however_many_ask() {
    for cache in caches() {
        let key = fresh();
        let asks = (0..50).map(|_| {
            let (cache, key) = (cache.clone(), key.clone());
            tokio::spawn(async move { cache.remember_once(&key, LONG).await })
        });
        let answers = futures_util::future::join_all(asks).await;
        assert_eq!(answers.into_iter().filter(|new| *new.as_ref().unwrap()).count(), 1);
    }
}

#[tokio::test]
async fn a_window_counts_from_its_first_call_and_begins_anew() {
    for cache in caches() {
        let key = fresh();
        let window = Duration::from_millis(200);
        for n in 1..=5 {
            assert_eq!(cache.count(&key, window).await, n);
        }
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(cache.count(&key, window).await, 6, "a later call does not lengthen the window");
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(cache.count(&key, window).await, 1);
        assert_eq!(cache.count(&fresh(), window).await, 1);
    }
}

#[tokio::test]
async fn without_redis_this_process_stands_in_quickly() {
    let cache = Cache::redis("redis://127.0.0.1:1/").unwrap();
    let start = Instant::now();
    for n in 1..=100 {
        assert_eq!(cache.count("c", LONG).await, n);
    }
    assert!(cache.remember_once("n", LONG).await);
    assert!(!cache.remember_once("n", LONG).await);
    cache.put("k", Bytes::from_static(b"v"), LONG).await;
    assert_eq!(cache.get("k").await.as_deref(), Some(&b"v"[..]));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn redis_is_used_again_when_it_is_back() {
    let Some(url) = backend("TEST_REDIS_URL") else { return };
    let proxy = Proxy::start(&url).await;
    let (there, here) = (Cache::redis(&url).unwrap(), Cache::redis(&proxy.url).unwrap());
    let key = fresh();
    here.put(&key, Bytes::from_static(b"1"), LONG).await;
    assert_eq!(there.get(&key).await.as_deref(), Some(&b"1"[..]));
    proxy.set_open(false);
    here.put(&key, Bytes::from_static(b"2"), LONG).await;
    assert_eq!(here.get(&key).await.as_deref(), Some(&b"2"[..]), "from this process's memory");
    proxy.set_open(true);
    tokio::time::sleep(REST + Duration::from_millis(200)).await;
    for _ in 0..20 {
        here.put(&key, Bytes::from_static(b"3"), LONG).await;
        if there.get(&key).await.as_deref() == Some(&b"3"[..]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("the cache did not come back to Redis");
}
