//! The open tickets around that may be the same problem. It looks at the nearest few, compares places, words and
//! pictures, and merges only what is beyond doubt; what may be the same is put before a person. Frames of one camera that
//! follow each other are one problem without a comparison.

use domain::dedupe::{self, MAX_ACCURACY_M, Score, Sighting, Verdict};
use domain::explain::{DuplicateGround, Ground, Match};
use domain::geo::datum::{cells_around, distance_m};
use domain::id::{PhotoId, TicketId};
use domain::photo::{Prints, Scene};
use domain::ticket::Ticket;
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::attention::Attention;
use domain::ticket::event::{Place, Source};
use domain::ticket::flow;
use domain::ticket::refusal::Refusal;
use domain::ticket::state::Stage;
use domain::time::{DAY_MS, MINUTE_MS};
use store::repo::photos::{self, Photo};
use store::repo::points;
use store::repo::tickets::{self, Neighbour};

use super::{Case, Halt, Pen, class};
use crate::jobs::compute;
use crate::outcome::JobError;
use crate::{Context, gallery, now};

/// Tickets looked at around a place, newest first, by their row in an index.
const MOST_NEIGHBOURS: i64 = 2000;
/// Of these, so many of the nearest are compared, pictures and all; twice as many documents are read.
const MOST_COMPARED: usize = 20;
/// So many of the likeliest are kept for people to see.
const KEPT: usize = 5;

/// Another ticket and how alike it is; without a score it has the same camera's frame just before.
#[derive(Debug)]
pub(super) struct Twin {
    pub ticket: TicketId,
    pub score: Option<Score>,
}

/// A ticket or a report with everything that is compared, owned.
pub(crate) struct Portrait {
    pub id: TicketId,
    place: Place,
    category: Option<String>,
    seen_at: domain::time::Moment,
    prints: Vec<Prints>,
    scenes: Vec<Scene>,
    words: String,
    reporter: Option<domain::id::AccountId>,
    on_duty: bool,
}

/// The likeliest twins, best first; at most [`KEPT`].
pub(super) async fn find(context: &Context, case: &Case, spot: Place) -> Result<Vec<Twin>, JobError> {
    let bounds = dedupe::thresholds_for(&case.books.config.dedupe);
    let pool = &context.stores.pool;
    let cells = cells_around(spot.at, bounds.radius_m + 2.0 * MAX_ACCURACY_M);
    let since = now().plus_ms(-2 * i64::from(bounds.window_days) * DAY_MS);
    let mut around = tickets::in_cells(pool, &cells, since, MOST_NEIGHBOURS).await?;
    around.retain(|other| may_be_older(other, &case.ticket));
    around.sort_by(|a, b| distance_m(a.at, spot.at).total_cmp(&distance_m(b.at, spot.at)));
    // A camera's frames are told by their documents, wherever they are.
    let most = if case.ticket.origin.machine.is_some() { around.len() } else { 2 * MOST_COMPARED };
    let mut near: Vec<(Ticket, Place)> = tickets::many(pool, around.iter().take(most).map(|other| &other.id))
        .await?
        .into_iter()
        .filter(|other| may_take_in(other, &case.ticket))
        .filter_map(|other| other.place.map(|place| (other, place)))
        .collect();
    near.sort_by(|(_, a), (_, b)| distance_m(a.at, spot.at).total_cmp(&distance_m(b.at, spot.at)));
    if let Some(before) = frame_before(context, case, &near).await? {
        return Ok(vec![Twin { ticket: before, score: None }]);
    }
    near.truncate(MOST_COMPARED);
    let ids: Vec<PhotoId> = near.iter().flat_map(|(other, _)| other.photos.clone()).collect();
    let pictures = photos::many(pool, &ids).await?;
    let category = class::known(&case.books, &case.ticket);
    let new = portrait(&case.ticket, spot, category.map(|c| c.to_string()), &case.photos);
    let new = Portrait { seen_at: case.settled.time.at, ..new };
    let others: Vec<Portrait> = near
        .into_iter()
        .map(|(other, place)| {
            let category = other.class.as_ref().map(|class| class.category.to_string());
            let category = category.or_else(|| class::known(&case.books, &other).map(|c| c.to_string()));
            portrait(&other, place, category, &pictures)
        })
        .collect();
    compute(move || {
        let sightings: Vec<Sighting<'_>> = others.iter().map(Portrait::sighting).collect();
        let ranked = dedupe::rank(&new.sighting(), &sightings, &bounds).into_iter().take(KEPT);
        ranked.map(|(i, score)| Twin { ticket: others[i].id.clone(), score: Some(score) }).collect()
    })
    .await
}

/// The ticket in which the same camera saw the same offence last, when its latest frame is not older than the rule allows.
async fn frame_before(
    context: &Context,
    case: &Case,
    near: &[(Ticket, Place)],
) -> Result<Option<TicketId>, JobError> {
    let Some(seen) = &case.ticket.origin.machine else { return Ok(None) };
    let within = i64::from(case.books.config.machine.same_frame_minutes) * MINUTE_MS;
    let same = near.iter().map(|(other, _)| other).filter(|other| {
        let machine = other.origin.machine.as_ref();
        machine.is_some_and(|other| other.camera == seen.camera && other.offence == seen.offence)
    });
    for other in same {
        let frames = points::family(&context.stores.pool, &other.id).await?;
        let earlier = frames.iter().map(|sent| sent.received_at).filter(|at| *at <= case.report.received_at);
        if earlier.max().is_some_and(|last| case.report.received_at.since(last) <= within) {
            return Ok(Some(other.id.clone()));
        }
    }
    Ok(None)
}

