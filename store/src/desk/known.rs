//! What an action names, looked up before the decision. Absent things stay absent: what that means is the domain's to say.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use domain::actor::{Actor, Role};
use domain::clock::guard::shorten;
use domain::clock::limit::Limit;
use domain::geo::datum::{Wgs84, to_wgs84};
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode, GridCode, PhotoId};
use domain::import::DepartmentKind;
use domain::register::Register;
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::decide::Known;
use domain::ticket::event::{Class, GivenPoint, Person, Unit};
use domain::ticket::origin;
use domain::ticket::state::Stage;
use domain::time::Moment;

use super::{Desk, DeskError};
use crate::repo::district::{self, Books};
use crate::repo::people::{self, Footing};
use crate::repo::{photos, tickets};
use crate::sql::{On, Tx};

/// A newly built illegal structure gets this part of the usual limit, before it stands for good.
const NEW_BUILD_SHARE: u32 = 2;

/// One request, with what is at hand before anything is looked up.
pub(super) struct Asking<'a> {
    pub books: &'a Books,
    pub ticket: &'a Ticket,
    pub action: &'a Action,
    pub actor: &'a Actor,
    pub now: Moment,
}

impl Desk {
    /// Looks up what the action names.
    pub(super) async fn look_up(&self, tx: &mut Tx, asking: &Asking<'_>) -> Result<Known, DeskError> {
        let Asking { books, ticket, action, actor, now } = *asking;
        let follows = tickets::follows(&mut *tx, &ticket.id, &actor.account).await?;
        let mut known = Known { mine: follows.is_some(), follows: follows.is_some(), ..Known::default() };
        self.look_up_units(tx, asking, &mut known).await?;
        let found = self.own_photos(tx, action.photos(), actor).await?;
        known.captured_at = found.iter().filter_map(Picture::taken_at).max();
        known.photos = found.into_iter().map(|picture| picture.0.id).collect();
        match action {
            Action::File { category, standard } => {
                let class = district::class_of(books, category, Some(standard));
                known.class = match class {
                    Some(class) => Some(self.weigh(tx, asking, class).await?),
                    None => None,
                };
                if ticket.number.is_none() && known.class.is_some() {
                    let year = now.date().year();
                    let serial = tickets::next_number(tx, i64::from(year)).await?;
                    known.number = Some(format!("{}{year}-{serial:06}", self.number_prefix));
                }
            }
            Action::Merge { into, .. } => {
                let other = tickets::get(&mut *tx, into).await?;
                known.other = other.filter(|t| t.stage().is_open()).map(|t| t.id);
            }
            Action::LinkRelapse { to, .. } => {
                let closed = tickets::get(&mut *tx, to).await?;
                let closed = closed.filter(|other| other.stage() == Stage::Closed && other.id != ticket.id);
                known.relapse = closed.map(|other| (other.id, other.relapse_nth + 1));
            }
            Action::ConfirmPlace { grids, point, .. } => {
                known.place_grids = point.and_then(wgs84).map(|at| grids_at(books, at)).unwrap_or_default();
                known.grids_exist = !(grids.is_empty() && known.place_grids.is_empty())
                    && grids.iter().all(|(layer, code)| books.grids.get(*layer, code).is_some());
            }
            Action::Escalate { to_level, .. } => {
                let (footing, last) = (Footing::of(ticket, now), ticket.escalations.last());
                known.superior = match to_level {
                    Some(level) => people::superior_at(&mut *tx, &footing, *level).await?,
                    None => {
                        let after = last.map_or(0, |escalation| escalation.level);
                        people::superior_of(&mut *tx, &footing, after, &actor.account).await?
                    }
                };
            }
            _ => {}
        }
        Ok(known)
    }

    /// How urgent the case is and how much shorter its limit: by its place, its origin and the calendar of guarded periods.
    async fn weigh(&self, tx: &mut Tx, asking: &Asking<'_>, class: Class) -> Result<Class, DeskError> {
        let Asking { books, ticket, now, .. } = *asking;
        let footing = Footing::of(ticket, now);
        let mut watched = people::standing(&mut On::Tx(tx), Register::WatchArea, &footing).await?;
        watched.retain(|entry| entry.covers(class.category.as_str()));
        let watched = watched.first().map(|entry| entry.name.as_str());
        let rules = &books.config.priority;
        let (priority, priority_why) =
            origin::priority(ticket.source, &ticket.origin, &class.category, watched, rules);
        let periods = &books.config.guarded_periods;
        let (limit, guarded) = match shorten(class.limit, class.workline, now, periods) {
            Some((limit, name)) => (limit, Some(name)),
            None => (class.limit, None),
        };
        let amount =
            if ticket.origin.new_build { limit.amount.div_ceil(NEW_BUILD_SHARE) } else { limit.amount };
        Ok(Class { limit: Limit { amount, ..limit }, guarded, priority, priority_why, ..class })
    }

