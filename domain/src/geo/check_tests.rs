//! Tests of the layer check: every fault by a shape that has only it, and the cost of a whole district.

use ::geo::Contains as _;

use super::*;
use crate::geo::grid::Layer;

fn ring(points: &[(f64, f64)]) -> LineString<f64> {
    let mut ring: Vec<_> = points.iter().map(|(x, y)| (120.0 + x * 0.001, 36.0 + y * 0.001)).collect();
    ring.extend(ring.first().copied());
    LineString::from(ring)
}

fn square(x: f64, y: f64, side: f64) -> LineString<f64> {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
}

fn solid(exterior: LineString<f64>) -> MultiPolygon<f64> {
    MultiPolygon::new(vec![Polygon::new(exterior, Vec::new())])
}

fn grid(code: &str, shape: MultiPolygon<f64>) -> Grid {
    Grid { layer: Layer::Community, code: code.into(), name: code.into(), shape }
}

fn faults(shape: MultiPolygon<f64>) -> String {
    let check = check_layer(&[grid("A", shape)]);
    assert!(check.overlaps.is_empty());
    check.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")
}

#[test]
fn a_sound_layer_is_clean() {
    let framed = Polygon::new(square(0.0, 0.0, 3.0), vec![square(1.0, 1.0, 1.0)]);
    let grids = [
        grid("frame", MultiPolygon::new(vec![framed])),
        grid("inner", solid(square(1.0, 1.0, 1.0))),
        grid("east", solid(square(3.0, 0.0, 3.0))),
        grid("island", MultiPolygon::new(vec![Polygon::new(square(9.0, 0.0, 1.0), Vec::new())])),
    ];
    assert_eq!(check_layer(&grids), LayerCheck::default());
    assert_eq!(check_layer(&[]), LayerCheck::default());
}

#[test]
fn each_faulty_shape_is_named_with_its_reason() {
    let bow_tie = ring(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 1.0)]);
    let spike = ring(&[(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (2.0, 0.0), (2.0, 2.0)]);
    let pinched = ring(&[(0.0, 0.0), (2.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 2.0), (1.0, 1.0)]);
    let holed = |hole| MultiPolygon::new(vec![Polygon::new(square(0.0, 0.0, 3.0), vec![hole])]);
    let cases = [
        (MultiPolygon::new(Vec::new()), "图形为空"),
        (solid(LineString::new(Vec::new())), "图形为空"),
        (solid(LineString::from(vec![(120.0, 36.0), (120.1, 36.0), (120.0, 36.0)])), "少于 4 个点"),
        (
            solid(LineString::from(vec![(120.0, 36.0), (f64::NAN, 36.0), (120.1, 36.1), (120.0, 36.0)])),
            "超出范围",
        ),
        (
            solid(LineString::from(vec![(36.0, 120.0), (36.1, 120.0), (36.1, 120.1), (36.0, 120.0)])),
            "超出范围",
        ),
        (solid(ring(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (1.0, 0.0)])), "面积为零"),
        (solid(bow_tie), "环自相交"),
        (solid(spike), "环自相交"),
        (solid(pinched), "环自相交"),
        (holed(square(2.0, 1.0, 2.0)), "环与环相交"),
        (holed(square(5.0, 5.0, 1.0)), "内环在外环之外"),
        (
            MultiPolygon::new(vec![
                Polygon::new(square(0.0, 0.0, 2.0), Vec::new()),
                Polygon::new(square(1.0, 1.0, 2.0), Vec::new()),
            ]),
            "环与环相交",
        ),
    ];
    for (shape, reason) in cases {
        let found = faults(shape);
        assert!(found.starts_with("第 1 个要素（编码 A）：") && found.contains(reason), "{found}: {reason}");
    }
}

#[test]
fn a_hole_that_touches_its_ring_at_a_point_is_sound() {
    let hole = ring(&[(0.0, 1.5), (1.0, 1.0), (1.0, 2.0)]);
    assert_eq!(faults(MultiPolygon::new(vec![Polygon::new(square(0.0, 0.0, 3.0), vec![hole])])), "");
}

