//! A cell of the raster in half a line of cache: who owns each of its 8 × 8 parts that no edge touches, and where the
//! record is that decides the others. It refuses to guess: a part that an edge touches, or whose owner is one too many for
//! the cell, is left to the record.

use ::geo::Coord;

use super::edge::Edge;

/// Parts of a cell in a row, and rows of parts.
pub(super) const PARTS: usize = 8;
/// Says that no edge touches the cell, in place of a record.
const NO_RECORD: u32 = u32::MAX;
/// Where the owners are, each one's number plus one, or 0 for "in no shape".
const OWNERS: std::ops::Range<usize> = 1..4;
/// Where the codes of the parts begin, sixteen a word.
const CODES: usize = 4;
/// Codes of sixteen parts of the first owner.
const ALL_FIRST: u32 = 0x5555_5555;

/// The place of the record, three owners, and for each part two bits: 0 to ask the record, or which owner it has.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(super) struct Cell([u32; 8]);

impl Cell {
    /// A cell that is wholly in one shape, or in none.
    pub fn whole(owner: Option<u32>) -> Self {
        let owner = slot(owner);
        Self([NO_RECORD, owner, owner, owner, ALL_FIRST, ALL_FIRST, ALL_FIRST, ALL_FIRST])
    }

    /// A cell with a record at `record` whose parts are owned as `owner` says of their centres, in shares of the cell.
    /// `edges` are all that come near the cell, in the same shares; `slack` is more than rounding can move them.
    pub fn mixed(
        record: u32,
        edges: impl Iterator<Item = Edge>,
        slack: f64,
        owner: impl Fn(Coord<f64>) -> Option<u32>,
    ) -> Self {
        let mut touched = [[false; PARTS]; PARTS];
        edges.for_each(|edge| touch(&mut touched, &edge, slack));
        let (mut cell, mut known) = (Self([record, 0, 0, 0, 0, 0, 0, 0]), 0);
        for (v, row) in touched.iter().enumerate() {
            for u in (0..PARTS).filter(|u| !row[*u]) {
                // Between two parts that no edge touches nothing changes.
                let code = if u > 0 && !row[u - 1] {
                    cell.code(u - 1, v)
                } else if v > 0 && !touched[v - 1][u] {
                    cell.code(u, v - 1)
                } else {
                    let centre = |part: usize| (part as f64 + 0.5) / PARTS as f64;
                    cell.code_of(slot(owner(Coord { x: centre(u), y: centre(v) })), &mut known)
                };
                cell.0[CODES + v / 2] |= (code as u32) << shift(u, v);
            }
        }
        cell
    }

    /// The code of an owner, `known` of them having one; 0 when there is no room for another.
    fn code_of(&mut self, owner: u32, known: &mut usize) -> usize {
        let owners = &mut self.0[OWNERS];
        if let Some(place) = owners[..*known].iter().position(|other| *other == owner) {
            return OWNERS.start + place;
        }
        let Some(free) = owners.get_mut(*known) else { return 0 };
        *free = owner;
        *known += 1;
        OWNERS.start + *known - 1
    }

    fn code(&self, u: usize, v: usize) -> usize {
        (self.0[CODES + v / 2] >> shift(u, v) & 3) as usize
    }

    /// Who owns the part, inner `None` for no shape; outer `None` to ask the record. Both are below [`PARTS`].
    pub fn owner(&self, u: usize, v: usize) -> Option<Option<u32>> {
        match self.code(u, v) {
            0 => None,
            code => Some(self.0[code].checked_sub(1)),
        }
    }

    /// Where the record begins, if edges touch the cell.
    pub fn record(&self) -> Option<usize> {
        (self.0[0] != NO_RECORD).then_some(self.0[0] as usize)
    }
}

fn slot(owner: Option<u32>) -> u32 {
    owner.map_or(0, |owner| owner + 1)
}

fn shift(u: usize, v: usize) -> usize {
    2 * (v % 2 * PARTS + u)
}

/// Marks the parts to which the edge comes as close as `slack`; both in shares of the cell.
fn touch(touched: &mut [[bool; PARTS]; PARTS], edge: &Edge, slack: f64) {
    for (v, row) in touched.iter_mut().enumerate() {
        let (bottom, top) = (v as f64 / PARTS as f64 - slack, (v + 1) as f64 / PARTS as f64 + slack);
        if edge.low.y > top || edge.high.y < bottom {
            continue;
        }
        let (west, east) = edge.span(bottom, top);
        let part = |share: f64| ((share * PARTS as f64) as usize).min(PARTS - 1);
        if east + slack >= 0.0 && west - slack <= 1.0 {
            row[part(west - slack)..=part(east + slack)].fill(true);
        }
    }
}
