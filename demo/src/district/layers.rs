//! The four layers of the illustrative district, cut from one mesh: areas, enforcement grids inside
//! areas, community grids inside areas, and inspection grids that follow none of them. It refuses to
//! know the store's types: a layer here is codes, names, parents and rings.

use super::grow::{cut, grow, rough_step, share};
use super::mesh::{Mesh, Vertex};
use super::places::{DISTRICT, METRES, NOTE, PLACES, inside};

/// Numbers of grids that the plan names.
pub const ENFORCEMENT: usize = 40;
/// Inspection grids.
pub const INSPECTION: usize = 32;
/// Community grids.
pub const COMMUNITY: usize = 1000;
/// Community grids that make up one 社区 on average.
const GRIDS_PER_COMMUNITY: usize = 5;

/// One drawn grid.
pub struct Drawn {
    /// Code, unique in its layer.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Code of the area or district it belongs to.
    pub parent: String,
    /// Rings of micro-degrees, open; the first is the outer one.
    pub rings: Vec<Vec<Vertex>>,
}

impl Drawn {
    /// Whether a point in degrees lies in the outer ring.
    pub fn holds(&self, point: (f64, f64)) -> bool {
        self.rings.first().is_some_and(|ring| inside(&degrees(ring), point))
    }
}

/// One drawn layer.
pub struct Layer {
    /// Machine word: area, enforcement, inspection, community.
    pub word: &'static str,
    /// Its grids in code order.
    pub grids: Vec<Drawn>,
}

/// Micro-degrees to degrees.
pub fn degrees(ring: &[Vertex]) -> Vec<(f64, f64)> {
    ring.iter().map(|(lon, lat)| (f64::from(*lon) / 1e6, f64::from(*lat) / 1e6)).collect()
}

/// Code of the area with this index.
pub fn area_code(index: usize) -> String {
    format!("{DISTRICT}{:03}", index + 1)
}

/// Draws all four.
pub fn draw() -> [Layer; 4] {
    let mesh = Mesh::draw();
    let all: Vec<usize> = (0..mesh.atoms.len()).collect();
    let areas = label_areas(&mesh, &all);
    let members: Vec<Vec<usize>> =
        (0..PLACES.len()).map(|area| all.iter().copied().filter(|m| areas[*m] == area).collect()).collect();
    [
        Layer { word: "area", grids: draw_areas(&mesh, &areas) },
        Layer { word: "enforcement", grids: draw_enforcement(&mesh, &members) },
        Layer { word: "inspection", grids: draw_inspection(&mesh, &all) },
        Layer { word: "community", grids: draw_community(&mesh, &members) },
    ]
}

/// Grows the areas from their centres by distance over the ground.
fn label_areas(mesh: &Mesh, all: &[usize]) -> Vec<usize> {
    let seeds = PLACES.map(|place| mesh.nearest(place.centre));
    let rough = rough_step(11);
    let cost = |a: usize, b: usize| {
        let (p, q) = (mesh.atoms[a].centre, mesh.atoms[b].centre);
        let (dx, dy) = ((p.0 - q.0) * METRES.0, (p.1 - q.1) * METRES.1);
        (dx * dx + dy * dy).sqrt().round() as u64 * rough(a, b)
    };
    grow(mesh, all, &seeds, &cost).0
}

fn draw_areas(mesh: &Mesh, areas: &[usize]) -> Vec<Drawn> {
    PLACES
        .iter()
        .enumerate()
        .map(|(i, place)| Drawn {
            code: area_code(i),
            name: place.name.to_owned(),
            parent: DISTRICT.to_owned(),
            rings: mesh.outline(areas, i),
        })
        .collect()
}

fn draw_enforcement(mesh: &Mesh, members: &[Vec<usize>]) -> Vec<Drawn> {
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut grids = Vec::with_capacity(ENFORCEMENT);
    for (area, count) in share(&sizes, ENFORCEMENT).into_iter().enumerate() {
        let labels = cut(mesh, &members[area], count, &rough_step(23));
        for (turn, label) in reading_order(mesh, &members[area], &labels, count).into_iter().enumerate() {
            let number = grids.len() + 1;
            grids.push(Drawn {
                code: format!("{DISTRICT}D{number:02}"),
                name: format!("{}执法大网格{}（{number:02}号执法车）", PLACES[area].name, turn + 1),
                parent: area_code(area),
                rings: mesh.outline(&labels, label),
            });
        }
    }
    grids
}

