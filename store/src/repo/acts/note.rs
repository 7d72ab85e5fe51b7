//! What an event of a ticket does to acts: 督办 writes one, a relapse writes one, the unit's next work times the effect of
//! those that wait, the ticket's end ends them. It refuses to look at events that concern no act.

use domain::act::{self, ActKind, ActState, Particulars};
use domain::actor::{Actor, Role};
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::job::Job;
use domain::ticket::Ticket;
use domain::ticket::action::SupervisionLevel;
use domain::ticket::event::{By, Change};
use domain::time::Moment;

use super::{NewAct, issue};
use crate::repo::notices::{self, NewNotice};
use crate::repo::people;
use crate::repo::superiors::{self, Footing};
use crate::repo::tickets::write;
use crate::sequel::Turn;
use crate::sql::{Result, StoreError, Tx};
use crate::{execute, fetch_scalar_optional, fetch_scalars};

/// Stars up to which a rating is a complaint (M118).
const UNHAPPY: u8 = 2;

/// Takes the turn of one event.
pub(crate) async fn note(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    let Some((before, _)) = turn.before else { return Ok(()) };
    let (ticket, event) = (turn.after, turn.event);
    match &event.change {
        Change::Supervised { level } => supervised(tx, turn, *level).await?,
        Change::RelapseLinked { to, nth } => relapsed(tx, turn, to, *nth).await?,
        Change::RelapseUnlinked => forget_relapse(tx, &ticket.id, event.at).await?,
        Change::Rated { stars } if *stars <= UNHAPPY => unhappy(tx, turn, *stars).await?,
        _ => {}
    }
    if event.action.is_some_and(|action| act::is_handling(action, event.by.role)) {
        take_effect(tx, &ticket.id, event.by.department.as_ref(), event.at).await?;
    }
    if before.stage().is_open() && !ticket.stage().is_open() {
        end_with(tx, &ticket.id, event.at).await?;
    }
    Ok(())
}

/// A level of 督办, by the machine or a person, is an act of its own with number and date.
async fn supervised(tx: &mut Tx, turn: &Turn<'_>, level: SupervisionLevel) -> Result<()> {
    let (ticket, event) = (turn.after, turn.event);
    let ladder = &turn.books.config.ticket_ladder;
    let kind = ActKind::from(level);
    let assignment = ticket.assignment.as_ref();
    let reason = (level == SupervisionLevel::Head).then(|| act::reason_for(ticket));
    let body = Particulars { reason, ..Particulars::default() };
    let person = match assignment {
        Some(a) if level == SupervisionLevel::Head => people::head_of(&mut *tx, &a.lead.code).await?,
        Some(a) => Some(a.person.clone()),
        None => None,
    };
    let new = NewAct {
        kind,
        ticket: Some(ticket.id.clone()),
        unit: assignment.map(|a| a.lead.code.clone()),
        person: person.map(|person| person.account),
        parent: None,
        words: event.note.clone().unwrap_or_default(),
        by: event.by.clone(),
        due_at: ladder.due(level, &turn.books.calendar, event.at),
        state: ActState::Open,
        slot: format!("supervise:{}:{}", ticket.id, event.seq),
        body: json(&body)?,
    };
    issue(tx, &new, event.at).await?;
    if event.by.role != Role::System {
        // The machine looks again at once: what it waits for may have changed.
        let dedup = Job::Climb { ticket: ticket.id.clone() }.dedup();
        execute!(
            &mut *tx,
            "update job set run_at = $2 where dedup = $1 and lease_owner is null and run_at > $2",
            dedup,
            event.at.ms()
        )?;
    }
    if level == SupervisionLevel::Head {
        copy_to_leader(tx, turn, &new.words).await?;
    }
    Ok(())
}

