//! What is counted of acts: circulars in a row, exposures of a ticket, troubles of units, votes of citizens.

use std::collections::BTreeMap;

use domain::act::{ActKind, ActState};
use domain::id::{AccountId, DepartmentCode, PhotoId, TicketId};
use domain::ladder::{Trouble, UnitFacts};
use domain::ticket::state::Stage;
use domain::time::Moment;
use strum::VariantArray as _;

use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_scalar, fetch_scalars};

/// When a ticket was circulated, oldest first; what was revoked doesn't count.
pub async fn circulars_of(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<Moment>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_scalars!(
        on,
        i64,
        "select issued_at from act where ticket_id = $1 and kind = 'circular' and issued_at is not null
         and state <> 'revoked' order by issued_at",
        ticket.as_str()
    )?;
    Ok(rows.into_iter().map(Moment::from_ms).collect())
}

/// An open ticket that was circulated: its unit and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    pub ticket: TicketId,
    pub number: Option<String>,
    pub lead: Option<DepartmentCode>,
    pub circulars: Vec<Moment>,
}

/// The open tickets circulated since a moment.
pub async fn repeated_circulars(on: impl Into<On<'_>>, since: Moment) -> Result<Vec<Repeated>> {
    let mut text = SqlText::new(
        "select a.ticket_id, t.number, t.lead, a.issued_at from act a join ticket t on t.id = a.ticket_id
         where a.kind = 'circular' and a.state <> 'revoked' and a.issued_at >= ",
    );
    text.bind(since.ms());
    let open = Stage::VARIANTS.iter().filter(|stage| stage.is_open());
    text.among(" and t.stage in", open.map(Stage::to_string)).push(" order by a.ticket_id, a.issued_at");
    let rows: Vec<(String, Option<String>, Option<String>, i64)> = fetch_all_dyn(on, &text).await?;
    let mut list: Vec<Repeated> = Vec::new();
    for (ticket, number, lead, at) in rows {
        match list.last_mut().filter(|last| last.ticket.as_str() == ticket) {
            Some(last) => last.circulars.push(Moment::from_ms(at)),
            None => list.push(Repeated {
                ticket: ticket.into(),
                number,
                lead: lead.map(Into::into),
                circulars: vec![Moment::from_ms(at)],
            }),
        }
    }
    Ok(list)
}

/// An open ticket that is late: its number and unit.
pub type LateTicket = (TicketId, Option<String>, Option<DepartmentCode>);

/// The open tickets that are late, the longest late first; petitions are circulated to nobody.
pub async fn late_tickets(on: impl Into<On<'_>>, now: Moment, limit: u32) -> Result<Vec<LateTicket>> {
    let mut text = SqlText::new("select id, number, lead from ticket where not exempt and not restricted");
    text.push(" and late_at is not null and late_at <= ").bind(now.ms());
    let open = Stage::VARIANTS.iter().filter(|stage| stage.is_owned());
    text.among(" and stage in", open.map(Stage::to_string)).push(" order by late_at, id limit ").bind(limit);
    let rows: Vec<(String, Option<String>, Option<String>)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().map(|(id, number, lead)| (id.into(), number, lead.map(Into::into))).collect())
}

