//! Ends a refused chunked request: the HTTP library would read the rest of a dropped body for as long as the
//! client likes to send, so the body is kept a moment, unread, and the library closes the connection instead.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// Longer than a refusal takes to be written.
const KEPT: Duration = Duration::from_secs(2);

/// A request's body, shared between its reader and whoever decides about the connection.
pub struct Body(Rc<RefCell<Payload>>);

/// The reader's half.
struct Reader(Rc<RefCell<Payload>>);

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll_next_unpin(cx)
    }
}

impl Body {
    /// Shares the body of a chunked request; none for a request whose length is known.
    pub fn share(request: &mut ServiceRequest) -> Option<Self> {
        if !request.headers().contains_key(header::TRANSFER_ENCODING) {
            return None;
        }
        let shared = Rc::new(RefCell::new(request.take_payload()));
        request.set_payload(Payload::Stream { payload: Box::pin(Reader(shared.clone())) });
        Some(Self(shared))
    }

    /// Keeps what is left of it while the refusal is written.
    pub fn keep(self) {
        actix_web::rt::spawn(async move {
            tokio::time::sleep(KEPT).await;
            drop(self.0);
        });
    }
}
