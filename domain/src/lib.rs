//! What is true about tickets: words, states, rules, clocks, places and pictures.
//! Values in, decisions out. It refuses to do I/O, to read the clock, to draw random numbers and to be async.

#[macro_use]
mod word;

pub mod act;
pub mod actor;
pub mod classify;
pub mod clock;
pub mod config;
pub mod dedupe;
pub mod evidence;
pub mod explain;
pub mod geo;
pub mod id;
pub mod import;
pub mod job;
pub mod ladder;
pub mod machine;
pub mod paper;
pub mod photo;
pub mod points;
pub mod programme;
pub mod proof;
pub mod register;
pub mod relapse;
pub mod reuse;
pub mod rhythm;
pub mod route;
pub mod stats;
pub mod sun;
pub mod ticket;
pub mod time;
pub mod workline;
