//! Builds a raster band by band, so that what is needed while building stays small beside what is kept.

use ::geo::{BoundingRect, Coord, CoordsIter, MultiPolygon};

use super::edge::{Edge, clipped, edges_of, odd};
use super::{Cell, GROUP, HIGH_EAST, LOW_EAST, MORE, NUMBER, Raster, TURN};
use crate::geo::plane::bounds;

/// Raster cells per shape and per vertex, whichever gives more.
const CELLS_PER_SHAPE: usize = 16;
const CELLS_PER_VERTEX: f64 = 0.25;
const MAX_SIDE: usize = 8192;
/// Cells are never narrower than about a centimetre: far above the rounding of degrees.
const FINEST_DEG: f64 = 1e-7;
/// Share of a cell by which an edge's reach is widened: past the line where rays turn, and safe from rounding.
const SLACK: f64 = 2.0 * TURN;
/// Rows of which the edges are gathered at once.
const BAND: usize = 64;
/// A shape with more edges owns nothing: its numbers would not fit. No import is so large.
const MOST_EDGES: usize = 1 << (32 - NUMBER);
const NONE: u32 = u32::MAX;

/// An edge of a shape, with its number in it.
#[derive(Clone, Copy)]
struct Numbered {
    number: u32,
    edge: Edge,
}

/// A shape's edges that reach into a row.
struct Strip {
    shape: u32,
    columns: (usize, usize),
    edges: Vec<Numbered>,
}

/// "This edge of this shape touches the cell of this column."
#[derive(Clone, Copy)]
struct Touch {
    column: u32,
    shape: u32,
    numbered: Numbered,
}

/// What is known of a row before its cells are written.
struct Row {
    row: usize,
    touches: Vec<Touch>,
    /// (column, shape): the shape has an edge in the cell and owns its centre.
    centres: Vec<(u32, u32)>,
    /// The first shape that covers a cell wholly, or `NONE`.
    whole: Vec<u32>,
}

impl Raster {
    /// Builds the raster; a shape is known by its place in `shapes`, and the first owns where several do.
    pub fn build(shapes: &[&MultiPolygon<f64>]) -> Self {
        let mut raster = Self::blank(shapes);
        let areas: Vec<_> = shapes
            .iter()
            .map(|shape| shape.bounding_rect().filter(|_| shape.coords_count() < MOST_EDGES))
            .collect();
        let rows_of = |area: &::geo::Rect<f64>| (raster.row(area.min().y), raster.row(area.max().y));
        let mut bands: Vec<Vec<u32>> = vec![Vec::new(); raster.rows.div_ceil(BAND)];
        for (area, number) in areas.iter().zip(0..) {
            if let Some((first, last)) = area.as_ref().map(rows_of) {
                (first / BAND..=last / BAND).for_each(|band| bands[band].push(number));
            }
        }
        for (band, numbers) in bands.into_iter().enumerate() {
            let mut strips: Vec<Vec<Strip>> = Vec::new();
            strips.resize_with(BAND.min(raster.rows - band * BAND), Vec::new);
            for number in numbers {
                if let Some(area) = areas[number as usize] {
                    raster.cut(number, shapes[number as usize], area, band * BAND, &mut strips);
                }
            }
            for (row, strips) in (band * BAND..).zip(strips) {
                let row = raster.look(row, &strips);
                raster.write(row, shapes);
            }
        }
        raster.words.shrink_to_fit();
        raster
    }

    fn blank(shapes: &[&MultiPolygon<f64>]) -> Self {
        let all = bounds(shapes.iter().copied());
        let (min, max) = all.map_or_else(Default::default, |all| (all.min(), all.max()));
        let (width, height) = ((max.x - min.x).max(1e-9), (max.y - min.y).max(1e-9));
        let vertices: usize = shapes.iter().map(|shape| shape.coords_count()).sum();
        let cells = ((shapes.len() * CELLS_PER_SHAPE) as f64).max(vertices as f64 * CELLS_PER_VERTEX);
        let side = |length: f64, across: f64| {
            let most = ((length / FINEST_DEG) as usize).clamp(1, MAX_SIDE);
            ((cells * length / across).sqrt().ceil() as usize).clamp(1, most)
        };
        let (columns, rows) = (side(width, height), side(height, width));
        let scale = Coord { x: columns as f64 / width, y: rows as f64 / height };
        let (columns, rows) = (columns + 2, rows + 2);
        Self {
            min: Coord { x: min.x - 1.0 / scale.x, y: min.y - 1.0 / scale.y },
            scale,
            columns,
            rows,
            cells: vec![Cell::whole(None); columns * rows],
            words: Vec::new(),
        }
    }

