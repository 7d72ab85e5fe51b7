//! The files by which a city sets itself up: reads them, has the domain judge them, and writes them in one transaction
//! that raises the version of the books. It refuses a file with any fault as a whole, so that nothing is half imported.

mod borders;
mod foresee;
mod patches;
mod people;
mod registers;
mod sheet;
mod tables;
mod values;

use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::id::AccountId;
pub use domain::import::Fault;
use domain::register::Register;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::foresee::{Example, Moved};
pub use self::patches::{Flight, patches};
pub use self::registers::named;
use super::catalogue;
use crate::sql::{Pool, StoreError, Tx};

/// Bytes that a file may have.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Rows that a table may have.
pub const MOST_ROWS: usize = 100_000;

/// Makes the stored form of a password.
pub type Hash<'a> = &'a (dyn Fn(&str) -> String + Sync);

/// The tables that can be imported as CSV or XLSX.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Table {
    /// 责任单位.
    Departments,
    /// 人员.
    People,
    /// 类别.
    Categories,
    /// 立结案标准.
    Standards,
    /// 派单规则.
    Rules,
    /// 节假日.
    Calendar,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The table or register, `grids` or `patches`.
    pub kind: String,
    /// Rows or grids that were taken.
    pub rows: usize,
    /// What a person should know, in Chinese.
    pub notes: Vec<String>,
    /// Overlaps and holes of borders as GeoJSON, in the datum of the file.
    pub faults_map: Option<Value>,
    /// Which cases would go elsewhere; only of a trial that changes where cases go.
    pub moved: Option<Moved>,
}

impl Summary {
    fn of(kind: impl Into<String>, rows: usize, notes: Vec<String>) -> Self {
        Self { kind: kind.into(), rows, notes, faults_map: None, moved: None }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is wrong; each fault by line and column.
    #[error("{} faults, the first: {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
    Faults(Vec<Fault>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// A fault of the file as a whole.
    fn of_file(reason: impl Into<String>) -> Self {
        Self::Faults(vec![Fault { line: 1, column: "文件".into(), reason: reason.into() }])
    }
}

impl From<Vec<Fault>> for ImportError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}

/// Whether an import is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What was taken is in use from now on.
    Keep,
    /// Everything is checked and counted, nothing is kept (试导入).
    Discard,
}

impl Ending {
    /// Ends the transaction; `changes` names what the trial changes in where cases go.
    async fn of(
        self,
        tx: Tx,
        pool: &Pool,
        changes: Option<foresee::Changes>,
        now: Moment,
        mut summary: Summary,
    ) -> Result<Summary, ImportError> {
        match self {
            Self::Keep => tx.commit().await?,
            // A transaction that is dropped is rolled back.
            Self::Discard => {
                if let Some(changes) = changes {
                    summary.moved = Some(foresee::moved(tx, pool, changes, now).await?);
                }
                summary.notes.push("试导入：没有写入任何内容".to_owned());
            }
        }
        Ok(summary)
    }
}

/// Imports a table from a CSV (UTF-8) or XLSX file; which of the two its first bytes tell.
///
/// `hash` is called for the first passwords of new accounts only, before the transaction begins.
pub async fn table(
    pool: &Pool,
    table: Table,
    file: Vec<u8>,
    hash: Hash<'_>,
    ending: Ending,
    now: Moment,
) -> Result<Summary, ImportError> {
    let sheet = aside(move || sheet::read(&file)).await?;
    let mut rows = tables::parse(pool, table, &sheet).await?;
    rows.hash_passwords(pool, hash).await?;
    let mut tx = begin(pool, now).await?;
    let summary = tables::write(&mut tx, &rows, false, now).await?;
    let routes = matches!(table, Table::Departments | Table::Categories | Table::Rules);
    ending.of(tx, pool, routes.then_some(foresee::Changes::Rules), now, summary).await
}

/// Imports the entries of a register; `expected` is how many there must be afterwards, for items "classes/items".
pub async fn register(
    pool: &Pool,
    register: Register,
    file: Vec<u8>,
    expected: Option<&str>,
    by: &AccountId,
    ending: Ending,
    now: Moment,
) -> Result<Summary, ImportError> {
    let sheet = aside(move || sheet::read(&file)).await?;
    let entries = registers::parse(pool, register, &sheet).await?;
    // Registers are no part of the books: their version stays.
    let mut tx = pool.write().await?;
    let summary = registers::write(&mut tx, register, &entries, expected, by, now).await?;
    ending.of(tx, pool, None, now, summary).await
}

/// Imports the borders of a layer from GeoJSON as a new version, which is in use from then on; the old ones stay.
///
/// `source` says where they come from.
pub async fn grids(
    pool: &Pool,
    layer: Layer,
    coord: CoordType,
    geojson: String,
    source: &str,
    ending: Ending,
    now: Moment,
) -> Result<Summary, ImportError> {
    let borders = aside(move || borders::check(&geojson, layer, coord)).await?;
    let mut tx = begin(pool, now).await?;
    let summary = borders::write(&mut tx, borders, source, now).await?;
    ending.of(tx, pool, Some(foresee::Changes::Borders(layer)), now, summary).await
}

/// Steps of an import inside a transaction of the caller, which raised the version of the books.
pub(super) mod step {
    use super::*;

    /// Imports a table; `demo` marks new accounts as made for the demo.
    pub async fn table(
        tx: &mut Tx,
        table: Table,
        file: &'static str,
        hash: Hash<'_>,
        demo: bool,
        now: Moment,
    ) -> Result<Summary, ImportError> {
        let sheet = aside(move || sheet::read(file.as_bytes())).await?;
        let mut rows = tables::parse(&mut *tx, table, &sheet).await?;
        rows.hash_passwords(&mut *tx, hash).await?;
        tables::write(tx, &rows, demo, now).await
    }

    /// Imports borders that were checked before the transaction began.
    pub async fn grids(
        tx: &mut Tx,
        borders: Borders,
        source: &str,
        now: Moment,
    ) -> Result<Summary, ImportError> {
        borders::write(tx, borders, source, now).await
    }

    pub use super::borders::{Borders, check};
}

/// Begins the transaction of an import.
pub(super) async fn begin(pool: &Pool, now: Moment) -> Result<Tx, StoreError> {
    let mut tx = pool.write().await?;
    catalogue::raise_version(&mut tx, now).await?;
    Ok(tx)
}

/// Runs what takes long off the async threads; a panic inside a reader is a fault of the file.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportError> + Send + 'static,
) -> Result<T, ImportError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ImportError::of_file("无法读取，文件已损坏")))
}

#[cfg(test)]
mod tests;
