//! Puts the pictures before and after, and every earlier use of them, before `domain::proof`, keeps the verdict and
//! hands it to the desk; what was accepted is struck off at once. No picture is decoded again.

use std::collections::HashMap;

use domain::actor::Actor;
use domain::clock::reckon::Mark;
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{PhotoId, TicketId};
use domain::job::Job;
use domain::photo::Look;
use domain::proof::{self, CheckName, Claim, Earlier, Outcome as Found, Shot, Thresholds, Verdict};
use domain::reuse::{self, Kind, Likeness};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::event::{Fix, Place};
use domain::ticket::state::{Stage, State};
use domain::time::Moment;
use store::desk::DeskError;
use store::repo::photos::{self, Photo, Submission};
use store::repo::{lists, tickets};

use super::{compute, enqueue, not_before, nothing};
use crate::outcome::{JobError, Outcome};
use crate::{Context, gallery, now};

/// How often the verdict is written anew because somebody else changed the ticket meanwhile.
const MOST_PASSES: u32 = 5;
/// Earlier pictures that are laid under each new one.
const CLOSE_LOOKS: usize = 20;
/// How long to wait for a picture of the ticket that older algorithms analysed.
const AGAIN_MS: i64 = 1_000;
/// The accuracy of a place that is only known by its grid, metres.
const GRID_ACCURACY_M: f64 = 200.0;

/// Everything that the proof needs, owned.
pub(crate) struct Evidence {
    before: Vec<Photo>,
    after: Vec<Photo>,
    looks: HashMap<PhotoId, Look>,
    earlier: Vec<Earlier>,
    dispatched_at: Moment,
    submitted_at: Moment,
    spot: Place,
    /// After-pictures that can't be read, one sentence each.
    unread: Vec<String>,
}

pub(super) async fn run(context: &Context, id: &TicketId, round: u32) -> Result<Outcome, JobError> {
    for _ in 0..MOST_PASSES {
        let Some((ticket, fix)) = current(context, id, round).await? else { return nothing(context).await };
        let (before, after) = pictures(context, &ticket, &fix).await?;
        let all: Vec<Photo> = before.iter().chain(&after).cloned().collect();
        if let Some(at) = gallery::look_again(&all, now(), context.settings.patience) {
            return not_before(context, at).await;
        }
        if let Some(at) = ask_again(context, &all).await? {
            return not_before(context, at).await;
        }
        let evidence = gather(context, &ticket, &fix, before, after).await?;
        let bounds = context.settings.proof;
        let verdict = compute(move || evidence.judge(&bounds)).await?;
        if let Some(outcome) = judge(context, &ticket, round, verdict).await? {
            return Ok(outcome);
        }
    }
    Err(JobError::Retry(format!("ticket {id} keeps changing")))
}

/// The ticket and its fix, when it still waits for the verdict on this round.
async fn current(context: &Context, id: &TicketId, round: u32) -> Result<Option<(Ticket, Fix)>, JobError> {
    let ticket = tickets::get(&context.stores.pool, id).await?;
    let waiting = ticket.filter(|t| t.state == State::Fixed { round } && t.outcome.is_none());
    Ok(waiting.and_then(|ticket| ticket.fix.clone().map(|fix| (ticket, fix))))
}

/// The readable or pending pictures of the problem, those of merged reports included, and of this round's fix.
pub(crate) async fn pictures(
    context: &Context,
    ticket: &Ticket,
    fix: &Fix,
) -> Result<(Vec<Photo>, Vec<Photo>), JobError> {
    let pool = &context.stores.pool;
    let uses = tickets::photo_uses(pool, &family(context, ticket).await?).await?;
    let mut before: Vec<PhotoId> = Vec::new();
    for used in uses.iter().filter(|used| used.part == "before") {
        let photo = PhotoId::from(used.photo_id.as_str());
        if !before.contains(&photo) {
            before.push(photo);
        }
    }
    Ok((photos::many(pool, &before).await?, photos::many(pool, &fix.photos).await?))
}

/// The ticket and those merged into it.
async fn family(context: &Context, ticket: &Ticket) -> Result<Vec<TicketId>, JobError> {
    let mut family = tickets::merged_into(&context.stores.pool, &ticket.id).await?;
    family.insert(0, ticket.id.clone());
    Ok(family)
}

