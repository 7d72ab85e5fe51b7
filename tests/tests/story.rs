//! The story, line by line: each test plays one line of it against a city of its own, as a client sees it.

#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

use std::collections::BTreeSet;

use demo::client::{Client, Picture, point, stage_of, text};
use demo::district::places::{BORDER, FAR, OUTSIDE};
use domain::geo::datum::Wgs84;
use domain::time::DAY_MS;
use serde_json::{Value, json};
use tests::street::{
    HEAP, PATIENCE, act, beside, check, doubts, file, heap_report, here, now, report, upload, wait_for_notice,
};
use tests::{City, pictures};

#[tokio::test]
async fn a_report_sent_twice_over_a_weak_network_is_one_report() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let taken = now();
    let phone =
        Picture { file_name: "file-1795319353314".into(), ..Picture::new(pictures::phone(here(), taken)) };
    let first = citizen.photo(&phone.taken((here(), 12.0), taken)).await.unwrap();
    let second = upload(&citizen, pictures::heap(), here()).await;
    let body = heap_report(here(), 15.0, &[first, second]);
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

#[tokio::test]
async fn the_worker_turns_a_phone_picture_upright_and_strips_what_it_tells() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let taken = now().plus_ms(-60_000);
    let id = citizen.photo(&Picture::new(pictures::phone(here(), taken))).await.unwrap();
    let photo = ready(&citizen, &id).await;
    let facts = &photo["facts"];
    assert_eq!((&facts["width"], &facts["height"]), (&json!(3024), &json!(4032)), "orientation 6 is upright");
    assert_eq!((&facts["has_position"], &facts["make"]), (&json!(true), &json!("Demo")));
    let seconds = |at: &str| domain::time::Moment::parse(at).unwrap().ms() / 1000;
    assert_eq!(seconds(text(facts, "/taken_at")), taken.ms() / 1000);
    let mut sides = Vec::new();
    for size in ["display", "medium", "thumb"] {
        let answer = city.nobody().get(path_of(text(&photo["urls"], &format!("/{size}")))).await.unwrap();
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
        let has_exif = answer.body.windows(6).any(|bytes| bytes == b"Exif\0\0");
        assert!(!has_exif, "{size} still has EXIF");
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert!(picture.height() > picture.width(), "{size} lies on its side");
        sides.push(picture.height());
    }
    assert!(sides.is_sorted_by(|a, b| a > b), "{sides:?}");
    city.finish().await;
}

#[tokio::test]
async fn a_report_says_which_source_was_trusted_for_place_and_time_and_who_disagrees() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let (far, long_ago) = (beside(900.0, 0.0), now().plus_ms(-2 * DAY_MS));
    let photo = citizen.photo(&Picture::new(pictures::phone(far, long_ago))).await.unwrap();
    let ticket = file(&citizen, &heap_report(here(), 15.0, std::slice::from_ref(&photo))).await;
    city.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    let evidence = evidence(&citizen).await;
    assert_eq!((text(&evidence, "/place_source"), text(&evidence, "/time_source")), ("device", "request"));
    let about: BTreeSet<&str> =
        evidence["disagreements"].as_array().unwrap().iter().map(|said| text(said, "/about")).collect();
    assert_eq!(about, BTreeSet::from(["place", "time"]), "{evidence}");

    // Where the request is silent, the picture speaks.
    let silent = city.citizen(2).await;
    let photo = silent.photo(&Picture::new(pictures::phone(far, now()))).await.unwrap();
    let body =
        json!({ "photo_ids": [photo], "location_source": "none", "words": "垃圾成堆", "category": HEAP });
    let ticket = file(&silent, &body).await;
    let seen = city.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    let evidence = self::evidence(&silent).await;
    assert_eq!((text(&evidence, "/place_source"), text(&evidence, "/time_source")), ("exif", "exif"));
    assert!(seen["place"].is_object());
    city.finish().await;
}

