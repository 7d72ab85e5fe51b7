//! How it is dealt with: numbers, orders, meetings, joint work, plans, prompts, proof, striking off and coming back.

use std::collections::BTreeSet;

use demo::client::{Client, stage_of, text};
use demo::district::places::FAR;
use domain::geo::datum::Wgs84;
use domain::time::{HOUR_MS, MINUTE_MS};
use serde_json::{Value, json};
use tests::street::{HEAP, PATIENCE, act, beside, check, doubts, here, now, report, upload, wait_for_notice};
use tests::{City, pictures};

use super::territory::{filing, lacking, of_the_table, spot};

const COMMUNITY: &str = "370215001006002";

async fn total(who: &Client, query: &str) -> i64 {
    let page = who.get(&format!("/v1/tickets?with_total=true&{query}")).await.unwrap().ok().unwrap();
    page["total"].as_i64().unwrap()
}

async fn points(who: &Client, query: &str) -> BTreeSet<String> {
    let map = who.get(&format!("/v1/tickets/map?{query}")).await.unwrap().ok().unwrap();
    let features = map["features"].as_array().unwrap().iter();
    features.map(|feature| text(feature, "/properties/id").to_owned()).collect()
}

fn serial(ticket: &Value) -> u32 {
    text(ticket, "/number").rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn m024_m030_m063_m064_a_case_of_the_table_is_numbered_ordered_with_all_five_points_and_put_on_the_map()
{
    let city = City::start().await;
    city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;
    let ticket = of_the_table(&city).await;
    let (_, mapped) = city.dispatched_heap().await;
    assert_eq!(points(&dispatcher, "").await.len(), 1, "one on the map, one in the table");
    assert_eq!(total(&dispatcher, "").await, 2, "together they are all there is");

    // Registering late is measured; numbers have no gap.
    city.forward(2 * HOUR_MS).await;
    let refused =
        dispatcher.act(&ticket, &json!({ "action": "file", "category": HEAP, "standard": "no-such" })).await;
    assert_eq!(refused.unwrap().status, 422, "a refused filing draws no number");
    let filed = act(&dispatcher, &ticket, filing()).await;
    assert_eq!(serial(&filed), serial(&mapped) + 1);
    assert!(filed["register_delay_minutes"].as_i64().unwrap() >= 119, "{}", filed["register_delay_minutes"]);
    assert!(mapped["register_delay_minutes"].as_i64().unwrap() <= 1);

    // 五定: each of the five that is missing is named.
    dispatcher.wait_until(&ticket, PATIENCE, |seen| doubts(seen).contains(&"unroutable")).await.unwrap();
    let order = |change: Value| {
        let mut order = json!({ "action": "dispatch", "lead": "area-huanxiu", "assist": "line-sanitation",
            "task": "清运垃圾", "duty": "片区负责清运", "red": true });
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        order
    };
    assert_eq!(lacking(&dispatcher, &ticket, order(json!({ "lead": "no-such-unit" }))).await, "lead");
    assert_eq!(lacking(&dispatcher, &ticket, order(json!({ "assist": "no-such-unit" }))).await, "lead");
    assert_eq!(lacking(&dispatcher, &ticket, order(json!({ "person": "no-such-person" }))).await, "person");
    assert_eq!(lacking(&dispatcher, &ticket, order(json!({ "task": " " }))).await, "task");
    assert_eq!(lacking(&dispatcher, &ticket, order(json!({ "duty": "" }))).await, "duty");
    let unfiled = of_the_table(&city).await;
    let early = dispatcher.act(&unfiled, &order(json!({}))).await.unwrap();
    assert_eq!(early.status, 409, "no limit and no standard before it is filed");

    // A red order: to the head, copied to the handlers, never moved by the unit itself.
    let seen =
        act(&dispatcher, &ticket, order(json!({ "person": city.handler("huanxiu").await.account_id() })))
            .await;
    assert_eq!((&seen["red"], text(&seen, "/person/name")), (&json!(true), "徐示一"));
    assert!(!text(&seen, "/standard/limit/label").is_empty() && !text(&seen, "/leader/name").is_empty());
    wait_for_notice(&city.head("huanxiu").await, &ticket, "红色督办件").await;
    wait_for_notice(&city.handler("huanxiu").await, &ticket, "红色督办件（抄送）").await;
    assert_eq!(total(&dispatcher, "red=true").await, 1);
    let silently = json!({ "action": "assign", "person": city.handler("huanxiu").await.account_id(), "reason": "转给经办" });
    let head = city.head("huanxiu").await;
    assert_eq!(lacking(&head, &ticket, silently).await, "order_right");

    // 入表 → 上图: the same case, by a point.
    let odd = json!({ "action": "confirm_place", "point": { "longitude": 0.0, "latitude": 0.0, "coord_type": "wgs84" }, "reason": "误填" });
    assert_eq!(lacking(&dispatcher, &ticket, odd).await, "grids");
    let place = json!({ "action": "confirm_place", "point": spot(here()), "reason": "现场核实位置" });
    let seen = act(&dispatcher, &ticket, place).await;
    assert_eq!((text(&seen, "/id"), serial(&seen)), (ticket.as_str(), serial(&filed)));
    assert_eq!(text(&seen, "/grids/community/code"), COMMUNITY);
    assert!(points(&dispatcher, "").await.contains(&ticket));
    assert_eq!(total(&dispatcher, "").await, 3);
    city.finish().await;
}

#[tokio::test]
async fn m025_m026_m065_m066_m119_it_is_struck_off_step_by_step_by_named_people_and_leaves_the_open_map() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let (dispatcher, handler) = (city.dispatcher(1).await, city.handler("huanxiu").await);
    let open = "stage=received,filed,dispatched,handling,fixed,accepted";
    assert!(points(&dispatcher, open).await.contains(&ticket));
    assert_eq!(
        lacking(&handler, &ticket, json!({ "action": "submit_fix", "photo_ids": [] })).await,
        "photo_ids"
    );
    let early = dispatcher.act(&ticket, &json!({ "action": "close" })).await.unwrap();
    assert_eq!(early.status, 409, "no step is skipped");
    let judged = city.hand_in(&ticket, pictures::heap(), here()).await;
    assert_eq!((text(check(&judged, "not_reused"), "/outcome"), stage_of(&judged)), ("fail", "handling"));
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    let closed = dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    assert!(closed["fix"]["delay_minutes"].as_i64().unwrap() <= 1, "{}", closed["fix"]);
    for stamp in closed["stamps"].as_array().unwrap() {
        assert!(stamp["at"].is_string() && !text(stamp, "/by").is_empty(), "{stamp}");
    }
    assert_eq!(text(&closed, "/stamps/0/by"), "市民");
    assert!(text(&closed, "/stamps/2/by").contains("片区组"), "{}", closed["stamps"]);
    let steps = dispatcher.timeline(&ticket).await.unwrap();
    let acts: Vec<&str> = steps.iter().map(|step| text(step, "/action")).collect();
    assert!(acts.ends_with(&["judge", "close"]) || acts.contains(&"close"), "{acts:?}");
    assert!(!points(&dispatcher, open).await.contains(&ticket));
    let cause = json!({ "action": "name_cause", "cause": "policy", "note": "没有夜间清运制度" });
    let seen = act(&city.staff("institution").await, &ticket, cause).await;
    assert_eq!((text(&seen, "/cause/value"), text(&seen, "/cause/label")), ("policy", "制度缺失"));
    city.finish().await;
}

