//! What the product must survive: power cuts, a killed worker, Redis and PostgreSQL going away, a full disk, and people
//! who act at the same moment. Nothing acknowledged is lost, nothing is doubled.
//!
//! The power cuts and the rivals run on the back ends of `TEST_BACKEND`. The tests that break a service bring that
//! service themselves and so say the same on every pair: they run once, in the run that has `TEST_BACKEND` unset or
//! `sqlite-memory` ([`services::is_our_run`]), where they fail when the service can't be had.

mod disk;
mod power;
mod rivals;
mod services;
mod stops;