#[test]
fn a_repeated_code_is_a_fault_of_the_second() {
    let check =
        check_layer(&[grid("A", solid(square(0.0, 0.0, 1.0))), grid("A", solid(square(1.0, 0.0, 1.0)))]);
    let lines: Vec<_> = check.faults.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["第 2 个要素（编码 A）：编码重复"]);
}

#[test]
fn an_overlap_is_measured_and_one_grid_inside_another_is_one() {
    let grids = [
        grid("A", solid(square(0.0, 0.0, 2.0))),
        grid("B", solid(square(1.0, 0.0, 2.0))),
        grid("C", solid(square(0.2, 0.2, 0.5))),
    ];
    let check = check_layer(&grids);
    let pairs: Vec<_> = check.overlaps.iter().map(|o| (o.a.as_str(), o.b.as_str())).collect();
    assert_eq!(pairs, [("A", "B"), ("A", "C")]);
    // 0.001° is 111.195 m north and 89.96 m east at 36° N.
    assert!((check.overlaps[0].area_m2 - 111.195 * 2.0 * 89.96).abs() < 20.0, "{check:?}");
    assert!(check.faults.is_empty() && check.holes.is_empty());
}

#[test]
fn a_sliver_of_rounding_is_neither_overlap_nor_hole() {
    let grids = [grid("A", solid(square(0.0, 0.0, 1.0))), grid("B", solid(square(0.99999, 0.0, 1.0)))];
    assert_eq!(check_layer(&grids), LayerCheck::default());
}

#[test]
fn ground_between_grids_is_a_hole_with_a_position_in_it() {
    let frame = Polygon::new(square(0.0, 0.0, 3.0), vec![square(1.0, 1.0, 1.0)]);
    let grids = [grid("A", MultiPolygon::new(vec![frame])), grid("B", solid(square(3.0, 0.0, 3.0)))];
    let holes = check_layer(&grids).holes;
    assert_eq!(holes.len(), 1);
    assert!((holes[0].area_m2 - 111.195 * 89.96).abs() < 20.0);
    assert!((120.001..120.002).contains(&holes[0].at.lon) && (36.001..36.002).contains(&holes[0].at.lat));
}

#[test]
fn an_island_in_a_hole_is_no_part_of_it() {
    let framed = Polygon::new(square(0.0, 0.0, 5.0), vec![square(1.0, 1.0, 3.0)]);
    let island = square(2.0, 2.0, 1.0);
    let grids = [grid("frame", MultiPolygon::new(vec![framed])), grid("island", solid(island.clone()))];
    let holes = check_layer(&grids).holes;
    assert_eq!(holes.len(), 1);
    assert!((holes[0].area_m2 / (8.0 * 111.195 * 89.96) - 1.0).abs() < 0.01, "{}", holes[0].area_m2);
    let at = ::geo::Point::new(holes[0].at.lon, holes[0].at.lat);
    assert!(!Polygon::new(island, Vec::new()).contains(&at), "{at:?}");
}

#[test]
fn a_gap_open_to_the_outside_is_no_hole() {
    let grids = [grid("A", solid(square(0.0, 0.0, 1.0))), grid("B", solid(square(1.5, 0.0, 1.0)))];
    assert!(check_layer(&grids).holes.is_empty());
}

#[test]
fn a_thousand_copies_of_one_grid_end_within_the_budget() {
    let circle: Vec<_> =
        (0..60).map(|i| f64::from(i) * std::f64::consts::TAU / 60.0).map(|a| (a.cos(), a.sin())).collect();
    let grids: Vec<_> = (0..1000).map(|i| grid(&format!("G{i:04}"), solid(ring(&circle)))).collect();
    let check = check_layer(&grids);
    assert_eq!(check.faults.len(), 1);
    assert!(check.faults[0].to_string().contains("重叠过多"));
    assert!(check.overlaps.len() > 1000 && check.holes.is_empty());
}

#[test]
fn a_tangle_of_long_edges_is_refused_without_comparing_all_pairs() {
    let zigzag: Vec<_> = (0..20_000).map(|i| (f64::from(i % 2) * 100.0, f64::from(i) * 0.001)).collect();
    assert!(!faults(solid(ring(&zigzag))).is_empty());
}
