//! The story, line by line: each test plays one line of it against a city of its own, as a client sees it.

use demo::client::{Picture, point, stage_of, text};
use demo::district::places::{BORDER, OUTSIDE};
use domain::geo::datum::{Wgs84, distance_m};
use serde_json::{Value, json};
use tests::street::{HEAP, PATIENCE, act, beside, check, doubts, file, heap_report, here, now, report, upload};
use tests::{City, pictures};

#[tokio::test]
async fn a_citizen_logs_in_and_a_report_sent_twice_over_a_weak_network_is_one_report() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let taken = now();
    let phone = Picture { file_name: "file-1795319353314".into(), ..Picture::new(pictures::phone(here(), taken)) };
    let first = citizen.photo(&phone.taken((here(), 12.0), taken)).await.unwrap();
    let second = upload(&citizen, pictures::heap(), here()).await;
    let body = heap_report(here(), 15.0, &[first.clone(), second.clone()]);
    let sent = citizen.report(&body, "one-key").await.unwrap();
    assert_eq!(sent.status, 201);
    let again = citizen.report(&body, "one-key").await.unwrap();
    assert_eq!((again.status, &again.data), (201, &sent.data));
    assert_eq!(again.header("Idempotent-Replay"), "true");
    let mut other = body.clone();
    other["words"] = json!("另一件事");
    assert_eq!(citizen.report(&other, "one-key").await.unwrap().refused(), (409, 40903));
    let mine = citizen.get("/v1/reports?with_total=true").await.unwrap().ok().unwrap();
    assert_eq!(mine["total"], 1);
    city.finish().await;
}
