//! Tests of the grid index against brute force on random tilings.

use super::*;
use crate::geo::datum::distance_m;
use crate::geo::raster::owns;
use ::geo::{Contains, CoordsIter, Line, LineString, Polygon};
use proptest::prelude::*;
use strum::VariantArray as _;

const SIDE: usize = 6;
/// Degrees between the lattice's nodes; jitter moves a node by up to 3 of 8 parts, so that many share a
/// latitude.
const STEP: f64 = 0.01;

/// A lattice of SIDE × SIDE quadrilaterals with bent, shared edges.
struct Lattice {
    jitter: Vec<(i8, i8)>,
}

impl Lattice {
    fn node(&self, column: usize, row: usize) -> Coord<f64> {
        let (x, y) = self.jitter[row * (SIDE + 1) + column];
        let along = |place: usize, part: i8| (place as f64 + f64::from(part) / 8.0) * STEP;
        Coord { x: 120.0 + along(column, x), y: 36.0 + along(row, y) }
    }

    /// From one node to the next, by way of a bend; the same positions in either direction.
    fn path(&self, from: (usize, usize), to: (usize, usize)) -> [Coord<f64>; 2] {
        let (a, b) = (self.node(from.0, from.1), self.node(to.0, to.1));
        let (x, y) = self.jitter[from.0.min(to.0) + from.1.min(to.1) * (SIDE + 1)];
        let bend = Coord { x: f64::from(y) * STEP / 64.0, y: f64::from(x) * STEP / 64.0 };
        [a, (a + b) / 2.0 + bend]
    }

    /// The closed outline of the block of nodes from (c, r) to (c + n, r + n).
    fn outline(&self, c: usize, r: usize, n: usize) -> LineString<f64> {
        let south = (0..n).map(|i| ((c + i, r), (c + i + 1, r)));
        let east = (0..n).map(|i| ((c + n, r + i), (c + n, r + i + 1)));
        let north = (0..n).map(|i| ((c + n - i, r + n), (c + n - i - 1, r + n)));
        let west = (0..n).map(|i| ((c, r + n - i), (c, r + n - i - 1)));
        let mut ring: Vec<_> =
            south.chain(east).chain(north).chain(west).flat_map(|(a, b)| self.path(a, b)).collect();
        ring.push(ring[0]);
        LineString::new(ring)
    }

    fn quad(&self, column: usize, row: usize) -> Polygon<f64> {
        Polygon::new(self.outline(column, row, 1), Vec::new())
    }
}

fn grid(code: &str, polygons: Vec<Polygon<f64>>) -> Grid {
    Grid {
        layer: Layer::Area,
        code: code.into(),
        name: format!("{code} 区"),
        shape: MultiPolygon::new(polygons),
    }
}

/// Each 3 × 3 block is either a frame with a hole, and the quadrilateral in the hole, or quadrilaterals
/// dealt out to grids that may lie in several pieces; label 0 leaves a gap.
fn tiling(lattice: &Lattice, frames: &[bool], labels: &[u8]) -> Vec<Grid> {
    let mut pieces: BTreeMap<String, Vec<Polygon<f64>>> = BTreeMap::new();
    for row in 0..SIDE {
        for column in 0..SIDE {
            let block = (row / 3) * 2 + column / 3;
            let centre = row % 3 == 1 && column % 3 == 1;
            if frames[block] && centre {
                let hole = lattice.outline(column, row, 1);
                let frame = Polygon::new(lattice.outline(column - 1, row - 1, 3), vec![hole]);
                pieces.entry(format!("frame{block}")).or_default().push(frame);
            }
            let label = labels[row * SIDE + column];
            if label > 0 && (!frames[block] || centre) {
                pieces.entry(format!("g{label}")).or_default().push(lattice.quad(column, row));
            }
        }
    }
    pieces.into_iter().map(|(code, polygons)| grid(&code, polygons)).collect()
}

