//! Point-in-polygon over one layer: a uniform raster whose cells know which shapes cover them wholly and
//! which shapes have an edge in them. It refuses approximation: an answer equals that of testing every edge
//! of every shape.
//!
//! A ray runs east from the point. An edge counts when it spans the point's latitude (lower end included,
//! upper end not) and lies strictly to the right of the point, decided by an exact orientation predicate on
//! the edge in its upward direction; an odd count is inside. So two shapes that share an edge agree on
//! every point near it, and a point on the edge has one owner. Only edges that span the point's raster row
//! can count: these are kept per (shape, row). Where shapes overlap the first one owns.

use ::geo::{
    BoundingRect, Coord, CoordsIter, Kernel, LinesIter, MultiPolygon, Orientation, kernels::RobustKernel,
};

use super::plane::{Plane, bounds};

/// Raster cells per shape; 64 gain little more and double the memory.
const CELLS_PER_SHAPE: usize = 32;
const MAX_SIDE: usize = 2048;
/// Share of a cell by which an edge's reach is widened, to be safe from rounding.
const SLACK: f64 = 1e-6;
const NONE: u32 = u32::MAX;

pub(super) struct Raster {
    min: Coord<f64>,
    max: Coord<f64>,
    /// Cells per degree, east and north.
    scale: Coord<f64>,
    columns: usize,
    rows: usize,
    /// The tests of cell `i` are `tests[starts[i]..starts[i + 1]]`, by shape.
    starts: Vec<u32>,
    tests: Vec<Test>,
    /// The first shape that covers a cell wholly, or `NONE`. It comes after all tests of the cell.
    whole: Vec<u32>,
    edges: Vec<Edge>,
}

/// "The shape owns the point if these edges say so."
#[derive(Clone, Copy)]
struct Test {
    shape: u32,
    from: u32,
    to: u32,
}

/// An edge in its upward direction.
#[derive(Clone, Copy)]
struct Edge {
    low: Coord<f64>,
    high: Coord<f64>,
}

impl Edge {
    fn counts_for(&self, p: Coord<f64>) -> bool {
        if p.y < self.low.y || p.y >= self.high.y || p.x >= self.low.x.max(self.high.x) {
            return false;
        }
        p.x < self.low.x.min(self.high.x)
            || RobustKernel::orient2d(self.low, self.high, p) == Orientation::CounterClockwise
    }

    /// The longitudes the edge spans between two latitudes, of which at least one is within it.
    fn span(&self, bottom: f64, top: f64) -> (f64, f64) {
        let rise = self.high.y - self.low.y;
        if rise <= 0.0 {
            return (self.low.x.min(self.high.x), self.low.x.max(self.high.x));
        }
        let x_at =
            |y: f64| self.low.x + ((y - self.low.y) / rise).clamp(0.0, 1.0) * (self.high.x - self.low.x);
        let (a, b) = (x_at(bottom), x_at(top));
        (a.min(b), a.max(b))
    }
}

fn edges_of(shape: &MultiPolygon<f64>) -> impl Iterator<Item = Edge> + '_ {
    shape.lines_iter().map(|line| {
        let (low, high) =
            if line.start.y <= line.end.y { (line.start, line.end) } else { (line.end, line.start) };
        Edge { low, high }
    })
}

fn odd(edges: &[Edge], p: Coord<f64>) -> bool {
    edges.iter().filter(|edge| edge.counts_for(p)).count() % 2 == 1
}

/// Whether the shape owns the point, by testing every edge.
#[cfg(test)]
pub(super) fn owns(shape: &MultiPolygon<f64>, p: Coord<f64>) -> bool {
    odd(&edges_of(shape).collect::<Vec<_>>(), p)
}

impl Raster {
    /// Builds the raster; a shape is known by its place in `shapes`, and the first owns where several do.
    pub fn build(shapes: &[&MultiPolygon<f64>]) -> Self {
        let mut raster = Self::blank(shapes);
        let mut tests = Vec::new();
        for (shape, number) in shapes.iter().zip(0..) {
            raster.add(number, shape, &mut tests);
        }
        raster.settle(tests);
        raster
    }

    fn blank(shapes: &[&MultiPolygon<f64>]) -> Self {
        let all = bounds(shapes.iter().copied());
        let (min, max) = all.map_or_else(Default::default, |all| (all.min(), all.max()));
        let (width, height) = ((max.x - min.x).max(1e-9), (max.y - min.y).max(1e-9));
        let vertices: usize = shapes.iter().map(|shape| shape.coords_count()).sum();
        let cells = (shapes.len() * CELLS_PER_SHAPE).max(vertices) as f64;
        let columns = ((cells * width / height).sqrt().ceil() as usize).clamp(1, MAX_SIDE);
        let rows = ((cells * height / width).sqrt().ceil() as usize).clamp(1, MAX_SIDE);
        Self {
            min,
            max,
            scale: Coord { x: columns as f64 / width, y: rows as f64 / height },
            columns,
            rows,
            starts: vec![0; columns * rows + 1],
            tests: Vec::new(),
            whole: vec![NONE; columns * rows],
            edges: Vec::new(),
        }
    }

