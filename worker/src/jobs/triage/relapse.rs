//! Problems that come back (回弹): a filed ticket is linked with the one of its category that was struck off at its place.
//! A link that a person undid is not made again.

use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use store::repo::tickets;

use super::{Case, Halt, Pen};

/// Links the ticket with the one that it continues, if there is one.
pub(super) async fn link(pen: &mut Pen<'_>, case: &Case, ticket: Ticket) -> Result<Ticket, Halt> {
    let undone = case.knows(ActionKind::UnlinkRelapse);
    let (Some(place), Some(class)) = (ticket.place, ticket.class.as_ref()) else { return Ok(ticket) };
    if undone || ticket.relapse_of.is_some() {
        return Ok(ticket);
    }
    let rule = &case.books.config.relapse;
    let since = ticket.stamps.found.plus_ms(-rule.span_ms());
    let before =
        tickets::struck_off_near(&mut *pen.tx, &class.category, place.at, rule.radius_m, since).await?;
    let Some(before) = before.filter(|before| before.stamps.struck_off <= Some(ticket.stamps.found)) else {
        return Ok(ticket);
    };
    let number = before.number.as_deref().unwrap_or(before.id.as_str());
    let reason = format!("{number} 销号后，同一地点同类问题再次出现");
    pen.apply(&ticket.id, Action::LinkRelapse { to: before.id, reason }).await
}
