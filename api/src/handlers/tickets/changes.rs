//! What changed between the pictures of the problem and those of its fix, for the inspector's eye. It decodes nothing:
//! stored features lay one picture over the other, stored looks are compared. It refuses to judge.

use std::collections::HashMap;

use actix_web::web;
use domain::id::{PhotoId, TicketId};
use domain::photo::change::{self, Bounds, Change, Finding};
use domain::photo::scene::{self, SAME_SCENE_INLIERS};
use domain::photo::{Look, Region};
use serde::Serialize;
use store::repo::photos::{self, Photo};
use store::repo::tickets;

use super::check_sight;
use crate::Api;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, PathId};
use crate::view::Listed;

/// Pictures of the problem that are compared, newest first.
const MOST_BEFORE: usize = 9;

/// One picture of the fix beside the picture of the problem that fits it best.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    before: PhotoId,
    after: PhotoId,
    /// Distinct places that one geometry explains.
    inliers: u32,
    finding: Finding,
    finding_label: &'static str,
    /// Shares of the region and of the rest that changed, and of the region that is visible.
    inside: f32,
    outside: f32,
    seen: f32,
    /// Where the problem was marked, else the middle.
    region: Region,
    marked: bool,
    /// A PNG of one pixel a cell to lay over the picture of the problem: the redder the more changed.
    overlay: String,
}

/// `GET /v1/tickets/{id}/changes`: pairs that can be laid over each other, one for each picture of the last fix.
pub async fn changes(api: web::Data<Api>, caller: Caller, PathId(id): PathId<TicketId>) -> ApiResult<Reply> {
    if !caller.is_staff() {
        return Err(Kind::RoleRefused.into());
    }
    let pool = &api.stores.pool;
    let ticket = tickets::get(pool, &id).await?.ok_or(Kind::NoTicket)?;
    let mine = tickets::follows(pool, &id, &caller.account.id).await?.is_some();
    check_sight(&caller, &ticket, mine)?;
    let mut family = tickets::merged_into(pool, &id).await?;
    family.push(id);
    let mut before: Vec<PhotoId> = Vec::new();
    for used in
        tickets::photo_uses(pool, &family).await?.into_iter().rev().filter(|used| used.part == "before")
    {
        let photo = PhotoId::from(used.photo_id);
        if before.len() < MOST_BEFORE && !before.contains(&photo) {
            before.push(photo);
        }
    }
    let after = ticket.fix.map(|fix| fix.photos).unwrap_or_default();
    let looks = photos::looks(pool, &[before.as_slice(), after.as_slice()].concat()).await?;
    let (before, after) = (photos::many(pool, &before).await?, photos::many(pool, &after).await?);
    let items = web::block(move || compare(&before, &after, &looks))
        .await
        .map_err(|_| ApiError::from(Kind::Internal))?;
    Reply::ok(&Listed { items, next_cursor: None, total: None })
}

fn compare(before: &[Photo], after: &[Photo], looks: &HashMap<PhotoId, Look>) -> Vec<ChangeView> {
    after.iter().filter_map(|after| best(before, after, looks)).collect()
}

fn best(before: &[Photo], after: &Photo, looks: &HashMap<PhotoId, Look>) -> Option<ChangeView> {
    let new = after.scene.as_ref()?;
    let laid = before.iter().filter_map(|before| Some((before, scene::compare(before.scene.as_ref()?, new))));
    let (before, found) = laid.max_by_key(|(_, found)| found.inliers)?;
    let map = found.map.filter(|_| found.inliers >= SAME_SCENE_INLIERS)?;
    let (old, new) = (looks.get(&before.id)?, looks.get(&after.id)?);
    let (change, cells) = change::compare(old, new, &map, before.region.as_ref(), &Bounds::default());
    let Change { inside, outside, seen, marked, finding } = change;
    Some(ChangeView {
        before: before.id.clone(),
        after: after.id.clone(),
        inliers: found.inliers,
        finding,
        finding_label: finding.label(),
        inside,
        outside,
        seen,
        region: before.region.unwrap_or(Region::MIDDLE),
        marked,
        overlay: format!(
            "data:image/png;base64,{}",
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, cells.to_png())
        ),
    })
}