fn tilings(least: u8) -> impl Strategy<Value = Vec<Grid>> {
    let jitter = prop::collection::vec((-3i8..=3, -3i8..=3), (SIDE + 1) * (SIDE + 1));
    let labels = prop::collection::vec(least..9, SIDE * SIDE);
    let frames = prop::collection::vec(any::<bool>(), 4);
    (jitter, frames, labels)
        .prop_map(|(jitter, frames, labels)| tiling(&Lattice { jitter }, &frames, &labels))
}

/// Random positions, and the awkward ones: vertices, middles of edges, level with or straight above a vertex.
fn probes(grids: &[Grid], random: &[(f64, f64)]) -> Vec<Coord<f64>> {
    let free: Vec<_> = random
        .iter()
        .map(|(x, y)| Coord { x: 120.0 + (x * 8.0 - 1.0) * STEP, y: 36.0 + (y * 8.0 - 1.0) * STEP })
        .collect();
    let vertices: Vec<Coord<f64>> = grids.iter().flat_map(|grid| grid.shape.coords_iter()).collect();
    let middles =
        grids.iter().flat_map(|grid| grid.shape.lines_iter()).map(|line| (line.start + line.end) / 2.0);
    let level = vertices.iter().zip(free.iter().cycle()).map(|(v, f)| Coord { x: f.x, y: v.y });
    let above = vertices.iter().zip(free.iter().cycle()).map(|(v, f)| Coord { x: v.x, y: f.y });
    free.iter().copied().chain(vertices.iter().copied()).chain(middles).chain(level).chain(above).collect()
}

fn wgs(p: Coord<f64>) -> Wgs84 {
    Wgs84::new(p.x, p.y).unwrap()
}

fn owner_code(index: &GridIndex, p: Coord<f64>) -> Option<String> {
    index.owner(Layer::Area, wgs(p)).map(|grid| grid.code.to_string())
}

fn edge_distance_m(grids: &[Grid], at: Wgs84) -> f64 {
    let plane = Plane::around(at);
    let lines = grids.iter().flat_map(|grid| grid.shape.lines_iter());
    lines.map(|line| plane.distance_to_segment_m(line.start, line.end)).fold(f64::MAX, f64::min)
}

