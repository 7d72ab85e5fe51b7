//! Accounts: who may log in, what they are for and who answers for a unit. It refuses to compare passwords and
//! to hand a phone number on by itself.

use domain::actor::{Actor, Role, Side};
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode, GridCode};
use domain::ticket::event::Person;
use domain::time::Moment;
use sqlx::FromRow;

use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_optional, id};

pub use super::superiors::{Footing, TOP, chiefs, leader_of, standing, superior_at, superior_of};
pub use super::tokens::{
    FamilyId, Refresh, family_of, open_family, revoke_family, store_refresh, sweep_tokens, use_refresh,
};

/// What the identity of a citizen without WeChat begins with; WeChat knows nobody by such a name.
pub const GUEST: &str = "guest:";

/// The name of a citizen whom nobody knows by name.
const CITIZEN_NAME: &str = "市民";

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the person is for.
    pub role: Role,
    /// The person's name.
    pub name: String,
    /// The name to log in with; staff only.
    pub username: Option<String>,
    /// The unit; staff only.
    pub department: Option<DepartmentCode>,
    /// The body for which an inspector signs.
    pub side: Option<Side>,
    /// For those alone whom the role table names.
    pub phone: Option<String>,
    /// Made by the reference data: refused outside demo mode.
    pub demo: bool,
    /// Whether it may log in.
    pub active: bool,
    /// Access tokens issued before are refused.
    pub sessions_since: Option<Moment>,
    /// The person's own grids.
    pub grids: Vec<(Layer, GridCode)>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    role: String,
    name: String,
    username: Option<String>,
    department: Option<String>,
    side: Option<String>,
    phone: Option<String>,
    demo: bool,
    active: bool,
    sessions_since: Option<i64>,
}

macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "select id, role, name, username, department, side, phone, demo, active, sessions_since from account",
            $rest
        )
    };
}

/// The account, active or not.
pub async fn account(on: impl Into<On<'_>>, account: &AccountId) -> Result<Option<Account>> {
    let mut on: On<'_> = on.into();
    let row = fetch_optional!(on, Row, select_account!(" where id = $1"), account.as_str())?;
    Ok(complete(&mut on, row.into_iter().collect()).await?.pop())
}

/// Those of the accounts that exist, active or not.
pub async fn accounts(on: impl Into<On<'_>>, ids: &[AccountId]) -> Result<Vec<Account>> {
    let mut on: On<'_> = on.into();
    let mut text = SqlText::new(select_account!(""));
    text.among(" where id in", ids.iter().map(AccountId::as_str)).push(" order by id");
    let rows = fetch_all_dyn(&mut on, &text).await?;
    complete(&mut on, rows).await
}

/// The staff account with this name and its password hash; no account without a password is found.
pub async fn by_username(on: impl Into<On<'_>>, username: &str) -> Result<Option<(Account, String)>> {
    let mut on: On<'_> = on.into();
    let found = fetch_optional!(
        on,
        (String, String),
        "select id, password_hash from account where username = $1 and password_hash is not null",
        username
    )?;
    let Some((id, hash)) = found else { return Ok(None) };
    Ok(account(&mut on, &id.into()).await?.map(|account| (account, hash)))
}

/// The account of a WeChat user, made as a citizen's when there is none; true when it is new.
pub async fn by_openid_or_create(tx: &mut Tx, openid: &str, now: Moment) -> Result<(Account, bool)> {
    let made = execute!(
        tx,
        "insert into account (id, role, name, openid, demo, active, created_at)
         values ($1, $2, $3, $4, false, true, $5) on conflict (openid) do nothing",
        id::fresh(),
        Role::Citizen.to_string(),
        CITIZEN_NAME,
        openid,
        now.ms()
    )?;
    let row = fetch_all!(tx, Row, select_account!(" where openid = $1"), openid)?;
    let account = complete(&mut On::Tx(tx), row).await?.pop();
    account.map(|account| (account, made == 1)).ok_or_else(|| StoreError::Missing("account".to_owned()))
}

/// The account as the one who acts.
pub fn actor_of(account: &Account) -> Actor {
    Actor {
        account: account.id.clone(),
        name: account.name.clone(),
        role: account.role,
        department: account.department.clone(),
        grids: account.grids.iter().cloned().collect(),
        side: account.side,
    }
}

