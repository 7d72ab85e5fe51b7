//! In which grids the problem lies. What a person confirmed wins; community and area must otherwise be beyond doubt, the
//! two other layers take the likeliest grid.

use std::collections::BTreeMap;

use domain::explain::{Ground, PlaceGround};
use domain::geo::datum::Wgs84;
use domain::geo::grid::{Grid, GridIndex, Layer, Placement, Spot};
use domain::id::GridCode;
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::attention::Attention;
use store::repo::reports;

use super::{Case, Halt, Pen};
use crate::outcome::Judge as _;

/// The layers by which a case is handed out; a doubt in one of them is a person's to settle.
const DECISIVE: [Layer; 2] = [Layer::Community, Layer::Area];

/// Notes what was trusted and in which grids the place is, unless nothing new came out.
pub(super) async fn locate(pen: &mut Pen<'_>, case: &Case, ticket: Ticket) -> Result<Ticket, Halt> {
    let grids: BTreeMap<_, _> = known_grids(case, &ticket)
        .into_iter()
        .filter(|(layer, _)| !ticket.grids.contains_key(layer))
        .collect();
    if case.report.evidence.is_some() && grids.is_empty() {
        return Ok(ticket);
    }
    let settled = &case.settled;
    let evidence = serde_json::to_string(settled).abort()?;
    reports::set_evidence(pen.tx, &case.report.id, settled.place.source, settled.time.source, &evidence)
        .await?;
    let ground = PlaceGround {
        place: settled.place.clone(),
        time: settled.time.clone(),
        placement: placement(case),
        grids: known_grids(case, &ticket),
        books: case.books.version,
    };
    pen.keep(&ticket.id, &Ground::Place(ground)).await?;
    let action =
        Action::Locate { place: case.spot(), found_at: settled.time.at, grids, note: settled.note() };
    pen.apply(&ticket.id, action).await
}

/// Why a person must say where it is; empty when every decisive layer that the district has is settled.
pub(super) fn doubts(case: &Case, ticket: &Ticket) -> Vec<Attention> {
    let open: Vec<Layer> = DECISIVE
        .into_iter()
        .filter(|layer| has(&case.books.grids, *layer) && !ticket.grids.contains_key(layer))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let Some(placement) = placement(case) else { return vec![Attention::NoPlace] };
    let doubt = |layer: &Layer| match placement.layers.get(layer)? {
        Spot::Inside { .. } => None,
        Spot::Border { candidates } => {
            Some(Attention::Border { layer: *layer, candidates: candidates.clone() })
        }
        Spot::Outside { nearest, distance_m } => {
            Some(Attention::Outside { distance_m: *distance_m, nearest: nearest.clone() })
        }
    };
    open.iter().filter_map(doubt).take(1).collect()
}

/// The ticket's grids and, for layers without one, what the place tells: only the certain of a decisive layer, or the
/// likeliest of every layer after a person confirmed some.
pub(super) fn known_grids(case: &Case, ticket: &Ticket) -> BTreeMap<Layer, GridCode> {
    let mut grids = ticket.grids.clone();
    if let Some(placement) = placement(case) {
        for (layer, spot) in placement.layers {
            let strict = DECISIVE.contains(&layer) && !case.ticket.place_confirmed;
            let found = match spot {
                Spot::Inside { grid, .. } => Some(grid),
                Spot::Border { candidates } if !strict => candidates.into_iter().next().map(|c| c.grid),
                Spot::Border { .. } | Spot::Outside { .. } => None,
            };
            if let Some(grid) = found {
                grids.entry(layer).or_insert(grid);
            }
        }
    }
    if case.ticket.place_confirmed {
        fill_around(&case.books.grids, &mut grids);
    }
    grids
}

fn placement(case: &Case) -> Option<Placement> {
    let spot = case.spot()?;
    Some(case.books.grids.locate(spot.at, spot.accuracy_m))
}

fn has(grids: &GridIndex, layer: Layer) -> bool {
    grids.grids(layer).next().is_some()
}

/// Fills the layers that are still open with the grid in which most of the finest known grid lies.
fn fill_around(index: &GridIndex, grids: &mut BTreeMap<Layer, GridCode>) {
    let finest = [Layer::Community, Layer::Inspection, Layer::Enforcement, Layer::Area];
    let known = finest.into_iter().find_map(|layer| index.get(layer, grids.get(&layer)?));
    let Some(points) = known.map(inner_points) else { return };
    for layer in finest {
        if grids.contains_key(&layer) {
            continue;
        }
        let mut votes: BTreeMap<&GridCode, usize> = BTreeMap::new();
        for owner in points.iter().filter_map(|at| index.owner(layer, *at)) {
            *votes.entry(&owner.code).or_default() += 1;
        }
        if let Some((code, _)) = votes.into_iter().max_by_key(|(_, votes)| *votes) {
            grids.insert(layer, code.clone());
        }
    }
}

/// Points halfway between a grid's middle and its corners: nearly all of them inside it.
fn inner_points(grid: &Grid) -> Vec<Wgs84> {
    let corners = || grid.shape.0.iter().flat_map(|polygon| polygon.exterior().0.iter());
    let count = corners().count().max(1) as f64;
    let (x, y) = corners().fold((0.0, 0.0), |(x, y), corner| (x + corner.x / count, y + corner.y / count));
    corners().filter_map(|corner| Wgs84::new((corner.x + x) / 2.0, (corner.y + y) / 2.0)).collect()
}
