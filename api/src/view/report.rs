//! One's own reports: what was sent, what was trusted of it, and how far the problem is. It refuses to show somebody
//! else's report to a citizen.

use domain::evidence::{LocationSource, SettledPlace, SettledTime, TimeSource};
use domain::id::{ReportId, TicketId};
use domain::ticket::event::Source;
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::repo::lists::TicketRow;
use store::repo::reports::Report;

use super::history::PublicStep;
use super::place::{PlaceHint, PlaceView, PointView};
use super::public::PublicTicket;
use super::row::Covers;
use super::ticket::PictureView;
use super::{Frame, Named};
use crate::sign::ImageUrls;

/// The acknowledgement of a report.
#[derive(Debug, Serialize)]
pub struct Acknowledged {
    pub report_id: ReportId,
    pub ticket_id: TicketId,
    pub received_at: Moment,
    /// The same external order had come before; nothing new was written.
    pub repeated: bool,
    /// What can be said of its place at once.
    pub place_hint: PlaceHint,
}

/// A report in the list of one's own.
#[derive(Debug, Serialize)]
pub struct MyReport {
    pub id: ReportId,
    pub ticket_id: TicketId,
    pub received_at: Moment,
    pub words: String,
    pub place: Option<PointView>,
    pub number: Option<String>,
    pub stage: Option<Stage>,
    pub stage_label: Option<&'static str>,
    pub category: Option<Named>,
    /// Name of the unit that has it.
    pub unit: Option<String>,
    pub late: bool,
    pub stars: Option<i64>,
    pub cover: Option<ImageUrls>,
    pub updated_at: Option<Moment>,
}

/// A report with what became of it.
#[derive(Debug, Serialize)]
pub struct ReportView {
    pub id: ReportId,
    /// The ticket that it opened.
    pub ticket_id: TicketId,
    pub source: Source,
    pub source_label: &'static str,
    pub external_id: Option<String>,
    pub words: String,
    pub place: Option<PlaceView>,
    /// What the client says of time.
    pub captured_at: Option<Moment>,
    pub received_at: Moment,
    /// What was sent with it.
    pub photos: Vec<PictureView>,
    /// What was trusted; null until the pictures are read.
    pub evidence: Option<EvidenceView>,
    /// The ticket that goes on: its own, or the one that it was merged into.
    pub ticket: PublicTicket,
    /// Oldest first; of its own ticket and of the one that goes on.
    pub timeline: Vec<PublicStep>,
}

/// Which source counts for place and time, and who says otherwise.
#[derive(Debug, Serialize)]
pub struct EvidenceView {
    pub place_source: LocationSource,
    pub place_source_label: &'static str,
    pub place: Option<PointView>,
    /// Metres.
    pub accuracy: Option<f64>,
    pub time_source: TimeSource,
    pub time_source_label: &'static str,
    pub found_at: Moment,
    /// Why the request's own time was not taken.
    pub time_reason: Option<String>,
    /// Photographs that say otherwise.
    pub disagreements: Vec<DisagreementView>,
}

/// A photograph that contradicts what was trusted.
#[derive(Debug, Serialize)]
pub struct DisagreementView {
    /// 1 for the first photograph of the report.
    pub photo: usize,
    pub about: About,
    pub sentence: String,
}

/// What a contradiction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Place,
    Time,
}

/// The stored form of what was trusted.
#[derive(Debug, Deserialize)]
struct Settled {
    place: SettledPlace,
    time: SettledTime,
}

/// A problem near a point that is already known.
#[derive(Debug, Serialize)]
pub struct NearbyView {
    pub ticket_id: TicketId,
    pub number: Option<String>,
    pub stage: Stage,
    pub stage_label: &'static str,
    pub category: Option<Named>,
    pub same_category: bool,
    /// Metres, one decimal.
    pub distance_m: f64,
    pub cover: Option<ImageUrls>,
    pub reports: i64,
    pub followers: i64,
    /// Whether the asker reported or follows it.
    pub following: bool,
    pub opened_at: Moment,
    pub updated_at: Moment,
}

/// A line of one's own list; `row` is the ticket's.
pub fn mine(frame: &Frame<'_>, report: Report, row: Option<&TicketRow>, covers: &Covers) -> MyReport {
    let stage = row.map(|row| row.stage);
    MyReport {
        place: report.at.map(|at| frame.point(at)),
        number: row.and_then(|row| row.number.clone()),
        stage,
        stage_label: stage.map(Stage::label),
        category: row.and_then(|row| row.category.as_ref()).map(|code| frame.category(code)),
        unit: row.and_then(|row| row.lead.as_ref()).map(|code| frame.unit(code).name),
        late: row.is_some_and(|row| row.is_late(frame.now)),
        stars: row.and_then(|row| row.stars),
        cover: frame.cover(covers, &report.ticket),
        updated_at: row.map(|row| row.updated_at),
        id: report.id,
        ticket_id: report.ticket,
        received_at: report.received_at,
        words: report.words,
    }
}

/// What is stored of the evidence; none before it was weighed.
pub fn evidence(frame: &Frame<'_>, report: &Report) -> Option<EvidenceView> {
    let Settled { place, time } = serde_json::from_str(report.evidence.as_deref()?).ok()?;
    let of_place = place.disagreements.into_iter().map(|said| (said.photo, About::Place, said.sentence));
    let of_time = time.disagreements.into_iter().map(|said| (said.photo, About::Time, said.sentence));
    let told = of_place.chain(of_time);
    Some(EvidenceView {
        place_source: place.source,
        place_source_label: place.source.label(),
        place: place.at.map(|at| frame.point(at)),
        accuracy: place.accuracy_m,
        time_source: time.source,
        time_source_label: time.source.label(),
        found_at: time.at,
        time_reason: time.reason,
        disagreements: told
            .map(|(photo, about, sentence)| DisagreementView { photo: photo + 1, about, sentence })
            .collect(),
    })
}

/// A known problem at a distance in metres.
pub fn nearby(frame: &Frame<'_>, row: TicketRow, near: &Near, covers: &Covers) -> NearbyView {
    NearbyView {
        cover: frame.cover(covers, &row.id),
        category: row.category.as_ref().map(|code| frame.category(code)),
        same_category: near.same_category,
        distance_m: (near.distance_m * 10.0).round() / 10.0,
        following: near.following,
        stage: row.stage,
        stage_label: row.stage.label(),
        ticket_id: row.id,
        number: row.number,
        reports: row.reports,
        followers: row.followers,
        opened_at: row.opened_at,
        updated_at: row.updated_at,
    }
}

/// How a known problem stands to the asker's.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    pub ticket: TicketId,
    /// Metres.
    pub distance_m: f64,
    pub same_category: bool,
    pub following: bool,
}
