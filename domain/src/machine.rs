//! What is made of a camera's sightings: the kinds of offence that are taken, the category of each, and how sure the
//! algorithm must be. It refuses kinds that are not configured; a person screens what is not sure enough.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::{Check, Config};
use crate::id::CategoryCode;
use crate::ticket::event::Machine;

/// Most kinds of offence.
const MOST_KINDS: usize = 100;
/// Most characters of the name of a kind.
const MOST_KIND_CHARS: usize = 40;
/// The longest time in which two frames may be one: a day.
const LONGEST_FRAME_MINUTES: u32 = 24 * 60;

/// One kind of offence that cameras recognise (抓拍种类).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offence {
    /// The algorithm's word, such as `stacked_materials`.
    pub kind: String,
    /// The Chinese word.
    pub name: String,
    /// The category of its tickets.
    pub category: CategoryCode,
    /// Below this confidence a sighting is not taken at all; 0 to 1.
    pub min: f64,
    /// From this confidence on nobody screens it before it is filed; `min` to 1.
    pub auto_file: f64,
}

/// How sightings of machines are taken in (AI 抓拍规则).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MachineRule {
    pub offences: Vec<Offence>,
    /// Frames of one camera and kind that follow each other within so many minutes are one problem.
    pub same_frame_minutes: u32,
}

impl Default for MachineRule {
    fn default() -> Self {
        let offences = DEFAULTS.iter().map(|(kind, name, category)| Offence {
            kind: (*kind).to_owned(),
            name: (*name).to_owned(),
            category: CategoryCode::new(*category),
            min: 0.5,
            auto_file: 0.9,
        });
        Self { offences: offences.collect(), same_frame_minutes: 30 }
    }
}

/// The 12 kinds with which a city begins: word, Chinese word, category of the illustrative catalogue.
const DEFAULTS: [(&str, &str, &str); 12] = [
    ("stacked_materials", "乱堆物料", "06036"),
    ("illegal_billboard", "违规户外广告", "07003"),
    ("exposed_garbage", "暴露垃圾", "06010"),
    ("bin_overflow", "垃圾箱满溢", "06042"),
    ("street_vending", "占道经营", "09006"),
    ("shop_overflow", "店外经营", "09005"),
    ("peddling", "流动摊贩", "09001"),
    ("open_barbecue", "露天烧烤", "06029"),
    ("street_drying", "沿街晾挂", "06007"),
    ("small_ads", "非法小广告", "07001"),
    ("bicycle_disorder", "非机动车乱停放", "09010"),
    ("uncovered_truck", "渣土车未密闭", "08011"),
];

impl MachineRule {
    /// The configured kind of that word.
    pub fn offence(&self, kind: &str) -> Option<&Offence> {
        self.offences.iter().find(|offence| offence.kind == kind)
    }
}

impl Check for MachineRule {
    fn check(&self) -> Result<(), String> {
        if self.offences.len() > MOST_KINDS {
            return Err(format!("offences：最多 {MOST_KINDS} 种"));
        }
        let mut seen = BTreeSet::new();
        for (at, offence) in self.offences.iter().enumerate() {
            let fault = |what: &str| Err(format!("offences[{at}]（{}）：{what}", offence.kind));
            let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if !(1..=MOST_KIND_CHARS).contains(&offence.kind.len()) || !offence.kind.bytes().all(word) {
                return fault("kind 须为 1 到 40 个小写字母、数字或下划线");
            }
            if !seen.insert(offence.kind.as_str()) {
                return fault("kind 重复");
            }
            if offence.name.trim().is_empty() || offence.name.chars().count() > MOST_KIND_CHARS {
                return fault("name 须为 1 到 40 个字");
            }
            if !(3..=8).contains(&offence.category.as_str().len()) {
                return fault("category 须为类别代码");
            }
            let inside = |share: f64| (0.0..=1.0).contains(&share);
            if !inside(offence.min) || !inside(offence.auto_file) {
                return fault("min 和 auto_file 须在 0 到 1 之间");
            }
            if offence.min > offence.auto_file {
                return fault("min 不能大于 auto_file");
            }
        }
        match self.same_frame_minutes {
            0..=LONGEST_FRAME_MINUTES => Ok(()),
            _ => Err(format!("same_frame_minutes：须为 0 到 {LONGEST_FRAME_MINUTES}")),
        }
    }
}

/// Why a person must screen a machine's sighting before it is filed, in Chinese; `None` when nobody must.
pub fn screen(config: &Config, machine: &Option<Machine>) -> Option<String> {
    let machine = machine.as_ref()?;
    let share = |confidence: f64| format!("{:.0}%", confidence * 100.0);
    match config.machine.offence(&machine.offence) {
        None => Some(format!("抓拍种类“{}”已不在配置中", machine.offence)),
        Some(offence) if machine.confidence < offence.auto_file => Some(format!(
            "“{}”置信度 {}，未达到自动立案的 {}",
            offence.name,
            share(machine.confidence),
            share(offence.auto_file)
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(change: impl FnOnce(&mut MachineRule)) -> Result<(), String> {
        let mut rule = MachineRule::default();
        change(&mut rule);
        rule.check()
    }

    #[test]
    fn a_city_begins_with_twelve_kinds_of_which_two_are_named_by_the_source() {
        let rule = MachineRule::default();
        assert_eq!(rule.offences.len(), 12);
        for name in ["乱堆物料", "违规户外广告"] {
            assert!(rule.offences.iter().any(|offence| offence.name == name), "{name}");
        }
    }

    #[test]
    fn wrong_rules_are_refused_with_their_place() {
        assert!(rule(|_| {}).is_ok());
        let fault = |change: fn(&mut MachineRule)| rule(change).unwrap_err();
        assert!(fault(|r| r.offences[2].kind = r.offences[0].kind.clone()).starts_with("offences[2]"));
        assert!(fault(|r| r.offences[1].kind = "Heap!".into()).contains("kind"));
        assert!(fault(|r| r.offences[1].name = " ".into()).contains("name"));
        assert!(fault(|r| r.offences[1].category = CategoryCode::new("")).contains("category"));
        assert!(fault(|r| r.offences[0].min = -0.1).contains("0 到 1"));
        assert!(fault(|r| r.offences[0].auto_file = 1.01).contains("0 到 1"));
        assert!(fault(|r| r.offences[0].auto_file = f64::NAN).contains("0 到 1"));
        assert!(fault(|r| r.offences[0].min = 0.95).contains("大于"));
        assert!(fault(|r| r.same_frame_minutes = 1441).contains("same_frame_minutes"));
    }

    #[test]
    fn a_person_screens_what_is_not_sure_enough_and_kinds_that_were_taken_out() {
        let config = Config::default();
        let seen = |offence: &str, confidence: f64| {
            Some(Machine { camera: "c1".into(), offence: offence.into(), confidence })
        };
        assert_eq!(screen(&config, &None), None);
        assert_eq!(screen(&config, &seen("small_ads", 0.9)), None);
        assert!(screen(&config, &seen("small_ads", 0.89)).unwrap().contains("89%"));
        assert!(screen(&config, &seen("flying_pigs", 0.99)).unwrap().contains("flying_pigs"));
    }
}
