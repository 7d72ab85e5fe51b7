//! Where the story happens: places well inside every grid, with no earlier ticket around, so that a repeated story never
//! merges into an older one. It asks the server for both.

use std::collections::BTreeSet;

use domain::geo::datum::{Wgs84, distance_m};
use domain::geo::grid::Layer;
use serde_json::Value;

use super::items;
use crate::client::{Client, Failure, Result, text};
use crate::district::places::{BORDER, METRES, OUTSIDE, STORY};

/// Metres around a place in which no ticket may lie.
const QUIET_M: f64 = 160.0;
/// Metres between two places that are tried.
const STRIDE_M: f64 = 200.0;
/// How many rings around the first place are tried.
const RINGS: i32 = 15;
/// Metres from an edge that a place must have.
const CLEAR_M: f64 = 30.0;

/// The places of one story.
pub(super) struct Ground {
    /// The heap.
    pub heap: Wgs84,
    /// Twelve metres beside it.
    pub beside: Wgs84,
    /// Four hundred metres away.
    pub far: Wgs84,
    /// Six hundred metres away: where a lazy photograph is taken.
    pub away: Wgs84,
    /// Where the 网格员 finds something.
    pub spot: Wgs84,
    /// Beside the border of a community grid.
    pub border: Wgs84,
    /// Outside the district.
    pub outside: Wgs84,
}

impl Ground {
    /// Finds places that are free now.
    pub async fn find(dispatcher: &Client, worker: &Client) -> Result<Self> {
        let own: BTreeSet<&str> =
            items(worker.session(), "/account/grids").map(|grid| text(grid, "/code")).collect();
        let at = |(lon, lat)| Wgs84 { lon, lat };
        let scout = Scout { dispatcher };
        let mut lattice = lattice();
        let (heap, far) = loop {
            let heap = scout.next(&mut lattice, |_| true).await?;
            let beside = shifted(heap, 12.0, 0.0);
            let around = (0..24).map(|n| f64::from(n) * 15.0_f64.to_radians());
            let mut ring = around.map(|turn| shifted(heap, 400.0 * turn.cos(), 400.0 * turn.sin()));
            if scout.layers(beside).await?.is_some()
                && let Ok(far) = scout.next(&mut ring, |_| true).await
            {
                break (heap, far);
            }
        };
        let apart = |place: Wgs84| distance_m(place, heap) > 250.0 && distance_m(place, far) > 250.0;
        let mut rest = lattice.filter(|place| apart(*place));
        let spot =
            scout.next(&mut rest, |codes| codes.iter().any(|code| own.contains(code.as_str()))).await?;
        let (beside, away) = (shifted(heap, 12.0, 0.0), shifted(heap, 0.0, 600.0));
        Ok(Self { heap, beside, far, away, spot, border: at(BORDER), outside: at(OUTSIDE) })
    }
}

/// The first place and the rings around it, nearest first.
fn lattice() -> impl Iterator<Item = Wgs84> {
    let first = Wgs84 { lon: STORY.0, lat: STORY.1 };
    (0..=RINGS).flat_map(move |ring| {
        let side = -ring..=ring;
        let cells = side.clone().flat_map(move |x| (-ring..=ring).map(move |y| (x, y)));
        cells
            .filter(move |(x, y)| x.abs().max(y.abs()) == ring)
            .map(move |(x, y)| shifted(first, f64::from(x) * STRIDE_M, f64::from(y) * STRIDE_M))
    })
}

/// So many metres east and north of a place.
fn shifted(place: Wgs84, east: f64, north: f64) -> Wgs84 {
    Wgs84 { lon: place.lon + east / METRES.0, lat: place.lat + north / METRES.1 }
}

struct Scout<'a> {
    dispatcher: &'a Client,
}

impl Scout<'_> {
    /// The first place that is inside, free, and in grids that `fits` takes.
    async fn next(
        &self,
        places: &mut impl Iterator<Item = Wgs84>,
        fits: impl Fn(&[String]) -> bool,
    ) -> Result<Wgs84> {
        for place in places {
            let Some(codes) = self.layers(place).await? else { continue };
            if fits(&codes) && self.is_quiet(place).await? {
                return Ok(place);
            }
        }
        Err(Failure::new("示例地点周围已没有空地，请换一个数据目录（DATA=）再演一遍"))
    }

    /// The grids of a place that is well inside one of each layer.
    async fn layers(&self, place: Wgs84) -> Result<Option<Vec<String>>> {
        let Wgs84 { lon, lat } = place;
        let query = format!("longitude={lon}&latitude={lat}&coord_type=wgs84&accuracy={CLEAR_M}");
        let found = self.dispatcher.get(&format!("/v1/grids/locate?{query}")).await?.ok()?;
        let layers =
            found["layers"].as_object().map(|layers| layers.values().collect::<Vec<_>>()).unwrap_or_default();
        let inside = !layers.is_empty() && layers.iter().all(|layer| text(layer, "/kind") == "inside");
        Ok(inside.then(|| layers.iter().map(|layer| text(layer, "/grid/code").to_owned()).collect()))
    }

    async fn is_quiet(&self, place: Wgs84) -> Result<bool> {
        let (low, high) = (shifted(place, -QUIET_M, -QUIET_M), shifted(place, QUIET_M, QUIET_M));
        let bbox = format!("{},{},{},{}", low.lon, low.lat, high.lon, high.lat);
        let path = format!("/v1/tickets/map?bbox={bbox}&coord_type=wgs84&limit=1");
        let found = self.dispatcher.get(&path).await?.ok()?;
        Ok(found["features"].as_array().is_some_and(Vec::is_empty))
    }
}

/// A Chinese line about where a place is, layer by layer.
pub(super) fn grids_line(ticket: &Value) -> String {
    let name = |layer: &str| match text(ticket, &format!("/grids/{layer}/name")) {
        "" => "（未定）".to_owned(),
        name => name.to_owned(),
    };
    let layers = [Layer::Community, Layer::Inspection, Layer::Enforcement, Layer::Area];
    layers.map(|layer| format!("{}「{}」", layer.label(), name(&layer.to_string()))).join(" · ")
}
