//! The ticket (案件): the unit of work, always the fold of its events.
//! `flow` says what may follow what, `permit` who may ask, `decide` joins them; nothing else changes a state.

pub mod action;
pub mod attention;
pub mod decide;
pub mod event;
pub mod flow;
pub mod joint;
pub mod origin;
pub mod permit;
pub mod proposal;
pub mod refusal;
pub mod state;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::action::ActionKind;
use self::attention::Attention;
use self::event::{
    Assignment, By, Cause, Change, Class, Escalation, Event, Fix, Meeting, Opening, Origin, Part, Place,
    Plan, Request, Signature, Source,
};
use self::state::{Stage, State};
use crate::clock::reckon::{Mark, Tick};
use crate::geo::grid::Layer;
use crate::id::{AccountId, CategoryCode, GridCode, PhotoId, TicketId};
use crate::proof::Outcome;
use crate::time::Moment;

/// The six paired steps (发现 登记 整治 验收 达标 销号); none can be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    pub found: Moment,
    pub registered: Option<Moment>,
    pub rectified: Option<Moment>,
    pub inspected: Option<Moment>,
    pub qualified: Option<Moment>,
    pub struck_off: Option<Moment>,
}

/// A ticket as its events left it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    /// The `seq` of the last event; the version that `If-Match` names.
    pub version: u64,
    pub state: State,
    pub number: Option<String>,
    pub source: Source,
    pub words: String,
    pub reporter: Option<AccountId>,
    pub place: Option<Place>,
    pub category_hint: Option<CategoryCode>,
    pub class: Option<Class>,
    pub grids: BTreeMap<Layer, GridCode>,
    /// A person said in which grids it lies; no machine overrules that.
    pub place_confirmed: bool,
    pub assignment: Option<Assignment>,
    pub assist_acknowledged: Option<Moment>,
    pub stamps: Stamps,
    /// The clock of the unit that has it now.
    pub ticks: Vec<Tick>,
    /// The clocks of the units that had it before, each stopped when it was handed on.
    pub past_ticks: Vec<Vec<Tick>>,
    pub photos: Vec<PhotoId>,
    /// After-photographs handed in with the report by whoever fixed it on the spot.
    pub fixed_on_spot: Vec<PhotoId>,
    pub fix: Option<Fix>,
    pub outcome: Option<Outcome>,
    pub signatures: Vec<Signature>,
    /// Everyone who ever handled it: none of them may accept it.
    pub hands: BTreeSet<AccountId>,
    pub pending: Option<Request>,
    pub reports: u32,
    pub followers: u32,
    /// Tickets that a person said are another problem.
    pub apart: BTreeSet<TicketId>,
    pub attention: Vec<Attention>,
    pub rounds: u32,
    pub reworks: u32,
    pub disputes: u32,
    pub supervisions: u32,
    pub relapse_of: Option<TicketId>,
    /// The how-manieth return at this place it is: 0 for none, 1 for the first 回弹.
    #[serde(default)]
    pub relapse_nth: u32,
    #[serde(default)]
    pub origin: Origin,
    pub plan: Option<Plan>,
    #[serde(default)]
    pub parts: Vec<Part>,
    pub meeting: Option<Meeting>,
    #[serde(default)]
    pub escalations: Vec<Escalation>,
    pub cause: Option<Cause>,
    pub replied_at: Option<Moment>,
    /// It was put right after an 案前提示, without a case.
    #[serde(default)]
    pub heeded: bool,
    /// An 案前提示 ran out without effect: there is no second one.
    #[serde(default)]
    pub lapsed: bool,
    pub stars: Option<u8>,
    /// An upheld appeal takes it out of the lateness statistics; the raw fact stays.
    pub exempt: bool,
    pub opened_at: Moment,
    pub updated_at: Moment,
    pub last_by: By,
}

