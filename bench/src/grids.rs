//! Look-ups of the one grid that a point is in: the product's index beside one random read of a table, boxes in an R-tree
//! with an exact test, shapely and PostGIS, over the reference district, a tiling of wiggly cells that share their borders,
//! and a tiling with very long ones. All must name the same grid.

mod lookups;
mod postgis;

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::fs;

use domain::geo::datum::{CoordType, Wgs84};
use domain::geo::grid::{Grid, GridIndex, Layer};
use domain::geo::json::{parse_grids, shape_to_geojson};
use geo::{BoundingRect as _, Contains as _, Coord, LineString, MultiPolygon, Point, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde_json::json;

use crate::anchor::Anchors;
use crate::databases::Databases;
use crate::measure::{Dice, grouped};
use crate::race::{Cost, Runner, Standing, race};
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

const POINTS: usize = 1_000_000;
/// Vertices inside one border between two cells; four borders and four corners make a cell.
const WIGGLES: usize = 14;
/// The same where borders are as long as those of a real district.
const LONG: usize = 255;
const DISTRICTS: usize = 121;
/// Polygons up to which other programs are asked: they take minutes to read more.
const MOST_ASKED: usize = 150_000;
/// Cells of the table that is read once a point, for a polygon: as many as the index has.
const CELLS: usize = 64;
const REFERENCE: &str = include_str!("../../reference/grids-community.geojson");

type Boxes<'a> = RTree<GeomWithData<Rectangle<[f64; 2]>, &'a Grid>>;

/// Measures all sets of grids.
pub fn run(line: &Line, anchors: &Anchors, databases: &Databases, report: &mut Report) -> Outcome {
    let reference = parse_grids(REFERENCE, Layer::Community, CoordType::Wgs84);
    let reference = reference.map_err(|faults| format!("示例网格有误:{faults:?}"))?;
    if let Some(folder) = &line.lookups {
        lookups::check(folder, report)?;
    }
    let mut set = Set { rounds: line.rounds, anchors, databases, report };
    set.compare("示例辖区", reference, 8.0)?;
    set.compare("自制拼图", tiling(1000, WIGGLES), 8.0)?;
    set.compare("自制拼图", tiling(line.polygons, WIGGLES), 8.0)?;
    set.compare("自制长边界", tiling(DISTRICTS, LONG), 50.0)
}

/// Where sets of grids are measured.
struct Set<'a> {
    rounds: usize,
    anchors: &'a Anchors,
    databases: &'a Databases,
    report: &'a mut Report,
}

