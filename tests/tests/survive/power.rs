//! `kill -9` at any moment: what was acknowledged is there exactly once, and what was begun is finished.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use demo::client::{Client, text};
use serde_json::{Value, json};
use tests::street::{PATIENCE, act};
use tests::{City, pictures, street};

/// Clients that report at once.
const CLIENTS: u32 = 4;
/// Seconds after which a job of a killed worker comes back; short, because the test waits for them.
const LEASE: &str = "2";
/// Power cuts.
const ROUNDS: u64 = 4;
/// Between two tries of a client whose request went wrong.
const PAUSE: Duration = Duration::from_millis(60);

/// Milliseconds between `from` and `to`, the same for the same seed (splitmix64).
fn wait(seed: u64, from: u64, to: u64) -> Duration {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    Duration::from_millis(from + (z ^ (z >> 31)) % (to - from))
}

/// Asks with the same key until the server acknowledges; what it acknowledged.
async fn insist(who: &Client, report: &Value, key: &str) -> Value {
    for _ in 0..400 {
        match who.report(report, key).await {
            Ok(answer) if answer.status == 201 => return answer.data,
            Ok(answer) => assert!(answer.status >= 500, "{} {}", answer.status, answer.message),
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("{key} is never acknowledged");
}

/// Reports one place after another until the power cuts are over; every key with what was acknowledged for it.
async fn report_on(
    who: Client,
    client: u32,
    photo: String,
    over: Arc<AtomicBool>,
) -> Vec<(String, Value, Value)> {
    let mut acknowledged = Vec::new();
    while !over.load(Ordering::Relaxed) || acknowledged.is_empty() {
        let nth = acknowledged.len();
        // Far enough apart that nothing is the same heap.
        let place = street::beside(-400.0 - 250.0 * f64::from(client), 60.0 * nth as f64);
        let mut report = street::heap_report(place, 15.0, std::slice::from_ref(&photo));
        report["words"] = json!(format!("第{client}位市民的第{nth}次上报"));
        let key = format!("report-{client}-{nth}");
        let answer = insist(&who, &report, &key).await;
        acknowledged.push((key, report, answer));
        tokio::time::sleep(PAUSE).await;
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_lose_no_acknowledged_report_and_double_none() {
    let mut city = City::plan().with("SUISHOUPAI_LEASE_SECONDS", LEASE).start().await;
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = Vec::new();
    for n in 1..=CLIENTS {
        let citizen = city.citizen(n).await;
        let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
        clients.push((citizen.clone(), tokio::spawn(report_on(citizen, n, photo, over.clone()))));
    }
    for round in 0..ROUNDS {
        tokio::time::sleep(wait(round, 100, 900)).await;
        city.cut_power().await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    over.store(true, Ordering::Relaxed);
    let mut all = 0;
    for (citizen, reports) in clients {
        for (key, report, answer) in reports.await.expect("the client ends") {
            all += 1;
            let again =
                citizen.report(&report, &key).await.expect("an answer").ok().expect("the same answer");
            assert_eq!(again, answer, "{key} is acknowledged twice, differently");
            let id = text(&answer, "/report_id");
            let kept =
                citizen.get(&format!("/v1/reports/{id}")).await.expect("an answer").ok().expect("it is kept");
            assert_eq!(kept["words"], report["words"], "{key}");
        }
    }
    let database = city.database().await;
    let count = async |text| database.number(text).await;
    assert_eq!(
        count("select cast(count(*) as bigint) from report").await,
        all,
        "reports were lost or doubled"
    );
    assert_eq!(count("select cast(count(distinct words) as bigint) from report").await, all);
    assert_eq!(count("select cast(count(*) as bigint) from ticket").await, all);
    database.wait_for_jobs().await;
    let raw =
        count("select cast(count(*) as bigint) from ticket where stage = 'received' and attention is null")
            .await;
    assert_eq!(raw, 0, "tickets were not triaged");
    database.close().await;
    city.finish().await;
}

#[tokio::test]
async fn a_worker_killed_at_every_step_doubles_no_verdict_and_no_notice() {
    let mut city = City::plan().split().with("SUISHOUPAI_LEASE_SECONDS", LEASE).start().await;
    let (first, second) = (city.citizen(1).await, city.citizen(2).await);
    let (handler, dispatcher) = (city.handler("huanxiu").await, city.dispatcher(1).await);
    let mut seed = 100;
    let mut kill = async |city: &mut City| {
        seed += 1;
        tokio::time::sleep(wait(seed, 0, 120)).await;
        city.kill_worker().await;
        city.start_servers().await;
    };
    let photo = street::upload(&first, pictures::heap(), street::here()).await;
    kill(&mut city).await;
    let ticket = street::file(&first, &street::heap_report(street::here(), 15.0, &[photo])).await;
    kill(&mut city).await;
    dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.expect("dispatched after the kill");
    let followed =
        second.send(reqwest::Method::POST, &format!("/v1/tickets/{ticket}/follow"), &[], None).await;
    assert_eq!(followed.expect("an answer").status, 200);
    act(&handler, &ticket, json!({ "action": "sign_in" })).await;
    let fixed = street::upload(&handler, pictures::cleared(), street::here()).await;
    kill(&mut city).await;
    act(&handler, &ticket, json!({ "action": "submit_fix", "photo_ids": [fixed], "note": "已清运干净" }))
        .await;
    kill(&mut city).await;
    dispatcher.wait_for(&ticket, "closed", PATIENCE).await.expect("struck off after the kill");
    kill(&mut city).await;
    let database = city.database().await;
    database.wait_for_jobs().await;
    let count = async |text| database.number(text).await;
    assert_eq!(count("select cast(count(*) as bigint) from verdict").await, 1, "one verdict");
    let judged = "select cast(count(*) as bigint) from ticket_event where action = 'judge'";
    assert_eq!(count(judged).await, 1, "one judgement");
    let doubled = "select cast(count(*) as bigint) from (select 1 from notice group by account_id, ticket_id, title, body having count(*) > 1) d";
    assert_eq!(count(doubled).await, 0, "a notice was doubled");
    database.close().await;
    for citizen in [&first, &second] {
        let notices = citizen.get("/v1/notices").await.expect("an answer").ok().expect("notices");
        let items = notices["items"].as_array().expect("a list");
        let last = items.iter().filter(|notice| notice["ticket_id"] == json!(ticket)).count();
        assert!(last >= 1, "a follower was not told: {notices}");
    }
    city.finish().await;
}