impl Ticket {
    /// The ticket that its first event makes; `None` when that event opens nothing.
    pub fn born(id: TicketId, event: &Event) -> Option<Self> {
        let Change::Opened(opening) = &event.change else { return None };
        let Opening {
            source,
            reporter,
            words,
            place,
            found_at,
            category_hint,
            photos,
            fixed_on_spot,
            relapse_of,
            origin,
            ..
        } = opening.clone();
        Some(Self {
            id,
            version: event.seq,
            state: event.state.clone(),
            number: None,
            source,
            words,
            reporter,
            place,
            category_hint,
            class: None,
            grids: BTreeMap::new(),
            place_confirmed: false,
            assignment: None,
            assist_acknowledged: None,
            stamps: Stamps {
                found: found_at,
                registered: None,
                rectified: None,
                inspected: None,
                qualified: None,
                struck_off: None,
            },
            ticks: Vec::new(),
            past_ticks: Vec::new(),
            photos,
            fixed_on_spot,
            fix: None,
            outcome: None,
            signatures: Vec::new(),
            hands: BTreeSet::new(),
            pending: None,
            reports: 1,
            followers: 0,
            apart: BTreeSet::new(),
            attention: event.raised.clone(),
            rounds: 0,
            reworks: 0,
            disputes: 0,
            supervisions: 0,
            relapse_of,
            relapse_nth: 0,
            origin,
            plan: None,
            parts: Vec::new(),
            meeting: None,
            escalations: Vec::new(),
            cause: None,
            replied_at: None,
            heeded: false,
            lapsed: false,
            stars: None,
            exempt: false,
            opened_at: event.at,
            updated_at: event.at,
            last_by: event.by.clone(),
        })
    }

