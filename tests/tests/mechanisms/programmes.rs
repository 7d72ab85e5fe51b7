//! Programmes and their tasks: campaigns, rounds, missions, daily inspection, coverage, simulations, flights, duties and
//! draws, as those who owe, inspect and are inspected see them.

use std::time::{Duration, Instant};

use chrono::Days;
use demo::client::{Client, text};
use demo::district::places::FAR;
use domain::geo::datum::Wgs84;
use domain::rhythm::{Span, SpanKind};
use serde_json::{Value, json};
use tests::clock::at;
use tests::street::{PATIENCE, act, beside, file, heap_report, here, report, upload};
use tests::{City, pictures};

/// How long the calendar may take for the mornings of a week.
const CATCHING_UP: Duration = Duration::from_secs(30);

/// A point of the register on the story's spot.
async fn declare(city: &City, code: &str, unit: &str) {
    let place = here();
    let body = json!({ "code": code, "name": format!("点位{code}"), "department": unit, "longitude": place.lon,
        "latitude": place.lat, "coord_type": "wgs84" });
    city.dispatcher(1).await.post("/v1/registers/point", &body).await.unwrap().ok().unwrap();
}

async fn id_of(city: &City, name: &str) -> String {
    city.staff(name).await.account_id().to_owned()
}

