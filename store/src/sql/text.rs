//! A statement put together at run time, for lists with optional filters. Text is only ever `'static`, values only ever
//! binds, so nothing a user typed can become SQL; it refuses to know about tables or columns.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, Sqlite};

use super::{Lane, On, Result};

/// A bound value. There is no null: a filter that is absent is not written.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text.
    Text(String),
    /// A whole number, also an instant in milliseconds.
    Int(i64),
    /// A real number.
    Real(f64),
    /// A truth value.
    Bool(bool),
}

macro_rules! arg_from {
    ($($from:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$from> for Arg {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}
arg_from!(&str => Text, &String => Text, String => Text, i64 => Int, i32 => Int, u32 => Int, f64 => Real, bool => Bool);

/// SQL with its values; `$n` is written where a value is added.
#[derive(Debug, Clone, Default)]
pub struct SqlText {
    sql: String,
    args: Vec<Arg>,
}

impl SqlText {
    /// Starts with `text`, which has no placeholders of its own.
    pub fn new(text: &'static str) -> Self {
        Self { sql: text.to_owned(), args: Vec::new() }
    }

    /// Adds text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.sql.push_str(text);
        self
    }

    /// Adds a placeholder bound to `value`.
    pub fn bind(&mut self, value: impl Into<Arg>) -> &mut Self {
        self.args.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.args.len().to_string());
        self
    }

    /// Adds text and a placeholder when there is a value: `.filter(" and state = ", state)`.
    pub fn filter(&mut self, text: &'static str, value: Option<impl Into<Arg>>) -> &mut Self {
        match value {
            Some(value) => self.push(text).bind(value),
            None => self,
        }
    }

    /// Adds `text ($1, $2, …)`; an empty list becomes `text (null)`, which nothing equals: `.among(" and kind in", kinds)`.
    pub fn among<T: Into<Arg>>(
        &mut self,
        text: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        self.push(text).push(" (");
        let mut first = true;
        for value in values {
            if !std::mem::take(&mut first) {
                self.push(", ");
            }
            self.bind(value);
        }
        if first {
            self.push("null");
        }
        self.push(")")
    }

    /// The text as it is sent.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values in the order of their numbers.
    pub fn args(&self) -> &[Arg] {
        &self.args
    }
}

/// A row both drivers can read; `#[derive(sqlx::FromRow)]` and tuples are.
pub trait RowOf: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> RowOf for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// Adds the values to a query of one driver.
macro_rules! with_args {
    ($query:expr, $text:expr) => {{
        let mut query = $query;
        for arg in &$text.args {
            query = match arg {
                Arg::Text(value) => query.bind(value.as_str()),
                Arg::Int(value) => query.bind(*value),
                Arg::Real(value) => query.bind(*value),
                Arg::Bool(value) => query.bind(*value),
            };
        }
        query
    }};
}

/// Runs the closing call of a typed query on either driver.
macro_rules! run_rows {
    ($on:expr, $row:ty, $text:expr, $run:ident) => {{
        let text: &SqlText = $text;
        let sql = AssertSqlSafe(text.sql.as_str());
        match $on.into().lane().await? {
            Lane::Sqlite(mut lane) => {
                Ok(with_args!(sqlx::query_as::<Sqlite, $row>(sql), text).$run(&mut *lane).await?)
            }
            Lane::Postgres(mut lane) => {
                Ok(with_args!(sqlx::query_as::<Postgres, $row>(sql), text).$run(&mut *lane).await?)
            }
        }
    }};
}

/// All rows.
pub async fn fetch_all_dyn<T: RowOf>(on: impl Into<On<'_>>, text: &SqlText) -> Result<Vec<T>> {
    run_rows!(on, T, text, fetch_all)
}

/// The first row, if any.
pub async fn fetch_optional_dyn<T: RowOf>(on: impl Into<On<'_>>, text: &SqlText) -> Result<Option<T>> {
    run_rows!(on, T, text, fetch_optional)
}

/// The first column of the first row; for counts.
pub async fn fetch_scalar_dyn<T: Send + Unpin>(on: impl Into<On<'_>>, text: &SqlText) -> Result<T>
where
    (T,): RowOf,
{
    let row: Result<(T,)> = run_rows!(on, (T,), text, fetch_one);
    row.map(|(value,)| value)
}

/// Changes rows and tells how many.
pub async fn execute_dyn(on: impl Into<On<'_>>, text: &SqlText) -> Result<u64> {
    let sql = AssertSqlSafe(text.sql.as_str());
    Ok(match on.into().lane().await? {
        Lane::Sqlite(mut lane) => {
            with_args!(sqlx::query::<Sqlite>(sql), text).execute(&mut *lane).await?.rows_affected()
        }
        Lane::Postgres(mut lane) => {
            with_args!(sqlx::query::<Postgres>(sql), text).execute(&mut *lane).await?.rows_affected()
        }
    })
}
