//! Hears which statements are sent and which plans PostgreSQL reports, from the database library's own log. It refuses
//! to listen while something is measured: writing the log would be measured too.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use crate::Outcome;

static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Hears for the rest of the process.
pub fn put_on() -> Outcome {
    Ok(tracing::subscriber::set_global_default(Ear)?)
}

/// Does the work and tells what was said meanwhile: statements, and the notices of the server.
pub async fn listen<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    heard().clear();
    LISTENING.store(true, Ordering::SeqCst);
    let value = work.await;
    LISTENING.store(false, Ordering::SeqCst);
    (value, std::mem::take(&mut heard()))
}

fn heard() -> std::sync::MutexGuard<'static, Vec<String>> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ear;

impl Subscriber for Ear {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        LISTENING.load(Ordering::SeqCst) && metadata.target().starts_with("sqlx")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Words);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words;

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "db.statement" | "message") && !value.is_empty() {
            heard().push(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