/// Who answers for a unit: its head, else one of its handlers, else a dispatcher, the longest-serving first.
///
/// `None` only when there is no active account of any of the three kinds.
pub async fn head_of(on: impl Into<On<'_>>, unit: &DepartmentCode) -> Result<Option<Person>> {
    let mut on: On<'_> = on.into();
    let own = fetch_optional!(
        on,
        (String, String),
        "select id, name from account where department = $1 and role in ('unit_head', 'handler') and active
         order by case when role = 'unit_head' then 0 else 1 end, created_at, id limit 1",
        unit.as_str()
    )?;
    let found = match own {
        Some(person) => Some(person),
        None => fetch_optional!(
            on,
            (String, String),
            "select id, name from account where role = 'dispatcher' and active order by created_at, id limit 1"
        )?,
    };
    Ok(found.map(|(id, name)| Person { account: id.into(), name }))
}

/// The active accounts of a role, the longest-serving first.
pub async fn accounts_by_role(on: impl Into<On<'_>>, role: Role) -> Result<Vec<Account>> {
    let mut on: On<'_> = on.into();
    let sql = select_account!(" where role = $1 and active order by created_at, id");
    let rows = fetch_all!(on, Row, sql, role.to_string())?;
    complete(&mut on, rows).await
}

/// The active accounts of a unit that have one of the roles, the longest-serving first.
pub async fn accounts_of_department(
    on: impl Into<On<'_>>,
    unit: &DepartmentCode,
    roles: &[Role],
) -> Result<Vec<Account>> {
    let mut on: On<'_> = on.into();
    let mut text = SqlText::new(select_account!(" where active and department = "));
    text.bind(unit.as_str()).among(" and role in", roles.iter().map(Role::to_string));
    text.push(" order by created_at, id");
    let rows = fetch_all_dyn(&mut on, &text).await?;
    complete(&mut on, rows).await
}

/// The active accounts that have this grid, the longest-serving first: whom to ask to look at a place.
pub async fn accounts_of_grid(
    on: impl Into<On<'_>>,
    layer: Layer,
    grid: &GridCode,
    role: Role,
) -> Result<Vec<Account>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Row,
        select_account!(
            " where id in (select account_id from account_grid where layer = $1 and grid = $2) and role = $3
               and active order by created_at, id"
        ),
        layer.to_string(),
        grid.as_str(),
        role.to_string()
    )?;
    complete(&mut on, rows).await
}

/// Adds the grids with one more statement and reads the words. Whoever works in the unit of an area has that area.
async fn complete(on: &mut On<'_>, rows: Vec<Row>) -> Result<Vec<Account>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new("select account_id, layer, grid from account_grid");
    text.among(" where account_id in", rows.iter().map(|row| &row.id)).push(" order by layer, grid");
    let grids: Vec<(String, String, String)> = fetch_all_dyn(&mut *on, &text).await?;
    let mut areas = SqlText::new("select account.id, department.area from account");
    areas.push(" join department on department.code = account.department where department.area is not null");
    areas.push(" and account.role in ('handler', 'unit_head')");
    areas.among(" and account.id in", rows.iter().map(|row| &row.id));
    let areas: Vec<(String, String)> = fetch_all_dyn(on, &areas).await?;
    let areas = areas.into_iter().map(|(owner, area)| (owner, Layer::Area.to_string(), area));
    let grids = grids.into_iter().chain(areas);
    let mut accounts = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    for (owner, layer, grid) in grids {
        let layer = layer.parse().map_err(|_| StoreError::corrupt("account_grid", "layer", &owner))?;
        let grid = (layer, grid.into());
        let account = accounts.iter_mut().find(|account| account.id.as_str() == owner);
        if let Some(account) = account.filter(|account| !account.grids.contains(&grid)) {
            account.grids.push(grid);
        }
    }
    Ok(accounts)
}

fn read(row: Row) -> Result<Account> {
    let corrupt = |column| StoreError::corrupt("account", column, &row.id);
    Ok(Account {
        role: row.role.parse().map_err(|_| corrupt("role"))?,
        side: row.side.as_deref().map(str::parse).transpose().map_err(|_| corrupt("side"))?,
        id: row.id.into(),
        name: row.name,
        username: row.username,
        department: row.department.map(Into::into),
        phone: row.phone,
        demo: row.demo,
        active: row.active,
        sessions_since: row.sessions_since.map(Moment::from_ms),
        grids: Vec::new(),
    })
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
