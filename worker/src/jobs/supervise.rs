//! The circular of what is late, and the daily look at units and at what was circulated again and again: proposals of the unit ladder, which a person
//! confirms, and matters for the party group, which only it lets go. It refuses to punish anybody by itself.

use domain::act::{ActKind, ActState};
use domain::actor::Actor;
use domain::config::Config;
use domain::ladder::{half_month, in_a_row, next_for_unit};
use domain::rhythm::{Occasion, Rhythm, SpanKind};
use domain::ticket::event::By;
use domain::time::{DAY_MS, Moment};
use store::Tx;
use store::repo::acts::{self, NewAct, Repeated};
use store::repo::district::Books;

use crate::Context;
use crate::outcome::JobError;

/// The daily look, at one in the morning.
const DAILY: &str = "supervise_daily";
const AT_MINUTE: u16 = 60;
/// The circular of what is late, on the first day of each half month (半月一通报).
const CIRCULAR: &str = "supervise_circular";
const CIRCULAR_AT_MINUTE: u16 = 7 * 60 + 30;
/// Tickets that one circular names at most, the longest late first.
const MOST_CIRCULATED: u32 = 1_000;
/// The longest half month, days.
const HALF_MONTH_DAYS: i64 = 16;

pub(super) fn rhythms(_: &Config) -> Vec<(&'static str, Rhythm)> {
    vec![
        (DAILY, Rhythm::new(SpanKind::Day, 1, AT_MINUTE)),
        (CIRCULAR, Rhythm::new(SpanKind::HalfMonth, 1, CIRCULAR_AT_MINUTE)),
    ]
}

pub(super) async fn on(
    context: &Context,
    tx: &mut Tx,
    name: &str,
    occasion: &Occasion,
    _late: bool,
) -> Result<(), JobError> {
    let books = context.desk.books.get(&context.stores.pool).await?;
    match name {
        DAILY => {
            propose(tx, &books, occasion.due).await?;
            refer(tx, &books, occasion.due).await
        }
        CIRCULAR => circulate(tx, occasion).await,
        _ => Ok(()),
    }
}

/// Circulates what is late, each ticket once a half month.
async fn circulate(tx: &mut Tx, occasion: &Occasion) -> Result<(), JobError> {
    for (ticket, number, lead) in acts::late_tickets(&mut *tx, occasion.due, MOST_CIRCULATED).await? {
        let named = number.map(|number| format!(" {number} ")).unwrap_or_default();
        let words = format!("半月通报：案件{named}超时未办结");
        let slot = format!("circular:{}:{ticket}", occasion.span.key());
        let mut new = by_machine(ActKind::Circular, words, ActState::Open, slot);
        (new.ticket, new.unit) = (Some(ticket), lead);
        if acts::issue(tx, &new, occasion.due).await?.is_some() {
            acts::tell(tx, &new, occasion.due).await?;
        }
    }
    Ok(())
}

/// Proposes the rung that is due for each unit.
async fn propose(tx: &mut Tx, books: &Books, now: Moment) -> Result<(), JobError> {
    let ladder = &books.config.unit_ladder;
    let days = ladder.rungs.iter().map(|rung| rung.period_days.max(rung.within_days)).max().unwrap_or(0);
    let since = now.plus_ms(-i64::from(days) * DAY_MS);
    for (unit, facts) in acts::ladder_facts(&mut *tx, since, now).await? {
        let known = books.departments.contains_key(&unit);
        let Some((rung, words)) = next_for_unit(ladder, &facts, now).filter(|_| known) else { continue };
        let slot = format!("ladder:{unit}:{}:{}", rung.act, now.date());
        let new = NewAct { unit: Some(unit), ..by_machine(rung.act, words, ActState::Proposed, slot) };
        acts::issue(tx, &new, now).await?;
    }
    Ok(())
}

/// Hands to the party group what was circulated so many half months in a row and is still open.
async fn refer(tx: &mut Tx, books: &Books, now: Moment) -> Result<(), JobError> {
    let times = books.config.ticket_ladder.consecutive;
    let since = now.plus_ms(-i64::from(times + 1) * HALF_MONTH_DAYS * DAY_MS);
    for repeated in acts::repeated_circulars(&mut *tx, since).await? {
        let Repeated { ticket, number, lead, circulars } = repeated;
        let last = circulars.last().map_or(0, |at| half_month(at.date()));
        if in_a_row(&circulars) < times || half_month(now.date()) - last > 1 {
            continue;
        }
        let before = acts::of_ticket(&mut *tx, &ticket).await?;
        if before.iter().any(|act| act.kind == ActKind::PartyGroup && act.state.is_open()) {
            continue;
        }
        let named = number.map(|number| format!(" {number} ")).unwrap_or_default();
        let words = format!("案件{named}连续 {times} 期通报仍未解决，提请党组研究处置");
        let slot = format!("party:{ticket}:{last}");
        let mut new = by_machine(ActKind::PartyGroup, words, ActState::Open, slot);
        (new.ticket, new.unit) = (Some(ticket), lead);
        if acts::issue(tx, &new, now).await?.is_some() {
            acts::tell(tx, &new, now).await?;
        }
    }
    Ok(())
}

fn by_machine(kind: ActKind, words: String, state: ActState, slot: String) -> NewAct {
    NewAct {
        kind,
        ticket: None,
        unit: None,
        person: None,
        parent: None,
        words,
        by: By::from(&Actor::system()),
        due_at: None,
        state,
        slot,
        body: serde_json::json!({}),
    }
}
