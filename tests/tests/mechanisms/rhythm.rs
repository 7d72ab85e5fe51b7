//! Rhythm and reports: papers drawn up at their time from what happened, late and missing ones, meetings and their
//! decisions, frozen months, root causes and the duty ledger.

use std::time::{Duration, Instant};

use chrono::{Datelike as _, Days, NaiveDate};
use demo::client::{Answer, Client, text};
use domain::time::Moment;
use serde_json::{Value, json};
use tests::City;
use tests::clock::at;
use tests::street::act;

/// The unit of the street.
const UNIT: &str = "area-huanxiu";
/// Units that owe papers in the reference district: 15 of the 块 and 7 of the 条.
const OWING: usize = 22;
/// A jump over weeks is a few hundred papers.
const PATIENCE: Duration = Duration::from_secs(60);

async fn papers(who: &Client, query: &str) -> Vec<Value> {
    let page = who.get(&format!("/v1/papers?limit=100&{query}")).await.unwrap().ok().unwrap();
    page["items"].as_array().unwrap().clone()
}

/// Waits until the query finds so many papers.
async fn wait_for(who: &Client, query: &str, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = papers(who, query).await;
        if found.len() == count {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{query}: {} papers instead of {count}", found.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits for the one paper that the query finds, and opens it.
async fn the_paper(who: &Client, query: &str) -> Value {
    let found = wait_for(who, query, 1).await;
    open(who, text(&found[0], "/id")).await
}

async fn open(who: &Client, id: &str) -> Value {
    who.get(&format!("/v1/papers/{id}")).await.unwrap().ok().unwrap()
}

async fn ask(who: &Client, paper: &Value, body: Value) -> Answer {
    who.post(&format!("/v1/papers/{}/actions", text(paper, "/id")), &body).await.unwrap()
}

async fn must(who: &Client, paper: &Value, body: Value) -> Value {
    ask(who, paper, body.clone()).await.ok().unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// Status, code and the field at fault.
async fn refused(who: &Client, paper: &Value, body: Value) -> (u16, i64, String) {
    let answer = ask(who, paper, body).await;
    let (status, code) = answer.refused();
    (status, code, text(&answer.details, "/0/field").to_owned())
}

fn first_of_next_month(day: NaiveDate) -> NaiveDate {
    let (year, month) = if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).unwrap()
}

fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

#[tokio::test]
async fn m094_the_daily_paper_is_drawn_up_from_the_day_and_who_files_after_five_is_late_and_listed() {
    let city = City::start().await;
    let day = city.next_monday().await;
    let (ticket, _) = city.dispatched_heap().await;
    let (handler, head) = (city.handler("huanxiu").await, city.head("huanxiu").await);
    act(&handler, &ticket, json!({ "action": "sign_in" })).await;
    let query = format!("kind=daily&span={day}");
    let dispatcher = city.dispatcher(1).await;
    assert!(papers(&dispatcher, &query).await.is_empty(), "nothing is drawn up in the morning");

    city.clock_to(at(day, 16, 31)).await;
    wait_for(&dispatcher, &query, OWING).await;
    let own = the_paper(&handler, &query).await;
    assert_eq!(text(&own, "/department/code"), UNIT, "a unit sees its own");
    assert_eq!((&own["state"], &own["drafted_late"]), (&json!("draft"), &json!(false)));
    let work = &own["body"]["work"];
    for (field, count) in [("received", 1), ("dispatched", 1), ("signed_in", 1), ("open", 1), ("fixed", 0)] {
        assert_eq!(work[field], count, "{field} of {work}");
    }
    let events = own["body"]["events"].as_array().unwrap();
    assert_eq!(text(&events[0], "/ticket"), ticket);
    assert!(events.iter().any(|event| event["label"] == "签收"), "{events:?}");
    assert!(text(&own, "/body/words/progress").contains("受理1件"));

    // One is in time; the other units are on the list at five, and are told.
    let other = city.handler("chaohai").await;
    let theirs = the_paper(&other, &query).await;
    let filed = must(&other, &theirs, json!({ "action": "file" })).await;
    assert_eq!((&filed["late"], &filed["state"]), (&json!(false), &json!("filed")));
    city.clock_to(at(day, 17, 1)).await;
    let missing = wait_for(&dispatcher, &format!("{query}&missing=true"), OWING - 1).await;
    assert!(missing.iter().all(|paper| text(paper, "/department/code") != "area-chaohai"));
    let reminders = handler.get("/v1/acts?kind=reminder").await.unwrap().ok().unwrap();
    assert!(text(&reminders, "/items/0/words").contains("日报到时限未报送"), "{reminders}");

    city.clock_to(at(day, 17, 19)).await;
    let late = must(
        &handler,
        &own,
        json!({ "action": "file", "words": { "problems": "垃圾桶不足" }, "expected_version": 1 }),
    )
    .await;
    assert!(late["late"] == true && (19..=21).contains(&late["late_minutes"].as_i64().unwrap()), "{late}");
    assert_eq!(late["missing"], true, "the list of who was missing at five stays");
    assert_eq!(text(&late, "/body/words/problems"), "垃圾桶不足");
    assert!(text(&late, "/body/words/progress").contains("受理1件"), "what is not sent stays");

    // What may not be done with it, and by whom.
    assert_eq!(refused(&handler, &own, json!({ "action": "file" })).await.0, 409);
    let stale = json!({ "action": "sign", "expected_version": 1 });
    assert_eq!(refused(&head, &own, stale).await, (409, 40902, "expected_version".into()));
    assert_eq!(refused(&other, &own, json!({ "action": "sign" })).await.0, 404, "another unit's paper");
    assert_eq!(refused(&head, &own, json!({ "action": "burn" })).await, (400, 40002, "action".into()));
    must(&head, &own, json!({ "action": "sign" })).await;
    assert_eq!(city.citizen(1).await.get("/v1/papers").await.unwrap().status, 403);
    let other_unit = handler.get("/v1/papers?department=area-chaohai").await.unwrap();
    assert_eq!(other_unit.status, 403);
    let nonsense = dispatcher.get("/v1/papers?span=2026-W60").await.unwrap();
    assert_eq!((nonsense.status, text(&nonsense.details, "/0/field")), (400, "span"));
    let sheet = dispatcher.get(&format!("/v1/papers/{}?format=xlsx", text(&own, "/id"))).await.unwrap();
    assert!(sheet.status == 200 && sheet.body.starts_with(b"PK"));
    city.finish().await;
}

#[tokio::test]
async fn m095_m096_the_weekly_packet_has_three_parts_and_its_decisions_are_tracked_into_the_next_week() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let week = |n: u64| (monday + Days::new(7 * n)).format("%G-W%V").to_string();
    let friday = |n: u64| monday + Days::new(7 * n + 4);
    let (head, dispatcher) = (city.head("huanxiu").await, city.dispatcher(1).await);
    city.clock_to(at(friday(0), 15, 1)).await;
    wait_for(&dispatcher, &format!("kind=weekly&span={}", week(0)), OWING).await;
    let packet = the_paper(&head, &format!("kind=weekly&span={}", week(0))).await;
    let meeting = |paper: &Value| Moment::parse(text(paper, "/body/meeting_at")).unwrap();
    assert_eq!(meeting(&packet), at(monday + Days::new(7), 14, 30));

    let lacking = refused(&head, &packet, json!({ "action": "file" })).await;
    assert_eq!(lacking, (422, 42201, "words.next".into()), "next week's plan is the unit's own to write");
    let words = json!({ "next": "下周集中清理背街小巷" });
    must(&head, &packet, json!({ "action": "file", "words": words })).await;
    let nowhere = json!({ "action": "decide", "text": "清运", "unit": "no-such-unit" });
    assert_eq!(refused(&dispatcher, &packet, nowhere).await, (422, 42200, "unit".into()));
    let due = at(friday(1), 17, 0);
    let decision = json!({ "action": "decide", "text": "周五前清完积存垃圾", "unit": UNIT, "due_at": due });
    let decided = must(&dispatcher, &packet, decision).await;
    let id = text(&decided, "/decisions/0/id").to_owned();
    assert_eq!(decided["decisions"][0]["status"], "open");

    // A campaign moves the meeting to the evening; the open decision is on next week's table.
    let admin = city.admin().await;
    let rule = admin.get("/v1/rules/papers").await.unwrap().ok().unwrap();
    let mut value = rule["value"].clone();
    value["campaign"] = json!({ "first": monday, "last": monday - Days::new(1) });
    let backwards = admin.post("/v1/rules/papers", &json!({ "value": value })).await.unwrap();
    assert_eq!(backwards.status, 400, "a campaign that ends before it begins");
    value["campaign"] = json!({ "first": monday, "last": monday + Days::new(30) });
    admin.post("/v1/rules/papers", &json!({ "value": value })).await.unwrap().ok().unwrap();
    city.clock_to(at(friday(1), 15, 1)).await;
    let next = the_paper(&head, &format!("kind=weekly&span={}", week(1))).await;
    assert_eq!(meeting(&next), at(monday + Days::new(14), 19, 0));
    assert_eq!(text(&next, "/body/tracked/0/id"), id);

    let finish = json!({ "action": "finish_decision", "decision": id, "text": "已清完" });
    let finished = must(&head, &packet, finish.clone()).await;
    assert_eq!(finished["decisions"][0]["status"], "done");
    assert_eq!(refused(&head, &packet, finish).await, (422, 42200, "decision".into()));
    city.finish().await;
}

#[tokio::test]
async fn m082_m097_m099_m100_m101_what_a_month_was_is_frozen_and_no_later_event_changes_it() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let ticket = city.handled_heap().await;
    let (dispatcher, leader) = (city.dispatcher(1).await, city.leader().await);
    let first = first_of_next_month(monday);
    let month = month_of(monday);
    city.clock_to(at(first, 0, 11)).await;

    // The league table: frozen by itself at month end.
    let ranking = the_paper(&dispatcher, &format!("kind=monthly_ranking&span={month}")).await;
    assert_eq!((&ranking["state"], text(&ranking, "/frozen/name")), (&json!("frozen"), "系统"));
    let standings = ranking["body"]["standings"]["units"].as_array().unwrap();
    assert!(standings.iter().any(|unit| unit["unit"] == UNIT), "{standings:?}");
    let again = ask(&dispatcher, &ranking, json!({ "action": "freeze" })).await;
    assert_eq!(again.refused(), (409, 40901));
    assert!(again.message.contains("已冻结") && again.message.contains("00:11"), "{}", again.message);

    // The month's report: filed, signed, frozen by hand once.
    let report = the_paper(&dispatcher, &format!("kind=monthly&span={month}")).await;
    assert!(report["body"]["work"]["received"].as_i64().unwrap() >= 1);
    let words = json!({ "next": "下月开展背街小巷整治" });
    must(&dispatcher, &report, json!({ "action": "amend", "words": words })).await;
    must(&dispatcher, &report, json!({ "action": "file" })).await;
    assert_eq!(refused(&dispatcher, &report, json!({ "action": "sign" })).await.0, 403);
    must(&leader, &report, json!({ "action": "sign" })).await;
    let frozen = must(&dispatcher, &report, json!({ "action": "freeze" })).await;
    assert_eq!(text(&frozen, "/sha256").len(), 64);
    for (who, body) in [
        (&dispatcher, json!({ "action": "freeze" })),
        (&dispatcher, json!({ "action": "amend", "words": { "next": "改" } })),
        (&leader, json!({ "action": "sign" })),
        (&dispatcher, json!({ "action": "decide", "text": "再议" })),
    ] {
        let answer = ask(who, &report, body.clone()).await;
        assert_eq!(answer.refused(), (409, 40901), "{body}");
        assert!(answer.message.contains("冻结"), "{}", answer.message);
    }

    // Two roll-ups of the district at their own rhythm, and the units' plans with items.
    city.clock_to(at(first, 8, 1)).await;
    the_paper(&dispatcher, &format!("kind=half_monthly&span={month}b")).await;
    let weekly = format!("kind=weekly_summary&span={}", monday.format("%G-W%V"));
    let summary_due = monday + Days::new(7);
    if summary_due > first {
        city.clock_to(at(summary_due, 8, 1)).await;
    }
    let summary = the_paper(&dispatcher, &weekly).await;
    assert!(summary["body"]["work"]["received"].as_i64().unwrap() >= 1);
    let head = city.head("huanxiu").await;
    let plan = the_paper(&head, &format!("kind=monthly_plan&span={}", month_of(first))).await;
    let item = json!({ "action": "decide", "text": "完成三条背街小巷整治", "unit": UNIT });
    let planned = must(&head, &plan, item).await;
    let words = json!({ "next": "三条背街小巷" });
    must(&head, &plan, json!({ "action": "file", "words": words })).await;
    let id = text(&planned, "/decisions/0/id");
    let done = must(&head, &plan, json!({ "action": "finish_decision", "decision": id })).await;
    assert_eq!(done["decisions"][0]["status"], "done");

    // Something happens to the month's ticket afterwards; what was frozen stays to the last character.
    let handler = city.handler("huanxiu").await;
    act(&handler, &ticket, json!({ "action": "note", "text": "事后补记" })).await;
    let fined = json!({ "action": "supervise", "level": "slip", "text": "超期仍未处置" });
    act(&dispatcher, &ticket, fined).await;
    let seen = open(&dispatcher, text(&ranking, "/id")).await;
    assert_eq!((&seen["body"], &seen["sha256"]), (&ranking["body"], &ranking["sha256"]));

    // 季度点评, 半年述评, 年度总评 at the end of the year.
    let year = first.year() + i32::from(first.month() > 1);
    let new_year = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    if new_year > first {
        city.clock_to(at(new_year, 8, 1)).await;
    }
    let past = new_year.year() - 1;
    for (kind, span) in [
        ("quarterly", format!("{past}Q4")),
        ("half_yearly", format!("{past}H2")),
        ("yearly", past.to_string()),
    ] {
        let paper = the_paper(&dispatcher, &format!("kind={kind}&span={span}")).await;
        assert_eq!(paper["state"], "frozen", "{kind}");
    }
    city.finish().await;
}

