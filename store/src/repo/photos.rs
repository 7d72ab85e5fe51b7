//! Uploaded pictures: the row behind each blob and what its analysis found. It refuses to change a picture once it is
//! analysed.

use std::collections::{HashMap, HashSet};

use domain::geo::datum::{CoordType, Wgs84};
use domain::id::{AccountId, PhotoId};
use domain::photo::{self, Analysis, Facts, Format, Look, Meta, Region, Scene};
use domain::proof::Channel;
use domain::reuse::Mark;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::tickets::parse;
use super::{prints, word};
use crate::execute;
use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn};

pub use super::reuse::{Marked, Submission, analysed_since, last_use, same_bytes, used_since, uses};

/// A picture whose bytes are in the blob store.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPhoto {
    /// Its id.
    pub id: PhotoId,
    /// SHA-256 of its bytes in hex: the blob's key.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// What it is.
    pub format: Format,
    /// Who uploaded it.
    pub owner: AccountId,
    /// How it reached us.
    pub channel: Channel,
    /// When the client says that it was taken.
    pub captured_at: Option<Moment>,
    /// Longitude and latitude as the client gave them, with their kind.
    pub raw: Option<(f64, f64, CoordType)>,
    /// The same point.
    pub at: Option<Wgs84>,
    /// Radius of that point, metres.
    pub accuracy_m: Option<f64>,
    /// When its row is written.
    pub uploaded_at: Moment,
}

/// How far a picture's analysis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// Waits for its analysis.
    Pending,
    /// Analysed; facts, scene and copies exist.
    Ready,
    /// Can't be read; `fault` says why.
    Broken,
}

/// A picture with everything that is stored about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Its id.
    pub id: PhotoId,
    /// SHA-256 of its bytes in hex: the blob's key.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// What it is.
    pub format: Format,
    /// Who uploaded it.
    pub owner: AccountId,
    /// How it reached us.
    pub channel: Channel,
    /// When the client says that it was taken.
    pub captured_at: Option<Moment>,
    /// Where the client says that it was taken.
    pub at: Option<Wgs84>,
    /// Radius of that point, metres.
    pub accuracy_m: Option<f64>,
    /// How far its analysis is.
    pub state: PhotoState,
    /// Stable code of what is wrong with it.
    pub fault: Option<String>,
    /// What its analysis found.
    pub facts: Option<Facts>,
    /// Its EXIF block, also of a HEIC file whose pixels are not read.
    pub meta: Option<Meta>,
    /// Its local features.
    pub scene: Option<Scene>,
    /// Where in it the reporter marked the problem.
    pub region: Option<Region>,
    /// By which version of the algorithms it was analysed.
    pub version: Option<u32>,
    /// When its row was written.
    pub uploaded_at: Moment,
}

impl Photo {
    /// Whether it was analysed by older algorithms than today's.
    pub fn is_outdated(&self) -> bool {
        self.state == PhotoState::Ready && self.version.is_none_or(|version| version < photo::VERSION)
    }
}

/// What a view of a ticket shows of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The picture's id.
    pub id: PhotoId,
    /// The blob's key.
    pub sha256: String,
    /// How far its analysis is.
    pub state: PhotoState,
    /// Stable code of what is wrong with it.
    pub fault: Option<String>,
    /// When the client says that it was taken.
    pub captured_at: Option<Moment>,
    /// When its row was written.
    pub uploaded_at: Moment,
    /// Where on it the problem was marked.
    pub region: Option<Region>,
}

/// What is kept of a picture that can't be read.
#[derive(Serialize, Deserialize)]
struct BrokenFacts {
    meta: Meta,
}

#[derive(FromRow)]
struct Row {
    id: String,
    sha256: String,
    bytes: i64,
    format: String,
    owner: String,
    channel: String,
    captured_at: Option<i64>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    accuracy_m: Option<f64>,
    state: String,
    fault: Option<String>,
    facts: Option<String>,
    scene: Option<Vec<u8>>,
    region: Option<String>,
    version: Option<i64>,
    uploaded_at: i64,
}

