//! The body of a new act, and how it is issued. It refuses units, persons, files and tickets that don't exist.

use domain::act::{self, Act, ActKind, ActState, Asked, Particulars, ReasonCode};
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::ticket::Ticket;
use domain::ticket::action::{Action, SupervisionLevel};
use domain::ticket::event::By;
use domain::time::Moment;
use serde::Deserialize;
use store::repo::acts::{self, NewAct};
use store::repo::people;
use store::{Tx, id};

use super::MOST;
use crate::Api;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::Caller;
use crate::handlers::tickets::action::check_text;

/// Most characters of a name, a law or an item.
const MOST_WORD: usize = 120;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBody {
    pub kind: ActKind,
    ticket_id: Option<TicketId>,
    department: Option<DepartmentCode>,
    person: Option<AccountId>,
    parent: Option<String>,
    #[serde(default)]
    words: String,
    due_at: Option<Moment>,
    reason: Option<ReasonCode>,
    title: Option<String>,
    reached: Option<String>,
    points: Option<u32>,
    item: Option<String>,
    badge: Option<String>,
    gravity: Option<String>,
    subject: Option<String>,
    #[serde(default)]
    natural_person: bool,
    legal_basis: Option<String>,
    expires_at: Option<Moment>,
}

impl NewBody {
    /// Bounds its texts.
    pub fn check(&self) -> ApiResult<()> {
        if self.words.trim().is_empty() {
            return Err(ApiError::bad_field("words", "须写明内容"));
        }
        check_text("words", &self.words, MOST.0)?;
        let named = [
            ("title", &self.title),
            ("reached", &self.reached),
            ("item", &self.item),
            ("badge", &self.badge),
            ("gravity", &self.gravity),
            ("subject", &self.subject),
            ("legal_basis", &self.legal_basis),
            ("parent", &self.parent),
        ];
        named.into_iter().try_for_each(|(field, text)| {
            text.as_ref().map_or(Ok(()), |text| check_text(field, text, MOST_WORD))
        })
    }

    fn particulars(&self) -> Particulars {
        Particulars {
            reason: self.reason,
            title: self.title.clone(),
            reached: self.reached.clone(),
            points: self.points,
            item: self.item.clone(),
            badge: self.badge.clone(),
            gravity: self.gravity.clone(),
            subject: self.subject.clone(),
            natural_person: self.natural_person,
            legal_basis: self.legal_basis.clone(),
            expires_at: self.expires_at,
            ..Particulars::default()
        }
    }
}

/// Checks the act against the domain's tables and writes it.
pub async fn issue(api: &Api, caller: &Caller, tx: &mut Tx, body: NewBody, now: Moment) -> ApiResult<Act> {
    let books = api.books().await?;
    let ticket = match &body.ticket_id {
        Some(id) => Some(super::ticket(tx, caller, id).await?),
        None => None,
    };
    let file = match &body.parent {
        Some(id) => {
            Some(acts::get(&mut *tx, id).await?.ok_or_else(|| unknown("parent", "没有这份问责档案"))?)
        }
        None => None,
    };
    let lead = ticket.as_ref().and_then(|ticket| ticket.assignment.as_ref()).map(|a| a.lead.code.clone());
    let unit = body.department.clone().or(lead).or(file.as_ref().and_then(|file| file.unit.clone()));
    if unit.as_ref().is_some_and(|unit| !books.departments.contains_key(unit)) {
        return Err(unknown("department", "没有这个单位"));
    }
    if let Some(person) = &body.person
        && people::account(&mut *tx, person).await?.is_none()
    {
        return Err(unknown("person", "没有这个人员"));
    }
    let before = match &unit {
        Some(unit) => acts::issued_on_unit(&mut *tx, unit).await?,
        None => Vec::new(),
    };
    let particulars = body.particulars();
    let asked = Asked {
        kind: body.kind,
        ticket: body.ticket_id.as_ref(),
        unit: unit.as_ref(),
        person: body.person.as_ref(),
        parent: file.as_ref().map(|file| (file.kind, file.state)),
        due_at: body.due_at,
        body: &particulars,
        before: &before,
    };
    let config = &books.config;
    act::check_new(&asked, caller.actor.role, &config.unit_ladder, &config.credit, now)?;
    if let Some((ticket, level)) = ticket.as_ref().zip(body.kind.level()) {
        return supervise(api, caller, tx, ticket, level, &body, now).await;
    }
    if ticket.as_ref().is_some_and(|ticket| !ticket.stage().is_open()) {
        return Err(ApiError::from(Kind::StateRefused).saying("案件已办结，不能再督办"));
    }
    let new = NewAct {
        kind: body.kind,
        ticket: body.ticket_id,
        person: body.person.or_else(|| ticket.and_then(|t| t.assignment).map(|a| a.person.account)),
        unit,
        parent: body.parent,
        words: body.words.trim().to_owned(),
        by: By::from(&caller.actor),
        due_at: body.due_at,
        state: act::rule(body.kind).first,
        slot: format!("person:{}", id::fresh()),
        body: serde_json::to_value(&particulars).map_err(ApiError::internal)?,
    };
    write(tx, &new, now).await
}

/// Writes an act whose slot is new, and tells whom it is addressed to once it is out.
pub async fn write(tx: &mut Tx, new: &NewAct, now: Moment) -> ApiResult<Act> {
    let id = acts::issue(tx, new, now).await?.ok_or(Kind::Conflict)?;
    if new.state == ActState::Open {
        acts::tell(tx, new, now).await?;
    }
    Ok(acts::get(&mut *tx, &id).await?.ok_or(Kind::NotFound)?)
}

/// A rung of the ladder of a ticket is a 督办 of it: the desk decides, the event writes the act, and what was asked for
/// beside it is put in.
async fn supervise(
    api: &Api,
    caller: &Caller,
    tx: &mut Tx,
    ticket: &Ticket,
    level: SupervisionLevel,
    body: &NewBody,
    now: Moment,
) -> ApiResult<Act> {
    let action = Action::Supervise { level, text: body.words.trim().to_owned() };
    let after = api.desk.apply(tx, &ticket.id, action, &caller.actor, None, now).await?;
    let slot = format!("supervise:{}:{}", ticket.id, after.version);
    let mut act = acts::of_slot(&mut *tx, &slot).await?.ok_or(Kind::NotFound)?;
    act.due_at = body.due_at.or(act.due_at);
    act.body.reason = body.reason.or(act.body.reason);
    act.version += 1;
    acts::save(tx, &act, now).await?;
    Ok(act)
}

fn unknown(field: &str, reason: &str) -> ApiError {
    ApiError::from(Kind::Unfit).saying(reason).detail(field, reason)
}
