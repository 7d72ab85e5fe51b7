//! The worker's memory of all pictures ever used: the index of `domain::reuse` over the marks in the database, brought up
//! to date before each search. Every worker process holds its own. It refuses to be the truth: what it names is loaded
//! from the database before anybody judges it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use domain::id::PhotoId;
use domain::reuse::Index;
use domain::time::{MINUTE_MS, Moment};
use store::repo::photos::{self, Marked, Photo};
use store::{Pool, StoreError};
use tokio::sync::Mutex;

use crate::gallery;

/// How far back each reading starts before the last one's end: a transaction that began earlier may commit later.
const OVERLAP_MS: i64 = 5 * MINUTE_MS;
/// Marks read at a time.
const PAGE: usize = 2_000;
/// Pictures that each of the two searches names.
const CANDIDATES: usize = 24;

/// The index and how far it has read.
#[derive(Default)]
pub(crate) struct Memory {
    held: Arc<RwLock<Held>>,
    place: Mutex<Option<Place>>,
}

#[derive(Default)]
struct Held {
    index: Index,
    /// Picture of each number.
    photos: Vec<PhotoId>,
}

/// How far the reading has come.
struct Place {
    analysed: Moment,
    used: Moment,
    /// What was read since the overlap began, with the moment of its analysis or use.
    recent: HashMap<PhotoId, Moment>,
}

impl Memory {
    /// Reads what was analysed or used since the last time; the first time everything.
    pub async fn catch_up(&self, pool: &Pool) -> Result<(), StoreError> {
        let mut place = self.place.lock().await;
        match place.as_mut() {
            Some(place) => self.follow(pool, place).await,
            None => {
                *place = Some(self.start(pool).await?);
                Ok(())
            }
        }
    }

    async fn start(&self, pool: &Pool) -> Result<Place, StoreError> {
        let begun = Instant::now();
        let used = photos::last_use(pool).await?;
        // A reading that broke off half-way starts anew.
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held::default();
        let mut place = Place { analysed: Moment::from_ms(0), used, recent: HashMap::new() };
        let mut last = String::new();
        loop {
            let page = photos::analysed_since(pool, place.analysed, &last, PAGE).await?;
            let Some(end) = page.last() else { break };
            (place.analysed, last) = (end.at, end.photo.as_str().to_owned());
            place.recent.retain(|_, at| end.at.since(*at) <= 2 * OVERLAP_MS);
            place.recent.extend(page.iter().map(|marked| (marked.photo.clone(), marked.at)));
            self.add(page);
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.index.settle();
        tracing::info!(pictures = held.photos.len(), seconds = begun.elapsed().as_secs_f32(), "remembered");
        drop(held);
        Ok(place)
    }

    async fn follow(&self, pool: &Pool, place: &mut Place) -> Result<(), StoreError> {
        let mut news = photos::used_since(pool, place.used.plus_ms(-OVERLAP_MS)).await?;
        place.used = news.iter().map(|marked| marked.at).max().unwrap_or(place.used).max(place.used);
        let since = place.analysed.plus_ms(-OVERLAP_MS);
        let analysed = photos::analysed_since(pool, since, "", usize::MAX).await?;
        place.analysed = analysed.last().map_or(place.analysed, |marked| marked.at.max(place.analysed));
        news.extend(analysed);
        // A later moment of the same picture is a new analysis or a further use: to remember it twice does no harm.
        news.retain(|marked| place.recent.get(&marked.photo).is_none_or(|at| marked.at > *at));
        for marked in &news {
            let at = place.recent.entry(marked.photo.clone()).or_insert(marked.at);
            *at = marked.at.max(*at);
        }
        let newest = place.analysed.max(place.used);
        place.recent.retain(|_, at| newest.since(*at) <= 2 * OVERLAP_MS);
        self.add(news);
        Ok(())
    }

    fn add(&self, news: Vec<Marked>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for Marked { photo, mark, .. } in news {
            held.index.push(&mark);
            held.photos.push(photo);
        }
    }

    /// The pictures that may be the same as each of these, best first.
    pub async fn search(&self, pictures: &[Photo]) -> Result<Vec<Vec<PhotoId>>, crate::JobError> {
        let held = Arc::clone(&self.held);
        let pictures = pictures.to_vec();
        let search = move || {
            let held = held.read().unwrap_or_else(PoisonError::into_inner);
            let each = pictures.iter().map(|photo| {
                let found = gallery::seen(photo)
                    .map(|(facts, scene)| held.index.search(&facts.prints, scene, CANDIDATES));
                let mut ids: Vec<PhotoId> = Vec::new();
                for candidate in found.into_iter().flatten() {
                    let id = &held.photos[candidate.picture];
                    if *id != photo.id && !ids.contains(id) {
                        ids.push(id.clone());
                    }
                }
                ids
            });
            each.collect()
        };
        crate::jobs::compute(search).await
    }
}