/// Writes the row of a picture that waits for its analysis.
pub async fn insert(tx: &mut Tx, photo: &NewPhoto) -> Result<()> {
    execute!(
        tx,
        "insert into photo (id, sha256, bytes, format, owner, channel, captured_at, raw_longitude, raw_latitude,
         coord_type, longitude, latitude, accuracy_m, state, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'pending', $14)",
        photo.id.as_str(),
        &photo.sha256,
        i64::try_from(photo.bytes).unwrap_or(i64::MAX),
        word::write(&photo.format)?,
        photo.owner.as_str(),
        word::write(&photo.channel)?,
        photo.captured_at.map(Moment::ms),
        photo.raw.map(|(longitude, _, _)| longitude),
        photo.raw.map(|(_, latitude, _)| latitude),
        photo.raw.map(|(_, _, kind)| kind.to_string()),
        photo.at.map(|at| at.lon),
        photo.at.map(|at| at.lat),
        photo.accuracy_m,
        photo.uploaded_at.ms()
    )?;
    Ok(())
}

/// The picture.
pub async fn get(on: impl Into<On<'_>>, id: &PhotoId) -> Result<Option<Photo>> {
    Ok(many(on, std::slice::from_ref(id)).await?.pop())
}

/// Those of the pictures that exist, in the order of `ids`.
pub async fn many(on: impl Into<On<'_>>, ids: &[PhotoId]) -> Result<Vec<Photo>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new(
        "select id, sha256, bytes, format, owner, channel, captured_at, longitude, latitude, accuracy_m, state,
         fault, facts, scene, region, version, uploaded_at from photo",
    );
    text.among(" where id in", ids.iter().map(PhotoId::as_str));
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let photos = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(in_order(photos, ids, |photo| &photo.id))
}

/// Those of the hashes that a row names; the others are orphans.
pub async fn named(on: impl Into<On<'_>>, hashes: &[String]) -> Result<HashSet<String>> {
    if hashes.is_empty() {
        return Ok(HashSet::new());
    }
    let mut text = SqlText::new("select distinct sha256 from photo");
    text.among(" where sha256 in", hashes.iter().map(String::as_str));
    let rows: Vec<(String,)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().map(|(sha256,)| sha256).collect())
}

/// How those of the pictures look of which that is known.
pub async fn looks(on: impl Into<On<'_>>, ids: &[PhotoId]) -> Result<HashMap<PhotoId, Look>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut text = SqlText::new("select id, look from photo where look is not null and");
    text.among(" id in", ids.iter().map(PhotoId::as_str));
    let rows: Vec<(String, Vec<u8>)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().filter_map(|(id, bytes)| Some((id.into(), Look::from_bytes(&bytes)?))).collect())
}

/// Notes where in a picture the problem is.
pub(crate) async fn mark(tx: &mut Tx, id: &PhotoId, region: &Region) -> Result<()> {
    let region = serde_json::to_string(region).map_err(|error| StoreError::Other(error.to_string()))?;
    execute!(tx, "update photo set region = $1 where id = $2", region, id.as_str())?;
    Ok(())
}

/// What views show of the pictures that exist, in the order of `ids`.
pub async fn cards(on: impl Into<On<'_>>, ids: &[PhotoId]) -> Result<Vec<Card>> {
    type Columns = (String, String, String, Option<String>, Option<i64>, i64, Option<String>);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut text =
        SqlText::new("select id, sha256, state, fault, captured_at, uploaded_at, region from photo");
    text.among(" where id in", ids.iter().map(PhotoId::as_str));
    let rows: Vec<Columns> = fetch_all_dyn(on, &text).await?;
    let card = |(id, sha256, state, fault, captured_at, uploaded_at, region): Columns| {
        let region = region.map(|region| parse("photo", "region", &id, &region)).transpose()?;
        Ok(Card {
            region,
            state: word::stored("photo", "state", &id, &state)?,
            id: id.into(),
            sha256,
            fault,
            captured_at: captured_at.map(Moment::from_ms),
            uploaded_at: Moment::from_ms(uploaded_at),
        })
    };
    let cards = rows.into_iter().map(card).collect::<Result<Vec<_>>>()?;
    Ok(in_order(cards, ids, |card| &card.id))
}

fn in_order<T>(mut rows: Vec<T>, ids: &[PhotoId], id: impl Fn(&T) -> &PhotoId) -> Vec<T> {
    rows.sort_by_key(|row| ids.iter().position(|wanted| wanted == id(row)));
    rows
}

