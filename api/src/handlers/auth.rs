//! Logging in, staying in, logging out, and "who am I". A wrong name and a wrong password get the same answer.

use actix_web::{HttpRequest, web};
use domain::actor::{Role, Side};
use domain::geo::grid::Layer;
use domain::id::{AccountId, GridCode};
use domain::ticket::event::Unit;
use serde::{Deserialize, Serialize};
use store::repo::people::{self, Account};
use store::repo::{district, staff};

use crate::auth::session::{self, Tokens};
use crate::auth::{password, wechat as platform};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, sha256_hex};
use crate::handlers::config::PRIVACY_VERSION;
use crate::limits::count_login;
use crate::{Api, real_now};

/// Longest WeChat code or refresh token, bytes.
const MAX_CODE: usize = 256;
/// Length of a guest's key: 32 bytes in base64url without padding.
const GUEST_KEY: usize = 43;
/// Longest username, bytes.
const MAX_NAME: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatLogin {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestLogin {
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordLogin {
    username: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshToken {
    refresh_token: String,
}

/// The account as its owner sees it.
#[derive(Serialize)]
struct Me {
    id: AccountId,
    name: String,
    role: Role,
    role_label: &'static str,
    username: Option<String>,
    department: Option<Unit>,
    side: Option<Side>,
    grids: Vec<MyGrid>,
    /// The newest privacy guide that was agreed to.
    consented_version: Option<i64>,
}

#[derive(Serialize)]
struct MyGrid {
    layer: Layer,
    code: GridCode,
    name: Option<String>,
}

#[derive(Serialize)]
struct LoggedIn {
    #[serde(flatten)]
    tokens: Tokens,
    account: Me,
    /// Whether the account was made by this login.
    is_new: bool,
}

/// `POST /v1/auth/wechat`
pub async fn wechat(api: web::Data<Api>, Body(login): Body<WechatLogin>) -> ApiResult<Reply> {
    if login.code.is_empty() || login.code.len() > MAX_CODE {
        return Err(ApiError::bad_field("code", "登录凭证不正确"));
    }
    let openid = platform::openid_of(&api, &login.code).await?;
    open_for(&api, &openid).await
}

/// `POST /v1/auth/guest`
pub async fn guest(api: web::Data<Api>, Body(login): Body<GuestLogin>) -> ApiResult<Reply> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if login.key.len() != GUEST_KEY || !login.key.bytes().all(fine) {
        return Err(ApiError::bad_field("key", "须为 32 个随机字节的 base64url(43 个字符)"));
    }
    if !api.settings.guests {
        return Err(Kind::GuestsOff.into());
    }
    open_for(&api, &format!("{}{}", people::GUEST, sha256_hex(&[login.key.as_bytes()]))).await
}

/// Opens a session for whoever is known by `openid`, as a new citizen when nobody is.
async fn open_for(api: &Api, openid: &str) -> ApiResult<Reply> {
    let now = real_now();
    let mut tx = api.stores.pool.write().await?;
    let (account, is_new) = people::by_openid_or_create(&mut tx, openid, now).await?;
    api.admit(&account)?;
    let tokens = session::open(api, &mut tx, &account, now).await?;
    tx.commit().await?;
    let account = me_of(api, &account).await?;
    Reply::ok(&LoggedIn { tokens, account, is_new })
}

/// `POST /v1/auth/login`
pub async fn login(
    api: web::Data<Api>,
    request: HttpRequest,
    Body(login): Body<PasswordLogin>,
) -> ApiResult<Reply> {
    let username = login.username.trim().to_lowercase();
    let fits = username.len() <= MAX_NAME && login.password.len() <= password::MAX_BYTES;
    count_login(&api, &request, fits.then_some(username.as_str())).await?;
    if !fits || username.is_empty() {
        return Err(Kind::WrongPassword.into());
    }
    let found = people::by_username(&api.stores.pool, &username).await?;
    let known = found.filter(|(account, _)| api.admit(account).is_ok());
    let (account, hash) = known.unzip();
    let right = password::is_right(login.password, hash).await?;
    let account = account.filter(|_| right).ok_or(Kind::WrongPassword)?;
    let mut tx = api.stores.pool.write().await?;
    let tokens = session::open(&api, &mut tx, &account, real_now()).await?;
    tx.commit().await?;
    let account = me_of(&api, &account).await?;
    Reply::ok(&LoggedIn { tokens, account, is_new: false })
}

/// `POST /v1/auth/refresh`
pub async fn refresh(api: web::Data<Api>, Body(given): Body<RefreshToken>) -> ApiResult<Reply> {
    if given.refresh_token.len() > MAX_CODE {
        return Err(Kind::RefreshInvalid.into());
    }
    Reply::ok(&session::renew(&api, &given.refresh_token).await?)
}

/// `POST /v1/auth/logout`
pub async fn logout(api: web::Data<Api>, Body(given): Body<RefreshToken>) -> ApiResult<Reply> {
    session::close(&api, &given.refresh_token).await?;
    Ok(Reply::done())
}

/// `GET /v1/me`
pub async fn me(api: web::Data<Api>, caller: Caller) -> ApiResult<Reply> {
    Reply::ok(&me_of(&api, &caller.account).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    privacy_version: u32,
}

/// `POST /v1/me/consents`: the caller agrees to the privacy guide that is in force.
pub async fn consent(api: web::Data<Api>, caller: Caller, Body(given): Body<Consent>) -> ApiResult<Reply> {
    if given.privacy_version != PRIVACY_VERSION {
        let reason = format!("现行的隐私指引是第 {PRIVACY_VERSION} 版，请重新阅读");
        return Err(ApiError::bad_field("privacy_version", reason));
    }
    let mut tx = api.stores.pool.write().await?;
    staff::consent(&mut tx, &caller.account.id, given.privacy_version, real_now()).await?;
    tx.commit().await?;
    Reply::ok(&me_of(&api, &caller.account).await?)
}

async fn me_of(api: &Api, account: &Account) -> ApiResult<Me> {
    let books = api.books().await?;
    let consented_version = staff::consented(&api.stores.pool, &account.id).await?;
    let unit = |code| district::unit(&books, code).map(|(unit, _)| unit);
    let grids = account.grids.iter().map(|(layer, code)| MyGrid {
        layer: *layer,
        code: code.clone(),
        name: books.grids.get(*layer, code).map(|grid| grid.name.clone()),
    });
    Ok(Me {
        consented_version,
        id: account.id.clone(),
        name: account.name.clone(),
        role: account.role,
        role_label: account.role.label(),
        username: account.username.clone(),
        department: account.department.as_ref().and_then(unit),
        side: account.side,
        grids: grids.collect(),
    })
}
