//! A ticket as citizens see it: the problem, how far it is and which unit has it. It refuses names of persons and the
//! words of anybody but the asker.

use domain::actor::Actor;
use domain::clock::reckon::reckon;
use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::ticket::Ticket;
use domain::ticket::state::{Stage, State};
use domain::time::Moment;
use serde::Serialize;

use super::place::PlaceView;
use super::stamps::{StampView, stamps};
use super::ticket::{Album, PictureView, allowed, pictures};
use super::{AllowedAction, Frame, Named};

/// Parts of pictures that citizens see.
const PARTS: [&str; 3] = ["before", "after", "heed"];

/// A ticket for citizens.
#[derive(Debug, Serialize)]
pub struct PublicTicket {
    pub id: TicketId,
    /// The number for the phone; null before it is filed.
    pub number: Option<String>,
    pub version: u64,
    pub stage: Stage,
    pub stage_label: &'static str,
    /// Why it was not taken up or waits.
    pub reason: Option<String>,
    /// The ticket that goes on, when it was merged.
    pub merged_into: Option<TicketId>,
    pub category: Option<Named>,
    /// Only to whom they belong; null to everybody else.
    pub words: Option<String>,
    pub place: Option<PlaceView>,
    pub area: Option<Named>,
    /// Name of the unit that has it.
    pub unit: Option<String>,
    /// The six steps in their order.
    pub stamps: Vec<StampView>,
    /// When the unit's time is up; null while its clock stands still.
    pub due_at: Option<Moment>,
    pub late: bool,
    /// Of the problem and of the fix.
    pub photos: Vec<PictureView>,
    pub reports: u32,
    pub followers: u32,
    pub stars: Option<u8>,
    /// Whether the asker reported or follows it.
    pub mine: bool,
    pub allowed_actions: Vec<AllowedAction>,
    pub opened_at: Moment,
    pub updated_at: Moment,
}

/// The ticket as a citizen sees it.
pub fn public(frame: &Frame<'_>, actor: &Actor, ticket: &Ticket, mine: bool, album: &Album) -> PublicTicket {
    let clock = reckon(&ticket.ticks, &frame.books.calendar, frame.now);
    let (reason, merged_into) = match &ticket.state {
        State::Declined { reason } | State::Suspended { reason, .. } => (Some(reason.clone()), None),
        State::Prompted { until } => (Some(format!("已提示责任人于 {} 前自行整改", until.short())), None),
        State::Merged { into } => (None, Some(into.clone())),
        _ => (None, None),
    };
    let own = ticket.reporter.as_ref() == Some(&actor.account);
    let mut photos = pictures(frame, album);
    photos.retain(|photo| PARTS.contains(&photo.part.as_str()) && photo.ticket_id == ticket.id.as_str());
    PublicTicket {
        id: ticket.id.clone(),
        number: ticket.number.clone(),
        version: ticket.version,
        stage: ticket.stage(),
        stage_label: ticket.stage().label(),
        reason,
        merged_into,
        category: category(frame, ticket),
        words: own.then(|| ticket.words.clone()),
        place: ticket.place.map(|place| frame.place(place)),
        area: ticket.grids.get(&Layer::Area).map(|code| frame.grid(Layer::Area, code)),
        unit: ticket.assignment.as_ref().map(|assignment| assignment.lead.name.clone()),
        stamps: stamps(&ticket.stamps),
        due_at: clock.due_at,
        late: clock.late,
        photos,
        reports: ticket.reports,
        followers: ticket.followers,
        stars: ticket.stars,
        mine,
        allowed_actions: allowed(ticket, actor, mine),
        opened_at: ticket.opened_at,
        updated_at: ticket.updated_at,
    }
}

fn category(frame: &Frame<'_>, ticket: &Ticket) -> Option<Named> {
    match &ticket.class {
        Some(class) => Some(Named { code: class.category.to_string(), name: class.category_name.clone() }),
        None => ticket.category_hint.as_ref().map(|code| frame.category(code)),
    }
}

#[cfg(test)]
#[path = "public_tests.rs"]
mod tests;
