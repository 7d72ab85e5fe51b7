//! The mesh that every layer is cut from: jittered hexagons, small in the built-up core and larger
//! outside. Three cells meet at every corner, so a union of cells never touches itself and neighbours
//! share exact vertices. It refuses randomness and trigonometry: the same drawing on every machine.

use super::places::{CORE, METRES, OUTLINE, inside};
use std::collections::BTreeMap;

/// A vertex in millionths of a degree (longitude, latitude), WGS-84.
pub type Vertex = (i32, i32);

/// One small cell of the mesh.
pub struct Atom {
    corners: [Vertex; 6],
    /// The neighbour across the edge from corner i to corner i+1, unless the district ends there.
    pub neighbours: [Option<usize>; 6],
    /// Centre in mesh space, metres before the core is squeezed.
    pub seat: (f64, f64),
    /// Centre in degrees, WGS-84.
    pub centre: (f64, f64),
}

/// The district's cells; an atom is named by its index.
pub struct Mesh {
    /// All cells, row by row from the south.
    pub atoms: Vec<Atom>,
}

/// Corner radius of a hexagon in mesh space, metres.
const SIZE: f64 = 370.0;
/// Half the height of a column step: √3 / 2.
const HALF_WIDTH: f64 = 0.866_025_403_784_438_6;
/// Share of SIZE by which a corner may leave its place.
const JITTER: f64 = 0.24;
/// Radius of the squeezed core, metres, and how small a cell gets in its middle.
const CORE_RADIUS: f64 = 14_000.0;
const CORE_SCALE: f64 = 0.35;
/// Rows and columns reach this far from the core on each side.
const REACH: i32 = 110;

/// Mixes numbers into one well-spread number (SplitMix64 finaliser, Steele, Lea and Flood 2014).
pub fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x0037_0215_2026, |state: u64, part| {
        let mut z = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// A number in -1..1 from hashed parts.
fn swing(parts: &[u64]) -> f64 {
    f64::from((mix(parts) >> 40) as u32) / f64::from(1_u32 << 23) - 1.0
}

fn seat(column: i32, row: i32) -> (f64, f64) {
    let shift = f64::from(row & 1);
    ((f64::from(column) * 2.0 + shift) * HALF_WIDTH * SIZE, f64::from(row) * 1.5 * SIZE)
}

/// Mesh space to degrees: pulls the core together, leaves the rest in place.
fn place((x, y): (f64, f64)) -> (f64, f64) {
    let reach = (x * x + y * y).sqrt();
    let squeeze = CORE_SCALE + (1.0 - CORE_SCALE) * (reach / CORE_RADIUS).min(1.0);
    (CORE.0 + x * squeeze / METRES.0, CORE.1 + y * squeeze / METRES.1)
}

/// The north (`true`) or south corner of a cell; each corner of the mesh is exactly one of these.
fn corner(column: i32, row: i32, north: bool) -> Vertex {
    let (x, y) = seat(column, row);
    let key = [u64::from(column as u32), u64::from(row as u32), u64::from(north)];
    let up = if north { SIZE } else { -SIZE };
    let dx = swing(&[1, key[0], key[1], key[2]]) * JITTER * SIZE;
    let dy = swing(&[2, key[0], key[1], key[2]]) * JITTER * SIZE;
    let (lon, lat) = place((x + dx, y + up + dy));
    ((lon * 1e6).round() as i32, (lat * 1e6).round() as i32)
}

/// The six neighbours' column and row: E, NE, NW, W, SW, SE.
fn around(column: i32, row: i32) -> [(i32, i32); 6] {
    let east = column + (row & 1);
    [
        (column + 1, row),
        (east, row + 1),
        (east - 1, row + 1),
        (column - 1, row),
        (east - 1, row - 1),
        (east, row - 1),
    ]
}

impl Mesh {
    /// All cells whose centre lies in the outline.
    pub fn draw() -> Self {
        let mut index = BTreeMap::new();
        for row in -REACH..=REACH {
            for column in -REACH..=REACH {
                if inside(&OUTLINE, place(seat(column, row))) {
                    index.insert((row, column), index.len());
                }
            }
        }
        let atoms = index
            .keys()
            .map(|&(row, column)| {
                let near = around(column, row);
                let [_, ne, nw, _, sw, se] = near;
                Atom {
                    corners: [
                        corner(se.0, se.1, true),
                        corner(ne.0, ne.1, false),
                        corner(column, row, true),
                        corner(nw.0, nw.1, false),
                        corner(sw.0, sw.1, true),
                        corner(column, row, false),
                    ],
                    neighbours: near.map(|(c, r)| index.get(&(r, c)).copied()),
                    seat: seat(column, row),
                    centre: place(seat(column, row)),
                }
            })
            .collect();
        Self { atoms }
    }

    /// The rings around the atoms of one label, anticlockwise, open (the first vertex is not repeated);
    /// one ring unless the region has holes or parts.
    pub fn outline(&self, labels: &[usize], label: usize) -> Vec<Vec<Vertex>> {
        let mut next = BTreeMap::new();
        for (_, atom) in self.atoms.iter().enumerate().filter(|(i, _)| labels[*i] == label) {
            for (edge, neighbour) in atom.neighbours.iter().enumerate() {
                if neighbour.is_none_or(|n| labels[n] != label) {
                    next.insert(atom.corners[edge], atom.corners[(edge + 1) % 6]);
                }
            }
        }
        let mut rings = Vec::new();
        while let Some((start, mut at)) = next.pop_first() {
            let mut ring = vec![start];
            while at != start {
                ring.push(at);
                match next.remove(&at) {
                    Some(to) => at = to,
                    None => break,
                }
            }
            rings.push(ring);
        }
        rings
    }

    /// The atom whose centre is nearest to a point.
    pub fn nearest(&self, point: (f64, f64)) -> usize {
        let far = |atom: &Atom| {
            let (dx, dy) = (atom.centre.0 - point.0, atom.centre.1 - point.1);
            (dx * METRES.0) * (dx * METRES.0) + (dy * METRES.1) * (dy * METRES.1)
        };
        (0..self.atoms.len())
            .min_by(|a, b| far(&self.atoms[*a]).total_cmp(&far(&self.atoms[*b])))
            .unwrap_or(0)
    }
}
