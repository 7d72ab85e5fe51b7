//! Where things are, in the datum that was asked for. It refuses to show a coordinate without naming its datum.

use std::collections::BTreeMap;

use domain::geo::address::address;
use domain::geo::datum::{CoordType, Wgs84, from_wgs84};
use domain::geo::grid::{Candidate, GridIndex, Layer, Placement, Spot};
use domain::id::GridCode;
use domain::ticket::event;
use serde::Serialize;
use store::repo::district::{Books, block_of};
use strum::VariantArray as _;

use super::{Frame, Named};

/// The layers by which a case is handed out.
const DECISIVE: [Layer; 2] = [Layer::Community, Layer::Area];

/// A point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointView {
    /// Degrees, 7 decimals.
    pub longitude: f64,
    /// Degrees, 7 decimals.
    pub latitude: f64,
    pub coord_type: CoordType,
}

impl PointView {
    /// The point in that datum.
    pub fn of(coord_type: CoordType, at: Wgs84) -> Self {
        let [longitude, latitude] = shown(coord_type, at);
        Self { longitude, latitude, coord_type }
    }
}

/// A point with the radius in metres within which the problem lies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceView {
    #[serde(flatten)]
    pub point: PointView,
    /// Metres.
    pub accuracy: f64,
    /// Street, community and grid by name; empty when no border is known there.
    pub address: String,
}

impl Frame<'_> {
    /// A point in the answer's datum.
    pub fn point(&self, at: Wgs84) -> PointView {
        PointView::of(self.coord_type, at)
    }

    /// A place in the answer's datum.
    pub fn place(&self, place: event::Place) -> PlaceView {
        let address = self.address(place.at, place.accuracy_m);
        PlaceView { point: self.point(place.at), accuracy: place.accuracy_m, address }
    }

    /// A place in words.
    pub fn address(&self, at: Wgs84, accuracy_m: f64) -> String {
        address(&self.books.grids.locate(at, accuracy_m))
    }
}

/// Longitude and latitude to a centimetre.
pub fn shown(coord_type: CoordType, at: Wgs84) -> [f64; 2] {
    let (longitude, latitude) = from_wgs84(coord_type, at);
    [longitude, latitude].map(|degrees| (degrees * 1e7).round() / 1e7)
}

/// Where a point is to the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceCode {
    /// In one grid, as good as certain.
    Inside,
    /// Near a border: a person will say in which grid.
    Border,
    /// In no grid.
    Outside,
    /// No point, or no borders to hold it against.
    None,
}

/// What can be said of a point at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceHint {
    /// Whether the point itself, its accuracy aside, is in the district.
    pub inside: bool,
    pub code: PlaceCode,
    /// Chinese, fit to be shown.
    pub sentence: String,
}

/// What can be said of a point with its accuracy in metres.
pub fn hint(grids: &GridIndex, point: Option<(Wgs84, f64)>) -> PlaceHint {
    let say = |inside, code, sentence: String| PlaceHint { inside, code, sentence };
    let Some((at, accuracy_m)) = point else {
        return say(false, PlaceCode::None, "没有位置，将由人工确认在哪个网格".to_owned());
    };
    if grids.is_empty() {
        return say(false, PlaceCode::None, "辖区边界尚未导入，将由人工确认位置".to_owned());
    }
    let inside = Layer::VARIANTS.iter().any(|layer| grids.owner(*layer, at).is_some());
    let (code, sentence) = judge(&grids.locate(at, accuracy_m));
    say(inside, code, sentence)
}

/// The worst answer of the layers that decide, or of all when the district has none of those.
fn judge(placement: &Placement) -> (PlaceCode, String) {
    let decisive = || placement.layers.iter().filter(|(layer, _)| DECISIVE.contains(layer));
    let has_decisive = decisive().next().is_some();
    let spots = placement.layers.iter().filter(|(layer, _)| !has_decisive || DECISIVE.contains(layer));
    let mut names = Vec::new();
    let mut border = None;
    for (layer, spot) in spots {
        match spot {
            Spot::Outside { nearest, distance_m } => {
                let near = nearest.as_ref().map(|near| format!(",最近的是{}", near.name)).unwrap_or_default();
                return (PlaceCode::Outside, format!("位置在辖区外约 {distance_m:.0} 米{near}"));
            }
            Spot::Border { candidates } => {
                let likely: Vec<_> = candidates.iter().map(|c| c.name.as_str()).collect();
                border.get_or_insert(format!(
                    "位置靠近{}边界({}),将由人工确认",
                    layer.label(),
                    likely.join("、")
                ));
            }
            Spot::Inside { name, .. } => names.push(name.as_str()),
        }
    }
    match border {
        Some(sentence) => (PlaceCode::Border, sentence),
        None => (PlaceCode::Inside, format!("位于{}", names.join("、"))),
    }
}

