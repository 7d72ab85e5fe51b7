//! The reference files are what the generator draws, and a city could run on them.

use super::places::{BORDER, FAR, OUTSIDE, STORY};
use super::*;
use domain::geo::check::check_layer;
use domain::geo::datum::{CoordType, Wgs84, distance_m};
use domain::geo::grid::{Grid, GridIndex, Layer as GridLayer, Spot};
use domain::geo::json::parse_grids;
use domain::import::{DepartmentKind, DepartmentRow, Known, PersonRow, Sheet};
use domain::workline::Workline;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

static DRAWN: LazyLock<District> = LazyLock::new(draw);

fn reference(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../reference").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sheet(name: &str) -> Sheet {
    let text = reference(name);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        (record.position().unwrap().line() as usize, record.iter().map(str::to_owned).collect())
    });
    Sheet { header, rows: rows.collect() }
}

fn grids(layer: GridLayer) -> Vec<Grid> {
    parse_grids(&reference(&format!("grids-{layer}.geojson")), layer, CoordType::Wgs84).unwrap()
}

const LAYERS: [(GridLayer, usize); 4] = [
    (GridLayer::Area, 15),
    (GridLayer::Enforcement, 40),
    (GridLayer::Inspection, 32),
    (GridLayer::Community, 1000),
];

fn all_grids() -> Vec<Grid> {
    LAYERS.into_iter().flat_map(|(layer, _)| grids(layer)).collect()
}

/// Everything imported in the order of the guide; a fault in any file fails the test.
fn import_all() -> (Known, Vec<DepartmentRow>, Vec<PersonRow>) {
    let grids = all_grids().into_iter().map(|grid| (grid.layer, grid.code)).collect();
    let mut known = Known { grids, ..Known::default() };
    let departments = domain::import::departments(&sheet("departments.csv"), &known).unwrap();
    known.departments = departments.iter().map(|row| row.code.clone()).collect();
    let people = domain::import::people(&sheet("people.csv"), &known).unwrap();
    (known, departments, people)
}

fn at((lon, lat): (f64, f64)) -> Wgs84 {
    Wgs84::new(lon, lat).unwrap()
}

#[test]
fn the_committed_files_are_what_the_generator_draws() {
    for (name, text) in DRAWN.files() {
        assert!(reference(&name) == text, "{name} differs from the drawing: run `demo draw-district`");
    }
}

#[test]
fn every_layer_has_its_number_of_grids_and_all_stay_small() {
    for (layer, count) in LAYERS {
        assert_eq!(grids(layer).len(), count, "{layer}");
    }
    let size: usize = DRAWN.files().iter().map(|(_, text)| text.len()).sum();
    assert!(size <= 900_000, "{size} bytes");
}

#[test]
fn every_file_says_that_it_is_not_the_real_boundary() {
    for (layer, _) in LAYERS {
        let file: serde_json::Value =
            serde_json::from_str(&reference(&format!("grids-{layer}.geojson"))).unwrap();
        assert_eq!(file["coord_type"], "wgs84");
        assert!(file["note"].as_str().unwrap().contains("illustrative, not the real boundary"));
    }
}

#[test]
fn no_layer_has_an_overlap_a_hole_or_a_grid_of_several_rings() {
    for (layer, _) in LAYERS {
        let check = check_layer(&grids(layer));
        assert_eq!(check, Default::default(), "{layer}");
    }
    assert!(DRAWN.layers.iter().flat_map(|layer| &layer.grids).all(|grid| grid.rings.len() == 1));
}

#[test]
fn community_grids_lie_in_their_area_and_inspection_grids_cross_areas() {
    let index = GridIndex::build(all_grids());
    let mut crossed = BTreeSet::new();
    for grid in &DRAWN.layers[3].grids {
        let corners = degrees(&grid.rings[0]);
        let (mut lon, mut lat) = (0.0, 0.0);
        for corner in &corners {
            (lon, lat) = (lon + corner.0 / corners.len() as f64, lat + corner.1 / corners.len() as f64);
        }
        if !grid.holds((lon, lat)) {
            continue;
        }
        let area = index.owner(GridLayer::Area, at((lon, lat))).unwrap();
        assert_eq!(area.code.as_str(), grid.parent);
        assert_eq!(grid.code.len(), 15);
        assert!(grid.code.starts_with(&grid.parent));
        let patch = index.owner(GridLayer::Inspection, at((lon, lat))).unwrap();
        crossed.insert((patch.code.clone(), area.code.clone()));
    }
    assert!(crossed.len() > 50, "the 32 small grids meet the 15 areas {} times", crossed.len());
}

