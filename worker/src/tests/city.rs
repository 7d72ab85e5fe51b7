//! A district on a temporary folder: the reference books and demo accounts, pictures, reports, and a worker that runs
//! until nothing is due.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use demo::draw::{self, ExifFields, WECHAT};
use domain::actor::Actor;
use domain::geo::datum::Wgs84;
use domain::geo::grid::{Layer, Spot};
use domain::id::{PhotoId, ReportId, TicketId};
use domain::job::Job;
use domain::photo::Format;
use domain::proof::Channel;
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::event::{Opening, Place, Source};
use domain::time::{HOUR_MS, Moment};
use sha2::{Digest as _, Sha256};
use store::desk::{Desk, NewReport};
use store::repo::district::BooksCache;
use store::repo::photos::{self, NewPhoto};
use store::repo::{people, reference, tickets};
use store::{Blob, Cache, Key, Pool, Stores, Wake};
use tokio_util::sync::CancellationToken;

use crate::{Context, Settings, jobs, now};

/// An automatic category that the area leads: a proof that passes closes it.
pub const RUBBISH: &str = "06010";

pub struct City {
    pub context: Context,
    folder: PathBuf,
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl City {
    /// A database without books, for the runner alone.
    pub async fn bare(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = std::env::temp_dir().join(format!("worker-test-{}", store::id::fresh()));
        std::fs::create_dir_all(&folder).unwrap();
        let pool = Pool::open(&format!("sqlite://{}/test.db", folder.display())).await.unwrap();
        pool.migrate().await.unwrap();
        let blob = Blob::open(&folder.join("photos").display().to_string()).unwrap();
        let stores = Stores {
            intake: store::intake::Intake::open(&pool),
            pool: pool.clone(),
            blob,
            wake: Wake::memory(),
            cache: Cache::memory(),
            wechat: None,
        };
        let desk = Desk { pool, books: BooksCache::default(), number_prefix: "T".into() };
        let mut settings = Settings {
            poll: Duration::from_millis(50),
            first_wait: Duration::from_millis(1),
            grace: Duration::from_secs(5),
            ..Settings::default()
        };
        change(&mut settings);
        Self { context: Context::new(stores, desk, settings), folder }
    }

    pub async fn new() -> Self {
        let city = Self::bare(|_| ()).await;
        reference::load_reference(city.pool(), true, &|_| "hash".to_owned(), now()).await.unwrap();
        city
    }

    pub fn pool(&self) -> &Pool {
        &self.context.stores.pool
    }

    pub async fn person(&self, username: &str) -> Actor {
        people::actor_of(&people::by_username(self.pool(), username).await.unwrap().unwrap().0)
    }

    /// A citizen who signs in for the first time.
    pub async fn citizen(&self, openid: &str) -> Actor {
        let mut tx = self.pool().write().await.unwrap();
        let (account, _) = people::by_openid_or_create(&mut tx, openid, now()).await.unwrap();
        tx.commit().await.unwrap();
        people::actor_of(&account)
    }

    /// A heap photographed an hour ago, reported, dispatched and signed for; the ticket and the head of its unit.
    pub async fn reported_heap(&self, by: &Actor, at: Wgs84, seed: u64) -> (TicketId, Actor) {
        let before = self.photo(by, draw::heap_before(seed, WECHAT), now().plus_ms(-HOUR_MS), at).await;
        let id = self
            .report(by, Some(at), |o| {
                o.category_hint = Some(RUBBISH.into());
                o.photos = vec![before];
            })
            .await;
        self.settle().await;
        let person = self.ticket(&id).await.assignment.unwrap().person.account;
        let head = people::actor_of(&people::account(self.pool(), &person).await.unwrap().unwrap());
        self.apply(&id, Action::SignIn {}, &head).await;
        (id, head)
    }

    /// The middle of a community grid that is sure in every decisive layer; `skip` of them are passed over.
    pub async fn spot(&self, skip: usize) -> Wgs84 {
        let books = self.context.desk.books.get(self.pool()).await.unwrap();
        let middles = books.grids.grids(Layer::Community).map(|grid| {
            let ring = &grid.shape.0[0].exterior().0;
            let n = ring.len() as f64;
            Wgs84 {
                lon: ring.iter().map(|c| c.x).sum::<f64>() / n,
                lat: ring.iter().map(|c| c.y).sum::<f64>() / n,
            }
        });
        let sure = |at: &Wgs84| {
            let placement = books.grids.locate(*at, 10.0);
            placement.layers.values().all(|spot| matches!(spot, Spot::Inside { .. }))
        };
        middles.filter(sure).nth(skip).unwrap()
    }

    /// Uploads a drawn picture taken at a place and time.
    pub async fn photo(&self, by: &Actor, picture: image::RgbImage, taken: Moment, at: Wgs84) -> PhotoId {
        let exif = ExifFields { orientation: 1, ..ExifFields::phone(taken, Some((at.lon, at.lat))) };
        self.upload(by, draw::encode_jpeg(&picture, 85, Some(&exif)).unwrap(), taken, at).await
    }

    /// Uploads bytes as they are.
    pub async fn upload(&self, by: &Actor, bytes: Vec<u8>, taken: Moment, at: Wgs84) -> PhotoId {
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let size = bytes.len() as u64;
        self.context.stores.blob.put(&Key::Original(sha256.clone()), Bytes::from(bytes)).await.unwrap();
        let id = PhotoId::new(store::id::fresh());
        let photo = NewPhoto {
            id: id.clone(),
            sha256,
            bytes: size,
            format: Format::Jpeg,
            owner: by.account.clone(),
            channel: Channel::H5,
            captured_at: Some(taken),
            raw: None,
            at: Some(at),
            accuracy_m: Some(10.0),
            uploaded_at: now(),
        };
        let mut tx = self.pool().write().await.unwrap();
        photos::insert(&mut tx, &photo).await.unwrap();
        jobs::enqueue(&mut tx, &Job::AnalysePhoto { photo: id.clone() }, now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn report(&self, by: &Actor, at: Option<Wgs84>, change: impl FnOnce(&mut Opening)) -> TicketId {
        let mut opening = Opening {
            report: ReportId::new(store::id::fresh()),
            source: Source::H5,
            reporter: Some(by.account.clone()),
            words: String::new(),
            place: at.map(|at| Place { at, accuracy_m: 10.0 }),
            found_at: now(),
            category_hint: None,
            photos: Vec::new(),
            fixed_on_spot: Vec::new(),
            relapse_of: None,
            origin: Default::default(),
        };
        change(&mut opening);
        let place_source = if at.is_some() { "device" } else { "none" }.to_owned();
        let captured_at = Some(opening.found_at);
        let new = NewReport {
            opening,
            external_id: None,
            raw: None,
            place_source,
            captured_at,
            regions: Vec::new(),
        };
        let mut tx = self.pool().write().await.unwrap();
        let opened = self.context.desk.report(&mut tx, new, by, now()).await.unwrap();
        tx.commit().await.unwrap();
        opened.ticket
    }

    pub async fn apply(&self, ticket: &TicketId, action: Action, by: &Actor) -> Ticket {
        let mut tx = self.pool().write().await.unwrap();
        let after = self.context.desk.apply(&mut tx, ticket, action, by, None, now()).await.unwrap();
        tx.commit().await.unwrap();
        after
    }

    pub async fn ticket(&self, id: &TicketId) -> Ticket {
        tickets::get(self.pool(), id).await.unwrap().unwrap()
    }

    /// Runs the worker until no job but the calendar's own is due in the next seconds, and checks that none is dead.
    pub async fn settle(&self) {
        let stop = CancellationToken::new();
        let Context(inner) = &self.context;
        let worker =
            crate::run(inner.stores.clone(), inner.desk.clone(), inner.settings.clone(), stop.clone());
        let worker = tokio::spawn(worker);
        for round in 0.. {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let jobs = store::jobs::counts(self.pool()).await.unwrap();
            let soon = now().ms() + 90_000;
            if jobs.iter().all(|job| job.kind == "tick" || job.oldest_run_at > soon) {
                break;
            }
            assert!(round < 1200, "the jobs do not settle: {jobs:?}");
        }
        stop.cancel();
        worker.await.unwrap().unwrap();
        assert_eq!(store::jobs::dead(self.pool(), 10).await.unwrap(), []);
    }
}
