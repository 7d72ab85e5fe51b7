//! Bad input of every kind gets a clear refusal in Chinese or "position unknown": never a crash, a hang, a leftover or
//! memory without bound.

#[path = "../support/chinese.rs"]
mod chinese;
mod files;
mod pictures;
mod requests;
mod tickets;
mod tokens;
mod uploads;
