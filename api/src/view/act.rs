//! An act as staff see it, and what was exposed as everybody sees it. It refuses the public the names of persons and any
//! picture but its signed copies.

use std::collections::BTreeMap;

use domain::act::{Act, ActKind, ActState, Appeal, Move, ReasonCode, Signed, allowed_actions};
use domain::actor::{Actor, Role};
use domain::id::{AccountId, PhotoId, TicketId};
use domain::time::Moment;
use serde::Serialize;
use store::repo::acts::Votes;
use store::repo::lists::TicketRow;

use super::{Frame, Named};
use crate::sign::ImageUrls;

/// An act.
#[derive(Debug, Serialize)]
pub struct ActView {
    pub id: String,
    pub kind: ActKind,
    pub kind_label: &'static str,
    /// Null until it is open.
    pub number: Option<String>,
    pub state: ActState,
    pub state_label: &'static str,
    /// For `If-Match` and `expected_version`.
    pub version: u64,
    pub ticket_id: Option<TicketId>,
    pub unit: Option<Named>,
    pub person: Option<PersonView>,
    /// The accountability file that it belongs to.
    pub parent: Option<String>,
    pub words: String,
    pub issuer: IssuerView,
    pub created_at: Moment,
    pub issued_at: Option<Moment>,
    pub due_at: Option<Moment>,
    /// Its own time is over without a receipt or an effect.
    pub overdue: bool,
    pub receipt: Option<SignedView>,
    pub effect_at: Option<Moment>,
    /// Minutes from its issue to the unit's next work.
    pub effect_minutes: Option<i64>,
    pub ended_at: Option<Moment>,
    pub details: DetailsView,
    pub allowed_actions: Vec<MoveView>,
}

#[derive(Debug, Serialize)]
pub struct PersonView {
    id: AccountId,
    name: String,
}

#[derive(Debug, Serialize)]
pub struct IssuerView {
    name: String,
    role: Role,
    role_label: &'static str,
}

/// Who signed, when, and what they said.
#[derive(Debug, Serialize)]
pub struct SignedView {
    name: String,
    at: Moment,
    words: String,
}

#[derive(Debug, Serialize)]
pub struct AppealView {
    by: SignedView,
    answer: Option<SignedView>,
}

/// Something that the asker may do now.
#[derive(Debug, Serialize)]
pub struct MoveView {
    action: Move,
    label: &'static str,
}

/// A picture by its signed copies.
#[derive(Debug, Serialize)]
pub struct ShotView {
    id: PhotoId,
    urls: ImageUrls,
}

/// What became of what was exposed.
#[derive(Debug, Serialize)]
pub struct EchoView {
    words: String,
    at: Moment,
    photos: Vec<ShotView>,
}

/// What the kind of act asks for.
#[derive(Debug, Serialize)]
pub struct DetailsView {
    reason: Option<ReasonCode>,
    reason_label: Option<&'static str>,
    title: Option<String>,
    photos: Vec<ShotView>,
    reached: Option<String>,
    points: Option<u32>,
    item: Option<String>,
    badge: Option<String>,
    gravity: Option<String>,
    subject: Option<String>,
    natural_person: bool,
    legal_basis: Option<String>,
    expires_at: Option<Moment>,
    /// The how-manieth exposure or return it is.
    nth: Option<u32>,
    confirmed: Option<SignedView>,
    echo: Option<EchoView>,
    appeal: Option<AppealView>,
    repaired: Option<SignedView>,
    resolution: Option<SignedView>,
}

/// The names of the persons addressed.
pub type Names = BTreeMap<AccountId, String>;

