//! Opens the new ticket for a problem that came back (回弹), with the pictures of the 回头看 and a link to the old one.

use domain::actor::Actor;
use domain::geo::datum::CoordType;
use domain::id::{PhotoId, ReportId, TicketId};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::event::{Change, Event, Opening, Source};
use domain::ticket::state::Stage;
use store::desk::NewReport;
use store::repo::{events, tickets};

use super::nothing;
use crate::letter::subject;
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let Some(ticket) = tickets::get(pool, id).await? else { return nothing(context).await };
    let history = events::timeline(pool, id).await?;
    let Some((event, photos)) = history.iter().rev().find_map(relapse) else { return nothing(context).await };
    let report = new_report(&ticket, event, photos);
    let mut tx = pool.write().await?;
    let opened = context.desk.report(&mut tx, report, &Actor::system(), now()).await?;
    if !opened.repeated && ticket.stage() == Stage::Closed {
        let reason = format!("回头看发现{}回弹", subject(&ticket));
        let link = Action::LinkRelapse { to: ticket.id.clone(), reason };
        context.desk.apply(&mut tx, &opened.ticket, link, &Actor::system(), None, now()).await?;
    }
    Ok(Outcome::Done(tx))
}

fn relapse(event: &Event) -> Option<(&Event, &[PhotoId])> {
    match &event.change {
        Change::Rechecked { holds: false, photos } => Some((event, photos)),
        _ => None,
    }
}

/// The visit's own number makes a second run a repeat of the first.
fn new_report(ticket: &Ticket, event: &Event, photos: &[PhotoId]) -> NewReport {
    let note = event.note.as_deref().unwrap_or(&ticket.words);
    let opening = Opening {
        report: ReportId::new(store::id::fresh()),
        source: Source::Relapse,
        reporter: None,
        words: format!("回头看发现{}回弹：{note}", subject(ticket)),
        place: ticket.place,
        found_at: event.at,
        category_hint: ticket.class.as_ref().map(|class| class.category.clone()),
        photos: photos.to_vec(),
        fixed_on_spot: Vec::new(),
        relapse_of: Some(ticket.id.clone()),
        origin: Default::default(),
    };
    NewReport {
        external_id: Some(format!("{}:{}", ticket.id, event.seq)),
        raw: ticket.place.map(|place| (place.at.lon, place.at.lat, CoordType::Wgs84)),
        place_source: if ticket.place.is_some() { "device" } else { "none" }.to_owned(),
        captured_at: Some(event.at),
        opening,
        regions: Vec::new(),
    }
}