fn draw_inspection(mesh: &Mesh, all: &[usize]) -> Vec<Drawn> {
    let labels = cut(mesh, all, INSPECTION, &rough_step(37));
    reading_order(mesh, all, &labels, INSPECTION)
        .into_iter()
        .enumerate()
        .map(|(turn, label)| Drawn {
            code: format!("{DISTRICT}X{:02}", turn + 1),
            name: format!("巡管小网格{:02}", turn + 1),
            parent: DISTRICT.to_owned(),
            rings: mesh.outline(&labels, label),
        })
        .collect()
}

/// Codes of 15 digits: district 6, area 3, community 3, sequence 3 (west to east, north to south).
fn draw_community(mesh: &Mesh, members: &[Vec<usize>]) -> Vec<Drawn> {
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut grids = Vec::with_capacity(COMMUNITY);
    for (area, count) in share(&sizes, COMMUNITY).into_iter().enumerate() {
        let own = &members[area];
        let labels = cut(mesh, own, count, &rough_step(41));
        let parts = count.div_ceil(GRIDS_PER_COMMUNITY);
        let parts_labels = cut(mesh, own, parts, &rough_step(43));
        let order = reading_order(mesh, own, &parts_labels, parts);
        let mut next = vec![0; parts];
        for label in reading_order(mesh, own, &labels, count) {
            let votes = |part: &usize| {
                own.iter().filter(|m| labels[**m] == label && parts_labels[**m] == *part).count()
            };
            let part = (0..parts).max_by_key(votes).unwrap_or(0);
            let turn = order.iter().position(|p| *p == part).unwrap_or(0);
            next[part] += 1;
            grids.push(Drawn {
                code: format!("{}{:03}{:03}", area_code(area), turn + 1, next[part]),
                name: format!("{}{}第{}网格", PLACES[area].name, community_name(turn), next[part]),
                parent: area_code(area),
                rings: mesh.outline(&labels, label),
            });
        }
    }
    grids.sort_by(|a, b| a.code.cmp(&b.code));
    grids
}

/// A made-up 社区 name, different for every turn inside an area.
fn community_name(turn: usize) -> String {
    const FIRST: [&str; 12] = ["和", "文", "振", "福", "新", "安", "康", "明", "泰", "永", "瑞", "德"];
    const SECOND: [&str; 7] = ["兴", "化", "华", "宁", "源", "昌", "顺"];
    format!("{}{}社区", FIRST[turn % FIRST.len()], SECOND[(turn / FIRST.len() + turn) % SECOND.len()])
}

/// Labels sorted from north to south in bands of a tenth of the height, inside a band from west to east.
fn reading_order(mesh: &Mesh, members: &[usize], labels: &[usize], count: usize) -> Vec<usize> {
    let mut sums = vec![(0.0, 0.0, 0.0); count];
    for member in members {
        let (lon, lat) = mesh.atoms[*member].centre;
        let sum = &mut sums[labels[*member]];
        *sum = (sum.0 + lon, sum.1 + lat, sum.2 + 1.0);
    }
    let means: Vec<(f64, f64)> = sums.iter().map(|(x, y, n)| (x / n, y / n)).collect();
    let north = means.iter().fold(f64::MIN, |top, m| top.max(m.1));
    let south = means.iter().fold(f64::MAX, |low, m| low.min(m.1));
    let band = ((north - south) / 10.0).max(1e-6);
    let key = |label: &usize| (((north - means[*label].1) / band) as i64, (means[*label].0 * 1e6) as i64);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(key);
    order
}

/// A layer as a GeoJSON FeatureCollection, one feature a line, rings closed, in degrees to 6 decimals.
pub fn geojson(layer: &Layer) -> String {
    let features: Vec<String> = layer.grids.iter().map(feature).collect();
    format!(
        "{{\"type\":\"FeatureCollection\",\"coord_type\":\"wgs84\",\"layer\":\"{}\",\"note\":\"{NOTE}\",\"features\":[\n{}\n]}}\n",
        layer.word,
        features.join(",\n")
    )
}

fn feature(grid: &Drawn) -> String {
    let rings: Vec<String> = grid.rings.iter().map(|ring| ring_text(ring)).collect();
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{}\",\"name\":\"{}\",\"parent\":\"{}\"}},\
         \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{}]}}}}",
        grid.code,
        grid.name,
        grid.parent,
        rings.join(",")
    )
}

fn ring_text(ring: &[Vertex]) -> String {
    let degree = |micro: i32| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
    let points: Vec<String> = ring
        .iter()
        .chain(ring.first())
        .map(|(lon, lat)| format!("[{},{}]", degree(*lon), degree(*lat)))
        .collect();
    format!("[{}]", points.join(","))
}
