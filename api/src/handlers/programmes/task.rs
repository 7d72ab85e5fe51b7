//! Tasks: one's own list, and ending one with a result. It refuses to let anybody do what others owe.

use std::collections::BTreeMap;

use actix_web::web;
use domain::actor::{Actor, Role};
use domain::id::{AccountId, DepartmentCode, PhotoId, TicketId};
use domain::programme::{Count, Part, ProgrammeState, TaskResult, TaskState, judge};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::repo::programmes::{self, Mine, Sight, Stored, Task, TaskFilter};
use store::repo::{people, photos, tickets};
use strum::Display;

use super::{is_maker, sight, staff_only};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, PathId, Query, check_version, read_page};
use crate::handlers::tickets::action::check_text;
use crate::handlers::tickets::{DEFAULT, asked::moment, check_sight, dossier};
use crate::view::{Listed, programme as view};
use crate::{Api, now};

/// Most characters of a note and of a reason.
const MOST_NOTE: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    cursor: Option<String>,
    limit: Option<u32>,
    /// Owed by this unit, or about it.
    unit: Option<DepartmentCode>,
    programme: Option<String>,
    state: Option<TaskState>,
    due_before: Option<String>,
    late: Option<bool>,
}

/// `GET /v1/tasks`: by due time; one's own unless a unit or programme is named.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    staff_only(&caller)?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (pool, now, sight) = (&api.stores.pool, now(), sight(&caller));
    let actor = &caller.actor;
    let own = asked.unit.is_none() && asked.programme.is_none();
    let mine = || Mine { account: actor.account.clone(), unit: actor.department.clone(), role: actor.role };
    let filter = TaskFilter {
        mine: own.then(mine),
        unit: asked.unit,
        programme: asked.programme,
        state: asked.state,
        due_before: moment("due_before", asked.due_before.as_deref())?,
        late: asked.late,
    };
    let (page, total) = programmes::tasks(pool, &filter, &sight, now, cursor.as_ref(), size).await?;
    let names = names(pool, &page.rows).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now);
    let page = page.map(|task| view::task(&frame, &task, &names, &audience(&caller, &sight, &task, false)));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total: Some(total) })
}

/// The names of those who owe or did the tasks.
async fn names(on: impl Into<store::sql::On<'_>>, tasks: &[Task]) -> ApiResult<BTreeMap<AccountId, String>> {
    let mut ids: Vec<AccountId> =
        tasks.iter().flat_map(|task| [task.person.clone(), task.done_by.clone()]).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let accounts = people::accounts(on, &ids).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}

/// What somebody may see of a task and do with it.
fn audience(caller: &Caller, sight: &Sight, task: &Task, member: bool) -> view::Audience {
    let owes = owes(&caller.actor, task) || member;
    let mut verbs = Vec::new();
    match task.state {
        TaskState::Open if owes => verbs.extend([TaskVerb::Done, TaskVerb::Skip]),
        TaskState::Open if is_maker(caller) => verbs.push(TaskVerb::Skip),
        TaskState::Done | TaskState::Skipped if is_maker(caller) => verbs.push(TaskVerb::Reopen),
        _ => {}
    }
    let verbs = verbs.into_iter().map(|verb| (verb.to_string(), verb.label())).collect();
    view::Audience { persons: *sight == Sight::All || owes, verbs }
}

/// Whether the task is this person's, unit's or role's. Those who only watch owe nothing.
fn owes(actor: &Actor, task: &Task) -> bool {
    if matches!(actor.role, Role::Leader | Role::Oversight) {
        return false;
    }
    match &task.person {
        Some(person) => *person == actor.account,
        None => task.role == Some(actor.role) || (task.unit.is_some() && task.unit == actor.department),
    }
}

/// What is asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum TaskVerb {
    Done,
    Skip,
    Reopen,
}

impl TaskVerb {
    const fn label(self) -> &'static str {
        match self {
            Self::Done => "完成",
            Self::Skip => "不办",
            Self::Reopen => "重开",
        }
    }
}

/// Body of `POST /v1/tasks/{id}/actions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    action: TaskVerb,
    #[serde(default)]
    photo_ids: Vec<PhotoId>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    deductions: Vec<Count>,
    #[serde(default)]
    answers: BTreeMap<String, u32>,
    report: Option<TicketId>,
    #[serde(default)]
    reason: String,
    expected_version: Option<u64>,
}

/// `POST /v1/tasks/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    expected: IfMatch,
    once: Once,
    Body(asked): Body<Move>,
) -> ApiResult<Reply> {
    staff_only(&caller)?;
    caller_acts(&caller)?;
    let expected = expected.or(asked.expected_version);
    let (verb, reason, result) = read(asked)?;
    let (books, now, sight) = (api.books().await?, now(), sight(&caller));
    let reply = once
        .run(&api, &caller, async |tx| {
            let task = programmes::lock_task(tx, &id, &sight).await?.ok_or(Kind::NotFound)?;
            check_version(expected, task.version)?;
            let programme = match &task.programme {
                Some(id) => programmes::get(&mut *tx, id, &Sight::All).await?,
                None => None,
            };
            let member = is_member(programme.as_ref(), &caller.actor.account);
            check_turn(&caller, &task, programme.as_ref(), member, verb)?;
            match verb {
                TaskVerb::Done => finish(tx, &caller, &task, programme.as_ref(), &result, now).await?,
                TaskVerb::Skip => programmes::skip(tx, &task, &reason, &caller.account.id, now).await?,
                TaskVerb::Reopen => programmes::reopen_task(tx, &task).await?,
            }
            let task = programmes::task(&mut *tx, &id, &Sight::All).await?.ok_or(Kind::NotFound)?;
            let names = names(&mut *tx, std::slice::from_ref(&task)).await?;
            let frame = dossier::frame(&api, &books, DEFAULT, now);
            let shown = view::task(&frame, &task, &names, &audience(&caller, &sight, &task, member));
            Ok(Reply::ok(&shown)?.version(task.version))
        })
        .await?;
    api.nudge();
    Ok(reply)
}

