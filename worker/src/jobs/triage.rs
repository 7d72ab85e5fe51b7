//! Takes a received ticket as far as it goes without a person: place, duplicates, a look by the locality, category, a fix
//! on the spot, an earlier ticket that came back, units.
//! Every doubt is flagged with its figures and ends the pass; a person's answer starts the next one, which goes on from
//! where the ticket stands. All of a pass is one transaction.

pub(crate) mod class;
mod patch;
mod place;
mod relapse;
pub(crate) mod twins;
pub(super) mod units;

use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::explain::Ground;
use domain::id::TicketId;
use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::attention::Attention;
use domain::ticket::event::Event;
use domain::ticket::refusal::Refusal;
use domain::ticket::state::Stage;
use domain::time::Moment;
use store::Tx;
use store::desk::DeskError;
use store::repo::district::Books;
use store::repo::photos::Photo;
use store::repo::reports::Report;
use store::repo::{events, grounds, people, photos, reports, tickets};

use super::{not_before, nothing};
use crate::evidence::{Settled, settle};
use crate::outcome::{JobError, Outcome};
use crate::{Context, gallery, now};

/// How often a pass is begun anew because somebody else changed the ticket meanwhile.
const MOST_PASSES: u32 = 5;

/// Everything that a pass looks at, read before its transaction begins.
struct Case {
    ticket: Ticket,
    history: Vec<Event>,
    report: Report,
    photos: Vec<Photo>,
    settled: Settled,
    books: Arc<Books>,
}

pub(super) async fn run(context: &Context, id: &TicketId) -> Result<Outcome, JobError> {
    for _ in 0..MOST_PASSES {
        match pass(context, id).await {
            Err(Halt::Stale) => {}
            Err(Halt::Failed(error)) => return Err(error),
            Ok(outcome) => return Ok(outcome),
        }
    }
    Err(JobError::Retry(format!("ticket {id} keeps changing")))
}

/// Why a pass ended without an outcome.
enum Halt {
    /// What it looked at has changed since.
    Stale,
    Failed(JobError),
}

impl<E: Into<JobError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn pass(context: &Context, id: &TicketId) -> Result<Outcome, Halt> {
    let Some(case) = gather(context, id).await? else { return Ok(nothing(context).await?) };
    if let Some(at) = gallery::look_again(&case.photos, now(), context.settings.patience) {
        return Ok(not_before(context, at).await?);
    }
    let twins = match (case.ticket.stage(), case.spot()) {
        // Each 图斑 is a case of its own, however near the next one is.
        (Stage::Received, Some(spot)) if !case.ticket.source.is_patch() => {
            twins::find(context, &case, spot).await?
        }
        _ => Vec::new(),
    };
    let mut tx = context.stores.pool.write().await?;
    // The ticket's row before any row that points at it: two passes that wait for each other would never end.
    match tickets::lock(&mut tx, id).await? {
        Some((ticket, _)) if ticket.version == case.ticket.version => {}
        _ => return Err(Halt::Stale),
    }
    let mut pen = Pen { context, tx: &mut tx, now: now() };
    walk(&mut pen, &case, &twins).await?;
    Ok(Outcome::Done(tx))
}

/// The steps in their order, each from where the ticket stands.
async fn walk(pen: &mut Pen<'_>, case: &Case, twins: &[twins::Twin]) -> Result<(), Halt> {
    let mut ticket = case.ticket.clone();
    if ticket.stage() == Stage::Received {
        ticket = place::locate(pen, case, ticket).await?;
        let doubts = place::doubts(case, &ticket);
        if !doubts.is_empty() {
            return pen.flag(&ticket, doubts).await;
        }
        if twins::settle(pen, case, &ticket, twins).await? {
            return Ok(());
        }
        if patch::waits(case) {
            return patch::ask(pen, case, &ticket).await;
        }
        if !case.photos.is_empty() && case.photos.iter().all(|photo| gallery::seen(photo).is_none()) {
            let reasons = gallery::faults(&case.photos, "照片");
            return pen.flag(&ticket, vec![Attention::BrokenPhoto { reasons }]).await;
        }
        if let Some(doubt) = class::screening(&case.books, &ticket) {
            return pen.flag(&ticket, vec![doubt]).await;
        }
        let ground = class::weigh(&case.books, &ticket);
        let choice = class::choose(&case.books, &ground);
        pen.keep(&ticket.id, &Ground::Category(ground)).await?;
        let (category, standard) = match choice {
            Ok(found) => found,
            Err(doubt) => return pen.flag(&ticket, vec![doubt]).await,
        };
        ticket = pen.apply(&ticket.id, Action::File { category, standard }).await?;
    }
    ticket = relapse::link(pen, case, ticket).await?;
    let mut reason = None;
    if !ticket.fixed_on_spot.is_empty() && ticket.fix.is_none() {
        match hand_in(pen, &ticket).await? {
            None => return Ok(()),
            Some(refused) => reason = Some(format!("当场处置未予采用：{refused}")),
        }
    }
    units::dispatch(pen, case, &ticket, reason).await
}

