//! What is kept beside a ticket while it is worked on: who sits at its table, precedents, looks back and the closed
//! tickets whose problem may be back. Only the desk writes here; everyone may read.

use domain::geo::datum::{Wgs84, cells_around, distance_m};
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::ticket::Ticket;
use domain::time::Moment;

use super::tickets::parse;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn, fetch_all_dyn};
use crate::{execute, fetch_optional, id};

/// Closed tickets around a place that are looked at, newest first.
const MOST_CLOSED: i64 = 100;

/// The verdict of an earlier 会商 on such a case at such a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedent {
    /// The ticket that was ruled on.
    pub ticket: TicketId,
    pub number: Option<String>,
    pub lead: DepartmentCode,
    pub reason: String,
    pub ruled_at: Moment,
}

/// Notes that units have a say or a part in a ticket.
pub(crate) async fn seat(tx: &mut Tx, ticket: &TicketId, units: &[DepartmentCode]) -> Result<()> {
    for unit in units {
        execute!(
            &mut *tx,
            "insert into ticket_party (ticket_id, department) values ($1, $2) on conflict do nothing",
            ticket.as_str(),
            unit.as_str(),
        )?;
    }
    Ok(())
}

/// Brings the table of a ticket in step with its document: the parties of its meeting and the owners of its parts.
pub(crate) async fn reseat(tx: &mut Tx, ticket: &Ticket) -> Result<()> {
    execute!(&mut *tx, "delete from ticket_party where ticket_id = $1", ticket.id.as_str())?;
    let parties = ticket.meeting.iter().flat_map(|meeting| &meeting.parties).map(|unit| unit.code.clone());
    let owners = ticket.parts.iter().map(|part| part.unit.code.clone());
    seat(tx, &ticket.id, &parties.chain(owners).collect::<Vec<_>>()).await
}

/// Puts a 回头看 on the list.
pub(crate) async fn plan_recheck(tx: &mut Tx, ticket: &TicketId, due: Moment) -> Result<()> {
    execute!(
        tx,
        "insert into recheck (ticket_id, due_at) values ($1, $2) on conflict do nothing",
        ticket.as_str(),
        due.ms(),
    )?;
    Ok(())
}

/// Ends the open 回头看 of a ticket.
pub(crate) async fn finish_recheck(tx: &mut Tx, ticket: &TicketId, holds: bool, now: Moment) -> Result<()> {
    execute!(
        tx,
        "update recheck set done_at = $2, holds = $3 where ticket_id = $1 and done_at is null",
        ticket.as_str(),
        now.ms(),
        holds,
    )?;
    Ok(())
}

/// When the next 回头看 of a ticket is due.
pub async fn recheck_due(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Option<Moment>> {
    let due = fetch_optional!(
        on.into(),
        (i64,),
        "select due_at from recheck where ticket_id = $1 and done_at is null order by due_at limit 1",
        ticket.as_str(),
    )?;
    Ok(due.map(|(ms,)| Moment::from_ms(ms)))
}

/// Keeps the verdict of a 会商 as a precedent for routing.
pub(crate) async fn save_precedent(tx: &mut Tx, ticket: &Ticket, reason: &str, now: Moment) -> Result<()> {
    let (Some(class), Some(assignment)) = (&ticket.class, &ticket.assignment) else { return Ok(()) };
    let mut text = SqlText::new(
        "insert into precedent (id, ticket_id, category, lead, reason, ruled_at, area) values (",
    );
    text.bind(id::fresh()).push(", ").bind(ticket.id.as_str()).push(", ").bind(class.category.as_str());
    text.push(", ").bind(assignment.lead.code.as_str()).push(", ").bind(reason).push(", ").bind(now.ms());
    match ticket.grids.get(&Layer::Area) {
        Some(area) => text.push(", ").bind(area.as_str()).push(")"),
        None => text.push(", null)"),
    };
    execute_dyn(tx, &text).await?;
    Ok(())
}

/// The newest precedent for a category in an area.
pub async fn precedent(
    on: impl Into<On<'_>>,
    category: &CategoryCode,
    area: &GridCode,
) -> Result<Option<Precedent>> {
    let row = fetch_optional!(
        on.into(),
        (String, Option<String>, String, String, i64),
        "select precedent.ticket_id, ticket.number, precedent.lead, precedent.reason, precedent.ruled_at
         from precedent join ticket on ticket.id = precedent.ticket_id
         where precedent.category = $1 and precedent.area = $2
         order by precedent.ruled_at desc, precedent.id desc limit 1",
        category.as_str(),
        area.as_str(),
    )?;
    Ok(row.map(|(ticket, number, lead, reason, ruled_at)| Precedent {
        ticket: ticket.into(),
        number,
        lead: lead.into(),
        reason,
        ruled_at: Moment::from_ms(ruled_at),
    }))
}

/// The ticket struck off last since a moment whose problem was of this category within a radius in metres.
pub async fn struck_off_near(
    on: impl Into<On<'_>>,
    category: &CategoryCode,
    at: Wgs84,
    radius_m: f64,
    since: Moment,
) -> Result<Option<Ticket>> {
    let mut text = SqlText::new("select id, doc from ticket where stage = 'closed'");
    text.among(" and cell in", cells_around(at, radius_m));
    text.push(" and category = ").bind(category.as_str());
    text.push(" and struck_off_at >= ").bind(since.ms());
    text.push(" order by struck_off_at desc, id desc limit ").bind(MOST_CLOSED);
    let rows: Vec<(String, String)> = fetch_all_dyn(on, &text).await?;
    for (id, doc) in rows {
        let ticket: Ticket = parse("ticket", "doc", &id, &doc)?;
        if ticket.place.is_some_and(|place| distance_m(place.at, at) <= radius_m) {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}