#[tokio::test]
async fn a_heap_lands_in_its_grids_and_gets_number_units_and_a_reckoned_deadline_at_once() {
    let city = City::start().await;
    let (ticket, seen) = city.dispatched_heap().await;
    for (layer, code) in [
        ("community", "370215001006002"),
        ("inspection", "370215X28"),
        ("enforcement", "370215D01"),
        ("area", "370215001"),
    ] {
        assert_eq!(text(&seen, &format!("/grids/{layer}/code")), code);
    }
    assert!(text(&seen, "/number").starts_with("SSP"));
    assert_eq!(text(&seen, "/category/code"), HEAP);
    assert_eq!((text(&seen, "/lead/code"), text(&seen, "/assist/code")), ("area-huanxiu", "line-sanitation"));
    for five in ["/person/name", "/task", "/duty", "/standard/closes_when", "/standard/limit/label"] {
        assert!(!text(&seen, five).is_empty(), "{five}");
    }
    assert_eq!((&seen["clock"]["allowed_minutes"], text(&seen, "/clock/state")), (&json!(240), "running"));
    assert!(seen["clock"]["due_at"].is_string() && !seen["clock"]["lines"].as_array().unwrap().is_empty());
    let steps = city.dispatcher(1).await.timeline(&ticket).await.unwrap();
    let at: BTreeSet<&str> = ["file", "dispatch"].map(|action| text(step(&steps, action), "/at")).into();
    assert_eq!(at.len(), 1, "filed and dispatched in one transaction");
    let handler = city.handler("huanxiu").await;
    assert_eq!(stage_of(&handler.ticket(&ticket).await.unwrap()), "dispatched");
    let listed = handler.get("/v1/tickets").await.unwrap().ok().unwrap();
    let row = &listed["items"][0];
    assert_eq!((text(row, "/id"), &row["allowed_minutes"]), (ticket.as_str(), &json!(240)));
    assert!(row["used_minutes"].as_i64().is_some_and(|used| (0..10).contains(&used)), "{row}");
    assert_eq!(
        city.handler("chaohai").await.get(&format!("/v1/tickets/{ticket}")).await.unwrap().status,
        404
    );
    city.finish().await;
}

#[tokio::test]
async fn a_second_picture_of_the_same_heap_from_twelve_metres_away_is_merged_and_both_follow() {
    let city = City::start().await;
    let (first, _) = city.dispatched_heap().await;
    let (citizen, dispatcher) = (city.citizen(2).await, city.dispatcher(1).await);
    let second = report(&citizen, beside(12.0, 0.0), pictures::heap_again()).await;
    let merged = dispatcher.wait_for(&second, "merged", PATIENCE).await.unwrap();
    assert_eq!(text(&merged, "/state/into"), first);
    let going_on = dispatcher.ticket(&first).await.unwrap();
    assert_eq!((&going_on["reports"], &going_on["merged_tickets"]), (&json!(2), &json!([second])));
    assert_eq!(
        citizen.ticket(&first).await.unwrap()["mine"],
        true,
        "the second citizen follows the first's ticket"
    );
    let third = city.citizen(3).await;
    for _ in 0..2 {
        assert_eq!(third.follow(&second).await.unwrap().ok().unwrap()["followers"], 1, "+1 counts once");
    }
    city.finish().await;
}

#[tokio::test]
async fn the_same_category_four_hundred_metres_away_is_a_ticket_of_its_own() {
    let city = City::start().await;
    let (first, seen) = city.dispatched_heap().await;
    let place = Wgs84 { lon: FAR.0, lat: FAR.1 };
    let other = report(&city.citizen(3).await, place, pictures::other_heap()).await;
    let own = city.dispatcher(1).await.wait_for(&other, "dispatched", PATIENCE).await.unwrap();
    assert_ne!(other, first);
    assert_ne!(own["number"], seen["number"]);
    city.finish().await;
}

