//! Where a picture was used before: the search behind "not an old photograph". It refuses to judge what it finds.

use domain::id::TicketId;
use domain::photo::Prints;
use domain::proof::Earlier;
use domain::time::Moment;

use super::photos::Photo;
use super::prints;
use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// Rows that the search for look-alikes reads at once.
const PAGE: i64 = 1000;

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
    fn earlier(&self, after_index: usize, photo: String, ticket: String, bits: u32) -> Earlier {
        let same_bytes = bits == 0 && self.after[after_index].id.as_str() == photo;
        let same_ticket = self.ticket.as_str() == ticket;
        Earlier {
            after_index,
            photo: photo.into(),
            ticket: Some(ticket.into()),
            same_bytes,
            bits,
            same_ticket,
        }
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
        hits.map(move |(index, _)| Earlier {
            same_bytes: true,
            ..submission.earlier(index, photo.clone(), ticket.clone(), 0)
        })
    });
    Ok(uses.collect())
}

/// The uses since `since` of pictures within `bits` of an after-photograph and with other bytes, nearest first, at most
/// `limit` for each after-photograph.
///
/// Reads all candidates in pages of 1,000 hashes of 164 bytes; an index over hashes would take this function's place.
pub async fn look_alikes(
    on: impl Into<On<'_>>,
    submission: &Submission<'_>,
    bits: u32,
    limit: usize,
    since: Moment,
) -> Result<Vec<Earlier>> {
    type Columns = (i64, String, String, String, Vec<u8>);
    let mut on: On<'_> = on.into();
    let wanted: Vec<(usize, &Photo, &Prints)> = (submission.after.iter().enumerate())
        .filter_map(|(index, photo)| Some((index, photo, &photo.facts.as_ref()?.prints)))
        .filter(|(_, _, prints)| !prints.is_flat())
        .collect();
    let mut found: Vec<Vec<Earlier>> = vec![Vec::new(); submission.after.len()];
    let mut last = (since.ms(), String::new(), String::new());
    while !wanted.is_empty() {
        let mut text = SqlText::new(
            "select u.used_at, u.photo_id, u.ticket_id, p.sha256, p.prints from photo_use u
             join photo p on p.id = u.photo_id where p.prints is not null and (u.used_at, u.photo_id, u.ticket_id) > (",
        );
        text.bind(last.0).push(", ").bind(&last.1).push(", ").bind(&last.2).push(")");
        submission.skip_own(&mut text);
        text.push(" order by u.used_at, u.photo_id, u.ticket_id limit ").bind(PAGE);
        let page: Vec<Columns> = fetch_all_dyn(&mut on, &text).await?;
        let full = i64::try_from(page.len()) == Ok(PAGE);
        for (used_at, photo, ticket, sha256, bytes) in page {
            let old = prints::read(&bytes).ok_or_else(|| StoreError::corrupt("photo", "prints", &photo))?;
            last = (used_at, photo, ticket);
            for (index, after, prints) in &wanted {
                let distance = prints.distance(&old);
                if distance <= bits && !old.is_flat() && after.sha256 != sha256 {
                    found[*index].push(submission.earlier(*index, last.1.clone(), last.2.clone(), distance));
                }
            }
        }
        if !full {
            break;
        }
    }
    for hits in &mut found {
        hits.sort_by(|a, b| (a.bits, &a.photo, &a.ticket).cmp(&(b.bits, &b.photo, &b.ticket)));
        hits.dedup_by(|a, b| (&a.photo, &a.ticket) == (&b.photo, &b.ticket));
        hits.truncate(limit);
    }
    Ok(found.concat())
}