/// A programme of the office for two months from this day on, with these differences.
fn draft(kind: &str, more: Value) -> Value {
    let first = tests::clock::now().date();
    let mut body = json!({ "kind": kind, "name": "文明城市督查", "lead": "office", "first_day": first,
        "last_day": first + Days::new(60) });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

async fn start(city: &City, kind: &str, more: Value) -> String {
    let (body, who) = (draft(kind, more), city.dispatcher(1).await);
    let made = who.post("/v1/programmes", &body).await.unwrap().ok().unwrap();
    let id = text(&made, "/id").to_owned();
    move_on(&who, &id, json!({ "action": "start" })).await;
    id
}

async fn move_on(who: &Client, id: &str, action: Value) -> Value {
    who.post(&format!("/v1/programmes/{id}/actions"), &action).await.unwrap().ok().unwrap()
}

async fn board(who: &Client, id: &str) -> Value {
    who.get(&format!("/v1/programmes/{id}")).await.unwrap().ok().unwrap()
}

async fn tasks(who: &Client, query: &str) -> Vec<Value> {
    let page = who.get(&format!("/v1/tasks?limit=100&{query}")).await.unwrap().ok().unwrap();
    page["items"].as_array().unwrap().clone()
}

async fn answer(who: &Client, task: &Value, action: &Value) -> demo::client::Answer {
    who.post(&format!("/v1/tasks/{}/actions", text(task, "/id")), action).await.unwrap()
}

async fn done(who: &Client, task: &Value, more: Value) -> Value {
    let mut action = json!({ "action": "done", "note": "已到现场查看" });
    for (field, value) in more.as_object().unwrap() {
        action[field] = value.clone();
    }
    answer(who, task, &action).await.ok().unwrap_or_else(|error| panic!("{task}: {error}"))
}

/// The tasks of a query once there are so many.
async fn wait_for_tasks(who: &Client, query: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = tasks(who, query).await;
        if enough(&found) {
            return found;
        }
        assert!(began.elapsed() < CATCHING_UP, "{query}: still waiting: {found:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn m036_m074_m091_a_campaign_has_its_points_target_coverage_missed_points_and_own_ranking() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    for code in ["P1", "P2", "P3"] {
        declare(&city, code, "area-huanxiu").await;
    }
    let dispatcher = city.dispatcher(1).await;
    let points = json!({ "register": "point" });
    for (place, fault) in [
        ("last_day", json!({ "last_day": monday - Days::new(1) })),
        ("name", json!({ "name": " " })),
        ("lead", json!({ "lead": "no-such-unit" })),
        ("sample", json!({ "points": points, "sample": 4 })),
        ("target", json!({ "points": points, "target": 4 })),
        ("points.codes.0", json!({ "points": { "register": "point", "codes": ["P9"] } })),
        ("categories.0", json!({ "categories": ["99999"] })),
    ] {
        let refused = dispatcher.post("/v1/programmes", &draft("campaign", fault)).await.unwrap();
        assert_eq!(refused.refused(), (400, 40002), "{place}");
        assert_eq!(text(&refused.details, "/0/field"), place, "{refused:?}");
    }
    let campaign = json!({ "name": "小型餐馆专项整治", "points": points, "target": 2, "categories": ["06010"],
        "members": [id_of(&city, "inspector-supervision1").await] });
    let refused = city.handler("huanxiu").await;
    let refused = refused.post("/v1/programmes", &draft("campaign", campaign.clone())).await.unwrap();
    assert_eq!(refused.status, 403);
    let id = start(&city, "campaign", campaign).await;
    city.closed_heap().await;
    let inspector = city.inspector("supervision").await;
    let given = tasks(&inspector, &format!("programme={id}&state=open")).await;
    let page = inspector.get(&format!("/v1/tasks?limit=1&programme={id}")).await.unwrap().ok().unwrap();
    assert_eq!((given.len(), &page["total"]), (3, &json!(3)), "the number of all goes with each page");
    done(&inspector, &given[1], json!({})).await;
    let seen = board(&city.head("huanxiu").await, &id).await;
    assert_eq!((&seen["progress"]["done"], &seen["progress"]["target"]), (&json!(1), &json!(2)));
    let rate = &seen["coverage"]["rate"];
    assert_eq!((&rate["numerator"], &rate["denominator"]), (&json!(1), &json!(3)));
    let missed: Vec<&str> =
        seen["coverage"]["missed"].as_array().unwrap().iter().map(|point| text(point, "/code")).collect();
    assert!(missed.len() == 2 && !missed.contains(&text(&given[1], "/subject")), "{missed:?}");
    let first = &seen["ranking"][0];
    assert_eq!((text(first, "/unit/code"), &first["place"]), ("area-huanxiu", &json!(1)));
    assert_eq!((&first["rate"]["numerator"], &first["rate"]["denominator"]), (&json!(1), &json!(1)));
    city.finish().await;
}

#[tokio::test]
async fn m016_a_round_draws_its_points_from_a_recorded_seed_and_visitors_report_in_secret() {
    let city = City::start().await;
    city.next_monday().await;
    let codes: Vec<String> = (1..=6).map(|n| format!("P{n}")).collect();
    for code in &codes {
        declare(&city, code, "area-huanxiu").await;
    }
    let members = [id_of(&city, "visitor1").await, id_of(&city, "visitor2").await];
    let round = json!({ "points": { "register": "point" }, "sample": 2, "seed": 11, "members": members });
    let id = start(&city, "round", round).await;
    let dispatcher = city.dispatcher(1).await;
    move_on(&dispatcher, &id, json!({ "action": "draw", "seed": 12 })).await;
    let runs = board(&dispatcher, &id).await["runs"].clone();
    for seed in [11, 12] {
        let run = runs.as_array().unwrap().iter().find(|run| run["seed"] == seed).unwrap();
        assert_eq!(
            run["drawn"],
            json!(domain::programme::draw(seed, 2, &codes)),
            "anybody can draw it again"
        );
    }
    let visitor = city.staff("visitor1").await;
    let own = tasks(&visitor, "").await;
    assert_eq!(own.len(), 2, "each of the two draws gave each visitor one point");
    for stranger in [city.head("huanxiu").await, city.handler("huanxiu").await, city.staff("publicity").await]
    {
        assert_eq!(stranger.get(&format!("/v1/programmes/{id}")).await.unwrap().status, 404);
        assert!(tasks(&stranger, &format!("programme={id}")).await.is_empty());
        assert_eq!(
            answer(&stranger, &own[0], &json!({ "action": "done", "note": "看过" })).await.status,
            404
        );
    }
    let photo = upload(&visitor, pictures::heap(), here()).await;
    let mut body = heap_report(here(), 15.0, &[photo]);
    body["origin"] = json!({ "programme": id });
    let ticket = file(&visitor, &body).await;
    let seen = dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    assert_eq!(text(&seen, "/source"), "visit");
    done(&visitor, &own[0], json!({ "report": ticket })).await;
    let seen = board(&dispatcher, &id).await;
    assert_eq!(
        (&seen["progress"]["done"], text(&seen["ranking"][0], "/unit/code")),
        (&json!(1), "area-huanxiu")
    );
    city.finish().await;
}

#[tokio::test]
async fn m017_m089_a_mission_of_several_units_is_hidden_from_the_inspected_unit_until_it_is_done() {
    let city = City::start().await;
    city.next_monday().await;
    let own = id_of(&city, "handler-huanxiu").await;
    let team = [id_of(&city, "inspector-supervision1").await, id_of(&city, "handler-sanitation").await];
    let mission = json!({ "units": ["area-huanxiu"], "members": team });
    let partial = draft("mission", json!({ "units": ["area-huanxiu"], "members": [own] }));
    let dispatcher = city.dispatcher(1).await;
    let refused = dispatcher.post("/v1/programmes", &partial).await.unwrap();
    assert_eq!((refused.status, text(&refused.details, "/0/field")), (400, "members.0"));
    let id = start(&city, "mission", mission).await;
    let head = city.head("huanxiu").await;
    let hidden = async |head: &Client| head.get(&format!("/v1/programmes/{id}")).await.unwrap().status == 404;
    assert!(
        hidden(&head).await && tasks(&head, "unit=area-huanxiu").await.iter().all(|t| t["kind"] != "mission")
    );
    let listed = head.get("/v1/programmes").await.unwrap().ok().unwrap();
    assert_eq!(listed["items"], json!([]));
    for watcher in [city.leader().await, city.staff("oversight").await, city.handler("sanitation").await] {
        assert!(!hidden(&watcher).await, "the team and those above know of it");
    }
    let task = tasks(&dispatcher, &format!("programme={id}")).await.remove(0);
    let leader = answer(&city.leader().await, &task, &json!({ "action": "done", "note": "看过" })).await;
    assert_eq!(leader.status, 403, "who only reads does nothing");
    let idle = answer(&city.inspector("supervision").await, &task, &json!({ "action": "done" })).await;
    assert_eq!(idle.refused(), (422, 42201), "a result says or shows something");
    done(&city.handler("sanitation").await, &task, json!({})).await;
    assert!(hidden(&head).await, "a done task does not give the mission away");
    move_on(&dispatcher, &id, json!({ "action": "finish" })).await;
    let seen = board(&head, &id).await;
    assert_eq!((text(&seen, "/state"), &seen["progress"]["done"]), ("done", &json!(1)));
    let shown = tasks(&head, &format!("programme={id}")).await.remove(0);
    assert_eq!(shown["person"], Value::Null, "nobody of the inspected unit learns who came");
    city.finish().await;
}

#[tokio::test]
async fn m090_daily_posts_missed_while_the_worker_was_down_run_once_in_order_and_late() {
    let mut city = City::plan().split().start().await;
    let monday = city.next_monday().await;
    declare(&city, "P1", "area-huanxiu").await;
    declare(&city, "P2", "area-huanxiu").await;
    let names = ["inspector-supervision1", "inspector-industry1"];
    let persons = [id_of(&city, names[0]).await, id_of(&city, names[1]).await];
    let posts = json!([{ "point": "P1", "person": persons[0] }, { "point": "P2", "person": persons[1] }]);
    let id =
        start(&city, "daily_inspection", json!({ "groups": [{ "name": "第一督查组", "posts": posts }] }))
            .await;
    let dispatcher = city.dispatcher(1).await;
    let query = format!("programme={id}");
    let today = tasks(&dispatcher, &query).await;
    let who = |task: &Value| (text(task, "/subject").to_owned(), text(task, "/person/id").to_owned());
    let mut fixed: Vec<_> = today.iter().map(who).collect();
    fixed.sort();
    assert_eq!(fixed, [("P1".to_owned(), persons[0].clone()), ("P2".to_owned(), persons[1].clone())]);

    city.kill_worker().await;
    city.clock_to(at(monday + Days::new(2), 12, 0)).await;
    assert_eq!(tasks(&dispatcher, &query).await.len(), 2, "nobody generates anything");
    city.start_servers().await;
    wait_for_tasks(&dispatcher, &query, |found| found.len() == 6).await;
    let runs = async || board(&dispatcher, &id).await["runs"].as_array().unwrap().clone();
    let spans: Vec<(String, bool)> =
        runs().await.iter().rev().map(|run| (text(run, "/span").to_owned(), run["late"] == true)).collect();
    let day = |n: u64| (monday + Days::new(n)).to_string();
    assert_eq!(spans, [(day(0), false), (day(1), true), (day(2), true)]);
    let found = tasks(&dispatcher, &query).await;
    assert!(found.iter().all(|task| (task["late_given"] == true) == (text(task, "/span") != day(0))));
    assert_eq!(found.iter().filter(|task| task["late"] == true).count(), 4, "two days have passed undone");
    city.cut_power().await;
    city.forward(60_000).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((runs().await.len(), tasks(&dispatcher, &query).await.len()), (3, 6), "each once");
    city.finish().await;
}

#[tokio::test]
async fn m091_m107_a_simulation_counts_site_and_questionnaire_and_the_points_a_unit_loses() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    declare(&city, "P1", "area-huanxiu").await;
    let simulation = json!({ "points": { "register": "point" },
        "members": [id_of(&city, "inspector-supervision1").await],
        "deductions": [{ "code": "D1", "words": "地面有垃圾", "points": 0.5 }, { "code": "D2", "words": "无公益广告", "points": 2 }],
        "questions": [{ "code": "Q1", "words": "您对环境卫生是否满意", "most": 5 }] });
    let id = start(&city, "simulation", simulation).await;
    let inspector = city.inspector("supervision").await;
    let given = tasks(&inspector, &format!("programme={id}")).await;
    let part = |name: &str| given.iter().find(|task| text(task, "/part") == name).unwrap();
    let unknown = json!({ "action": "done", "note": "已查", "deductions": [{ "code": "D9", "count": 1 }] });
    let refused = answer(&inspector, part("site"), &unknown).await;
    assert_eq!((refused.status, text(&refused.details, "/0/field")), (400, "deductions.0.code"));
    let counts =
        json!({ "deductions": [{ "code": "D1", "count": 3, "note": "东门" }, { "code": "D2", "count": 1 }] });
    assert_eq!(done(&inspector, part("site"), counts).await["points_lost"], 3.5);
    let open = answer(&inspector, part("survey"), &json!({ "action": "done", "answers": {} })).await;
    assert_eq!((open.status, text(&open.details, "/0/field")), (400, "answers.Q1"));
    let survey = done(&inspector, part("survey"), json!({ "answers": { "Q1": 4 } })).await;
    assert_eq!((&survey["score"], &survey["full_score"]), (&json!(4), &json!(5)));
    let again = answer(&inspector, part("survey"), &json!({ "action": "done", "note": "再来" })).await;
    assert_eq!(again.refused(), (409, 40901));
    let unit = board(&city.leader().await, &id).await["units"][0].clone();
    assert_eq!((text(&unit, "/unit/code"), &unit["points_lost"]), ("area-huanxiu", &json!(3.5)));

    let monthly = start(&city, "coverage", json!({ "points": { "register": "point" } })).await;
    let head = city.head("huanxiu").await;
    assert_eq!(board(&head, &monthly).await["coverage"]["missed"][0]["code"], "P1");
    declare(&city, "P2", "area-huanxiu").await;
    city.clock_to(at(monday + Days::new(1), 6, 1)).await;
    // The morning may begin another month, in which P1 has its turn again.
    let month = Span::of(SpanKind::Month, monday + Days::new(1)).key();
    let of_month = |task: &&Value| text(task, "/span") == month;
    let query = format!("programme={monthly}");
    let found = wait_for_tasks(&city.dispatcher(1).await, &query, |found| {
        found.iter().filter(of_month).any(|task| text(task, "/subject") == "P2")
    })
    .await;
    let mut points: Vec<&str> = found.iter().filter(of_month).map(|task| text(task, "/subject")).collect();
    points.sort_unstable();
    assert_eq!(points, ["P1", "P2"], "what was declared later is added, and nothing twice");
    city.finish().await;
}