#[tokio::test]
async fn m056_m057_a_dispute_is_settled_on_the_spot_by_three_parties_and_binds_the_next_case() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let (dispatcher, handler) = (city.dispatcher(1).await, city.handler("huanxiu").await);
    let back = json!({ "action": "return", "proposed": "center", "reason": "权属不清" });
    let disputed = act(&handler, &ticket, back).await;
    assert_eq!((stage_of(&disputed), text(&disputed, "/clock/state")), ("disputed", "paused"));
    let rule = |parties: Value| {
        json!({ "action": "rule", "lead": "line-sanitation", "assist": "area-huanxiu", "parties": parties,
            "reason": "背街垃圾由环卫兜底" })
    };
    assert_eq!(lacking(&dispatcher, &ticket, rule(json!([]))).await, "three_parties");
    let parties = ["area-huanxiu", "line-sanitation", "line-housing"];
    let convene = json!({ "action": "convene", "parties": parties, "on_site": true,
        "at": now().plus_ms(HOUR_MS), "reason": "现场分工、现场认定、明确责任" });
    let called = act(&dispatcher, &ticket, convene).await;
    assert_eq!(called["meeting"]["parties"].as_array().unwrap().len(), 3);
    wait_for_notice(&city.head("housing").await, &ticket, "会商通知").await;
    assert_eq!(lacking(&dispatcher, &ticket, rule(json!(parties))).await, "present");
    let come = |at: Wgs84| json!({ "action": "check_in", "point": spot(at), "note": "已到现场" });
    for unit in ["huanxiu", "sanitation", "housing"] {
        let there = city.handler(unit).await;
        assert_eq!(lacking(&there, &ticket, come(beside(2_000.0, 0.0))).await, "on_site");
        act(&there, &ticket, come(here())).await;
        assert_eq!(lacking(&there, &ticket, come(here())).await, "meeting", "once is enough");
    }
    city.forward(30 * MINUTE_MS).await;
    let ruled = act(&dispatcher, &ticket, rule(json!(parties))).await;
    assert_eq!(text(&ruled, "/lead/code"), "line-sanitation");
    let table: Vec<&str> =
        ruled["ruled_by"].as_array().unwrap().iter().map(|unit| text(unit, "/code")).collect();
    assert_eq!(
        table,
        ["area-huanxiu", "center", "line-housing", "line-sanitation"],
        "the three and the arbiter"
    );
    assert!(ruled["total_minutes"].as_i64().unwrap() >= 30, "the total clock never stood still");
    assert!(ruled["meeting"]["parties"][0]["present_at"].is_string());

    // The same kind of case in the same area follows the ruling.
    let place = Wgs84 { lon: FAR.0, lat: FAR.1 };
    let next = report(&city.citizen(3).await, place, pictures::other_heap()).await;
    let seen = dispatcher.wait_for(&next, "dispatched", PATIENCE).await.unwrap();
    assert_eq!(text(&seen, "/lead/code"), "line-sanitation");
    let steps = dispatcher.timeline(&next).await.unwrap();
    let order = steps.iter().find(|step| step["action"] == "dispatch").unwrap();
    assert!(text(order, "/note").contains(&format!("先例 {}", text(&ruled, "/number"))), "{order}");
    city.finish().await;
}

