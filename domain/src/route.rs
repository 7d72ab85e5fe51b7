//! Who leads (主办) and who assists (协办): the area (块) leads and the line's bureau (条) assists, unless a rule
//! says otherwise. It refuses to guess: without a lead the case is unroutable and the reasons say what is
//! missing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Check;
use crate::geo::grid::Layer;
use crate::id::{CategoryCode, DepartmentCode, GridCode};

/// When and to whom a case goes that nobody has (补位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gap {
    /// Working minutes that a filed case may be without a unit.
    pub minutes: u32,
    /// The code of the unit that takes it then, where the register of fall-backs names none.
    pub unit: DepartmentCode,
}

impl Default for Gap {
    fn default() -> Self {
        Self { minutes: 30, unit: "center".into() }
    }
}

impl Check for Gap {
    fn check(&self) -> Result<(), String> {
        if !(1..=4_800).contains(&self.minutes) {
            return Err("minutes 须为 1 到 4800(工作分钟)".into());
        }
        if self.unit.as_str().trim().is_empty() {
            return Err("unit 须为兜底单位的编码".into());
        }
        Ok(())
    }
}

/// "Cases like this go to …"; a condition that is `None` is always met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    /// The beginning of the category's code.
    pub category: Option<String>,
    pub workline: Option<String>,
    /// With `grid`: the layer of that grid. Alone: the place is in some grid of the layer.
    pub layer: Option<Layer>,
    pub grid: Option<GridCode>,
    /// Who leads; `None` leaves it to other rules and the default.
    pub lead: Option<DepartmentCode>,
    /// Who assists; likewise.
    pub assist: Option<DepartmentCode>,
    pub note: String,
}

impl Rule {
    /// A rule without conditions, so that every one that fits a case by anything is stronger.
    pub fn weakest(id: &str, lead: DepartmentCode, assist: Option<DepartmentCode>, note: &str) -> Self {
        Self {
            id: id.to_owned(),
            category: None,
            workline: None,
            layer: None,
            grid: None,
            lead: Some(lead),
            assist,
            note: note.to_owned(),
        }
    }
}

/// The grids a case lies in.
#[derive(Debug, Clone, Copy)]
pub struct Territory<'a> {
    /// The area grid (片区) and the department it belongs to.
    pub area: Option<(&'a GridCode, Option<&'a DepartmentCode>)>,
    pub grids: &'a BTreeMap<Layer, GridCode>,
}

/// Where a case goes, with the reasons in the order lead, assist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Routing {
    Assigned {
        lead: DepartmentCode,
        assist: Option<DepartmentCode>,
        why: Vec<Why>,
    },
    /// No lead: a dispatcher decides.
    Unroutable {
        why: Vec<Why>,
    },
}

/// A reason for people, and the rule it comes from if any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub text: String,
    pub rule: Option<String>,
}

impl Why {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), rule: None }
    }
}

/// How narrow a rule is, compared from the left: length of its category, whether it names a workline,
/// whether it names a grid, how fine the layer is in which it holds.
type Specificity = (usize, bool, bool, u8);

/// Decides lead and assist. Each is taken from the most specific matching rule that sets it, of equal ones
/// that with the lowest id, and without such a rule from the default.
///
/// An assist that is also the lead is dropped.
pub fn assign<'a>(
    category: &CategoryCode,
    workline: &str,
    territory: &Territory,
    line_bureau: Option<&DepartmentCode>,
    rules: impl IntoIterator<Item = &'a Rule>,
) -> Routing {
    let fitting: Vec<_> = rules
        .into_iter()
        .filter_map(|rule| Some((fit(rule, category, workline, territory)?, rule)))
        .collect();
    let lead = match strongest(&fitting, |rule| rule.lead.as_ref()) {
        Some((rule, unit)) => Ok((unit, because_of("主办", rule))),
        None => default_lead(territory),
    };
    let (lead, why_lead) = match lead {
        Ok(found) => found,
        Err(why) => return Routing::Unroutable { why: vec![why] },
    };
    let (assist, why_assist) = match strongest(&fitting, |rule| rule.assist.as_ref()) {
        Some((rule, unit)) => (Some(unit), because_of("协办", rule)),
        None => default_assist(workline, line_bureau),
    };
    let mut why = vec![why_lead, why_assist];
    if assist == Some(lead) {
        why.push(Why::plain(format!("协办与主办同为 {lead}，不另派协办")));
    }
    Routing::Assigned { lead: lead.clone(), assist: assist.filter(|unit| *unit != lead).cloned(), why }
}

