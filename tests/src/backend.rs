//! Where one city keeps its things: the pair of back ends that `TEST_BACKEND` names, each city with a folder, a database,
//! a Redis number and a bucket of its own. It fails, and never skips, when one that is asked for can't be had.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::{Connection as _, Executor as _, PgConnection};

/// Redis numbers its databases 0 to 15.
const REDIS_DATABASES: u8 = 16;
/// Key and secret that the tests' S3 server takes.
const S3_KEY: &str = "test";

/// The back ends of one city.
#[derive(Debug)]
pub struct Backend {
    /// As the server takes it.
    pub database_url: String,
    /// A folder or a bucket.
    pub blob_url: String,
    /// None when the process's own memory is the cache.
    pub redis_url: Option<String>,
    /// Logs, and with SQLite everything.
    pub folder: PathBuf,
    /// Name of the PostgreSQL database.
    own_database: Option<String>,
}

/// Which database and which cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// PostgreSQL, else SQLite.
    pub postgres: bool,
    /// Redis, else memory.
    pub redis: bool,
}

impl Pair {
    /// What `TEST_BACKEND` names; SQLite and memory when it is not set.
    pub fn of_environment() -> Self {
        let name = std::env::var("TEST_BACKEND").unwrap_or_else(|_| "sqlite-memory".to_owned());
        match name.as_str() {
            "sqlite-memory" => Self { postgres: false, redis: false },
            "sqlite-redis" => Self { postgres: false, redis: true },
            "postgres-memory" => Self { postgres: true, redis: false },
            "postgres-redis" => Self { postgres: true, redis: true },
            other => panic!(
                "TEST_BACKEND={other} is none of sqlite-memory, sqlite-redis, postgres-memory, postgres-redis"
            ),
        }
    }
}

impl Backend {
    /// Makes the back ends of a new city.
    pub async fn create(pair: Pair) -> Self {
        let name = format!("city_{}", uuid::Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join("suishoupai-tests").join(&name);
        std::fs::create_dir_all(&folder).expect("a folder for the city");
        let redis_url = pair.redis.then(redis_url);
        let (database_url, own_database) = match pair.postgres {
            true => (create_database(&name).await, Some(name.clone())),
            false => (format!("sqlite:{}", folder.join("city.db").display()), None),
        };
        let blob_url = match pair.postgres && pair.redis {
            true => create_bucket(&name.replace('_', "-")).await,
            false => folder.join("photos").display().to_string(),
        };
        Self { database_url, blob_url, redis_url, folder, own_database }
    }

    /// Removes them; a failed test keeps its own for a look.
    pub async fn remove(self) {
        if let Some(name) = &self.own_database {
            let mut admin = PgConnection::connect(&wanted("TEST_POSTGRES_URL")).await.expect("PostgreSQL");
            let drop = format!("drop database if exists {name} with (force)");
            admin.execute(sqlx::AssertSqlSafe(drop)).await.expect("the city's database is dropped");
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The variable, which `make test` sets.
pub fn wanted(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `make test`, or source scripts/services"))
}

async fn create_database(name: &str) -> String {
    let admin_url = wanted("TEST_POSTGRES_URL");
    let mut admin = PgConnection::connect(&admin_url).await.expect("PostgreSQL answers at TEST_POSTGRES_URL");
    let create = format!("create database {name}");
    admin.execute(sqlx::AssertSqlSafe(create)).await.expect("a database for the city");
    let mut url = reqwest::Url::parse(&admin_url).expect("TEST_POSTGRES_URL is a URL");
    url.set_path(name);
    url.into()
}

/// Each city of a process another number; sixteen at once are more than a test run has threads.
fn redis_url() -> String {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % REDIS_DATABASES;
    format!("{}/{number}", wanted("TEST_REDIS_URL").trim_end_matches('/'))
}

async fn create_bucket(name: &str) -> String {
    let endpoint = wanted("TEST_S3_ENDPOINT");
    let endpoint = endpoint.trim_end_matches('/');
    // The tests' server reads the key and checks no signature.
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={S3_KEY}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    );
    let request = reqwest::Client::new().put(format!("{endpoint}/{name}")).header("Authorization", signed);
    let answer = request.send().await.expect("the S3 server answers at TEST_S3_ENDPOINT");
    assert!(answer.status().is_success(), "no bucket: {}", answer.status());
    format!(
        "s3://{name}/photos?endpoint={endpoint}&region=us-east-1&access_key_id={S3_KEY}&secret_access_key={S3_KEY}"
    )
}
