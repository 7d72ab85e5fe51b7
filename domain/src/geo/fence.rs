//! Fences: is a person or a photo near enough to a place? It refuses to be surer than the position:
//! inside and outside are said only when the whole accuracy circle is, everything between is doubt.

use serde::{Deserialize, Serialize};

use super::datum::{Wgs84, distance_m};
use super::grid::clamp_accuracy;

/// A circle around a place, radius in metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    pub centre: Wgs84,
    pub radius_m: f64,
}

/// Where an accuracy circle is to a fence; each with the metres from the fence's centre to the circle's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FenceAnswer {
    /// The whole accuracy circle is inside.
    Inside { distance_m: f64 },
    /// The accuracy circle crosses the fence.
    Doubt { distance_m: f64 },
    /// Even the accuracy circle does not reach the fence.
    Outside { distance_m: f64 },
}

impl FenceAnswer {
    /// Metres from the fence's centre to the measured position.
    pub const fn distance_m(self) -> f64 {
        match self {
            Self::Inside { distance_m } | Self::Doubt { distance_m } | Self::Outside { distance_m } => {
                distance_m
            }
        }
    }
}

impl Fence {
    /// Compares a position of the given accuracy (metres, see [`clamp_accuracy`]) with the fence.
    pub fn inside(&self, at: Wgs84, accuracy_m: f64) -> FenceAnswer {
        let distance_m = distance_m(self.centre, at);
        let accuracy_m = clamp_accuracy(accuracy_m);
        if distance_m + accuracy_m <= self.radius_m {
            FenceAnswer::Inside { distance_m }
        } else if distance_m - accuracy_m > self.radius_m {
            FenceAnswer::Outside { distance_m }
        } else {
            FenceAnswer::Doubt { distance_m }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fence() -> Fence {
        Fence { centre: Wgs84::new(120.4471, 36.3893).unwrap(), radius_m: 100.0 }
    }

    /// A position `metres` north of the fence's centre.
    fn north(metres: f64) -> Wgs84 {
        Wgs84::new(120.4471, 36.3893 + metres / 111_195.08).unwrap()
    }

    #[test]
    fn a_circle_wholly_within_the_fence_is_inside() {
        assert!(matches!(fence().inside(north(60.0), 39.0), FenceAnswer::Inside { .. }));
        assert!(matches!(fence().inside(north(60.0), 41.0), FenceAnswer::Doubt { .. }));
    }

    #[test]
    fn outside_is_said_only_when_even_the_circle_does_not_reach() {
        assert!(matches!(fence().inside(north(160.0), 61.0), FenceAnswer::Doubt { .. }));
        assert!(matches!(fence().inside(north(160.0), 59.0), FenceAnswer::Outside { .. }));
        assert!((fence().inside(north(160.0), 59.0).distance_m() - 160.0).abs() < 0.01);
    }

    #[test]
    fn an_unknown_accuracy_is_never_inside() {
        for accuracy in [f64::NAN, -1.0, f64::INFINITY] {
            assert!(matches!(fence().inside(fence().centre, accuracy), FenceAnswer::Doubt { .. }));
        }
        assert!(matches!(fence().inside(north(2_200.0), f64::NAN), FenceAnswer::Outside { .. }));
    }

    proptest! {
        #[test]
        fn a_worse_accuracy_never_makes_an_answer_surer(metres in 0.0..500.0, good in 0.0..500.0, worse in 0.0..500.0) {
            let answer = |accuracy: f64| fence().inside(north(metres), accuracy);
            let (sure, unsure) = (answer(good), answer(good + worse));
            let doubtful = matches!(unsure, FenceAnswer::Doubt { .. });
            prop_assert!(doubtful || unsure == sure);
        }
    }
}