#[tokio::test]
async fn a_dispatcher_undoes_a_merge_and_it_is_not_merged_there_again() {
    let city = City::start().await;
    let (first, _) = city.dispatched_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let second = report(&city.citizen(2).await, beside(12.0, 0.0), pictures::heap_again()).await;
    dispatcher.wait_for(&second, "merged", PATIENCE).await.unwrap();
    let refused = dispatcher.act(&second, &json!({ "action": "unmerge" })).await.unwrap();
    assert_eq!(refused.refused(), (422, 42201), "an undone merge needs its reason");
    act(&dispatcher, &second, json!({ "action": "unmerge", "reason": "现场是两处垃圾" })).await;
    let apart = dispatcher.wait_for(&second, "dispatched", PATIENCE).await.unwrap();
    assert!(!text(&apart, "/number").is_empty());
    assert_eq!(dispatcher.ticket(&first).await.unwrap()["reports"], 1);
    assert_eq!(city.citizen(2).await.get(&format!("/v1/tickets/{first}")).await.unwrap().status, 404);
    city.finish().await;
}

#[tokio::test]
async fn the_before_photo_as_proof_is_refused_with_its_reason() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let judged = city.hand_in(&ticket, pictures::heap(), here()).await;
    assert_eq!((stage_of(&judged), text(&judged, "/proof/outcome")), ("handling", "fail"));
    let reused = check(&judged, "not_reused");
    assert_eq!(text(reused, "/outcome"), "fail");
    assert!(text(reused, "/text").contains("就是处置前照片"), "{reused}");
    assert_eq!((&judged["reworks"], text(&judged, "/clock/state")), (&json!(1), "running"));
    city.finish().await;
}

#[tokio::test]
async fn a_photo_from_six_hundred_metres_away_is_doubted_and_a_person_decides() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let judged = city.hand_in(&ticket, pictures::elsewhere(), beside(600.0, 0.0)).await;
    assert_eq!((stage_of(&judged), text(&judged, "/proof/outcome")), ("fixed", "doubt"));
    assert_eq!(doubts(&judged), ["doubtful_proof"]);
    let fence = check(&judged, "inside_fence");
    let metres = fence["measure"].as_f64().unwrap();
    assert!((590.0..610.0).contains(&metres) && metres > fence["threshold"].as_f64().unwrap(), "{fence}");
    let own =
        city.handler("huanxiu").await.act(&ticket, &json!({ "action": "accept", "note": "" })).await.unwrap();
    assert_eq!(own.status, 403, "whoever handled it can't accept it");
    let rework = json!({ "action": "rework", "reason": "照片不在现场，请到现场重拍" });
    let back = act(&city.dispatcher(2).await, &ticket, rework).await;
    assert_eq!((stage_of(&back), doubts(&back).len()), ("handling", 0));
    city.finish().await;
}

#[tokio::test]
async fn a_true_after_photo_closes_it_tells_every_follower_plans_a_look_back_and_can_be_rated() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let neighbour = city.citizen(2).await;
    neighbour.follow(&ticket).await.unwrap().ok().unwrap();
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    let closed = city.dispatcher(1).await.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    assert_eq!(text(&closed, "/proof/outcome"), "pass");
    for check in closed["proof"]["checks"].as_array().unwrap() {
        assert_eq!(text(check, "/outcome"), "pass", "{check}");
        assert!(check["measure"].is_number() && check["threshold"].is_number(), "{check}");
    }
    let stamps: Vec<&str> = closed["stamps"].as_array().unwrap().iter().map(|s| text(s, "/at")).collect();
    assert!(stamps.len() == 6 && stamps.iter().all(|at| !at.is_empty()) && stamps.is_sorted(), "{stamps:?}");
    let due = domain::time::Moment::parse(text(&closed, "/recheck_due_at")).unwrap();
    let days = due.since(now()) / DAY_MS;
    assert_eq!(days, closed["category"]["recheck_days"].as_i64().unwrap() - 1);
    let reporter = city.citizen(1).await;
    for follower in [&reporter, &neighbour] {
        wait_for_notice(follower, &ticket, "问题已处置完成").await;
    }
    let report = text(&reporter.get("/v1/reports").await.unwrap().ok().unwrap(), "/items/0/id").to_owned();
    let rating = json!({ "stars": 5, "comment": "很快" });
    let rated = reporter.post(&format!("/v1/reports/{report}/rating"), &rating).await.unwrap().ok().unwrap();
    assert_eq!((&rated["stars"], stage_of(&rated)), (&json!(5), "closed"));
    let database = city.database().await;
    database.wait_for_jobs().await;
    database.close().await;
    let told: BTreeSet<String> = city
        .wechat
        .sent()
        .into_iter()
        .filter(|sent| sent.data["phrase2"]["value"] == "已销号")
        .map(|s| s.touser)
        .collect();
    assert_eq!(told, BTreeSet::from(["o-citizen-1".to_owned(), "o-citizen-2".to_owned()]));
    city.finish().await;
}

