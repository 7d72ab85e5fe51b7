//! HTTP in, HTTP out: routes, the login check, the envelope, and views of what the desk and the repositories
//! know. It refuses to decide anything about a ticket (`domain`), to change one except by the desk (`store`),
//! and to look at pixels (`worker`).

pub mod auth;
pub mod base_map;
pub mod edge;
pub mod envelope;
pub mod error;
pub mod extract;
mod faces;
pub mod handlers;
pub mod limits;
mod linger;
pub mod routes;
pub mod settings;
pub mod sign;
pub mod view;

use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use domain::id::AccountId;
use store::desk::Desk;
use store::repo::district::Books;
use store::repo::people::{self, Account};
use store::{StoreError, Stores};
use tokio_util::sync::CancellationToken;

use crate::auth::token::Keys;
use crate::base_map::Tiles;
use crate::error::{ApiError, Kind};
use crate::settings::Settings;
use crate::sign::Signer;

/// A closed account works for at most so long.
const ACCOUNT_MEMORY: Duration = Duration::from_secs(5);
/// How long an idle connection is kept: longer than a person looks at a page.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a stop waits for the requests in flight.
const STOP_SECONDS: u64 = 15;

/// Everything a request may need.
pub struct Api {
    pub stores: Stores,
    pub desk: Desk,
    pub settings: Settings,
    pub keys: Keys,
    pub signer: Signer,
    pub stop: CancellationToken,
    accounts: moka::future::Cache<AccountId, Arc<Account>>,
    /// What the configuration says of the map, by version of the books.
    maps: moka::future::Cache<i64, Option<serde_json::Value>>,
    /// What the faces may load, for their `Content-Security-Policy`.
    policy: String,
}

impl Api {
    /// The state of a server; `secret` signs tokens and picture addresses.
    pub fn new(
        stores: Stores,
        desk: Desk,
        settings: Settings,
        secret: &[u8],
        stop: CancellationToken,
    ) -> Self {
        let accounts =
            moka::future::Cache::builder().max_capacity(100_000).time_to_live(ACCOUNT_MEMORY).build();
        let signer = Signer::new(secret, &settings.public_url);
        let maps = moka::future::Cache::new(1);
        let policy = faces::policy(settings.base_map.as_ref().and_then(Tiles::origin));
        Self { stores, desk, settings, keys: Keys::new(secret), signer, stop, accounts, maps, policy }
    }

    /// The account, as it was at most a few seconds ago; refused when it may not log in.
    pub async fn account(&self, id: &AccountId) -> Result<Arc<Account>, ApiError> {
        let read = async {
            let found = people::account(&self.stores.pool, id).await?;
            found.map(Arc::new).ok_or_else(|| StoreError::Missing("account".to_owned()))
        };
        let account =
            self.accounts.try_get_with(id.clone(), read).await.map_err(|error| match error.as_ref() {
                StoreError::Missing(_) => ApiError::from(Kind::TokenInvalid),
                StoreError::Unavailable(why) => StoreError::Unavailable(why.clone()).into(),
                other => ApiError::internal(other),
            })?;
        self.admit(&account)?;
        Ok(account)
    }

    /// Reads the account afresh for the next request of this process; others follow within seconds.
    pub async fn forget_account(&self, id: &AccountId) {
        self.accounts.invalidate(id).await;
    }

    /// Refuses accounts that may not log in here.
    pub fn admit(&self, account: &Account) -> Result<(), ApiError> {
        if account.active && (self.settings.is_demo() || !account.demo) {
            return Ok(());
        }
        Err(Kind::AccountClosed.into())
    }

    /// The district's books.
    pub async fn books(&self) -> Result<Arc<Books>, ApiError> {
        Ok(self.desk.books.get(&self.stores.pool).await?)
    }

    /// Tells who waits that a change, and perhaps a job, is on disk.
    pub fn nudge(&self) {
        self.stores.wake.nudge(store::Topic::Jobs);
        self.stores.wake.nudge(store::Topic::Events);
    }
}

pub use store::clock::{now, real_now};

/// Serves until `stop`, then finishes what is in flight.
pub async fn run(api: Api, stop: CancellationToken) -> std::io::Result<()> {
    handlers::health::record_metrics();
    auth::password::prepare();
    let api = web::Data::new(api);
    let listen = api.settings.listen.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(api.clone())
            .wrap(from_fn(limits::gate))
            .wrap(from_fn(edge::dress))
            .wrap(Compress::default())
            .wrap(cors(&api.settings))
            .wrap(from_fn(edge::around))
            .configure(faces::register)
            .configure(routes::register)
    })
    .disable_signals()
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(STOP_SECONDS)
    .bind(&listen)?;
    for address in server.addrs() {
        tracing::info!("随手拍已启动：http://{address} （接口文档 http://{address}/docs）");
    }
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(async move {
        stop.cancelled().await;
        handle.stop(true).await;
    });
    running.await
}

fn cors(settings: &Settings) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "OPTIONS"])
        .allowed_headers([header::AUTHORIZATION, header::ACCEPT, header::CONTENT_TYPE, header::IF_MATCH])
        .allowed_headers(["Idempotency-Key", "X-Request-Id", "Last-Event-ID"])
        .expose_headers(["ETag", "Retry-After", "X-Request-Id", envelope::REPLAY])
        .max_age(3600);
    let origins: Vec<&str> =
        settings.origins.iter().map(|origin| origin.trim()).filter(|o| !o.is_empty()).collect();
    if origins.is_empty() && settings.is_demo() {
        return cors.allow_any_origin();
    }
    origins.into_iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