#[tokio::test]
async fn m058_m067_joint_work_is_done_when_every_part_is_and_a_plan_has_milestones() {
    let city = City::start().await;
    let ticket = city.handled_heap().await;
    let (dispatcher, handler) = (city.dispatcher(1).await, city.handler("huanxiu").await);
    let plan =
        |milestones: Value| json!({ "action": "plan", "text": "先清运，后硬化", "milestones": milestones });
    let stone = |name: &str, hours: i64| json!({ "name": name, "due_at": now().plus_ms(hours * HOUR_MS) });
    let backwards = plan(json!([stone("硬化", 48), stone("清运", 24)]));
    assert_eq!(lacking(&handler, &ticket, backwards).await, "milestones");
    assert_eq!(lacking(&handler, &ticket, plan(json!([stone("昨天", -24)]))).await, "milestones");
    let seen = act(&handler, &ticket, plan(json!([stone("清运", 24), stone("硬化", 48)]))).await;
    assert_eq!(seen["plan"]["milestones"].as_array().unwrap().len(), 2);

    let split = |parts: Value| json!({ "action": "split", "reason": "联合整治", "parts": parts });
    let same =
        json!([{ "unit": "line-sanitation", "task": "清运" }, { "unit": "line-sanitation", "task": "冲洗" }]);
    assert_eq!(lacking(&dispatcher, &ticket, split(same)).await, "parts");
    let parts =
        json!([{ "unit": "line-sanitation", "task": "清运" }, { "unit": "line-roads", "task": "修补路面" }]);
    act(&dispatcher, &ticket, split(parts)).await;
    wait_for_notice(&city.head("roads").await, &ticket, "联合整治任务").await;
    let mine = city.handler("roads").await.get("/v1/tickets?with_total=true").await.unwrap().ok().unwrap();
    assert_eq!(mine["total"], 1, "a unit with a part sees the case in its list");
    let photo = upload(&handler, pictures::cleared(), here()).await;
    let fix = json!({ "action": "submit_fix", "photo_ids": [photo], "note": "已完成" });
    assert_eq!(lacking(&handler, &ticket, fix).await, "parts_done");
    for unit in ["sanitation", "roads"] {
        let worker = city.handler(unit).await;
        let photo = upload(&worker, pictures::other_heap(), here()).await;
        let done = json!({ "action": "finish_part", "photo_ids": [photo], "note": "分项已完成" });
        let seen = act(&worker, &ticket, done.clone()).await;
        assert!(seen["parts"].as_array().unwrap().iter().any(|part| part["done_at"].is_string()));
        assert_eq!(lacking(&worker, &ticket, done).await, "open_part");
    }
    let photo = upload(&handler, pictures::elsewhere(), here()).await;
    let reach = json!({ "action": "reach_milestone", "position": 0, "photo_ids": [photo], "note": "已清运" });
    let seen = act(&handler, &ticket, reach.clone()).await;
    assert!(seen["plan"]["milestones"][0]["reached_at"].is_string());
    assert_eq!(lacking(&handler, &ticket, reach).await, "open_milestone");
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    city.dispatcher(2)
        .await
        .wait_until(&ticket, PATIENCE, |seen| stage_of(seen) != "handling")
        .await
        .unwrap();
    city.finish().await;
}

