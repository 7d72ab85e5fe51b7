//! What each role sees of the tickets, and what a citizen never sees.

use std::collections::BTreeSet;

use demo::client::{Client, text};
use domain::geo::datum::Wgs84;
use serde_json::{Value, json};
use tests::{City, pictures, street};

/// Well inside 通济街道, another unit's land.
const TONGJI: Wgs84 = Wgs84 { lon: 120.40, lat: 36.37 };

/// The tickets that somebody lists.
async fn listed(who: &Client, path: &str) -> BTreeSet<String> {
    let data = who.get(path).await.expect("an answer").ok().expect("a list");
    let items = data["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| text(item, "/id").to_owned()).collect()
}

/// The tickets on somebody's map.
async fn mapped(who: &Client) -> BTreeSet<String> {
    let data = who.get("/v1/tickets/map").await.expect("an answer").ok().expect("a map");
    let features =
        data.pointer("/features").or_else(|| data.pointer("/map/features")).and_then(Value::as_array);
    let id = |feature: &Value| text(feature, "/properties/id").to_owned();
    features.unwrap_or_else(|| panic!("no features: {data}")).iter().map(id).collect()
}

#[tokio::test]
async fn each_role_sees_its_own_tickets_and_no_others() {
    let city = City::start().await;
    let (first, second, dispatcher) =
        (city.citizen(1).await, city.citizen(2).await, city.dispatcher(1).await);
    let here = street::report(&first, street::here(), pictures::heap()).await;
    let there = street::report(&second, TONGJI, pictures::other_heap()).await;
    for ticket in [&here, &there] {
        dispatcher.wait_for(ticket, "dispatched", street::PATIENCE).await.expect("dispatched");
    }
    let both = BTreeSet::from([here.clone(), there.clone()]);
    let (one, other, none) =
        (BTreeSet::from([here.clone()]), BTreeSet::from([there.clone()]), BTreeSet::new());
    let table = [
        (first, &one),
        (second, &other),
        (city.citizen(3).await, &none),
        (city.grid_worker().await, &one),
        (city.staff("grid-lancun1").await, &none),
        (city.handler("huanxiu").await, &one),
        (city.head("huanxiu").await, &one),
        (city.handler("tongji").await, &other),
        (city.handler("lancun").await, &none),
        (dispatcher, &both),
        (city.inspector("industry").await, &both),
        (city.leader().await, &both),
        (city.admin().await, &both),
        (city.integration().await, &none),
    ];
    for (who, due) in &table {
        let name = text(who.session(), "/account/name");
        assert_eq!(&listed(who, "/v1/tickets").await, *due, "list of {name}");
        assert_eq!(&mapped(who).await, *due, "map of {name}");
        // A filter never widens what one may see.
        assert_eq!(
            &listed(who, "/v1/tickets?unit=area-huanxiu&limit=100").await,
            &(&one & due),
            "filtered list of {name}"
        );
        for ticket in [&here, &there] {
            let status = who.get(&format!("/v1/tickets/{ticket}")).await.expect("an answer").status;
            assert_eq!(status, if due.contains(ticket) { 200 } else { 404 }, "{name} opens {ticket}");
        }
    }
    let figures = async |who: &Client, query: &str| {
        who.get(&format!("/v1/statistics{query}")).await.expect("an answer")
    };
    let handler = city.handler("huanxiu").await;
    assert_eq!(figures(&handler, "?department=area-tongji").await.status, 403);
    let own = figures(&handler, "").await.ok().expect("figures");
    assert_eq!(
        (&own["department"]["code"], &own["counts"]["received"]),
        (&json!("area-huanxiu"), &json!(1)),
        "{own}"
    );
    city.finish().await;
}

#[tokio::test]
async fn a_citizen_sees_units_but_no_persons_phones_or_other_reporters() {
    let city = City::start().await;
    let (owner, follower) = (city.citizen(1).await, city.citizen(2).await);
    let (handler, dispatcher) = (city.handler("huanxiu").await, city.dispatcher(1).await);
    let ticket = street::report(&owner, street::here(), pictures::heap()).await;
    dispatcher.wait_for(&ticket, "dispatched", street::PATIENCE).await.expect("dispatched");
    // A second citizen's words and picture are merged in.
    let photo = street::upload(&follower, pictures::heap_again(), street::beside(8.0, 4.0)).await;
    let mut report = street::heap_report(street::beside(8.0, 4.0), 15.0, std::slice::from_ref(&photo));
    report["words"] = json!("我住三号楼，电话一三八");
    street::file(&follower, &report).await;
    street::act(&handler, &ticket, json!({ "action": "sign_in" })).await;
    street::act(&dispatcher, &ticket, json!({ "action": "note", "text": "内部意见：催一催孙示一" })).await;
    city.hand_in(&ticket, pictures::cleared(), street::here()).await;
    dispatcher.wait_for(&ticket, "closed", street::PATIENCE).await.expect("struck off");
    let reports = owner.get("/v1/reports").await.expect("an answer").ok().expect("reports");
    let report = text(&reports, "/items/0/id").to_owned();
    let mut seen = String::new();
    for path in [
        format!("/v1/tickets/{ticket}"),
        format!("/v1/tickets/{ticket}/timeline"),
        format!("/v1/reports/{report}"),
        "/v1/reports".to_owned(),
        "/v1/tickets".to_owned(),
        "/v1/notices".to_owned(),
        "/v1/reports/nearby?longitude=120.46&latitude=36.3605&coord_type=wgs84&radius=300".to_owned(),
    ] {
        let answer = owner.get(&path).await.expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.message);
        seen.push_str(&String::from_utf8_lossy(&answer.body));
    }
    assert!(seen.contains("环秀街道"), "the unit is told");
    let staff = ["孙示一", "陈示一", "杨示一", "徐示一", "100000000", "o-citizen", "内部意见", "三号楼"];
    for secret in staff {
        assert!(!seen.contains(secret), "a citizen reads “{secret}”: {}", around(&seen, secret));
    }
    for id in [handler.account_id(), dispatcher.account_id(), follower.account_id()] {
        assert!(!seen.contains(id), "a citizen reads the id of somebody else: {}", around(&seen, id));
    }
    // Nobody reads a phone in this phase.
    for who in [&handler, &dispatcher, &city.admin().await] {
        for path in [format!("/v1/tickets/{ticket}"), "/v1/me".to_owned(), "/v1/departments".to_owned()] {
            let answer = who.get(&path).await.expect("an answer");
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!body.contains("100000000"), "a phone: {}", around(&body, "100000000"));
        }
    }
    city.finish().await;
}

/// The words before a hit, for a failure to show.
fn around(text: &str, hit: &str) -> String {
    let at = text.find(hit).unwrap_or_default();
    text[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect()
}
