use std::time::Duration;

use super::*;
use crate::Pool;
use crate::sql::testing::databases;

fn account() -> AccountId {
    "a".into()
}

async fn answer(pool: &Pool, key: &str, request: &str) -> Once {
    let mut tx = pool.write().await.unwrap();
    let once = claim(&mut tx, &account(), key, request).await.unwrap();
    if once == Once::New {
        record(&mut tx, &account(), key, request, 201, "{\"案件\":1}", Moment::from_ms(50)).await.unwrap();
    }
    tx.commit().await.unwrap();
    once
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_another_request_under_the_key_none() {
    for db in databases().await {
        assert_eq!(answer(&db.pool, "k", "r").await, Once::New);
        assert_eq!(
            answer(&db.pool, "k", "r").await,
            Once::Repeat { status: 201, answer: "{\"案件\":1}".into() }
        );
        assert_eq!(answer(&db.pool, "k", "other").await, Once::Mismatch);
        assert_eq!(answer(&db.pool, "k2", "other").await, Once::New);
        let mut tx = db.pool.write().await.unwrap();
        assert_eq!(sweep(&mut tx, Moment::from_ms(50)).await.unwrap(), 0);
        assert_eq!(sweep(&mut tx, Moment::from_ms(51)).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_request_that_failed_leaves_its_key_free() {
    for db in databases().await {
        let mut tx = db.pool.write().await.unwrap();
        assert_eq!(claim(&mut tx, &account(), "k", "r").await.unwrap(), Once::New);
        drop(tx);
        assert_eq!(answer(&db.pool, "k", "other").await, Once::New);
    }
}

#[tokio::test]
async fn of_many_at_once_one_works_and_the_others_wait_for_its_answer() {
    for db in databases().await {
        let mut first = db.pool.write().await.unwrap();
        assert_eq!(claim(&mut first, &account(), "k", "r").await.unwrap(), Once::New);
        let others: Vec<_> = (0..4)
            .map(|_| {
                let pool = db.pool.clone();
                tokio::spawn(async move { answer(&pool, "k", "r").await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(others.iter().all(|other| !other.is_finished()));
        record(&mut first, &account(), "k", "r", 200, "first", Moment::from_ms(1)).await.unwrap();
        first.commit().await.unwrap();
        for other in others {
            assert_eq!(other.await.unwrap(), Once::Repeat { status: 200, answer: "first".into() });
        }
    }
}