impl Set<'_> {
    /// Measures one set; `boxes_goal` is how often the R-tree's time is meant to hold ours.
    fn compare(&mut self, name: &str, grids: Vec<Grid>, boxes_goal: f64) -> Outcome {
        let vertices: usize = grids.iter().map(|grid| outline(grid).count()).sum();
        let (build, index) = Cost::of(|| GridIndex::build(grids));
        let boxes = boxes(&index);
        let points = points(&index)?;
        let own = |at: &Wgs84| index.owner(Layer::Community, *at);
        let differ = points
            .iter()
            .filter(|at| own(at).map(|grid| &grid.code) != plain(&boxes, **at).map(|grid| &grid.code));
        let differ = differ.count();
        if differ > 0 {
            return Err(format!("{name}:{differ} 处的网格不同").into());
        }
        let table = Table::of(&index);
        // Lives longer than the runner that asks it.
        let mut shapely = if index.len() <= MOST_ASKED { self.shapely(&index, &points)? } else { None };
        let mut runners = vec![
            Runner::here("本程序", || Ok(points.iter().filter(|at| own(at).is_some()).count())),
            Runner::here("读表", || Ok(points.iter().fold(0, |sum: u32, at| sum ^ table.read(*at)))),
            Runner::here("rstar", || Ok(points.iter().filter(|at| plain(&boxes, **at).is_some()).count())),
        ];
        let expected = checksum(&index, &points);
        if let Some(anchor) = &mut shapely {
            runners.push(Runner::new(anchor.name.clone(), move || {
                let (cost, answer) = anchor.round()?;
                // A point on a border is in both polygons for shapely; random points are on none.
                if answer.as_i64() != Some(expected) {
                    return Err("答案与本程序不同".into());
                }
                Ok(cost)
            }));
        }
        let standings = race(self.rounds, runners)?;
        let work = format!("网格定位 {name} {} 个", grouped(index.len() as f64));
        self.tell(&work, &standings, boxes_goal);
        self.postgis(&work, &index, &points, &standings)?;
        self.report.remark(format!(
            "{name}:平均 {} 个顶点,建索引 {:.2} 秒,{:.1} MB(不含形状),{} 个随机点的答案与锚完全一致",
            vertices / index.len().max(1),
            build.cpu,
            index.bytes() as f64 / 1e6,
            grouped(POINTS as f64)
        ));
        Ok(())
    }

    fn tell(&mut self, work: &str, standings: &[Standing], boxes_goal: f64) {
        let nanos = |seconds: f64| seconds * 1e9 / POINTS as f64;
        let each = |standing: &Standing| {
            format!("{:.0} 纳秒/次(最少 {:.0})", nanos(standing.cpu), nanos(standing.least))
        };
        let [own, table, boxes, others @ ..] = standings else { return };
        let figure = each(own);
        let ratio = Some(own.cpu / table.cpu);
        self.report.aim(work, figure.clone(), format!("读表一次 {}", each(table)), ratio, Goal::AtMost(3.0));
        let ratio = Some(boxes.cpu / own.cpu);
        let anchor = format!("rstar + contains {}", each(boxes));
        self.report.aim(work, figure.clone(), anchor, ratio, Goal::AtLeast(boxes_goal));
        let shapely = others.first();
        let anchor = shapely.map_or_else(|| "shapely".to_owned(), |s| format!("{} {}", s.name, each(s)));
        let ratio = shapely.map(|shapely| shapely.cpu / own.cpu);
        self.report.aim(work, figure.clone(), anchor, ratio, Goal::AtLeast(25.0));
    }

    /// PostGIS in its own turns: its time is the server's, by the clock on the wall, over part of the points.
    fn postgis(
        &mut self,
        work: &str,
        index: &GridIndex,
        points: &[Wgs84],
        standings: &[Standing],
    ) -> Outcome {
        let Some(own) = standings.first().map(|own| own.wall / POINTS as f64) else { return Ok(()) };
        let some = &points[..postgis::JOINED];
        let each = if index.len() <= MOST_ASKED {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // Its join says nothing of points in no grid.
            let expected = checksum(index, some) - (0..).zip(some).map(|(i, _)| i + 2).sum::<i64>();
            runtime.block_on(postgis::join(self.databases, index, some, self.rounds.min(3), expected))?
        } else {
            None
        };
        let each = each.map(|seconds| seconds / postgis::JOINED as f64);
        let anchor =
            each.map_or_else(|| "PostGIS".to_owned(), |each| format!("PostGIS {:.0} 纳秒/次", each * 1e9));
        let figure = format!("{:.0} 纳秒/次(墙钟)", own * 1e9);
        self.report.aim(work, figure, anchor, each.map(|each| each / own), Goal::AtLeast(140.0));
        Ok(())
    }

    fn shapely(&self, index: &GridIndex, points: &[Wgs84]) -> Outcome<Option<crate::anchor::Anchor>> {
        let folder = &self.databases.folder;
        let (shapes, places) = (folder.join("grids.geojson"), folder.join("points.csv"));
        let features: Vec<_> = index
            .grids(Layer::Community)
            .map(|grid| json!({ "type": "Feature", "properties": {}, "geometry": shape_to_geojson(&grid.shape) }))
            .collect();
        fs::write(&shapes, json!({ "type": "FeatureCollection", "features": features }).to_string())?;
        let mut csv = String::new();
        for at in points {
            writeln!(csv, "{:?},{:?}", at.lon, at.lat)?;
        }
        fs::write(&places, csv)?;
        self.anchors.start("grids_shapely.py", &[shapes, places])
    }
}

