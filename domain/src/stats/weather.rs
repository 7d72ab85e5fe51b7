//! The weather map (文明天气图): a unit's weather from one published rate and the thresholds that a city sets. It refuses
//! thresholds that are out of order, and gives no weather to a unit that nothing was asked of.

use serde::{Deserialize, Serialize};

use super::board::{figure, is_rate};
use super::tally::Sums;
use crate::config::Check;

/// Basis points of a whole.
const WHOLE: i64 = 10_000;

word! {
    /// A unit's weather, the best first.
    Weather {
        Sun "晴",
        Cloud "多云",
        Overcast "阴",
        Rain "雨",
        Storm "暴雨",
    }
}

/// From which rate the weather comes, and the rate in hundredths of a percent from which each is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeatherRule {
    /// The name of a published rate.
    pub formula: String,
    pub sun: i64,
    pub cloud: i64,
    pub overcast: i64,
    /// Below this it storms.
    pub rain: i64,
}

impl Default for WeatherRule {
    fn default() -> Self {
        Self { formula: "clearing".into(), sun: 9500, cloud: 9000, overcast: 8000, rain: 6000 }
    }
}

impl Check for WeatherRule {
    fn check(&self) -> Result<(), String> {
        if !is_rate(&self.formula) {
            return Err(format!("formula：没有名为“{}”的比率公式", self.formula));
        }
        let steps =
            [("sun", self.sun), ("cloud", self.cloud), ("overcast", self.overcast), ("rain", self.rain)];
        if let Some((name, value)) = steps.iter().find(|(_, value)| !(0..=WHOLE).contains(value)) {
            return Err(format!("{name}：{value} 不在 0 至 {WHOLE}（万分之一）之间"));
        }
        match steps.windows(2).find(|pair| pair[0].1 <= pair[1].1) {
            Some(pair) => Err(format!("{}：须大于 {} 的 {}", pair[0].0, pair[1].0, pair[1].1)),
            None => Ok(()),
        }
    }
}

impl WeatherRule {
    /// The weather over `sums`; none when the rate has nothing to count out of.
    pub fn of(&self, sums: &Sums) -> Option<Weather> {
        let value = figure(&self.formula, sums)?.value?;
        Some(match value {
            value if value >= self.sun => Weather::Sun,
            value if value >= self.cloud => Weather::Cloud,
            value if value >= self.overcast => Weather::Overcast,
            value if value >= self.rain => Weather::Rain,
            _ => Weather::Storm,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_total_of_the_weather_map_comes_out_and_shines() {
        let sums = Sums { found: 41_516, found_struck_off: 40_990, ..Sums::default() };
        assert_eq!(figure("clearing", &sums).unwrap().printed, "98.73 %");
        assert_eq!(WeatherRule::default().of(&sums), Some(Weather::Sun));
    }

    #[test]
    fn each_threshold_belongs_to_the_better_weather_and_nothing_has_none() {
        let rule = WeatherRule::default();
        let of = |done| rule.of(&Sums { found: 10_000, found_struck_off: done, ..Sums::default() });
        let expected = [
            (10_000, Weather::Sun),
            (9_500, Weather::Sun),
            (9_499, Weather::Cloud),
            (9_000, Weather::Cloud),
            (8_000, Weather::Overcast),
            (6_000, Weather::Rain),
            (5_999, Weather::Storm),
            (0, Weather::Storm),
        ];
        for (done, weather) in expected {
            assert_eq!(of(done), Some(weather), "{done}");
        }
        assert_eq!(rule.of(&Sums::default()), None);
    }

    #[test]
    fn thresholds_out_of_order_or_range_and_unknown_rates_are_refused_with_their_place() {
        let fault = |change: fn(&mut WeatherRule)| {
            let mut rule = WeatherRule::default();
            change(&mut rule);
            rule.check().unwrap_err()
        };
        assert_eq!(fault(|rule| rule.cloud = 9600), "sun：须大于 cloud 的 9600");
        assert_eq!(fault(|rule| rule.rain = 8000), "overcast：须大于 rain 的 8000");
        assert!(fault(|rule| rule.sun = 10_001).starts_with("sun：10001"));
        assert!(fault(|rule| rule.rain = -1).starts_with("rain：-1"));
        assert!(fault(|rule| rule.formula = "found".into()).starts_with("formula：没有名为“found”"));
        assert!(WeatherRule::default().check().is_ok());
    }
}
