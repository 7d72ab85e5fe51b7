//! How a problem comes in: every channel and what it must say, crews and grid workers who fix on the spot, and cameras.

use demo::client::{Answer, Client, point, stage_of, text};
use domain::geo::datum::Wgs84;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use reqwest::Method;
use serde_json::{Value, json};
use store::outbound::hook::sign;
use tests::clock::at;
use tests::street::{HEAP, PATIENCE, act, beside, doubts, file, heap_report, here, now, upload};
use tests::{City, pictures};

use super::territory::enter;

const KEY: &str = "camera-key-1";

/// A report without a picture, as a call or a letter comes in.
pub fn called(place: Wgs84, source: &str, origin: Value) -> Value {
    let mut body = heap_report(place, 15.0, &[]);
    body["source"] = json!(source);
    body["origin"] = origin;
    body
}

async fn send(who: &Client, body: &Value) -> Answer {
    who.report(body, &uuid::Uuid::now_v7().to_string()).await.unwrap()
}

/// The field at fault of a report that is refused with 400.
async fn fault(who: &Client, body: &Value) -> String {
    let answer = send(who, body).await;
    assert_eq!(answer.status, 400, "{body}");
    text(&answer.details, "/0/field").to_owned()
}

async fn total(who: &Client, query: &str) -> i64 {
    let page = who.get(&format!("/v1/tickets?with_total=true&{query}")).await.unwrap().ok().unwrap();
    page["total"].as_i64().unwrap()
}

#[tokio::test]
async fn m001_m003_m004_m005_m018_m019_every_channel_is_one_case_model_with_its_own_manners() {
    let city = City::start().await;
    city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;
    let day = |days: i64| json!(now().plus_ms(days * DAY_MS));

    // 12345: the same order comes twice and is one case.
    let mut call = called(here(), "hotline", json!({ "sender": "来电人" }));
    call["external_id"] = json!("12345-20261123-7");
    let first = send(&dispatcher, &call).await.ok().unwrap();
    let again = send(&dispatcher, &call).await.ok().unwrap();
    assert_eq!((&again["ticket_id"], &again["repeated"]), (&first["ticket_id"], &json!(true)));

    // 交办 carries its authority and its own deadline, which counts when it is sooner.
    assert_eq!(fault(&dispatcher, &called(here(), "assigned", json!({}))).await, "origin.authority");
    let past = json!({ "authority": "市创城办", "deadline": day(-1) });
    assert_eq!(fault(&dispatcher, &called(here(), "assigned", past)).await, "origin.deadline");
    let soon = now().plus_ms(HOUR_MS);
    let order = json!({ "authority": "市创城办", "deadline": soon });
    let assigned = file(&dispatcher, &called(beside(300.0, 0.0), "assigned", order)).await;
    let seen = dispatcher.ticket(&assigned).await.unwrap();
    assert_eq!(text(&seen, "/origin/authority"), "市创城办");

    // 电视问政: programme and date, the highest priority.
    assert_eq!(
        fault(&dispatcher, &called(here(), "media", json!({ "aired_at": day(-1) }))).await,
        "origin.authority"
    );
    assert_eq!(
        fault(&dispatcher, &called(here(), "media", json!({ "authority": "问政即墨" }))).await,
        "origin.aired_at"
    );
    let shown = json!({ "authority": "问政即墨", "aired_at": day(-1) });
    let media = file(&dispatcher, &called(beside(-300.0, 0.0), "media", shown)).await;
    let filed = |seen: &Value| !text(seen, "/number").is_empty();
    let seen = dispatcher.wait_until(&media, PATIENCE, filed).await.unwrap();
    assert_eq!(text(&seen, "/priority/value"), "top");

    // 建议提案: who proposed it and when the answer is owed.
    let missing = json!({ "sender": "王代表" });
    assert_eq!(fault(&dispatcher, &called(here(), "proposal", missing)).await, "origin.reply_due");
    let proposed = json!({ "sender": "王代表", "reply_due": day(30) });
    let proposal = file(&dispatcher, &called(beside(0.0, 300.0), "proposal", proposed)).await;
    assert_eq!(text(&dispatcher.ticket(&proposal).await.unwrap(), "/origin/sender"), "王代表");

    // 信访 is seen by those alone who work on it.
    let petition =
        file(&dispatcher, &called(beside(0.0, -300.0), "petition", json!({ "sender": "张三" }))).await;
    for other in [city.citizen(1).await, city.handler("chaohai").await] {
        assert_eq!(other.get(&format!("/v1/tickets/{petition}")).await.unwrap().status, 404);
    }
    for source in ["hotline", "assigned", "media", "proposal", "petition"] {
        assert_eq!(total(&dispatcher, &format!("source={source}")).await, 1, "{source}");
    }

    // What is not a source's own is refused, whoever sends it.
    let citizen = city.citizen(1).await;
    let photo = upload(&citizen, pictures::elsewhere(), here()).await;
    let mut snap = heap_report(here(), 15.0, &[photo]);
    snap["origin"] = json!({ "deadline": day(3) });
    assert_eq!(fault(&citizen, &snap).await, "origin.deadline");
    snap["origin"] = json!({ "nonsense": 1 });
    assert_eq!(send(&citizen, &snap).await.refused(), (400, 40003));
    snap["origin"] = json!({});
    snap["source"] = json!("petition");
    assert_eq!(send(&citizen, &snap).await.refused(), (403, 40301));
    snap["source"] = json!("h5");
    snap["photo_ids"] = json!([]);
    assert_eq!(fault(&citizen, &snap).await, "photo_ids");
    city.finish().await;
}

