//! A ticket in a list. Citizens get the same row without persons, doubts and other people's words.

use std::collections::BTreeMap;

use domain::clock::reckon::{Tick, reckon};
use domain::geo::grid::Layer;
use domain::id::{AccountId, PhotoId, TicketId};
use domain::ticket::attention::AttentionKind;
use domain::ticket::event::{Person, Priority, Source};
use domain::ticket::state::Stage;
use domain::time::Moment;
use domain::workline::Workline;
use serde::Serialize;
use store::repo::lists::TicketRow;

use super::joint::{CLOSED, hides};
use super::place::PointView;
use super::{Frame, Named, doubt, minutes};
use crate::extract::Caller;
use crate::sign::ImageUrls;

/// The first picture of each ticket.
pub type Covers = BTreeMap<TicketId, PhotoId>;
/// Names of responsible persons.
pub type Persons = BTreeMap<AccountId, String>;

/// What rows show that is not in their columns.
#[derive(Debug, Default)]
pub struct Beside {
    pub covers: Covers,
    pub persons: Persons,
    /// The running clocks of those that are being worked on.
    pub clocks: BTreeMap<TicketId, Vec<Tick>>,
}

/// A ticket in a list.
#[derive(Debug, Serialize)]
pub struct RowView {
    pub id: TicketId,
    pub number: Option<String>,
    pub version: u64,
    pub stage: Stage,
    pub stage_label: &'static str,
    /// Null to the units' people when it was found in secret.
    pub source: Option<Source>,
    pub source_label: &'static str,
    /// Null to citizens who did not write them.
    pub words: Option<String>,
    pub category: Option<Named>,
    pub workline: Option<Workline>,
    pub lead: Option<Named>,
    pub assist: Option<Named>,
    /// Null to citizens.
    pub person: Option<Person>,
    pub place: Option<PointView>,
    /// Street, community and grid by name; empty without a place.
    pub address: String,
    pub grids: BTreeMap<Layer, Named>,
    /// The first picture.
    pub cover: Option<ImageUrls>,
    pub opened_at: Moment,
    pub updated_at: Moment,
    pub registered_at: Option<Moment>,
    pub struck_off_at: Option<Moment>,
    /// Null while the clock stands still.
    pub due_at: Option<Moment>,
    /// Natural minutes until `due_at`, negative when past; null when it is not being worked on.
    pub remaining_minutes: Option<i64>,
    /// The limit and every extension; null when it is not being worked on.
    pub allowed_minutes: Option<i64>,
    /// What is used of them, counted as the limit is.
    pub used_minutes: Option<i64>,
    pub late: bool,
    /// The first doubt that a person must settle; null to citizens.
    pub attention: Option<AttentionKind>,
    pub attention_label: Option<&'static str>,
    pub self_handled: bool,
    pub reports: i64,
    pub followers: i64,
    pub reworks: i64,
    pub stars: Option<i64>,
    pub priority: Priority,
    pub priority_label: &'static str,
    /// A red order.
    pub red: bool,
    pub relapse_of: Option<TicketId>,
}

impl Frame<'_> {
    /// The addresses of a ticket's first picture.
    pub fn cover(&self, covers: &Covers, ticket: &TicketId) -> Option<ImageUrls> {
        covers.get(ticket).map(|photo| self.signer.image_urls(photo, self.now))
    }
}

impl Beside {
    /// Minutes that a ticket's running clock allows and has used.
    pub fn minutes(&self, frame: &Frame<'_>, ticket: &TicketId) -> Option<(i64, i64)> {
        let clock = reckon(self.clocks.get(ticket)?, &frame.books.calendar, frame.now);
        Some((minutes(clock.allowed_ms), minutes(clock.used_ms)))
    }
}

/// The row as the caller may see it.
pub fn row(frame: &Frame<'_>, caller: &Caller, row: TicketRow, beside: &Beside) -> RowView {
    let staff = caller.is_staff();
    let hidden = hides(caller.actor.role, row.source);
    let attention = row.attention.filter(|_| staff);
    let person = row.person.as_ref().filter(|_| staff);
    let named = |account: &AccountId| {
        Some(Person { account: account.clone(), name: beside.persons.get(account)?.clone() })
    };
    let left = row.due_at.filter(|_| row.stage.is_open()).map(|due| minutes(due.since(frame.now)));
    let (allowed_minutes, used_minutes) = beside.minutes(frame, &row.id).unzip();
    RowView {
        late: row.is_late(frame.now),
        cover: frame.cover(&beside.covers, &row.id),
        stage_label: row.stage.label(),
        source: (!hidden).then_some(row.source),
        source_label: if hidden { CLOSED } else { row.source.label() },
        priority: row.priority,
        priority_label: row.priority.label(),
        red: row.red,
        relapse_of: row.relapse_of.clone(),
        words: (staff || row.reporter.as_ref() == Some(&caller.account.id)).then(|| row.words.clone()),
        category: row.category.as_ref().map(|code| frame.category(code)),
        lead: row.lead.as_ref().map(|code| frame.unit(code)),
        assist: row.assist.as_ref().map(|code| frame.unit(code)),
        person: person.and_then(named),
        place: row.at.map(|at| frame.point(at)),
        address: row.at.map_or_else(String::new, |at| frame.address(at, 0.0)),
        grids: grids(frame, &row),
        remaining_minutes: left,
        allowed_minutes,
        used_minutes,
        attention,
        attention_label: attention.map(doubt::label),
        id: row.id,
        number: row.number,
        version: row.version,
        stage: row.stage,
        workline: row.workline,
        opened_at: row.opened_at,
        updated_at: row.updated_at,
        registered_at: row.registered_at,
        struck_off_at: row.struck_off_at,
        due_at: row.due_at,
        self_handled: row.self_handled,
        reports: row.reports,
        followers: row.followers,
        reworks: row.reworks,
        stars: row.stars,
    }
}

fn grids(frame: &Frame<'_>, row: &TicketRow) -> BTreeMap<Layer, Named> {
    let layers = [
        (Layer::Community, &row.community),
        (Layer::Inspection, &row.inspection),
        (Layer::Enforcement, &row.enforcement),
        (Layer::Area, &row.area),
    ];
    layers.into_iter().filter_map(|(layer, code)| Some((layer, frame.grid(layer, code.as_ref()?)))).collect()
}
