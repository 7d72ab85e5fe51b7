//! The street in which the tests happen, and the common way of a ticket from a report to a fix, so that a test can begin
//! where its own line begins. It refuses to assert more than that each step is taken.

use std::time::Duration;

use demo::client::{Client, Picture, point, text};
use demo::district::places::{METRES, STORY};
use domain::geo::datum::Wgs84;
use serde_json::{Value, json};

use crate::{City, pictures};

/// Category of a heap: 暴露垃圾, closed by a passing proof, led by the 块.
pub const HEAP: &str = "06010";
/// How long the worker may take for one step.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The spot of the story.
pub fn here() -> Wgs84 {
    Wgs84 { lon: STORY.0, lat: STORY.1 }
}

/// So many metres east and north of the spot.
pub fn beside(east: f64, north: f64) -> Wgs84 {
    let Wgs84 { lon, lat } = here();
    Wgs84 { lon: lon + east / METRES.0, lat: lat + north / METRES.1 }
}

pub use crate::clock::now;

/// The body of a report about a heap at a place.
pub fn heap_report(place: Wgs84, accuracy_m: f64, photo_ids: &[String]) -> Value {
    let mut body = point(place, accuracy_m);
    body["photo_ids"] = json!(photo_ids);
    body["location_source"] = json!("device");
    body["captured_at"] = json!(now());
    body["words"] = json!("路边一堆生活垃圾，好几天没人清理");
    body["category"] = json!(HEAP);
    body
}

/// Uploads a picture taken here and now.
pub async fn upload(who: &Client, bytes: Vec<u8>, place: Wgs84) -> String {
    who.photo(&Picture::new(bytes).taken((place, 15.0), now())).await.expect("a picture is taken in")
}

/// Reports a heap with one picture; the ticket's id.
pub async fn report(who: &Client, place: Wgs84, picture: Vec<u8>) -> String {
    let photo = upload(who, picture, place).await;
    file(who, &heap_report(place, 15.0, &[photo])).await
}

/// Sends a report; the ticket's id.
pub async fn file(who: &Client, report: &Value) -> String {
    let key = uuid::Uuid::now_v7().to_string();
    let answer = who.report(report, &key).await.expect("an answer").ok().expect("the report is acknowledged");
    text(&answer, "/ticket_id").to_owned()
}

/// Asks for an action that must be allowed.
pub async fn act(who: &Client, ticket: &str, action: Value) -> Value {
    let answer = who.act(ticket, &action).await.expect("an answer");
    answer.ok().unwrap_or_else(|error| panic!("{action}: {error}"))
}

/// The kinds of doubt that a ticket has.
pub fn doubts(ticket: &Value) -> Vec<&str> {
    ticket["attention"].as_array().into_iter().flatten().map(|doubt| text(doubt, "/kind")).collect()
}

/// The check of that name in the last proof.
pub fn check<'a>(ticket: &'a Value, name: &str) -> &'a Value {
    let checks = ticket.pointer("/proof/checks").and_then(Value::as_array);
    checks.into_iter().flatten().find(|check| text(check, "/name") == name).unwrap_or(&Value::Null)
}

impl City {
    /// A heap that the first citizen reported and the worker dispatched; ticket id and what the dispatcher sees.
    pub async fn dispatched_heap(&self) -> (String, Value) {
        let ticket = report(&self.citizen(1).await, here(), pictures::heap()).await;
        let seen = self.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await;
        (ticket, seen.expect("the heap is dispatched"))
    }

    /// A heap whose handler has signed in.
    pub async fn handled_heap(&self) -> String {
        let (ticket, _) = self.dispatched_heap().await;
        act(&self.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
        ticket
    }

    /// Hands in a fix with one picture said to be taken at `place`, and waits until it is judged.
    pub async fn hand_in(&self, ticket: &str, picture: Vec<u8>, place: Wgs84) -> Value {
        let handler = self.handler("huanxiu").await;
        let photo = upload(&handler, picture, place).await;
        let dispatcher = self.dispatcher(1).await;
        let rounds = |seen: &Value| seen.pointer("/proof/round").and_then(Value::as_i64).unwrap_or(0);
        let before = rounds(&dispatcher.ticket(ticket).await.expect("the ticket"));
        act(&handler, ticket, json!({ "action": "submit_fix", "photo_ids": [photo], "note": "已清运干净" }))
            .await;
        let judged = dispatcher.wait_until(ticket, PATIENCE, |seen| rounds(seen) > before).await;
        judged.expect("the fix is judged")
    }

    /// A heap that was fixed, proven and struck off.
    pub async fn closed_heap(&self) -> String {
        let ticket = self.handled_heap().await;
        self.hand_in(&ticket, pictures::cleared(), here()).await;
        self.dispatcher(1).await.wait_for(&ticket, "closed", PATIENCE).await.expect("the heap is struck off");
        ticket
    }
}

/// Waits until somebody has a notice about a ticket with this title.
pub async fn wait_for_notice(who: &Client, ticket: &str, title: &str) {
    let began = std::time::Instant::now();
    loop {
        let notices = who.get("/v1/notices").await.expect("an answer").ok().expect("one's own notices");
        let items = notices["items"].as_array().cloned().unwrap_or_default();
        if items.iter().any(|notice| text(notice, "/ticket_id") == ticket && text(notice, "/title") == title)
        {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "no notice “{title}”: {items:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
