//! A ticket whole, for those who work on it. It refuses to say who reported it.

use std::collections::BTreeMap;

use domain::actor::{Actor, Side};
use domain::clock::limit::{Limit, LimitUnit};
use domain::dedupe::Score;
use domain::geo::grid::Layer;
use domain::id::{AccountId, PhotoId, TicketId};
use domain::photo::Region;
use domain::proof::Verdict;
use domain::ticket::action::ActionKind;
use domain::ticket::event::{Assignment, Class, ClosePolicy, Event, Person, Request, Source, Unit};
use domain::ticket::state::{Stage, State};
use domain::ticket::{Ticket, decide};
use domain::time::Moment;
use domain::workline::Workline;
use serde::Serialize;
use store::repo::lists::TicketRow;
use store::repo::photos::{Card, PhotoState};
use store::repo::tickets::PhotoUse;

use super::clock::{ClockView, clock};
use super::doubt::{DoubtView, DuplicateView, ProposalView, doubt, duplicate, proposal};
use super::joint::{
    self, CauseView, EscalationView, FixView, MeetingView, OriginView, PartView, PlanView, PriorityView,
};
use super::place::PlaceView;
use super::proof::{ProofView, proof};
use super::stamps::{StampView, owners, stamps};
use super::{AllowedAction, Frame, Named, minutes};
use crate::sign::ImageUrls;

/// The pictures of a ticket and their parts in it.
#[derive(Debug, Default)]
pub struct Album {
    pub uses: Vec<PhotoUse>,
    pub cards: Vec<Card>,
}

/// A ticket with everything that is kept beside it.
#[derive(Debug)]
pub struct Dossier {
    pub ticket: Ticket,
    /// The asker reported or follows it.
    pub mine: bool,
    /// Tickets merged into it.
    pub merged: Vec<TicketId>,
    pub album: Album,
    pub verdicts: Vec<(i64, Verdict)>,
    pub scores: Vec<(TicketId, Score)>,
    /// The rows of the tickets in `scores`.
    pub others: Vec<TicketRow>,
    pub recheck_due: Option<Moment>,
    pub history: Vec<Event>,
}

/// A ticket whole.
#[derive(Debug, Serialize)]
pub struct TicketView {
    pub id: TicketId,
    /// The number for the phone; null before it is filed.
    pub number: Option<String>,
    /// For `If-Match` and `expected_version`.
    pub version: u64,
    pub state: StateView,
    /// Null to the units' people when it was found in secret, and so is `origin`.
    pub source: Option<Source>,
    pub source_label: &'static str,
    pub origin: Option<OriginView>,
    pub priority: PriorityView,
    /// The first reporter's words.
    pub words: String,
    pub place: Option<PlaceView>,
    pub grids: BTreeMap<Layer, Named>,
    /// What the reporter chose.
    pub category_hint: Option<Named>,
    pub category: Option<CategoryView>,
    pub standard: Option<StandardView>,
    pub lead: Option<Unit>,
    pub assist: Option<Unit>,
    pub assist_acknowledged_at: Option<Moment>,
    pub person: Option<Person>,
    pub task: Option<String>,
    pub duty: Option<String>,
    /// The leader in charge of the unit or the place.
    pub leader: Option<Person>,
    /// A red order: to the unit's head, never handed on in silence.
    pub red: bool,
    /// The units whose 会商 ruled on it.
    pub ruled_by: Vec<Named>,
    pub meeting: Option<MeetingView>,
    pub parts: Vec<PartView>,
    pub plan: Option<PlanView>,
    pub escalations: Vec<EscalationView>,
    /// Natural minutes from the report to its registration; null before it is filed.
    pub register_delay_minutes: Option<i64>,
    /// Natural minutes from the report to the close, or to now; no pause stops them.
    pub total_minutes: i64,
    pub fix: Option<FixView>,
    pub cause: Option<CauseView>,
    pub replied_at: Option<Moment>,
    /// The six steps in their order.
    pub stamps: Vec<StampView>,
    /// The clock of the unit that has it; null before it is dispatched.
    pub clock: Option<ClockView>,
    /// The clocks of the units that had it before.
    pub past_clocks: Vec<ClockView>,
    pub photos: Vec<PictureView>,
    pub proof: Option<ProofView>,
    pub attention: Vec<DoubtView>,
    pub proposal: Option<ProposalView>,
    pub duplicates: Vec<DuplicateView>,
    pub merged_tickets: Vec<TicketId>,
    pub pending: Option<RequestView>,
    pub signatures: Vec<SignatureView>,
    pub reports: u32,
    pub followers: u32,
    pub reworks: u32,
    pub disputes: u32,
    pub supervisions: u32,
    pub self_handled: bool,
    /// An upheld appeal took it out of the lateness figures.
    pub exempt: bool,
    pub stars: Option<u8>,
    pub relapse_of: Option<TicketId>,
    /// The how-manieth return it is; 0 for none.
    pub relapse_nth: u32,
    /// Put right after an 案前提示, without a case.
    pub heeded: bool,
    pub recheck_due_at: Option<Moment>,
    /// Whether the asker reported or follows it.
    pub mine: bool,
    pub allowed_actions: Vec<AllowedAction>,
    pub opened_at: Moment,
    pub updated_at: Moment,
}

