//! What citizens earn: exact after merges and undone merges, capped by the month, taken back when false, listed for whoever
//! pays out.

use std::time::Duration;

use demo::client::{Client, text};
use demo::district::places::FAR;
use domain::geo::datum::Wgs84;
use serde_json::{Value, json};
use tests::street::{PATIENCE, act, beside, here, now, report};
use tests::{City, pictures};

use super::territory::of_the_table;

async fn points(who: &Client) -> Value {
    who.get("/v1/points").await.unwrap().ok().unwrap()
}

/// Waits for a balance; the points as they stand then.
async fn balance(who: &Client, due: i64) -> Value {
    let began = std::time::Instant::now();
    loop {
        let seen = points(who).await;
        if seen["balance"] == due {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "{due} points are due: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Reason and points of every line, the newest first.
fn lines(seen: &Value) -> Vec<(String, i64)> {
    let items = seen["items"].as_array().unwrap().iter();
    items.map(|line| (text(line, "/reason").to_owned(), line["points"].as_i64().unwrap())).collect()
}

fn line(reason: &str, points: i64) -> (String, i64) {
    (reason.to_owned(), points)
}

#[tokio::test]
async fn m001_m118_the_first_reporter_is_exact_after_merges_and_undone_merges() {
    let city = City::start().await;
    city.next_monday().await;
    let (first, second, early) = (city.citizen(1).await, city.citizen(2).await, city.citizen(3).await);
    let dispatcher = city.dispatcher(1).await;
    let far = Wgs84 { lon: FAR.0, lat: FAR.1 };
    let elsewhere = report(&early, far, pictures::other_heap()).await;
    dispatcher.wait_for(&elsewhere, "dispatched", PATIENCE).await.unwrap();
    let (ticket, _) = city.dispatched_heap().await;
    let seen = balance(&first, 10).await;
    assert_eq!(lines(&seen), [line("first", 10)]);
    assert_eq!(text(&seen, "/items/0/ticket_id"), ticket);
    assert!(!text(&seen, "/items/0/sentence").is_empty() && !text(&seen, "/items/0/number").is_empty());

    // The same heap again: a further report, taken back when the merge is undone, and then a first one of its own.
    let again = report(&second, beside(12.0, 0.0), pictures::heap_again()).await;
    dispatcher.wait_for(&again, "merged", PATIENCE).await.unwrap();
    assert_eq!(lines(&balance(&second, 2).await), [line("further", 2)]);
    act(&dispatcher, &again, json!({ "action": "unmerge", "reason": "现场是两处垃圾" })).await;
    dispatcher.wait_for(&again, "dispatched", PATIENCE).await.unwrap();
    let expected = [line("first", 10), line("further", -2), line("further", 2)];
    assert_eq!(lines(&balance(&second, 10).await), expected);
    balance(&first, 10).await;

    // An earlier report that is merged into a later ticket is the first there, until the merge is undone.
    act(
        &dispatcher,
        &elsewhere,
        json!({ "action": "merge", "into": ticket, "reason": "同一运输车沿路遗撒" }),
    )
    .await;
    let mut lost = lines(&balance(&first, 2).await);
    lost.sort();
    assert_eq!(lost, [line("first", -10), line("first", 10), line("further", 2)]);
    let mut moved = lines(&balance(&early, 10).await);
    moved.sort();
    assert_eq!(moved, [line("first", -10), line("first", 10), line("first", 10)]);
    act(&dispatcher, &elsewhere, json!({ "action": "unmerge", "reason": "不是同一处" })).await;
    balance(&first, 10).await;
    balance(&early, 10).await;

    // Struck off: the bonus of the first reporter.
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    balance(&first, 15).await;
    act(&dispatcher, &ticket, json!({ "action": "reopen", "reason": "清运不彻底" })).await;
    assert_eq!(lines(&balance(&first, 10).await)[0], line("closed", -5));
    city.finish().await;
}

#[tokio::test]
async fn m001_a_false_report_costs_points_a_month_is_capped_and_the_list_names_nobody() {
    let city = City::start().await;
    city.next_monday().await;
    let (citizen, dispatcher) = (city.citizen(1).await, city.dispatcher(1).await);
    city.dispatched_heap().await;
    balance(&citizen, 10).await;
    // Declined for another reason costs nothing; declined as false does.
    for (reason, left) in [("不属于受理范围", 10), ("经核实为虚假上报", 5)] {
        let ticket = of_the_table(&city).await;
        act(&dispatcher, &ticket, json!({ "action": "decline", "reason": reason })).await;
        let seen = balance(&citizen, left).await;
        assert_eq!(seen["month"]["earned"], left, "{seen}");
    }

    // The cap counts when it is read: what was earned stays and is told.
    let admin = city.admin().await;
    let wrong = admin.post("/v1/rules/points", &json!({ "value": { "monthly_cap": -1 } })).await.unwrap();
    assert_eq!(wrong.status, 400);
    assert!(wrong.details.to_string().contains("monthly_cap"), "{}", wrong.details);
    admin.post("/v1/rules/points", &json!({ "value": { "monthly_cap": 3 } })).await.unwrap().ok().unwrap();
    let seen = balance(&citizen, 3).await;
    assert_eq!((&seen["month"]["earned"], &seen["month"]["counted"]), (&json!(5), &json!(3)));
    assert!(text(&seen, "/month/sentence").contains("不计入"), "{seen}");

    let month = now().date().format("%Y-%m").to_string();
    let path = format!("/v1/points/export?month={month}&format=csv");
    let answer = city.staff("coordinator").await.get(&path).await.unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
    let list = String::from_utf8(answer.body).unwrap();
    let row = list.lines().find(|line| line.contains(citizen.account_id())).unwrap();
    assert!(row.contains("**") && row.ends_with(",5,3"), "{row}");
    let sheet = dispatcher.get(&path.replace("csv", "xlsx")).await.unwrap();
    assert!(sheet.status == 200 && sheet.body.starts_with(b"PK"));
    assert_eq!(citizen.get(&path).await.unwrap().refused(), (403, 40301));
    assert_eq!(dispatcher.get("/v1/points").await.unwrap().refused(), (403, 40301));
    for query in ["month=2026-13&format=csv", "month=2026&format=csv", "month=2026-11&format=json"] {
        let answer = dispatcher.get(&format!("/v1/points/export?{query}")).await.unwrap();
        assert_eq!(answer.refused(), (400, 40004), "{query}");
    }
    assert_eq!(citizen.get("/v1/points?month=yesterday").await.unwrap().refused(), (400, 40004));
    city.finish().await;
}
