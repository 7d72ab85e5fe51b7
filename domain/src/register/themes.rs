//! Problem families that a district names (八小行业, 十乱, 六大堆 …) and the figures of its registers. It refuses families
//! that nothing can belong to.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::config::Check;
use crate::id::GridCode;

const MOST_THEMES: usize = 40;
const MOST_MEMBERS: usize = 200;

/// A named family of problems: what it is about, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// Machine word.
    pub code: String,
    pub name: String,
    /// Category codes, or beginnings of them; none means every category.
    pub categories: Vec<String>,
    /// Areas (片区); none means the whole district.
    pub areas: Vec<GridCode>,
}

impl Theme {
    /// Whether a problem of that category in that area belongs to it.
    pub fn holds(&self, category: &str, area: Option<&GridCode>) -> bool {
        let fits =
            self.categories.is_empty() || self.categories.iter().any(|begin| category.starts_with(begin));
        fits && (self.areas.is_empty() || area.is_some_and(|area| self.areas.contains(area)))
    }
}

/// The families of the negative list, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Themes(pub Vec<Theme>);

impl Themes {
    /// The family with a code.
    pub fn get(&self, code: &str) -> Option<&Theme> {
        self.0.iter().find(|theme| theme.code == code)
    }

    /// The families to which a problem belongs.
    pub fn of<'a>(
        &'a self,
        category: &'a str,
        area: Option<&'a GridCode>,
    ) -> impl Iterator<Item = &'a Theme> {
        self.0.iter().filter(move |theme| theme.holds(category, area))
    }
}

impl Default for Themes {
    fn default() -> Self {
        let theme = |code: &str, name: &str, categories: &[&str]| Theme {
            code: code.to_owned(),
            name: name.to_owned(),
            categories: categories.iter().map(|begin| (*begin).to_owned()).collect(),
            areas: Vec::new(),
        };
        Self(vec![
            theme(
                "small_trades",
                "八小行业",
                &["06002", "06027", "06028", "07006", "09005", "09015", "09021"],
            ),
            theme(
                "ten_disorders",
                "十乱",
                &[
                    "06001", "06007", "06008", "06019", "06030", "06036", "07001", "09005", "09006", "09009",
                    "09010",
                ],
            ),
            theme("six_heaps", "六大堆", &["06010", "06011", "06018", "06035", "06036", "08005", "08006"]),
            theme("market", "农贸市场", &["09020"]),
            theme("vectors", "病媒生物", &["03002", "06010", "06011", "06025", "06037", "06042", "11006"]),
            theme(
                "urban_fringe",
                "城乡结合部",
                &["06001", "06010", "06011", "06012", "06020", "06032", "06036", "06038"],
            ),
        ])
    }
}

impl Check for Themes {
    fn check(&self) -> Result<(), String> {
        if self.0.len() > MOST_THEMES {
            return Err(format!("最多 {MOST_THEMES} 个专题"));
        }
        let mut seen = BTreeSet::new();
        for (place, theme) in self.0.iter().enumerate() {
            let at = format!("第 {} 个专题", place + 1);
            let code = theme.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if theme.code.is_empty() || theme.code.len() > 40 || !code {
                return Err(format!("{at}的 code 须为小写字母、数字或下划线"));
            }
            if !seen.insert(&theme.code) {
                return Err(format!("{at}的 code “{}”重复", theme.code));
            }
            if theme.name.trim().is_empty() || theme.name.chars().count() > 40 {
                return Err(format!("{at}的 name 须为 1 至 40 个字"));
            }
            if theme.categories.is_empty() && theme.areas.is_empty() {
                return Err(format!("{at}“{}”没有类别也没有片区", theme.name));
            }
            if theme.categories.len() + theme.areas.len() > MOST_MEMBERS {
                return Err(format!("{at}最多 {MOST_MEMBERS} 个类别和片区"));
            }
            let digits = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
            if let Some(bad) = theme.categories.iter().find(|begin| !digits(begin)) {
                return Err(format!("{at}的类别“{bad}”须为类别编码的开头"));
            }
        }
        Ok(())
    }
}

/// The figures of the registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registers {
    /// Minutes without a sign of life after which a camera is offline.
    pub camera_offline_minutes: u32,
    /// What a site must meet, item by item (六个百分百).
    pub site_checks: Vec<String>,
    /// The beginning of the category under which patches from the air are proposed.
    pub patch_category: String,
}

impl Default for Registers {
    fn default() -> Self {
        let checks = [
            "工地周边百分百围挡",
            "物料堆放百分百覆盖",
            "出入车辆百分百冲洗",
            "现场地面百分百硬化",
            "拆迁作业百分百湿法",
            "渣土车辆百分百密闭",
        ];
        Self {
            camera_offline_minutes: 30,
            site_checks: checks.map(str::to_owned).to_vec(),
            patch_category: "06001".to_owned(),
        }
    }
}

impl Check for Registers {
    fn check(&self) -> Result<(), String> {
        if !(1..=10_080).contains(&self.camera_offline_minutes) {
            return Err("camera_offline_minutes 须为 1 至 10080 分钟".into());
        }
        if self.site_checks.is_empty() || self.site_checks.len() > 20 {
            return Err("site_checks 须为 1 至 20 项".into());
        }
        let fine = |name: &String| (1..=40).contains(&name.trim().chars().count());
        if let Some(place) = self.site_checks.iter().position(|name| !fine(name)) {
            return Err(format!("site_checks 第 {} 项须为 1 至 40 个字", place + 1));
        }
        if self.site_checks.iter().collect::<BTreeSet<_>>().len() < self.site_checks.len() {
            return Err("site_checks 有重复的项".into());
        }
        if self.patch_category.len() > 40 || !self.patch_category.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err("patch_category 须为类别编码".into());
        }
        Ok(())
    }
}
