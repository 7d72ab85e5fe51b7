//! When a 回头看 is due: tells the inspectors and the 网格员 of the place that it is on their list.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::ticket::state::Stage;
use store::repo::{people, tickets};

use super::notify::{of_role, post};
use super::watch_deadline::{Warning, warning_number};
use super::{not_before, nothing};
use crate::letter::{Letter, subject};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let ticket = tickets::get(pool, id).await?.filter(|ticket| ticket.stage() == Stage::Closed);
    let Some((ticket, due)) = ticket.zip(tickets::recheck_due(pool, id).await?) else {
        return nothing(context).await;
    };
    if due > now() {
        return not_before(context, due).await;
    }
    let mut to: BTreeSet<_> = of_role(context, Role::Inspector).await?.into_iter().collect();
    if let Some(community) = ticket.grids.get(&Layer::Community) {
        let own = people::accounts_of_grid(pool, Layer::Community, community, Role::GridWorker).await?;
        to.extend(own.into_iter().map(|account| account.id));
    }
    let to: Vec<_> = to.into_iter().collect();
    let letter = Letter::new("回头看到期", format!("{}已销号，请到现场回头看并拍照", subject(&ticket)));
    let mut tx = pool.write().await?;
    post(context, &mut tx, &to, id, warning_number(due, Warning::Recheck), &letter).await?;
    Ok(Outcome::Done(tx))
}
