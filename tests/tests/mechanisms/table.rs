//! docs/mechanisms.md against the project: every row once, its files and routes there, its tests named after it, and no
//! test that the table doesn't know.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use api::routes::ROUTES;

/// How many mechanisms the trade asks for.
const ROWS: u32 = 126;
const TABLE: &str = include_str!("../../../docs/mechanisms.md");

/// One row: number, priority, where it lives, endpoints, proof.
struct Row {
    number: u32,
    priority: String,
    rooms: Vec<String>,
    routes: Vec<String>,
    proof: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| line.starts_with("| M"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [number, _, priority, rooms, routes, proof] = cells[..] else { panic!("six cells: {line}") };
            Row {
                number: number.trim_start_matches('M').parse().unwrap(),
                priority: priority.to_owned(),
                rooms: quoted(rooms),
                routes: quoted(routes),
                proof: proof.to_owned(),
            }
        })
        .collect()
}

/// The numbers that a test's name begins with: `m077_m078_…`.
fn numbers(test: &str) -> BTreeSet<u32> {
    let words = test.split('_').map_while(|word| word.strip_prefix('m')?.parse().ok());
    words.collect()
}

/// Every test of this suite whose name begins with a number.
fn tests() -> BTreeMap<String, BTreeSet<u32>> {
    let folder = root().join("tests/tests/mechanisms");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let texts: Vec<String> =
        files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let names = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("async fn "));
    let named = names.filter_map(|line| Some(line.split_once('(')?.0.to_owned()));
    named.map(|name| (name.clone(), numbers(&name))).filter(|(_, numbers)| !numbers.is_empty()).collect()
}

#[test]
fn the_table_of_mechanisms_has_every_row_once_and_in_order() {
    let found: Vec<u32> = rows().iter().map(|row| row.number).collect();
    assert_eq!(found, (1..=ROWS).collect::<Vec<_>>());
    for row in rows() {
        assert!(matches!(row.priority.as_str(), "A" | "B" | "C"), "M{}", row.number);
        assert!(!row.proof.is_empty() && !row.rooms.is_empty(), "M{} says nothing", row.number);
    }
}

#[test]
fn every_file_and_route_of_the_table_is_there() {
    let routes: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for row in rows() {
        for room in &row.rooms {
            assert!(root().join(room).exists(), "M{}: no {room}", row.number);
        }
        for route in &row.routes {
            assert!(routes.contains(route), "M{}: no {route}", row.number);
        }
    }
}

#[test]
fn every_a_and_b_row_is_proven_by_a_test_that_carries_its_number_and_no_test_is_unknown() {
    let tests = tests();
    let mut told: BTreeSet<(u32, String)> = BTreeSet::new();
    for row in rows() {
        let named = quoted(&row.proof);
        assert!(row.priority == "C" || !named.is_empty(), "M{} has no test", row.number);
        for test in named {
            assert!(tests.contains_key(&test), "M{}: no test {test}", row.number);
            told.insert((row.number, test));
        }
    }
    let carried = tests.iter().flat_map(|(test, numbers)| numbers.iter().map(|n| (*n, test.clone())));
    assert_eq!(told, carried.collect::<BTreeSet<_>>(), "the table and the tests' names differ");
}
