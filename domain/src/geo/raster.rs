//! Point-in-polygon over one layer: a uniform raster whose cells know the owners of their parts, and the few edges that
//! touch them for the parts that are cut. So nine look-ups in ten read one line of memory. It refuses approximation: an answer equals that of testing every edge of every shape.
//!
//! A ray runs east from the point. An edge counts when it spans the point's latitude (lower end included, upper end not)
//! and lies strictly to the right of the point, decided by an exact orientation predicate on the edge in its upward
//! direction; an odd count is inside. So two shapes that share an edge agree on every point near it, and a point on the
//! edge has one owner. Where shapes overlap the first one owns.
//!
//! A cell counts with its own edges alone. Past the line just east of the cell the ray is turned to run along that line:
//! what lies beyond cannot change within the cell but by the ends of edges that cross the line, which are counted by
//! their latitudes ([`edge::Edge::flips`]), and by a constant, which is kept as the cell's base. An edge is kept once for
//! all shapes that have it, clipped and rounded to 1/16,384 of the cell; a point nearer to it than rounding could hide is
//! decided again on the edges as they were given, by the exact predicate.

mod build;
mod cell;
mod edge;

use ::geo::{Coord, MultiPolygon};

use super::plane::Plane;
use cell::{Cell, PARTS};
use edge::{Edge, ONE, nth_edge, quanta};

#[cfg(test)]
pub(super) use edge::owns;

/// Shapes of one group of a record: the bits of an edge's mask.
const GROUP: usize = 6;
/// In the first word of a group: another group follows, for when no shape of this one owns.
const MORE: u32 = 1 << GROUP;
/// In the last word of an edge, above the mask: its lower, its upper end lies east of the line where the ray turns.
const LOW_EAST: u32 = 1 << GROUP;
const HIGH_EAST: u32 = 1 << (GROUP + 1);
/// Bits of an edge's last word below its number.
const NUMBER: u32 = 8;
/// Share of a cell's width from its east side to the line where the ray turns.
const TURN: f64 = 1.0 / 1024.0;

pub(super) struct Raster {
    /// South-west corner; a ring of empty cells lies around all shapes and stands for everything outside.
    min: Coord<f64>,
    /// Cells per degree, east and north.
    scale: Coord<f64>,
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
    /// The records of cells that edges touch: groups of a first word (base mask, [`MORE`], number of shapes), the number of edges,
    /// the shapes, and three words an edge: lower end, upper end, and mask with its number in its shape.
    words: Vec<u32>,
}

/// A group of shapes in a mixed cell.
struct Group<'a> {
    /// The shapes that own while no edge counts.
    base: u32,
    shapes: &'a [u32],
    edges: &'a [[u32; 3]],
    /// Where the next group begins.
    next: Option<usize>,
}

impl Group<'_> {
    /// The shapes that own a point of the cell; `None` where rounding leaves a doubt.
    fn owners(&self, x: i32, y: i32) -> Option<u32> {
        let (mut owners, mut doubt) = (self.base, false);
        for [low, high, tail] in self.edges {
            let ((low_x, low_y), (high_x, high_y)) = (halves(*low), halves(*high));
            let (run, rise) = (high_x - low_x, high_y - low_y);
            let (east, north) = (x - low_x, y - low_y);
            let turn = run * north - rise * east;
            // Each end and the point are off by half a quantum at most, differences of them by one.
            let error = run.abs() + rise + east.abs() + north.abs() + 4;
            let (over_low, over_high) = (north >= 0, y >= high_y);
            let spans = over_low & !over_high;
            doubt |= (north.abs() <= 1) | ((y - high_y).abs() <= 1) | (spans & (turn.abs() <= error));
            let flips = (spans & (turn > 0))
                ^ (over_low & (tail & LOW_EAST != 0))
                ^ (over_high & (tail & HIGH_EAST != 0));
            owners ^= tail & u32::from(flips).wrapping_neg();
        }
        (!doubt).then_some(owners & (MORE - 1))
    }

    /// The same from the edges as they were given; `turn` is the longitude where the ray turns.
    fn owners_exactly<'s>(
        &self,
        shape: impl Fn(usize) -> &'s MultiPolygon<f64>,
        p: Coord<f64>,
        turn: f64,
    ) -> u32 {
        let flips = |tail: &&[u32; 3]| self.edge(&shape, tail[2]).is_some_and(|edge| edge.flips(p, turn));
        let flipped = self.edges.iter().filter(flips).fold(0, |mask, tail| mask ^ tail[2]);
        (self.base ^ flipped) & (MORE - 1)
    }

    /// The edge as it was given.
    fn edge<'s>(&self, shape: impl Fn(usize) -> &'s MultiPolygon<f64>, tail: u32) -> Option<Edge> {
        let first = self.shapes.get(tail.trailing_zeros() as usize)?;
        nth_edge(shape(*first as usize), tail >> NUMBER)
    }
}

