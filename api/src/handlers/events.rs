//! Live changes for the console: server-sent events that resume by `Last-Event-ID`. Events are rows, so nothing
//! is lost when a nudge is; each stream reads a little back, because ids may be committed out of order, and
//! drops what it sent. A unit's people get the events of their own unit's tickets only.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use domain::actor::Role;
use domain::id::TicketId;
use domain::ticket::permit;
use futures_util::stream;
use serde_json::json;
use store::repo::events::{self, LiveEvent};
use store::repo::tickets;
use store::{Topic, id};
use tokio::time::Instant;

use crate::auth::token::ACCESS_MS;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::Caller;
use crate::view::joint::CLOSED;
use crate::{Api, real_now};

/// A comment is sent when nothing else was for so long, so that proxies keep the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events read at once.
const BATCH: u32 = 200;
/// A stream ends with the token that opened it at the latest; the client comes back with a new one.
const LONGEST: Duration = Duration::from_millis(ACCESS_MS.unsigned_abs());

/// `GET /v1/events`
pub async fn stream(api: web::Data<Api>, caller: Caller, request: HttpRequest) -> ApiResult<HttpResponse> {
    use Role::{
        Admin, Command, Coordinator, Dispatcher, Handler, Inspector, Institution, Leader, Oversight,
        Publicity, UnitHead,
    };
    caller.require(&[
        Dispatcher,
        Inspector,
        Leader,
        Command,
        Coordinator,
        Publicity,
        Institution,
        Oversight,
        Admin,
        Handler,
        UnitHead,
    ])?;
    let from = match request.headers().get("Last-Event-ID") {
        Some(last) => {
            let last = last.to_str().ok().filter(|last| id::time_of(last).is_some());
            last.ok_or_else(|| {
                ApiError::from(Kind::BadHeader).detail("Last-Event-ID", "不是本系统的事件编号")
            })?
            .to_owned()
        }
        None => match events::newest(&api.stores.pool).await? {
            Some(newest) => newest,
            None => id::floor(real_now()),
        },
    };
    let feed = Feed::new(api, caller, from);
    let bytes = stream::unfold(feed, |mut feed| async move {
        let bytes = feed.next().await?;
        Some((Ok::<_, Infallible>(bytes), feed))
    });
    // Compression would hold events back, and so would a proxy's buffer.
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header(ContentEncoding::Identity)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(bytes))
}

/// One open stream.
struct Feed {
    api: web::Data<Api>,
    caller: Caller,
    listener: store::wake::Listener,
    /// Nothing up to here is sent.
    from: String,
    /// The largest id that was read.
    high: String,
    /// Ids that were read and may be met again.
    met: BTreeSet<String>,
    ready: VecDeque<Bytes>,
    began: Instant,
}

impl Feed {
    fn new(api: web::Data<Api>, caller: Caller, from: String) -> Self {
        let listener = api.stores.wake.listener(Topic::Events);
        let ready = VecDeque::from([Bytes::from_static(b"retry: 3000\n\n")]);
        Self {
            api,
            caller,
            listener,
            high: from.clone(),
            from,
            met: BTreeSet::new(),
            ready,
            began: Instant::now(),
        }
    }

    /// The next piece; none when the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        let quiet = Instant::now();
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            if self.api.stop.is_cancelled() || self.began.elapsed() > LONGEST {
                return None;
            }
            if let Err(error) = self.read().await {
                tracing::warn!("live events end: {error}");
                return None;
            }
            if !self.ready.is_empty() {
                continue;
            }
            if quiet.elapsed() >= HEARTBEAT {
                // A closed account loses its stream here.
                self.api.account(&self.caller.account.id).await.ok()?;
                return Some(Bytes::from_static(b": \n\n"));
            }
            let rest = HEARTBEAT.saturating_sub(quiet.elapsed()).min(Duration::from_secs(2));
            tokio::select! {
                () = self.api.stop.cancelled() => return None,
                _ = self.listener.wait(rest) => {}
            }
        }
    }

    /// Reads what is new, a little back.
    async fn read(&mut self) -> Result<(), ApiError> {
        let mut cursor =
            events::step_back(&self.high).unwrap_or_else(|| self.high.clone()).max(self.from.clone());
        self.met.retain(|id| *id > cursor);
        loop {
            let batch = events::after(&self.api.stores.pool, Some(&cursor), BATCH).await?;
            let full = batch.len() == BATCH as usize;
            let Some(last) = batch.last().map(|event| event.id.clone()) else { return Ok(()) };
            let fresh: Vec<_> = batch.into_iter().filter(|event| !self.met.contains(&event.id)).collect();
            self.met.extend(fresh.iter().map(|event| event.id.clone()));
            self.high = last.clone().max(std::mem::take(&mut self.high));
            self.send(fresh).await?;
            if !full || !self.ready.is_empty() {
                return Ok(());
            }
            cursor = last;
        }
    }

    async fn send(&mut self, events: Vec<LiveEvent>) -> Result<(), ApiError> {
        let hidden = self.hidden(&events).await?;
        self.ready.extend(events.iter().filter(|event| !hidden.contains(&event.ticket)).map(write));
        Ok(())
    }

    /// The tickets among those of the events that the caller may not see, asked for once a batch.
    async fn hidden(&self, events: &[LiveEvent]) -> Result<BTreeSet<TicketId>, ApiError> {
        // Whoever sees every ticket need not be asked about each; a restricted one is closed to the rest.
        let sees_all = [Role::Dispatcher, Role::Inspector, Role::Command, Role::Admin];
        if events.is_empty() || sees_all.contains(&self.caller.actor.role) {
            return Ok(BTreeSet::new());
        }
        let mut hidden: BTreeSet<TicketId> = events.iter().map(|event| event.ticket.clone()).collect();
        let found = tickets::many(&self.api.stores.pool, &hidden).await?;
        for ticket in found.iter().filter(|ticket| permit::can_see(&self.caller.actor, ticket, false)) {
            hidden.remove(&ticket.id);
        }
        Ok(hidden)
    }
}

fn write(event: &LiveEvent) -> Bytes {
    let by = &event.by;
    let who = match by.role {
        Role::Visitor => CLOSED,
        // Who reported it is nobody's to see in passing.
        _ if by.role == Role::Citizen || event.action.is_none() => by.role.label(),
        _ => &by.name,
    };
    let data = json!({
        "id": event.id, "ticket_id": event.ticket, "stage": event.stage, "stage_label": event.stage.label(),
        "action": event.action, "action_label": event.action.map_or("上报", |action| action.label()), "by": who,
        "at": event.at,
    });
    Bytes::from(format!("id: {}\nevent: ticket\ndata: {data}\n\n", event.id))
}