/// Hands in the fix that came with the report in the reporter's name; the words of the refusal when that isn't allowed.
async fn hand_in(pen: &mut Pen<'_>, ticket: &Ticket) -> Result<Option<String>, Halt> {
    let reporter = match &ticket.reporter {
        Some(account) => people::account(&mut *pen.tx, account).await?.filter(|account| account.active),
        None => None,
    };
    let Some(reporter) = reporter else { return Ok(Some("上报人不是有效账户".to_owned())) };
    let action = Action::HandleOnSpot { photo_ids: ticket.fixed_on_spot.clone(), note: String::new() };
    match pen.apply_as(&ticket.id, action, &people::actor_of(&reporter)).await? {
        Ok(_) => Ok(None),
        Err(Refusal::Role { .. }) if reporter.role == Role::Citizen => {
            Ok(Some("只有网格员和环卫作业队可以当场处置".to_owned()))
        }
        Err(refusal) => Ok(Some(refusal.message())),
    }
}

async fn gather(context: &Context, id: &TicketId) -> Result<Option<Case>, JobError> {
    let pool = &context.stores.pool;
    let Some(ticket) = tickets::get(pool, id).await? else { return Ok(None) };
    if !matches!(ticket.stage(), Stage::Received | Stage::Filed) {
        return Ok(None);
    }
    let Some(report) = reports::of_tickets(pool, std::slice::from_ref(id)).await?.into_iter().next() else {
        return Err(JobError::Abort(format!("ticket {id} has no report")));
    };
    let photos = photos::many(pool, &ticket.photos).await?;
    let history = events::timeline(pool, id).await?;
    let settled = settle(&report, &photos);
    let books = context.desk.books.get(pool).await?;
    Ok(Some(Case { settled, ticket, history, report, photos, books }))
}

impl Case {
    /// Where it is: as settled before, else as the evidence says now.
    fn spot(&self) -> Option<domain::ticket::event::Place> {
        self.settled.spot().or(self.ticket.place)
    }

    /// Whether this was done to the ticket before.
    fn knows(&self, action: ActionKind) -> bool {
        self.history.iter().any(|event| event.action == Some(action))
    }
}

/// What a pass writes with: the desk inside one transaction, which holds the ticket as it was looked at.
struct Pen<'a> {
    context: &'a Context,
    tx: &'a mut Tx,
    now: Moment,
}

impl Pen<'_> {
    async fn apply(&mut self, id: &TicketId, action: Action) -> Result<Ticket, Halt> {
        let applied = self.apply_as(id, action, &Actor::system()).await?;
        applied.map_err(|refusal| Halt::Failed(JobError::Abort(refusal.message())))
    }

    /// Applies in somebody's name; a refusal is an answer.
    async fn apply_as(
        &mut self,
        id: &TicketId,
        action: Action,
        actor: &Actor,
    ) -> Result<Result<Ticket, Refusal>, Halt> {
        match self.context.desk.apply(self.tx, id, action, actor, None, self.now).await {
            Ok(ticket) => Ok(Ok(ticket)),
            Err(DeskError::Refused(refusal)) => Ok(Err(refusal)),
            Err(error) => Err(Halt::Failed(error.into())),
        }
    }

    /// Keeps what a decision rested on.
    async fn keep(&mut self, id: &TicketId, ground: &Ground) -> Result<(), Halt> {
        Ok(grounds::save(self.tx, id, ground, self.now).await?)
    }

    /// Puts doubts before a person, those that don't stand there already.
    async fn flag(&mut self, ticket: &Ticket, mut attention: Vec<Attention>) -> Result<(), Halt> {
        attention.retain(|doubt| !ticket.attention.contains(doubt));
        if !attention.is_empty() {
            self.apply(&ticket.id, Action::Flag { attention }).await?;
        }
        Ok(())
    }
}