/// Where a position is, layer by layer, and whose area it is.
#[derive(Debug, Serialize)]
pub struct Located {
    pub point: PointView,
    /// Metres.
    pub accuracy: f64,
    #[serde(flatten)]
    pub hint: PlaceHint,
    /// By layer; layers without borders are left out.
    pub layers: BTreeMap<Layer, SpotView>,
    /// The unit of the 块 that leads the area, when the area is certain.
    pub department: Option<Named>,
}

/// Where a position is in one layer.
#[derive(Debug, Serialize)]
pub struct SpotView {
    pub layer_label: &'static str,
    pub kind: SpotKind,
    /// The grid, when it is certain.
    pub grid: Option<Named>,
    /// Grids that may hold it, likeliest first; outside, the nearest within 2 km.
    pub candidates: Vec<CandidateView>,
    /// Metres to the nearest grid, when outside.
    pub distance_m: Option<f64>,
}

/// How certain a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotKind {
    Inside,
    Border,
    Outside,
}

/// A grid that may hold a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CandidateView {
    pub code: GridCode,
    pub name: String,
    /// The share of the accuracy circle in it, 0 to 1.
    pub likelihood: f64,
}

impl From<&Candidate> for CandidateView {
    fn from(candidate: &Candidate) -> Self {
        let Candidate { grid, name, likelihood } = candidate.clone();
        Self { code: grid, name, likelihood }
    }
}

/// Places a point in every layer.
pub fn locate(frame: &Frame<'_>, at: Wgs84, accuracy_m: f64) -> Located {
    let books: &Books = frame.books;
    let placement = books.grids.locate(at, accuracy_m);
    let area = match placement.layers.get(&Layer::Area) {
        Some(Spot::Inside { grid, .. }) => block_of(books, grid),
        _ => None,
    };
    Located {
        point: frame.point(at),
        accuracy: accuracy_m,
        hint: hint(&books.grids, Some((at, accuracy_m))),
        layers: placement.layers.iter().map(|(layer, spot)| (*layer, spot_of(*layer, spot))).collect(),
        department: area.map(|unit| Named { code: unit.code.to_string(), name: unit.name.clone() }),
    }
}

fn spot_of(layer: Layer, spot: &Spot) -> SpotView {
    let bare = |kind| SpotView {
        layer_label: layer.label(),
        kind,
        grid: None,
        candidates: Vec::new(),
        distance_m: None,
    };
    match spot {
        Spot::Inside { grid, name, likelihood } => {
            let candidate = CandidateView { code: grid.clone(), name: name.clone(), likelihood: *likelihood };
            let grid = Some(Named { code: grid.to_string(), name: name.clone() });
            SpotView { grid, candidates: vec![candidate], ..bare(SpotKind::Inside) }
        }
        Spot::Border { candidates } => {
            SpotView { candidates: candidates.iter().map(Into::into).collect(), ..bare(SpotKind::Border) }
        }
        Spot::Outside { nearest, distance_m } => SpotView {
            candidates: nearest.iter().map(Into::into).collect(),
            distance_m: Some(*distance_m),
            ..bare(SpotKind::Outside)
        },
    }
}

#[cfg(test)]
mod tests {
    use domain::geo::json::parse_grids;

    use super::*;

    /// Two squares of about 1 km side by side, the western "甲", the eastern "乙".
    fn index(layer: Layer) -> GridIndex {
        let square = |code: &str, west: f64| {
            let (east, south, north) = (west + 0.01, 36.0, 36.01);
            serde_json::json!({
                "type": "Feature", "properties": { "code": code, "name": code },
                "geometry": { "type": "Polygon", "coordinates": [[
                    [west, south], [east, south], [east, north], [west, north], [west, south]
                ]] },
            })
        };
        let file = serde_json::json!({
            "type": "FeatureCollection", "features": [square("甲", 120.0), square("乙", 120.01)],
        });
        GridIndex::build(parse_grids(&file.to_string(), layer, CoordType::Wgs84).unwrap())
    }

    fn code(index: &GridIndex, lon: f64, accuracy_m: f64) -> (PlaceCode, bool) {
        let hint = hint(index, Some((Wgs84::new(lon, 36.005).unwrap(), accuracy_m)));
        (hint.code, hint.inside)
    }

    #[test]
    fn a_point_near_a_border_asks_a_person_and_one_far_away_is_named_outside() {
        let index = index(Layer::Community);
        assert_eq!(code(&index, 120.005, 20.0), (PlaceCode::Inside, true));
        assert_eq!(code(&index, 120.0101, 50.0), (PlaceCode::Border, true));
        assert_eq!(code(&index, 120.1, 50.0), (PlaceCode::Outside, false));
    }

    #[test]
    fn a_district_that_has_only_small_grids_is_still_a_district() {
        assert_eq!(code(&index(Layer::Inspection), 120.005, 20.0), (PlaceCode::Inside, true));
        assert_eq!(code(&GridIndex::build(Vec::new()), 120.005, 20.0), (PlaceCode::None, false));
        assert_eq!(hint(&index(Layer::Area), None).code, PlaceCode::None);
    }
}
