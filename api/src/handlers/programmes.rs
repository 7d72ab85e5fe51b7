//! Programmes: making one, starting, drawing and ending it, and what it has come to. A hidden one does not exist for those
//! whom it inspects until it is done.

mod task;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web;
use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode};
use domain::programme::{Known, MOST_SEED, Point, Programme, ProgrammeKind, ProgrammeState, Verb};
use domain::time::Moment;
use serde::Deserialize;
use store::Tx;
use store::repo::district::Books;
use store::repo::people;
use store::repo::programmes::{self, Sight, Stored};

use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, PathId, Query, check_version, read_page};
use crate::view::{Listed, programme as view};
use crate::{Api, now};

pub use task::{act as act_on_task, list as tasks};

/// Who makes programmes.
const MAKERS: [Role; 4] = [Role::Dispatcher, Role::Coordinator, Role::Command, Role::Admin];

/// Whether somebody may make and move programmes.
fn is_maker(caller: &Caller) -> bool {
    MAKERS.contains(&caller.actor.role)
}

/// Refuses those who are no staff.
fn staff_only(caller: &Caller) -> ApiResult<()> {
    use Role::{
        Admin, Command, Coordinator, Crew, Dispatcher, GridWorker, Handler, Inspector, Institution, Leader,
        Oversight, Publicity, UnitHead, Visitor,
    };
    caller.require(&[
        Inspector,
        Visitor,
        GridWorker,
        Crew,
        Handler,
        UnitHead,
        Dispatcher,
        Coordinator,
        Command,
        Leader,
        Oversight,
        Publicity,
        Institution,
        Admin,
    ])
}

/// How far somebody sees: those who plan, lead or watch over everything see what is hidden.
fn sight(caller: &Caller) -> Sight {
    if is_maker(caller) || matches!(caller.actor.role, Role::Leader | Role::Oversight) {
        return Sight::All;
    }
    let actor = &caller.actor;
    Sight::Own { account: actor.account.clone(), unit: actor.department.clone(), role: actor.role }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    cursor: Option<String>,
    limit: Option<u32>,
    kind: Option<ProgrammeKind>,
    state: Option<ProgrammeState>,
}

/// `GET /v1/programmes`: the newest first.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    staff_only(&caller)?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (pool, sight) = (&api.stores.pool, sight(&caller));
    let page = programmes::list(pool, asked.kind, asked.state, &sight, cursor.as_ref(), size).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now());
    let page = page.map(|stored| view::row(&frame, &stored));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total: None })
}

/// `POST /v1/programmes`: a draft, checked whole.
pub async fn create(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    Body(mut programme): Body<Programme>,
) -> ApiResult<Reply> {
    caller.require(&MAKERS)?;
    let (books, now) = (api.books().await?, now());
    if programme.kind == ProgrammeKind::Campaign && programme.categories.is_empty() {
        programme.categories = books.config.campaigns.categories_of(&programme.name);
        programme.categories.retain(|code| books.categories.contains_key(code));
    }
    let reply = once
        .run(&api, &caller, async |tx| {
            check(tx, &books, &programme).await?;
            let id = store::id::fresh();
            programmes::insert(tx, &id, &programme, &caller.account.id, now).await?;
            let stored = find(tx, &id, &Sight::All).await?;
            Reply::created(&view::row(&dossier::frame(&api, &books, DEFAULT, now), &stored))
                .map(|r| r.version(1))
        })
        .await?;
    Ok(reply)
}

async fn check(tx: &mut Tx, books: &Books, programme: &Programme) -> ApiResult<()> {
    let points = match programme.kind.is_about_tickets() {
        true => Vec::new(),
        false => programmes::points_of(&mut *tx, books, "", programme).await?,
    };
    let persons = people::accounts(&mut *tx, &programme.persons()).await?;
    let able = persons.into_iter().filter(|account| account.active && account.role != Role::Citizen);
    let persons: BTreeMap<AccountId, Option<DepartmentCode>> =
        able.map(|account| (account.id, account.department)).collect();
    let units: BTreeSet<_> = books.departments.keys().cloned().collect();
    let categories: BTreeSet<_> = books.categories.keys().cloned().collect();
    let known = Known { units: &units, categories: &categories, persons: &persons, points: &points };
    programme.check(&known).map_err(|fault| {
        ApiError::bad_field(&fault.place, fault.reason.clone()).saying(format!("计划有误：{fault}"))
    })
}

