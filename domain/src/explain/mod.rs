//! Why the machine decided so: what each automatic decision rested on, kept as values with their thresholds and versions,
//! and told again in Chinese, line by line. It refuses to decide anew, and to tell more than was weighed.

mod ground;
mod tell;

pub use ground::{
    CategoryGround, Decision, DuplicateGround, Ground, Match, PlaceGround, RouteGround, Subject,
};
pub use tell::{Names, Section, Standing, tell, tell_proof, text};

#[cfg(test)]
mod tests;