#[tokio::test]
async fn m066_m083_open_and_automatically_closed_tickets_are_drawn_every_week_for_a_second_look() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let closed = city.closed_heap().await;
    let far = Wgs84 { lon: FAR.0, lat: FAR.1 };
    let open = report(&city.citizen(3).await, far, pictures::other_heap()).await;
    let dispatcher = city.dispatcher(1).await;
    dispatcher.wait_for(&open, "dispatched", PATIENCE).await.unwrap();
    city.clock_to(at(monday + Days::new(7), 7, 1)).await;
    // The draw of the Monday on which it began may have met the first ticket while it was open.
    let week = Span::of(SpanKind::Week, monday + Days::new(7)).key();
    let is_of = |task: &Value, kind: &str| text(task, "/kind") == kind && text(task, "/span") == week;
    let drawn = |found: &[Value]| found.iter().any(|task| is_of(task, "secret_recheck"));
    let found = wait_for_tasks(&dispatcher, "unit=area-huanxiu", drawn).await;
    let of = |kind: &str| -> Vec<Value> { found.iter().filter(|task| is_of(task, kind)).cloned().collect() };
    let tickets = |tasks: &[Value]| -> Vec<String> {
        tasks.iter().map(|task| text(task, "/ticket_id").to_owned()).collect()
    };
    assert_eq!((tickets(&of("secret_recheck")), tickets(&of("follow_up"))), (vec![closed], vec![open]));
    let secret = of("secret_recheck").remove(0);
    let head = city.head("huanxiu").await;
    let hidden = |task: &Value| ["secret_recheck", "follow_up"].contains(&text(task, "/kind"));
    assert!(!tasks(&head, "unit=area-huanxiu").await.iter().any(hidden), "the unit is not warned");
    let person = text(&secret, "/person/id");
    let mut inspector = None;
    for name in
        ["inspector-supervision1", "inspector-supervision2", "inspector-industry1", "inspector-industry2"]
    {
        let who = city.staff(name).await;
        if who.account_id() == person {
            inspector = Some(who);
        }
    }
    done(&inspector.expect("an inspector looks at it"), &secret, json!({ "note": "现场干净" })).await;
    let shown = tasks(&head, "unit=area-huanxiu").await;
    assert!(shown.iter().any(drawn_one(&secret)), "what is done is no secret");
    city.finish().await;
}

