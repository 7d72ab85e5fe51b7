//! Rows and the statements that read and write them, one file a subject: free functions over a pool or a transaction.
//! It refuses to decide anything: what may happen to a ticket is the desk's and the domain's.

pub mod acts;
pub mod answers;
pub mod boards;
mod catalogue;
pub mod district;
pub mod events;
mod filter;
pub mod georeport;
pub mod grounds;
pub mod import;
pub mod ledger;
pub mod lists;
pub mod notices;
pub mod once;
pub mod page;
pub mod papers;
pub mod people;
pub mod photos;
pub mod points;
mod prints;
mod proceedings;
pub mod programmes;
pub mod rechecks;
pub mod reference;
pub mod registers;
pub mod reports;
mod reuse;
pub mod rota;
pub mod rules;
pub mod staff;
pub mod stats;
pub mod subscriptions;
mod superiors;
pub mod tally;
pub mod tickets;
mod tokens;
mod word;

#[cfg(test)]
mod records_tests;
