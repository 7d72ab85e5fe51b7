//! Tasks: giving them once, listing them by who owes them, and ending them with a result.

use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode, TicketId};
use domain::programme::{Part, Scored, TaskPlan, TaskResult, TaskState};
use domain::time::Moment;

use super::Sight;
use super::rows::{self, Task, TaskRow};
use crate::repo::page::{Cursor, Page, PageSize};
use crate::repo::tickets::write;
use crate::sql::{On, Result, SqlText, Tx, fetch_all_dyn, fetch_optional_dyn, fetch_scalar_dyn};
use crate::{execute, id};

/// A task to be given.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTask {
    pub programme: Option<String>,
    /// The programme's kind, or the name of the rule that gives it.
    pub kind: String,
    /// Key of the term.
    pub span: String,
    pub subject: String,
    pub title: String,
    pub part: Option<Part>,
    pub person: Option<AccountId>,
    pub unit: Option<DepartmentCode>,
    pub role: Option<Role>,
    /// The unit that is looked at.
    pub about: Option<DepartmentCode>,
    pub ticket: Option<TicketId>,
    pub due_at: Moment,
    pub hidden: bool,
    /// Given after its time.
    pub late: bool,
    /// The same slot twice is one task.
    pub slot: String,
}

impl NewTask {
    /// The task that a plan asks for, of a rule until a programme is named.
    pub(super) fn of(plan: TaskPlan, kind: impl ToString, span: &str, hidden: bool, late: bool) -> Self {
        let TaskPlan { slot, subject, title, part, person, unit, role, about, ticket, due } = plan;
        Self {
            programme: None,
            kind: kind.to_string(),
            span: span.to_owned(),
            subject,
            title,
            part,
            person,
            unit,
            role,
            about,
            ticket,
            due_at: due,
            hidden,
            late,
            slot,
        }
    }
}

/// Gives a task; false when its slot was given before.
pub async fn give(tx: &mut Tx, new: &NewTask, now: Moment) -> Result<bool> {
    let written = execute!(
        tx,
        "insert into task (id, slot, programme, kind, span, subject, title, part, person, unit, role, about, ticket_id,
         due_at, hidden, late_given, state, deducted, score, full_score, version, created_at, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'open', 0, 0, 0, 1, $17, '{}')
         on conflict (slot) do nothing",
        id::fresh(),
        new.slot.as_str(),
        new.programme.as_deref(),
        new.kind.as_str(),
        new.span.as_str(),
        new.subject.as_str(),
        new.title.as_str(),
        new.part.map(|part| part.to_string()),
        new.person.as_ref().map(AccountId::as_str),
        new.unit.as_ref().map(DepartmentCode::as_str),
        new.role.map(|role| role.to_string()),
        new.about.as_ref().map(DepartmentCode::as_str),
        new.ticket.as_ref().map(TicketId::as_str),
        new.due_at.ms(),
        new.hidden,
        new.late,
        now.ms()
    )?;
    Ok(written == 1)
}

/// Who asks for what they owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    pub account: AccountId,
    pub unit: Option<DepartmentCode>,
    pub role: Role,
}

/// Which tasks are wanted; what is `None` doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    pub mine: Option<Mine>,
    /// Owed by this unit, or about it.
    pub unit: Option<DepartmentCode>,
    pub programme: Option<String>,
    pub state: Option<TaskState>,
    pub due_before: Option<Moment>,
    /// Those that were, or were not, done in time.
    pub late: Option<bool>,
}

