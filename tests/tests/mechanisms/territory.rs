//! Whose it is: grids and units, assist and leader, gaps and fall-backs, and the way up.

use demo::client::{Client, point, stage_of, text};
use demo::district::places::FAR;
use domain::geo::datum::Wgs84;
use domain::time::{HOUR_MS, MINUTE_MS};
use serde_json::{Value, json};
use tests::street::{
    HEAP, PATIENCE, act, beside, doubts, file, heap_report, here, now, upload, wait_for_notice,
};
use tests::{City, pictures};

const COMMUNITY: &str = "370215001006002";
const AREA: &str = "370215001";

/// Writes an entry into a register.
pub async fn enter(city: &City, register: &str, entry: Value) {
    let answer = city.admin().await.post(&format!("/v1/registers/{register}"), &entry).await.unwrap();
    answer.ok().unwrap_or_else(|error| panic!("{entry}: {error}"));
}

/// Asks for an action that must be refused because something is missing; its name.
pub async fn lacking(who: &Client, ticket: &str, action: Value) -> String {
    let answer = who.act(ticket, &action).await.unwrap();
    assert_eq!(answer.refused(), (422, 42201), "{action}");
    text(&answer.details, "/0/field").to_owned()
}

/// A report of a heap that tells no place.
pub async fn of_the_table(city: &City) -> String {
    let citizen = city.citizen(1).await;
    let photo = citizen.photo(&demo::client::Picture::new(pictures::heap())).await.unwrap();
    let body =
        json!({ "photo_ids": [photo], "location_source": "none", "words": "垃圾成堆", "category": HEAP });
    let ticket = file(&citizen, &body).await;
    let seen =
        city.dispatcher(1).await.wait_until(&ticket, PATIENCE, |seen| doubts(seen) == ["no_place"]).await;
    seen.unwrap();
    ticket
}

/// The action that files it as a heap.
pub fn filing() -> Value {
    json!({ "action": "file", "category": HEAP, "standard": "06010-1" })
}

/// A point of an action at a place.
pub fn spot(at: Wgs84) -> Value {
    let body = point(at, 15.0);
    json!({ "longitude": body["longitude"], "latitude": body["latitude"], "coord_type": body["coord_type"], "accuracy": 15.0 })
}

async fn total(who: &Client, query: &str) -> i64 {
    let page = who.get(&format!("/v1/tickets?with_total=true&{query}")).await.unwrap().ok().unwrap();
    page["total"].as_i64().unwrap()
}

#[tokio::test]
async fn m028_m039_m040_m041_m042_m043_a_case_goes_to_block_and_line_at_once_with_leader_unit_and_person() {
    let city = City::start().await;
    let patron =
        json!({ "code": "bb-1", "name": "环秀包保", "leader": "head-center", "department": "area-huanxiu" });
    enter(&city, "patron", patron).await;
    let (ticket, seen) = city.dispatched_heap().await;
    let layers = ["community", "inspection", "enforcement", "area"];
    assert!(
        layers.iter().all(|layer| !text(&seen, &format!("/grids/{layer}/code")).is_empty()),
        "{}",
        seen["grids"]
    );
    assert_eq!((text(&seen, "/lead/code"), text(&seen, "/assist/code")), ("area-huanxiu", "line-sanitation"));
    assert_eq!((text(&seen, "/leader/name"), text(&seen, "/person/name")), ("刘示一", "徐示一"));
    assert_eq!(text(&seen, "/category/workline"), "sanitation");
    let steps = city.dispatcher(1).await.timeline(&ticket).await.unwrap();
    let sent = steps.iter().filter(|step| step["action"] == "dispatch").count();
    assert_eq!(sent, 1, "one order to both");

    // The assisting line sees it, must acknowledge it, and its silence makes nobody late.
    let (lead, assist) = (city.handler("huanxiu").await, city.handler("sanitation").await);
    assert_eq!(seen["assist_acknowledged_at"], Value::Null);
    let refused = lead.act(&ticket, &json!({ "action": "acknowledge" })).await.unwrap();
    assert_eq!(refused.status, 403, "the lead signs in, the assist acknowledges");
    let seen = act(&assist, &ticket, json!({ "action": "acknowledge" })).await;
    assert!(seen["assist_acknowledged_at"].is_string() && seen["past_clocks"] == json!([]));

    // Small grid to big grid: enforcement takes over, with a clock of its own.
    let moved = json!({ "action": "redispatch", "lead": "line-trading", "assist": "area-huanxiu",
        "reason": "需要行政执法，由执法大网格接办" });
    let seen = act(&city.dispatcher(1).await, &ticket, moved).await;
    assert_eq!(
        (text(&seen, "/lead/code"), seen["past_clocks"].as_array().unwrap().len()),
        ("line-trading", 1)
    );
    assert_eq!(text(&seen, "/grids/enforcement/code"), "370215D01");

    let catalogue = lead.get("/v1/categories").await.unwrap().ok().unwrap();
    let lines: Vec<&str> =
        catalogue["worklines"].as_array().unwrap().iter().map(|line| text(line, "/code")).collect();
    let seven = ["sanitation", "roads", "trading", "traffic", "signage", "housing", "service"];
    assert_eq!(lines, seven, "a line is listed when it has categories");
    city.finish().await;
}