#[tokio::test]
async fn m068_m073_a_prompt_comes_before_a_case_and_a_guarded_night_shortens_the_limit() {
    let city = City::start().await;
    city.next_monday().await;
    let dispatcher = city.dispatcher(1).await;
    let heeded = of_the_table(&city).await;
    let until = now().plus_ms(HOUR_MS);
    let prompt = json!({ "action": "prompt", "until": until, "text": "请店主一小时内清走门前垃圾" });
    let past = json!({ "action": "prompt", "until": now().plus_ms(-HOUR_MS), "text": "请整改" });
    assert_eq!(lacking(&dispatcher, &heeded, past).await, "future_time");
    let seen = act(&dispatcher, &heeded, prompt.clone()).await;
    assert_eq!((stage_of(&seen), &seen["number"]), ("prompted", &Value::Null));
    let public = city.citizen(1).await.ticket(&heeded).await.unwrap();
    assert!(text(&public, "/reason").contains("自行整改"), "{public}");
    let photo = upload(&dispatcher, pictures::cleared(), here()).await;
    let fixed =
        act(&dispatcher, &heeded, json!({ "action": "heed", "photo_ids": [photo], "note": "店主已清走" }))
            .await;
    assert_eq!((&fixed["heeded"], &fixed["number"]), (&json!(true), &Value::Null), "no case, no number");

    let ignored = of_the_table(&city).await;
    act(&dispatcher, &ignored, prompt.clone()).await;
    city.forward(HOUR_MS + MINUTE_MS).await;
    dispatcher.wait_for(&ignored, "received", PATIENCE).await.unwrap();
    let again = json!({ "action": "prompt", "until": now().plus_ms(HOUR_MS), "text": "再次提示" });
    assert_eq!(lacking(&dispatcher, &ignored, again).await, "not_prompted");

    // 六节两考: the same heap has half the time.
    let today = now().date();
    let value =
        json!({ "periods": [{ "name": "中考", "first_day": today, "last_day": today, "percent": 50 }] });
    city.admin()
        .await
        .post("/v1/rules/guarded_periods", &json!({ "value": value }))
        .await
        .unwrap()
        .ok()
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let (_, seen) = city.dispatched_heap().await;
    assert_eq!((text(&seen, "/standard/guarded"), &seen["clock"]["allowed_minutes"]), ("中考", &json!(120)));
    city.finish().await;
}

