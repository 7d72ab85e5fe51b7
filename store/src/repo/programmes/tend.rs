//! Giving the tasks of a term: which points there are now, which of them are drawn, and writing both down. Asked again for
//! the same term it adds only what has come to be since.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::config::Config;
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::programme::{
    MOST_SEED, Owner, Point, Programme, ProgrammeKind, ProgrammeState, Term, draw, duty_tasks, seed_of,
    share_of, tasks_for,
};
use domain::rhythm::{Occasion, Span, SpanKind};
use domain::time::{DAY_MS, Moment};

use super::rows::{Run, Stored, stages};
use super::tasks::{NewTask, give};
use super::{record, set_state, settle};
use crate::fetch_scalar;
use crate::repo::district::Books;
use crate::repo::people;
use crate::repo::registers::{self, Register, RegisterFilter};
use crate::sql::{On, Result, SqlText, Tx, fetch_all_dyn};

/// Tickets among which is drawn at most, the longest open first.
const MOST_TICKETS: i64 = 20_000;
/// What draws under a rule instead of a programme, and the kinds of its tasks.
const FOLLOW_UP: &str = "follow_up";
const SECRET: &str = "secret_recheck";
const DUTY: &str = "duty";

/// The points, units or tickets that a programme is about, as of now, by code.
pub async fn points_of(
    on: impl Into<On<'_>>,
    books: &Books,
    id: &str,
    programme: &Programme,
) -> Result<Vec<Point>> {
    let mut on: On<'_> = on.into();
    match (programme.kind, &programme.points) {
        (ProgrammeKind::FollowUp, _) => open_tickets(&mut on, Wanted::Categories(programme)).await,
        (ProgrammeKind::Flight, _) => open_tickets(&mut on, Wanted::Programme(id)).await,
        (ProgrammeKind::Recurring, _) | (ProgrammeKind::Mission, None) => {
            Ok(programme.units.iter().map(|code| unit_point(books, code)).collect())
        }
        (ProgrammeKind::DailyInspection, selector) => {
            let register = selector.as_ref().map_or(Register::Point, |selector| selector.register);
            let posts = programme.groups.iter().flat_map(|group| &group.posts);
            let codes: BTreeSet<&str> = posts.map(|post| post.point.as_str()).collect();
            let found = entries(&mut on, RegisterFilter::of(register)).await?;
            Ok(found.into_iter().filter(|point| codes.contains(point.code.as_str())).collect())
        }
        (_, Some(selector)) => {
            let mut filter = RegisterFilter::of(selector.register);
            filter.department.clone_from(&selector.department);
            filter.tag.clone_from(&selector.tag);
            let found = entries(&mut on, filter).await?;
            let wanted = |point: &Point| selector.codes.is_empty() || selector.codes.contains(&point.code);
            Ok(found.into_iter().filter(wanted).collect())
        }
        (_, None) => Ok(Vec::new()),
    }
}

async fn entries(on: &mut On<'_>, filter: RegisterFilter) -> Result<Vec<Point>> {
    let found = registers::all(on, &filter).await?;
    let point = |entry: registers::Entry| Point {
        code: entry.code,
        name: entry.name,
        unit: entry.department,
        ticket: None,
    };
    Ok(found.into_iter().map(point).collect())
}

fn unit_point(books: &Books, code: &DepartmentCode) -> Point {
    let name = books.departments.get(code).map_or(code.as_str(), |unit| &unit.name);
    Point { code: code.to_string(), name: name.to_owned(), unit: Some(code.clone()), ticket: None }
}

