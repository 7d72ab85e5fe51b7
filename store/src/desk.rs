//! The one writer of tickets: load → look up what the action names → decide → append the event → update the row →
//! write the jobs, all in the caller's transaction. It refuses to judge: what may happen is `domain::ticket::decide`'s.

mod known;

use domain::actor::Actor;
use domain::clock::reckon::{Reckoning, reckon};
use domain::geo::datum::CoordType;
use domain::id::{AccountId, PhotoId, ReportId, TicketId};
use domain::job::Due;
use domain::photo::Region;
use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::decide::{self, Decision};
use domain::ticket::event::{By, Change, Event, Opening};
use domain::ticket::refusal::Refusal;
use domain::ticket::state::State;
use domain::time::{DAY_MS, Moment};

use self::known::Asking;
use crate::jobs::{self, NewJob};
use crate::repo::district::{Books, BooksCache};
use crate::repo::{photos, tickets};
use crate::sequel::{self, Turn};
use crate::sql::{Pool, StoreError, Tx};
use crate::{execute, fetch_optional, id};

/// Why the desk did nothing.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The rules say no.
    #[error("{}", .0.message())]
    Refused(Refusal),
    /// Somebody else was faster.
    #[error("案件已被{}更新", .by.name)]
    Stale { version: u64, by: By },
    /// There is no such ticket.
    #[error("案件不存在")]
    NoTicket,
    /// A field names something that can't be used.
    #[error("{reason}")]
    Bad { field: &'static str, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for DeskError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A report at the door: everything typed and bounded, nothing judged yet.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub opening: Opening,
    pub external_id: Option<String>,
    /// The point as it was given.
    pub raw: Option<(f64, f64, CoordType)>,
    pub place_source: String,
    pub captured_at: Option<Moment>,
    /// Where in its pictures the reporter marked the problem.
    pub regions: Vec<(PhotoId, Region)>,
}

/// What a report became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub ticket: TicketId,
    pub report: ReportId,
    /// The same external order had come before; nothing was written.
    pub repeated: bool,
}

/// The desk: cheap to clone, holds no state but the district's books.
#[derive(Debug, Clone)]
pub struct Desk {
    pub pool: Pool,
    pub books: BooksCache,
    /// What every number begins with.
    pub number_prefix: String,
}

impl Desk {
    /// Takes in a report: ticket, report, pictures, follower and triage in the caller's transaction.
    pub async fn report(
        &self,
        tx: &mut Tx,
        new: NewReport,
        actor: &Actor,
        now: Moment,
    ) -> Result<Opened, DeskError> {
        if let Some(opened) = self.already_reported(tx, &new).await? {
            return Ok(opened);
        }
        let opening = &new.opening;
        let all: Vec<PhotoId> = opening.photos.iter().chain(&opening.fixed_on_spot).cloned().collect();
        let covers = self.own_photos(tx, &all, actor).await?;
        if let Some(at) = all.iter().position(|photo| !covers.iter().any(|known| known.0.id == *photo)) {
            return Err(DeskError::Bad {
                field: "photo_ids",
                reason: format!("第{}张照片不存在、不属于您或已损坏，请重新上传", at + 1),
            });
        }
        let ticket_id = TicketId::new(id::fresh());
        let report_id = opening.report.clone();
        let Decision { event, jobs, .. } = decide::open(&ticket_id, opening.clone(), actor, now);
        let ticket = Ticket::born(ticket_id.clone(), &event).ok_or(DeskError::NoTicket)?;
        let cover = covers.into_iter().next().map(|picture| picture.0.sha256);
        tickets::insert(tx, &ticket, &tickets::Derived { cover, ..Default::default() }).await?;
        tickets::append(tx, &ticket_id, &event).await?;
        self.insert_report(tx, &ticket_id, &new, now).await?;
        tickets::use_photos(tx, &ticket_id, Some(&report_id), "before", 0, &opening.photos, now).await?;
        tickets::use_photos(tx, &ticket_id, Some(&report_id), "after", 0, &opening.fixed_on_spot, now)
            .await?;
        for (photo, region) in &new.regions {
            photos::mark(tx, photo, region).await?;
        }
        if let Some(reporter) = &opening.reporter {
            tickets::follow(tx, &ticket_id, reporter, &ticket_id, true, now).await?;
        }
        let books = self.books.get(&self.pool).await?;
        let turn =
            Turn { before: None, after: &ticket, late_at: None, event: &event, action: None, books: &books };
        sequel::play(tx, &turn).await?;
        enqueue(tx, &jobs, now).await?;
        Ok(Opened { ticket: ticket_id, report: report_id, repeated: false })
    }

