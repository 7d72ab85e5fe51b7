//! What people said of a likeness: a question answered, a merge undone or left standing. Each becomes an example by which the
//! thresholds of duplicates are reviewed. It refuses to change a threshold.

use domain::actor::Role;
use domain::dedupe::{Example, Truth};
use domain::id::{AccountId, TicketId};
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::event::{Change, Event};
use domain::time::{DAY_MS, Moment};

use super::tickets::{score_of, write};
use crate::sequel::Turn;
use crate::sql::{On, Result, StoreError, Tx};
use crate::{execute, fetch_all};

/// An automatic merge that nobody undid for so long counts as right.
const RIPE_MS: i64 = 30 * DAY_MS;

/// Takes the turn of one event.
pub(crate) async fn note(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    let Some((other, truth)) = said(turn) else { return Ok(()) };
    let Some(score) = score_of(&mut *tx, &turn.after.id, &other).await? else { return Ok(()) };
    let by = (turn.event.by.role != Role::System).then_some(&turn.event.by.account);
    execute!(
        tx,
        "insert into match_answer (ticket_id, other, truth, probability, version, body, account_id, answered_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (ticket_id, other) do update set \
         truth = excluded.truth, probability = excluded.probability, version = excluded.version, \
         body = excluded.body, account_id = excluded.account_id, answered_at = excluded.answered_at",
        turn.after.id.as_str(),
        other.as_str(),
        truth.to_string(),
        score.probability,
        i64::from(score.version),
        write(&score)?,
        by.map(AccountId::as_str),
        turn.event.at.ms(),
    )?;
    Ok(())
}

/// Of which other ticket an event says what.
fn said(turn: &Turn<'_>) -> Option<(TicketId, Truth)> {
    let Event { by, change, .. } = turn.event;
    let machine = by.role == Role::System;
    match (turn.action?, change) {
        (Action::Merge { into, .. }, _) => {
            Some((into.clone(), if machine { Truth::Unopposed } else { Truth::Same }))
        }
        (action, Change::SetApart { from: Some(from) })
            if !machine && matches!(action.kind(), ActionKind::Unmerge | ActionKind::KeepSeparate) =>
        {
            Some((from.clone(), Truth::Apart))
        }
        _ => None,
    }
}

/// Every example that counts at `now`, oldest first.
pub async fn examples(on: impl Into<On<'_>>, now: Moment) -> Result<Vec<Example>> {
    let rows = fetch_all!(
        on.into(),
        (String, f64, i64, String),
        "select ticket_id, probability, version, truth from match_answer \
         where truth <> 'unopposed' or answered_at <= $1 order by answered_at, ticket_id, other",
        now.plus_ms(-RIPE_MS).ms(),
    )?;
    rows.into_iter()
        .map(|(ticket, probability, version, truth)| {
            let corrupt =
                || StoreError::Corrupt { table: "match_answer", column: "truth", row: ticket.clone() };
            let truth: Truth = truth.parse().map_err(|_| corrupt())?;
            Ok(Example { probability, version: u32::try_from(version).map_err(|_| corrupt())?, truth })
        })
        .collect()
}