#[tokio::test]
async fn what_a_grid_worker_finds_and_fixes_on_the_spot_is_closed_in_the_community_and_counted_apart() {
    let city = City::start().await;
    let worker = city.grid_worker().await;
    let before = upload(&worker, pictures::heap(), here()).await;
    let after = upload(&worker, pictures::cleared(), here()).await;
    let mut body = heap_report(here(), 15.0, &[before]);
    body["fixed_photo_ids"] = json!([after]);
    let ticket = file(&worker, &body).await;
    let dispatcher = city.dispatcher(1).await;
    let closed = dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    assert_eq!((&closed["self_handled"], &closed["lead"]), (&json!(true), &Value::Null));
    let alone = dispatcher.get("/v1/tickets?self_handled=true&with_total=true").await.unwrap().ok().unwrap();
    assert_eq!(alone["total"], 1);
    let counts = dispatcher.get("/v1/statistics").await.unwrap().ok().unwrap();
    assert_eq!(counts["counts"]["self_handled"], 1, "{counts}");
    city.finish().await;
}

#[tokio::test]
async fn a_unit_that_says_not_ours_stops_its_clock_until_the_dispatcher_rules() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let (handler, dispatcher) = (city.handler("huanxiu").await, city.dispatcher(1).await);
    let own = json!({ "action": "return", "proposed": "area-huanxiu", "reason": "不是我们的" });
    assert_eq!(
        handler.act(&ticket, &own).await.unwrap().refused(),
        (422, 42201),
        "it must name another unit"
    );
    let ours = json!({ "action": "return", "proposed": "line-sanitation", "reason": "属环卫清运范围" });
    let disputed = act(&handler, &ticket, ours).await;
    assert_eq!((stage_of(&disputed), text(&disputed, "/clock/state")), ("disputed", "paused"));
    assert_eq!(text(&disputed, "/state/proposed/code"), "line-sanitation");
    assert!(!text(&disputed, "/person/name").is_empty(), "somebody stays responsible");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let rule = json!({ "action": "rule", "lead": "line-sanitation", "assist": "area-huanxiu",
        "parties": ["area-huanxiu", "line-sanitation"], "reason": "大件垃圾清运归环卫" });
    let ruled = act(&dispatcher, &ticket, rule).await;
    assert_eq!((stage_of(&ruled), text(&ruled, "/lead/code")), ("dispatched", "line-sanitation"));
    assert_eq!((text(&ruled, "/clock/state"), text(&ruled, "/assist/code")), ("running", "area-huanxiu"));
    assert!(!text(&ruled, "/person/name").is_empty());
    let past = &ruled["past_clocks"][0];
    let paused = past["intervals"].as_array().unwrap().iter().any(|interval| interval["kind"] == "paused");
    assert!(paused, "the first unit's clock shows the pause: {past}");
    assert_eq!(stage_of(&city.handler("sanitation").await.ticket(&ticket).await.unwrap()), "dispatched");
    city.finish().await;
}

