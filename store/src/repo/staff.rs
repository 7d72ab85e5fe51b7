//! Accounts as an administrator keeps them: the list, closing and opening again, a new password. It refuses citizens,
//! whom nobody keeps, and never reads a password back.

use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode};
use domain::time::Moment;

use super::page::{Cursor, Page, PageSize};
use super::people::{Account, accounts};
use crate::execute;
use crate::sql::{On, Result, SqlText, Tx, dialect, fetch_all_dyn};

/// Which accounts; what is absent holds every one of the staff.
#[derive(Debug, Clone, Default)]
pub struct StaffFilter {
    pub role: Option<Role>,
    pub department: Option<DepartmentCode>,
    pub active: Option<bool>,
    /// What the name or the username contains, without regard to case.
    pub words: Option<String>,
}

/// One page of staff accounts, the longest-serving first.
pub async fn list(
    on: impl Into<On<'_>>,
    filter: &StaffFilter,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Account>> {
    let mut on: On<'_> = on.into();
    let mut text = SqlText::new("select id, created_at from account where role <> ");
    text.bind(Role::Citizen.to_string());
    text.filter(" and role = ", filter.role.map(|role| role.to_string()));
    text.filter(" and department = ", filter.department.as_ref().map(DepartmentCode::as_str));
    text.filter(" and active = ", filter.active);
    if let Some(words) = &filter.words {
        let (like, pattern) = (on.dialect().like(), dialect::contains(words));
        text.push(" and (name").push(like).bind(&pattern).push(" escape '\\' or username").push(like);
        text.bind(pattern).push(" escape '\\')");
    }
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (created_at, id) > (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by created_at, id limit ").bind(size.ask());
    let rows: Vec<(String, i64)> = fetch_all_dyn(&mut on, &text).await?;
    let page = Page::cut(rows, size, |(id, created)| Cursor::at(*created, id.as_str()));
    let ids: Vec<AccountId> = page.rows.iter().map(|(id, _)| id.as_str().into()).collect();
    let mut found = accounts(&mut on, &ids).await?;
    let place = |account: &Account| ids.iter().position(|id| *id == account.id);
    found.sort_by_key(place);
    Ok(Page { rows: found, next: page.next })
}

/// Closes an account or opens it again; whoever was logged in is logged out.
pub async fn set_active(tx: &mut Tx, account: &AccountId, active: bool, now: Moment) -> Result<()> {
    execute!(tx, "update account set active = $1 where id = $2", active, account.as_str())?;
    end_sessions(tx, account, now).await
}

/// Puts a new password in force; whoever was logged in is logged out. `hash` is its stored form.
pub async fn set_password(tx: &mut Tx, account: &AccountId, hash: &str, now: Moment) -> Result<()> {
    execute!(tx, "update account set password_hash = $1 where id = $2", hash, account.as_str())?;
    end_sessions(tx, account, now).await
}

async fn end_sessions(tx: &mut Tx, account: &AccountId, now: Moment) -> Result<()> {
    execute!(tx, "update account set sessions_since = $1 where id = $2", now.ms(), account.as_str())?;
    execute!(
        tx,
        "update token_family set revoked_at = $1 where account_id = $2 and revoked_at is null",
        now.ms(),
        account.as_str()
    )?;
    Ok(())
}

/// Notes that somebody agreed to a version of the privacy guide; the first time counts.
pub async fn consent(tx: &mut Tx, account: &AccountId, version: u32, now: Moment) -> Result<()> {
    execute!(
        tx,
        "insert into consent (account_id, version, given_at) values ($1, $2, $3)
         on conflict (account_id, version) do nothing",
        account.as_str(),
        i64::from(version),
        now.ms()
    )?;
    Ok(())
}

/// The newest version of the privacy guide that somebody agreed to.
pub async fn consented(on: impl Into<On<'_>>, account: &AccountId) -> Result<Option<i64>> {
    let mut on: On<'_> = on.into();
    crate::fetch_scalar!(
        on,
        Option<i64>,
        "select cast(max(version) as bigint) from consent where account_id = $1",
        account.as_str()
    )
}
