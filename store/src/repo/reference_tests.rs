use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::repo::{district, people};
use crate::sql::testing::databases;

const NOW: Moment = Moment::from_ms(1_767_225_600_000);

#[tokio::test]
async fn the_reference_data_is_loaded_once_and_its_one_password_hashed_once() {
    for db in databases().await {
        let calls = AtomicUsize::new(0);
        let hash = |password: &str| {
            calls.fetch_add(1, Ordering::Relaxed);
            format!("hash of {password}")
        };
        let summaries = load_reference(&db.pool, true, &hash, NOW).await.unwrap();
        assert_eq!(summaries.len(), 10);
        assert!(summaries.iter().all(|summary| summary.rows > 0));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        let (admin, hash_of_admin) = people::by_username(&db.pool, "admin").await.unwrap().unwrap();
        assert!(admin.demo && admin.active && hash_of_admin.starts_with("hash of "));
        let books = district::load(&db.pool).await.unwrap();
        for code in books.departments.keys() {
            assert!(people::head_of(&db.pool, code).await.unwrap().is_some(), "{code} has nobody");
        }
        assert_eq!(load_reference(&db.pool, true, &hash, NOW).await.unwrap(), []);
        assert_eq!(
            district::version(&db.pool).await.unwrap(),
            books.version,
            "the second time nothing was touched"
        );
    }
}

#[tokio::test]
async fn outside_the_demo_no_account_is_made() {
    for db in databases().await {
        let summaries = load_reference(&db.pool, false, &|_| unreachable!(), NOW).await.unwrap();
        assert_eq!(summaries.len(), 9);
        assert_eq!(fetch_scalar!(db.pool, i64, "select cast(count(*) as bigint) from account").unwrap(), 0);
    }
}

#[tokio::test]
async fn of_two_first_starts_at_once_one_loads() {
    for db in databases().await {
        let load = || load_reference(&db.pool, false, &|_| unreachable!(), NOW);
        let (one, two) = tokio::join!(load(), load());
        assert_eq!([one.unwrap().len(), two.unwrap().len()].iter().sum::<usize>(), 9);
    }
}