/// Metres to the nearest border; an edge that a grid goes along twice, between two of its pieces, is none.
fn border_distance_m(grids: &[Grid], at: Wgs84) -> f64 {
    let plane = Plane::around(at);
    let borders = grids.iter().flat_map(|grid| {
        let lines: Vec<_> = grid.shape.lines_iter().collect();
        let same = |a: Line<f64>, b: Line<f64>| {
            (a.start, a.end) == (b.start, b.end) || (a.start, a.end) == (b.end, b.start)
        };
        let once = |line: &Line<f64>| lines.iter().filter(|other| same(*line, **other)).count() % 2 == 1;
        lines.clone().into_iter().filter(once).collect::<Vec<_>>()
    });
    borders.map(|line| plane.distance_to_segment_m(line.start, line.end)).fold(f64::MAX, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_index_equals_brute_force_even_on_vertices_and_edges(
        grids in tilings(0), random in prop::collection::vec((0.0..1.0, 0.0..1.0), 300),
    ) {
        let index = GridIndex::build(grids.clone());
        for p in probes(&grids, &random) {
            let brute = grids.iter().find(|grid| owns(&grid.shape, p)).map(|grid| grid.code.to_string());
            prop_assert_eq!(owner_code(&index, p), brute, "at {:?}", p);
        }
    }

    #[test]
    fn the_index_equals_brute_force_next_to_vertices_and_edges(grids in tilings(0), turn in 0.0..TAU) {
        let index = GridIndex::build(grids.clone());
        for p in probes(&grids, &[]) {
            let near = |by: f64| Coord { x: p.x + by * turn.cos(), y: p.y + by * turn.sin() };
            let beside = [p.x.next_up(), p.x.next_down()].map(|x| Coord { x, y: p.y });
            let level = [p.y.next_up(), p.y.next_down()].map(|y| Coord { x: p.x, y });
            for p in [near(1e-12), near(1e-9), near(1e-7)].into_iter().chain(beside).chain(level) {
                let brute = grids.iter().find(|grid| owns(&grid.shape, p)).map(|grid| grid.code.to_string());
                prop_assert_eq!(owner_code(&index, p), brute, "at {:?}", p);
            }
        }
    }

    #[test]
    fn many_grids_that_meet_in_a_point_or_lie_on_each_other_are_told_apart(
        slices in 3usize..30, stacked in 0usize..20, random in prop::collection::vec((0.0..1.0, 0.0..TAU), 300),
    ) {
        let hub = Coord { x: 120.0, y: 36.0 };
        let rim = |i: usize| {
            let angle = (i % slices) as f64 * TAU / slices as f64;
            Coord { x: hub.x + 0.01 * angle.cos(), y: hub.y + 0.01 * angle.sin() }
        };
        let slice = |i: usize| {
            let ring = LineString::new(vec![hub, rim(i), rim(i + 1), hub]);
            grid(&format!("s{i:02}"), vec![Polygon::new(ring, Vec::new())])
        };
        let square = |i: usize| {
            let r = 0.0001 * (i + 1) as f64;
            let ring = [(-r, -r), (r, -r), (r, r), (-r, r), (-r, -r)].map(|(x, y)| Coord { x: hub.x + x, y: hub.y + y });
            grid(&format!("{i:02}"), vec![Polygon::new(LineString::new(ring.to_vec()), Vec::new())])
        };
        let grids: Vec<Grid> = (0..stacked).map(square).chain((0..slices).map(slice)).collect();
        let index = GridIndex::build(grids.clone());
        let free = random.iter().map(|(r, angle): &(f64, f64)| {
            let r = 0.011 * r.powi(3);
            Coord { x: hub.x + r * angle.cos(), y: hub.y + r * angle.sin() }
        });
        for p in free.chain(probes(&grids, &[])) {
            let brute = grids.iter().find(|grid| owns(&grid.shape, p)).map(|grid| grid.code.to_string());
            prop_assert_eq!(owner_code(&index, p), brute, "at {:?}", p);
        }
    }

    #[test]
    fn overlapping_grids_give_the_lowest_code_as_brute_force_does(
        low in tilings(0), high in tilings(0), random in prop::collection::vec((0.0..1.0, 0.0..1.0), 300),
    ) {
        let higher = high.into_iter().map(|g| Grid { code: format!("z{}", g.code).into(), ..g });
        let grids: Vec<_> = low.into_iter().chain(higher).collect();
        let index = GridIndex::build(grids.iter().rev().cloned().collect());
        for p in probes(&grids, &random) {
            let brute = grids.iter().find(|grid| owns(&grid.shape, p)).map(|grid| grid.code.to_string());
            prop_assert_eq!(owner_code(&index, p), brute, "at {:?}", p);
        }
    }

    #[test]
    fn away_from_edges_the_index_agrees_with_geo(
        grids in tilings(0), random in prop::collection::vec((0.0..1.0, 0.0..1.0), 300),
    ) {
        let index = GridIndex::build(grids.clone());
        for p in probes(&grids, &random) {
            if edge_distance_m(&grids, wgs(p)) > 0.001 {
                let truth = grids.iter().find(|grid| grid.shape.contains(&p)).map(|grid| grid.code.to_string());
                prop_assert_eq!(owner_code(&index, p), truth, "at {:?}", p);
            }
        }
    }

    #[test]
    fn a_point_on_a_shared_edge_or_vertex_has_exactly_one_owner(grids in tilings(1)) {
        let inner = |p: &Coord<f64>| {
            let (x, y) = ((p.x - 120.0) / STEP, (p.y - 36.0) / STEP);
            (0.6..SIDE as f64 - 0.6).contains(&x) && (0.6..SIDE as f64 - 0.6).contains(&y)
        };
        for p in probes(&grids, &[(0.5, 0.5)]).into_iter().filter(inner) {
            prop_assert_eq!(grids.iter().filter(|grid| owns(&grid.shape, p)).count(), 1, "at {:?}", p);
        }
    }

    #[test]
    fn a_circle_that_reaches_no_border_is_certain_and_others_are_looked_at(
        grids in tilings(0), x in 0.0..1.0, y in 0.0..1.0, accuracy in 0.0..600.0,
    ) {
        let at = Wgs84::new(120.0 + x * 6.0 * STEP, 36.0 + y * 6.0 * STEP).unwrap();
        let index = GridIndex::build(grids.clone());
        let reaches = border_distance_m(&grids, at) < accuracy;
        let plane = Plane::around(at);
        prop_assert_eq!(index.layers[&Layer::Area].border_within(coord(at), &plane, accuracy), reaches);
        if !reaches {
            match (&index.locate(at, accuracy).layers[&Layer::Area], index.owner(Layer::Area, at)) {
                (Spot::Inside { grid, likelihood, .. }, Some(owner)) => {
                    prop_assert_eq!(grid, &owner.code);
                    prop_assert_eq!(*likelihood, 1.0);
                }
                (Spot::Outside { distance_m, .. }, None) => {
                    prop_assert!((distance_m - border_distance_m(&grids, at)).abs() < 1e-6);
                }
                (spot, owner) => prop_assert!(false, "{:?} but owner {:?}", spot, owner),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn likelihoods_are_near_those_of_a_hundred_thousand_samples(
        grids in tilings(0), x in 0.1..0.9, y in 0.1..0.9, accuracy in 5.0..1500.0,
    ) {
        const SAMPLES: usize = 100_000;
        let at = Wgs84::new(120.0 + x * 6.0 * STEP, 36.0 + y * 6.0 * STEP).unwrap();
        let index = GridIndex::build(grids);
        let sheet = &index.layers[&Layer::Area];
        let plane = Plane::around(at);
        // A low-discrepancy sequence (Roberts' R2) over the disc, unlike the sunflower under test.
        let mut dense: BTreeMap<GridCode, f64> = BTreeMap::new();
        for i in 1..=SAMPLES {
            let (u, v) = ((i as f64 * 0.754_877_666_246_693).fract(), (i as f64 * 0.569_840_290_998_053).fract());
            let (radius, angle) = (accuracy * u.sqrt(), TAU * v);
            let p = plane.lift(Coord { x: radius * angle.cos(), y: radius * angle.sin() });
            if let Some(grid) = sheet.owner(p) {
                *dense.entry(grid.code.clone()).or_default() += 1.0 / SAMPLES as f64;
            }
        }
        let shares: BTreeMap<_, _> =
            sheet.shares(&plane, accuracy).into_iter().map(|share| (share.grid, share.likelihood)).collect();
        for code in dense.keys().chain(shares.keys()) {
            let (quick, exact) = (shares.get(code).unwrap_or(&0.0), dense.get(code).unwrap_or(&0.0));
            // 256 points tell a share to within three hundredths, whatever the border looks like.
            prop_assert!((quick - exact).abs() < 0.03, "{}: {} but {}", code, quick, exact);
        }
    }
}

/// Two squares side by side, `west` and `east`, 0.01° each, sharing the meridian 120.01.
fn pair() -> GridIndex {
    let square = |x: f64| {
        let ring = vec![(x, 36.0), (x + 0.01, 36.0), (x + 0.01, 36.01), (x, 36.01), (x, 36.0)];
        Polygon::new(LineString::from(ring), Vec::new())
    };
    GridIndex::build(vec![grid("west", vec![square(120.0)]), grid("east", vec![square(120.01)])])
}

fn spot(index: &GridIndex, lon: f64, lat: f64, accuracy_m: f64) -> Spot {
    index.locate(Wgs84::new(lon, lat).unwrap(), accuracy_m).layers[&Layer::Area].clone()
}

#[test]
fn a_point_on_the_border_asks_a_person() {
    let Spot::Border { candidates } = spot(&pair(), 120.0101, 36.005, 30.0) else { panic!("not a border") };
    assert_eq!(candidates.iter().map(|c| c.grid.as_str()).collect::<Vec<_>>(), ["east", "west"]);
    assert!((candidates.iter().map(|c| c.likelihood).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn an_exact_point_on_the_border_has_one_owner() {
    let Spot::Inside { grid, likelihood, .. } = spot(&pair(), 120.01, 36.005, 0.0) else {
        panic!("not inside")
    };
    assert_eq!((grid.as_str(), likelihood), ("east", 1.0));
}

#[test]
fn a_circle_half_in_no_grid_is_a_border_with_one_candidate() {
    let Spot::Border { candidates } = spot(&pair(), 120.005, 36.01, 50.0) else { panic!("not a border") };
    assert_eq!(candidates.len(), 1);
    assert!((candidates[0].likelihood - 0.5).abs() < 0.03);
}

#[test]
fn outside_names_the_nearest_grid_and_its_distance() {
    let north_m = distance_m(Wgs84::new(120.005, 36.01).unwrap(), Wgs84::new(120.005, 36.015).unwrap());
    let Spot::Outside { nearest, distance_m } = spot(&pair(), 120.005, 36.015, 100.0) else {
        panic!("not outside")
    };
    assert_eq!(nearest.unwrap().grid.as_str(), "west");
    assert!((distance_m - north_m).abs() < 0.1);
}

#[test]
fn far_outside_no_grid_is_named() {
    let Spot::Outside { nearest: None, distance_m } = spot(&pair(), 121.0, 36.0, 10.0) else {
        panic!("not far outside")
    };
    assert!((88_000.0..90_000.0).contains(&distance_m));
}

#[test]
fn an_unknown_accuracy_counts_as_the_widest() {
    for accuracy in [f64::NAN, -1.0, f64::INFINITY, 1e9] {
        assert_eq!(spot(&pair(), 120.005, 36.005, accuracy), spot(&pair(), 120.005, 36.005, MAX_ACCURACY_M));
    }
}

#[test]
fn layers_without_grids_are_left_out() {
    let at = Wgs84::new(120.005, 36.005).unwrap();
    assert_eq!(pair().locate(at, 1.0).layers.into_keys().collect::<Vec<_>>(), [Layer::Area]);
    let empty = GridIndex::build(Vec::new());
    assert!(empty.is_empty() && empty.locate(at, 1.0).layers.is_empty());
    assert_eq!(empty.owner(Layer::Area, at), None);
}

#[test]
fn a_code_finds_its_grid_and_the_first_of_two_wins() {
    let mut grids: Vec<_> = pair().grids(Layer::Area).cloned().collect();
    grids.push(Grid { name: "后来".into(), ..grids[0].clone() });
    let index = GridIndex::build(grids);
    assert_eq!(index.len(), 2);
    assert_eq!(index.get(Layer::Area, &"east".into()).unwrap().name, "east 区");
    assert_eq!(index.get(Layer::Community, &"east".into()), None);
}

#[test]
fn broken_shapes_do_not_crash_the_index() {
    let ring = |points: Vec<(f64, f64)>| Polygon::new(LineString::from(points), Vec::new());
    let broken = [
        vec![],
        vec![ring(vec![])],
        vec![ring(vec![(120.0, 36.0)])],
        vec![ring(vec![(120.0, 36.0), (121.0, 36.0), (120.0, 36.0)])],
        vec![ring(vec![(f64::NAN, 36.0), (121.0, f64::NAN), (120.0, 37.0)])],
        vec![ring(vec![(f64::INFINITY, 36.0), (121.0, f64::NEG_INFINITY), (120.0, 37.0)])],
    ];
    for polygons in broken {
        let index = GridIndex::build(vec![grid("x", polygons)]);
        index.locate(Wgs84::new(120.0, 36.0).unwrap(), 100.0);
        index.locate(Wgs84::new(-180.0, 90.0).unwrap(), 2000.0);
    }
}

#[test]
fn a_placement_is_written_with_layer_names_and_read_back() {
    let placement = pair().locate(Wgs84::new(120.0101, 36.005).unwrap(), 30.0);
    let text = serde_json::to_value(&placement).unwrap();
    assert_eq!(text["layers"]["area"]["kind"], "border");
    assert_eq!(serde_json::from_value::<Placement>(text).unwrap(), placement);
    for layer in Layer::VARIANTS {
        assert_eq!(serde_json::to_value(layer).unwrap(), layer.to_string());
        assert_eq!(layer.to_string().parse::<Layer>().unwrap(), *layer);
    }
}
