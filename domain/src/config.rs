//! The rules in which cities differ (rungs, counts, weights, thresholds, periods), each a named value with a default and a
//! check. It refuses a value that its own check refuses: what is stored here can be used without another look.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that can say what is wrong with it.
pub trait Check {
    /// The fault in Chinese, with its place.
    fn check(&self) -> Result<(), String>;
}

/// Reads a value and has it check itself; the fault is a Chinese sentence.
fn read<T: DeserializeOwned + Check>(value: Value) -> Result<T, String> {
    let read: T = serde_json::from_value(value).map_err(|error| format!("格式有误：{error}"))?;
    read.check()?;
    Ok(read)
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident: $type:ty, $label:literal;)+) => {
        /// Every rule that a city may set.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        pub struct Config {
            $($(#[$doc])* pub $name: $type,)+
        }

        /// The names of the rules and their Chinese titles, in the order in which they are shown.
        pub const RULES: &[(&str, &str)] = &[$((stringify!($name), $label),)+];

        impl Config {
            /// Takes a new value for a rule.
            ///
            /// # Errors
            /// A Chinese sentence that names the fault and its place; `None` inside when there is no such rule.
            pub fn set(&mut self, name: &str, value: Value) -> Result<(), Option<String>> {
                match name {
                    $(stringify!($name) => self.$name = read::<$type>(value).map_err(Some)?,)+
                    _ => return Err(None),
                }
                Ok(())
            }

            /// The value of a rule.
            pub fn get(&self, name: &str) -> Option<Value> {
                match name {
                    $(stringify!($name) => serde_json::to_value(&self.$name).ok(),)+
                    _ => None,
                }
            }
        }
    };
}

rules! {
    /// How 督办 climbs on one ticket.
    ticket_ladder: crate::ladder::TicketLadder, "案件督办阶梯";
    /// How accountability climbs on one unit.
    unit_ladder: crate::ladder::UnitLadder, "单位问责阶梯";
    /// Periods in which limits are shorter.
    guarded_periods: crate::clock::guard::GuardedPeriods, "重点时段";
    /// What makes a ticket more urgent.
    priority: crate::ticket::origin::PriorityRules, "案件优先级";
    /// Whether there are credit records at all.
    credit: crate::act::CreditRule, "信用记录";
    /// The campaigns that the city knows by name.
    campaigns: crate::programme::Campaigns, "专项整治名录";
    /// How much is drawn every week for a second look.
    follow_up: crate::programme::FollowUp, "跟踪督查抽取";
    /// What comes round by itself.
    duties: crate::programme::Duties, "常态化任务";
    /// What is made of the sightings of cameras.
    machine: crate::machine::MachineRule, "AI 抓拍规则";
    /// What a citizen earns by reporting.
    points: crate::points::PointsRule, "随手拍积分规则";
    /// Problem families of the negative list.
    themes: crate::register::Themes, "负面清单专题";
    /// Which papers are written when and by whom.
    papers: crate::paper::Papers, "公文节律";
    /// The figures of the registers.
    registers: crate::register::Registers, "台账参数";
    /// When and to whom a case goes that nobody has.
    gap: crate::route::Gap, "补位与兜底";
    /// What mistakes in telling duplicates cost, and how far duplicates may lie apart.
    dedupe: crate::dedupe::Costs, "重复问题判定";
    /// When a new problem is an old one that came back.
    relapse: crate::relapse::Relapse, "回弹判定";
    /// Whether a category is taken from the words.
    guess: crate::classify::Suggesting, "类别自动判定";
    /// From which rate a unit's weather comes.
    weather: crate::stats::weather::WeatherRule, "文明天气图";
    /// What costs a unit points in the ranking.
    score: crate::stats::ranking::ScoreRule, "考核评分";
    /// The labels of units by score.
    labels: crate::stats::label::LabelRule, "单位标识";
    /// The year's targets.
    targets: crate::stats::target::TargetRule, "年度目标";
    /// The categories that must be cleared to zero.
    zero_targets: crate::stats::target::ZeroRule, "动态清零";
    /// When a place is a hot spot.
    hotspot: crate::stats::hotspot::HotspotRule, "热点研判";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_passes_its_own_check_and_survives_its_json() {
        for (name, label) in RULES {
            let mut config = Config::default();
            let value = config.get(name).unwrap();
            config.set(name, value).unwrap_or_else(|fault| panic!("{name} {label}: {fault:?}"));
            assert_eq!(config, Config::default(), "{name}");
        }
        assert_eq!(Config::default().set("no_such_rule", Value::Null), Err(None));
    }
}
