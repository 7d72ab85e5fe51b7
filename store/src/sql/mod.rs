//! One SQL text on two databases. Statements are written once, with `$n` placeholders, in the dialect both understand
//! (text ids, bigint milliseconds, JSON as text, no `now()`, casts around sums); the macros run them on whichever
//! database the URL chose. This module refuses to hide SQL behind a builder and to let a write begin anywhere but in
//! [`Pool::write`].

pub mod dialect;
mod error;
mod macros;
mod pool;
mod text;

pub use error::StoreError;
pub use pool::{Lane, On, Pool, Tx};
pub use sqlx::AssertSqlSafe;
pub use text::{Arg, RowOf, SqlText, execute_dyn, fetch_all_dyn, fetch_optional_dyn, fetch_scalar_dyn};

/// What a statement or an object access gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