pub(crate) async fn gather(
    context: &Context,
    ticket: &Ticket,
    fix: &Fix,
    mut before: Vec<Photo>,
    mut after: Vec<Photo>,
) -> Result<Evidence, JobError> {
    let pool = &context.stores.pool;
    let unread = gallery::faults(&after, "处置后照片");
    let dispatched_at = started_at(ticket, fix, &before);
    before.retain(|photo| gallery::seen(photo).is_some());
    after.retain(|photo| gallery::seen(photo).is_some());
    let submission = Submission { ticket: &ticket.id, round: fix.round, after: &after };
    let mut earlier = photos::same_bytes(pool, &submission).await?;
    earlier.extend(look_alikes(context, &submission).await?);
    let family = family(context, ticket).await?;
    for used in &mut earlier {
        used.same_ticket |= used.ticket.as_ref().is_some_and(|other| family.contains(other));
    }
    // A fix that came with the report is there under the report already: that use is this very submission.
    let own = |photo: &PhotoId| fix.on_spot && fix.round == 1 && ticket.fixed_on_spot.contains(photo);
    earlier.retain(|used| !(used.same_ticket && own(&used.photo)));
    name_tickets(context, &mut earlier).await?;
    let spot = spot(context, ticket, &before).await?;
    let submitted_at = ticket.stamps.rectified.unwrap_or(ticket.updated_at);
    let seen: Vec<PhotoId> = before.iter().chain(&after).map(|photo| photo.id.clone()).collect();
    let looks = photos::looks(pool, &seen).await?;
    Ok(Evidence { before, after, looks, earlier, dispatched_at, submitted_at, spot, unread })
}

/// Asks for a new analysis of the pictures that older algorithms analysed; when to look whether it is done.
async fn ask_again(context: &Context, photos: &[Photo]) -> Result<Option<Moment>, JobError> {
    let outdated: Vec<&Photo> = photos.iter().filter(|photo| photo.is_outdated()).collect();
    if outdated.is_empty() {
        return Ok(None);
    }
    let mut tx = context.stores.pool.write().await?;
    for photo in outdated {
        enqueue(&mut tx, &Job::AnalysePhoto { photo: photo.id.clone() }, now()).await?;
    }
    tx.commit().await?;
    Ok(Some(now().plus_ms(AGAIN_MS)))
}

/// Earlier pictures on any ticket from which an after-picture may have been made.
async fn look_alikes(context: &Context, submission: &Submission<'_>) -> Result<Vec<Earlier>, JobError> {
    let pool = &context.stores.pool;
    context.memory.catch_up(pool).await?;
    let mut found = Vec::new();
    for (index, named) in context.memory.search(submission.after).await?.into_iter().enumerate() {
        let uses = photos::uses(pool, submission, &named).await?;
        let used = named.into_iter().filter(|id| uses.iter().any(|(photo, _)| photo == id));
        let used: Vec<PhotoId> = used.take(CLOSE_LOOKS).collect();
        let (new, old) = (submission.after[index].clone(), photos::many(pool, &used).await?);
        let judged = compute(move || judge_each(&new, &old)).await?;
        found.extend(judged.iter().flat_map(|(id, likeness)| {
            let tickets = uses.iter().filter(move |(photo, _)| photo == id);
            tickets.map(move |(_, ticket)| submission.earlier(index, id.clone(), ticket.clone(), likeness))
        }));
    }
    Ok(found)
}

/// Adds the numbers by which people know the tickets.
async fn name_tickets(context: &Context, earlier: &mut [Earlier]) -> Result<(), JobError> {
    let others: Vec<TicketId> = earlier.iter().filter_map(|used| used.ticket.clone()).collect();
    let rows = lists::rows(&context.stores.pool, &others).await?;
    for used in earlier {
        let row = rows.iter().find(|row| Some(&row.id) == used.ticket.as_ref());
        used.number = row.and_then(|row| row.number.clone());
    }
    Ok(())
}

/// The old pictures that the new one is like; those with the same bytes were found already.
fn judge_each(new: &Photo, old: &[Photo]) -> Vec<(PhotoId, Likeness)> {
    let Some(new) = gallery::picture(new) else { return Vec::new() };
    let each = old
        .iter()
        .filter_map(|photo| Some((photo.id.clone(), reuse::judge(&new, &gallery::picture(photo)?))));
    each.filter(|(_, likeness)| matches!(likeness.kind, Kind::Suspect | Kind::Copy)).collect()
}

/// From when on a picture may show the fix: the start of the unit's clock; for a fix on the spot, which has none, the
/// picture of the problem.
fn started_at(ticket: &Ticket, fix: &Fix, before: &[Photo]) -> Moment {
    let start = ticket.ticks.iter().find(|tick| matches!(tick.mark, Mark::Start { .. })).map(|tick| tick.at);
    let pictured = before.iter().filter_map(gallery::captured_at).min();
    match start {
        Some(start) if !fix.on_spot => start,
        _ => pictured.unwrap_or(ticket.stamps.found),
    }
}