    async fn look_up_units(
        &self,
        tx: &mut Tx,
        asking: &Asking<'_>,
        known: &mut Known,
    ) -> Result<(), DeskError> {
        let Asking { books, ticket, action, actor, now } = *asking;
        let (lead, assist) = match action {
            Action::TakeOver { .. } => (actor.department.as_ref(), None),
            _ => action.units(),
        };
        let footing = Footing::of(ticket, now);
        if let Some((unit, kind)) = lead.and_then(|code| district::unit(books, code)) {
            known.lead_is_external =
                kind == DepartmentKind::External || receives(tx, &footing, &unit.code).await?;
            known.lead = Some(unit);
        }
        known.assist = assist.and_then(|code| district::unit(books, code)).map(|(unit, _)| unit);
        known.person = match (action, action.person(), &known.lead) {
            (Action::TakeOver { .. }, ..) => self.staff(tx, &actor.account).await?,
            (_, Some(account), _) => self.staff(tx, account).await?,
            (_, None, Some(lead)) => people::head_of(&mut *tx, &lead.code).await?,
            (_, None, None) => None,
        };
        known.parties =
            parties_of(action).filter_map(|code| district::unit(books, code)).map(first).collect();
        let unit = known.lead.as_ref().map(|lead| &lead.code).or(footing.unit);
        if let Some(unit) = unit.filter(|_| hands_on(action)) {
            let heads = people::accounts_of_department(&mut *tx, unit, &[Role::UnitHead]).await?;
            let head = heads.into_iter().next();
            known.head = head.map(|head| Person { account: head.id, name: head.name });
            let footing = Footing { unit: Some(unit), ..footing };
            known.leader = people::leader_of(&mut *tx, &footing).await?;
        }
        Ok(())
    }

    async fn staff(&self, tx: &mut Tx, account: &AccountId) -> Result<Option<Person>, DeskError> {
        let found = people::account(&mut *tx, account).await?;
        Ok(found
            .filter(|a| a.active && a.role != Role::Citizen && a.role != Role::Integration)
            .map(|a| Person { account: a.id, name: a.name }))
    }

    /// Those of the pictures that exist, can still be read and belong to the actor, in the order of their naming.
    pub(super) async fn own_photos(
        &self,
        tx: &mut Tx,
        ids: &[PhotoId],
        actor: &Actor,
    ) -> Result<Vec<Picture>, DeskError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = photos::many(&mut *tx, ids).await?;
        let usable = |photo: &&photos::Photo| {
            photo.state != photos::PhotoState::Broken
                && (actor.role == Role::System || photo.owner == actor.account)
        };
        let found: Vec<_> = rows.iter().filter(usable).collect();
        let named =
            |id: &PhotoId| found.iter().find(|photo| photo.id == *id).map(|&photo| Picture(photo.clone()));
        Ok(ids.iter().filter_map(named).collect())
    }
}

/// A picture that may be used.
pub(super) struct Picture(pub photos::Photo);

impl Picture {
    /// When it was taken: as its own EXIF says, else as the uploading client said.
    fn taken_at(&self) -> Option<Moment> {
        self.0.meta.as_ref().and_then(|meta| meta.taken_at).or(self.0.captured_at)
    }
}

fn first((unit, _): (Unit, DepartmentKind)) -> Unit {
    unit
}

/// The units that an action calls together.
fn parties_of(action: &Action) -> Box<dyn Iterator<Item = &DepartmentCode> + Send + '_> {
    match action {
        Action::Convene { parties, .. } | Action::Rule { parties, .. } => Box::new(parties.iter()),
        Action::Split { parts, .. } => Box::new(parts.iter().map(|part| &part.unit)),
        _ => Box::new(std::iter::empty()),
    }
}

/// Whether an action makes somebody responsible, so that head and leader must be known.
const fn hands_on(action: &Action) -> bool {
    matches!(
        action,
        Action::Dispatch { .. }
            | Action::Redispatch { .. }
            | Action::Rule { .. }
            | Action::Transfer { .. }
            | Action::TakeOver { .. }
            | Action::Assign { .. }
    )
}

/// Whether a unit reported to the community of the place as one that takes over what is beyond the district's own duty.
async fn receives(tx: &mut Tx, footing: &Footing<'_>, unit: &DepartmentCode) -> Result<bool, DeskError> {
    let receivers = people::standing(&mut On::Tx(tx), Register::Receiver, footing).await?;
    Ok(receivers.iter().any(|entry| entry.department.as_ref() == Some(unit)))
}

fn wgs84(point: GivenPoint) -> Option<Wgs84> {
    to_wgs84(point.coord_type, point.longitude, point.latitude)
}

fn grids_at(books: &Books, at: Wgs84) -> BTreeMap<Layer, GridCode> {
    let layers = [Layer::Community, Layer::Inspection, Layer::Enforcement, Layer::Area];
    let owner = |layer: Layer| Some((layer, books.grids.owner(layer, at)?.code.clone()));
    layers.into_iter().filter_map(owner).collect()
}
