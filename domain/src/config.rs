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
