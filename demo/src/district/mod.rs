//! Draws the reference district: an illustrative 即墨区 with its layers, units and demo people, always
//! the same to the byte. It refuses real outlines, system randomness and the catalogue, which is kept by hand
//! beside its output (`categories.csv`, `standards.csv`, `rules.csv`, `calendar.csv`).

mod grow;
mod layers;
mod mesh;
pub mod places;
mod table;
#[cfg(test)]
mod tests;
mod units;

pub use layers::{Drawn, Layer, degrees};
use std::io;
use std::path::Path;

/// Everything that the generator makes.
pub struct District {
    /// Area, enforcement, inspection and community, in this order.
    pub layers: [Layer; 4],
    /// `departments.csv`.
    pub departments: String,
    /// `people.csv`.
    pub people: String,
}

/// Draws the district.
pub fn draw() -> District {
    let layers = layers::draw();
    let (departments, people) = (units::departments(), units::people(&layers[3], &layers[2]));
    District { layers, departments, people }
}

impl District {
    /// The files by name, in the order in which they must be imported.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = self
            .layers
            .iter()
            .map(|layer| (format!("grids-{}.geojson", layer.word), layers::geojson(layer)))
            .collect();
        files.push(("departments.csv".to_owned(), self.departments.clone()));
        files.push(("people.csv".to_owned(), self.people.clone()));
        files
    }
}

/// Draws the district and writes its files into an existing folder.
pub fn write(dir: &Path) -> io::Result<()> {
    draw().files().into_iter().try_for_each(|(name, text)| std::fs::write(dir.join(name), text))
}
