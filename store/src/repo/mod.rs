//! Rows and the statements that read and write them, one file a subject: free functions over a pool or a transaction.
//! It refuses to decide anything: what may happen to a ticket is the desk's and the domain's.

mod catalogue;
pub mod district;
pub mod events;
mod filter;
pub mod import;
pub mod lists;
pub mod notices;
pub mod once;
pub mod page;
pub mod people;
pub mod photos;
mod prints;
pub mod rechecks;
pub mod reference;
pub mod reports;
mod reuse;
pub mod stats;
pub mod tickets;
mod tokens;
mod word;

#[cfg(test)]
mod records_tests;