enum Wanted<'a> {
    All,
    Categories(&'a Programme),
    Programme(&'a str),
}

/// The tickets that units have in hand.
async fn open_tickets(on: &mut On<'_>, wanted: Wanted<'_>) -> Result<Vec<Point>> {
    let mut text = SqlText::new("select id, number, lead from ticket");
    let whole = matches!(wanted, Wanted::Programme(_));
    text.among(" where stage in", stages(|stage| if whole { stage.is_open() } else { stage.is_owned() }));
    match wanted {
        Wanted::Categories(programme) if !programme.categories.is_empty() => {
            text.among(" and category in", programme.categories.iter().map(|code| code.as_str()));
        }
        Wanted::Programme(id) => {
            text.push(" and programme = ").bind(id);
        }
        Wanted::All | Wanted::Categories(_) => {}
    }
    text.push(" order by opened_at, id limit ").bind(MOST_TICKETS);
    Ok(fetch_all_dyn(on, &text).await?.into_iter().map(ticket_point).collect())
}

fn ticket_point((id, number, lead): (String, Option<String>, Option<String>)) -> Point {
    let name = number.map_or_else(|| "未立案问题".to_owned(), |number| format!("案件 {number}"));
    Point { code: id.clone(), name, unit: lead.map(Into::into), ticket: Some(TicketId::new(id)) }
}

/// Gives what the term in which `at` lies asks for; ends the programme when its time is over. The number of new tasks.
pub async fn tend(tx: &mut Tx, books: &Books, stored: &Stored, at: Moment, late: bool) -> Result<u32> {
    let Stored { id, programme, .. } = stored;
    let is_flight = programme.kind == ProgrammeKind::Flight;
    if is_flight {
        settle(tx, id, at).await?;
    }
    if at.date() > programme.last_day && !(is_flight && waits(tx, id).await?) {
        set_state(tx, id, ProgrammeState::Done, at).await?;
        return Ok(0);
    }
    match Term::of(programme, at) {
        Some(term) => give_term(tx, books, stored, &term, programme.seed, at, late).await,
        None => Ok(0),
    }
}

/// Whether a flight still has open problems.
async fn waits(tx: &mut Tx, id: &str) -> Result<bool> {
    Ok(!open_tickets(&mut On::Tx(tx), Wanted::Programme(id)).await?.is_empty())
}

/// Draws once more, from a seed that somebody names or from the next of the programme's own.
pub async fn draw_again(
    tx: &mut Tx,
    books: &Books,
    stored: &Stored,
    seed: Option<u64>,
    now: Moment,
) -> Result<u32> {
    let count = "select cast(count(*) as bigint) from programme_run where programme = $1";
    let before = fetch_scalar!(&mut *tx, i64, count, stored.id.as_str())?;
    let term = Term::drawn(&stored.programme, u32::try_from(before + 1).unwrap_or(u32::MAX));
    give_term(tx, books, stored, &term, seed, now, false).await
}

async fn give_term(
    tx: &mut Tx,
    books: &Books,
    stored: &Stored,
    term: &Term,
    seed: Option<u64>,
    at: Moment,
    late: bool,
) -> Result<u32> {
    let Stored { id, programme, hidden, .. } = stored;
    let mut points = points_of(&mut *tx, books, id, programme).await?;
    let own = format!("{id}/{}", term.key);
    let mut run = Run {
        span: term.key.clone(),
        seed: None,
        candidates: points.len() as i64,
        drawn: Vec::new(),
        at,
        late,
    };
    let lots = lots(&books.config, programme, points.len());
    if let Some(lots) = lots {
        // A named seed serves the programme's one draw; the terms of a rhythm would all draw the same from it.
        let whole = programme.rhythm_on(at.date()).is_none() || term.key.starts_with("draw-");
        let seed = match seed {
            Some(seed) if whole => seed,
            Some(seed) => seed_of(&format!("{seed}/{}", term.key)),
            None => seed_of(&own),
        };
        points = draw(seed & MOST_SEED, lots, &points);
        run.seed = Some(seed & MOST_SEED);
        run.drawn = points.iter().map(|point| point.code.clone()).collect();
    }
    if !record(tx, id, &run).await? && lots.is_some() {
        return Ok(0);
    }
    let known = given(tx, id, &term.key).await?;
    let mut tasks = 0;
    for plan in tasks_for(id, programme, term, &points) {
        if known.contains(&plan.slot) {
            continue;
        }
        let hidden = *hidden;
        let new = NewTask {
            programme: Some(id.clone()),
            ..NewTask::of(plan, programme.kind, &term.key, hidden, late)
        };
        tasks += u32::from(give(tx, &new, at).await?);
    }
    Ok(tasks)
}

/// How many are drawn; `None` when all have their turn.
fn lots(config: &Config, programme: &Programme, candidates: usize) -> Option<usize> {
    match (programme.sample, programme.kind) {
        (Some(sample), _) => Some(sample as usize),
        (None, ProgrammeKind::FollowUp) => {
            let rule = &config.follow_up;
            Some(share_of(candidates, rule.open_percent, rule.open_least))
        }
        (None, _) => None,
    }
}

async fn given(tx: &mut Tx, programme: &str, span: &str) -> Result<BTreeSet<String>> {
    let mut text = SqlText::new("select slot from task where programme = ");
    text.bind(programme).push(" and span = ").bind(span);
    let slots: Vec<(String,)> = fetch_all_dyn(tx, &text).await?;
    Ok(slots.into_iter().map(|(slot,)| slot).collect())
}

/// Gives the duties of the spans in which the occasion lies.
pub async fn tend_duties(tx: &mut Tx, books: &Books, occasion: &Occasion, late: bool) -> Result<()> {
    for duty in &books.config.duties.0 {
        let units: Vec<Point> = match duty.owner {
            Owner::Unit(kind) => {
                let of_kind = books.departments.values().filter(|unit| unit.kind == kind);
                of_kind.map(|unit| unit_point(books, &unit.code)).collect()
            }
            Owner::Role(_) => Vec::new(),
        };
        let span = Span::of(duty.rhythm.every, occasion.due.date()).key();
        for plan in duty_tasks(duty, occasion.due, &units) {
            give(tx, &NewTask::of(plan, DUTY, &span, false, late), occasion.due).await?;
        }
    }
    Ok(())
}

/// Draws this week's open tickets (跟踪督查) and last week's automatically closed ones (暗访复核), and has inspectors look at
/// them in turn.
pub async fn draw_follow_ups(tx: &mut Tx, books: &Books, occasion: &Occasion, late: bool) -> Result<()> {
    let rule = &books.config.follow_up;
    let open = open_tickets(&mut On::Tx(&mut *tx), Wanted::All).await?;
    let lots = share_of(open.len(), rule.open_percent, rule.open_least);
    hand_out(tx, books, occasion, (FOLLOW_UP, "跟踪督查"), open, lots, late).await?;
    let closed = closed_by_machine(tx, occasion.due).await?;
    let lots = share_of(closed.len(), rule.closed_percent, rule.closed_least);
    hand_out(tx, books, occasion, (SECRET, "暗访复核"), closed, lots, late).await
}

/// The tickets that the machine struck off within the week before, each once.
async fn closed_by_machine(tx: &mut Tx, until: Moment) -> Result<Vec<Point>> {
    let mut text = SqlText::new(
        "select distinct t.id, t.number, t.lead from ticket_event e join ticket t on t.id = e.ticket_id
         where e.actor = 'system' and e.action = 'close' and t.stage = 'closed' and e.at >= ",
    );
    text.bind(until.plus_ms(-7 * DAY_MS).ms()).push(" and e.at < ").bind(until.ms());
    text.push(" order by t.id limit ").bind(MOST_TICKETS);
    Ok(fetch_all_dyn(tx, &text).await?.into_iter().map(ticket_point).collect())
}

async fn hand_out(
    tx: &mut Tx,
    books: &Books,
    occasion: &Occasion,
    (name, label): (&str, &str),
    candidates: Vec<Point>,
    lots: usize,
    late: bool,
) -> Result<()> {
    let key = Span::of(SpanKind::Week, occasion.due.date()).key();
    let seed = seed_of(&format!("{name}/{key}"));
    let drawn = draw(seed, lots, &candidates);
    let run = Run {
        span: key.clone(),
        seed: Some(seed),
        candidates: candidates.len() as i64,
        drawn: drawn.iter().map(|point| point.code.clone()).collect(),
        at: occasion.due,
        late,
    };
    if !record(tx, name, &run).await? {
        return Ok(());
    }
    let inspectors = people::accounts_by_role(&mut *tx, Role::Inspector).await?;
    let due_at = occasion.due.plus_ms(i64::from(books.config.follow_up.days) * DAY_MS);
    for (nth, point) in drawn.into_iter().enumerate() {
        // In turn, and nobody at their own unit.
        let turn = inspectors.iter().cycle().skip(nth).take(inspectors.len());
        let person: Option<AccountId> = turn
            .filter(|account| account.department.is_none() || account.department != point.unit)
            .map(|account| account.id.clone())
            .next();
        let new = NewTask {
            programme: None,
            kind: name.to_owned(),
            span: key.clone(),
            slot: format!("{name}/{key}/{}", point.code),
            title: format!("{label}：{}", point.name),
            subject: point.code,
            part: None,
            role: person.is_none().then_some(Role::Dispatcher),
            person,
            unit: None,
            about: point.unit,
            ticket: point.ticket,
            due_at,
            hidden: true,
            late,
        };
        give(tx, &new, occasion.due).await?;
    }
    Ok(())
}