#[tokio::test]
async fn m075_everybody_hears_of_each_step_and_the_unit_is_urged_until_it_acts() {
    let city = City::start().await;
    city.next_monday().await;
    let ticket = city.handled_heap().await;
    let (citizen, head) = (city.citizen(1).await, city.head("huanxiu").await);
    for title in ["问题已立案", "责任单位已签收"] {
        wait_for_notice(&citizen, &ticket, title).await;
    }
    wait_for_notice(&head, &ticket, "新的主办案件").await;
    city.forward(3 * HOUR_MS + 20 * MINUTE_MS).await;
    city.forward(2 * HOUR_MS + 40 * MINUTE_MS).await;
    wait_for_notice(&head, &ticket, "案件已超时").await;
    city.forward(24 * HOUR_MS).await;
    let urged = async || {
        let notices = head.get("/v1/notices").await.unwrap().ok().unwrap();
        let items = notices["items"].as_array().unwrap().iter();
        items.filter(|notice| text(notice, "/title") == "案件已超时").count()
    };
    let began = std::time::Instant::now();
    while urged().await < 2 {
        assert!(began.elapsed() < PATIENCE, "urged once only");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    wait_for_notice(&citizen, &ticket, "问题已处置完成").await;
    city.finish().await;
}

#[tokio::test]
async fn m084_m085_m086_what_comes_back_is_linked_counted_and_can_be_unlinked() {
    let city = City::start().await;
    let first = city.closed_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let second = report(&city.citizen(2).await, here(), pictures::other_heap()).await;
    let seen = dispatcher.wait_for(&second, "dispatched", PATIENCE).await.unwrap();
    assert_eq!((text(&seen, "/relapse_of"), &seen["relapse_nth"]), (first.as_str(), &json!(1)));
    assert_eq!(total(&dispatcher, &format!("relapse_of={first}")).await, 1);
    assert_eq!(total(&dispatcher, "relapse=true").await, 1);
    let own =
        city.head("huanxiu").await.act(&second, &json!({ "action": "accept", "note": "" })).await.unwrap();
    assert_eq!(own.status, 403, "the handling unit accepts nothing");
    let undo = json!({ "action": "unlink_relapse", "reason": "是另一家店倒的" });
    let seen = act(&dispatcher, &second, undo).await;
    assert_eq!((&seen["relapse_of"], &seen["relapse_nth"]), (&Value::Null, &json!(0)));
    assert_eq!(total(&dispatcher, "relapse=true").await, 0);
    let again = json!({ "action": "link_relapse", "to": first, "reason": "确认是同一处" });
    assert_eq!(act(&dispatcher, &second, again).await["relapse_nth"], 1);

    // 回头看 finds it back: a case of its own, the next in the row.
    let inspector = city.inspector("supervision").await;
    let photo = upload(&inspector, pictures::heap_again(), here()).await;
    let look = json!({ "action": "recheck", "holds": false, "photo_ids": [photo], "note": "又堆上了" });
    act(&inspector, &first, look).await;
    let began = std::time::Instant::now();
    while total(&dispatcher, "source=relapse").await == 0 {
        assert!(began.elapsed() < PATIENCE, "no case of the relapse");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    city.finish().await;
}