/// Where a ticket stands, with what belongs to that state.
#[derive(Debug, Serialize)]
pub struct StateView {
    pub stage: Stage,
    pub label: &'static str,
    /// The unit that says "not ours" (disputed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// Whose it should be instead (disputed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Named>,
    /// Why (disputed, suspended, declined).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when (suspended, prompted).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Which submission is being judged (fixed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// The ticket that goes on (merged).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<TicketId>,
}

/// The category under which it was filed.
#[derive(Debug, Serialize)]
pub struct CategoryView {
    #[serde(flatten)]
    pub named: Named,
    pub workline: Workline,
    pub workline_label: &'static str,
    pub policy: ClosePolicy,
    pub recheck_days: u32,
}

/// The standard under which it was filed.
#[derive(Debug, Serialize)]
pub struct StandardView {
    #[serde(flatten)]
    pub named: Named,
    pub opens_when: String,
    pub closes_when: String,
    pub limit: LimitView,
    /// The guarded period that shortened the limit.
    pub guarded: Option<String>,
}

/// A time limit.
#[derive(Debug, Serialize)]
pub struct LimitView {
    pub amount: u32,
    pub unit: LimitUnit,
    pub label: String,
}

/// A picture and its part in the ticket.
#[derive(Debug, Serialize)]
pub struct PictureView {
    pub id: PhotoId,
    /// `before`, `after`, `verify`, `recheck`, `contest`, `heed`, `part`, `milestone` or `frame`.
    pub part: String,
    /// Which submission it belongs to.
    pub round: i64,
    /// The ticket whose picture it is: this one or one merged into it.
    pub ticket_id: String,
    pub state: PhotoState,
    pub captured_at: Option<Moment>,
    pub received_at: Moment,
    /// Where on it the problem was marked.
    pub region: Option<Region>,
    pub urls: ImageUrls,
}

/// What a unit asks for.
#[derive(Debug, Serialize)]
pub struct RequestView {
    pub request: RequestKind,
    pub label: &'static str,
    /// How much longer (extension).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<LimitView>,
    /// Until when (suspension).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    Extension,
    Suspension,
    Appeal,
}

/// One signature under an acceptance.
#[derive(Debug, Serialize)]
pub struct SignatureView {
    pub account: AccountId,
    pub side: Option<Side>,
    pub side_label: Option<&'static str>,
}

impl From<Limit> for LimitView {
    fn from(limit: Limit) -> Self {
        Self { amount: limit.amount, unit: limit.unit, label: limit.label() }
    }
}

/// The ticket as somebody who works on it sees it.
pub fn whole(frame: &Frame<'_>, actor: &Actor, dossier: Dossier) -> TicketView {
    let Dossier { ticket, mine, merged, album, verdicts, scores, others, recheck_due, history } = dossier;
    let calendar = &frame.books.calendar;
    let (category, standard) = ticket.class.as_ref().map(class_of).unzip();
    let hidden = joint::hides(actor.role, ticket.source);
    let red = ticket.assignment.as_ref().is_some_and(|assignment| assignment.red);
    let ruled_by = ticket.assignment.iter().flat_map(|a| &a.parties).map(|unit| frame.unit(unit)).collect();
    let (lead, assist, person, task, duty, leader) = match ticket.assignment.clone() {
        Some(Assignment { lead, assist, person, task, duty, leader, .. }) => {
            (Some(lead), assist, Some(person), Some(task), Some(duty), leader)
        }
        None => Default::default(),
    };
    let registered = ticket.stamps.registered.map(|at| at.since(ticket.opened_at));
    let allowed = may(&ticket, actor, mine);
    let mut stamps = stamps(&ticket.stamps);
    for (stamp, by) in stamps.iter_mut().zip(owners(frame, actor.role, &ticket, &history)) {
        stamp.by = by.filter(|_| stamp.at.is_some());
    }
    TicketView {
        state: state(frame, &ticket.state),
        source: (!hidden).then_some(ticket.source),
        source_label: if hidden { joint::CLOSED } else { ticket.source.label() },
        origin: joint::origin(frame, actor.role, &ticket),
        priority: joint::priority(&ticket),
        leader,
        red,
        ruled_by,
        meeting: joint::meeting(&ticket),
        parts: joint::parts(&ticket),
        plan: joint::plan(&ticket, frame.now),
        escalations: joint::escalations(&ticket),
        register_delay_minutes: registered.map(minutes),
        total_minutes: minutes(ticket.total_ms(frame.now)),
        fix: joint::fix(&ticket),
        cause: joint::cause(&ticket),
        replied_at: ticket.replied_at,
        relapse_nth: ticket.relapse_nth,
        heeded: ticket.heeded,
        place: ticket.place.map(|place| frame.place(place)),
        grids: ticket.grids.iter().map(|(layer, code)| (*layer, frame.grid(*layer, code))).collect(),
        category_hint: ticket.category_hint.as_ref().map(|code| frame.category(code)),
        category,
        standard,
        lead,
        assist,
        person,
        task,
        duty,
        stamps,
        clock: clock(&ticket.ticks, calendar, frame.now),
        past_clocks: ticket.past_ticks.iter().filter_map(|ticks| clock(ticks, calendar, frame.now)).collect(),
        photos: pictures(frame, &album),
        proof: proof(&verdicts),
        attention: ticket.attention.iter().map(doubt).collect(),
        proposal: proposal(frame.books, &ticket, &allowed),
        duplicates: scores.iter().map(|(other, score)| duplicate(other, score, &others)).collect(),
        merged_tickets: merged,
        pending: ticket.pending.as_ref().map(request),
        signatures: ticket.signatures.iter().map(|s| signature(s.account.clone(), s.side)).collect(),
        self_handled: ticket.self_handled(),
        recheck_due_at: recheck_due,
        allowed_actions: allowed.into_iter().map(Into::into).collect(),
        mine,
        id: ticket.id,
        number: ticket.number,
        version: ticket.version,
        words: ticket.words,
        assist_acknowledged_at: ticket.assist_acknowledged,
        reports: ticket.reports,
        followers: ticket.followers,
        reworks: ticket.reworks,
        disputes: ticket.disputes,
        supervisions: ticket.supervisions,
        exempt: ticket.exempt,
        stars: ticket.stars,
        relapse_of: ticket.relapse_of,
        opened_at: ticket.opened_at,
        updated_at: ticket.updated_at,
    }
}

