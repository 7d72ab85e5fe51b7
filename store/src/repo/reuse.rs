//! Where a picture was used before, and the marks that a worker keeps in memory to find it again (`domain::reuse`). It
//! refuses to search for look-alikes in the database, and to judge.

use domain::id::{PhotoId, TicketId};
use domain::proof::Earlier;
use domain::reuse::{Likeness, Mark};
use domain::time::Moment;

use super::photos::Photo;
use super::prints;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// The after-photographs of one submission, to be looked for among all that was used before.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The ticket being proven.
    pub ticket: &'a TicketId,
    /// The round of the submission, which is no earlier use of itself.
    pub round: u32,
    /// The pictures, in the order of `Earlier::after_index`.
    pub after: &'a [Photo],
}

impl Submission<'_> {
    /// An earlier use of a picture on a ticket.
    pub fn earlier(&self, after_index: usize, photo: PhotoId, ticket: TicketId, found: &Likeness) -> Earlier {
        let same_ticket = *self.ticket == ticket;
        Earlier { after_index, photo, ticket: Some(ticket), number: None, same_ticket, likeness: *found }
    }

    /// Leaves out the uses that are this very submission.
    fn skip_own(&self, text: &mut SqlText) {
        text.push(" and not (u.ticket_id = ").bind(self.ticket.as_str());
        text.push(" and u.part = 'after' and u.round = ").bind(self.round).push(")");
    }
}

/// Every earlier use of the very same bytes, on any ticket and at any time.
pub async fn same_bytes(on: impl Into<On<'_>>, submission: &Submission<'_>) -> Result<Vec<Earlier>> {
    if submission.after.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new(
        "select distinct p.sha256, p.id, u.ticket_id from photo p join photo_use u on u.photo_id = p.id",
    );
    text.among(" where p.sha256 in", submission.after.iter().map(|photo| photo.sha256.as_str()));
    submission.skip_own(&mut text);
    text.push(" order by p.sha256, p.id, u.ticket_id");
    let rows: Vec<(String, String, String)> = fetch_all_dyn(on, &text).await?;
    let uses = rows.into_iter().flat_map(|(sha256, photo, ticket)| {
        let hits = submission.after.iter().enumerate().filter(move |(_, after)| after.sha256 == sha256);
        hits.map(move |(index, _)| {
            submission.earlier(index, photo.as_str().into(), ticket.as_str().into(), &Likeness::SAME_BYTES)
        })
    });
    Ok(uses.collect())
}

/// A used picture with what finds it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// When it was analysed, or used.
    pub at: Moment,
    /// The picture.
    pub photo: PhotoId,
    /// Its hashes and words.
    pub mark: Mark,
}

/// The moment of the last use there is; before a first reading of all marks, so that none is missed after it.
pub async fn last_use(on: impl Into<On<'_>>) -> Result<Moment> {
    let text = SqlText::new("select max(used_at) from photo_use");
    let rows: Vec<(Option<i64>,)> = fetch_all_dyn(on, &text).await?;
    Ok(Moment::from_ms(rows.first().and_then(|(at,)| *at).unwrap_or(0)))
}

/// At most `limit` used pictures behind (`at`, `photo`) in the order of their analysis.
pub async fn analysed_since(
    on: impl Into<On<'_>>,
    at: Moment,
    photo: &str,
    limit: usize,
) -> Result<Vec<Marked>> {
    let mut text = SqlText::new(
        "select p.analysed_at, p.id, p.prints from photo p where p.state = 'ready' and p.prints is not null
         and p.analysed_at >= ",
    );
    text.bind(at.ms()).push(" and (p.analysed_at, p.id) > (").bind(at.ms()).push(", ").bind(photo);
    text.push(") and exists (select 1 from photo_use u where u.photo_id = p.id)");
    text.push(" order by p.analysed_at, p.id limit ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    marked(on, &text).await
}

/// The analysed pictures that were used at or after `at`, in the order of their uses.
pub async fn used_since(on: impl Into<On<'_>>, at: Moment) -> Result<Vec<Marked>> {
    let mut text = SqlText::new(
        "select u.used_at, p.id, p.prints from photo_use u join photo p on p.id = u.photo_id
         where p.state = 'ready' and p.prints is not null and u.used_at >= ",
    );
    text.bind(at.ms()).push(" order by u.used_at, u.photo_id, u.ticket_id");
    marked(on, &text).await
}

async fn marked(on: impl Into<On<'_>>, text: &SqlText) -> Result<Vec<Marked>> {
    let rows: Vec<(i64, String, Vec<u8>)> = fetch_all_dyn(on, text).await?;
    let read = |(at, photo, bytes): (i64, String, Vec<u8>)| {
        let mark = prints::read(&bytes).ok_or_else(|| StoreError::corrupt("photo", "prints", &photo))?;
        Ok(Marked { at: Moment::from_ms(at), photo: photo.into(), mark })
    };
    rows.into_iter().map(read).collect()
}

/// The tickets on which the pictures were used, this submission itself left out.
pub async fn uses(
    on: impl Into<On<'_>>,
    submission: &Submission<'_>,
    photos: &[PhotoId],
) -> Result<Vec<(PhotoId, TicketId)>> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new("select distinct u.photo_id, u.ticket_id from photo_use u");
    text.among(" where u.photo_id in", photos.iter().map(PhotoId::as_str));
    submission.skip_own(&mut text);
    text.push(" order by u.photo_id, u.ticket_id");
    let rows: Vec<(String, String)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().map(|(photo, ticket)| (photo.into(), ticket.into())).collect())
}
