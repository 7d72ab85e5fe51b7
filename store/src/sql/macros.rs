//! Runs one SQL text on whichever database is there. `on` is a `Pool` (reads), a `Tx` or an `On`, by value or reference;
//! the text is a `&'static str` or `AssertSqlSafe(String)` with `$1…`; every bind is any value both drivers take: `&str`,
//! `String`, `i64`, `f64`, `bool`, `&[u8]` and options of them. The macros refuse to retry and to build SQL.
//!
//! ```ignore
//! let open: i64 = fetch_scalar!(pool, i64, "select count(*) from ticket where state = $1", "open")?;
//! let row = fetch_optional!(tx, TicketRow, "select * from ticket where id = $1", id)?;
//! let changed = execute!(tx, "update ticket set title = $1 where id = $2", title, id)?;
//! ```

/// Pastes the statement into an arm for each driver; the text is evaluated first, so it may ask `on` for its dialect.
#[doc(hidden)]
#[macro_export]
macro_rules! __on_both {
    ($on:expr, $make:ident, [$($row:ty)?], $run:ident, $sql:expr, [$($bind:expr),*]) => {{
        let sql = $sql;
        match $on.lane().await {
            Ok($crate::sql::Lane::Sqlite(mut lane)) => $crate::__sqlx::$make::<$crate::__sqlx::Sqlite $(, $row)?>(sql)
                $(.bind($bind))*
                .$run(&mut *lane)
                .await
                .map_err($crate::sql::StoreError::from),
            Ok($crate::sql::Lane::Postgres(mut lane)) => {
                $crate::__sqlx::$make::<$crate::__sqlx::Postgres $(, $row)?>(sql)
                    $(.bind($bind))*
                    .$run(&mut *lane)
                    .await
                    .map_err($crate::sql::StoreError::from)
            }
            Err(error) => Err(error),
        }
    }};
}

/// All rows: `Result<Vec<Row>>`.
#[macro_export]
macro_rules! fetch_all {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_as, [$row], fetch_all, $sql, [$($bind),*])
    };
}

/// The first row, if any: `Result<Option<Row>>`.
#[macro_export]
macro_rules! fetch_optional {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_as, [$row], fetch_optional, $sql, [$($bind),*])
    };
}

/// The first row: `Result<Row>`, `Missing` when there is none.
#[macro_export]
macro_rules! fetch_one {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_as, [$row], fetch_one, $sql, [$($bind),*])
    };
}

/// The first column of the first row: `Result<T>`, `Missing` when there is none.
#[macro_export]
macro_rules! fetch_scalar {
    ($on:expr, $column:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_scalar, [$column], fetch_one, $sql, [$($bind),*])
    };
}

/// The first column of the first row, if any: `Result<Option<T>>`.
#[macro_export]
macro_rules! fetch_scalar_optional {
    ($on:expr, $column:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_scalar, [$column], fetch_optional, $sql, [$($bind),*])
    };
}

/// The first column of all rows: `Result<Vec<T>>`.
#[macro_export]
macro_rules! fetch_scalars {
    ($on:expr, $column:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__on_both!($on, query_scalar, [$column], fetch_all, $sql, [$($bind),*])
    };
}

/// Changes rows and tells how many: `Result<u64>`.
#[macro_export]
macro_rules! execute {
    ($on:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let sql = $sql;
        match $on.lane().await {
            Ok($crate::sql::Lane::Sqlite(mut lane)) => $crate::__sqlx::query::<$crate::__sqlx::Sqlite>(sql)
                $(.bind($bind))*
                .execute(&mut *lane)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::sql::StoreError::from),
            Ok($crate::sql::Lane::Postgres(mut lane)) => $crate::__sqlx::query::<$crate::__sqlx::Postgres>(sql)
                $(.bind($bind))*
                .execute(&mut *lane)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::sql::StoreError::from),
            Err(error) => Err(error),
        }
    }};
}