/// Keeps what the analysis found; false when the picture isn't waiting for one and no older algorithms looked at it.
pub async fn set_ready(tx: &mut Tx, id: &PhotoId, found: &Analysis, now: Moment) -> Result<bool> {
    let Analysis { facts, scene, look, .. } = found;
    let done = execute!(
        tx,
        "update photo set state = 'ready', facts = $1, scene = $2, prints = $3, look = $4, analysed_at = $5, version = $6
         where id = $7 and (state = 'pending' or (state = 'ready' and version < $6))",
        serde_json::to_string(facts).map_err(|error| StoreError::Other(error.to_string()))?,
        scene.to_bytes(),
        prints::write(&Mark::of(&facts.prints, scene)),
        look.to_bytes(),
        now.ms(),
        i64::from(facts.version),
        id.as_str()
    )?;
    Ok(done == 1)
}

/// Leaves a picture, whose bytes can't be read any more, with what older algorithms found, and out of [`outdated`].
pub async fn set_unrepeatable(tx: &mut Tx, id: &PhotoId) -> Result<()> {
    let version = i64::from(photo::VERSION);
    execute!(tx, "update photo set version = $1 where id = $2 and state = 'ready'", version, id.as_str())?;
    Ok(())
}

/// At most `limit` pictures that older algorithms analysed, the oldest first.
pub async fn outdated(on: impl Into<On<'_>>, limit: usize) -> Result<Vec<PhotoId>> {
    let mut text = SqlText::new("select id from photo where state = 'ready' and version < ");
    text.bind(i64::from(photo::VERSION)).push(" order by version, uploaded_at, id limit ");
    text.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<(String,)> = fetch_all_dyn(on, &text).await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Keeps why a picture can't be read, and the EXIF block of one that has it; false when it isn't waiting for an analysis.
pub async fn set_broken(
    tx: &mut Tx,
    id: &PhotoId,
    code: &str,
    meta: Option<&Meta>,
    now: Moment,
) -> Result<bool> {
    let facts = meta.map(|meta| serde_json::to_string(&BrokenFacts { meta: meta.clone() })).transpose();
    let done = execute!(
        tx,
        "update photo set state = 'broken', fault = $1, facts = $2, analysed_at = $3
         where id = $4 and state = 'pending'",
        code,
        facts.map_err(|error| StoreError::Other(error.to_string()))?,
        now.ms(),
        id.as_str()
    )?;
    Ok(done == 1)
}

fn read(row: Row) -> Result<Photo> {
    let corrupt = |column| StoreError::corrupt("photo", column, &row.id);
    let state = word::stored("photo", "state", &row.id, &row.state)?;
    let (facts, meta) = match (state, &row.facts) {
        (_, None) => (None, None),
        (PhotoState::Broken, Some(text)) => {
            let kept: BrokenFacts = serde_json::from_str(text).map_err(|_| corrupt("facts"))?;
            (None, Some(kept.meta))
        }
        (_, Some(text)) => {
            let facts: Facts = serde_json::from_str(text).map_err(|_| corrupt("facts"))?;
            let meta = facts.meta.clone();
            (Some(facts), Some(meta))
        }
    };
    let region =
        row.region.as_deref().map(serde_json::from_str).transpose().map_err(|_| corrupt("region"))?;
    let version = row.version.and_then(|version| u32::try_from(version).ok());
    let scene = match row.scene.as_deref().map(Scene::from_bytes) {
        // Older algorithms wrote features in another form: they count as absent until the picture is looked at again.
        Some(None) if facts.as_ref().is_some_and(|facts| facts.version < photo::VERSION) => None,
        Some(None) => return Err(corrupt("scene")),
        Some(scene) => scene,
        None => None,
    };
    Ok(Photo {
        format: word::stored("photo", "format", &row.id, &row.format)?,
        channel: word::stored("photo", "channel", &row.id, &row.channel)?,
        at: row.longitude.zip(row.latitude).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
        scene,
        version,
        id: row.id.into(),
        sha256: row.sha256,
        bytes: row.bytes.unsigned_abs(),
        owner: row.owner.into(),
        captured_at: row.captured_at.map(Moment::from_ms),
        accuracy_m: row.accuracy_m,
        state,
        fault: row.fault,
        facts,
        meta,
        region,
        uploaded_at: Moment::from_ms(row.uploaded_at),
    })
}

#[cfg(test)]
#[path = "photos_tests.rs"]
mod tests;