/// The two signed halves of a word, x below y.
fn halves(word: u32) -> (i32, i32) {
    (i32::from(word as u16 as i16), i32::from((word >> 16) as u16 as i16))
}

impl Raster {
    fn column(&self, x: f64) -> usize {
        self.part_of_row(x) / PARTS
    }

    fn row(&self, y: f64) -> usize {
        self.part_of_column(y) / PARTS
    }

    /// The number of the part, counted from the west over all cells of a row.
    fn part_of_row(&self, x: f64) -> usize {
        // A conversion to 32 bits takes half the instructions of one to 64.
        (((x - self.min.x) * self.scale.x * PARTS as f64) as u32 as usize).min(self.columns * PARTS - 1)
    }

    /// The number of the part, counted from the south over all cells of a column.
    fn part_of_column(&self, y: f64) -> usize {
        (((y - self.min.y) * self.scale.y * PARTS as f64) as u32 as usize).min(self.rows * PARTS - 1)
    }

    /// The position in cells from the south-west corner of a cell.
    fn within(&self, p: Coord<f64>, column: usize, row: usize) -> Coord<f64> {
        Coord {
            x: (p.x - self.min.x) * self.scale.x - column as f64,
            y: (p.y - self.min.y) * self.scale.y - row as f64,
        }
    }

    /// The longitude of the line just east of a column where rays turn.
    fn turn(&self, column: usize) -> f64 {
        self.min.x + (column as f64 + 1.0 + TURN) / self.scale.x
    }