#[tokio::test]
async fn m115_m119_a_persons_duties_and_the_root_causes_are_counted_from_what_happened() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let ticket = city.closed_heap().await;
    let institution = city.staff("institution").await;
    let cause = json!({ "action": "name_cause", "cause": "policy", "note": "没有清运频次的规定" });
    act(&institution, &ticket, cause).await;

    let (handler, head) = (city.handler("huanxiu").await, city.head("huanxiu").await);
    let own = format!("/v1/duty-ledger?first={monday}&last={monday}");
    let of = |who: &Client| format!("{own}&person={}", who.account_id());
    let ledger = handler.get(&own).await.unwrap().ok().unwrap();
    let times = |action: &str| {
        let counts = ledger["counts"].as_array().unwrap().iter();
        counts
            .filter(|count| count["action"] == action)
            .map(|count| count["times"].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!((times("sign_in"), times("submit_fix")), (1, 1), "{ledger}");
    assert_eq!(ledger["items"].as_array().unwrap().len(), 2);
    assert_eq!(text(&ledger, "/items/0/ticket_id"), ticket);
    assert_eq!(head.get(&of(&handler)).await.unwrap().ok().unwrap()["items"], ledger["items"]);
    for (who, whom) in [(&handler, &head), (&city.head("chaohai").await, &handler)] {
        assert_eq!(who.get(&of(whom)).await.unwrap().status, 403);
    }
    let nobody = format!("{own}&person=no-such-person");
    assert_eq!(institution.get(&nobody).await.unwrap().status, 404);
    let backwards = format!("/v1/duty-ledger?first={monday}&last={}", monday - Days::new(1));
    let refused = handler.get(&backwards).await.unwrap();
    assert_eq!((refused.status, text(&refused.details, "/0/field")), (400, "last"));

    let first = first_of_next_month(monday);
    city.clock_to(at(first, 0, 11)).await;
    let report = the_paper(&institution, &format!("kind=root_causes&span={}", month_of(monday))).await;
    let causes = &report["body"]["causes"][0];
    assert_eq!(
        (&causes["policy"], &causes["middle"], &causes["grassroots"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert_eq!((&causes["category"], &report["state"]), (&json!("06010"), &json!("frozen")));
    city.finish().await;
}

#[tokio::test]
async fn m094_papers_missed_while_the_worker_was_down_are_drawn_up_once_in_order_and_marked_late() {
    let mut city = City::plan().split().start().await;
    let monday = city.next_monday().await;
    let daily = |n: u64| format!("kind=daily&span={}", monday + Days::new(n));
    let dispatcher = city.dispatcher(1).await;
    city.clock_to(at(monday, 16, 31)).await;
    wait_for(&dispatcher, &daily(0), OWING).await;
    city.kill_worker().await;
    city.clock_to(at(monday + Days::new(2), 18, 0)).await;
    assert!(papers(&dispatcher, &daily(1)).await.is_empty());
    city.start_servers().await;
    let mut last = Moment::from_ms(0);
    for n in 0..3 {
        wait_for(&dispatcher, &format!("{}&missing=true", daily(n)), OWING).await;
        let all = wait_for(&dispatcher, &daily(n), OWING).await;
        assert!(all.iter().all(|paper| paper["drafted_late"] == (n > 0)), "day {n}");
        let mut drafted: Vec<Moment> =
            all.iter().map(|paper| Moment::parse(text(paper, "/drafted_at")).unwrap()).collect();
        drafted.sort_unstable();
        assert!(drafted[0] >= last, "day {n} comes after the day before");
        last = drafted[OWING - 1];
    }
    // Filed now, it is behind the time of its own day.
    let handler = city.handler("huanxiu").await;
    let missed = the_paper(&handler, &daily(1)).await;
    let filed = must(&handler, &missed, json!({ "action": "file" })).await;
    assert!(filed["late_minutes"].as_i64().unwrap() > 24 * 60, "{filed}");
    city.finish().await;
}