/// How many exposures of a ticket went out; those revoked don't count.
pub async fn exposures_of(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<i64> {
    let mut on: On<'_> = on.into();
    fetch_scalar!(
        on,
        i64,
        "select cast(count(*) as bigint) from act where ticket_id = $1 and kind = 'exposure' and issued_at is not null
         and state <> 'revoked'",
        ticket.as_str()
    )
}

/// Those of the pictures that belong to the ticket and can be shown.
pub async fn photos_of_ticket(
    on: impl Into<On<'_>>,
    ticket: &TicketId,
    photos: &[PhotoId],
) -> Result<Vec<PhotoId>> {
    let mut text = SqlText::new(
        "select distinct u.photo_id from photo_use u join photo p on p.id = u.photo_id where p.state <> 'broken'",
    );
    text.push(" and u.ticket_id = ").bind(ticket.as_str());
    text.among(" and u.photo_id in", photos.iter().map(PhotoId::as_str));
    let rows: Vec<(String,)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// What the ladder of units looks at, for every unit that has any of it since a moment.
pub async fn ladder_facts(
    on: impl Into<On<'_>>,
    since: Moment,
    now: Moment,
) -> Result<BTreeMap<DepartmentCode, UnitFacts>> {
    let mut on: On<'_> = on.into();
    let mut facts: BTreeMap<DepartmentCode, UnitFacts> = BTreeMap::new();
    let late = fetch_all!(
        on,
        (String, i64),
        "select lead, late_at from ticket where late_at >= $1 and late_at <= $2 and lead is not null and not exempt",
        since.ms(),
        now.ms()
    )?;
    for (unit, at) in late {
        facts.entry(unit.into()).or_default().troubles.push((Trouble::Late, Moment::from_ms(at)));
    }
    let acts = fetch_all!(
        on,
        (String, String, String, String, Option<String>, i64),
        "select unit, kind, state, slot, ticket_id, coalesce(issued_at, created_at) from act
         where unit is not null and created_at >= $1 and state <> 'revoked'
         and kind in ('reminder', 'circular', 'exposure', 'talk', 'efficiency', 'discipline')
         order by created_at, id",
        since.ms()
    )?;
    for (unit, kind, state, slot, ticket, at) in acts {
        let kind: ActKind = kind.parse().map_err(|_| StoreError::corrupt("act", "kind", &slot))?;
        let state: ActState = state.parse().map_err(|_| StoreError::corrupt("act", "state", &slot))?;
        add(
            facts.entry(unit.into()).or_default(),
            (kind, state),
            &slot,
            ticket.is_some(),
            Moment::from_ms(at),
        );
    }
    Ok(facts)
}

/// An act is a trouble of its unit when it is on a ticket, and a rung when it is on the unit itself.
fn add(facts: &mut UnitFacts, (kind, state): (ActKind, ActState), slot: &str, on_ticket: bool, at: Moment) {
    let trouble = match kind {
        _ if slot.starts_with("relapse:") => Some(Trouble::Relapse),
        ActKind::Circular => Some(Trouble::Circular),
        ActKind::Exposure => Some(Trouble::Exposure),
        _ => None,
    };
    match (on_ticket, trouble) {
        (true, Some(trouble)) if state.counts() => facts.troubles.push((trouble, at)),
        (false, _) if kind != ActKind::Reminder => {
            facts.proposed |= state == ActState::Proposed;
            facts.issued.push((kind, at));
        }
        _ => {}
    }
}

/// How citizens judge an echo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Votes {
    pub satisfied: i64,
    pub unsatisfied: i64,
}

/// Takes a vote; false when the account has voted on this act before.
pub async fn vote(tx: &mut Tx, act: &str, account: &AccountId, satisfied: bool, now: Moment) -> Result<bool> {
    let written = execute!(
        &mut *tx,
        "insert into act_vote (act_id, account_id, satisfied, voted_at) values ($1, $2, $3, $4)
         on conflict (act_id, account_id) do nothing",
        act,
        account.as_str(),
        satisfied,
        now.ms()
    )?;
    Ok(written == 1)
}

/// The votes on acts.
pub async fn votes(on: impl Into<On<'_>>, acts: &[String]) -> Result<BTreeMap<String, Votes>> {
    let mut text = SqlText::new(
        "select act_id, cast(sum(case when satisfied then 1 else 0 end) as bigint), cast(count(*) as bigint)
         from act_vote",
    );
    text.among(" where act_id in", acts).push(" group by act_id");
    let rows: Vec<(String, i64, i64)> = fetch_all_dyn(on, &text).await?;
    let read = |(act, satisfied, all)| (act, Votes { satisfied, unsatisfied: all - satisfied });
    Ok(rows.into_iter().map(read).collect())
}