#[tokio::test]
async fn a_circle_over_a_border_and_a_point_outside_wait_for_the_dispatcher_with_reason_and_likelihood() {
    let city = City::start().await;
    let (citizen, dispatcher) = (city.citizen(1).await, city.dispatcher(1).await);
    let border = Wgs84 { lon: BORDER.0, lat: BORDER.1 };
    let photo = upload(&citizen, pictures::heap(), border).await;
    let ticket = file(&citizen, &heap_report(border, 25.0, &[photo])).await;
    let waiting = |seen: &Value| !doubts(seen).is_empty();
    let seen = dispatcher.wait_until(&ticket, PATIENCE, waiting).await.unwrap();
    assert_eq!((stage_of(&seen), doubts(&seen)), ("received", vec!["border"]));
    let candidates = seen["attention"][0]["candidates"].as_array().unwrap();
    let shares: Vec<f64> = candidates.iter().map(|c| c["likelihood"].as_f64().unwrap()).collect();
    assert!(shares.len() >= 2 && shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 0.05, "{shares:?}");
    let proposal = &seen["proposal"];
    let best = text(&candidates[0], "/code");
    assert_eq!((text(proposal, "/action"), text(proposal, "/body/grids/community")), ("confirm_place", best));
    let choice = text(&candidates[1], "/code").to_owned();
    let grids =
        json!({ "action": "confirm_place", "grids": { "community": choice }, "reason": "现场在路东" });
    act(&dispatcher, &ticket, grids).await;
    let settled = dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    assert_eq!(text(&settled, "/grids/community/code"), choice);

    let outside = Wgs84 { lon: OUTSIDE.0, lat: OUTSIDE.1 };
    let photo = upload(&citizen, pictures::other_heap(), outside).await;
    let mut body = heap_report(outside, 15.0, &[photo]);
    let sent = citizen.report(&body, "outside").await.unwrap().ok().unwrap();
    assert_eq!(text(&sent, "/place_hint/code"), "outside");
    let seen = dispatcher.wait_until(text(&sent, "/ticket_id"), PATIENCE, waiting).await.unwrap();
    assert_eq!((stage_of(&seen), doubts(&seen)), ("received", vec!["outside"]));
    assert!(text(&seen, "/attention/0/sentence").contains("辖区外"));
    body["coord_type"] = Value::Null;
    assert_eq!(citizen.report(&body, "no-datum").await.unwrap().status, 400, "a point needs its datum");
    let asked = point(outside, 15.0);
    let query = format!("longitude={}&latitude={}&coord_type=gcj02", asked["longitude"], asked["latitude"]);
    let hint = citizen.get(&format!("/v1/grids/locate?{query}")).await.unwrap().ok().unwrap();
    assert_eq!(hint["inside"], false);
    city.finish().await;
}

/// The photo once the worker has read it.
async fn ready(client: &Client, id: &str) -> Value {
    let began = std::time::Instant::now();
    loop {
        let photo = client.get(&format!("/v1/photos/{id}")).await.unwrap().ok().unwrap();
        if photo["state"] != "pending" {
            return photo;
        }
        assert!(began.elapsed() < PATIENCE, "the picture is not read");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// What was trusted of the newest report of this citizen.
async fn evidence(client: &Client) -> Value {
    let mine = client.get("/v1/reports").await.unwrap().ok().unwrap();
    let id = text(&mine, "/items/0/id").to_owned();
    client.get(&format!("/v1/reports/{id}")).await.unwrap().ok().unwrap()["evidence"].clone()
}

/// Path and query of an address.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    &rest[rest.find('/').unwrap_or(0)..]
}

fn step<'a>(steps: &'a [Value], action: &str) -> &'a Value {
    steps.iter().find(|step| text(step, "/action") == action).expect("the step was taken")
}
