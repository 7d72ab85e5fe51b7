use std::sync::Arc;

use sqlx::FromRow;

use super::testing::{databases, empty_databases};
use super::{
    AssertSqlSafe, On, Pool, SqlText, StoreError, Tx, dialect, execute_dyn, fetch_all_dyn, fetch_scalar_dyn,
};
use crate::{execute, fetch_all, fetch_one, fetch_optional, fetch_scalar, fetch_scalars};

#[derive(Debug, PartialEq, FromRow)]
struct Kinds {
    id: String,
    flag: bool,
    whole: i64,
    part: f64,
    none: Option<i64>,
    words: Option<String>,
    raw: Vec<u8>,
}

async fn with_table(pool: &Pool, sql: &'static str) {
    let mut tx = pool.write().await.unwrap();
    execute!(tx, sql).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_text_reads_and_writes_every_type_on_both_databases() {
    for db in databases().await {
        with_table(
            &db.pool,
            "create table kinds (id text primary key, flag boolean not null, whole bigint not null,
             part double precision not null, none bigint, words text, raw bytea not null)",
        )
        .await;
        let mut tx = db.pool.write().await.unwrap();
        let id = "一".to_owned();
        for (id, flag, words) in [(id.as_str(), true, Some("窨井盖")), ("b", false, None)] {
            let rows = execute!(
                &mut tx,
                "insert into kinds (id, flag, whole, part, none, words, raw) values ($1, $2, $3, $4, $5, $6, $7)",
                id,
                flag,
                i64::MAX,
                0.25,
                None::<i64>,
                words,
                &[0u8, 255][..],
            )
            .unwrap();
            assert_eq!(rows, 1);
        }
        tx.commit().await.unwrap();
        let expected = Kinds {
            id,
            flag: true,
            whole: i64::MAX,
            part: 0.25,
            none: None,
            words: Some("窨井盖".to_owned()),
            raw: vec![0, 255],
        };
        let pool = &db.pool;
        let row = fetch_one!(pool, Kinds, "select * from kinds where flag and $1 = $1", true).unwrap();
        assert_eq!(row, expected);
        let tuple: (String, bool, Option<String>) = fetch_one!(
            pool,
            (String, bool, Option<String>),
            "select id, flag, words from kinds where id = $1",
            "b"
        )
        .unwrap();
        assert_eq!(tuple, ("b".to_owned(), false, None));
        assert_eq!(fetch_optional!(pool, Kinds, "select * from kinds where id = $1", "none").unwrap(), None);
        assert_eq!(
            fetch_scalars!(db.pool, String, "select id from kinds order by flag").unwrap(),
            ["b", "一"]
        );
        assert!(matches!(
            fetch_scalar!(pool, i64, "select whole from kinds where 1 = 0"),
            Err(StoreError::Missing(_))
        ));
        let sum = "select cast(sum(whole / 2) as bigint), cast(avg(part) as double precision) from kinds";
        assert_eq!(fetch_all!(pool, (i64, f64), sum).unwrap(), [(i64::MAX - 1, 0.25)]);
    }
}

async fn words_of(on: impl Into<On<'_>>, id: &str) -> Option<String> {
    let mut on = on.into();
    fetch_scalar!(on, Option<String>, "select words from note where id = $1", id).unwrap()
}

#[tokio::test]
async fn a_reading_function_sees_the_transaction_it_is_given_and_a_dropped_one_leaves_nothing() {
    for db in databases().await {
        with_table(&db.pool, "create table note (id text primary key, words text)").await;
        with_table(&db.pool, "insert into note values ('a', 'before')").await;
        let mut tx = db.pool.write().await.unwrap();
        let sql = AssertSqlSafe(format!("select words from note where id = $1{}", dialect::lock_row(&tx)));
        let seen = fetch_scalar!(tx, String, sql, "a").unwrap();
        assert_eq!(seen, "before");
        execute!(tx, "update note set words = $1", "after").unwrap();
        assert_eq!(words_of(&mut tx, "a").await.as_deref(), Some("after"));
        assert_eq!(words_of(&db.pool, "a").await.as_deref(), Some("before"));
        drop(tx);
        let tx = db.pool.write().await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(words_of(&db.pool, "a").await.as_deref(), Some("before"));
    }
}

