use std::collections::HashSet;

use super::*;
use crate::sql::testing::databases;
use crate::{execute, fetch_optional, fetch_scalar};

/// Later than everything here is due.
const NOW: i64 = 1_000_000;

async fn add(pool: &Pool, job: &NewJob) -> bool {
    let mut tx = pool.write().await.unwrap();
    let written = enqueue(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    written
}

async fn take(pool: &Pool, owner: &str, now: i64) -> Vec<Claimed> {
    claim(pool, owner, now, 1_000, 10, None).await.unwrap()
}

#[tokio::test]
async fn a_job_is_claimed_once_when_due_and_its_end_goes_with_its_effect() {
    for db in databases().await {
        add(&db.pool, &NewJob::new("b", "{}", 200)).await;
        add(&db.pool, &NewJob::new("a", r#"{"照片":1}"#, 100)).await;
        assert_eq!(next_run_at(&db.pool, NOW).await.unwrap(), Some(100));
        assert_eq!(take(&db.pool, "w1", 99).await, []);
        let first = take(&db.pool, "w1", 100).await;
        assert_eq!((first.len(), first[0].kind.as_str(), first[0].attempts), (1, "a", 1));
        assert_eq!(first[0].payload, r#"{"照片":1}"#);
        let second = take(&db.pool, "w2", 300).await;
        assert_eq!((second.len(), second[0].kind.as_str()), (1, "b"), "the leased one is not taken");
        assert_eq!(next_run_at(&db.pool, NOW).await.unwrap(), Some(1_100), "the end of the first lease");

        let mut tx = db.pool.write().await.unwrap();
        finish(&mut tx, &first[0]).await.unwrap();
        drop(tx);
        extend(&db.pool, &first[0], 5_000).await.expect("a dropped transaction ended nothing");
        let mut tx = db.pool.write().await.unwrap();
        finish(&mut tx, &first[0]).await.unwrap();
        finish(&mut tx, &second[0]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(next_run_at(&db.pool, NOW).await.unwrap(), None);
        assert_eq!(counts(&db.pool).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_late_worker_changes_nothing_even_in_the_same_process() {
    for db in databases().await {
        add(&db.pool, &NewJob::new("a", "{}", 0)).await;
        let late = take(&db.pool, "w", 0).await.remove(0);
        assert_eq!(take(&db.pool, "w", 999).await, []);
        let present = take(&db.pool, "w", 1_000).await.remove(0);
        assert_eq!((present.id.as_str(), present.attempts), (late.id.as_str(), 2));

        let mut tx = db.pool.write().await.unwrap();
        execute!(tx, "create table effect (id text primary key)").unwrap();
        execute!(tx, "insert into effect values ('late')").unwrap();
        assert!(matches!(finish(&mut tx, &late).await, Err(StoreError::Fenced(_))));
        drop(tx);
        assert!(matches!(extend(&db.pool, &late, 9_000).await, Err(StoreError::Fenced(_))));
        assert!(matches!(fail(&db.pool, &late, "x", After::Dead).await, Err(StoreError::Fenced(_))));
        let mut tx = db.pool.write().await.unwrap();
        assert!(matches!(later(&mut tx, &late, 9_000).await, Err(StoreError::Fenced(_))));
        later(&mut tx, &present, 2_000).await.unwrap();
        tx.commit().await.unwrap();
        let again = take(&db.pool, "w", 2_000).await.remove(0);
        assert_eq!(
            again.attempts, 1,
            "waiting is not an attempt, and what went well forgets the failures before it"
        );
        let mut tx = db.pool.write().await.unwrap();
        assert!(
            matches!(finish(&mut tx, &present).await, Err(StoreError::Fenced(_))),
            "same count, older claim"
        );
        finish(&mut tx, &again).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_dedup_key_holds_until_the_job_ends_and_never_kills_the_transaction() {
    for db in databases().await {
        let job = NewJob::new("a", "1", 0).dedup("photo-1");
        assert!(add(&db.pool, &job).await);
        let mut tx = db.pool.write().await.unwrap();
        assert!(!enqueue(&mut tx, &job).await.unwrap());
        assert!(enqueue(&mut tx, &NewJob::new("a", "2", 0)).await.unwrap());
        assert!(enqueue(&mut tx, &NewJob::new("a", "3", 0)).await.unwrap(), "no key, no limit");
        tx.commit().await.unwrap();
        for claimed in take(&db.pool, "w", 0).await {
            let mut tx = db.pool.write().await.unwrap();
            finish(&mut tx, &claimed).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(add(&db.pool, &job).await);
    }
}

#[tokio::test]
async fn a_failed_job_waits_then_dies_is_shown_and_can_be_revived() {
    for db in databases().await {
        add(&db.pool, &NewJob::new("a", "{}", 10)).await;
        let job = take(&db.pool, "w", 10).await.remove(0);
        fail(&db.pool, &job, &"长\0".repeat(900), After::RetryAt(50)).await.unwrap();
        assert_eq!(take(&db.pool, "w", 49).await, []);
        let job = take(&db.pool, "w", 50).await.remove(0);
        assert_eq!(job.attempts, 2);
        fail(&db.pool, &job, &"长\0".repeat(900), After::Dead).await.unwrap();
        assert_eq!(take(&db.pool, "w", i64::MAX).await, []);
        assert_eq!(next_run_at(&db.pool, NOW).await.unwrap(), None);
        let shown = dead(&db.pool, 10).await.unwrap();
        assert_eq!(shown[0].last_error.as_deref().map(|e| e.chars().count()), Some(500));
        let count = JobCount { kind: "a".into(), state: "dead".into(), jobs: 1, oldest_run_at: 50 };
        assert_eq!(counts(&db.pool).await.unwrap(), [count]);
        assert!(revive(&db.pool, &job.id).await.unwrap());
        assert!(!revive(&db.pool, &job.id).await.unwrap());
        assert_eq!(take(&db.pool, "w", 50).await[0].attempts, 1);
    }
}

#[tokio::test]
async fn a_claim_keeps_to_its_kinds_and_its_limit() {
    for db in databases().await {
        for n in 0..20 {
            add(&db.pool, &NewJob::new(if n % 2 == 0 { "photo" } else { "mail" }, "{}", n)).await;
        }
        let photos = claim(&db.pool, "w", 100, 1_000, 3, Some(&["photo", "other"])).await.unwrap();
        let due: Vec<_> = photos.iter().map(|job| (job.kind.as_str(), job.run_at)).collect();
        assert_eq!(due, [("photo", 0), ("photo", 2), ("photo", 4)]);
        assert_eq!(claim(&db.pool, "w", 100, 1_000, 3, Some(&[])).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_racing_over_short_leases_do_each_job_exactly_once() {
    for db in databases().await {
        let mut tx = db.pool.write().await.unwrap();
        execute!(tx, "create table effect (job text not null)").unwrap();
        for n in 0..120 {
            enqueue(&mut tx, &NewJob::new("a", n.to_string(), 0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let workers: Vec<_> = (0..6)
            .map(|w| {
                let pool = db.pool.clone();
                tokio::spawn(async move {
                    // Virtual time: each round a lease of the round before is over, so late workers are the rule.
                    for round in 0..400 {
                        if next_run_at(&pool, NOW).await?.is_none() {
                            break;
                        }
                        for job in claim(&pool, &format!("w{w}"), round * 10, 10, 7, None).await? {
                            let mut tx = pool.write().await?;
                            execute!(tx, "insert into effect values ($1)", &job.payload)?;
                            match finish(&mut tx, &job).await {
                                Ok(()) => tx.commit().await?,
                                Err(StoreError::Fenced(_)) => drop(tx),
                                Err(error) => return Err(error),
                            }
                        }
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap().unwrap();
        }
        let effects = crate::fetch_scalars!(db.pool, String, "select job from effect").unwrap();
        assert_eq!(effects.len(), 120);
        assert_eq!(effects.into_iter().collect::<HashSet<_>>().len(), 120);
        let left: i64 = fetch_scalar!(db.pool, i64, "select cast(count(*) as bigint) from job").unwrap();
        assert_eq!(left, 0);
        assert!(fetch_optional!(db.pool, (String,), "select id from job").unwrap().is_none());
    }
}