/// The leader who is tied to the unit gets a copy (三包三联).
async fn copy_to_leader(tx: &mut Tx, turn: &Turn<'_>, words: &str) -> Result<()> {
    let (ticket, event) = (turn.after, turn.event);
    let known = ticket.assignment.as_ref().and_then(|assignment| assignment.leader.clone());
    let leader = match known {
        Some(leader) => Some(leader),
        None => superiors::leader_of(&mut *tx, &Footing::of(ticket, event.at)).await?,
    };
    let Some(leader) = leader.filter(|leader| leader.account != event.by.account) else { return Ok(()) };
    let body = format!("{}：{words}", what(ticket));
    post(tx, &leader.account, &ticket.id, event.seq, "抄送：报主要负责人", &body, event.at).await
}

/// The first return is called to mind, every further one is circulated to the whole bureau.
async fn relapsed(tx: &mut Tx, turn: &Turn<'_>, to: &TicketId, nth: u32) -> Result<()> {
    let (ticket, event) = (turn.after, turn.event);
    let lead = match &ticket.assignment {
        Some(assignment) => Some(assignment.lead.code.to_string()),
        None => {
            let sql = "select lead from ticket where id = $1";
            fetch_scalar_optional!(&mut *tx, Option<String>, sql, to.as_str())?.flatten()
        }
    };
    let what = what(ticket);
    let (kind, words) = match nth {
        0 | 1 => (ActKind::Reminder, format!("{what}回弹，请查明原因、举一反三")),
        nth => (ActKind::Circular, format!("全局通报：{what}第{nth}次回弹")),
    };
    let body = Particulars { nth: Some(nth), ..Particulars::default() };
    let new = NewAct {
        kind,
        ticket: Some(ticket.id.clone()),
        unit: lead.map(Into::into),
        person: None,
        parent: None,
        words,
        by: By::from(&Actor::system()),
        due_at: None,
        state: ActState::Open,
        slot: format!("relapse:{}:{}", ticket.id, event.seq),
        body: json(&body)?,
    };
    if issue(tx, &new, event.at).await?.is_some() {
        tell(tx, &new, event.at).await?;
    }
    Ok(())
}

/// What a wrong link wrote is taken back, number and all kept.
async fn forget_relapse(tx: &mut Tx, ticket: &TicketId, now: Moment) -> Result<()> {
    execute!(
        &mut *tx,
        "update act set state = 'revoked', ended_at = $2, version = version + 1
         where ticket_id = $1 and slot like 'relapse:%' and state <> 'revoked'",
        ticket.as_str(),
        now.ms()
    )?;
    Ok(())
}

/// A citizen's bad mark proposes a warning, which a person confirms.
async fn unhappy(tx: &mut Tx, turn: &Turn<'_>, stars: u8) -> Result<()> {
    let (ticket, event) = (turn.after, turn.event);
    let new = NewAct {
        kind: ActKind::Warning,
        ticket: Some(ticket.id.clone()),
        unit: ticket.assignment.as_ref().map(|a| a.lead.code.clone()),
        person: None,
        parent: None,
        words: format!("{}：市民评价 {stars} 星，不满意", what(ticket)),
        by: By::from(&Actor::system()),
        due_at: None,
        state: ActState::Proposed,
        slot: format!("rating:{}:{}", ticket.id, event.seq),
        body: json(&Particulars::default())?,
    };
    issue(tx, &new, event.at).await?;
    Ok(())
}

/// The unit did something: whatever waited for it has had its effect.
async fn take_effect(
    tx: &mut Tx,
    ticket: &TicketId,
    unit: Option<&DepartmentCode>,
    now: Moment,
) -> Result<()> {
    execute!(
        &mut *tx,
        "update act set effect_at = $2, state = 'effective', version = version + 1
         where ticket_id = $1 and effect_at is null and state in ('open', 'received') and (unit is null or unit = $3)
         and kind in ('reminder', 'warning', 'slip', 'phone', 'head', 'party_group', 'circular', 'exposure')",
        ticket.as_str(),
        now.ms(),
        unit.map(DepartmentCode::as_str)
    )?;
    Ok(())
}

