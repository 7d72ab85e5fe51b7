//! Sessions: a login opens a family of refresh tokens; each renewal gives the next. It refuses a token used
//! again after the grace window and then ends the whole family.

use domain::time::Moment;
use serde::Serialize;
use store::Tx;
use store::repo::people::{self, Account, FamilyId, Refresh};

use super::token::{ACCESS_MS, REFRESH_MS, fresh_refresh, hash_refresh};
use crate::error::{ApiError, Kind};
use crate::{Api, real_now};

/// Ten requests can meet one 401 at once and all bring the same token.
const GRACE_MS: i64 = 30_000;

/// What a client keeps after logging in.
#[derive(Debug, Serialize)]
pub struct Tokens {
    pub access_token: String,
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    pub refresh_token: String,
    /// Seconds.
    pub refresh_expires_in: i64,
}

/// Opens a family for a login.
pub async fn open(api: &Api, tx: &mut Tx, account: &Account, now: Moment) -> Result<Tokens, ApiError> {
    let family = people::open_family(tx, &account.id, now).await?;
    issue(api, tx, account, &family, now).await
}

/// Changes a refresh token for new tokens.
pub async fn renew(api: &Api, refresh: &str) -> Result<Tokens, ApiError> {
    let now = real_now();
    let mut tx = api.stores.pool.write().await?;
    let used = people::use_refresh(&mut tx, &hash_refresh(refresh), now, GRACE_MS).await?;
    let (id, family) = match used {
        Refresh::Fresh { account, family } | Refresh::Grace { account, family } => (account, family),
        Refresh::Replayed => {
            tx.commit().await?;
            tracing::warn!("a refresh token was used twice; its family is revoked");
            return Err(Kind::RefreshInvalid.into());
        }
        Refresh::Expired | Refresh::Unknown => return Err(Kind::RefreshInvalid.into()),
    };
    let account = people::account(&mut tx, &id).await?.ok_or(Kind::RefreshInvalid)?;
    // A closed account's sessions have ended, like any other that may not go on.
    api.admit(&account).map_err(|_| Kind::RefreshInvalid)?;
    let tokens = issue(api, &mut tx, &account, &family, now).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Ends the family of a refresh token; an unknown one is fine.
pub async fn close(api: &Api, refresh: &str) -> Result<(), ApiError> {
    let mut tx = api.stores.pool.write().await?;
    if let Some(family) = people::family_of(&mut tx, &hash_refresh(refresh)).await? {
        people::revoke_family(&mut tx, &family, real_now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn issue(
    api: &Api,
    tx: &mut Tx,
    account: &Account,
    family: &FamilyId,
    now: Moment,
) -> Result<Tokens, ApiError> {
    let refresh_token = fresh_refresh();
    people::store_refresh(tx, family, &hash_refresh(&refresh_token), now, now.plus_ms(REFRESH_MS)).await?;
    Ok(Tokens {
        access_token: api.keys.issue(&account.id, account.role, now)?,
        token_type: "Bearer",
        expires_in: ACCESS_MS / 1000,
        refresh_token,
        refresh_expires_in: REFRESH_MS / 1000,
    })
}
