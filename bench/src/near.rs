//! Tickets by 50 m cell in memory, those of a cell in the order of time: what a cache of recent tickets would cost, and the
//! replay's stand-in for the database.

use std::collections::HashMap;

use domain::geo::datum::{Wgs84, cell_of, cells_around, distance_m};
use domain::time::Moment;

struct Held<T> {
    at: Wgs84,
    opened: Moment,
    what: T,
}

/// Things with a place and a time.
pub struct Near<T>(HashMap<i64, Vec<Held<T>>>);

impl<T> Default for Near<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Copy> Near<T> {
    /// Adds one that is not older than those before it.
    pub fn add(&mut self, at: Wgs84, opened: Moment, what: T) {
        self.0.entry(cell_of(at)).or_default().push(Held { at, opened, what });
    }

    /// Those within `radius_m` opened since a moment, cell by cell.
    pub fn around(&self, at: Wgs84, radius_m: f64, since: Moment) -> impl Iterator<Item = T> + '_ {
        cells_around(at, radius_m)
            .into_iter()
            .filter_map(|cell| self.0.get(&cell))
            .flat_map(move |held| &held[held.partition_point(|one| one.opened < since)..])
            .filter(move |one| distance_m(one.at, at) <= radius_m)
            .map(|one| one.what)
    }
}