#[tokio::test]
async fn m002_m006_m007_m016_m020_who_found_it_how_and_when_stays_with_the_case() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;

    // 微信工作群: the original sender is kept.
    let photo = upload(&dispatcher, pictures::other_heap(), beside(300.0, 0.0)).await;
    let mut forwarded = heap_report(beside(300.0, 0.0), 15.0, std::slice::from_ref(&photo));
    forwarded["source"] = json!("wechat_group");
    assert_eq!(fault(&dispatcher, &forwarded).await, "origin.sender");
    forwarded["origin"] = json!({ "sender": "李网格" });
    let group = file(&dispatcher, &forwarded).await;
    assert_eq!(text(&dispatcher.ticket(&group).await.unwrap(), "/origin/sender"), "李网格");

    // 步巡 in working hours, 车巡 in the evening: the mode is kept, off duty is found out.
    let worker = city.grid_worker().await;
    let patrol = async |place: Wgs84, mode: &str, picture: Vec<u8>| {
        let photo = upload(&worker, picture, place).await;
        let mut body = heap_report(place, 15.0, &[photo]);
        body["origin"] = json!({ "patrol": mode });
        let ticket = file(&worker, &body).await;
        dispatcher.ticket(&ticket).await.unwrap()
    };
    let walked = patrol(here(), "walk", pictures::heap()).await;
    assert_eq!((text(&walked, "/origin/patrol"), &walked["origin"]["off_duty"]), ("walk", &json!(false)));
    let photo = upload(&worker, pictures::heap_again(), here()).await;
    let mut wrong = heap_report(here(), 15.0, &[photo]);
    wrong["origin"] = json!({ "patrol": "balloon" });
    assert_eq!(send(&worker, &wrong).await.refused(), (400, 40002));

    // 巡访团: in secret; 违建 reported by a citizen goes first.
    let visitor = city.staff("visitor1").await;
    let photo = upload(&visitor, pictures::elsewhere(), beside(0.0, -300.0)).await;
    let visit = file(&visitor, &heap_report(beside(0.0, -300.0), 15.0, &[photo])).await;
    let seen = dispatcher.wait_for(&visit, "dispatched", PATIENCE).await.unwrap();
    assert_eq!((text(&seen, "/source"), text(&seen, "/lead/code")), ("visit", "area-huanxiu"));
    let seen = city.handler("huanxiu").await.ticket(&visit).await.unwrap();
    assert_eq!((&seen["source"], &seen["origin"]), (&Value::Null, &Value::Null), "the unit must not know");
    let citizen = city.citizen(1).await;
    let photo = upload(&citizen, pictures::cleared(), beside(-300.0, 0.0)).await;
    let mut illegal = heap_report(beside(-300.0, 0.0), 15.0, &[photo]);
    illegal["category"] = json!("06001");
    illegal["words"] = json!("楼顶私搭阳光房");
    let illegal = file(&citizen, &illegal).await;
    let seen =
        dispatcher.wait_until(&illegal, PATIENCE, |seen| !text(seen, "/number").is_empty()).await.unwrap();
    assert_eq!(text(&seen, "/priority/value"), "high");

    city.clock_to(at(monday, 20, 0)).await;
    let driven = patrol(beside(0.0, 300.0), "car", pictures::heap_again()).await;
    assert_eq!((text(&driven, "/origin/patrol"), &driven["origin"]["off_duty"]), ("car", &json!(true)));
    city.finish().await;
}

