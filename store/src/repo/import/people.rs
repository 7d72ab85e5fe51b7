//! Staff accounts: made once, brought up to date by every later file. It refuses to touch the password of an existing
//! account, except that of a demo account which becomes a real one, and to shut anybody out who is not in the file.

use std::collections::BTreeMap;

use domain::actor::{Role, Side};
use domain::id::AccountId;
use domain::import::PersonRow;
use domain::time::Moment;

use super::Hash;
use super::tables::note;
use super::values::insert_all;
use crate::sql::{On, Result, SqlText, Tx, execute_dyn, fetch_all_dyn};
use crate::{execute, fetch_scalar, id};

/// A row of the file and the stored form of its password, when it needs one.
pub(super) struct Staff {
    row: PersonRow,
    hash: Option<String>,
}

impl From<PersonRow> for Staff {
    fn from(row: PersonRow) -> Self {
        Self { row, hash: None }
    }
}

/// What the database has under a name.
struct Existing {
    id: AccountId,
    has_password: bool,
    demo: bool,
    active: bool,
}

/// Hashes the passwords that will be used: those of accounts without a password of their own. It is slow by design.
pub(super) async fn hash_passwords(on: impl Into<On<'_>>, staff: &mut [Staff], hash: Hash<'_>) -> Result<()> {
    let existing = existing(on, staff).await?;
    for Staff { row, hash: hashed } in staff {
        let keeps = existing.get(&row.username).is_some_and(|account| account.has_password && !account.demo);
        *hashed = row.password.as_deref().filter(|_| !keeps).map(hash);
    }
    Ok(())
}

/// Writes the accounts and their grids.
pub(super) async fn write(tx: &mut Tx, staff: &[Staff], demo: bool, now: Moment) -> Result<Vec<String>> {
    let existing = existing(&mut *tx, staff).await?;
    let (mut made, mut owners) = (Vec::new(), Vec::new());
    let mut tally = Tally::default();
    for person in staff {
        let id = match existing.get(&person.row.username) {
            Some(account) => {
                tally.note(account, person, demo);
                update(tx, account, person, demo).await?;
                account.id.clone()
            }
            None => {
                tally.without_password += i64::from(person.hash.is_none());
                let id = AccountId::from(id::fresh());
                made.push((id.clone(), person));
                id
            }
        };
        owners.push((id, person));
    }
    insert(tx, &made, demo, now).await?;
    replace_grids(tx, &owners).await?;
    let all =
        fetch_scalar!(tx, i64, "select cast(count(*) as bigint) from account where username is not null")?;
    tally.untouched = all - i64::try_from(staff.len()).unwrap_or(i64::MAX);
    Ok(tally.notes())
}

async fn existing(on: impl Into<On<'_>>, staff: &[Staff]) -> Result<BTreeMap<String, Existing>> {
    let mut on: On<'_> = on.into();
    let mut found = BTreeMap::new();
    for chunk in staff.chunks(500) {
        let mut text = SqlText::new(
            "select username, id, case when password_hash is null then false else true end, demo, active from account",
        );
        text.among(" where username in", chunk.iter().map(|person| person.row.username.as_str()));
        let rows: Vec<(String, String, bool, bool, bool)> = fetch_all_dyn(&mut on, &text).await?;
        found.extend(rows.into_iter().map(|(name, id, has_password, demo, active)| {
            (name, Existing { id: id.into(), has_password, demo, active })
        }));
    }
    Ok(found)
}

async fn update(tx: &mut Tx, account: &Existing, Staff { row, hash }: &Staff, demo: bool) -> Result<()> {
    let becomes_real = account.demo && !demo;
    execute!(
        tx,
        "update account set role = $1, name = $2, department = $3, side = $4, phone = $5, demo = $6,
         password_hash = case when $7 then $8 else coalesce(password_hash, $8) end where id = $9",
        row.role.to_string(),
        &row.name,
        row.department.as_str(),
        row.inspector_side.map(|side| side.to_string()),
        row.phone.as_deref(),
        account.demo && demo,
        becomes_real,
        hash.as_deref(),
        account.id.as_str()
    )?;
    Ok(())
}

async fn insert(tx: &mut Tx, made: &[(AccountId, &Staff)], demo: bool, now: Moment) -> Result<()> {
    insert_all(
        tx,
        "insert into account (id, role, name, username, password_hash, department, side, phone, demo, active, created_at)",
        "",
        made,
        |values, (id, Staff { row, hash })| {
            values.add(id.as_str()).add(Role::to_string(&row.role)).add(&row.name).add(&row.username);
            values.maybe(hash.as_deref()).add(row.department.as_str());
            values.maybe(row.inspector_side.as_ref().map(Side::to_string)).maybe(row.phone.as_deref());
            values.add(demo).add(true).add(now.ms());
        },
    )
    .await
}

async fn replace_grids(tx: &mut Tx, owners: &[(AccountId, &Staff)]) -> Result<()> {
    for chunk in owners.chunks(500) {
        let mut text = SqlText::new("delete from account_grid");
        text.among(" where account_id in", chunk.iter().map(|(id, _)| id.as_str()));
        execute_dyn(&mut *tx, &text).await?;
    }
    let grids: Vec<(&AccountId, String, &str)> = owners
        .iter()
        .flat_map(|(id, person)| {
            person.row.grids.iter().map(move |(layer, grid)| (id, layer.to_string(), grid.as_str()))
        })
        .collect();
    insert_all(
        tx,
        "insert into account_grid (account_id, layer, grid)",
        "",
        &grids,
        |values, (id, layer, grid)| {
            values.add(id.as_str()).add(layer).add(*grid);
        },
    )
    .await
}

/// What a person should know afterwards.
#[derive(Default)]
struct Tally {
    kept: i64,
    made_real: i64,
    without_password: i64,
    inactive: i64,
    untouched: i64,
}

impl Tally {
    fn note(&mut self, account: &Existing, person: &Staff, demo: bool) {
        let becomes_real = account.demo && !demo;
        self.kept += i64::from(account.has_password && !becomes_real);
        self.made_real += i64::from(becomes_real);
        self.without_password += i64::from(person.hash.is_none() && (becomes_real || !account.has_password));
        self.inactive += i64::from(!account.active);
    }

    fn notes(&self) -> Vec<String> {
        [
            note(self.kept, |n| format!("{n} 个已有账号保留原密码")),
            note(self.made_real, |n| format!("{n} 个演示账号转为正式账号，演示密码已作废")),
            note(self.without_password, |n| format!("{n} 个账号没有密码，暂不能用密码登录")),
            note(self.inactive, |n| format!("{n} 个账号已停用，仍保持停用")),
            note(self.untouched, |n| format!("文件中没有的 {n} 个账号保持不变，未停用")),
        ]
        .concat()
    }
}
