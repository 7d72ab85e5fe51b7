//! Idempotency keys: the effect and the first answer are kept in one transaction, and a repeat gets that
//! answer. It refuses one key for two different requests; failures are not kept, so they can be tried again.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use store::Tx;
use store::intake::{Claim, Entry};
use store::jobs::NewJob;
use store::repo::once;
use store::repo::photos::NewPhoto;

use super::json::BodyHash;
use super::{Caller, sha256_hex};
use crate::envelope::Reply;
use crate::error::{ApiError, Kind};
use crate::{Api, now};

/// Header with the client's key.
const KEY: &str = "Idempotency-Key";
/// Longest key, characters.
const MAX_CHARS: usize = 128;

/// The request's idempotency key, if it has one.
#[derive(Debug)]
pub struct Once {
    key: Option<String>,
    request: HttpRequest,
}

impl FromRequest for Once {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request.headers().get(KEY).map(|value| {
            let text = value.to_str().ok().map(str::trim);
            let fine = |text: &&str| {
                (1..=MAX_CHARS).contains(&text.len()) && text.bytes().all(|b| (0x20..0x7f).contains(&b))
            };
            text.filter(fine).map(ToOwned::to_owned)
        });
        ready(match key {
            Some(None) => {
                Err(ApiError::from(Kind::BadHeader).detail(KEY, "须为 1 到 128 个可见的 ASCII 字符"))
            }
            key => Ok(Self { key: key.flatten(), request: request.clone() }),
        })
    }
}

impl Once {
    /// Does `work` in a transaction and commits it; a repeat of the same JSON request does nothing and gets the
    /// first answer. After it the caller nudges whoever waits.
    pub async fn run<F>(&self, api: &Api, caller: &Caller, work: F) -> Result<Reply, ApiError>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<Reply, ApiError>,
    {
        let body = self.request.extensions().get::<BodyHash>().map(|hash| hash.0.clone()).unwrap_or_default();
        self.run_as(api, caller, &body, work).await
    }

    /// The same for a request whose content is told by `fingerprint`.
    pub async fn run_as<F>(
        &self,
        api: &Api,
        caller: &Caller,
        fingerprint: &str,
        work: F,
    ) -> Result<Reply, ApiError>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<Reply, ApiError>,
    {
        let mut tx = api.stores.pool.write().await?;
        let Some(key) = &self.key else {
            let reply = work(&mut tx).await?;
            tx.commit().await?;
            return Ok(reply);
        };
        let sha = self.sha(fingerprint);
        let account = &caller.account.id;
        match once::claim(&mut tx, account, key, &sha).await? {
            once::Once::New => {}
            once::Once::Mismatch => return Err(Kind::KeyReused.into()),
            once::Once::Repeat { status, answer } => return repeat(status, answer),
        }
        let reply = work(&mut tx).await?;
        once::record(&mut tx, account, key, &sha, reply.status.as_u16(), &reply.data, now()).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

impl Once {
    /// Writes an accepted picture together with others that wait, with the same promises as [`Once::run`].
    pub async fn take(
        &self,
        api: &Api,
        caller: &Caller,
        fingerprint: &str,
        (photo, job): (NewPhoto, NewJob),
        reply: Reply,
    ) -> Result<Reply, ApiError> {
        let once = self.key.as_ref().map(|key| Claim {
            account: caller.account.id.clone(),
            key: key.clone(),
            request_sha: self.sha(fingerprint),
            status: reply.status.as_u16(),
            answer: reply.data.clone(),
        });
        match api.stores.intake.take(Entry { photo, job, once }).await? {
            once::Once::New => Ok(reply),
            once::Once::Mismatch => Err(Kind::KeyReused.into()),
            once::Once::Repeat { status, answer } => repeat(status, answer),
        }
    }

    /// What tells this request from another one under the same key.
    fn sha(&self, fingerprint: &str) -> String {
        let target = format!("{} {}", self.request.method(), self.request.uri());
        sha256_hex(&[target.as_bytes(), fingerprint.as_bytes()])
    }
}

fn repeat(status: u16, data: String) -> Result<Reply, ApiError> {
    let status = StatusCode::from_u16(status).map_err(ApiError::internal)?;
    Ok(Reply { status, data, version: None, replayed: true })
}