    /// Deals the edges of a shape to the rows of a band that they reach.
    fn cut(
        &self,
        shape: u32,
        outline: &MultiPolygon<f64>,
        area: ::geo::Rect<f64>,
        first_row: usize,
        strips: &mut [Vec<Strip>],
    ) {
        let columns = (self.column(area.min().x), self.column(area.max().x));
        let last_row = first_row + strips.len() - 1;
        let (from, to) = (self.row(area.min().y).max(first_row), self.row(area.max().y).min(last_row));
        for row in from..=to {
            strips[row - first_row].push(Strip { shape, columns, edges: Vec::new() });
        }
        let slack = SLACK / self.scale.y;
        for (edge, number) in edges_of(outline).zip(0..) {
            let (low, high) = (self.row(edge.low.y - slack).max(from), self.row(edge.high.y + slack).min(to));
            for row in low..=high {
                if let Some(strip) = strips[row - first_row].last_mut() {
                    strip.edges.push(Numbered { number, edge });
                }
            }
        }
    }

    fn look(&self, row: usize, strips: &[Strip]) -> Row {
        let mut seen = Row { row, touches: Vec::new(), centres: Vec::new(), whole: vec![NONE; self.columns] };
        let mut touched = vec![false; self.columns];
        for strip in strips {
            touched[strip.columns.0..=strip.columns.1].fill(false);
            for numbered in &strip.edges {
                let (west, east) = self.columns_touched(row, &numbered.edge);
                let (west, east) = (west.max(strip.columns.0), east.min(strip.columns.1));
                if let Some(run) = touched.get_mut(west..=east) {
                    run.fill(true);
                }
                let touch =
                    |column: usize| Touch { column: column as u32, shape: strip.shape, numbered: *numbered };
                seen.touches.extend((west..=east).map(touch));
            }
            // Between two touched cells nothing changes: one look decides for the whole run.
            let mut covered = None;
            let (first, last) = strip.columns;
            for (column, touched) in (first..).zip(&touched[first..=last]) {
                let centre = || {
                    let edges = strip.edges.iter().map(|numbered| &numbered.edge);
                    odd(edges, self.centre(column, row))
                };
                if *touched {
                    covered = None;
                    if centre() {
                        seen.centres.push((column as u32, strip.shape));
                    }
                } else if *covered.get_or_insert_with(centre) {
                    seen.whole[column] = seen.whole[column].min(strip.shape);
                }
            }
        }
        seen
    }

    fn columns_touched(&self, row: usize, edge: &Edge) -> (usize, usize) {
        let bottom = self.min.y + (row as f64 - SLACK) / self.scale.y;
        let top = self.min.y + (row as f64 + 1.0 + SLACK) / self.scale.y;
        let (west, east) = edge.span(bottom, top);
        let slack = SLACK / self.scale.x;
        (self.column(west - slack), self.column(east + slack))
    }

    fn centre(&self, column: usize, row: usize) -> Coord<f64> {
        Coord {
            x: self.min.x + (column as f64 + 0.5) / self.scale.x,
            y: self.min.y + (row as f64 + 0.5) / self.scale.y,
        }
    }