/// All answers as one number: (index + 2) times (number of the grid + 2), the number of none being -1.
fn checksum(index: &GridIndex, points: &[Wgs84]) -> i64 {
    let codes: Vec<_> = index.grids(Layer::Community).map(|grid| &grid.code).collect();
    let number = |at: &Wgs84| {
        let grid = index.owner(Layer::Community, *at)?;
        codes.binary_search(&&grid.code).ok()
    };
    let term = |(i, at): (i64, &Wgs84)| (i + 2) * (number(at).map_or(-1, |number| number as i64) + 2);
    (0..).zip(points).map(term).sum()
}

/// The floor: one number for each cell of a raster over all grids, read where the point is.
struct Table {
    numbers: Vec<u32>,
    side: usize,
    from: Coord<f64>,
    scale: Coord<f64>,
}

impl Table {
    fn of(index: &GridIndex) -> Self {
        let side = ((index.len() * CELLS) as f64).sqrt().ceil() as usize;
        let [west, east, south, north] = extent(index);
        let mut dice = Dice(3);
        Self {
            numbers: (0..side * side).map(|_| dice.next() as u32).collect(),
            side,
            from: Coord { x: west, y: south },
            scale: Coord { x: side as f64 / (east - west), y: side as f64 / (north - south) },
        }
    }

    fn read(&self, at: Wgs84) -> u32 {
        let column = ((at.lon - self.from.x) * self.scale.x) as usize;
        let row = ((at.lat - self.from.y) * self.scale.y) as usize;
        self.numbers[row.min(self.side - 1) * self.side + column.min(self.side - 1)]
    }
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

/// West, east, south, north of all grids.
fn extent(index: &GridIndex) -> [f64; 4] {
    let rects = || index.grids(Layer::Community).filter_map(|grid| grid.shape.bounding_rect());
    let fold = |start: f64, pick: fn(f64, f64) -> f64, of: fn(geo::Rect<f64>) -> f64| {
        rects().map(of).fold(start, pick)
    };
    let (west, east) = (fold(f64::MAX, f64::min, |r| r.min().x), fold(f64::MIN, f64::max, |r| r.max().x));
    let (south, north) = (fold(f64::MAX, f64::min, |r| r.min().y), fold(f64::MIN, f64::max, |r| r.max().y));
    [west, east, south, north]
}

/// Random points in the box around all grids.
fn points(index: &GridIndex) -> Outcome<Vec<Wgs84>> {
    let [west, east, south, north] = extent(index);
    let mut dice = Dice(7);
    let point = |_| Wgs84::new(west + dice.unit() * (east - west), south + dice.unit() * (north - south));
    (0..POINTS).map(point).collect::<Option<_>>().ok_or_else(|| "没有网格".into())
}

/// Square-like cells over 5.5° × 5.5° with wiggly borders, each border the same for both of its cells.
fn tiling(count: usize, wiggles: usize) -> Vec<Grid> {
    let side = (count as f64).sqrt().round().max(1.0) as usize;
    let step = 5.5 / side as f64;
    let mut grids = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let mut ring = Vec::with_capacity(4 * (wiggles + 1) + 1);
            let [sw, se, ne, nw] = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(x, y)| (column + x, row + y));
            for (from, to, forward) in [(sw, se, true), (se, ne, true), (nw, ne, false), (sw, nw, false)] {
                let mut border = border(from, to, step, wiggles);
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
fn border(from: (usize, usize), to: (usize, usize), step: f64, wiggles: usize) -> Vec<Coord<f64>> {
    let (a, b) = (corner(from, step), corner(to, step));
    let mut dice = Dice(((from.0 as u64) << 33 | (from.1 as u64) << 1 | u64::from(from.0 == to.0)) ^ 0x5eed);
    let (height, waves) = (0.06 * dice.unit(), (1 + dice.roll(3)) as f64);
    let point = |i: usize| {
        let t = i as f64 / (wiggles + 1) as f64;
        let off = if i == 0 || i == wiggles + 1 { 0.0 } else { height * (waves * TAU * t).sin() };
        Coord { x: a.x + (b.x - a.x) * t - (b.y - a.y) * off, y: a.y + (b.y - a.y) * t + (b.x - a.x) * off }
    };
    (0..=wiggles + 1).map(point).collect()
}