/// The act as this actor sees it.
pub fn act(frame: &Frame<'_>, actor: &Actor, act: Act, names: &Names) -> ActView {
    let moves = allowed_actions(&act, actor).into_iter();
    let waits = act.receipt.is_none() && act.effect_at.is_none() && act.ended_at.is_none();
    let since = act.issued_at.unwrap_or(act.created_at);
    ActView {
        kind: act.kind,
        kind_label: act.kind.label(),
        state: act.state,
        state_label: act.state.label(),
        version: act.version,
        unit: act.unit.as_ref().map(|code| frame.unit(code)),
        person: act
            .person
            .clone()
            .map(|id| PersonView { name: names.get(&id).cloned().unwrap_or_default(), id }),
        issuer: IssuerView { name: act.by.name.clone(), role: act.by.role, role_label: act.by.role.label() },
        created_at: act.created_at,
        issued_at: act.issued_at,
        due_at: act.due_at,
        overdue: waits && act.due_at.is_some_and(|due| due < frame.now),
        effect_at: act.effect_at,
        effect_minutes: act.effect_at.map(|at| super::minutes(at.since(since))),
        ended_at: act.ended_at,
        allowed_actions: moves.map(|action| MoveView { action, label: action.label() }).collect(),
        details: details(frame, &act),
        id: act.id,
        number: act.number,
        ticket_id: act.ticket,
        parent: act.parent,
        words: act.words,
        receipt: act.receipt.map(signed),
    }
}

fn signed(by: Signed) -> SignedView {
    SignedView { name: by.name, at: by.at, words: by.words }
}

fn shots(frame: &Frame<'_>, photos: &[PhotoId]) -> Vec<ShotView> {
    photos
        .iter()
        .map(|id| ShotView { id: id.clone(), urls: frame.signer.image_urls(id, frame.now) })
        .collect()
}

fn echo(frame: &Frame<'_>, act: &Act) -> Option<EchoView> {
    let echo = act.body.echo.as_ref()?;
    Some(EchoView { words: echo.words.clone(), at: echo.at, photos: shots(frame, &echo.photo_ids) })
}

fn details(frame: &Frame<'_>, act: &Act) -> DetailsView {
    let body = act.body.clone();
    let appeal = |appeal: Appeal| AppealView { by: signed(appeal.by), answer: appeal.answer.map(signed) };
    DetailsView {
        reason: body.reason,
        reason_label: body.reason.map(ReasonCode::label),
        title: body.title,
        photos: shots(frame, &body.photo_ids),
        reached: body.reached,
        points: body.points,
        item: body.item,
        badge: body.badge,
        gravity: body.gravity,
        subject: body.subject,
        natural_person: body.natural_person,
        legal_basis: body.legal_basis,
        expires_at: body.expires_at,
        nth: body.nth,
        confirmed: body.confirmed.map(signed),
        echo: echo(frame, act),
        appeal: body.appeal.map(appeal),
        repaired: body.repaired.map(signed),
        resolution: body.resolution.map(signed),
    }
}

/// Something shown to everybody: an exposed problem with its echo, or a published penalty.
#[derive(Debug, Serialize)]
pub struct ExposureView {
    id: String,
    kind: ActKind,
    number: Option<String>,
    title: String,
    words: String,
    /// The how-manieth time the same problem is shown.
    nth: Option<u32>,
    unit: Option<String>,
    category: Option<Named>,
    area: Option<Named>,
    published_at: Moment,
    /// Whether the problem is struck off.
    solved: bool,
    before: Vec<ShotView>,
    echo: Option<EchoView>,
    legal_basis: Option<String>,
    expires_at: Option<Moment>,
    votes: VotesView,
}

#[derive(Debug, Serialize)]
pub struct VotesView {
    satisfied: i64,
    unsatisfied: i64,
}

/// What everybody sees of a published act; its ticket's row where it has one.
pub fn exposure(frame: &Frame<'_>, act: Act, row: Option<&TicketRow>, votes: Votes) -> ExposureView {
    ExposureView {
        kind: act.kind,
        unit: act.unit.as_ref().map(|code| frame.unit(code).name),
        category: row.and_then(|row| row.category.as_ref()).map(|code| frame.category(code)),
        area: row
            .and_then(|row| row.area.as_ref())
            .map(|code| frame.grid(domain::geo::grid::Layer::Area, code)),
        published_at: act.issued_at.unwrap_or(act.created_at),
        solved: row.is_some_and(|row| row.struck_off_at.is_some()),
        before: shots(frame, &act.body.photo_ids),
        echo: echo(frame, &act),
        nth: act.body.nth,
        title: act.body.title.clone().unwrap_or_default(),
        legal_basis: act.body.legal_basis.clone(),
        expires_at: act.body.expires_at,
        votes: VotesView { satisfied: votes.satisfied, unsatisfied: votes.unsatisfied },
        id: act.id,
        number: act.number,
        words: act.words,
    }
}