    /// Folds a whole history; `None` when it doesn't begin with an opening.
    pub fn fold<'a>(id: &TicketId, events: impl IntoIterator<Item = &'a Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let mut ticket = Self::born(id.clone(), events.next()?)?;
        for event in events {
            ticket.absorb(event);
        }
        Some(ticket)
    }

    /// Takes in one more event.
    pub fn absorb(&mut self, event: &Event) {
        self.version = event.seq;
        self.updated_at = event.at;
        self.last_by = event.by.clone();
        self.tick(event);
        self.attention.retain(|a| !event.settled.contains(&a.kind()));
        for raised in &event.raised {
            self.attention.retain(|a| a.kind() != raised.kind());
            self.attention.push(raised.clone());
        }
        self.note_change(event);
        self.move_to(event);
    }

    /// A start is another unit's clock: the one before is stopped and kept.
    fn tick(&mut self, event: &Event) {
        for &mark in &event.marks {
            if matches!(mark, Mark::Start { .. }) && !self.ticks.is_empty() {
                let mut past = std::mem::take(&mut self.ticks);
                past.push(Tick { at: event.at, mark: Mark::Stop });
                self.past_ticks.push(past);
            }
            self.ticks.push(Tick { at: event.at, mark });
        }
    }

    fn note_change(&mut self, event: &Event) {
        match &event.change {
            Change::Filed { number, class } => {
                self.number = Some(number.clone());
                self.class = Some(class.clone());
            }
            Change::Located { place, found_at, grids } => {
                self.place = *place;
                self.stamps.found = *found_at;
                self.grids.extend(grids.clone());
            }
            Change::Placed { grids, place } => {
                self.grids.extend(grids.clone());
                self.place = place.or(self.place);
                self.place_confirmed = true;
            }
            Change::Verified { photos, .. } | Change::Contested { photos } => {
                self.photos.extend(photos.iter().cloned())
            }
            Change::Assigned(assignment) => {
                self.assignment = Some(assignment.clone());
                self.assist_acknowledged = None;
                self.pending = None;
            }
            Change::PersonNamed { person } => {
                if let Some(assignment) = &mut self.assignment {
                    assignment.person = person.clone();
                }
            }
            Change::SignedIn => {
                self.hands.insert(event.by.account.clone());
            }
            Change::Acknowledged => self.assist_acknowledged = Some(event.at),
            Change::Asked(request) => self.pending = Some(request.clone()),
            Change::Answered { granted } => {
                let request = self.pending.take();
                self.exempt |= *granted && matches!(request, Some(Request::Appeal {}));
            }
            Change::FixSubmitted(fix) => {
                self.hands.insert(fix.by.clone());
                self.rounds = fix.round;
                self.fix = Some(fix.clone());
                self.outcome = None;
                self.signatures.clear();
                self.pending = None;
            }
            Change::Judged { outcome } => self.outcome = Some(*outcome),
            Change::Signed(signature) => self.signatures.push(signature.clone()),
            Change::Rated { stars } => self.stars = Some(*stars),
            Change::Absorbed { reports, .. } => self.reports += reports,
            Change::Released { from, reports } => {
                self.reports = self.reports.saturating_sub(*reports);
                self.apart.insert(from.clone());
            }
            Change::SetApart { from } => self.apart.extend(from.clone()),
            Change::Followed => self.followers += 1,
            Change::Supervised { .. } => self.supervisions += 1,
            Change::RelapseLinked { to, nth } => {
                self.relapse_of = Some(to.clone());
                self.relapse_nth = *nth;
            }
            Change::RelapseUnlinked => {
                self.relapse_of = None;
                self.relapse_nth = 0;
            }
            Change::Heeded { photos } => {
                self.photos.extend(photos.iter().cloned());
                self.heeded = true;
            }
            Change::Escalated { level, person } => {
                self.escalations.push(Escalation { level: *level, person: person.clone(), at: event.at });
            }
            Change::Convened(meeting) => self.meeting = Some(meeting.clone()),
            Change::CheckedIn { unit, .. } => {
                if let Some(meeting) = &mut self.meeting {
                    meeting.present.push((unit.clone(), event.at));
                }
            }
            Change::Divided { parts } => self.parts.clone_from(parts),
            Change::PartFinished { unit, photos } => {
                for part in self.parts.iter_mut().filter(|part| part.unit.code == *unit) {
                    part.done_at = Some(event.at);
                    part.photos.extend(photos.iter().cloned());
                }
                self.hands.insert(event.by.account.clone());
            }
            Change::Planned(plan) => self.plan = Some(plan.clone()),
            Change::MilestoneReached { position, .. } => {
                let stone = self.plan.as_mut().and_then(|plan| plan.milestones.get_mut(*position as usize));
                if let Some(stone) = stone {
                    stone.reached_at = Some(event.at);
                }
            }
            Change::CauseNamed { cause } => self.cause = Some(*cause),
            Change::Replied => self.replied_at = Some(event.at),
            Change::Prompted { .. } | Change::FrameChecked { .. } => {}
            Change::Opened(_) | Change::Rechecked { .. } | Change::Nothing => {}
        }
    }

    fn move_to(&mut self, event: &Event) {
        let from = self.stage();
        self.state = event.state.clone();
        let to = self.stage();
        let stamps = &mut self.stamps;
        match (event.action, to) {
            (Some(ActionKind::Lapse), _) => self.lapsed = true,
            // A fresh dispute needs a meeting of its own.
            (Some(ActionKind::Return), _) => self.meeting = None,
            (Some(ActionKind::File), _) => stamps.registered = stamps.registered.or(Some(event.at)),
            (Some(ActionKind::SubmitFix | ActionKind::HandleOnSpot), _) => {
                stamps.rectified = Some(event.at);
                stamps.inspected = None;
                stamps.qualified = None;
            }
            (Some(ActionKind::Judge | ActionKind::Accept), Stage::Fixed | Stage::Accepted) => {
                stamps.inspected = stamps.inspected.or(Some(event.at));
            }
            _ => {}
        }
        match (from, to) {
            (Stage::Fixed, Stage::Accepted) => stamps.qualified = Some(event.at),
            (_, Stage::Closed) => stamps.struck_off = stamps.struck_off.or(Some(event.at)),
            (Stage::Fixed | Stage::Accepted, Stage::Handling | Stage::Filed) => self.reworks += 1,
            (Stage::Closed, Stage::Handling | Stage::Filed) => stamps.struck_off = None,
            (before, Stage::Disputed) if before != Stage::Disputed => self.disputes += 1,
            _ => {}
        }
    }

    /// The bare name of the state.
    pub fn stage(&self) -> Stage {
        self.state.stage()
    }

    /// Milliseconds from the report to the close, or to now; no pause stops them (总历时).
    pub fn total_ms(&self, now: Moment) -> i64 {
        self.stamps.struck_off.unwrap_or(now).since(self.opened_at)
    }

    /// Whether it was found and fixed by the same 网格员 in one go.
    pub fn self_handled(&self) -> bool {
        self.fix.as_ref().is_some_and(|fix| fix.on_spot)
    }
}
