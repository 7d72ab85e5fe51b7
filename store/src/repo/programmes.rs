//! Programmes, their draws and their tasks. It refuses to decide who is drawn or which tasks a term has: that is the
//! domain's; and it gives the same slot once only.

mod board;
mod rows;
mod tasks;
mod tend;
#[cfg(test)]
mod tests;

use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode};
use domain::programme::{Programme, ProgrammeKind, ProgrammeState};
use domain::time::Moment;

use super::page::{Cursor, Page, PageSize};
use super::tickets::write;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn, fetch_all_dyn, fetch_optional_dyn};
use crate::{execute, fetch_all};

pub use board::{Coverage, UnitTasks, cover, deductions, tickets_by_unit, units};
pub use rows::{Run, Stored, Task};
pub use tasks::{Mine, NewTask, TaskFilter, complete, give, lock_task, reopen_task, skip, task, tasks};
pub use tend::{draw_again, draw_follow_ups, points_of, tend, tend_duties};

/// How far somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Everything, hidden or not.
    All,
    /// What is not hidden, and what this person has a part in.
    Own { account: AccountId, unit: Option<DepartmentCode>, role: Role },
}

/// Writes a new programme, as a draft.
pub async fn insert(tx: &mut Tx, id: &str, programme: &Programme, by: &AccountId, now: Moment) -> Result<()> {
    execute!(
        &mut *tx,
        "insert into programme (id, kind, name, state, lead, hidden, first_day, last_day, version, doc, created_by,
         created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $11)",
        id,
        programme.kind.to_string(),
        programme.name.as_str(),
        ProgrammeState::Draft.to_string(),
        programme.lead.as_str(),
        programme.is_hidden(),
        programme.first_day.to_string(),
        programme.last_day.to_string(),
        write(programme)?,
        by.as_str(),
        now.ms()
    )?;
    for person in programme.persons() {
        execute!(
            &mut *tx,
            "insert into programme_member (programme, account) values ($1, $2) on conflict do nothing",
            id,
            person.as_str()
        )?;
    }
    Ok(())
}

/// The programme, when `sight` reaches it.
pub async fn get(on: impl Into<On<'_>>, id: &str, sight: &Sight) -> Result<Option<Stored>> {
    let mut text = SqlText::new(rows::PROGRAMME);
    text.push(" where id = ").bind(id);
    see(&mut text, sight);
    let row: Option<rows::ProgrammeRow> = fetch_optional_dyn(on, &text).await?;
    row.map(rows::programme).transpose()
}

/// The programme, its row locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str, sight: &Sight) -> Result<Option<Stored>> {
    let mut text = SqlText::new(rows::PROGRAMME);
    text.push(" where id = ").bind(id);
    see(&mut text, sight);
    text.push(tx.dialect().lock_row());
    let row: Option<rows::ProgrammeRow> = fetch_optional_dyn(&mut *tx, &text).await?;
    row.map(rows::programme).transpose()
}

/// Programmes of a kind and state, the newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    kind: Option<ProgrammeKind>,
    state: Option<ProgrammeState>,
    sight: &Sight,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Stored>> {
    let mut text = SqlText::new(rows::PROGRAMME);
    text.push(" where 1 = 1");
    text.filter(" and kind = ", kind.map(|kind| kind.to_string()));
    text.filter(" and state = ", state.map(|state| state.to_string()));
    see(&mut text, sight);
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (created_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by created_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<rows::ProgrammeRow> = fetch_all_dyn(on, &text).await?;
    let rows = rows.into_iter().map(rows::programme).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, size, |stored| Cursor::at(stored.created_at.ms(), stored.id.as_str())))
}

/// Every running programme, the oldest first.
pub async fn running(on: impl Into<On<'_>>) -> Result<Vec<Stored>> {
    let mut text = SqlText::new(rows::PROGRAMME);
    text.push(" where state = ").bind(ProgrammeState::Running.to_string());
    text.push(" order by created_at, id");
    let rows: Vec<rows::ProgrammeRow> = fetch_all_dyn(on, &text).await?;
    rows.into_iter().map(rows::programme).collect()
}

/// Moves a programme to a state. What is done is hidden no longer; what was left undone is no longer to be done.
pub async fn set_state(tx: &mut Tx, id: &str, state: ProgrammeState, now: Moment) -> Result<()> {
    execute!(
        &mut *tx,
        "update programme set state = $2, version = version + 1, updated_at = $3,
         hidden = hidden and $4 where id = $1",
        id,
        state.to_string(),
        now.ms(),
        state != ProgrammeState::Done
    )?;
    if matches!(state, ProgrammeState::Done | ProgrammeState::Cancelled) {
        execute!(
            &mut *tx,
            "update task set state = 'skipped', done_at = $2, done_by = 'system', version = version + 1
             where programme = $1 and state = 'open'",
            id,
            now.ms()
        )?;
    }
    if state == ProgrammeState::Done {
        execute!(&mut *tx, "update task set hidden = false where programme = $1", id)?;
    }
    Ok(())
}

/// What was given and drawn, the newest first; at most a hundred.
pub async fn runs(on: impl Into<On<'_>>, programme: &str) -> Result<Vec<Run>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        rows::RunRow,
        "select span, seed, candidates, drawn, at, late from programme_run where programme = $1
         order by at desc, span desc limit 100",
        programme
    )?;
    rows.into_iter().map(|row| rows::run(programme, row)).collect()
}

async fn record(tx: &mut Tx, programme: &str, run: &Run) -> Result<bool> {
    let written = execute!(
        tx,
        "insert into programme_run (programme, span, seed, candidates, drawn, at, late)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (programme, span) do nothing",
        programme,
        run.span.as_str(),
        run.seed.and_then(|seed| i64::try_from(seed).ok()),
        run.candidates,
        write(&run.drawn)?,
        run.at.ms(),
        run.late
    )?;
    Ok(written == 1)
}

/// Narrows the rows of `programme` to what somebody may know of.
fn see(text: &mut SqlText, sight: &Sight) {
    if let Sight::Own { account, .. } = sight {
        text.push(" and (not hidden or id in (select programme from programme_member where account = ");
        text.bind(account.as_str()).push("))");
    }
}

/// Ends the reminders of tickets that need none any more.
async fn settle(tx: &mut Tx, programme: &str, now: Moment) -> Result<u64> {
    let mut text = SqlText::new("update task set state = 'done', done_by = 'system', done_at = ");
    text.bind(now.ms()).push(", version = version + 1 where state = 'open' and programme = ").bind(programme);
    text.push(" and ticket_id in (select id from ticket where programme = ").bind(programme);
    text.among(" and stage in", rows::stages(|stage| !stage.is_open())).push(")");
    execute_dyn(tx, &text).await
}
