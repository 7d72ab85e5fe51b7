//! Pictures are opened by their signed address alone: for an hour, one size, one picture.

use demo::client::text;
use tests::{City, street};

use crate::chinese::refused;

#[tokio::test]
async fn a_picture_needs_a_valid_signature_that_is_not_over() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let first = street::upload(&citizen, tests::pictures::heap(), street::here()).await;
    let second = street::upload(&citizen, tests::pictures::other_heap(), street::here()).await;
    let nobody = city.nobody();
    let mut urls = Vec::new();
    for photo in [&first, &second] {
        let mut seen = serde_json::Value::Null;
        for _ in 0..200 {
            seen = citizen
                .get(&format!("/v1/photos/{photo}"))
                .await
                .expect("an answer")
                .ok()
                .expect("the photo");
            if text(&seen, "/state") == "ready" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let url = |size: &str| text(&seen, &format!("/urls/{size}")).to_owned();
        urls.push([url("display"), url("medium"), url("thumb")]);
    }
    for url in &urls[0] {
        let answer = nobody.get(url).await.expect("an answer");
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"), "{url}");
        assert!(answer.body.starts_with(b"\xFF\xD8\xFF") && !contains(&answer.body, b"Exif\0\0"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let thumb = &urls[0][2];
    let (path, query) = thumb.split_once('?').expect("a query");
    let expires = query.split('&').find_map(|pair| pair.strip_prefix("expires=")).expect("an end");
    let until: i64 = expires.parse().expect("a number");
    let left = until - chrono::Utc::now().timestamp();
    assert!((3500..=5500).contains(&left), "{left} seconds");
    let signature = query.split('&').find_map(|pair| pair.strip_prefix("signature=")).expect("a signature");
    let turned: String = signature.chars().rev().collect();
    for forged in [
        format!("{path}?expires={}&signature={signature}", until + 3600),
        format!("{path}?expires={expires}&signature={turned}"),
        format!("{path}?expires={expires}&signature="),
        format!("{path}?expires=1&signature={signature}"),
        format!("{}?{query}", path.replace("thumb", "display")),
        format!("{}?{query}", path.replace(&first, &second)),
    ] {
        // A login opens nothing either.
        refused(&citizen.get(&forged).await.expect("an answer"), 403, 40304);
    }
    let bare = nobody.get(path).await.expect("an answer");
    assert_eq!(bare.status, 400, "{}", bare.message);
    refused(
        &nobody.get(&format!("{}?{query}", path.replace("thumb", "original"))).await.expect("an answer"),
        404,
        40401,
    );
    city.finish().await;
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
