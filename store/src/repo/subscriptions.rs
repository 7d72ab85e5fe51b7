//! Systems that are told of events (webhooks), and the deliveries that wait for them: one for each event and subscriber.
//! It refuses to put anything personal into a delivery and to tell anybody of restricted tickets.

use domain::id::{AccountId, TicketId};
use domain::job::{Job, JobKind};
use domain::ticket::Ticket;
use domain::ticket::action::ActionKind;
use domain::ticket::event::{Event, Machine};
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use strum::{Display, EnumString, VariantArray};

use super::page::{Cursor, Page, PageSize};
use super::tickets::write;
use crate::jobs::{self, NewJob};
use crate::sequel::Turn;
use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_optional, fetch_scalar, id};

/// What a system can be told of.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum News {
    Opened,
    Filed,
    Declined,
    Merged,
    Dispatched,
    SignedIn,
    FixSubmitted,
    Accepted,
    Reworked,
    Closed,
    Reopened,
}

impl News {
    /// What an event is to those who are told of it; `None` when nobody is.
    pub fn of(event: &Event) -> Option<Self> {
        let Some(action) = event.action else { return Some(Self::Opened) };
        Some(match action {
            ActionKind::File => Self::Filed,
            ActionKind::Decline => Self::Declined,
            ActionKind::Merge => Self::Merged,
            ActionKind::Dispatch | ActionKind::Redispatch | ActionKind::Rule | ActionKind::Transfer => {
                Self::Dispatched
            }
            ActionKind::SignIn => Self::SignedIn,
            ActionKind::SubmitFix | ActionKind::HandleOnSpot => Self::FixSubmitted,
            ActionKind::Judge | ActionKind::Accept if event.state.stage() == Stage::Accepted => {
                Self::Accepted
            }
            ActionKind::Rework | ActionKind::Judge if event.state.stage() == Stage::Handling => {
                Self::Reworked
            }
            ActionKind::Close => Self::Closed,
            ActionKind::Reopen => Self::Reopened,
            _ => return None,
        })
    }

    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Opened => "收到上报",
            Self::Filed => "立案",
            Self::Declined => "不予受理",
            Self::Merged => "并案",
            Self::Dispatched => "派单",
            Self::SignedIn => "签收",
            Self::FixSubmitted => "提交处置",
            Self::Accepted => "核查通过",
            Self::Reworked => "返工",
            Self::Closed => "销号",
            Self::Reopened => "重开",
        }
    }
}

/// A system that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub owner: AccountId,
    pub url: String,
    pub events: Vec<News>,
    /// The key of its signatures.
    pub secret: String,
    pub created_at: Moment,
    pub revoked_at: Option<Moment>,
}

/// One event on its way to one subscriber.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Delivery {
    pub id: String,
    pub subscription_id: String,
    pub event: String,
    /// JSON as it is sent.
    pub body: String,
    /// `delivered` or `revoked`; `None` while it waits.
    pub outcome: Option<String>,
}

/// What a subscriber reads.
#[derive(Serialize)]
struct Told<'a> {
    /// The same for every repetition of this delivery.
    id: &'a str,
    event: News,
    ticket_id: &'a TicketId,
    number: Option<&'a str>,
    state: Stage,
    at: Moment,
    /// The machine's own sighting, so that it can look at the place again.
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<&'a Machine>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    owner: String,
    url: String,
    events: String,
    secret: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

macro_rules! select_subscription {
    ($rest:literal) => {
        concat!("select id, owner, url, events, secret, created_at, revoked_at from subscription ", $rest)
    };
}

/// Takes the turn of one event: a delivery and its job for each subscriber who asked for such news.
pub(crate) async fn note(tx: &mut Tx, turn: &Turn<'_>) -> Result<()> {
    let ticket: &Ticket = turn.after;
    let Some(news) = News::of(turn.event).filter(|_| !ticket.source.is_restricted()) else { return Ok(()) };
    let mark = format!("%|{news}|%");
    let subscribers = fetch_all!(
        &mut *tx,
        (String,),
        "select id from subscription where revoked_at is null and events like $1 order by created_at, id",
        mark
    )?;
    for (subscriber,) in subscribers {
        deliver(tx, &subscriber, news, turn).await?;
    }
    Ok(())
}

