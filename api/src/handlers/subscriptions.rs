//! Webhooks: which systems are told of which events. It refuses addresses inside the district's own network, shows a
//! secret only once, and shows an outside system only its own subscriptions.

use actix_web::web;
use domain::actor::Role;
use domain::id::AccountId;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::outbound::hook::check_url;
use store::repo::subscriptions::{self, News, Subscription};

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once, PathId, Query, read_page};
use crate::view::Listed;
use crate::{Api, now};

/// Most subscriptions in force: each one is a row more in the transaction of an event.
const MOST: i64 = 50;
/// Who may subscribe.
const WHO: [Role; 2] = [Role::Admin, Role::Integration];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    url: String,
    events: Vec<News>,
}

#[derive(Serialize)]
struct SubscriptionView {
    id: String,
    owner: AccountId,
    url: String,
    events: Vec<NewsView>,
    created_at: Moment,
    revoked_at: Option<Moment>,
    /// Deliveries that have not arrived yet.
    waiting: i64,
    /// The key of the signatures; only in the answer to the subscription itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Serialize)]
struct NewsView {
    event: News,
    label: &'static str,
}

fn view(one: Subscription, waiting: i64, secret: Option<String>) -> SubscriptionView {
    let Subscription { id, owner, url, events, created_at, revoked_at, .. } = one;
    let events = events.into_iter().map(|event| NewsView { event, label: event.label() }).collect();
    SubscriptionView { id, owner, url, events, created_at, revoked_at, waiting, secret }
}

/// `POST /v1/subscriptions`
pub async fn create(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    Body(body): Body<NewSubscription>,
) -> ApiResult<Reply> {
    caller.require(&WHO)?;
    check_url(&body.url, api.settings.is_demo())
        .map_err(|error| ApiError::bad_field("url", error.to_string()))?;
    let mut events = body.events;
    events.sort_unstable();
    events.dedup();
    if events.is_empty() {
        return Err(ApiError::bad_field("events", "至少须有一种事件"));
    }
    let new = Subscription {
        id: store::id::fresh(),
        owner: caller.account.id.clone(),
        url: body.url,
        events,
        secret: fresh_secret(),
        created_at: now(),
        revoked_at: None,
    };
    once.run(&api, &caller, async |tx| {
        if subscriptions::in_force(&mut *tx).await? >= MOST {
            return Err(ApiError::from(Kind::Conflict).saying(format!("最多 {MOST} 个有效订阅")));
        }
        subscriptions::insert(tx, &new).await?;
        let secret = Some(new.secret.clone());
        Reply::created(&view(new, 0, secret))
    })
    .await
}

/// 256 random bits in hex.
fn fresh_secret() -> String {
    use std::fmt::Write as _;
    rand::random::<[u8; 32]>().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/subscriptions`: newest first; an outside system sees its own.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    caller.require(&WHO)?;
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let pool = &api.stores.pool;
    let owner = (caller.actor.role == Role::Integration).then_some(&caller.account.id);
    let page = subscriptions::list(pool, owner, cursor.as_ref(), size).await?;
    let ids: Vec<String> = page.rows.iter().map(|one| one.id.clone()).collect();
    let waiting = subscriptions::waiting(pool, &ids).await?;
    let page = page.map(|one| {
        let count = waiting.iter().find(|(id, _)| *id == one.id).map_or(0, |(_, count)| *count);
        view(one, count, None)
    });
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total: None })
}

/// `POST /v1/subscriptions/{id}/revoke`: for good; what waits is no longer sent.
pub async fn revoke(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    once: Once,
) -> ApiResult<Reply> {
    caller.require(&WHO)?;
    once.run(&api, &caller, async |tx| {
        let own = |one: &Subscription| caller.actor.role == Role::Admin || one.owner == caller.account.id;
        subscriptions::get(&mut *tx, &id).await?.filter(own).ok_or(Kind::NotFound)?;
        subscriptions::revoke(tx, &id, now()).await?;
        Ok(Reply::done())
    })
    .await
}