/// Where the problem is; without a point where a picture of it was taken, else somewhere in its grid.
async fn spot(context: &Context, ticket: &Ticket, before: &[Photo]) -> Result<Place, JobError> {
    if let Some(place) = ticket.place {
        return Ok(place);
    }
    let pictured = before
        .iter()
        .filter_map(|photo| gallery::shot(photo, None))
        .find_map(|shot| Some((shot.place?, shot.accuracy_m)));
    if let Some((at, accuracy_m)) = pictured {
        return Ok(Place { at, accuracy_m: accuracy_m.unwrap_or(domain::evidence::EXIF_ACCURACY_M) });
    }
    let books = context.desk.books.get(&context.stores.pool).await?;
    let grid = ticket.grids.get(&Layer::Community).and_then(|code| books.grids.get(Layer::Community, code));
    let corner = grid.and_then(|grid| grid.shape.0.first()?.exterior().0.first().copied());
    let at = corner.and_then(|corner| Wgs84::new(corner.x, corner.y));
    at.map(|at| Place { at, accuracy_m: GRID_ACCURACY_M })
        .ok_or_else(|| JobError::Abort(format!("ticket {} has no place at all", ticket.id)))
}

impl Evidence {
    /// Leaves out uses of pictures that were uploaded after the fix was: it could not know them. Ids grow with time.
    pub(crate) fn forget_later(&mut self) {
        let after = &self.after;
        let known = |used: &Earlier| after.get(used.after_index).is_none_or(|own| used.photo <= own.id);
        self.earlier.retain(known);
    }

    fn shot<'a>(&'a self, photo: &'a Photo) -> Option<Shot<'a>> {
        gallery::shot(photo, self.looks.get(&photo.id))
    }

    pub(crate) fn judge(&self, bounds: &Thresholds) -> Verdict {
        let claim = Claim {
            before: self.before.iter().filter_map(|photo| self.shot(photo)).collect(),
            after: self.after.iter().filter_map(|photo| self.shot(photo)).collect(),
            dispatched_at: self.dispatched_at,
            submitted_at: self.submitted_at,
            spot: self.spot.at,
            spot_accuracy_m: self.spot.accuracy_m,
            earlier: self.earlier.clone(),
        };
        with_unread(proof::verify(&claim, bounds), &self.unread)
    }
}

/// Lets pictures that can't be read weigh: what nobody can see proves nothing, so it is a doubt at the least.
fn with_unread(mut verdict: Verdict, unread: &[String]) -> Verdict {
    if unread.is_empty() {
        return verdict;
    }
    if let Some(check) = verdict.checks.iter_mut().find(|check| check.name == CheckName::FromCamera) {
        check.text = if check.outcome == Found::Pass {
            unread.join("；")
        } else {
            format!("{}；{}", unread.join("；"), check.text)
        };
        check.outcome = check.outcome.max(Found::Doubt);
    }
    verdict.outcome = verdict.outcome.max(Found::Doubt);
    verdict
}

/// Keeps the verdict and applies it; `None` when the ticket changed since it was looked at.
async fn judge(
    context: &Context,
    ticket: &Ticket,
    round: u32,
    verdict: Verdict,
) -> Result<Option<Outcome>, JobError> {
    let (desk, system, now) = (&context.desk, Actor::system(), now());
    let mut tx = context.stores.pool.write().await?;
    let action = Action::Judge { verdict: verdict.clone() };
    let after = match desk.apply(&mut tx, &ticket.id, action, &system, Some(ticket.version), now).await {
        Ok(after) => after,
        Err(DeskError::Stale { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    tickets::save_verdict(&mut tx, &ticket.id, round, &verdict, now).await?;
    if after.stage() == Stage::Accepted {
        desk.apply(&mut tx, &ticket.id, Action::Close {}, &system, None, now).await?;
    }
    Ok(Some(Outcome::Done(tx)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::proof::Check;

    fn verdict(outcome: Found) -> Verdict {
        let check = Check {
            name: CheckName::FromCamera,
            outcome,
            measure: None,
            threshold: 0.5,
            unit: "分".into(),
            text: "未见编辑".into(),
        };
        Verdict { outcome, checks: vec![check], version: 1 }
    }

    #[test]
    fn an_unreadable_picture_makes_a_pass_a_doubt_and_leaves_a_failure() {
        let unread = ["第2张处置后照片已损坏，无法打开".to_owned()];
        let doubt = with_unread(verdict(Found::Pass), &unread);
        assert_eq!(doubt.outcome, Found::Doubt);
        assert!(doubt.reasons()[0].contains("第2张"), "{:?}", doubt.reasons());
        assert_eq!(with_unread(verdict(Found::Fail), &unread).outcome, Found::Fail);
        assert_eq!(with_unread(verdict(Found::Pass), &[]), verdict(Found::Pass));
    }
}