#[tokio::test]
async fn m045_m059_m038_what_nobody_has_falls_to_somebody_within_half_an_hour_of_work() {
    let city = City::start().await;
    city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;
    let ticket = of_the_table(&city).await;
    act(&dispatcher, &ticket, filing()).await;
    let alone =
        dispatcher.wait_until(&ticket, PATIENCE, |seen| doubts(seen).contains(&"unroutable")).await.unwrap();
    assert_eq!((stage_of(&alone), &alone["person"]), ("filed", &Value::Null));
    city.forward(31 * MINUTE_MS).await;
    let held = dispatcher.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    assert_eq!(text(&held, "/lead/code"), "center");
    assert!(!text(&held, "/person/name").is_empty() && doubts(&held).is_empty(), "{}", held["attention"]);
    let steps = dispatcher.timeline(&ticket).await.unwrap();
    assert!(steps.iter().any(|step| text(step, "/sentence").contains("补位")), "the gap is in the history");
    wait_for_notice(&dispatcher, &ticket, "案件待人工处理").await;

    // The unit of the area steps in itself: logged, with the responsibility.
    let head = city.head("huanxiu").await;
    let take = json!({ "action": "take_over", "reason": "就在本片区，先行处置" });
    assert_eq!(head.act(&ticket, &take).await.unwrap().status, 404, "not in its area yet");
    let place = json!({ "action": "confirm_place", "point": spot(here()), "reason": "电话核实位置" });
    act(&dispatcher, &ticket, place).await;
    let answer = city
        .staff("command")
        .await
        .act(
            &ticket,
            &json!({ "action": "redispatch", "lead": "line-roads",
        "assist": "area-huanxiu", "reason": "先交道路专班" }),
        )
        .await
        .unwrap();
    answer.ok().unwrap();
    assert_eq!(lacking(&head, &ticket, json!({ "action": "take_over", "reason": " " })).await, "reason");
    let taken = act(&head, &ticket, take).await;
    assert_eq!((text(&taken, "/lead/code"), text(&taken, "/person/name")), ("area-huanxiu", "徐示一"));

    // Small ads where there is no property company: who clears them is in the register.
    let fallback = json!({ "code": "dd-1", "name": "小广告清除公司", "department": "ext-heat", "category": "07001",
        "layer": "community", "grid": COMMUNITY });
    enter(&city, "fallback", fallback).await;
    let watched =
        json!({ "code": "gz-1", "name": "市领导帮包小区", "layer": "community", "grid": COMMUNITY });
    enter(&city, "watch_area", watched).await;
    let citizen = city.citizen(2).await;
    let photo = upload(&citizen, pictures::elsewhere(), here()).await;
    let mut body = heap_report(here(), 15.0, &[photo]);
    body["category"] = json!("07001");
    body["words"] = json!("楼道里贴满小广告");
    let ads = file(&citizen, &body).await;
    let seen = dispatcher.wait_for(&ads, "dispatched", PATIENCE).await.unwrap();
    assert_eq!(text(&seen, "/lead/code"), "ext-heat");
    assert_eq!(text(&seen, "/priority/value"), "high", "a watched place");
    assert!(text(&seen, "/priority/why/0").contains("市领导帮包小区"));
    assert_eq!(total(&dispatcher, "priority=high").await, 1);
    city.finish().await;
}

