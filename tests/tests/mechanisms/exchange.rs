//! Between systems: subscribers that are told of events, and Open311.

use std::sync::{Arc, Mutex};

use demo::client::{Answer, Client, point, text};
use reqwest::Method;
use serde_json::{Value, json};
use store::outbound::hook::sign;
use tests::street::{HEAP, PATIENCE, act, beside, doubts, file, here, upload};
use tests::{City, pictures};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::intake::{called, sighting};
use super::territory::enter;

/// A subscriber: keeps what it was sent (head and body) and answers with the given statuses in turn, then with 200.
async fn subscriber(answers: &'static [u16]) -> (String, Arc<Mutex<Vec<(String, String)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(Vec::new()));
    let kept = got.clone();
    tokio::spawn(async move {
        let mut answers = answers.iter();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let (head, body) = loop {
                let read = stream.read(&mut part).await.unwrap_or(0);
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| {
                        line.to_ascii_lowercase()
                            .strip_prefix("content-length: ")?
                            .trim()
                            .parse::<usize>()
                            .ok()
                    });
                    if read == 0 || body.len() >= length.unwrap_or(0) {
                        break (head.to_owned(), body.to_owned());
                    }
                }
                if read == 0 {
                    break (text, String::new());
                }
            };
            kept.lock().unwrap().push((head, body));
            let status = answers.next().unwrap_or(&200);
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, got)
}

