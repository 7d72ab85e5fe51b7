//! What handlers take from a request, typed and bounded: body, query, path ids, who asks, idempotency key,
//! expected version. Each refuses with the envelope's error and names the field in Chinese.

mod caller;
mod fault;
pub(crate) mod form;
mod json;
mod once;
mod page;
mod path;
mod place;
mod query;
mod version;

pub use caller::Caller;
pub(crate) use caller::claims_of;
pub use json::Body;
pub(crate) use json::{DEVICE_SIGNATURE, RawBody};
pub use once::Once;
pub use page::read_page;
pub use path::PathId;
pub(crate) use path::is_id;
pub use place::{Point, read_point};
pub use query::Query;
pub use version::IfMatch;
pub(crate) use version::check_version;

pub(crate) use fault::explain;

/// SHA-256 in lower-case hex.
pub(crate) fn sha256_hex(parts: &[&[u8]]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