#[tokio::test]
async fn m044_m047_m049_m051_m055_what_cannot_be_solved_goes_up_level_by_level_and_only_the_command_jumps() {
    let city = City::start().await;
    let chief = json!({ "code": "pz-1", "name": "环秀片长", "person": "coordinator", "level": 2, "layer": "area", "grid": AREA });
    enter(&city, "chief", chief).await;
    let patron =
        json!({ "code": "bb-1", "name": "三包三联", "leader": "head-center", "layer": "area", "grid": AREA });
    enter(&city, "patron", patron).await;
    let ticket = city.handled_heap().await;
    let (handler, command) = (city.handler("huanxiu").await, city.staff("command").await);
    let up = json!({ "action": "escalate", "reason": "需要协调大件清运车辆" });
    assert_eq!(lacking(&handler, &ticket, json!({ "action": "escalate" })).await, "reason");
    let jump = json!({ "action": "escalate", "to_level": 3, "reason": "直接找领导" });
    assert_eq!(lacking(&handler, &ticket, jump.clone()).await, "next_level");
    for (level, name) in [(1, "徐示一"), (2, "于示四"), (3, "刘示一")] {
        let seen = act(&handler, &ticket, up.clone()).await;
        let last = seen["escalations"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["level"], text(last, "/person/name")), (&json!(level), name), "{seen}");
    }
    for told in ["head-huanxiu", "coordinator", "head-center"] {
        wait_for_notice(&city.staff(told).await, &ticket, "案件逐级上报").await;
    }
    let top = json!({ "action": "escalate", "to_level": 4, "reason": "指挥中心提级" });
    let seen = act(&command, &ticket, top).await;
    assert_eq!(text(&seen, "/escalations/3/person/name"), "李示一");
    assert_eq!(lacking(&handler, &ticket, up).await, "superior", "above the chief leader is nobody");

    // A second case: the command may jump, and may override any assignment, never without a reason.
    let citizen = city.citizen(3).await;
    let photo = upload(&citizen, pictures::other_heap(), Wgs84 { lon: FAR.0, lat: FAR.1 }).await;
    let other = file(&citizen, &heap_report(Wgs84 { lon: FAR.0, lat: FAR.1 }, 15.0, &[photo])).await;
    city.dispatcher(1).await.wait_for(&other, "dispatched", PATIENCE).await.unwrap();
    let seen = act(&command, &other, jump).await;
    assert_eq!(seen["escalations"][0]["level"], 3);
    let override_it =
        |reason: &str| json!({ "action": "redispatch", "lead": "line-housing", "reason": reason });
    assert_eq!(lacking(&command, &other, override_it("")).await, "reason");
    let seen = act(&command, &other, override_it("一线指挥部决定")).await;
    assert_eq!(text(&seen, "/lead/code"), "line-housing");
    city.finish().await;
}

