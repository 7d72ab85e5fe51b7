//! GeoJSON (RFC 7946, but in the datum that was asked for, which is named beside it): the borders of a layer and tickets
//! as points.

use domain::geo::datum::{CoordType, Wgs84};
use domain::geo::grid::{Grid, GridIndex, Layer};
use domain::id::{CategoryCode, GridCode, TicketId};
use domain::ticket::attention::AttentionKind;
use domain::ticket::state::Stage;
use serde::Serialize;
use store::repo::lists::MapPoint;

use super::place::shown;

/// A FeatureCollection.
#[derive(Debug, Serialize)]
pub struct Collection<T: Serialize> {
    #[serde(rename = "type")]
    pub kind: CollectionType,
    /// Datum of every coordinate.
    pub coord_type: CoordType,
    /// Version of the borders (grids only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Whether there were more than the limit (map only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    pub features: Vec<T>,
}

/// One feature with its geometry and properties.
#[derive(Debug, Serialize)]
pub struct Feature<G: Serialize, P: Serialize> {
    #[serde(rename = "type")]
    pub kind: FeatureType,
    pub geometry: G,
    pub properties: P,
}

/// The word `FeatureCollection`.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum CollectionType {
    FeatureCollection,
}

/// The word `Feature`.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum FeatureType {
    Feature,
}

/// A geometry of the two kinds that we send.
#[derive(Debug, Serialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    Point([f64; 2]),
    MultiPolygon(Vec<Vec<Vec<[f64; 2]>>>),
}

/// What is known of a grid.
#[derive(Debug, Serialize)]
pub struct GridProperties {
    pub layer: Layer,
    pub code: GridCode,
    pub name: String,
}

/// What the map needs of a ticket.
#[derive(Debug, Serialize)]
pub struct TicketProperties {
    pub id: TicketId,
    pub stage: Stage,
    pub stage_label: &'static str,
    pub category: Option<CategoryCode>,
    pub number: Option<String>,
    /// Null to citizens.
    pub attention: Option<AttentionKind>,
    pub late: bool,
}

/// The grids of a layer.
pub fn layer(
    grids: &GridIndex,
    layer: Layer,
    version: i64,
    coord_type: CoordType,
) -> Collection<Feature<Geometry, GridProperties>> {
    let feature = |grid: &Grid| Feature {
        kind: FeatureType::Feature,
        geometry: shape(grid, coord_type),
        properties: GridProperties { layer, code: grid.code.clone(), name: grid.name.clone() },
    };
    Collection {
        kind: CollectionType::FeatureCollection,
        coord_type,
        version: Some(version),
        truncated: None,
        features: grids.grids(layer).map(feature).collect(),
    }
}

fn shape(grid: &Grid, coord_type: CoordType) -> Geometry {
    let polygons = grid.shape.0.iter().map(|polygon| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings
            .map(|ring| ring.0.iter().map(|c| shown(coord_type, Wgs84 { lon: c.x, lat: c.y })).collect())
            .collect()
    });
    Geometry::MultiPolygon(polygons.collect())
}

/// Tickets as points; `limit` says how many of them are sent at most.
pub fn map(
    mut points: Vec<MapPoint>,
    limit: usize,
    staff: bool,
    coord_type: CoordType,
) -> Collection<Feature<Geometry, TicketProperties>> {
    let truncated = points.len() > limit;
    points.truncate(limit);
    let feature = |point: MapPoint| Feature {
        kind: FeatureType::Feature,
        geometry: Geometry::Point(shown(coord_type, Wgs84 { lon: point.longitude, lat: point.latitude })),
        properties: TicketProperties {
            id: point.id,
            stage: point.stage,
            stage_label: point.stage.label(),
            category: point.category,
            number: point.number,
            attention: point.attention.filter(|_| staff),
            late: point.late,
        },
    };
    Collection {
        kind: CollectionType::FeatureCollection,
        coord_type,
        version: None,
        truncated: Some(truncated),
        features: points.into_iter().map(feature).collect(),
    }
}
