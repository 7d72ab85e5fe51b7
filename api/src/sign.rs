//! Signed addresses of pictures: an image tag can't send a token, so the address itself is the permission, for
//! an hour. It refuses anything but the three public sizes; originals have no address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::PhotoId;
use domain::time::{HOUR_MS, Moment};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use strum::{Display, EnumString};

/// The public copies of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Size {
    /// To judge by.
    Display,
    /// For a card.
    Medium,
    /// For a strip.
    Thumb,
}

/// Addresses of the three copies of one picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageUrls {
    pub display: String,
    pub medium: String,
    pub thumb: String,
}

/// Signs and checks addresses.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
    base: String,
}

impl Signer {
    /// `secret` is the installation's, `public_url` what comes before the path (may be empty).
    pub fn new(secret: &[u8], public_url: &str) -> Self {
        Self { key: derive(secret, "images"), base: public_url.trim_end_matches('/').to_owned() }
    }

    /// The three addresses. Within half an hour they stay the same, so that a client's cache works; they live
    /// for between 60 and 90 minutes.
    pub fn image_urls(&self, photo: &PhotoId, now: Moment) -> ImageUrls {
        let half = HOUR_MS / 2;
        let expires = ((now.ms() + HOUR_MS) / half + 1) * half / 1000;
        let url = |size: Size| {
            let signature = URL_SAFE_NO_PAD.encode(self.mac(photo, size, expires).finalize().into_bytes());
            format!("{}/v1/photos/{photo}/{size}?expires={expires}&signature={signature}", self.base)
        };
        ImageUrls { display: url(Size::Display), medium: url(Size::Medium), thumb: url(Size::Thumb) }
    }

    /// Whether `signature` was made for exactly this address and is not over (`expires` in epoch seconds).
    pub fn is_valid(&self, photo: &PhotoId, size: Size, expires: i64, signature: &str, now: Moment) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        // Compares in constant time.
        self.mac(photo, size, expires).verify_slice(&given).is_ok() && now.ms() / 1000 < expires
    }

    fn mac(&self, photo: &PhotoId, size: Size, expires: i64) -> Hmac<Sha256> {
        let mut mac = keyed(&self.key);
        mac.update(format!("{photo}|{size}|{expires}").as_bytes());
        mac
    }
}

/// A key for one purpose, so that a signature of one kind is never one of another.
pub fn derive(secret: &[u8], purpose: &str) -> [u8; 32] {
    let mut mac = keyed(secret);
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_ms(1_771_200_000_000);

    fn parts(url: &str) -> (i64, String) {
        let (_, query) = url.split_once('?').unwrap();
        let (expires, signature) = query.split_once('&').unwrap();
        let expires = expires.strip_prefix("expires=").unwrap().parse().unwrap();
        (expires, signature.strip_prefix("signature=").unwrap().to_owned())
    }

    #[test]
    fn a_signed_address_opens_its_own_picture_and_nothing_else() {
        let signer = Signer::new(&[1; 32], "https://city.example/");
        let photo = PhotoId::new("p1");
        let urls = signer.image_urls(&photo, NOW);
        assert!(urls.thumb.starts_with("https://city.example/v1/photos/p1/thumb?expires="));
        let (expires, signature) = parts(&urls.thumb);
        assert!(signer.is_valid(&photo, Size::Thumb, expires, &signature, NOW));
        assert!(!signer.is_valid(&photo, Size::Display, expires, &signature, NOW));
        assert!(!signer.is_valid(&PhotoId::new("p2"), Size::Thumb, expires, &signature, NOW));
        assert!(!signer.is_valid(&photo, Size::Thumb, expires + 1, &signature, NOW));
        assert!(!Signer::new(&[2; 32], "").is_valid(&photo, Size::Thumb, expires, &signature, NOW));
        for forged in ["", "!", &signature[1..], &format!("{signature}A")] {
            assert!(!signer.is_valid(&photo, Size::Thumb, expires, forged, NOW), "{forged}");
        }
    }

    #[test]
    fn an_address_lives_at_least_an_hour_and_then_ends() {
        let signer = Signer::new(&[1; 32], "");
        let photo = PhotoId::new("p1");
        for late in [0, 1, 1_799_999, 1_800_000, 1_800_001] {
            let now = NOW.plus_ms(late);
            let (expires, signature) = parts(&signer.image_urls(&photo, now).medium);
            let after = |ms| now.plus_ms(ms);
            assert!(signer.is_valid(&photo, Size::Medium, expires, &signature, after(HOUR_MS)));
            assert!(!signer.is_valid(
                &photo,
                Size::Medium,
                expires,
                &signature,
                after(HOUR_MS + HOUR_MS / 2 + 1)
            ));
        }
    }
}
