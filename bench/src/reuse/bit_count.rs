//! The same search by PostgreSQL, which counts bits row by row: one statement for all orientations.

use domain::photo::hash::{Orientation, orient};
use store::{Pool, execute, fetch_one};
use tokio::runtime::{Builder, Runtime};

use crate::Outcome;
use crate::databases::{Databases, Kind};

const NAME: &str = "hashes";
/// Hashes sent in one statement.
const BATCH: usize = 20_000;

/// A table of hashes.
pub struct Table {
    runtime: Runtime,
    pool: Pool,
}

/// Bits as PostgreSQL reads them, in hexadecimal digits.
fn digits(hash: &[u64; 4]) -> String {
    hash.iter().map(|word| format!("{word:016x}")).collect()
}

impl Table {
    /// Writes all hashes; `None` where there is no PostgreSQL.
    pub fn fill(databases: &Databases, hashes: impl Iterator<Item = [u64; 4]>) -> Outcome<Option<Self>> {
        if databases.postgres.is_none() {
            return Ok(None);
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let pool = runtime.block_on(fill(databases, hashes))?;
        Ok(Some(Self { runtime, pool }))
    }
    /// Number and distance of the hash that is nearest to the query in any orientation.
    pub fn nearest(&self, query: &[u64; 4]) -> Outcome<(i64, i64)> {
        let asked: Vec<String> = Orientation::ALL.iter().map(|&how| digits(&orient(query, how))).collect();
        let ask = async {
            fetch_one!(
                &self.pool,
                (i64, i64),
                "select number, least( \
                 bit_count(hash # cast('x' || $1 as bit(256))), bit_count(hash # cast('x' || $2 as bit(256))), \
                 bit_count(hash # cast('x' || $3 as bit(256))), bit_count(hash # cast('x' || $4 as bit(256))), \
                 bit_count(hash # cast('x' || $5 as bit(256))), bit_count(hash # cast('x' || $6 as bit(256))), \
                 bit_count(hash # cast('x' || $7 as bit(256))), bit_count(hash # cast('x' || $8 as bit(256)))) as bits \
                 from print order by bits limit 1",
                &asked[0],
                &asked[1],
                &asked[2],
                &asked[3],
                &asked[4],
                &asked[5],
                &asked[6],
                &asked[7],
            )
        };
        Ok(self.runtime.block_on(ask)?)
    }

    /// Removes the table.
    pub fn drop(self, databases: &Databases) -> Outcome {
        self.runtime.block_on(async {
            self.pool.close().await;
            databases.drop(Kind::Postgres, NAME).await
        })
    }
}

async fn fill(databases: &Databases, hashes: impl Iterator<Item = [u64; 4]>) -> Outcome<Pool> {
    let pool = Pool::open(&databases.make(Kind::Postgres, NAME).await?).await?;
    execute!(&pool, "create table print (number bigint, hash bit(256))")?;
    let mut hashes = hashes.map(|hash| digits(&hash)).peekable();
    let mut first = 0;
    while hashes.peek().is_some() {
        let batch: Vec<String> = hashes.by_ref().take(BATCH).collect();
        execute!(
            &pool,
            "insert into print select $1 + n - 1, cast('x' || hash as bit(256)) \
                 from json_array_elements_text(cast($2 as json)) with ordinality as t(hash, n)",
            first,
            serde_json::to_string(&batch)?,
        )?;
        first += BATCH as i64;
    }
    execute!(&pool, "vacuum analyze print")?;
    Ok(pool)
}