fn drawn_one(task: &Value) -> impl Fn(&Value) -> bool {
    let id = text(task, "/id").to_owned();
    move |other| text(other, "/id") == id
}

#[tokio::test]
async fn m050_m053_m096_m098_duties_come_round_by_rule_and_units_owe_a_count_in_every_span() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;
    let yearly = json!({ "every": "year", "day": 0, "minute": 1020 });
    let owed = json!({ "name": "双报到重点项目", "units": ["area-huanxiu"], "rhythm": yearly, "times": 4 });
    let projects = start(&city, "recurring", owed).await;
    let evening = json!({ "every": "week", "day": 1, "minute": 1140 });
    let afternoon = json!({ "every": "week", "day": 1, "minute": 900 });
    let dispatch = json!({ "name": "周一调度", "units": ["area-huanxiu"], "rhythm": evening,
        "phases": [{ "from": monday + Days::new(7), "rhythm": afternoon }] });
    let mondays = start(&city, "recurring", dispatch).await;
    let head = city.head("huanxiu").await;
    let own = tasks(&head, &format!("programme={projects}&state=open")).await;
    assert_eq!(own.len(), 4, "four projects are owed");
    done(&head, &own[0], json!({})).await;
    let unit = board(&head, &projects).await["units"][0].clone();
    assert_eq!((&unit["done"], &unit["tasks"]), (&json!(1), &json!(4)));
    let refused =
        answer(&city.head("chaohai").await, &own[1], &json!({ "action": "done", "note": "代办" })).await;
    assert_eq!(refused.status, 404, "another unit's task is none of theirs");

    city.clock_to(at(monday + Days::new(1), 6, 1)).await;
    // Duties of the mornings before are still open.
    let is_due =
        |task: &Value, name: &str, span: &str| text(task, "/subject") == name && text(task, "/span") == span;
    let day = (monday + Days::new(1)).to_string();
    let daily = |found: &[Value]| found.iter().any(|task| is_due(task, "每日巡查", &day));
    let found = wait_for_tasks(&head, "state=open", daily).await;
    let patrol = found.iter().find(|task| is_due(task, "每日巡查", &day)).unwrap();
    done(&head, patrol, json!({})).await;
    city.clock_to(at(monday + Days::new(7), 6, 1)).await;
    let week = Span::of(SpanKind::Week, monday + Days::new(7)).key();
    let weekly = |found: &[Value]| found.iter().any(|task| is_due(task, "每周调度", &week));
    let found = wait_for_tasks(&dispatcher, "state=open", weekly).await;
    assert!(found.iter().all(|task| task["role"] == "dispatcher"));
    let found = wait_for_tasks(&dispatcher, &format!("programme={mondays}"), |found| found.len() == 2).await;
    let due = |n: usize| text(&found[n], "/due_at").to_owned();
    assert!(due(0).contains("T19:00") && due(1).contains("T15:00"), "{} {}", due(0), due(1));
    let late = tasks(&head, "late=true").await;
    assert!(late.iter().any(|task| text(task, "/programme") == mondays), "an undone task gets late");
    city.finish().await;
}