async fn deliver(tx: &mut Tx, subscriber: &str, news: News, turn: &Turn<'_>) -> Result<()> {
    let (ticket, event) = (turn.after, turn.event);
    let delivery = id::fresh();
    let body = write(&Told {
        id: &delivery,
        event: news,
        ticket_id: &ticket.id,
        number: ticket.number.as_deref(),
        state: ticket.stage(),
        at: event.at,
        machine: ticket.origin.machine.as_ref(),
    })?;
    execute!(
        &mut *tx,
        "insert into delivery (id, subscription_id, ticket_id, seq, event, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &delivery,
        subscriber,
        ticket.id.as_str(),
        event.seq as i64,
        news.to_string(),
        body,
        event.at.ms()
    )?;
    let job = Job::Push { delivery };
    let payload = write(&job)?;
    let kind = JobKind::from(&job).to_string();
    jobs::enqueue(tx, &NewJob { kind, payload, run_at_ms: event.at.ms(), dedup: job.dedup() }).await?;
    Ok(())
}

/// Writes a subscription.
pub async fn insert(tx: &mut Tx, new: &Subscription) -> Result<()> {
    let events: String = new.events.iter().map(|news| format!("{news}|")).collect();
    execute!(
        tx,
        "insert into subscription (id, owner, url, events, secret, created_at) values ($1, $2, $3, $4, $5, $6)",
        new.id.as_str(),
        new.owner.as_str(),
        new.url.as_str(),
        format!("|{events}"),
        new.secret.as_str(),
        new.created_at.ms()
    )?;
    Ok(())
}

/// The subscription, in force or not.
pub async fn get(on: impl Into<On<'_>>, id: &str) -> Result<Option<Subscription>> {
    let mut on: On<'_> = on.into();
    fetch_optional!(on, Row, select_subscription!("where id = $1"), id)?.map(read).transpose()
}

/// Subscriptions, newest first; those of `owner` alone when one is named.
pub async fn list(
    on: impl Into<On<'_>>,
    owner: Option<&AccountId>,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Subscription>> {
    let mut text = SqlText::new(select_subscription!("where 1 = 1"));
    text.filter(" and owner = ", owner.map(AccountId::as_str));
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (created_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by created_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let list = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(list, size, |one: &Subscription| Cursor::at(one.created_at.ms(), &one.id)))
}

/// How many are in force.
pub async fn in_force(on: impl Into<On<'_>>) -> Result<i64> {
    fetch_scalar!(
        on.into(),
        i64,
        "select cast(count(*) as bigint) from subscription where revoked_at is null"
    )
}

/// How many deliveries of each of the subscriptions wait.
pub async fn waiting(on: impl Into<On<'_>>, ids: &[String]) -> Result<Vec<(String, i64)>> {
    let mut text = SqlText::new(
        "select subscription_id, cast(count(*) as bigint) from delivery where outcome is null and ",
    );
    text.among("subscription_id in", ids.iter().map(String::as_str)).push(" group by subscription_id");
    fetch_all_dyn(on, &text).await
}

/// Ends a subscription; the first time counts. False when there is none.
pub async fn revoke(tx: &mut Tx, id: &str, now: Moment) -> Result<bool> {
    let found = execute!(
        tx,
        "update subscription set revoked_at = coalesce(revoked_at, $1) where id = $2",
        now.ms(),
        id
    )?;
    Ok(found == 1)
}

/// The delivery.
pub async fn delivery(on: impl Into<On<'_>>, id: &str) -> Result<Option<Delivery>> {
    fetch_optional!(
        on.into(),
        Delivery,
        "select id, subscription_id, event, body, outcome from delivery where id = $1",
        id
    )
}

/// Notes how a delivery ended; the first end counts.
pub async fn end(tx: &mut Tx, id: &str, outcome: &'static str, now: Moment) -> Result<()> {
    execute!(
        tx,
        "update delivery set outcome = $1, ended_at = $2 where id = $3 and outcome is null",
        outcome,
        now.ms(),
        id
    )?;
    Ok(())
}

fn read(row: Row) -> Result<Subscription> {
    let words = row.events.split('|').filter(|word| !word.is_empty());
    let events = words.map(str::parse).collect::<Result<Vec<News>, _>>();
    Ok(Subscription {
        events: events.map_err(|_| StoreError::corrupt("subscription", "events", &row.id))?,
        id: row.id,
        owner: row.owner.into(),
        url: row.url,
        secret: row.secret,
        created_at: Moment::from_ms(row.created_at),
        revoked_at: row.revoked_at.map(Moment::from_ms),
    })
}