#[tokio::test]
async fn m012_m125_a_subscriber_is_told_signed_and_again_when_it_was_away_and_looks_at_the_frame_after_the_fix()
 {
    let city = City::start().await;
    city.next_monday().await;
    let (system, dispatcher) = (city.integration().await, city.dispatcher(1).await);
    let spot = point(here(), 15.0);
    enter(
        &city,
        "camera",
        json!({ "code": "cam-1", "name": "环秀路口", "longitude": spot["longitude"],
        "latitude": spot["latitude"], "coord_type": spot["coord_type"] }),
    )
    .await;

    for (url, events) in [
        ("http://example.org/hook", json!(["filed"])),
        ("https://10.1.2.3/hook", json!(["filed"])),
        ("https://169.254.169.254/latest", json!(["filed"])),
        ("https://user:word@example.org/", json!(["filed"])),
        ("https://example.org/", json!([])),
        ("https://example.org/", json!(["nonsense"])),
    ] {
        let body = json!({ "url": url, "events": events });
        assert_eq!(system.post("/v1/subscriptions", &body).await.unwrap().refused(), (400, 40002), "{body}");
    }
    let (url, got) = subscriber(&[503]).await;
    let wanted = json!({ "url": url, "events": ["fix_submitted", "filed", "filed"] });
    assert_eq!(
        city.citizen(1).await.post("/v1/subscriptions", &wanted).await.unwrap().refused(),
        (403, 40301)
    );
    let subscription = system.post("/v1/subscriptions", &wanted).await.unwrap().ok().unwrap();
    let secret = text(&subscription, "/secret").to_owned();
    let listed = system.get("/v1/subscriptions").await.unwrap().ok().unwrap();
    assert_eq!((listed["items"].as_array().unwrap().len(), listed["items"][0].get("secret")), (1, None));

    let sure = sighting(&system, "s-1", pictures::heap(), "exposed_garbage", 0.95).await;
    let ticket = file(&system, &sure).await;
    dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    city.database().await.wait_for_jobs().await;

    let told = got.lock().unwrap().clone();
    assert_eq!(told.len(), 3, "the first answer was 503: {told:?}");
    let header = |head: &str, name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
        line.and_then(|line| line.split_once(": ")).unwrap().1.trim().to_owned()
    };
    let mut news: Vec<(String, String)> = Vec::new();
    for (head, body) in &told {
        let signature = header(head, "x-suishoupai-signature");
        let (time, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        assert_eq!(mac, sign(&secret, &format!("{time}.{body}")), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(text(&body, "/id"), header(head, "x-suishoupai-delivery"));
        assert_eq!((text(&body, "/ticket_id"), text(&body, "/machine/camera")), (ticket.as_str(), "cam-1"));
        assert!(body.get("words").is_none() && !text(&body, "/number").is_empty());
        news.push((text(&body, "/event").to_owned(), text(&body, "/id").to_owned()));
    }
    news.sort();
    let events: Vec<&str> = news.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(
        (events, news[0].1 == news[1].1),
        (vec!["filed", "filed", "fix_submitted"], true),
        "the same delivery twice"
    );

    // AI re-check of the frame after the fix: the machine still sees it.
    let photo = upload(&system, pictures::heap_again(), here()).await;
    let look = json!({ "action": "check_frame", "clear": false, "confidence": 0.8, "photo_ids": [photo], "note": "" });
    act(&system, &ticket, look).await;
    assert_eq!(doubts(&dispatcher.ticket(&ticket).await.unwrap()), ["relapsed"]);

    // Revoked: nothing is sent any more, and nobody revokes another's.
    let path = format!("/v1/subscriptions/{}/revoke", text(&subscription, "/id"));
    assert_eq!(dispatcher.send(Method::POST, &path, &[], None).await.unwrap().status, 403);
    system.send(Method::POST, &path, &[], None).await.unwrap().ok().unwrap();
    let other = sighting(&system, "s-2", pictures::elsewhere(), "small_ads", 0.95).await;
    let other = file(&system, &other).await;
    dispatcher.wait_until(&other, PATIENCE, |seen| !text(seen, "/number").is_empty()).await.unwrap();
    city.database().await.wait_for_jobs().await;
    assert_eq!(got.lock().unwrap().len(), 3);
    city.finish().await;
}

/// The list that Open311 answers with.
fn list(answer: &Answer) -> Vec<Value> {
    serde_json::from_slice::<Value>(&answer.body).unwrap().as_array().unwrap().clone()
}

/// Posts a form.
async fn form(who: &Client, pairs: &[(&str, &str)]) -> Answer {
    let path = "/open311/v2/requests.json";
    let request = who.request(Method::POST, path).form(pairs);
    who.finish(request, "POST", path, None).await.unwrap()
}

#[tokio::test]
async fn m125_another_city_system_speaks_open311_and_learns_nothing_of_anybody() {
    let city = City::start().await;
    let (nobody, system) = (city.nobody(), city.integration().await);
    let services = list(&nobody.get("/open311/v2/services.json?jurisdiction_id=").await.unwrap());
    let heap = services.iter().find(|service| service["service_code"] == HEAP).unwrap();
    assert_eq!((&heap["service_name"], &heap["metadata"]), (&json!("暴露垃圾"), &json!(false)));
    assert_eq!(nobody.get("/open311/v2/services/06010.json").await.unwrap().status, 200);
    for (path, status) in [
        ("/open311/v2/services/99999.json", 404),
        ("/open311/v2/services.xml", 404),
        ("/open311/v2/requests/0198c5a2-7b1e-7c3d-8f00-1a2b3c4d5e6f.json", 404),
        ("/open311/v2/requests.json?status=ope", 400),
        ("/open311/v2/requests.json?start_date=yesterday", 400),
        ("/open311/v2/requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-09-01T00:00:00Z", 400),
    ] {
        let answer = nobody.get(path).await.unwrap();
        assert_eq!(answer.status, status, "{path}");
        assert!(list(&answer)[0]["code"].is_number() && !text(&list(&answer)[0], "/description").is_empty());
    }

    let key = text(system.session(), "/access_token").to_owned();
    let (lat, long) = (here().lat.to_string(), here().lon.to_string());
    let asked = [
        ("service_code", HEAP),
        ("lat", &lat),
        ("long", &long),
        ("description", "门口有垃圾"),
        ("first_name", "某某"),
        ("media_url", "http://169.254.169.254/latest"),
        ("api_key", &key),
    ];
    assert_eq!(form(&nobody, &asked[..6]).await.status, 403, "no key");
    let citizen = text(city.citizen(1).await.session(), "/access_token").to_owned();
    assert_eq!(
        form(&nobody, &[("service_code", HEAP), ("api_key", &citizen)]).await.status,
        403,
        "not a system"
    );
    assert_eq!(form(&nobody, &[("service_code", "99999"), ("api_key", &key)]).await.status, 404);
    assert_eq!(form(&nobody, &[("service_code", HEAP), ("api_key", &key)]).await.status, 400, "no place");
    assert_eq!(
        form(&nobody, &[("service_code", HEAP), ("lat", "x"), ("long", "1"), ("api_key", &key)]).await.status,
        400
    );
    let taken = form(&nobody, &asked).await;
    assert_eq!(taken.status, 201);
    let taken = list(&taken);
    assert!(text(&taken[0], "/service_notice").contains("media_url"));
    let id = text(&taken[0], "/service_request_id");
    city.dispatcher(1).await.wait_for(id, "dispatched", PATIENCE).await.unwrap();

    let shown = nobody.get(&format!("/open311/v2/requests/{id}.json")).await.unwrap();
    let body = String::from_utf8(shown.body.clone()).unwrap();
    assert!(!body.contains("门口有垃圾") && !body.contains("某某"), "{body}");
    let one = &list(&shown)[0];
    assert_eq!((text(one, "/status"), text(one, "/service_code")), ("open", HEAP));
    let off = |name: &str, due: f64| (one[name].as_f64().unwrap() - due).abs();
    assert!(off("lat", here().lat) < 1e-5 && off("long", here().lon) < 1e-5, "WGS-84: {one}");
    let open = list(&nobody.get("/open311/v2/requests.json?status=open&service_code=06010").await.unwrap());
    assert_eq!(open.len(), 1);
    assert!(list(&nobody.get("/open311/v2/requests.json?status=closed").await.unwrap()).is_empty());

    // By address alone it goes into the table, and a person looks for the place.
    let by_address =
        [("service_code", HEAP), ("address_string", "鹤山路与振华街路口"), ("api_key", key.as_str())];
    let taken = list(&form(&nobody, &by_address).await);
    let dispatcher = city.dispatcher(1).await;
    let id = text(&taken[0], "/service_request_id");
    dispatcher.wait_until(id, PATIENCE, |seen| doubts(seen) == ["no_place"]).await.unwrap();

    // What is restricted is never public.
    let secret = file(&dispatcher, &called(beside(0.0, 300.0), "petition", json!({}))).await;
    dispatcher.wait_until(&secret, PATIENCE, |seen| !text(seen, "/number").is_empty()).await.unwrap();
    let answer = nobody.get(&format!("/open311/v2/requests/{secret}.json")).await.unwrap();
    assert_eq!(answer.status, 404);
    city.finish().await;
}
