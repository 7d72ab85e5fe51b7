//! Acts that do not fit: outside the district, in the wrong state, by the wrong role, on an old version, on what belongs
//! to somebody else.

use demo::client::text;
use demo::district::places::OUTSIDE;
use domain::geo::datum::Wgs84;
use serde_json::json;
use tests::street::{PATIENCE, act, doubts};
use tests::{City, pictures, street};

use crate::chinese::{polite, refused};

#[tokio::test]
async fn a_point_outside_the_district_is_accepted_with_a_code_and_waits_for_the_dispatcher() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let outside = Wgs84 { lon: OUTSIDE.0, lat: OUTSIDE.1 };
    let photo = street::upload(&citizen, pictures::heap(), outside).await;
    let report = street::heap_report(outside, 15.0, &[photo]);
    let answer = citizen.report(&report, "far-away").await.expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.message);
    assert!(answer.data.to_string().contains("outside"), "the answer does not say so: {}", answer.data);
    let ticket = text(&answer.data, "/ticket_id").to_owned();
    let dispatcher = city.dispatcher(1).await;
    let waiting = dispatcher.wait_until(&ticket, PATIENCE, |seen| !doubts(seen).is_empty()).await;
    let waiting = waiting.expect("the doubt is raised");
    assert!(doubts(&waiting).contains(&"outside"), "{}", waiting["attention"]);
    assert_ne!(text(&waiting, "/state/stage"), "dispatched");
    city.finish().await;
}

#[tokio::test]
async fn a_wrong_state_role_or_version_is_refused_with_names() {
    let city = City::start().await;
    let (ticket, _) = city.dispatched_heap().await;
    let (handler, dispatcher) = (city.handler("huanxiu").await, city.dispatcher(1).await);
    let early =
        handler.act(&ticket, &json!({ "action": "resume", "reason": "好了" })).await.expect("an answer");
    refused(&early, 409, 40901);
    let role = city.citizen(1).await.act(&ticket, &json!({ "action": "close" })).await.expect("an answer");
    refused(&role, 403, 40301);
    assert!(role.message.contains("市民"), "{}", role.message);
    let seen = dispatcher.ticket(&ticket).await.expect("the ticket");
    act(&handler, &ticket, json!({ "action": "sign_in" })).await;
    let (path, note) =
        (format!("/v1/tickets/{ticket}/actions"), json!({ "action": "note", "text": "看一下" }));
    let old = format!("\"{}\"", seen["version"]);
    let stale = dispatcher.post_with(&path, &note, &[("If-Match", &old)]).await.expect("an answer");
    refused(&stale, 409, 40902);
    let name = text(handler.session(), "/account/name");
    assert!(stale.message.contains(name), "{} does not name {name}", stale.message);
    let mut versioned = note.clone();
    versioned["expected_version"] = seen["version"].clone();
    refused(&dispatcher.post(&path, &versioned).await.expect("an answer"), 409, 40902);
    refused(
        &dispatcher.post_with(&path, &note, &[("If-Match", "mine")]).await.expect("an answer"),
        400,
        40009,
    );
    let machine = dispatcher.act(&ticket, &json!({ "action": "judge" })).await.expect("an answer");
    refused(&machine, 403, 40301);
    let unknown = dispatcher.act(&ticket, &json!({ "action": "explode" })).await.expect("an answer");
    polite(&unknown);
    assert_eq!(unknown.status, 400);
    city.finish().await;
}

#[tokio::test]
async fn what_belongs_to_another_citizen_is_not_found() {
    let city = City::start().await;
    let (citizen, other) = (city.citizen(1).await, city.citizen(2).await);
    let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
    let report = street::heap_report(street::here(), 15.0, std::slice::from_ref(&photo));
    let answer = citizen.report(&report, "mine").await.expect("an answer").ok().expect("taken in");
    let (id, ticket) = (text(&answer, "/report_id"), text(&answer, "/ticket_id"));
    for path in [
        format!("/v1/reports/{id}"),
        format!("/v1/photos/{photo}"),
        format!("/v1/tickets/{ticket}"),
        format!("/v1/tickets/{ticket}/timeline"),
    ] {
        assert_eq!(citizen.get(&path).await.expect("an answer").status, 200, "{path}");
        let hidden = other.get(&path).await.expect("an answer");
        polite(&hidden);
        assert_eq!(hidden.status, 404, "{path}");
    }
    let rating =
        other.post(&format!("/v1/reports/{id}/rating"), &json!({ "stars": 1 })).await.expect("an answer");
    refused(&rating, 404, 40401);
    let contest =
        other.act(ticket, &json!({ "action": "contest", "reason": "不对" })).await.expect("an answer");
    refused(&contest, 404, 40402);
    refused(&other.get("/v1/reports/..%2f..%2fetc").await.expect("an answer"), 404, 40401);
    city.finish().await;
}
