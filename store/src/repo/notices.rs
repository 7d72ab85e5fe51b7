//! Notices to people: one for each account and event, kept until read, with how their delivery outside ended. It refuses
//! to write one twice.

use domain::id::{AccountId, TicketId};
use domain::time::Moment;
use sqlx::FromRow;

use super::page::{Cursor, Page, PageSize};
use super::people::GUEST;
use crate::sql::{On, Result, SqlText, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_optional, fetch_scalar, id};

/// A notice to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNotice<'a> {
    /// To whom.
    pub account: &'a AccountId,
    /// Of which ticket.
    pub ticket: &'a TicketId,
    /// Of which of its events.
    pub seq: u64,
    /// One line.
    pub title: &'a str,
    /// The sentence.
    pub body: &'a str,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// To whom.
    pub account: AccountId,
    /// Of which ticket.
    pub ticket: TicketId,
    /// Of which of its events.
    pub seq: u64,
    /// One line.
    pub title: String,
    /// The sentence.
    pub body: String,
    /// When it was written.
    pub created_at: Moment,
    /// When it was read.
    pub read_at: Option<Moment>,
    /// How the delivery outside ended; `None` while it waits.
    pub sent: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    account_id: String,
    ticket_id: String,
    seq: i64,
    title: String,
    body: String,
    created_at: i64,
    read_at: Option<i64>,
    sent: Option<String>,
}

macro_rules! select_notice {
    ($rest:literal) => {
        concat!(
            "select id, account_id, ticket_id, seq, title, body, created_at, read_at, sent from notice where ",
            $rest
        )
    };
}

/// Writes a notice; its id, or `None` when the account was told of this event before.
pub async fn insert(tx: &mut Tx, notice: &NewNotice<'_>, now: Moment) -> Result<Option<String>> {
    let id = id::fresh();
    let written = execute!(
        tx,
        "insert into notice (id, account_id, ticket_id, seq, title, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (account_id, ticket_id, seq) do nothing",
        &id,
        notice.account.as_str(),
        notice.ticket.as_str(),
        i64::try_from(notice.seq).unwrap_or(i64::MAX),
        notice.title,
        notice.body,
        now.ms()
    )?;
    Ok((written == 1).then_some(id))
}

/// The notice.
pub async fn get(on: impl Into<On<'_>>, id: &str) -> Result<Option<Notice>> {
    let mut on: On<'_> = on.into();
    Ok(fetch_optional!(on, Row, select_notice!("id = $1"), id)?.map(read))
}

/// One's own notices, newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    account: &AccountId,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Notice>> {
    let mut text = SqlText::new(select_notice!("account_id = "));
    text.bind(account.as_str());
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (created_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by created_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let notices = rows.into_iter().map(read).collect();
    Ok(Page::cut(notices, size, |notice: &Notice| Cursor::at(notice.created_at.ms(), &notice.id)))
}

/// How many of one's notices are unread.
pub async fn unread(on: impl Into<On<'_>>, account: &AccountId) -> Result<i64> {
    let mut on: On<'_> = on.into();
    fetch_scalar!(
        on,
        i64,
        "select cast(count(*) as bigint) from notice where account_id = $1 and read_at is null",
        account.as_str()
    )
}

/// Notes that its addressee read it; the first time counts. False when the account has no such notice.
pub async fn mark_read(tx: &mut Tx, account: &AccountId, id: &str, now: Moment) -> Result<bool> {
    let found = execute!(
        tx,
        "update notice set read_at = coalesce(read_at, $1) where id = $2 and account_id = $3",
        now.ms(),
        id,
        account.as_str()
    )?;
    Ok(found == 1)
}

/// Up to `limit` notices whose delivery hasn't ended, oldest first.
pub async fn pending(on: impl Into<On<'_>>, limit: u32) -> Result<Vec<Notice>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        Row,
        select_notice!("sent is null order by created_at, id limit $1"),
        i64::from(limit)
    )?;
    Ok(rows.into_iter().map(read).collect())
}

/// Notes how the delivery ended; false when it had ended before.
pub async fn mark_sent(tx: &mut Tx, id: &str, how: &str) -> Result<bool> {
    Ok(execute!(tx, "update notice set sent = $1 where id = $2 and sent is null", how, id)? == 1)
}

/// The WeChat user behind an account.
pub async fn openid_of(on: impl Into<On<'_>>, account: &AccountId) -> Result<Option<String>> {
    let mut on: On<'_> = on.into();
    let found = fetch_optional!(
        on,
        (Option<String>,),
        "select openid from account where id = $1 and active",
        account.as_str()
    )?;
    Ok(found.and_then(|(openid,)| openid).filter(|openid| !openid.starts_with(GUEST)))
}

fn read(row: Row) -> Notice {
    Notice {
        id: row.id,
        account: row.account_id.into(),
        ticket: row.ticket_id.into(),
        seq: row.seq.unsigned_abs(),
        title: row.title,
        body: row.body,
        created_at: Moment::from_ms(row.created_at),
        read_at: row.read_at.map(Moment::from_ms),
        sent: row.sent,
    }
}