/// One page by due time, and how many there are in all.
pub async fn tasks(
    on: impl Into<On<'_>>,
    filter: &TaskFilter,
    sight: &Sight,
    now: Moment,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<(Page<Task>, i64)> {
    let mut on: On<'_> = on.into();
    let mut count = SqlText::new("select cast(count(*) as bigint) from task where 1 = 1");
    narrow(&mut count, filter, sight, now);
    let total: i64 = fetch_scalar_dyn(&mut on, &count).await?;
    let mut text = SqlText::new(rows::TASK);
    text.push(" where 1 = 1");
    narrow(&mut text, filter, sight, now);
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (due_at, id) > (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by due_at, id limit ").bind(size.ask());
    let found: Vec<TaskRow> = fetch_all_dyn(&mut on, &text).await?;
    let found = found.into_iter().map(rows::task).collect::<Result<Vec<_>>>()?;
    Ok((Page::cut(found, size, |task| Cursor::at(task.due_at.ms(), task.id.as_str())), total))
}

fn narrow(text: &mut SqlText, filter: &TaskFilter, sight: &Sight, now: Moment) {
    if let Some(Mine { account, unit, role }) = &filter.mine {
        text.push(" and (person = ").bind(account.as_str());
        if let Some(unit) = unit {
            text.push(" or (person is null and unit = ").bind(unit.as_str()).push(")");
        }
        text.push(" or (person is null and role = ").bind(role.to_string()).push("))");
    }
    if let Some(unit) = &filter.unit {
        text.push(" and (unit = ").bind(unit.as_str()).push(" or about = ").bind(unit.as_str()).push(")");
    }
    text.filter(" and programme = ", filter.programme.as_deref());
    text.filter(" and state = ", filter.state.map(|state| state.to_string()));
    text.filter(" and due_at < ", filter.due_before.map(Moment::ms));
    if let Some(late) = filter.late {
        text.push(if late { " and (" } else { " and not (" });
        text.push("(state = 'open' and due_at < ")
            .bind(now.ms())
            .push(") or (state = 'done' and done_at > due_at))");
    }
    see(text, sight);
}

/// Narrows to what somebody may know of: their own, their unit's unless hidden, and their programmes'.
fn see(text: &mut SqlText, sight: &Sight) {
    let Sight::Own { account, unit, role } = sight else { return };
    text.push(" and (person = ").bind(account.as_str());
    if let Some(unit) = unit {
        text.push(" or (unit = ").bind(unit.as_str());
        text.push(" and (not hidden or about is null or about <> ").bind(unit.as_str());
        text.push(")) or (not hidden and about = ").bind(unit.as_str()).push(")");
    }
    text.push(" or role = ").bind(role.to_string());
    text.push(" or programme in (select programme from programme_member where account = ");
    text.bind(account.as_str()).push("))");
}

/// The task, when `sight` reaches it.
pub async fn task(on: impl Into<On<'_>>, id: &str, sight: &Sight) -> Result<Option<Task>> {
    let mut text = SqlText::new(rows::TASK);
    text.push(" where id = ").bind(id);
    see(&mut text, sight);
    let row: Option<TaskRow> = fetch_optional_dyn(on, &text).await?;
    row.map(rows::task).transpose()
}

/// The task, its row locked until the transaction ends.
pub async fn lock_task(tx: &mut Tx, id: &str, sight: &Sight) -> Result<Option<Task>> {
    let mut text = SqlText::new(rows::TASK);
    text.push(" where id = ").bind(id);
    see(&mut text, sight);
    text.push(tx.dialect().lock_row());
    let row: Option<TaskRow> = fetch_optional_dyn(&mut *tx, &text).await?;
    row.map(rows::task).transpose()
}

/// Ends a task as done. What no programme keeps hidden is known from then on.
pub async fn complete(
    tx: &mut Tx,
    task: &Task,
    result: &TaskResult,
    scored: Scored,
    by: &AccountId,
    now: Moment,
) -> Result<()> {
    execute!(
        tx,
        "update task set state = 'done', done_at = $2, done_by = $3, body = $4, deducted = $5, score = $6,
         full_score = $7, version = version + 1, hidden = hidden and programme is not null where id = $1",
        task.id.as_str(),
        now.ms(),
        by.as_str(),
        write(result)?,
        scored.deducted,
        scored.score,
        scored.full_score
    )?;
    Ok(())
}

/// Ends a task as not done, for a reason.
pub async fn skip(tx: &mut Tx, task: &Task, reason: &str, by: &AccountId, now: Moment) -> Result<()> {
    let result = TaskResult { note: reason.to_owned(), ..TaskResult::default() };
    execute!(
        tx,
        "update task set state = 'skipped', done_at = $2, done_by = $3, body = $4, version = version + 1 where id = $1",
        task.id.as_str(),
        now.ms(),
        by.as_str(),
        write(&result)?
    )?;
    Ok(())
}

/// Opens an ended task again; its result is gone.
pub async fn reopen_task(tx: &mut Tx, task: &Task) -> Result<()> {
    execute!(
        tx,
        "update task set state = 'open', done_at = null, done_by = null, body = '{}', deducted = 0, score = 0,
         full_score = 0, version = version + 1 where id = $1",
        task.id.as_str()
    )?;
    Ok(())
}
