//! Staff accounts as the administrator keeps them. Adding people and changing what they are for is the import's; it
//! refuses to close one's own account, which nobody could open again.

use actix_web::web;
use domain::actor::{Role, Side};
use domain::geo::grid::Layer;
use domain::id::{AccountId, DepartmentCode};
use serde::{Deserialize, Serialize};
use store::repo::people::{self, Account};
use store::repo::staff::{self, StaffFilter};

use crate::auth::password;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once, PathId, Query, read_page};
use crate::handlers::tickets::{DEFAULT, dossier};
use crate::view::{Frame, Listed, Named};
use crate::{Api, now, real_now};

/// Characters of a password.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=128;
/// Most characters to look for.
const MOST_WORDS: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    role: Option<Role>,
    department: Option<DepartmentCode>,
    active: Option<bool>,
    words: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// An account of the staff.
#[derive(Serialize)]
struct StaffView {
    id: AccountId,
    username: Option<String>,
    name: String,
    role: Role,
    role_label: &'static str,
    department: Option<Named>,
    side: Option<Side>,
    side_label: Option<&'static str>,
    phone: Option<String>,
    demo: bool,
    active: bool,
    grids: Vec<OwnGrid>,
}

/// A grid that somebody has.
#[derive(Serialize)]
struct OwnGrid {
    layer: Layer,
    #[serde(flatten)]
    named: Named,
}

/// `GET /v1/people`
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let Asked { role, department, active, words, .. } = asked;
    if words.as_ref().is_some_and(|words| !(1..=MOST_WORDS).contains(&words.chars().count())) {
        return Err(ApiError::from(Kind::BadQuery).detail("words", format!("须为 1 到 {MOST_WORDS} 个字")));
    }
    let filter = StaffFilter { role, department, active, words };
    let page = staff::list(&api.stores.pool, &filter, cursor.as_ref(), size).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now());
    let page = page.map(|account| view(&frame, account));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total: None })
}

/// What is to be done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    /// Nobody logs in with it any more.
    Suspend,
    /// It may log in again.
    Restore,
    /// A new password is in force.
    ResetPassword,
}

/// Body of `POST /v1/people/{id}/actions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonAction {
    action: Act,
    password: Option<String>,
}

/// `POST /v1/people/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<AccountId>,
    once: Once,
    Body(asked): Body<PersonAction>,
) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    let hash = new_hash(asked.action, asked.password).await?;
    if asked.action == Act::Suspend && id == caller.account.id {
        return Err(ApiError::from(Kind::Conflict).saying("不能停用自己的账号"));
    }
    let reply = once
        .run(&api, &caller, async |tx| {
            let known = people::account(&mut *tx, &id).await?;
            known.filter(|account| account.role != Role::Citizen).ok_or(Kind::NotFound)?;
            match &hash {
                Some(hash) => staff::set_password(tx, &id, hash, real_now()).await?,
                None => staff::set_active(tx, &id, asked.action == Act::Restore, real_now()).await?,
            }
            let account = people::account(&mut *tx, &id).await?.ok_or(Kind::NotFound)?;
            let books = api.books().await?;
            Reply::ok(&view(&dossier::frame(&api, &books, DEFAULT, now()), account))
        })
        .await?;
    api.forget_account(&id).await;
    Ok(reply)
}

/// The stored form of the new password; a password comes with its own action and no other.
async fn new_hash(action: Act, password: Option<String>) -> ApiResult<Option<String>> {
    match (action, password) {
        (Act::ResetPassword, Some(new)) if PASSWORD.contains(&new.chars().count()) => {
            let hashed = tokio::task::spawn_blocking(move || password::hash(&new)).await;
            hashed.map(Some).map_err(ApiError::internal)
        }
        (Act::ResetPassword, _) => Err(ApiError::bad_field("password", "新密码须为 8 到 128 个字符")),
        (_, Some(_)) => Err(ApiError::bad_field("password", "只随 reset_password")),
        (_, None) => Ok(None),
    }
}

fn view(frame: &Frame<'_>, account: Account) -> StaffView {
    let grids = account.grids.iter();
    StaffView {
        role_label: account.role.label(),
        department: account.department.as_ref().map(|code| frame.unit(code)),
        side_label: account.side.map(Side::label),
        grids: grids
            .map(|(layer, code)| OwnGrid { layer: *layer, named: frame.grid(*layer, code) })
            .collect(),
        id: account.id,
        username: account.username,
        name: account.name,
        role: account.role,
        side: account.side,
        phone: account.phone,
        demo: account.demo,
        active: account.active,
    }
}