    /// Writes the cells of a row and their records.
    fn write(&mut self, mut seen: Row, shapes: &[&MultiPolygon<f64>]) {
        let whole = &seen.whole;
        seen.touches.retain(|touch| touch.shape < whole[touch.column as usize]);
        seen.touches.sort_by_key(|touch| (touch.column, touch.shape));
        seen.centres.sort_unstable();
        for (column, whole) in seen.whole.iter().enumerate() {
            let owner = Some(*whole).filter(|shape| *shape != NONE);
            self.cells[seen.row * self.columns + column] = Cell::whole(owner);
        }
        for touches in seen.touches.chunk_by(|a, b| a.column == b.column) {
            let column = touches[0].column as usize;
            let record = self.words.len();
            let by_shape: Vec<&[Touch]> = touches.chunk_by(|a, b| a.shape == b.shape).collect();
            let whole = Some(seen.whole[column]).filter(|shape| *shape != NONE);
            let count = by_shape.len() + usize::from(whole.is_some());
            for first in (0..count).step_by(GROUP) {
                let members = &by_shape[first.min(by_shape.len())..(first + GROUP).min(by_shape.len())];
                let last = first + GROUP >= count;
                let whole = whole.filter(|_| last);
                let inside = |shape| seen.centres.binary_search(&(column as u32, shape)).is_ok();
                self.write_group(column, seen.row, members, inside, whole, last);
            }
            self.cells[seen.row * self.columns + column] =
                self.mixed(record, (column, seen.row), touches, shapes);
        }
    }

    /// The cell of a record that is written.
    fn mixed(
        &self,
        record: usize,
        (column, row): (usize, usize),
        touches: &[Touch],
        shapes: &[&MultiPolygon<f64>],
    ) -> Cell {
        let edges = touches.iter().map(|Touch { numbered: Numbered { edge, .. }, .. }| Edge {
            low: self.within(edge.low, column, row),
            high: self.within(edge.high, column, row),
        });
        let owner = |share: Coord<f64>| {
            let p = Coord {
                x: self.min.x + (column as f64 + share.x) / self.scale.x,
                y: self.min.y + (row as f64 + share.y) / self.scale.y,
            };
            self.decide(record, |shape| shapes[shape], p, (column, row))
        };
        Cell::mixed(record as u32, edges, SLACK, owner)
    }

    fn write_group(
        &mut self,
        column: usize,
        row: usize,
        members: &[&[Touch]],
        inside: impl Fn(u32) -> bool,
        whole: Option<u32>,
        last: bool,
    ) {
        let (centre, turn) = (self.centre(column, row), self.turn(column));
        let mut edges: Vec<(u32, Numbered)> = Vec::new();
        let mut base = 0;
        for (touches, bit) in members.iter().zip(0..) {
            base |= u32::from(inside(touches[0].shape)) << bit;
            edges.extend(touches.iter().map(|touch| (1 << bit, touch.numbered)));
        }
        // Both ends east of where rays turn: it never counts here.
        edges.retain(|(_, n)| n.edge.low.x <= turn || n.edge.high.x <= turn);
        edges.sort_by_key(|(_, numbered)| numbered.edge.key());
        let start = self.words.len();
        self.words.extend([0, 0]);
        self.words.extend(members.iter().map(|touches| touches[0].shape).chain(whole));
        let mut count = 0;
        for same in edges.chunk_by(|(_, a), (_, b)| a.edge.key() == b.edge.key()) {
            let mask = same.iter().fold(0, |mask, (bit, _)| mask ^ bit);
            let first = mask & mask.wrapping_neg();
            // One that a shape goes along twice bounds nothing.
            let Some((_, Numbered { number, edge })) = same.iter().find(|(bit, _)| *bit == first) else {
                continue;
            };
            if edge.flips(centre, turn) {
                base ^= mask;
            }
            let east = |x: f64, flag: u32| if x > turn { flag } else { 0 };
            let flags = east(edge.low.x, LOW_EAST) | east(edge.high.x, HIGH_EAST);
            let [low, high] =
                clipped(self.within(edge.low, column, row), self.within(edge.high, column, row));
            self.words.extend([low, high, number << NUMBER | flags | mask]);
            count += 1;
        }
        if whole.is_some() {
            base |= 1 << members.len();
        }
        let shapes = (members.len() + usize::from(whole.is_some())) as u32;
        self.words[start] = shapes << NUMBER | if last { 0 } else { MORE } | base;
        self.words[start + 1] = count;
    }
}