#[tokio::test]
async fn m015_a_flights_problems_are_reminded_of_every_week_until_they_are_closed() {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let id = start(&city, "flight", json!({ "name": "工地巡飞" })).await;
    let inspector = city.inspector("supervision").await;
    let mut found = Vec::new();
    for (place, picture) in [(here(), pictures::heap()), (beside(700.0, 0.0), pictures::other_heap())] {
        let photo = upload(&inspector, picture, place).await;
        let mut body = heap_report(place, 15.0, &[photo]);
        body["origin"] = json!({ "programme": id });
        let ticket = file(&inspector, &body).await;
        city.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
        found.push(ticket);
    }
    let dispatcher = city.dispatcher(1).await;
    let query = format!("programme={id}");
    city.clock_to(at(monday + Days::new(1), 6, 1)).await;
    wait_for_tasks(&dispatcher, &query, |tasks| tasks.len() == 2).await;
    tests::street::wait_for_notice(&city.head("huanxiu").await, &found[0], "巡飞问题提醒").await;

    let handler = city.handler("huanxiu").await;
    act(&handler, &found[0], json!({ "action": "sign_in" })).await;
    city.hand_in(&found[0], pictures::cleared(), here()).await;
    dispatcher.wait_for(&found[0], "closed", PATIENCE).await.unwrap();
    city.clock_to(at(monday + Days::new(7), 6, 1)).await;
    let tasks = wait_for_tasks(&dispatcher, &query, |tasks| tasks.len() == 3).await;
    let of = |ticket: &str| -> Vec<&str> {
        tasks
            .iter()
            .filter(|task| text(task, "/ticket_id") == ticket)
            .map(|task| text(task, "/state"))
            .collect()
    };
    assert_eq!(of(&found[0]), ["done"], "what is closed is not reminded of again");
    assert_eq!(of(&found[1]), ["open", "open"]);
    city.finish().await;
}
