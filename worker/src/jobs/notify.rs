//! Writes the notices that one event causes, one for each account of its audience, and hands them to WeChat where the
//! account has it. An account is told of an event once, and nobody is told what they did themselves.

use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::job::{Audience, Job};
use domain::ticket::Ticket;
use domain::ticket::action::ActionKind;
use domain::ticket::event::{Change, Event};
use domain::time::Moment;
use store::Tx;
use store::repo::notices::NewNotice;
use store::repo::people::Footing;
use store::repo::{notices, people, tickets};

use super::{enqueue, nothing};
use crate::letter::{self, Aside, Letter};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(
    context: &Context,
    id: &TicketId,
    seq: u64,
    audience: Audience,
) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let (ticket, event) = (tickets::get(pool, id).await?, tickets::event(pool, id, seq).await?);
    let Some((ticket, event)) = ticket.zip(event) else { return nothing(context).await };
    // Whoever this event went up to (by now the case may have gone further) is asked, not just told.
    let superior = match &event.change {
        Change::Escalated { person, .. } => Some(person.account.clone()),
        _ => None,
    };
    let mut to = match audience {
        Audience::Superior => superior.into_iter().collect(),
        _ => {
            let mut to = addressees(context, &ticket, audience).await?;
            to.retain(|account| Some(account) != superior.as_ref());
            to
        }
    };
    to.retain(|account| *account != event.by.account);
    let first_line = match audience {
        Audience::Lead => chiefs(context, &ticket, &event).await?,
        _ => Vec::new(),
    };
    if to.is_empty() && first_line.is_empty() {
        return nothing(context).await;
    }
    let mut aside = Aside { due: due(context, &ticket).await?, reasons: Vec::new() };
    if event.action == Some(ActionKind::Judge) {
        let verdicts = tickets::verdicts(pool, id).await?;
        aside.reasons = verdicts.last().map(|(_, verdict)| verdict.reasons()).unwrap_or_default();
    }
    let letter = letter::write(&ticket, &event, audience, &aside);
    let mut tx = pool.write().await?;
    post(context, &mut tx, &first_line, id, seq, &letter::to_chiefs(&ticket, &aside)).await?;
    post(context, &mut tx, &to, id, seq, &letter).await?;
    Ok(Outcome::Done(tx))
}

/// The chiefs bound to the place of a case that is handed out (路段长、片区长、楼院长): they are told before the unit.
async fn chiefs(context: &Context, ticket: &Ticket, event: &Event) -> Result<Vec<AccountId>, JobError> {
    if !matches!(event.change, Change::Assigned(_)) {
        return Ok(Vec::new());
    }
    let chiefs = people::chiefs(&context.stores.pool, &Footing::of(ticket, now())).await?;
    Ok(chiefs.into_iter().map(|person| person.account).filter(|one| *one != event.by.account).collect())
}

/// Who is told, each once.
async fn addressees(
    context: &Context,
    ticket: &Ticket,
    audience: Audience,
) -> Result<Vec<AccountId>, JobError> {
    let pool = &context.stores.pool;
    let assignment = ticket.assignment.as_ref();
    let mut list = match (audience, assignment) {
        (Audience::Followers, _) => tickets::followers(pool, &ticket.id).await?,
        (Audience::Lead, Some(assignment)) => {
            let mut list = vec![assignment.person.account.clone()];
            list.extend(heads(context, &assignment.lead.code).await?);
            list
        }
        (Audience::Assist, Some(assignment)) => match &assignment.assist {
            Some(unit) => heads(context, &unit.code).await?,
            None => Vec::new(),
        },
        (Audience::Desk, _) => of_role(context, Role::Dispatcher).await?,
        (Audience::Inspectors, _) => of_role(context, Role::Inspector).await?,
        (Audience::Parties, _) => {
            let mut list = Vec::new();
            let parties = ticket.meeting.iter().flat_map(|meeting| &meeting.parties);
            for unit in parties.chain(ticket.parts.iter().map(|part| &part.unit)) {
                list.extend(heads(context, &unit.code).await?);
            }
            list
        }
        (Audience::Handlers, Some(assignment)) => {
            let unit = &assignment.lead.code;
            let handlers = people::accounts_of_department(pool, unit, &[Role::Handler]).await?;
            let mut list: Vec<_> = handlers.into_iter().map(|account| account.id).collect();
            // A red order is copied to whoever stands above the unit.
            list.extend(assignment.leader.as_ref().map(|leader| leader.account.clone()));
            list
        }
        // The event alone says who that is.
        (Audience::Superior, _) => Vec::new(),
        (Audience::Lead | Audience::Assist | Audience::Handlers, None) => Vec::new(),
    };
    let mut told = std::collections::BTreeSet::new();
    list.retain(|account| told.insert(account.clone()));
    Ok(list)
}

pub(super) async fn of_role(context: &Context, role: Role) -> Result<Vec<AccountId>, JobError> {
    let accounts = people::accounts_by_role(&context.stores.pool, role).await?;
    Ok(accounts.into_iter().map(|account| account.id).collect())
}

/// The unit's heads; without one, whoever answers for it.
async fn heads(context: &Context, unit: &DepartmentCode) -> Result<Vec<AccountId>, JobError> {
    let pool = &context.stores.pool;
    let heads = people::accounts_of_department(pool, unit, &[Role::UnitHead]).await?;
    if heads.is_empty() {
        return Ok(people::head_of(pool, unit).await?.into_iter().map(|person| person.account).collect());
    }
    Ok(heads.into_iter().map(|account| account.id).collect())
}

/// The responsible person and the heads of the leading unit.
pub(super) async fn lead_of(context: &Context, ticket: &Ticket) -> Result<Vec<AccountId>, JobError> {
    addressees(context, ticket, Audience::Lead).await
}

/// When the leading unit's time is up, while its clock runs.
async fn due(context: &Context, ticket: &Ticket) -> Result<Option<Moment>, JobError> {
    Ok(context.desk.reckoning(ticket, now()).await?.and_then(|reckoning| reckoning.due_at))
}

/// Writes a letter to each of the accounts that was not told of `seq` before.
pub(super) async fn post(
    context: &Context,
    tx: &mut Tx,
    to: &[AccountId],
    ticket: &TicketId,
    seq: u64,
    letter: &Letter,
) -> Result<(), JobError> {
    let now = now();
    let outside = context.stores.wechat.is_some() && context.settings.templates.any();
    for account in to {
        let notice = NewNotice { account, ticket, seq, title: &letter.title, body: &letter.body };
        let Some(notice) = notices::insert(tx, &notice, now).await? else { continue };
        if outside && notices::openid_of(&mut *tx, account).await?.is_some() {
            enqueue(tx, &Job::Deliver { notice }, now).await?;
        }
    }
    Ok(())
}