#[test]
fn the_places_of_the_story_are_where_they_must_be() {
    let index = GridIndex::build(all_grids());
    for place in [STORY, FAR] {
        for (layer, spot) in index.locate(at(place), 60.0).layers {
            assert!(matches!(spot, Spot::Inside { likelihood, .. } if likelihood == 1.0), "{layer} {spot:?}");
        }
        assert_eq!(index.owner(GridLayer::Area, at(place)).unwrap().name, "环秀街道");
    }
    let apart = distance_m(at(STORY), at(FAR));
    assert!((399.0..401.0).contains(&apart), "{apart} m");
    let home = |place| index.owner(GridLayer::Community, at(place)).unwrap().code.clone();
    assert_eq!(home(STORY), home(BORDER));
    let narrow = index.locate(at(BORDER), 4.5).layers;
    assert!(
        narrow.values().all(|spot| matches!(spot, Spot::Inside { likelihood, .. } if *likelihood == 1.0))
    );
    let wide = index.locate(at(BORDER), 15.0).layers;
    assert!(matches!(&wide[&GridLayer::Community], Spot::Border { candidates } if candidates.len() == 2));
    assert!(matches!(wide[&GridLayer::Area], Spot::Inside { .. }));
    for (layer, spot) in index.locate(at(OUTSIDE), 30.0).layers {
        assert!(matches!(spot, Spot::Outside { distance_m, .. } if distance_m > 3000.0), "{layer} {spot:?}");
    }
}

#[test]
fn every_area_and_every_workline_has_a_unit_with_a_head_and_a_handler() {
    let (known, departments, people) = import_all();
    let areas: BTreeSet<_> = departments.iter().filter_map(|row| row.area.clone()).collect();
    let wanted =
        known.grids.iter().filter(|(layer, _)| *layer == GridLayer::Area).map(|(_, code)| code.clone());
    assert_eq!(areas, wanted.collect());
    let lines =
        departments.iter().filter(|row| row.kind == DepartmentKind::Line).filter_map(|row| row.workline);
    assert_eq!(lines.collect::<Vec<_>>(), Workline::ALL);
    for unit in
        departments.iter().filter(|row| matches!(row.kind, DepartmentKind::Block | DepartmentKind::Line))
    {
        for role in ["unit_head", "handler"] {
            let found =
                people.iter().filter(|p| p.department == unit.code && p.role.to_string() == role).count();
            assert_eq!(found, 1, "{} {role}", unit.code);
        }
    }
    let names: BTreeSet<_> = people.iter().map(|person| &person.name).collect();
    assert_eq!(names.len(), people.len(), "no two demo people share a name");
}

#[test]
fn the_storys_grid_has_a_grid_worker() {
    let (_, _, people) = import_all();
    let index = GridIndex::build(all_grids());
    let own = index.owner(GridLayer::Community, at(STORY)).unwrap();
    let worker = people.iter().find(|person| person.username == "grid-huanxiu1").unwrap();
    assert!(worker.grids.contains(&(GridLayer::Community, own.code.clone())));
    assert_eq!(people.iter().filter(|person| person.role.to_string() == "grid_worker").count(), 12);
}

#[test]
fn every_category_has_a_standard_and_every_workline_a_category() {
    let (mut known, ..) = import_all();
    let categories = domain::import::categories(&sheet("categories.csv")).unwrap();
    known.categories = categories.iter().map(|row| row.code.clone()).collect();
    let standards = domain::import::standards(&sheet("standards.csv"), &known).unwrap();
    let covered: BTreeSet<_> = standards.iter().map(|row| row.category.clone()).collect();
    assert_eq!(covered, known.categories);
    assert!(
        standards.iter().all(|row| row.source.starts_with("示例：")),
        "every limit is marked as an example"
    );
    assert!(standards.len() > categories.len(), "some categories have several standards");
    let lines: BTreeSet<_> = categories.iter().map(|row| row.workline).collect();
    assert_eq!(lines.len(), Workline::ALL.len());
    assert!(!domain::import::rules(&sheet("rules.csv"), &known).unwrap().is_empty());
}

#[test]
fn the_calendar_reads_without_a_fault() {
    assert!(!domain::import::calendar(&sheet("calendar.csv")).unwrap().is_empty());
}