/// The buttons of the asker; nobody follows twice.
pub fn allowed(ticket: &Ticket, actor: &Actor, mine: bool) -> Vec<AllowedAction> {
    may(ticket, actor, mine).into_iter().map(Into::into).collect()
}

fn may(ticket: &Ticket, actor: &Actor, mine: bool) -> Vec<ActionKind> {
    let actions = decide::allowed_actions(ticket, actor, mine).into_iter();
    actions.filter(|action| !(mine && *action == ActionKind::Follow)).collect()
}

/// Where it stands.
pub fn state(frame: &Frame<'_>, state: &State) -> StateView {
    let stage = state.stage();
    let mut view = StateView {
        stage,
        label: stage.label(),
        by: None,
        proposed: None,
        reason: None,
        until: None,
        round: None,
        into: None,
    };
    match state {
        State::Disputed { by, proposed, reason } => {
            view.by = Some(frame.unit(by));
            view.proposed = Some(frame.unit(proposed));
            view.reason = Some(reason.clone());
        }
        State::Suspended { until, reason } => {
            view.until = Some(*until);
            view.reason = Some(reason.clone());
        }
        State::Prompted { until } => view.until = Some(*until),
        State::Fixed { round } => view.round = Some(*round),
        State::Declined { reason } => view.reason = Some(reason.clone()),
        State::Merged { into } => view.into = Some(into.clone()),
        _ => {}
    }
    view
}

/// Every picture with its addresses, in the order of the uses.
pub fn pictures(frame: &Frame<'_>, album: &Album) -> Vec<PictureView> {
    let picture = |used: &PhotoUse| {
        let card = album.cards.iter().find(|card| card.id.as_str() == used.photo_id)?;
        Some(PictureView {
            id: card.id.clone(),
            part: used.part.clone(),
            round: used.round,
            ticket_id: used.ticket_id.clone(),
            state: card.state,
            captured_at: card.captured_at,
            received_at: card.uploaded_at,
            region: card.region,
            urls: frame.signer.image_urls(&card.id, frame.now),
        })
    };
    album.uses.iter().filter_map(picture).collect()
}

fn class_of(class: &Class) -> (CategoryView, StandardView) {
    let category = CategoryView {
        named: Named { code: class.category.to_string(), name: class.category_name.clone() },
        workline: class.workline,
        workline_label: class.workline.label(),
        policy: class.policy,
        recheck_days: class.recheck_days,
    };
    let standard = StandardView {
        named: Named { code: class.standard.to_string(), name: class.standard_name.clone() },
        opens_when: class.opens_when.clone(),
        closes_when: class.closes_when.clone(),
        limit: class.limit.into(),
        guarded: class.guarded.clone(),
    };
    (category, standard)
}

fn request(request: &Request) -> RequestView {
    let bare = |request, label| RequestView { request, label, by: None, until: None };
    match request {
        Request::Extension { by } => {
            RequestView { by: Some((*by).into()), ..bare(RequestKind::Extension, "申请延期") }
        }
        Request::Suspension { until } => {
            RequestView { until: Some(*until), ..bare(RequestKind::Suspension, "申请挂账") }
        }
        Request::Appeal {} => bare(RequestKind::Appeal, "申诉"),
    }
}

fn signature(account: AccountId, side: Option<Side>) -> SignatureView {
    SignatureView { account, side, side_label: side.map(Side::label) }
}