fn default_lead<'a>(territory: &Territory<'a>) -> Result<(&'a DepartmentCode, Why), Why> {
    match territory.area {
        Some((grid, Some(unit))) => Ok((unit, Why::plain(format!("主办：片区 {grid} 的责任单位 {unit}")))),
        Some((grid, None)) => {
            Err(Why::plain(format!("无法派单：片区 {grid} 没有责任单位，也没有规则指定主办")))
        }
        None => Err(Why::plain("无法派单：位置不在任何片区内，也没有规则指定主办")),
    }
}

fn default_assist<'a>(
    workline: &str,
    bureau: Option<&'a DepartmentCode>,
) -> (Option<&'a DepartmentCode>, Why) {
    let text = match bureau {
        Some(unit) => format!("协办：工作线 {workline} 的行业单位 {unit}"),
        None => format!("无协办：工作线 {workline} 没有行业单位"),
    };
    (bureau, Why::plain(text))
}

/// How specifically a rule applies to the case; `None` when it does not.
fn fit(rule: &Rule, category: &CategoryCode, workline: &str, territory: &Territory) -> Option<Specificity> {
    let prefix = rule.category.as_deref().unwrap_or_default();
    let line_fits = rule.workline.as_ref().is_none_or(|wanted| wanted == workline);
    let fineness =
        fit_place(rule, territory).filter(|_| line_fits && category.as_str().starts_with(prefix))?;
    Some((prefix.chars().count(), rule.workline.is_some(), rule.grid.is_some(), fineness))
}

/// The fineness of the finest layer in which a rule's place holds: 4 for community to 1 for area, 0 when
/// the rule names neither grid nor layer.
fn fit_place(rule: &Rule, territory: &Territory) -> Option<u8> {
    if rule.grid.is_none() && rule.layer.is_none() {
        return Some(0);
    }
    let holds = |layer: Layer| {
        let area = territory.area.map(|(grid, _)| grid).filter(|_| layer == Layer::Area);
        let here = territory.grids.get(&layer).or(area);
        rule.layer.is_none_or(|wanted| wanted == layer)
            && here.is_some_and(|here| rule.grid.as_ref().is_none_or(|wanted| wanted == here))
    };
    let layers = [(4, Layer::Community), (3, Layer::Inspection), (2, Layer::Enforcement), (1, Layer::Area)];
    layers.into_iter().find(|(_, layer)| holds(*layer)).map(|(fineness, _)| fineness)
}

/// The most specific rule that names a unit, and the unit. The note is the last resort, so that even two
/// rules with one id don't make the order of the rules matter.
fn strongest<'a>(
    fitting: &[(Specificity, &'a Rule)],
    unit: impl Fn(&'a Rule) -> Option<&'a DepartmentCode>,
) -> Option<(&'a Rule, &'a DepartmentCode)> {
    fitting
        .iter()
        .filter_map(|(specificity, rule)| Some((specificity, *rule, unit(rule)?)))
        .min_by_key(|(specificity, rule, unit)| {
            (Reverse(*specificity), &rule.id, *unit, &rule.note, rule.layer)
        })
        .map(|(_, rule, unit)| (rule, unit))
}

fn because_of(role: &str, rule: &Rule) -> Why {
    let conditions = [
        rule.category.as_ref().map(|prefix| format!("类别 {prefix}")),
        rule.workline.as_ref().map(|line| format!("工作线 {line}")),
        match (rule.layer, &rule.grid) {
            (Some(layer), Some(grid)) => Some(format!("{} {grid}", layer.label())),
            (Some(layer), None) => Some(format!("{}内", layer.label())),
            (None, Some(grid)) => Some(format!("网格 {grid}")),
            (None, None) => None,
        },
    ];
    let conditions: Vec<_> = conditions.into_iter().flatten().collect();
    let conditions = if conditions.is_empty() { "全部案件".to_owned() } else { conditions.join(" + ") };
    let note = if rule.note.is_empty() { String::new() } else { format!(":{}", rule.note) };
    Why { text: format!("{role}:规则 {}({conditions}){note}", rule.id), rule: Some(rule.id.clone()) }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
