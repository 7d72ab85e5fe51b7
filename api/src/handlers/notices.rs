//! One's own notices: the list, how many are unread, and marking one read. It refuses other people's as "not
//! found".

use actix_web::web;
use domain::id::TicketId;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::repo::notices::{self, Notice};

use crate::envelope::Reply;
use crate::error::{ApiResult, Kind};
use crate::extract::{Caller, PathId, Query, read_page};
use crate::{Api, now};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
struct NoticeView {
    id: String,
    ticket_id: TicketId,
    title: String,
    body: String,
    created_at: Moment,
    read_at: Option<Moment>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        let Notice { id, ticket, title, body, created_at, read_at, .. } = notice;
        Self { id, ticket_id: ticket, title, body, created_at, read_at }
    }
}

/// `GET /v1/notices`: newest first.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let account = &caller.account.id;
    let page = notices::list(&api.stores.pool, account, cursor.as_ref(), size).await?;
    let unread = notices::unread(&api.stores.pool, account).await?;
    let page = page.map(NoticeView::from);
    Reply::ok(&json!({ "items": page.rows, "next_cursor": page.next, "unread": unread }))
}

/// `POST /v1/notices/{id}/read`
pub async fn read(api: web::Data<Api>, caller: Caller, PathId(id): PathId<String>) -> ApiResult<Reply> {
    let mut tx = api.stores.pool.write().await?;
    if !notices::mark_read(&mut tx, &caller.account.id, &id, now()).await? {
        return Err(Kind::NotFound.into());
    }
    tx.commit().await?;
    Ok(Reply::done())
}