    async fn already_reported(&self, tx: &mut Tx, new: &NewReport) -> Result<Option<Opened>, DeskError> {
        let Some(external) = &new.external_id else { return Ok(None) };
        let row = fetch_optional!(
            tx,
            (String, String),
            "select ticket_id, id from report where source = $1 and external_id = $2",
            new.opening.source.to_string(),
            external.as_str(),
        )?;
        Ok(row.map(|(ticket, report)| Opened {
            ticket: ticket.into(),
            report: report.into(),
            repeated: true,
        }))
    }

    async fn insert_report(
        &self,
        tx: &mut Tx,
        ticket: &TicketId,
        new: &NewReport,
        now: Moment,
    ) -> Result<(), DeskError> {
        let opening = &new.opening;
        execute!(
            tx,
            "insert into report (id, ticket_id, reporter, source, external_id, words, raw_longitude, raw_latitude, \
             coord_type, longitude, latitude, accuracy_m, place_source, captured_at, found_at, time_source, evidence, \
             received_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', $16)",
            opening.report.as_str(),
            ticket.as_str(),
            opening.reporter.as_ref().map(AccountId::as_str),
            opening.source.to_string(),
            new.external_id.as_deref(),
            opening.words.as_str(),
            new.raw.map(|(lon, _, _)| lon),
            new.raw.map(|(_, lat, _)| lat),
            new.raw.map(|(_, _, kind)| kind.to_string()),
            opening.place.map(|p| p.at.lon),
            opening.place.map(|p| p.at.lat),
            opening.place.map(|p| p.accuracy_m),
            new.place_source.as_str(),
            new.captured_at.map(Moment::ms),
            opening.found_at.ms(),
            now.ms(),
        )?;
        Ok(())
    }

    /// Applies one action, and what it asks of other tickets, or changes nothing.
    pub async fn apply(
        &self,
        tx: &mut Tx,
        ticket: &TicketId,
        action: Action,
        actor: &Actor,
        expected: Option<u64>,
        now: Moment,
    ) -> Result<Ticket, DeskError> {
        let books = self.books.get(&self.pool).await?;
        let mut first = None;
        let mut queue = vec![(ticket.clone(), action, actor.clone(), expected)];
        while let Some((id, action, actor, expected)) = queue.pop() {
            let (after, also) = self.apply_one(tx, &books, &id, &action, &actor, expected, now).await?;
            first.get_or_insert(after);
            queue.extend(also.into_iter().map(|(id, action)| (id, action, Actor::system(), None)));
        }
        first.ok_or(DeskError::NoTicket)
    }

    #[expect(clippy::too_many_arguments, reason = "the whole request, spelled out once")]
    async fn apply_one(
        &self,
        tx: &mut Tx,
        books: &Books,
        id: &TicketId,
        action: &Action,
        actor: &Actor,
        expected: Option<u64>,
        now: Moment,
    ) -> Result<(Ticket, Vec<(TicketId, Action)>), DeskError> {
        let (mut ticket, late_before) = tickets::lock(tx, id).await?.ok_or(DeskError::NoTicket)?;
        if expected.is_some_and(|version| version != ticket.version) {
            return Err(DeskError::Stale { version: ticket.version, by: ticket.last_by });
        }
        let asking = Asking { books, ticket: &ticket, action, actor, now };
        let known = self.look_up(tx, &asking).await?;
        let Decision { event, jobs, also } = decide::decide(&ticket, action, actor, &known, now)?;
        let before = ticket.clone();
        ticket.absorb(&event);
        let derived = derive(&ticket, &books.calendar, now);
        tickets::append(tx, id, &event).await?;
        tickets::update(tx, &ticket, &derived).await?;
        self.keep_records(tx, &ticket, &before.state, action, actor, &event).await?;
        let turn = Turn {
            before: Some((&before, late_before)),
            after: &ticket,
            late_at: derived.late_at,
            event: &event,
            action: Some(action),
            books,
        };
        sequel::play(tx, &turn).await?;
        enqueue(tx, &jobs, now).await?;
        Ok((ticket, also))
    }

