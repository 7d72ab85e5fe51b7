//! Refresh tokens: each is used once and gives the next of its family; a second use after the grace window means
//! that two hold it, and the whole family ends. It refuses to see a token: only its hash comes here.

use domain::id::AccountId;
use domain::time::Moment;

use crate::sql::{On, Result, SqlText, Tx, fetch_optional_dyn};
use crate::{execute, fetch_optional, id};

/// One login and all tokens that follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FamilyId(String);

impl FamilyId {
    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FamilyId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What a refresh token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// Used for the first time; it is used from now on.
    Fresh { account: AccountId, family: FamilyId },
    /// Used again within the grace window, as ten parallel requests do.
    Grace { account: AccountId, family: FamilyId },
    /// Used again later: the family is revoked. The caller commits, then refuses.
    Replayed,
    /// Too old.
    Expired,
    /// No such token, or its family was revoked, or its account may not log in.
    Unknown,
}

/// Begins a family for a login.
pub async fn open_family(tx: &mut Tx, account: &AccountId, now: Moment) -> Result<FamilyId> {
    let family = id::fresh();
    execute!(
        tx,
        "insert into token_family (id, account_id, created_at) values ($1, $2, $3)",
        &family,
        account.as_str(),
        now.ms()
    )?;
    Ok(FamilyId(family))
}

/// Keeps the hash of a new token of the family.
pub async fn store_refresh(
    tx: &mut Tx,
    family: &FamilyId,
    hash: &str,
    issued: Moment,
    expires: Moment,
) -> Result<()> {
    execute!(
        tx,
        "insert into refresh_token (hash, family_id, issued_at, expires_at) values ($1, $2, $3, $4)",
        hash,
        family.as_str(),
        issued.ms(),
        expires.ms()
    )?;
    Ok(())
}

/// Uses a token; its row is locked, so that of two requests at once one is first.
pub async fn use_refresh(tx: &mut Tx, hash: &str, now: Moment, grace_ms: i64) -> Result<Refresh> {
    let mut text = SqlText::new("select family_id, expires_at, used_at from refresh_token where hash = ");
    text.bind(hash).push(tx.dialect().lock_row());
    let token: Option<(String, i64, Option<i64>)> = fetch_optional_dyn(&mut *tx, &text).await?;
    let Some((family, expires, used)) = token else { return Ok(Refresh::Unknown) };
    let owner = fetch_optional!(
        tx,
        (String,),
        "select a.id from token_family f join account a on a.id = f.account_id
         where f.id = $1 and f.revoked_at is null and a.active",
        &family
    )?;
    let Some((account,)) = owner else { return Ok(Refresh::Unknown) };
    let (account, family) = (AccountId::from(account), FamilyId(family));
    match used {
        Some(used) if now.ms() > used.saturating_add(grace_ms) => {
            revoke_family(tx, &family, now).await?;
            Ok(Refresh::Replayed)
        }
        _ if now.ms() >= expires => Ok(Refresh::Expired),
        Some(_) => Ok(Refresh::Grace { account, family }),
        None => {
            execute!(tx, "update refresh_token set used_at = $1 where hash = $2", now.ms(), hash)?;
            Ok(Refresh::Fresh { account, family })
        }
    }
}

/// Ends a family; its tokens are unknown from now on.
pub async fn revoke_family(tx: &mut Tx, family: &FamilyId, now: Moment) -> Result<()> {
    execute!(
        tx,
        "update token_family set revoked_at = $1 where id = $2 and revoked_at is null",
        now.ms(),
        family.as_str()
    )?;
    Ok(())
}

/// The family of a token, for logging out.
pub async fn family_of(on: impl Into<On<'_>>, hash: &str) -> Result<Option<FamilyId>> {
    let mut on: On<'_> = on.into();
    let family = fetch_optional!(on, (String,), "select family_id from refresh_token where hash = $1", hash)?;
    Ok(family.map(|(family,)| FamilyId(family)))
}

/// Removes tokens that expired before `before`, then families without any; tells how many tokens.
pub async fn sweep_tokens(tx: &mut Tx, before: Moment) -> Result<u64> {
    let tokens = execute!(tx, "delete from refresh_token where expires_at < $1", before.ms())?;
    execute!(
        tx,
        "delete from token_family where created_at < $1
         and not exists (select 1 from refresh_token t where t.family_id = token_family.id)",
        before.ms()
    )?;
    Ok(tokens)
}