#[tokio::test]
async fn m008_m009_m010_grid_workers_and_crews_find_and_fix_in_one_submission() {
    let city = City::start().await;
    let dispatcher = city.dispatcher(1).await;
    let crew = city.staff("crew1").await;
    let before = upload(&crew, pictures::heap(), here()).await;
    let after = upload(&crew, pictures::cleared(), here()).await;
    let mut body = heap_report(here(), 15.0, &[before]);
    body["fixed_photo_ids"] = json!([after]);
    let ticket = file(&crew, &body).await;
    let closed = dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    assert_eq!((&closed["self_handled"], text(&closed, "/source")), (&json!(true), "crew"));
    assert_eq!(closed["lead"], Value::Null, "it never went up");

    let citizen = city.citizen(1).await;
    let pair = [
        upload(&citizen, pictures::elsewhere(), here()).await,
        upload(&citizen, pictures::other_heap(), here()).await,
    ];
    let mut body = heap_report(here(), 15.0, &pair[..1]);
    body["fixed_photo_ids"] = json!([pair[1]]);
    assert_eq!(send(&citizen, &body).await.refused(), (403, 40301), "citizens don't fix");

    // 自查自纠: a unit reports its own.
    let handler = city.handler("huanxiu").await;
    let photo = upload(&handler, pictures::other_heap(), beside(0.0, 150.0)).await;
    let own = file(&handler, &heap_report(beside(0.0, 150.0), 15.0, &[photo])).await;
    assert_eq!(text(&dispatcher.ticket(&own).await.unwrap(), "/source"), "self_check");
    assert_eq!(total(&dispatcher, "self_handled=true").await, 1, "counted apart");
    city.finish().await;
}

/// A sighting as the camera at the spot sends it.
pub async fn sighting(
    system: &Client,
    external: &str,
    picture: Vec<u8>,
    offence: &str,
    confidence: f64,
) -> Value {
    let photo = upload(system, picture, here()).await;
    json!({ "photo_ids": [photo], "source": "camera", "external_id": external, "captured_at": now(),
        "origin": { "machine": { "camera": "cam-1", "offence": offence, "confidence": confidence } } })
}

/// Sends it signed with a key.
async fn signed(system: &Client, body: &Value, key: &str) -> Answer {
    let raw = body.to_string();
    let request = system
        .request(Method::POST, "/v1/reports")
        .header("X-Device-Signature", sign(key, &raw))
        .header("Content-Type", "application/json")
        .body(raw);
    system.finish(request, "POST", "/v1/reports", Some(body)).await.unwrap()
}

