//! Every night: proposes a supervision slip for each place that comes up more and more, and tells the desk of what should
//! be cleared to zero and isn't. It refuses to issue a slip: a person decides.

use domain::act::{ActKind, ActState};
use domain::actor::{Actor, Role};
use domain::config::Config;
use domain::rhythm::{Occasion, Rhythm, Span, SpanKind};
use domain::ticket::event::By;
use store::Tx;
use store::repo::acts::{self, NewAct};
use store::repo::boards::{HotSpot, hot_spots, zero_states};
use store::repo::district::Books;

use super::notify::{of_role, post};
use crate::Context;
use crate::letter::Letter;
use crate::outcome::JobError;

/// 02:00, when last night's tickets are in.
const NIGHTLY: &str = "spots";
const AT_MINUTE: u16 = 2 * 60;

pub(super) fn rhythms(_: &Config) -> Vec<(&'static str, Rhythm)> {
    vec![(NIGHTLY, Rhythm::new(SpanKind::Day, 1, AT_MINUTE))]
}

pub(super) async fn on(
    context: &Context,
    tx: &mut Tx,
    name: &str,
    occasion: &Occasion,
    _late: bool,
) -> Result<(), JobError> {
    if name != NIGHTLY {
        return Ok(());
    }
    let books = context.desk.books.get(&context.stores.pool).await?;
    for spot in hot_spots(&mut *tx, &books, occasion.due).await? {
        acts::issue(tx, &proposal(&books, &spot, occasion), occasion.due).await?;
    }
    alarm(context, tx, &books, occasion).await
}

/// One proposal a week for a place, so that what stays hot is not proposed every night.
fn proposal(books: &Books, spot: &HotSpot, occasion: &Occasion) -> NewAct {
    let week = Span::of(SpanKind::Week, occasion.due.date()).key();
    let rule = &books.config.hotspot;
    let category = books.categories.get(&spot.category).map_or(spot.category.as_str(), |kind| &kind.name);
    let words = format!(
        "热点：{category}在（{:.6},{:.6}）附近近 {} 天 {} 件，此前 {} 天 {} 件，建议督办",
        spot.longitude, spot.latitude, rule.days, spot.recent, rule.before_days, spot.before
    );
    NewAct {
        kind: ActKind::Slip,
        ticket: None,
        unit: spot.lead.clone(),
        person: None,
        parent: None,
        words,
        by: By::from(&Actor::system()),
        due_at: None,
        state: ActState::Proposed,
        slot: format!("hotspot:{}:{}:{week}", spot.cell, spot.category),
        body: serde_json::json!({ "title": format!("热点研判：{category}") }),
    }
}

/// Tells the desk of each category that is not at zero for longer than allowed, by its oldest ticket.
async fn alarm(context: &Context, tx: &mut Tx, books: &Books, occasion: &Occasion) -> Result<(), JobError> {
    let limit = books.config.zero_targets.limit_hours;
    let states = zero_states(&mut *tx, books).await?;
    let desk = of_role(context, Role::Dispatcher).await?;
    for state in states.iter().filter(|state| state.is_alarming(limit, occasion.due)) {
        let Some(oldest) = state.tickets.first() else { continue };
        let name = books.categories.get(&state.category).map_or(state.category.as_str(), |kind| &kind.name);
        let body = format!("{name}应动态清零，现有 {} 件未结，最长已超过 {limit} 小时", state.open);
        let letter = Letter::new("动态清零告警", body);
        // Beside the numbers of deadlines, which end in 0 to 2 of four.
        let number = occasion.due.ms().unsigned_abs() * 4 + 3;
        post(context, tx, &desk, oldest, number, &letter).await?;
    }
    Ok(())
}
