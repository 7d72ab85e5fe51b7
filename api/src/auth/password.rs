//! Passwords of staff: argon2id, off the request threads and few at a time. An unknown name takes as long as a
//! wrong password and gets the same answer.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use tokio::sync::Semaphore;

use crate::error::{ApiError, Kind};

/// Longest password that is looked at, bytes.
pub const MAX_BYTES: usize = 128;
/// One check takes 19 MiB; more at a time would be a way to exhaust the server.
static CHECKS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(4)));
/// What a name that nobody has is checked against.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let salt = SaltString::encode_b64(b"nobody has this").expect("fifteen bytes are a salt");
    let hash = Argon2::default().hash_password(b"nobody has this", &salt);
    hash.expect("the default parameters hash").to_string()
});

/// Makes what unknown names are checked against, so that the first such check is not slower than others.
pub fn prepare() {
    LazyLock::force(&NOBODY);
}

/// Whether `password` is the one of `hash` (a PHC string); without a hash the work is done in vain.
pub async fn is_right(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    let permit = CHECKS.clone().acquire_owned().await.map_err(ApiError::internal)?;
    let check = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        verify(&password, hash.as_deref())
    });
    check.await.map_err(ApiError::internal)?
}

/// The stored form of a first password, for imports; blocks for some tens of milliseconds.
pub fn hash(password: &str) -> String {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).expect("sixteen bytes are a salt");
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.expect("the default parameters hash").to_string()
}

fn verify(password: &str, hash: Option<&str>) -> Result<bool, ApiError> {
    let stored = PasswordHash::new(hash.unwrap_or(NOBODY.as_str())).map_err(|error| {
        ApiError::from(Kind::Internal).because(format_args!("a stored password hash can't be read: {error}"))
    })?;
    let right = Argon2::default().verify_password(password.as_bytes(), &stored).is_ok();
    Ok(right && hash.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_real_account_is_right() {
        let hash = hash("随手拍-1");
        assert_ne!(hash, super::hash("随手拍-1"), "salted");
        assert!(is_right("随手拍-1".into(), Some(hash.clone())).await.unwrap());
        assert!(!is_right("随手拍-2".into(), Some(hash)).await.unwrap());
        assert!(!is_right("nobody has this".into(), None).await.unwrap());
        assert!(is_right("x".into(), Some("plain".into())).await.is_err());
    }
}
