//! Tokens: a signed one for half an hour that names account and role, and an opaque one to renew it. It refuses
//! every algorithm but HS256, other audiences and issuers, and keeps no clear text of a refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::Role;
use domain::id::AccountId;
use domain::time::{DAY_MS, MINUTE_MS, Moment};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{ApiError, Kind};
use crate::sign::derive;

/// How long an access token lives.
pub const ACCESS_MS: i64 = 30 * MINUTE_MS;
/// How long a refresh token lives.
pub const REFRESH_MS: i64 = 30 * DAY_MS;
/// Clocks of two servers may differ by so many seconds.
const LEEWAY_SECONDS: u64 = 5;
const AUDIENCE: &str = "suishoupai";
const ISSUER: &str = "suishoupai";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: AccountId,
    /// The role when it was issued; the present one is read from the account.
    pub role: Role,
    aud: String,
    iss: String,
    /// Seconds with their fraction, as RFC 7519 allows: a session of the very second in which all others ended goes on.
    iat: f64,
    exp: i64,
}

impl Claims {
    /// Whether it was issued before `moment`, to the millisecond.
    pub fn is_before(&self, moment: Moment) -> bool {
        (self.iat * 1000.0).round() < moment.ms() as f64
    }
}

/// Makes and checks access tokens.
#[derive(Clone)]
pub struct Keys {
    seal: EncodingKey,
    open: DecodingKey,
    rules: Validation,
}

impl Keys {
    /// Keys derived from the installation's secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = derive(secret, "access tokens");
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = LEEWAY_SECONDS;
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        Self { seal: EncodingKey::from_secret(&key), open: DecodingKey::from_secret(&key), rules }
    }

    /// A token for [`ACCESS_MS`].
    pub fn issue(&self, account: &AccountId, role: Role, now: Moment) -> Result<String, ApiError> {
        let claims = Claims {
            sub: account.clone(),
            role,
            aud: AUDIENCE.to_owned(),
            iss: ISSUER.to_owned(),
            iat: now.ms() as f64 / 1000.0,
            exp: now.plus_ms(ACCESS_MS).ms() / 1000,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.seal).map_err(ApiError::internal)
    }

    /// What a valid token says; `TokenExpired` or `TokenInvalid` otherwise.
    pub fn check(&self, token: &str) -> Result<Claims, ApiError> {
        match jsonwebtoken::decode::<Claims>(token, &self.open, &self.rules) {
            Ok(read) => Ok(read.claims),
            Err(error) if *error.kind() == ErrorKind::ExpiredSignature => Err(Kind::TokenExpired.into()),
            Err(_) => Err(Kind::TokenInvalid.into()),
        }
    }
}

/// A fresh refresh token: 32 random bytes.
pub fn fresh_refresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a refresh token.
pub fn hash_refresh(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Moment {
        Moment::from_ms(chrono::Utc::now().timestamp_millis())
    }

    fn refused(keys: &Keys, token: &str) -> Kind {
        keys.check(token).unwrap_err().kind
    }

    /// A token with the right key and `change` made to its claims.
    fn altered(keys: &Keys, change: impl FnOnce(&mut Value)) -> String {
        let at = now().ms() / 1000;
        let mut claims = json!({"sub": "a1", "role": "citizen", "aud": AUDIENCE, "iss": ISSUER, "iat": at, "exp": at + 60});
        change(&mut claims);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &keys.seal).unwrap()
    }

    #[test]
    fn sessions_of_one_second_are_told_apart() {
        let keys = Keys::new(&[7; 32]);
        let at = Moment::from_ms(now().ms() / 1000 * 1000 + 437);
        let claims = keys.check(&keys.issue(&AccountId::new("a1"), Role::Citizen, at).unwrap()).unwrap();
        assert!(
            claims.is_before(at.plus_ms(1)) && !claims.is_before(at) && !claims.is_before(at.plus_ms(-1))
        );
    }

    #[test]
    fn a_fresh_token_names_account_and_role_only() {
        let keys = Keys::new(&[7; 32]);
        let token = keys.issue(&AccountId::new("a1"), Role::Dispatcher, now()).unwrap();
        let claims = keys.check(&token).unwrap();
        assert_eq!((claims.sub.as_str(), claims.role), ("a1", Role::Dispatcher));
        let body = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["aud", "exp", "iat", "iss", "role", "sub"]);
    }

    #[test]
    fn an_expired_token_is_told_from_a_false_one() {
        let keys = Keys::new(&[7; 32]);
        let old =
            keys.issue(&AccountId::new("a1"), Role::Citizen, now().plus_ms(-ACCESS_MS - 6_000)).unwrap();
        assert_eq!(refused(&keys, &old), Kind::TokenExpired);
        let nearly =
            keys.issue(&AccountId::new("a1"), Role::Citizen, now().plus_ms(-ACCESS_MS - 2_000)).unwrap();
        assert!(keys.check(&nearly).is_ok(), "within the leeway");
    }

    #[test]
    fn another_audience_issuer_or_a_missing_claim_is_refused() {
        let keys = Keys::new(&[7; 32]);
        assert!(keys.check(&altered(&keys, |_| {})).is_ok());
        assert_eq!(refused(&keys, &altered(&keys, |c| c["aud"] = json!("other"))), Kind::TokenInvalid);
        assert_eq!(refused(&keys, &altered(&keys, |c| c["iss"] = json!("other"))), Kind::TokenInvalid);
        assert_eq!(refused(&keys, &altered(&keys, |c| c["role"] = json!("emperor"))), Kind::TokenInvalid);
        for claim in ["aud", "iss", "exp", "sub", "role"] {
            let token = altered(&keys, |c| {
                c.as_object_mut().unwrap().remove(claim);
            });
            assert_eq!(refused(&keys, &token), Kind::TokenInvalid, "{claim}");
        }
    }

    #[test]
    fn a_forged_or_unsigned_token_is_refused() {
        let keys = Keys::new(&[7; 32]);
        let token = keys.issue(&AccountId::new("a1"), Role::Citizen, now()).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        assert_eq!(refused(&Keys::new(&[8; 32]), &token), Kind::TokenInvalid);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let hs512 = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS512","typ":"JWT"}"#);
        let raised = URL_SAFE_NO_PAD.encode(
            String::from_utf8(URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap().replace("citizen", "admin"),
        );
        for forged in [
            format!("{none}.{body}."),
            format!("{none}.{body}"),
            format!("{none}.{body}.{signature}"),
            format!("{hs512}.{body}.{signature}"),
            format!("{head}.{raised}.{signature}"),
            format!("{head}.{body}.{}", &signature[1..]),
            format!("{head}.{body}."),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(refused(&keys, &forged), Kind::TokenInvalid, "{forged}");
        }
    }

    #[test]
    fn refresh_tokens_differ_and_their_hash_does_not_show_them() {
        let (a, b) = (fresh_refresh(), fresh_refresh());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert!(!hash_refresh(&a).contains(&a[..8]));
    }
}