    /// Writes the rows that an event causes beside the ticket's own.
    async fn keep_records(
        &self,
        tx: &mut Tx,
        ticket: &Ticket,
        before: &State,
        action: &Action,
        actor: &Actor,
        event: &Event,
    ) -> Result<(), DeskError> {
        let now = event.at;
        let part = match action.kind() {
            ActionKind::SubmitFix | ActionKind::HandleOnSpot => Some("after"),
            ActionKind::Verify => Some("verify"),
            ActionKind::Recheck => Some("recheck"),
            ActionKind::Contest => Some("contest"),
            ActionKind::Heed => Some("heed"),
            ActionKind::FinishPart => Some("part"),
            ActionKind::ReachMilestone => Some("milestone"),
            ActionKind::CheckFrame => Some("frame"),
            _ => None,
        };
        if let Some(part) = part {
            tickets::use_photos(tx, &ticket.id, None, part, ticket.rounds, action.photos(), now).await?;
        }
        match (action, &event.change) {
            (_, Change::Convened(_) | Change::Divided { .. }) => tickets::reseat(tx, ticket).await?,
            (_, Change::Followed) => {
                tickets::follow(tx, &ticket.id, &actor.account, &ticket.id, false, now).await?;
            }
            (Action::Merge { into, .. }, _) => tickets::follow_merged(tx, &ticket.id, into).await?,
            (Action::Unmerge { .. }, _) => {
                if let State::Merged { into } = before {
                    tickets::unfollow_merged(tx, &ticket.id, into).await?;
                }
            }
            (Action::Rule { reason, .. }, _) => tickets::save_precedent(tx, ticket, reason, now).await?,
            (Action::Close {}, _) => {
                let days = ticket.class.as_ref().map_or(0, |c| i64::from(c.recheck_days));
                if days > 0 {
                    tickets::plan_recheck(tx, &ticket.id, now.plus_ms(days * DAY_MS)).await?;
                }
            }
            (Action::Recheck { holds, .. }, _) => {
                tickets::finish_recheck(tx, &ticket.id, *holds, now).await?
            }
            _ => {}
        }
        Ok(())
    }

    /// The arithmetic of a ticket's clock; `None` before it was dispatched.
    pub async fn reckoning(&self, ticket: &Ticket, now: Moment) -> Result<Option<Reckoning>, DeskError> {
        if ticket.ticks.is_empty() {
            return Ok(None);
        }
        let books = self.books.get(&self.pool).await?;
        Ok(Some(reckon(&ticket.ticks, &books.calendar, now)))
    }
}

/// The columns that follow from the clock.
fn derive(ticket: &Ticket, calendar: &domain::clock::calendar::Calendar, now: Moment) -> tickets::Derived {
    if ticket.ticks.is_empty() {
        return tickets::Derived::default();
    }
    let reckoning = reckon(&ticket.ticks, calendar, now);
    let running = reckoning.state == domain::clock::reckon::ClockState::Running;
    tickets::Derived {
        due_at: reckoning.due_at.map(Moment::ms),
        late_at: reckoning.late_since.or(reckoning.due_at.filter(|_| running)).map(Moment::ms),
        cover: None,
    }
}

async fn enqueue(tx: &mut Tx, list: &[Due], now: Moment) -> Result<(), DeskError> {
    for due in list {
        let payload = serde_json::to_string(&due.job).map_err(|e| StoreError::Other(e.to_string()))?;
        let kind = domain::job::JobKind::from(&due.job).to_string();
        let run_at_ms = due.at.unwrap_or(now).ms();
        jobs::enqueue(tx, &NewJob { kind, payload, run_at_ms, dedup: due.job.dedup() }).await?;
    }
    Ok(())
}