    fn group(&self, at: usize) -> Group<'_> {
        let (head, count) = (self.words[at], self.words[at + 1] as usize);
        let (shapes, rest) = self.words[at + 2..].split_at((head >> NUMBER) as usize);
        let edges = &rest.as_chunks::<3>().0[..count];
        let next = at + 2 + shapes.len() + 3 * count;
        Group { base: head & (MORE - 1), shapes, edges, next: (head & MORE != 0).then_some(next) }
    }

    /// The groups of a cell, none when it is wholly in or out.
    fn groups(&self, cell: &Cell) -> impl Iterator<Item = Group<'_>> {
        let first = cell.record().map(|at| self.group(at));
        std::iter::successors(first, |group| group.next.map(|at| self.group(at)))
    }

    /// The first shape that holds the point, none of a position that is not a number; `shape` gives the shapes that the raster was built from. Allocates nothing.
    pub fn owner<'s>(&self, shape: impl Fn(usize) -> &'s MultiPolygon<f64>, p: Coord<f64>) -> Option<usize> {
        let (u, v) = (self.part_of_row(p.x), self.part_of_column(p.y));
        let (column, row) = (u / PARTS, v / PARTS);
        let cell = &self.cells[row * self.columns + column];
        let owner = match cell.owner(u % PARTS, v % PARTS) {
            Some(owner) => owner,
            None => self.decide(cell.record()?, shape, p, (column, row)),
        };
        owner.map(|owner| owner as usize)
    }

    /// The first shape of the record of a cell that holds the point. Apart, so that the common way stays short.
    #[inline(never)]
    fn decide<'s>(
        &self,
        record: usize,
        shape: impl Fn(usize) -> &'s MultiPolygon<f64>,
        p: Coord<f64>,
        (column, row): (usize, usize),
    ) -> Option<u32> {
        let at = self.within(p, column, row);
        let (x, y) = (quanta(at.x), quanta(at.y));
        let mut group = self.group(record);
        loop {
            let owners = match group.owners(x, y) {
                Some(owners) => owners,
                None => self.decide_exactly(&group, &shape, p, column),
            };
            if owners != 0 {
                return Some(group.shapes[owners.trailing_zeros() as usize]);
            }
            group = self.group(group.next?);
        }
    }

    #[cold]
    fn decide_exactly<'s>(
        &self,
        group: &Group<'_>,
        shape: impl Fn(usize) -> &'s MultiPolygon<f64>,
        p: Coord<f64>,
        column: usize,
    ) -> u32 {
        group.owners_exactly(shape, p, self.turn(column))
    }

    /// Whether a border that `owner` heeds comes closer than `reach_m` metres to the point, on the plane around it. An edge
    /// that a shape goes along twice is none.
    /// Allocates nothing.
    pub fn border_within<'s>(
        &self,
        shape: impl Fn(usize) -> &'s MultiPolygon<f64>,
        p: Coord<f64>,
        plane: &Plane,
        reach_m: f64,
    ) -> bool {
        let corner = plane.lift(Coord { x: reach_m, y: reach_m }) - plane.lift(Coord { x: 0.0, y: 0.0 });
        let (low, high) = (p - corner, p + corner);
        if reach_m <= 0.0 {
            return false;
        }
        let near = Near { plane, reach_m, quantum_m: self.quantum_m(p, plane) };
        (self.row(low.y)..=self.row(high.y)).any(|row| {
            (self.column(low.x)..=self.column(high.x)).any(|column| {
                let mut groups = self.groups(&self.cells[row * self.columns + column]);
                groups.any(|group| near.touches(&group, &shape, self.within(p, column, row)))
            })
        })
    }

    /// The width and height of a cell's quantum on the plane, metres.
    fn quantum_m(&self, p: Coord<f64>, plane: &Plane) -> Coord<f64> {
        let degree = plane.flatten(p + Coord { x: 1.0, y: 1.0 }) - plane.flatten(p);
        Coord { x: degree.x / self.scale.x / ONE, y: degree.y / self.scale.y / ONE }
    }

    /// Bytes that the raster takes beside the shapes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.cells[..]) + size_of_val(&self.words[..])
    }
}

/// What is near a position, which is the origin of its plane.
struct Near<'a> {
    plane: &'a Plane,
    reach_m: f64,
    quantum_m: Coord<f64>,
}

impl Near<'_> {
    /// Whether an edge of the group comes within reach of the position, which is at `at` of the group's cell.
    fn touches<'s>(
        &self,
        group: &Group<'_>,
        shape: impl Fn(usize) -> &'s MultiPolygon<f64>,
        at: Coord<f64>,
    ) -> bool {
        let metres = |word: u32| {
            let (x, y) = halves(word);
            Coord {
                x: (f64::from(x) - at.x * ONE) * self.quantum_m.x,
                y: (f64::from(y) - at.y * ONE) * self.quantum_m.y,
            }
        };
        let slack_m = 2.0 * self.quantum_m.x.max(self.quantum_m.y);
        group.edges.iter().any(|[low, high, tail]| {
            let (low, high) = (metres(*low), metres(*high));
            super::plane::distance_m(low, high) <= self.reach_m + slack_m
                && group
                    .edge(&shape, *tail)
                    .is_some_and(|edge| self.plane.distance_to_segment_m(edge.low, edge.high) < self.reach_m)
        })
    }
}