#[tokio::test]
async fn m046_m048_m122_each_group_has_its_own_rights_and_overseers_only_read() {
    let city = City::start().await;
    let ticket = city.closed_heap().await;
    let ask =
        async |who: &str, action: Value| city.staff(who).await.act(&ticket, &action).await.unwrap().status;
    let cause = json!({ "action": "name_cause", "cause": "middle", "note": "清运频次没有落实" });
    let reopen = json!({ "action": "reopen", "reason": "看一看" });
    for (who, forbidden) in
        [("publicity", &cause), ("coordinator", &cause), ("institution", &reopen), ("oversight", &reopen)]
    {
        assert_eq!(ask(who, forbidden.clone()).await, 403, "{who}");
    }
    assert_eq!(ask("institution", cause).await, 200);
    for who in ["publicity", "oversight", "institution", "coordinator", "command"] {
        let staff = city.staff(who).await;
        assert_eq!(text(&staff.ticket(&ticket).await.unwrap(), "/cause/value"), "middle", "{who} reads");
    }
    let seen = city.staff("oversight").await.ticket(&ticket).await.unwrap();
    assert_eq!(seen["allowed_actions"], json!([]));

    // The coordinator supervises what is open.
    let citizen = city.citizen(2).await;
    let photo = upload(&citizen, pictures::elsewhere(), beside(300.0, 0.0)).await;
    let mut body = heap_report(beside(300.0, 0.0), 15.0, &[photo]);
    body["category"] = json!("06036");
    let open = file(&citizen, &body).await;
    city.dispatcher(1).await.wait_for(&open, "dispatched", PATIENCE).await.unwrap();
    let urge = json!({ "action": "supervise", "level": "reminder", "text": "请尽快处置" });
    let seen = act(&city.staff("coordinator").await, &open, urge.clone()).await;
    assert_eq!(seen["supervisions"], 1);
    let refused = city.staff("oversight").await.act(&open, &urge).await.unwrap();
    assert_eq!(refused.status, 403);
    city.finish().await;
}

#[tokio::test]
async fn m052_m053_m054_the_first_line_hears_first_and_what_is_not_ours_moves_with_clock_and_responsibility()
{
    let city = City::start().await;
    let chief = json!({ "code": "lz-1", "name": "振华街路段长", "person": "grid-huanxiu2", "level": 1,
        "layer": "community", "grid": COMMUNITY });
    enter(&city, "chief", chief).await;
    let receiver = json!({ "code": "sbd-1", "name": "窗口服务专班报到社区", "department": "line-service",
        "layer": "community", "grid": COMMUNITY });
    enter(&city, "receiver", receiver).await;
    let kept = city.admin().await.get("/v1/registers/receiver/sbd-1").await.unwrap().ok().unwrap();
    assert_eq!(kept["target"], 4, "four key projects are wanted of each");
    let ticket = city.handled_heap().await;
    wait_for_notice(&city.staff("grid-huanxiu2").await, &ticket, "辖区新案件").await;
    let dispatcher = city.dispatcher(1).await;
    let hand = |to: &str| json!({ "action": "transfer", "to": to, "reason": "不属本单位职责" });
    assert_eq!(lacking(&dispatcher, &ticket, hand("line-roads")).await, "external_unit");
    assert_eq!(lacking(&dispatcher, &ticket, hand("no-such-unit")).await, "external_unit", "no dead end");
    city.forward(HOUR_MS).await;
    let before = now();
    let seen = act(&dispatcher, &ticket, hand("line-service")).await;
    assert_eq!((stage_of(&seen), text(&seen, "/lead/code")), ("dispatched", "line-service"));
    let started = domain::time::Moment::parse(text(&seen, "/clock/started_at")).unwrap();
    assert!(started >= before.plus_ms(-1000), "the clock begins with the hand-over");
    assert_eq!(text(&seen, "/past_clocks/0/state"), "stopped");
    assert!(!text(&seen, "/person/name").is_empty());
    let gone = city.handler("huanxiu").await.get(&format!("/v1/tickets/{ticket}")).await.unwrap();
    assert_eq!(gone.status, 404, "it is no longer its business");
    let seen = act(&dispatcher, &ticket, hand("ext-telecom")).await;
    assert_eq!(text(&seen, "/lead/code"), "ext-telecom");
    assert_eq!(seen["past_clocks"].as_array().unwrap().len(), 2, "each unit's clock is its own");
    city.finish().await;
}
