//! A place in words that people find: street, community and grid by their names. It refuses to guess: a place on a border is
//! said to be near it, one outside is told by its distance from the nearest grid.

use super::grid::{Layer, Placement, Spot};

/// The place in words from its grids, e.g. "通济街道福宁社区第2网格"; empty when no border is known.
///
/// The finest grid's name usually begins with its street's; a street that is missing there is put before it.
pub fn address(placement: &Placement) -> String {
    let street = named(placement, Layer::Area);
    let community = named(placement, Layer::Community);
    match (street, community) {
        (Some(street), Some(grid)) => join(&street, &grid),
        (Some(one), None) | (None, Some(one)) => one.spell(),
        (None, None) => {
            let others = [Layer::Inspection, Layer::Enforcement];
            others
                .into_iter()
                .find_map(|layer| named(placement, layer))
                .map_or_else(String::new, |n| n.spell())
        }
    }
}

/// A grid's name and how surely the place is in it.
struct Named<'a> {
    name: &'a str,
    nearness: Nearness,
}

enum Nearness {
    In,
    /// On a border with another grid.
    Between(Option<String>),
    /// Metres outside of it.
    Beside(f64),
}

impl Named<'_> {
    fn spell(&self) -> String {
        match &self.nearness {
            Nearness::In => self.name.to_owned(),
            Nearness::Between(Some(other)) => format!("{}与{other}交界处", self.name),
            Nearness::Between(None) => format!("{}边缘", self.name),
            Nearness::Beside(metres) => format!("{}外约 {metres:.0} 米", self.name),
        }
    }
}

fn named(placement: &Placement, layer: Layer) -> Option<Named<'_>> {
    let named = |name, nearness| Some(Named { name, nearness });
    match placement.layers.get(&layer)? {
        Spot::Inside { name, .. } => named(name.as_str(), Nearness::In),
        Spot::Border { candidates } => {
            let first = candidates.first()?;
            named(&first.name, Nearness::Between(candidates.get(1).map(|other| other.name.clone())))
        }
        Spot::Outside { nearest, distance_m } => {
            named(&nearest.as_ref()?.name, Nearness::Beside(*distance_m))
        }
    }
}

fn join(street: &Named<'_>, grid: &Named<'_>) -> String {
    let spelled = grid.spell();
    let sure = matches!(street.nearness, Nearness::In);
    if !sure || spelled.starts_with(street.name) { spelled } else { format!("{}{spelled}", street.name) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::grid::Candidate;
    use super::*;

    fn inside(name: &str) -> Spot {
        Spot::Inside { grid: name.into(), name: name.into(), likelihood: 1.0 }
    }

    fn candidate(name: &str, likelihood: f64) -> Candidate {
        Candidate { grid: name.into(), name: name.into(), likelihood }
    }

    fn of(layers: impl IntoIterator<Item = (Layer, Spot)>) -> String {
        address(&Placement { layers: BTreeMap::from_iter(layers) })
    }

    #[test]
    fn the_street_stands_once_before_the_grid() {
        let street = || (Layer::Area, inside("通济街道"));
        assert_eq!(of([street(), (Layer::Community, inside("福宁社区第2网格"))]), "通济街道福宁社区第2网格");
        let long = "通济街道福宁社区第2网格";
        assert_eq!(of([street(), (Layer::Community, inside(long))]), long);
        assert_eq!(of([street()]), "通济街道");
    }

    #[test]
    fn a_border_names_both_sides_and_outside_says_how_far() {
        let border =
            Spot::Border { candidates: vec![candidate("甲社区", 0.6), candidate("乙社区", 0.4)] };
        assert_eq!(
            of([(Layer::Area, inside("通济街道")), (Layer::Community, border)]),
            "通济街道甲社区与乙社区交界处"
        );
        let edge = Spot::Border { candidates: vec![candidate("甲社区", 0.6)] };
        assert_eq!(of([(Layer::Community, edge)]), "甲社区边缘");
        let outside = Spot::Outside { nearest: Some(candidate("蓝村街道", 0.0)), distance_m: 123.4 };
        assert_eq!(of([(Layer::Area, outside)]), "蓝村街道外约 123 米");
    }

    #[test]
    fn without_borders_there_is_no_address() {
        assert_eq!(of([]), "");
        assert_eq!(of([(Layer::Area, Spot::Outside { nearest: None, distance_m: 1e6 })]), "");
        assert_eq!(of([(Layer::Inspection, inside("巡管小网格26"))]), "巡管小网格26");
    }
}