#[tokio::test]
async fn m011_m012_a_camera_signs_what_it_sees_and_its_frames_are_one_case_that_a_person_screens() {
    let city = City::start().await;
    city.next_monday().await;
    let (system, dispatcher) = (city.integration().await, city.dispatcher(1).await);
    let spot = point(here(), 15.0);
    enter(&city, "camera", json!({ "code": "cam-1", "name": "环秀路口", "longitude": spot["longitude"],
        "latitude": spot["latitude"], "coord_type": spot["coord_type"], "body": { "heading": 90, "key": KEY } })).await;
    let shown = dispatcher.get("/v1/registers/camera/cam-1").await.unwrap().ok().unwrap();
    assert_eq!(shown["body"].get("key"), None, "the key is for the device alone");

    // Bad sightings, each with its reason.
    let unsure = sighting(&system, "f-0", pictures::elsewhere(), "exposed_garbage", 0.3).await;
    assert_eq!(send(&system, &unsure).await.refused(), (403, 40307), "without a signature");
    assert_eq!(signed(&system, &unsure, "another key").await.refused(), (403, 40307));
    let answer = signed(&system, &unsure, KEY).await;
    assert_eq!(
        (answer.refused(), text(&answer.details, "/0/field")),
        ((422, 42200), "origin.machine.confidence")
    );
    let changed = |field: &str, value: Value| {
        let mut body = unsure.clone();
        *body.pointer_mut(field).unwrap() = value;
        body
    };
    let kind = signed(&system, &changed("/origin/machine/offence", json!("flying_pigs")), KEY).await;
    assert_eq!((kind.status, text(&kind.details, "/0/field")), (400, "origin.machine.offence"));
    assert_eq!(text(&kind.details, "/0/reason").matches('、').count(), 11, "exactly the twelve kinds");
    let camera = signed(&system, &changed("/origin/machine/camera", json!("cam-9")), KEY).await;
    assert_eq!((camera.status, text(&camera.details, "/0/field")), (400, "origin.machine.camera"));
    let old = signed(&system, &changed("/captured_at", json!(now().plus_ms(-11 * MINUTE_MS))), KEY).await;
    assert_eq!((old.status, text(&old.details, "/0/field")), (400, "captured_at"));

    // Not sure enough to file by itself: it waits in the screening queue, and frames of the same thing join it.
    let first = sighting(&system, "f-1", pictures::heap(), "exposed_garbage", 0.66).await;
    let taken = signed(&system, &first, KEY).await.ok().unwrap();
    let ticket = text(&taken, "/ticket_id").to_owned();
    let again = signed(&system, &first, KEY).await.ok().unwrap();
    assert_eq!((&again["repeated"], &again["ticket_id"]), (&json!(true), &taken["ticket_id"]), "a replay");
    let seen = dispatcher.wait_until(&ticket, PATIENCE, |seen| doubts(seen) == ["screening"]).await.unwrap();
    assert_eq!((stage_of(&seen), text(&seen, "/origin/machine/camera")), ("received", "cam-1"));
    assert!(seen["place"].is_object(), "the camera's own place");
    for (minutes, external) in [(20, "f-2"), (20, "f-3")] {
        city.forward(minutes * MINUTE_MS).await;
        let frame = sighting(&system, external, pictures::other_heap(), "exposed_garbage", 0.7).await;
        let frame = text(&signed(&system, &frame, KEY).await.ok().unwrap(), "/ticket_id").to_owned();
        let merged = dispatcher.wait_for(&frame, "merged", PATIENCE).await.unwrap();
        assert_eq!(text(&merged, "/state/into"), ticket);
        let steps = json!(dispatcher.timeline(&frame).await.unwrap()).to_string();
        assert!(steps.contains("同一相机连续帧"), "{steps}");
    }
    assert_eq!(dispatcher.ticket(&ticket).await.unwrap()["reports"], 3);
    act(&dispatcher, &ticket, json!({ "action": "file", "category": HEAP, "standard": "06010-1" })).await;
    dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();

    // Half an hour after the last frame it is looked at like any other report.
    city.forward(31 * MINUTE_MS).await;
    let late = sighting(&system, "f-4", pictures::elsewhere(), "exposed_garbage", 0.95).await;
    let late = text(&signed(&system, &late, KEY).await.ok().unwrap(), "/ticket_id").to_owned();
    let done = |seen: &Value| stage_of(seen) != "received" || !doubts(seen).is_empty();
    dispatcher.wait_until(&late, PATIENCE, done).await.unwrap();
    let steps = json!(dispatcher.timeline(&late).await.unwrap()).to_string();
    assert!(!steps.contains("同一相机连续帧"), "{steps}");

    // The kinds are the city's: wrong rules are refused with their place.
    let admin = city.admin().await;
    let offence = |kind: &str, min: f64| json!({ "kind": kind, "name": "乱堆物料", "category": "06036", "min": min, "auto_file": 0.9 });
    for offences in [
        json!([offence("a", 0.5), offence("a", 0.5)]),
        json!([offence("a", 0.95)]),
        json!([offence("a", 1.5)]),
    ] {
        let wrong = json!({ "value": { "offences": offences } });
        assert_eq!(admin.post("/v1/rules/machine", &wrong).await.unwrap().refused(), (400, 40002), "{wrong}");
    }
    city.finish().await;
}
