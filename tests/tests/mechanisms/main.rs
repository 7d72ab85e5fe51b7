//! The mechanisms of the trade: each test proves the rows whose numbers its name carries (docs/mechanisms.md).

#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

mod exchange;
mod handling;
mod incentives;
mod intake;
mod lists;
mod programmes;
mod ranking;
mod rhythm;
mod supervision;
mod table;
mod territory;
