//! The seven worklines (专班) that a district's units of the 条 are cut into. It refuses to know which
//! category or unit belongs to which line: catalogues and departments say that as data.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// One of the seven worklines; machine words in snake case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Workline {
    /// Cleanliness of streets, greens and waters.
    Sanitation,
    /// Roads, pavements, pipes and what is built into them.
    Roads,
    /// Trading in the street and markets.
    Trading,
    /// Parking and traffic.
    Traffic,
    /// Outdoor advertising and shop signs.
    Signage,
    /// Housing estates and buildings.
    Housing,
    /// Public service windows.
    Service,
}

impl Workline {
    /// All seven, in the order of the plan that names them.
    pub const ALL: [Self; 7] = [
        Self::Sanitation,
        Self::Roads,
        Self::Trading,
        Self::Traffic,
        Self::Signage,
        Self::Housing,
        Self::Service,
    ];

    /// The machine word, as stored and sent.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The Chinese name shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sanitation => "环境卫生",
            Self::Roads => "道路街巷",
            Self::Trading => "经营秩序",
            Self::Traffic => "交通秩序",
            Self::Signage => "户外广告",
            Self::Housing => "居住小区",
            Self::Service => "窗口服务",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn the_code_is_the_word_that_serde_and_strum_read_back() {
        for line in Workline::iter() {
            assert_eq!(serde_json::to_value(line).unwrap(), line.code());
            assert_eq!(line.code().parse::<Workline>(), Ok(line));
        }
        assert_eq!(Workline::iter().collect::<Vec<_>>(), Workline::ALL);
    }
}
