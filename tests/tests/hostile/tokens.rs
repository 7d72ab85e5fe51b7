//! Tokens that the server did not make, or not for this, or not any more.

use std::sync::Arc;

use demo::client::text;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::City;

use crate::chinese::refused;

/// The secret with which the harness starts every city.
const SECRET: &[u8] = b"a secret of the tests, long enough to sign with";

/// The server's signing key: HMAC-SHA-256 of the purpose under the secret (RFC 2104).
fn signing_key() -> [u8; 32] {
    let pad = |byte: u8| -> Vec<u8> {
        let mut block = SECRET.to_vec();
        block.resize(64, 0);
        block.iter().map(|b| b ^ byte).collect()
    };
    let inner = Sha256::digest([pad(0x36), b"access tokens".to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).into()
}

#[tokio::test]
async fn only_a_fresh_token_of_this_server_for_this_audience_opens_a_door() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let now = chrono::Utc::now().timestamp();
    let claims = |change: &[(&str, Value)]| {
        let mut claims = json!({
            "sub": citizen.account_id(), "role": "citizen", "aud": "suishoupai", "iss": "suishoupai",
            "iat": now, "exp": now + 600,
        });
        change.iter().for_each(|(name, value)| claims[*name] = value.clone());
        claims
    };
    let key = EncodingKey::from_secret(&signing_key());
    let sign = |key: &EncodingKey, algorithm: Algorithm, claims: &Value| {
        jsonwebtoken::encode(&Header::new(algorithm), claims, key).expect("a token")
    };
    let hs256 = |change: &[(&str, Value)]| sign(&key, Algorithm::HS256, &claims(change));
    let me =
        async |token: &str| city.nobody().with_token(Some(token)).get("/v1/me").await.expect("an answer");

    // The same token, made right, is taken: what is refused below is refused for the reason that is named.
    let right = me(&hs256(&[])).await;
    assert_eq!(right.status, 200, "{}", right.message);
    refused(&me(&hs256(&[("exp", json!(now - 60)), ("iat", json!(now - 2000))])).await, 401, 40102);
    let real = text(citizen.session(), "/access_token");
    let parts: Vec<&str> = real.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let forged = Arc::new(EncodingKey::from_secret(b"another secret"));
    let wrong = [
        hs256(&[("aud", json!("another-system"))]),
        hs256(&[("iss", json!("another-system"))]),
        hs256(&[("sub", json!("nobody-at-all"))]),
        hs256(&[("role", json!("emperor"))]),
        sign(&forged, Algorithm::HS256, &claims(&[])),
        sign(&key, Algorithm::HS384, &claims(&[])),
        sign(&EncodingKey::from_secret(SECRET), Algorithm::HS256, &claims(&[])),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(43)),
        text(citizen.session(), "/refresh_token").to_owned(),
        "x".repeat(5000),
    ];
    for token in &wrong {
        refused(&me(token).await, 401, 40101);
    }
    // A role that the token claims and the account does not have opens nothing.
    let raised = city.nobody().with_token(Some(&hs256(&[("role", json!("admin"))])));
    refused(&raised.get("/v1/jobs").await.expect("an answer"), 403, 40301);
    refused(&city.nobody().get("/v1/me").await.expect("an answer"), 401, 40100);
    let basic = city.nobody().request(reqwest::Method::GET, "/v1/me").header("Authorization", "Basic YTpi");
    refused(&city.nobody().finish(basic, "GET", "/v1/me", None).await.expect("an answer"), 401, 40101);
    city.finish().await;
}

#[tokio::test]
async fn a_wrong_name_a_wrong_password_and_a_used_code_are_refused_alike() {
    let city = City::start().await;
    let nobody = city.nobody();
    for (name, password) in
        [("admin", "wrong"), ("nobody", "wrong"), ("", ""), ("admin", &"p".repeat(200)[..])]
    {
        let body = json!({ "username": name, "password": password });
        let answer = nobody.post("/v1/auth/login", &body).await.expect("an answer");
        refused(&answer, 401, 40104);
    }
    refused(
        &nobody.post("/v1/auth/wechat", &json!({ "code": "made-up" })).await.expect("an answer"),
        401,
        40105,
    );
    let refresh =
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": "made-up" })).await.expect("an answer");
    refused(&refresh, 401, 40103);
    // Logged out, the family of tokens is over.
    let admin = nobody.login_staff("admin", tests::people::PASSWORD).await.expect("the admin logs in");
    let token = json!({ "refresh_token": text(admin.session(), "/refresh_token") });
    assert_eq!(nobody.post("/v1/auth/logout", &token).await.expect("an answer").status, 200);
    refused(&nobody.post("/v1/auth/refresh", &token).await.expect("an answer"), 401, 40103);
    city.finish().await;
}