/// Whether `other` is worth its document: `may_take_in` as far as its row tells.
fn may_be_older(other: &Neighbour, ticket: &Ticket) -> bool {
    let waits = matches!(other.stage, Stage::Received | Stage::Verifying);
    let older = (other.opened_at, &other.id) < (ticket.opened_at, &ticket.id);
    other.id != ticket.id
        && other.stage.is_open()
        && flow::find(other.stage, ActionKind::Absorb).is_some()
        && (older || !waits)
}

/// Whether `ticket` could be merged into `other`: that one is open, can still take in reports, was not said to be another
/// problem, and of two that wait for their triage it is the older, so that they never merge into each other.
fn may_take_in(other: &Ticket, ticket: &Ticket) -> bool {
    let (id, stage, opened_at) = (other.id.clone(), other.stage(), other.opened_at);
    other.place.is_some_and(|place| may_be_older(&Neighbour { id, at: place.at, stage, opened_at }, ticket))
        && !ticket.apart.contains(&other.id)
        && !other.apart.contains(&ticket.id)
}

pub(crate) fn portrait(
    ticket: &Ticket,
    place: Place,
    category: Option<String>,
    pictures: &[Photo],
) -> Portrait {
    let own = || pictures.iter().filter(|photo| ticket.photos.contains(&photo.id)).filter_map(gallery::seen);
    Portrait {
        id: ticket.id.clone(),
        place,
        category,
        seen_at: ticket.stamps.found,
        prints: own().map(|(facts, _)| facts.prints.clone()).collect(),
        scenes: own().map(|(_, scene)| scene.clone()).collect(),
        words: ticket.words.clone(),
        reporter: ticket.reporter.clone(),
        on_duty: is_on_duty(ticket.source),
    }
}

/// Whether reports of this source come from those whose work is finding.
const fn is_on_duty(source: Source) -> bool {
    use Source::{Camera, Crew, Drone, Inspection, Patrol, Satellite, SelfCheck, Simulation, Station, Visit};
    matches!(
        source,
        Camera | Crew | Drone | Inspection | Patrol | Satellite | SelfCheck | Simulation | Station | Visit
    )
}

impl Portrait {
    pub(crate) fn sighting(&self) -> Sighting<'_> {
        Sighting {
            at: self.place.at,
            accuracy_m: self.place.accuracy_m,
            category: self.category.as_deref(),
            seen_at: self.seen_at,
            open: true,
            prints: &self.prints,
            scenes: &self.scenes,
            words: &self.words,
            reporter: self.reporter.as_ref(),
            on_duty: self.on_duty,
        }
    }
}

/// Keeps the scores and acts on the best one; true when the pass ends with it.
pub(super) async fn settle(
    pen: &mut Pen<'_>,
    case: &Case,
    ticket: &Ticket,
    twins: &[Twin],
) -> Result<bool, Halt> {
    if !case.ticket.source.is_patch() && case.spot().is_some() {
        pen.keep(&ticket.id, &Ground::Duplicates(ground(case, twins))).await?;
    }
    for (twin, score) in twins.iter().filter_map(|twin| Some((twin, twin.score.as_ref()?))) {
        tickets::save_score(pen.tx, &ticket.id, &twin.ticket, score, pen.now).await?;
    }
    let Some(best) = twins.first() else { return Ok(false) };
    let Some(score) = &best.score else {
        return merge(pen, ticket, &best.ticket, "同一相机连续帧".to_owned()).await;
    };
    match score.verdict {
        Verdict::Separate => Ok(false),
        Verdict::Ask => {
            let (probability, reasons) = (score.probability, reasons(score));
            let doubt = Attention::Duplicate { ticket: best.ticket.clone(), probability, reasons };
            pen.flag(ticket, vec![doubt]).await?;
            Ok(true)
        }
        Verdict::Merge => {
            let share = score.probability * 100.0;
            let reason = format!("自动并案，相似度 {share:.0}%：{}", reasons(score).join("；"));
            merge(pen, ticket, &best.ticket, reason).await
        }
    }
}

/// The scores beside the bounds that they were held against.
fn ground(case: &Case, twins: &[Twin]) -> DuplicateGround {
    let bounds = dedupe::thresholds_for(&case.books.config.dedupe);
    let one = |twin: &Twin| Some(Match { ticket: twin.ticket.clone(), score: twin.score.clone()? });
    let matches = twins.iter().filter_map(one).collect();
    DuplicateGround { matches, merge: bounds.merge, ask: bounds.ask, version: bounds.version }
}

async fn merge(pen: &mut Pen<'_>, ticket: &Ticket, into: &TicketId, reason: String) -> Result<bool, Halt> {
    let action = Action::Merge { into: into.clone(), reason };
    match pen.apply_as(&ticket.id, action, &domain::actor::Actor::system()).await? {
        Ok(_) => Ok(true),
        // The other ticket was closed or merged since it was looked at.
        Err(Refusal::Missing { .. } | Refusal::State { .. }) => Err(Halt::Stale),
        Err(refusal) => Err(Halt::Failed(JobError::Abort(refusal.message()))),
    }
}

/// What speaks for it, the weightiest first, then what held the verdict down.
fn reasons(score: &Score) -> Vec<String> {
    let mut speaking: Vec<_> = score.features.iter().filter(|f| f.value * f.weight > 0.0).collect();
    speaking.sort_by(|a, b| (b.value * b.weight).total_cmp(&(a.value * a.weight)));
    speaking.iter().map(|f| f.text.clone()).chain(score.held.iter().cloned()).collect()
}