    fn column(&self, x: f64) -> usize {
        (((x - self.min.x) * self.scale.x) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        (((y - self.min.y) * self.scale.y) as usize).min(self.rows - 1)
    }

    fn add(&mut self, number: u32, shape: &MultiPolygon<f64>, tests: &mut Vec<(usize, Test)>) {
        let Some(area) = shape.bounding_rect() else { return };
        let (first_row, last_row) = (self.row(area.min().y), self.row(area.max().y));
        let mut by_row = vec![Vec::new(); last_row - first_row + 1];
        for edge in edges_of(shape) {
            for row in self.row(edge.low.y)..=self.row(edge.high.y) {
                by_row[row - first_row].push(edge);
            }
        }
        let columns = self.column(area.min().x)..=self.column(area.max().x);
        for (row, edges) in (first_row..).zip(by_row) {
            let from = self.edges.len() as u32;
            let test = Test { shape: number, from, to: from + edges.len() as u32 };
            let touched = self.columns_touched(row, &edges);
            // Between two touched cells nothing changes: one look decides for the whole run.
            let mut covered = None;
            for column in columns.clone() {
                let cell = row * self.columns + column;
                if touched[column] {
                    tests.push((cell, test));
                    covered = None;
                } else if *covered.get_or_insert_with(|| odd(&edges, self.centre(column, row))) {
                    self.whole[cell] = self.whole[cell].min(number);
                }
            }
            self.edges.extend(edges);
        }
    }

    fn columns_touched(&self, row: usize, edges: &[Edge]) -> Vec<bool> {
        let mut touched = vec![false; self.columns];
        let bottom = self.min.y + (row as f64 - SLACK) / self.scale.y;
        let top = self.min.y + (row as f64 + 1.0 + SLACK) / self.scale.y;
        for edge in edges {
            let (west, east) = edge.span(bottom, top);
            let slack = SLACK / self.scale.x;
            touched[self.column(west - slack)..=self.column(east + slack)].fill(true);
        }
        touched
    }

    fn centre(&self, column: usize, row: usize) -> Coord<f64> {
        Coord {
            x: self.min.x + (column as f64 + 0.5) / self.scale.x,
            y: self.min.y + (row as f64 + 0.5) / self.scale.y,
        }
    }

    /// Orders the tests by cell and drops those that come after a shape that covers the cell.
    fn settle(&mut self, mut tests: Vec<(usize, Test)>) {
        tests.retain(|(cell, test)| test.shape < self.whole[*cell]);
        tests.sort_by_key(|(cell, test)| (*cell, test.shape));
        for (cell, _) in &tests {
            self.starts[cell + 1] += 1;
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        self.tests = tests.into_iter().map(|(_, test)| test).collect();
    }

    fn tests_in(&self, cell: usize) -> &[Test] {
        &self.tests[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }

    fn edges_for(&self, test: Test) -> &[Edge] {
        &self.edges[test.from as usize..test.to as usize]
    }

    /// The first shape that holds the point. Allocates nothing.
    pub fn owner(&self, p: Coord<f64>) -> Option<usize> {
        let inside = p.x >= self.min.x && p.x <= self.max.x && p.y >= self.min.y && p.y <= self.max.y;
        if !inside {
            return None;
        }
        let cell = self.row(p.y) * self.columns + self.column(p.x);
        let tested =
            self.tests_in(cell).iter().find(|test| odd(self.edges_for(**test), p)).map(|test| test.shape);
        tested.or(Some(self.whole[cell])).filter(|shape| *shape != NONE).map(|shape| shape as usize)
    }

    /// Whether a border that `owner` heeds comes closer than `reach_m` metres to the point. Allocates
    /// nothing.
    pub fn border_within(&self, p: Coord<f64>, plane: &Plane, reach_m: f64) -> bool {
        let corner = plane.lift(Coord { x: reach_m, y: reach_m }) - plane.lift(Coord { x: 0.0, y: 0.0 });
        let (low, high) = (p - corner, p + corner);
        if high.x < self.min.x || low.x > self.max.x || high.y < self.min.y || low.y > self.max.y {
            return false;
        }
        (self.row(low.y)..=self.row(high.y)).any(|row| {
            let cells = row * self.columns + self.column(low.x)..=row * self.columns + self.column(high.x);
            let mut last = NONE;
            cells.flat_map(|cell| self.tests_in(cell)).any(|test| {
                let again = std::mem::replace(&mut last, test.from) == test.from;
                !again
                    && self
                        .edges_for(*test)
                        .iter()
                        .any(|edge| plane.distance_to_segment_m(edge.low, edge.high) < reach_m)
            })
        })
    }
}
