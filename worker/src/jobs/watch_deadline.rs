//! Watches the leading unit's clock: tells the unit when four fifths of its time are used and then every day that it is late.
//! It looks at the ticket anew each time, so that extensions, pauses and other units need no message to it.

use domain::clock::reckon::{ClockState, Reckoning, reckon};
use domain::id::TicketId;
use domain::ticket::Ticket;
use domain::time::{DAY_MS, MINUTE_MS, Moment};
use store::repo::tickets;

use super::notify::{lead_of, post};
use super::{not_before, nothing};
use crate::letter::{Letter, subject};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// The share of the allowed time, in fifths, after which the unit is warned.
const WARN_FIFTHS: i64 = 4;
/// How often a standing clock is looked at.
const STANDING_LOOK_MS: i64 = 10 * MINUTE_MS;

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let Some(ticket) = tickets::get(pool, id).await?.filter(|ticket| ticket.stage().is_owned()) else {
        return nothing(context).await;
    };
    let now = now();
    let books = context.desk.books.get(pool).await?;
    let clock = |at| reckon(&ticket.ticks, &books.calendar, at);
    let present = clock(now);
    match (present.state, present.due_at) {
        (ClockState::Paused, _) => not_before(context, now.plus_ms(STANDING_LOOK_MS)).await,
        (ClockState::Running, Some(due)) if present.late => {
            // It goes on watching: an extension may put the unit back in time.
            tell(context, &ticket, due, Warning::Late, &present).await
        }
        (ClockState::Running, Some(due)) if is_near(&present) => {
            tell(context, &ticket, due, Warning::Near, &present).await
        }
        (ClockState::Running, Some(due)) => {
            let near = first_moment(now, due, |at| is_near(&clock(at)));
            // An extension or a pause in between is seen at the latest then.
            not_before(context, near).await
        }
        _ => nothing(context).await,
    }
}

/// What the unit is told; a part of the notice's number, so that it is told once for each due moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Warning {
    Near = 0,
    Late = 1,
    Recheck = 2,
}

/// The number of a notice that no event causes: larger than any event's, one for each due moment and kind.
pub(super) fn warning_number(due: Moment, warning: Warning) -> u64 {
    due.ms().unsigned_abs() * 4 + warning as u64
}

/// Whole days since the time ran out: each is urged once.
fn days_late(due: Moment, now: Moment) -> i64 {
    now.since(due).max(0) / DAY_MS
}

fn is_near(clock: &Reckoning) -> bool {
    clock.used_ms.saturating_mul(5) >= clock.allowed_ms.saturating_mul(WARN_FIFTHS)
}

async fn tell(
    context: &Context,
    ticket: &Ticket,
    due: Moment,
    warning: Warning,
    clock: &Reckoning,
) -> Result<Outcome, JobError> {
    let what = subject(ticket);
    let (letter, next) = match warning {
        Warning::Late => {
            let late = match days_late(due, now()) {
                0 => String::new(),
                days => format!("，已超时 {days} 天"),
            };
            let body = format!("{what}已于 {} 到期{late}，请立即处置并提交照片", due.short());
            (Letter::new("案件已超时", body), now().plus_ms(STANDING_LOOK_MS * 6))
        }
        Warning::Near | Warning::Recheck => {
            let share = clock.used_ms.saturating_mul(100) / clock.allowed_ms.max(1);
            let body = format!("{what}的时限已用 {share}%，请于 {} 前处置完成", due.short());
            (Letter::new("案件即将超时", body), due.plus_ms(1))
        }
    };
    let to = lead_of(context, ticket).await?;
    let mut tx = context.stores.pool.write().await?;
    let counted = if warning == Warning::Late { days_late(due, now()) } else { 0 };
    let number = warning_number(due.plus_ms(counted * DAY_MS), warning);
    post(context, &mut tx, &to, &ticket.id, number, &letter).await?;
    Ok(Outcome::Later(tx, next))
}

/// The first moment after `from` and not after `to` at which something that stays true once it is true holds, to the minute.
fn first_moment(from: Moment, to: Moment, holds: impl Fn(Moment) -> bool) -> Moment {
    let (mut no, mut yes) = (from.ms(), to.ms());
    while yes - no > MINUTE_MS {
        let middle = no + (yes - no) / 2;
        if holds(Moment::from_ms(middle)) { yes = middle } else { no = middle }
    }
    Moment::from_ms(yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment_is_found_to_the_minute() {
        let at = Moment::from_ms;
        let limit = 1_234_567_890;
        let found = first_moment(at(0), at(9_999_999_999), |m| m.ms() >= limit).ms();
        assert!(found >= limit && found - limit <= MINUTE_MS, "{found}");
        assert_eq!(first_moment(at(5), at(6), |_| true), at(6));
        assert_eq!(
            first_moment(at(9), at(6), |_| true),
            at(6),
            "a due moment that is past is not waited for"
        );
    }

    #[test]
    fn warnings_have_numbers_of_their_own() {
        let due = Moment::from_ms(1_790_000_000_000);
        let all = [Warning::Near, Warning::Late, Warning::Recheck].map(|w| warning_number(due, w));
        assert!(all[0] < all[1] && all[1] < all[2] && all[2] < warning_number(due.plus_ms(1), Warning::Near));
    }
}