#[tokio::test]
async fn optional_filters_are_numbered_and_hostile_text_stays_a_value() {
    for db in databases().await {
        with_table(
            &db.pool,
            "create table thing (name text not null, size bigint not null, open boolean not null)",
        )
        .await;
        let hostile = "x'); drop table thing; --";
        for (name, size, open) in
            [("100%", 1, true), ("100x", 2, true), (hostile, 3, false), ("Abc", 4, true)]
        {
            let mut insert = SqlText::new("insert into thing values (");
            insert.bind(name).push(", ").bind(size).push(", ").bind(open).push(")");
            let mut tx = db.pool.write().await.unwrap();
            assert_eq!(execute_dyn(&mut tx, &insert).await.unwrap(), 1);
            tx.commit().await.unwrap();
        }
        let names = async |q: &SqlText| -> Vec<String> {
            fetch_all_dyn::<(String,)>(&db.pool, q).await.unwrap().into_iter().map(|(name,)| name).collect()
        };
        let like = db.pool.dialect().like();
        let base = || SqlText::new("select name from thing where 1 = 1");

        let mut q = base();
        q.filter(" and open = ", Some(true))
            .filter(" and name = ", None::<&str>)
            .filter(" and size > ", Some(1));
        q.push(" order by size");
        assert_eq!(names(&q).await, ["100x", "Abc"]);
        let mut q = base();
        q.push(" and name").push(like).bind(dialect::contains("0%")).push(" escape '\\'");
        assert_eq!(names(&q).await, ["100%"]);
        let mut q = base();
        q.push(" and name").push(like).bind(dialect::contains("aBC")).push(" escape '\\'");
        assert_eq!(names(&q).await, ["Abc"]);
        let mut q = base();
        q.among(" and name in", [hostile, "Abc"]).push(" order by size");
        assert_eq!(names(&q).await, [hostile, "Abc"]);
        let mut q = base();
        q.among(" and name in", Vec::<String>::new());
        assert_eq!(names(&q).await, Vec::<String>::new());
        let mut q = SqlText::new("select cast(count(*) as bigint) from thing where open = ");
        q.bind(true);
        assert_eq!(fetch_scalar_dyn::<i64>(&db.pool, &q).await.unwrap(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_read_then_write_transactions_at_once_lose_nothing() {
    for db in databases().await {
        with_table(&db.pool, "create table till (id text primary key, n bigint not null)").await;
        with_table(&db.pool, "insert into till values ('t', 0)").await;
        let pool = Arc::new(db.pool.clone());
        let add = |pool: Arc<Pool>| async move {
            let mut tx = pool.write().await?;
            let sql = AssertSqlSafe(format!("select n from till where id = $1{}", dialect::lock_row(&tx)));
            let n = fetch_scalar!(tx, i64, sql, "t")?;
            tokio::task::yield_now().await;
            execute!(tx, "update till set n = $1 where id = $2", n + 1, "t")?;
            tx.commit().await
        };
        let tasks: Vec<_> = (0..200).map(|_| tokio::spawn(add(pool.clone()))).collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(fetch_scalar!(pool, i64, "select n from till").unwrap(), 200);
    }
}

#[tokio::test]
async fn a_doubled_key_is_a_conflict_and_a_missing_parent_too() {
    for db in databases().await {
        with_table(&db.pool, "create table parent (id text primary key)").await;
        with_table(
            &db.pool,
            "create table child (id text primary key, parent text not null references parent (id))",
        )
        .await;
        with_table(&db.pool, "insert into parent values ('p')").await;
        let mut tx = db.pool.write().await.unwrap();
        let doubled = execute!(tx, "insert into parent values ($1)", "p").unwrap_err();
        assert!(matches!(doubled, StoreError::Conflict(_)), "{doubled}");
        assert!(!doubled.is_retryable());
        drop(tx);
        let mut tx = db.pool.write().await.unwrap();
        let orphan = execute!(tx, "insert into child values ($1, $2)", "c", "nobody").unwrap_err();
        assert!(matches!(orphan, StoreError::Conflict(_)), "{orphan}");
    }
}

#[tokio::test]
async fn a_reader_of_sqlite_can_not_write() {
    let db = databases().await.remove(0);
    let Pool::Sqlite { reader, .. } = &db.pool else { panic!("the first test database is SQLite") };
    let refused = sqlx::query("delete from job").execute(reader).await.unwrap_err();
    assert!(refused.to_string().contains("readonly"), "{refused}");
}

#[tokio::test]
async fn a_commit_of_sqlite_is_on_disk_before_it_is_acknowledged_also_after_a_light_one() {
    let db = databases().await.remove(0);
    for (light, expected) in [(false, 2), (true, 1), (false, 2)] {
        let mut tx = if light { db.pool.write_light().await } else { db.pool.write().await }.unwrap();
        let Tx::Sqlite(inner) = &mut tx else { panic!("the first test database is SQLite") };
        let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&mut **inner).await.unwrap();
        assert_eq!(level, expected, "light: {light}");
        execute!(
            tx,
            "insert into job (id, kind, payload, state, run_at, attempts, created_at)
                      values ($1, 'a', '{}', 'ready', 0, 0, 0)",
            crate::id::fresh()
        )
        .unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn another_process_holding_the_write_lock_makes_sqlite_busy_not_broken() {
    let db = databases().await.remove(0);
    let path = db.url.trim_start_matches("sqlite://");
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(path).busy_timeout(std::time::Duration::ZERO);
    let other =
        sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let held = db.pool.write().await.unwrap();
    let busy = StoreError::from(other.begin_with("begin immediate").await.unwrap_err());
    assert!(matches!(busy, StoreError::Unavailable(_)) && busy.is_retryable(), "{busy}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_runs_at_once_migrate_the_database_once() {
    for (url, _folder) in empty_databases().await {
        let runs: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move {
                    let pool = Pool::open(&url).await?;
                    pool.migrate().await?;
                    pool.ping().await?;
                    pool.close().await;
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for run in runs {
            run.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable_and_an_unknown_url_is_not() {
    let refused = Pool::open("postgres://nobody@127.0.0.1:1/none").await.unwrap_err();
    assert!(refused.is_retryable(), "{refused}");
    assert!(!Pool::open("mysql://localhost/x").await.unwrap_err().is_retryable());
    assert!(!Pool::open("sqlite::memory:").await.unwrap_err().is_retryable());
}
