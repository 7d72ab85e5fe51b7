//! Figures with their formula: named, versioned rates over counts, each printed with its numerator and denominator.
//! It refuses to round through floating point and to print a rate of nothing.

pub mod formula;
pub mod rate;
