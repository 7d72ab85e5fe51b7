//! Figures with their formula: named, versioned rates over counts, each printed with its numerator and denominator.
//! It refuses to round through floating point and to print a rate of nothing.

pub mod board;
pub mod formula;
pub mod hotspot;
mod keys;
pub mod label;
pub mod ranking;
pub mod rate;
pub mod tally;
pub mod target;
pub mod weather;
