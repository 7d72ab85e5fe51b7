use domain::id::PhotoId;
use domain::photo::Format;
use domain::proof::Channel;
use domain::time::Moment;

use super::*;
use crate::sql::testing::databases;
use crate::{execute, fetch_scalar};

fn entry(number: usize, key: Option<&str>, request: &str) -> Entry {
    let photo = NewPhoto {
        id: PhotoId::new(format!("p{number}")),
        sha256: format!("{number:064x}"),
        bytes: 3,
        format: Format::Jpeg,
        owner: "a".into(),
        channel: Channel::H5,
        captured_at: None,
        raw: None,
        at: None,
        accuracy_m: None,
        uploaded_at: Moment::from_ms(5),
    };
    let once = key.map(|key| Claim {
        account: "a".into(),
        key: key.to_owned(),
        request_sha: request.to_owned(),
        status: 201,
        answer: format!("answer {number}"),
    });
    Entry { photo, job: NewJob::new("analyse_photo", "{}", 5), once }
}

/// An intake on a database with the account.
async fn open(pool: &Pool) -> Intake {
    let mut tx = pool.write().await.unwrap();
    let sql = "insert into account (id, role, name, demo, active, created_at)
               values ('a', 'citizen', '市民', false, true, 0)";
    execute!(tx, sql).unwrap();
    tx.commit().await.unwrap();
    Intake::open(pool)
}

async fn count(pool: &Pool, table: &'static str) -> i64 {
    let sql = match table {
        "photo" => "select cast(count(*) as bigint) from photo",
        _ => "select cast(count(*) as bigint) from job",
    };
    fetch_scalar!(pool, i64, sql).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_that_wait_together_are_all_written_and_one_bad_row_is_its_own_fault() {
    for db in databases().await {
        let intake = open(&db.pool).await;
        // One writer is busy, so all of them wait.
        let busy = db.pool.write().await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let intake = intake.clone();
                // Two photos want the same id.
                tokio::spawn(async move { intake.take(entry(number.min(18), None, "")).await })
            })
            .collect();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        busy.rollback().await.unwrap();
        let mut written = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(once) => {
                    assert_eq!(once, Once::New);
                    written += 1;
                }
                Err(error) => assert!(matches!(error, StoreError::Conflict(_)), "{error}"),
            }
        }
        assert_eq!((written, count(&db.pool, "photo").await, count(&db.pool, "job").await), (19, 19, 19));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_in_one_batch_writes_once_and_answers_the_same() {
    for db in databases().await {
        let intake = open(&db.pool).await;
        let busy = db.pool.write().await.unwrap();
        let take = |number, key, request| {
            let intake = intake.clone();
            tokio::spawn(async move { intake.take(entry(number, Some(key), request)).await.unwrap() })
        };
        let tasks = [take(1, "k", "r"), take(2, "k", "r"), take(3, "other", "r")];
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        busy.rollback().await.unwrap();
        let mut fresh = 0;
        for task in tasks {
            match task.await.unwrap() {
                Once::New => fresh += 1,
                Once::Repeat { status, answer } => {
                    assert_eq!(status, 201);
                    assert!(answer == "answer 1" || answer == "answer 2", "{answer}");
                }
                Once::Mismatch => panic!("the requests are the same"),
            }
        }
        assert_eq!((fresh, count(&db.pool, "photo").await), (2, 2));
        assert_eq!(take(4, "k", "something else").await.unwrap(), Once::Mismatch);
        assert_eq!(count(&db.pool, "photo").await, 2);
    }
}

#[tokio::test]
async fn who_has_gone_before_the_writing_is_not_written() {
    for db in databases().await.into_iter().filter(|db| matches!(db.pool, Pool::Sqlite { .. })) {
        let intake = open(&db.pool).await;
        let busy = db.pool.write().await.unwrap();
        let first = tokio::spawn({
            let intake = intake.clone();
            async move { intake.take(entry(1, None, "")).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let gone = intake.take(entry(2, None, ""));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), gone).await.is_err());
        busy.rollback().await.unwrap();
        first.await.unwrap().unwrap();
        intake.take(entry(3, None, "")).await.unwrap();
        assert_eq!(count(&db.pool, "photo").await, 2);
    }
}