async fn find(tx: &mut Tx, id: &str, sight: &Sight) -> ApiResult<Stored> {
    Ok(programmes::get(&mut *tx, id, sight).await?.ok_or(Kind::NotFound)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The term whose coverage is shown; the newest when absent.
    span: Option<String>,
}

/// `GET /v1/programmes/{id}`: what it is, its draws, coverage with the missed points, tasks and ranking by unit.
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    Query(asked): Query<Shown>,
) -> ApiResult<Reply> {
    staff_only(&caller)?;
    let (pool, now) = (&api.stores.pool, now());
    let stored = programmes::get(pool, &id, &sight(&caller)).await?.ok_or(Kind::NotFound)?;
    let books = api.books().await?;
    let runs = programmes::runs(pool, &id).await?;
    let span = asked.span.or_else(|| runs.first().map(|run| run.span.clone()));
    let coverage = match &span {
        Some(span) => Some(programmes::cover(pool, &id, span).await?),
        None => None,
    };
    let points: Vec<Point> = programmes::points_of(pool, &books, &id, &stored.programme).await?;
    let board = view::Board {
        runs,
        coverage,
        points,
        units: programmes::units(pool, &id, now).await?,
        tickets: programmes::tickets_by_unit(pool, &stored, now).await?,
        may: is_maker(&caller),
    };
    let frame = dossier::frame(&api, &books, DEFAULT, now);
    Ok(Reply::ok(&view::whole(&frame, &stored, board))?.version(stored.version))
}

/// Body of `POST /v1/programmes/{id}/actions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    action: Verb,
    seed: Option<u64>,
    expected_version: Option<u64>,
}

/// `POST /v1/programmes/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    expected: IfMatch,
    once: Once,
    Body(asked): Body<Move>,
) -> ApiResult<Reply> {
    caller.require(&MAKERS)?;
    check_seed(&asked)?;
    let (books, now) = (api.books().await?, now());
    let expected = expected.or(asked.expected_version);
    let reply = once
        .run(&api, &caller, async |tx| {
            let stored = programmes::lock(tx, &id, &Sight::All).await?.ok_or(Kind::NotFound)?;
            check_version(expected, stored.version)?;
            apply(tx, &books, &stored, &asked, now).await?;
            let stored = find(tx, &id, &Sight::All).await?;
            let frame = dossier::frame(&api, &books, DEFAULT, now);
            Ok(Reply::ok(&view::row(&frame, &stored))?.version(stored.version))
        })
        .await?;
    api.nudge();
    Ok(reply)
}

fn check_seed(asked: &Move) -> ApiResult<()> {
    match asked.seed {
        Some(_) if asked.action != Verb::Draw => Err(ApiError::bad_field("seed", "只有抽取可以给出种子")),
        Some(seed) if seed > MOST_SEED => Err(ApiError::bad_field("seed", format!("须为 0 到 {MOST_SEED}"))),
        _ => Ok(()),
    }
}

async fn apply(tx: &mut Tx, books: &Books, stored: &Stored, asked: &Move, now: Moment) -> ApiResult<()> {
    let (state, verb) = (stored.state, asked.action);
    let refused = |why: String| Err(ApiError::from(Kind::StateRefused).saying(why));
    let Some(next) = state.after(verb) else {
        return refused(format!("计划{}，不能{}", state.label(), verb.label()));
    };
    let over = now.date() > stored.programme.last_day && stored.programme.kind != ProgrammeKind::Flight;
    if over && matches!(verb, Verb::Start | Verb::Reopen) {
        return refused(format!("计划的期限已于 {} 届满", stored.programme.last_day));
    }
    if verb == Verb::Draw {
        if stored.programme.sample.is_none() && stored.programme.kind != ProgrammeKind::FollowUp {
            return Err(ApiError::from(Kind::Unfit)
                .saying("这个计划不抽取")
                .detail("action", "计划没有 sample"));
        }
        programmes::draw_again(tx, books, stored, asked.seed, now).await?;
    }
    programmes::set_state(tx, &stored.id, next, now).await?;
    if verb == Verb::Start {
        // The term that has begun already; later ones come with the morning's round.
        let started = Stored { state: next, ..stored.clone() };
        programmes::tend(tx, books, &started, now, false).await?;
    }
    Ok(())
}
