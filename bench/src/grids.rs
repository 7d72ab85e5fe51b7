//! Look-ups of the one grid that a point is in: the product's index beside boxes in an R-tree with an exact test, over the
//! reference district and over a tiling of many wiggly cells that share their borders. Both must name the same grid.

use std::f64::consts::TAU;

use domain::geo::datum::{CoordType, Wgs84};
use domain::geo::grid::{Grid, GridIndex, Layer};
use domain::geo::json::parse_grids;
use geo::{BoundingRect as _, Contains as _, Coord, LineString, MultiPolygon, Point, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::measure::{Dice, grouped, median, thread_seconds};
use crate::report::Report;
use crate::{Line, Outcome};

const ROUNDS: usize = 7;
const POINTS: usize = 200_000;
/// Vertices inside one border between two cells; four borders and four corners make a cell.
const WIGGLES: usize = 14;
const REFERENCE: &str = include_str!("../../reference/grids-community.geojson");

type Boxes<'a> = RTree<GeomWithData<Rectangle<[f64; 2]>, &'a Grid>>;

/// Measures both sets of grids.
pub fn run(line: &Line, _anchors: &Anchors, _databases: &Databases, report: &mut Report) -> Outcome {
    let reference = parse_grids(REFERENCE, Layer::Community, CoordType::Wgs84);
    compare("示例辖区", reference.map_err(|faults| format!("示例网格有误:{faults:?}"))?, report)?;
    compare("自制拼图", tiling(line.polygons), report)
}

fn compare(name: &str, grids: Vec<Grid>, report: &mut Report) -> Outcome {
    let vertices: usize = grids.iter().map(|grid| outline(grid).count()).sum();
    let (build, index) = thread_seconds(|| GridIndex::build(grids));
    let boxes = boxes(&index);
    let points = points(&index)?;
    for at in &points {
        let (own, other) = (index.owner(Layer::Community, *at), plain(&boxes, *at));
        if own.map(|grid| &grid.code) != other.map(|grid| &grid.code) {
            return Err(format!("{name}:({}, {}) 的网格不同", at.lon, at.lat).into());
        }
    }
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (seconds, found) = thread_seconds(|| {
            points.iter().filter(|at| index.owner(Layer::Community, **at).is_some()).count()
        });
        own.push(POINTS as f64 / seconds);
        let (seconds, also) =
            thread_seconds(|| points.iter().filter(|at| plain(&boxes, **at).is_some()).count());
        other.push(POINTS as f64 / seconds);
        if found != also {
            return Err(format!("{name}:找到 {found} 与 {also} 处").into());
        }
    }
    let (own, other) = (median(&own), median(&other));
    report.add(
        format!("网格定位 {name} {} 个", grouped(index.len() as f64)),
        format!("{} 次/秒/核", grouped(own)),
        format!("rstar + contains {} 次/秒/核", grouped(other)),
        own / other,
    );
    report.remark(format!(
        "{name}:平均 {} 个顶点,建索引 {build:.2} 秒,{} 个随机点的答案与锚完全一致",
        vertices / index.len().max(1),
        grouped(POINTS as f64)
    ));
    Ok(())
}

fn outline(grid: &Grid) -> impl Iterator<Item = &Coord<f64>> {
    grid.shape.0.iter().flat_map(|polygon| polygon.exterior().0.iter().skip(1))
}

fn boxes(index: &GridIndex) -> Boxes<'_> {
    let entry = |grid| {
        let grid: &Grid = grid;
        let around = grid.shape.bounding_rect()?;
        let (min, max) = (around.min(), around.max());
        Some(GeomWithData::new(Rectangle::from_corners([min.x, min.y], [max.x, max.y]), grid))
    };
    RTree::bulk_load(index.grids(Layer::Community).filter_map(entry).collect())
}

fn plain<'a>(boxes: &Boxes<'a>, at: Wgs84) -> Option<&'a Grid> {
    let point = Point::new(at.lon, at.lat);
    let hits = boxes.locate_in_envelope_intersecting(AABB::from_point([at.lon, at.lat]));
    hits.map(|hit| hit.data).find(|grid| grid.shape.contains(&point))
}

/// Random points in the box around all grids.
fn points(index: &GridIndex) -> Outcome<Vec<Wgs84>> {
    let rects = || index.grids(Layer::Community).filter_map(|grid| grid.shape.bounding_rect());
    let fold = |start: f64, pick: fn(f64, f64) -> f64, of: fn(geo::Rect<f64>) -> f64| {
        rects().map(of).fold(start, pick)
    };
    let (west, east) = (fold(f64::MAX, f64::min, |r| r.min().x), fold(f64::MIN, f64::max, |r| r.max().x));
    let (south, north) = (fold(f64::MAX, f64::min, |r| r.min().y), fold(f64::MIN, f64::max, |r| r.max().y));
    let mut dice = Dice(7);
    let point = |_| Wgs84::new(west + dice.unit() * (east - west), south + dice.unit() * (north - south));
    (0..POINTS).map(point).collect::<Option<_>>().ok_or_else(|| "没有网格".into())
}

/// Square-like cells over 5.5° × 5.5° with wiggly borders, each border the same for both of its cells.
fn tiling(count: usize) -> Vec<Grid> {
    let side = (count as f64).sqrt().round().max(1.0) as usize;
    let step = 5.5 / side as f64;
    let mut grids = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let mut ring = Vec::with_capacity(4 * (WIGGLES + 1) + 1);
            let [sw, se, ne, nw] = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(x, y)| (column + x, row + y));
            for (from, to, forward) in [(sw, se, true), (se, ne, true), (nw, ne, false), (sw, nw, false)] {
                let mut border = border(from, to, step);
                if !forward {
                    border.reverse();
                }
                border.pop();
                ring.extend(border);
            }
            let shape = MultiPolygon::new(vec![Polygon::new(LineString::new(ring), Vec::new())]);
            let code = format!("{row:04}-{column:04}");
            grids.push(Grid { layer: Layer::Community, name: code.clone(), code: code.into(), shape });
        }
    }
    grids
}

/// A corner of the tiling, moved a little from its place.
fn corner((column, row): (usize, usize), step: f64) -> Coord<f64> {
    let mut dice = Dice((column as u64) << 32 | row as u64);
    let mut shift = || (dice.unit() - 0.5) * 0.3;
    Coord { x: 115.0 + (column as f64 + shift()) * step, y: 33.0 + (row as f64 + shift()) * step }
}

/// The vertices of a border with both ends: waves across its line that grow from and shrink to nothing.
fn border(from: (usize, usize), to: (usize, usize), step: f64) -> Vec<Coord<f64>> {
    let (a, b) = (corner(from, step), corner(to, step));
    let mut dice = Dice(((from.0 as u64) << 33 | (from.1 as u64) << 1 | u64::from(from.0 == to.0)) ^ 0x5eed);
    let (height, waves) = (0.06 * dice.unit(), (1 + dice.roll(3)) as f64);
    let point = |i: usize| {
        let t = i as f64 / (WIGGLES + 1) as f64;
        let off = if i == 0 || i == WIGGLES + 1 { 0.0 } else { height * (waves * TAU * t).sin() };
        Coord { x: a.x + (b.x - a.x) * t - (b.y - a.y) * off, y: a.y + (b.y - a.y) * t + (b.x - a.x) * off }
    };
    (0..=WIGGLES + 1).map(point).collect()
}
