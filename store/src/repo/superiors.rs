//! Who stands above a case: its leader in charge, the chiefs of its place, and the ladder by which it is reported up, level
//! by level. It reads the registers of chiefs (片长) and patrons (包保领导); it refuses to say who may climb.

use std::collections::BTreeMap;

use domain::actor::Role;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode, GridCode};
use domain::register::{Entry, Register};
use domain::ticket::Ticket;
use domain::ticket::event::Person;
use domain::time::Moment;

use super::people::{account, accounts_by_role, head_of};
use super::registers::{RegisterFilter, all, at_place};
use crate::sql::{On, Result};

/// The highest level: the chief leader.
pub const TOP: u8 = 4;
/// The level of the chief of an area.
const CHIEF: u8 = 2;
/// The level of the leader in charge; a patron without a level of its own stands there.
const IN_CHARGE: u8 = 3;

/// What the ladder looks at.
#[derive(Debug, Clone, Copy)]
pub struct Footing<'a> {
    /// The leading unit, when there is one.
    pub unit: Option<&'a DepartmentCode>,
    pub at: Option<Wgs84>,
    pub grids: &'a BTreeMap<Layer, GridCode>,
    /// Whether the register's days hold.
    pub now: Moment,
}

impl<'a> Footing<'a> {
    /// Where a ticket stands.
    pub fn of(ticket: &'a Ticket, now: Moment) -> Self {
        Self {
            unit: ticket.assignment.as_ref().map(|assignment| &assignment.lead.code),
            at: ticket.place.map(|place| place.at),
            grids: &ticket.grids,
            now,
        }
    }
}

/// The entries of a register at a place and in force; a case of the table is held by grids alone.
pub async fn standing(on: &mut On<'_>, register: Register, footing: &Footing<'_>) -> Result<Vec<Entry>> {
    // No outline of a district holds the point of no longitude and no latitude.
    let nowhere = Wgs84 { lon: 0.0, lat: 0.0 };
    let found = at_place(on, register, footing.at.unwrap_or(nowhere), footing.grids).await?;
    Ok(found.into_iter().filter(|entry| entry.is_in_force(footing.now.date())).collect())
}

/// The leader in charge of a unit or of a place: the unit's own patron first, then the place's, then the chief leader.
pub async fn leader_of(on: impl Into<On<'_>>, footing: &Footing<'_>) -> Result<Option<Person>> {
    let mut on: On<'_> = on.into();
    for leader in patrons(&mut on, footing).await?.into_iter().filter_map(|entry| entry.leader) {
        if let Some(person) = person(&mut on, &leader).await? {
            return Ok(Some(person));
        }
    }
    chief_leader(&mut on).await
}

/// The person on a level: 1 the unit's head, 2 the chief of the area, 3 the leader in charge, 4 the chief leader. A patron
/// whose entry names the level comes before them.
pub async fn superior_at(
    on: impl Into<On<'_>>,
    footing: &Footing<'_>,
    level: u8,
) -> Result<Option<(u8, Person)>> {
    let mut on: On<'_> = on.into();
    let patrons = patrons(&mut on, footing).await?;
    let named = |entry: &&Entry| entry.level.unwrap_or(i64::from(IN_CHARGE)) == i64::from(level);
    for leader in patrons.iter().filter(named).filter_map(|entry| entry.leader.as_ref()) {
        if let Some(person) = person(&mut on, leader).await? {
            return Ok(Some((level, person)));
        }
    }
    let found = match (level, footing.unit) {
        (1, Some(unit)) => head_of(&mut on, unit).await?,
        (CHIEF, _) => chief(&mut on, footing).await?,
        (TOP, _) => chief_leader(&mut on).await?,
        _ => None,
    };
    Ok(found.map(|person| (level, person)))
}

/// The next level above one that has a person other than whoever asks.
pub async fn superior_of(
    on: impl Into<On<'_>>,
    footing: &Footing<'_>,
    after_level: u8,
    asker: &AccountId,
) -> Result<Option<(u8, Person)>> {
    let mut on: On<'_> = on.into();
    for level in after_level.saturating_add(1)..=TOP {
        let found = superior_at(&mut on, footing, level).await?;
        if let Some(found) = found.filter(|(_, person)| person.account != *asker) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The chiefs bound to a place (路段长、楼院长、片长), the nearest to the ground first.
pub async fn chiefs(on: impl Into<On<'_>>, footing: &Footing<'_>) -> Result<Vec<Person>> {
    let mut on: On<'_> = on.into();
    let mut entries = standing(&mut on, Register::Chief, footing).await?;
    entries.sort_by_key(|entry| entry.level.unwrap_or(1));
    let mut found = Vec::new();
    for chief in entries.iter().filter_map(|entry| entry.person.as_ref()) {
        found.extend(person(&mut on, chief).await?.filter(|person| !found.contains(person)));
    }
    Ok(found)
}

async fn chief(on: &mut On<'_>, footing: &Footing<'_>) -> Result<Option<Person>> {
    let entries = standing(on, Register::Chief, footing).await?;
    let areal = |entry: &&Entry| entry.level == Some(i64::from(CHIEF)) || entry.layer == Some(Layer::Area);
    for chief in entries.iter().filter(areal).filter_map(|entry| entry.person.as_ref()) {
        if let Some(person) = person(on, chief).await? {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

/// The unit's patrons, then the place's, each by level.
async fn patrons(on: &mut On<'_>, footing: &Footing<'_>) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    if let Some(unit) = footing.unit {
        let of_unit =
            RegisterFilter { department: Some(unit.clone()), ..RegisterFilter::of(Register::Patron) };
        found = all(&mut *on, &of_unit).await?;
        found.retain(|entry| entry.is_in_force(footing.now.date()));
    }
    let mut of_place = standing(on, Register::Patron, footing).await?;
    found.sort_by_key(|entry| entry.level);
    of_place.sort_by_key(|entry| entry.level);
    found.extend(of_place.into_iter().filter(|entry| entry.department.is_none()));
    Ok(found)
}

async fn chief_leader(on: &mut On<'_>) -> Result<Option<Person>> {
    let leaders = accounts_by_role(on, Role::Leader).await?;
    Ok(leaders.into_iter().next().map(|leader| Person { account: leader.id, name: leader.name }))
}

async fn person(on: &mut On<'_>, id: &AccountId) -> Result<Option<Person>> {
    let found = account(on, id).await?.filter(|account| account.active);
    Ok(found.map(|account| Person { account: account.id, name: account.name }))
}
