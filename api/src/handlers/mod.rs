//! One file a subject; a handler takes typed extractors, asks the desk or a repository, and answers with a
//! view. It refuses rules: what may happen to a ticket is `domain`'s.
//!
//! ```ignore
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! pub struct Comment { text: String, #[serde(default)] expected_version: Option<u64> }
//!
//! /// `POST /v1/tickets/{id}/comments`
//! pub async fn comment(
//!     api: web::Data<Api>,
//!     caller: Caller,                       // 401 without a valid token; `caller.actor` for the desk
//!     PathId(id): PathId<TicketId>,         // 404 when it can't be an id
//!     expected: IfMatch,                    // `expected.or(body.expected_version)`
//!     once: Once,                           // Idempotency-Key
//!     Body(body): Body<Comment>,            // 400, 413, 415; `Query<T>` for query strings
//! ) -> ApiResult<Reply> {
//!     caller.require(&[Role::Dispatcher])?; // 403
//!     let now = now();
//!     let reply = once
//!         .run(&api, &caller, async |tx| {
//!             let action = Action::Note { text: body.text };
//!             let expected = expected.or(body.expected_version);
//!             // A DeskError becomes the envelope's refusal.
//!             let ticket = api.desk.apply(tx, &id, action, &caller.actor, expected, now).await?;
//!             Ok(Reply::ok(&view::ticket(&ticket))?.version(ticket.version))
//!         })
//!         .await?;
//!     api.nudge();                          // after the commit
//!     Ok(reply)
//! }
//! ```

pub mod acts;
pub mod auth;
pub mod boards;
pub mod config;
pub mod contract;
pub mod departments;
pub mod events;
pub mod exposures;
pub mod grids;
pub mod health;
pub mod imports;
pub mod jobs;
pub mod notices;
pub mod open311;
pub mod papers;
pub mod people;
pub mod photos;
pub mod points;
pub mod practice;
pub mod programmes;
pub mod rechecks;
pub mod registers;
pub mod reports;
pub mod rules;
pub mod statistics;
pub mod subscriptions;
pub mod tickets;
