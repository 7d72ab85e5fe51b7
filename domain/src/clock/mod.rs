//! The lead's clock: how long the responsible unit may take, how long it took, and why. Only the lead's time
//! decides lateness; every pause is shown as an interval of its own, and natural time since the start is kept
//! beside it. It refuses to guess: no calendar is built in, and what a list of ticks doesn't say didn't happen.

pub mod calendar;
mod explain;
pub mod guard;
mod interval;
pub mod limit;
pub mod reckon;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod laws;