/// The ticket ended; what only the party group may end, and what the public saw, stays.
async fn end_with(tx: &mut Tx, ticket: &TicketId, now: Moment) -> Result<()> {
    execute!(
        &mut *tx,
        "update act set state = 'resolved', ended_at = $2, version = version + 1
         where ticket_id = $1 and state in ('open', 'received', 'effective')
         and kind in ('reminder', 'warning', 'slip', 'phone', 'head', 'circular')",
        ticket.as_str(),
        now.ms()
    )?;
    Ok(())
}

/// Opens the accountability file that this many exposures of an unsolved ticket demand; its id when it is new.
pub async fn open_file_after_exposure(
    tx: &mut Tx,
    ticket: &Ticket,
    exposures: u32,
    now: Moment,
) -> Result<Option<String>> {
    let Some(assignment) = &ticket.assignment else { return Ok(None) };
    let body = Particulars { nth: Some(exposures), ..Particulars::default() };
    let new = NewAct {
        kind: ActKind::Accountability,
        ticket: Some(ticket.id.clone()),
        unit: Some(assignment.lead.code.clone()),
        person: None,
        parent: None,
        words: format!("{}曝光 {exposures} 次仍未整改，启动问责", what(ticket)),
        by: By::from(&Actor::system()),
        due_at: None,
        state: ActState::Open,
        slot: format!("file:exposure:{}", ticket.id),
        body: json(&body)?,
    };
    let id = issue(tx, &new, now).await?;
    if id.is_some() {
        tell(tx, &new, now).await?;
    }
    Ok(id)
}

/// Tells the person addressed and the heads of the unit, when the act is on a ticket: a notice belongs to one. An act on a
/// unit alone waits in the list of what is not received yet.
pub async fn tell(tx: &mut Tx, new: &NewAct, now: Moment) -> Result<()> {
    let Some(ticket) = &new.ticket else { return Ok(()) };
    let unit = new.unit.as_ref().map(DepartmentCode::as_str);
    let heads = fetch_scalars!(
        &mut *tx,
        String,
        "select id from account where department = $1 and role = 'unit_head' and active order by id",
        unit
    )?;
    let mut to: Vec<AccountId> = heads.into_iter().map(Into::into).chain(new.person.clone()).collect();
    to.sort_unstable();
    to.dedup();
    // Larger than the number of any event or warning, and another one for each kind of the same moment.
    let seq = now.ms().unsigned_abs() * 64 + new.kind as u64;
    for account in to {
        post(tx, &account, ticket, seq, new.kind.label(), &new.words, now).await?;
    }
    Ok(())
}

async fn post(
    tx: &mut Tx,
    account: &AccountId,
    ticket: &TicketId,
    seq: u64,
    title: &str,
    body: &str,
    now: Moment,
) -> Result<()> {
    let notice = NewNotice { account, ticket, seq, title, body };
    let Some(notice) = notices::insert(tx, &notice, now).await? else { return Ok(()) };
    if notices::openid_of(&mut *tx, account).await?.is_some() {
        let job = Job::Deliver { notice };
        let kind = domain::job::JobKind::from(&job).to_string();
        let new =
            crate::jobs::NewJob { kind, payload: write(&job)?, run_at_ms: now.ms(), dedup: job.dedup() };
        crate::jobs::enqueue(tx, &new).await?;
    }
    Ok(())
}

/// The ticket in a sentence: its number, or that it has none yet.
fn what(ticket: &Ticket) -> String {
    let category = ticket.class.as_ref().map_or("问题", |class| &class.category_name);
    match &ticket.number {
        Some(number) => format!("{category}案件 {number} "),
        None => format!("{category}案件"),
    }
}

fn json(body: &Particulars) -> Result<serde_json::Value> {
    serde_json::to_value(body).map_err(|error| StoreError::Other(error.to_string()))
}
