//! 责任清单: for each category in each area, who leads, who assists, who carries it and which leader stands above, resolved
//! as triage would. It refuses to invent an owner: a line without one says so.

use std::collections::BTreeMap;

use domain::geo::grid::{Grid, Layer};
use domain::id::{CategoryCode, DepartmentCode, GridCode};
use domain::route::Routing;
use domain::ticket::event::Person;
use domain::time::Moment;

use crate::repo::district::{Books, routing};
use crate::repo::people::head_of;
use crate::repo::superiors::{Footing, leader_of};
use crate::sql::{On, Result};

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    pub category: CategoryCode,
    pub area: GridCode,
    pub lead: Option<DepartmentCode>,
    pub assist: Option<DepartmentCode>,
    /// Who answers for the leading unit.
    pub person: Option<Person>,
    /// 分管领导.
    pub leader: Option<Person>,
    /// Why it is so.
    pub why: Vec<String>,
}

/// The lines by area and category from a position on (`area:category`, exclusive), at most `most`; only those that a unit
/// leads or assists, and of the categories that `fits` lets through.
pub async fn duties(
    on: impl Into<On<'_>>,
    books: &Books,
    unit: Option<&DepartmentCode>,
    fits: impl Fn(&CategoryCode, &GridCode) -> bool,
    after: Option<&str>,
    most: usize,
    now: Moment,
) -> Result<Vec<Duty>> {
    let mut on: On<'_> = on.into();
    let mut lines = routed(books, unit, fits, after, most);
    let mut people: BTreeMap<DepartmentCode, Option<Person>> = BTreeMap::new();
    let mut leaders: BTreeMap<(Option<DepartmentCode>, GridCode), Option<Person>> = BTreeMap::new();
    for line in &mut lines {
        if let Some(lead) = &line.lead {
            if !people.contains_key(lead) {
                people.insert(lead.clone(), head_of(&mut on, lead).await?);
            }
            line.person = people.get(lead).cloned().flatten();
        }
        let seat = (line.lead.clone(), line.area.clone());
        if !leaders.contains_key(&seat) {
            let grids = BTreeMap::from([(Layer::Area, line.area.clone())]);
            let footing = Footing { unit: line.lead.as_ref(), at: None, grids: &grids, now };
            leaders.insert(seat.clone(), leader_of(&mut on, &footing).await?);
        }
        line.leader = leaders.get(&seat).cloned().flatten();
    }
    Ok(lines)
}

fn routed(
    books: &Books,
    unit: Option<&DepartmentCode>,
    fits: impl Fn(&CategoryCode, &GridCode) -> bool,
    after: Option<&str>,
    most: usize,
) -> Vec<Duty> {
    let mut areas: Vec<&Grid> = books.grids.grids(Layer::Area).collect();
    areas.sort_by(|a, b| a.code.cmp(&b.code));
    let mut lines = Vec::new();
    for area in areas {
        let grids = BTreeMap::from([(Layer::Area, area.code.clone())]);
        for category in books.categories.values().filter(|row| fits(&row.code, &area.code)) {
            if after.is_some_and(|after| place_of(&area.code, &category.code).as_str() <= after) {
                continue;
            }
            let (lead, assist, why) = match routing(books, &category.code, category.workline, &grids, &[]) {
                Routing::Assigned { lead, assist, why } => (Some(lead), assist, why),
                Routing::Unroutable { why } => (None, None, why),
            };
            if unit.is_some_and(|unit| lead.as_ref() != Some(unit) && assist.as_ref() != Some(unit)) {
                continue;
            }
            let why = why.into_iter().map(|why| why.text).collect();
            let (category, area) = (category.code.clone(), area.code.clone());
            lines.push(Duty { category, area, lead, assist, person: None, leader: None, why });
            if lines.len() == most {
                return lines;
            }
        }
    }
    lines
}

/// The position of a line.
pub fn place_of(area: &GridCode, category: &CategoryCode) -> String {
    format!("{area}:{category}")
}
