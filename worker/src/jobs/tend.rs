//! Tends the programmes: every morning it gives the tasks of the terms that begin, every Monday it draws the tickets that
//! inspectors look at a second time. It refuses to decide which: the domain plans and draws.

use domain::config::Config;
use domain::id::TicketId;
use domain::programme::ProgrammeKind;
use domain::rhythm::{Occasion, Rhythm, SpanKind};
use store::Tx;
use store::repo::programmes::{self, Stored};
use store::repo::tickets;

use super::notify::{lead_of, post};
use crate::Context;
use crate::letter::{Letter, subject};
use crate::outcome::JobError;

/// 06:00, before anybody begins to work.
const PROGRAMMES: &str = "programmes";
const MORNING: Rhythm = Rhythm { every: SpanKind::Day, day: 1, minute: 6 * 60 };
/// Monday 07:00.
const FOLLOW_UPS: &str = "follow_ups";
const MONDAY: Rhythm = Rhythm { every: SpanKind::Week, day: 1, minute: 7 * 60 };

/// When this room has something to do.
pub(super) fn rhythms(_config: &Config) -> Vec<(&'static str, Rhythm)> {
    vec![(PROGRAMMES, MORNING), (FOLLOW_UPS, MONDAY)]
}

/// Does what is due.
pub(super) async fn on(
    context: &Context,
    tx: &mut Tx,
    name: &str,
    occasion: &Occasion,
    late: bool,
) -> Result<(), JobError> {
    let books = context.desk.books.get(&context.stores.pool).await?;
    match name {
        FOLLOW_UPS => Ok(programmes::draw_follow_ups(tx, &books, occasion, late).await?),
        _ => {
            for stored in programmes::running(&mut *tx).await? {
                let given = programmes::tend(tx, &books, &stored, occasion.due, late).await?;
                if given > 0 && stored.programme.kind == ProgrammeKind::Flight {
                    remind(context, tx, &stored, occasion).await?;
                }
            }
            Ok(programmes::tend_duties(tx, &books, occasion, late).await?)
        }
    }
}

/// Tells the leading units of a flight's open problems (巡飞台账).
async fn remind(
    context: &Context,
    tx: &mut Tx,
    flight: &Stored,
    occasion: &Occasion,
) -> Result<(), JobError> {
    // Larger than any event's number, and none of the three kinds of warning.
    let number = occasion.due.ms().unsigned_abs() * 4 + 3;
    let books = context.desk.books.get(&context.stores.pool).await?;
    for point in programmes::points_of(&mut *tx, &books, &flight.id, &flight.programme).await? {
        let Some(ticket) = tickets::get(&mut *tx, &TicketId::new(point.code)).await? else { continue };
        let body = format!("{}尚未销号，请抓紧处置（{}）", subject(&ticket), flight.programme.name);
        let to = lead_of(context, &ticket).await?;
        post(context, tx, &to, &ticket.id, number, &Letter::new("巡飞问题提醒", body)).await?;
    }
    Ok(())
}