/// Those who only read act on nothing.
fn caller_acts(caller: &Caller) -> ApiResult<()> {
    use Role::{
        Admin, Command, Coordinator, Crew, Dispatcher, GridWorker, Handler, Inspector, Institution,
        Publicity, UnitHead, Visitor,
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
        Publicity,
        Institution,
        Admin,
    ])
}

/// Takes a body apart; what does not belong to the action is refused.
fn read(asked: Move) -> ApiResult<(TaskVerb, String, TaskResult)> {
    let Move { action, photo_ids, note, deductions, answers, report, reason, .. } = asked;
    let result = TaskResult { photo_ids, note, deductions, answers, report };
    if action != TaskVerb::Done && result != TaskResult::default() {
        return Err(ApiError::bad_field("action", format!("“{}”不带办理结果", action.label())));
    }
    match action {
        TaskVerb::Skip if reason.trim().is_empty() => {
            return Err(ApiError::from(Kind::Lacking).saying("不办须说明原因").detail("reason", "不能为空"));
        }
        TaskVerb::Done | TaskVerb::Reopen if !reason.is_empty() => {
            return Err(ApiError::bad_field("reason", format!("“{}”不带原因", action.label())));
        }
        _ => {}
    }
    check_text("reason", &reason, MOST_NOTE)?;
    check_text("note", &result.note, MOST_NOTE)?;
    for (at, count) in result.deductions.iter().enumerate() {
        check_text(&format!("deductions.{at}.note"), count.note.as_deref().unwrap_or_default(), MOST_NOTE)?;
    }
    Ok((action, reason, result))
}

fn is_member(programme: Option<&Stored>, account: &AccountId) -> bool {
    programme.is_some_and(|stored| stored.programme.persons().contains(account))
}

fn check_turn(
    caller: &Caller,
    task: &Task,
    programme: Option<&Stored>,
    member: bool,
    verb: TaskVerb,
) -> ApiResult<()> {
    if programme.is_some_and(|stored| stored.state != ProgrammeState::Running) {
        return Err(ApiError::from(Kind::StateRefused).saying("计划不在进行中，任务不能变更"));
    }
    let owes = member || owes(&caller.actor, task);
    let may = match verb {
        TaskVerb::Done => owes,
        TaskVerb::Skip => owes || is_maker(caller),
        TaskVerb::Reopen => is_maker(caller),
    };
    if !may {
        return Err(ApiError::from(Kind::ReachRefused).saying("这项任务不归您办理"));
    }
    let fits = (task.state == TaskState::Open) == (verb != TaskVerb::Reopen);
    if !fits {
        let why = format!("任务{}，不能{}", task.state.label(), verb.label());
        return Err(ApiError::from(Kind::StateRefused).saying(why));
    }
    Ok(())
}

async fn finish(
    tx: &mut Tx,
    caller: &Caller,
    task: &Task,
    programme: Option<&Stored>,
    result: &TaskResult,
    now: Moment,
) -> ApiResult<()> {
    let of = programme.map(|stored| &stored.programme);
    let scored =
        judge(of, task.part, result).map_err(|fault| ApiError::bad_field(&fault.place, fault.reason))?;
    if result.note.trim().is_empty() && result.photo_ids.is_empty() && task.part != Some(Part::Survey) {
        return Err(ApiError::from(Kind::Lacking)
            .saying("完成任务须有照片或说明")
            .detail("note", "照片与说明不能都为空"));
    }
    check_photos(tx, caller, &result.photo_ids).await?;
    if let Some(id) = &result.report {
        let ticket = tickets::get(&mut *tx, id).await?.ok_or(Kind::NoTicket)?;
        let mine = tickets::follows(&mut *tx, id, &caller.account.id).await?.is_some();
        check_sight(caller, &ticket, mine)?;
    }
    Ok(programmes::complete(tx, task, result, scored, &caller.account.id, now).await?)
}

/// Pictures of a result are one's own.
async fn check_photos(tx: &mut Tx, caller: &Caller, ids: &[PhotoId]) -> ApiResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let found = photos::many(&mut *tx, ids).await?;
    let own = |id: &&PhotoId| found.iter().any(|photo| photo.id == **id && photo.owner == caller.account.id);
    match ids.iter().find(|id| !own(id)) {
        Some(id) => Err(ApiError::bad_field("photo_ids", format!("没有这张照片：{id}"))),
        None => Ok(()),
    }
}
