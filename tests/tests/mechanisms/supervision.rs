//! Supervision and accountability: ladders of tickets and units, exposure and echo, files, rewards, credit.

use std::time::Instant;

use demo::client::{Client, text};
use demo::draw::{WECHAT, after, heap_before, wechat_compressed};
use serde_json::{Value, json};
use tests::City;
use tests::clock::{at, now};
use tests::pictures;
use tests::street::{PATIENCE, act, here, report, upload, wait_for_notice};

use chrono::Days;
use domain::time::{DAY_MS, MINUTE_MS};

/// The unit of the street.
const UNIT: &str = "area-huanxiu";

async fn acts(who: &Client, query: &str) -> Vec<Value> {
    let page = who.get(&format!("/v1/acts?{query}")).await.unwrap().ok().unwrap();
    page["items"].as_array().unwrap().clone()
}

/// Waits for the only act that the query finds.
async fn wait_for_act(who: &Client, query: &str) -> Value {
    let began = Instant::now();
    loop {
        let mut found = acts(who, query).await;
        if let Some(found) = found.pop() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "no act: {query}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Issues an act; its view, or status, code and the field at fault.
async fn issue(who: &Client, body: Value) -> Result<Value, (u16, i64, String)> {
    let answer = who.post("/v1/acts", &body).await.unwrap();
    let (refused, field) = (answer.refused(), text(&answer.details, "/0/field").to_owned());
    answer.ok().map_err(|_| (refused.0, refused.1, field))
}

async fn on_act(who: &Client, act: &Value, body: Value) -> Result<Value, (u16, i64)> {
    let path = format!("/v1/acts/{}/actions", text(act, "/id"));
    let answer = who.post(&path, &body).await.unwrap();
    let refused = answer.refused();
    answer.ok().map_err(|_| refused)
}

async fn set_rule(city: &City, name: &str, value: Value) -> Result<Value, (u16, String)> {
    let answer = city
        .staff("institution")
        .await
        .post(&format!("/v1/rules/{name}"), &json!({ "value": value }))
        .await
        .unwrap();
    let refused = (answer.status, text(&answer.details, "/0/reason").to_owned());
    answer.ok().map_err(|_| refused)
}

#[tokio::test]
async fn m043_m049_m077_m078_m079_a_unit_that_does_nothing_is_reminded_slipped_reported_and_put_before_the_party_group()
 {
    let city = City::start().await;
    let monday = city.next_monday().await;
    let (ticket, _) = city.dispatched_heap().await;
    let (dispatcher, head) = (city.dispatcher(1).await, city.head("huanxiu").await);
    let of = |kind: &str| format!("kind={kind}&ticket={ticket}&department={UNIT}");

    city.clock_to(at(monday, 10, 5)).await;
    let reminder = wait_for_act(&dispatcher, &of("reminder")).await;
    assert_eq!((text(&reminder, "/issuer/role"), text(&reminder, "/state")), ("system", "open"));
    let waiting = format!("mine=unreceipted&ticket={ticket}");
    let unreceipted = acts(&head, &waiting).await;
    assert_eq!(unreceipted.len(), 1, "the unit's head sees what is not received: {unreceipted:?}");
    let received = on_act(&head, &reminder, json!({ "action": "receipt" })).await.unwrap();
    assert_eq!((text(&received, "/state"), received["receipt"]["name"].is_string()), ("received", true));
    assert!(acts(&head, &waiting).await.is_empty(), "and what is received waits no longer");
    assert_eq!(on_act(&head, &reminder, json!({ "action": "receipt" })).await, Err((409, 40901)));
    let stranger = city.head("chaohai").await;
    let path = format!("/v1/acts/{}", text(&reminder, "/id"));
    assert_eq!(stranger.get(&path).await.unwrap().status, 404, "another unit's act does not exist");

    city.clock_to(at(monday, 13, 40)).await;
    let slip = wait_for_act(&dispatcher, &of("slip")).await;
    assert!(text(&slip, "/number").starts_with("督办〔"), "{slip}");
    assert!(slip["due_at"].is_string() && slip["due_at"] != reminder["due_at"], "a deadline of its own");
    let assist =
        wait_for_act(&dispatcher, &format!("kind=reminder&ticket={ticket}&department=line-sanitation")).await;
    assert!(text(&assist, "/words").contains("协办未签收"));

    city.clock_to(at(monday + Days::new(1), 8, 50)).await;
    let reported = wait_for_act(&dispatcher, &of("head")).await;
    assert_eq!(text(&reported, "/details/reason"), "passive", "never begun");
    assert_eq!(text(&reported, "/person/id"), head.account_id(), "addressed to the unit's head");
    wait_for_notice(&city.leader().await, &ticket, "抄送：报主要负责人").await;

    city.clock_to(at(monday + Days::new(2), 9, 0)).await;
    let command = city.staff("command").await;
    let matter = wait_for_act(&command, &format!("kind=party_group&state=live&ticket={ticket}")).await;
    let release = json!({ "action": "release", "words": "责成分管领导一周内办结" });
    for not_the_group in [city.leader().await, dispatcher.clone(), city.staff("coordinator").await] {
        assert_eq!(on_act(&not_the_group, &matter, release.clone()).await, Err((403, 40301)));
    }
    assert_eq!(
        on_act(&command, &matter, json!({ "action": "release" })).await,
        Err((422, 42201)),
        "no resolution"
    );

    // The unit moves at last: what waited has its effect, timed from its issue.
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    let slip = wait_for_act(&dispatcher, &of("slip")).await;
    assert_eq!(text(&slip, "/state"), "effective");
    assert!(slip["effect_minutes"].as_i64().unwrap() > 24 * 60, "{slip}");
    let released = on_act(&command, &matter, release).await.unwrap();
    assert_eq!(text(&released, "/details/resolution/words"), "责成分管领导一周内办结");
    city.finish().await;
}

#[tokio::test]
async fn m078_m081_m082_people_supervise_in_four_ways_each_with_what_it_needs_and_the_end_of_the_case_ends_them()
 {
    let city = City::start().await;
    let (ticket, _) = city.dispatched_heap().await;
    let (dispatcher, coordinator) = (city.dispatcher(1).await, city.staff("coordinator").await);
    let on = |kind: &str, more: Value| {
        let mut body = json!({ "kind": kind, "ticket_id": ticket, "words": "请于今日内处置" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let due = json!({ "due_at": now().plus_ms(DAY_MS) });
    assert_eq!(issue(&dispatcher, on("slip", json!({}))).await, Err((422, 42201, "due_at".into())));
    assert_eq!(issue(&dispatcher, on("phone", json!({}))).await, Err((422, 42201, "reached".into())));
    assert_eq!(issue(&dispatcher, on("head", json!({}))).await, Err((422, 42201, "reason".into())));
    assert_eq!(issue(&dispatcher, on("circular", json!({}))).await.unwrap_err().0, 403);
    let past = json!({ "due_at": now().plus_ms(-DAY_MS) });
    assert_eq!(issue(&dispatcher, on("slip", past)).await, Err((422, 42201, "due_at".into())));
    assert_eq!(issue(&city.citizen(1).await, on("warning", json!({}))).await.unwrap_err().0, 403);

    let warning = issue(&dispatcher, on("warning", json!({}))).await.unwrap();
    let slip = issue(&dispatcher, on("slip", due.clone())).await.unwrap();
    let circular = issue(&coordinator, on("circular", json!({}))).await.unwrap();
    let phone = issue(&dispatcher, on("phone", json!({ "reached": "片区值班室" }))).await.unwrap();
    let reported = issue(&dispatcher, on("head", json!({ "reason": "stalled" }))).await.unwrap();
    assert_eq!(text(&reported, "/details/reason"), "stalled");
    let prefixes = [(&warning, "预警〔"), (&slip, "督办〔"), (&circular, "通报〔"), (&phone, "电督〔")];
    for (act, prefix) in prefixes {
        assert!(text(act, "/number").starts_with(prefix) && text(act, "/number").ends_with("〕1号"), "{act}");
        assert!(!text(act, "/issuer/name").is_empty() && act["issued_at"].is_string());
    }
    let second = issue(&dispatcher, on("slip", due)).await.unwrap();
    assert!(text(&second, "/number").ends_with("〕2号"), "numbers of a kind have no gap");
    let steps = dispatcher.timeline(&ticket).await.unwrap();
    assert_eq!(steps.iter().filter(|step| text(step, "/action") == "supervise").count(), 3);

    let handler = city.handler("huanxiu").await;
    wait_for_notice(&city.head("huanxiu").await, &ticket, "电话督办").await;
    act(&handler, &ticket, json!({ "action": "sign_in" })).await;
    for act in acts(&dispatcher, &format!("ticket={ticket}&department={UNIT}")).await {
        assert_eq!((text(&act, "/state"), act["effect_minutes"].is_number()), ("effective", true), "{act}");
    }
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    dispatcher.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    let left = acts(&dispatcher, &format!("ticket={ticket}&state=live")).await;
    assert!(left.is_empty(), "the end of the case ends them: {left:?}");
    assert_eq!(issue(&dispatcher, on("warning", json!({}))).await.unwrap_err().1, 40901);
    city.finish().await;
}

/// A heap and the same spot cleared, in a street of its own.
fn street(seed: u64) -> (Vec<u8>, Vec<u8>) {
    (wechat_compressed(&heap_before(seed, WECHAT)).unwrap(), wechat_compressed(&after(seed, WECHAT)).unwrap())
}

#[tokio::test]
async fn m085_m118_the_first_return_reminds_the_second_is_circulated_a_wrong_link_is_undone_and_a_bad_mark_warns()
 {
    let city = City::start().await;
    let (citizen, dispatcher) = (city.citizen(1).await, city.dispatcher(1).await);
    let handler = city.handler("huanxiu").await;
    let first = city.closed_heap().await;
    let mine = citizen.get("/v1/reports").await.unwrap().ok().unwrap();
    let sent = mine["items"].as_array().unwrap().iter().find(|sent| text(sent, "/ticket_id") == first);
    let rating = format!("/v1/reports/{}/rating", text(sent.unwrap(), "/id"));
    citizen.post(&rating, &json!({ "stars": 1, "comment": "还是很脏" })).await.unwrap().ok().unwrap();
    let proposed = wait_for_act(&dispatcher, "kind=warning&state=proposed").await;
    assert!(proposed["number"].is_null() && text(&proposed, "/words").contains("1 星"), "{proposed}");
    let confirmed =
        on_act(&city.staff("coordinator").await, &proposed, json!({ "action": "confirm" })).await.unwrap();
    assert!(text(&confirmed, "/number").starts_with("预警〔"));

    let (heap, cleared) = street(21);
    let second = report(&citizen, here(), heap).await;
    dispatcher.wait_for(&second, "dispatched", PATIENCE).await.unwrap();
    let reminder = wait_for_act(&dispatcher, &format!("kind=reminder&ticket={second}")).await;
    assert_eq!((text(&reminder, "/unit/code"), &reminder["details"]["nth"]), (UNIT, &json!(1)));
    assert!(acts(&dispatcher, &format!("kind=circular&ticket={second}")).await.is_empty());
    act(&handler, &second, json!({ "action": "sign_in" })).await;
    city.hand_in(&second, cleared, here()).await;
    dispatcher.wait_for(&second, "closed", PATIENCE).await.unwrap();

    let third = report(&citizen, here(), street(22).0).await;
    dispatcher.wait_for(&third, "dispatched", PATIENCE).await.unwrap();
    let circular = wait_for_act(&dispatcher, &format!("kind=circular&ticket={third}")).await;
    assert_eq!(&circular["details"]["nth"], &json!(2));
    assert!(text(&circular, "/words").contains("全局通报"));
    act(&dispatcher, &third, json!({ "action": "unlink_relapse", "reason": "不是同一堆" })).await;
    let revoked = wait_for_act(&dispatcher, &format!("kind=circular&ticket={third}")).await;
    assert_eq!((text(&revoked, "/state"), &revoked["number"]), ("revoked", &circular["number"]));
    city.finish().await;
}

#[tokio::test]
async fn m087_m088_m109_m110_m118_what_is_shown_is_moderated_answered_and_at_the_third_time_opens_a_file() {
    let city = City::start().await;
    let (ticket, seen) = city.dispatched_heap().await;
    let photo = text(&seen, "/photos/0/id").to_owned();
    let (publicity, coordinator) = (city.staff("publicity").await, city.staff("coordinator").await);
    let draft = |words: &str| json!({ "ticket_id": ticket, "title": "垃圾无人清理", "words": words, "photo_ids": [photo.clone()] });
    let private = publicity.post("/v1/exposures", &draft("请联系 13812345678")).await.unwrap();
    assert_eq!(private.refused(), (422, 42200));
    assert!(text(&private.details, "/0/reason").contains("第5个字起疑似手机号"), "{:?}", private.details);
    let mut foreign = draft("市民多次反映");
    foreign["photo_ids"] = json!([upload(&publicity, pictures::elsewhere(), here()).await]);
    assert_eq!(publicity.post("/v1/exposures", &foreign).await.unwrap().refused(), (422, 42200));
    assert_eq!(city.citizen(1).await.post("/v1/exposures", &draft("x")).await.unwrap().status, 403);

    let public =
        || async { city.nobody().get("/v1/exposures").await.unwrap().ok().unwrap()["items"].clone() };
    let looked = json!({ "action": "publish", "no_faces": [photo] });
    let mut shown = Value::Null;
    for nth in 1..=3 {
        let drafted = publicity.post("/v1/exposures", &draft("市民多次反映")).await.unwrap().ok().unwrap();
        assert_eq!(text(&drafted, "/state"), "draft");
        assert_eq!(on_act(&publicity, &drafted, looked.clone()).await, Err((403, 40303)), "not one's own");
        assert_eq!(on_act(&coordinator, &drafted, json!({ "action": "publish" })).await, Err((422, 42201)));
        assert_eq!(public().await.as_array().unwrap().len(), nth - 1, "a draft is nobody's to see");
        shown = on_act(&coordinator, &drafted, looked.clone()).await.unwrap();
        assert_eq!(shown["details"]["nth"], json!(nth));
        let files = acts(&coordinator, &format!("kind=accountability&ticket={ticket}")).await;
        assert_eq!(files.len(), usize::from(nth == 3), "only the third time opens a file");
    }
    let page = public().await;
    let before = text(&page[0], "/before/0/urls/display").to_owned();
    let path = &before[before.find("/v1/").unwrap()..];
    assert_eq!(city.nobody().get(path).await.unwrap().status, 200, "a signed copy");

    // The five results of a file, one of them by gravity.
    let command = city.staff("command").await;
    let file = wait_for_act(&command, "kind=accountability&state=live").await;
    assert_eq!((text(&file, "/unit/code"), text(&file, "/issuer/role")), (UNIT, "system"));
    let within = |kind: &str| json!({ "kind": kind, "parent": file["id"], "words": "问责处理" });
    for kind in ["circular", "talk", "downgrade", "bonus_cut"] {
        let result = issue(&command, within(kind)).await.unwrap();
        assert_eq!((text(&result, "/parent"), text(&result, "/unit/code")), (text(&file, "/id"), UNIT));
    }
    assert_eq!(issue(&command, within("personal")).await, Err((422, 42201, "gravity".into())));
    let mut personal = within("personal");
    personal["gravity"] = json!("诫勉谈话");
    issue(&command, personal).await.unwrap();
    assert_eq!(acts(&command, &format!("parent={}", text(&file, "/id"))).await.len(), 5);
    let seen =
        acts(&city.staff("inspector-supervision1").await, &format!("parent={}", text(&file, "/id"))).await;
    assert_eq!(seen.len(), 4, "what is held against a person is not for everybody");

    // It is fixed: the echo shows before and after, and citizens judge it once each.
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    city.hand_in(&ticket, pictures::cleared(), here()).await;
    let closed = city.dispatcher(1).await.wait_for(&ticket, "closed", PATIENCE).await.unwrap();
    let photos = closed["photos"].as_array().unwrap();
    let fixed = photos.iter().find(|photo| text(photo, "/part") == "after").unwrap()["id"].clone();
    let echo =
        json!({ "action": "echo", "words": "已清运并恢复", "photo_ids": [fixed], "no_faces": [fixed] });
    on_act(&publicity, &shown, echo).await.unwrap();
    let votes = format!("/v1/exposures/{}/votes", text(&shown, "/id"));
    let (first, second) = (city.citizen(1).await, city.citizen(2).await);
    first.post(&votes, &json!({ "satisfied": true })).await.unwrap().ok().unwrap();
    second.post(&votes, &json!({ "satisfied": false })).await.unwrap().ok().unwrap();
    assert_eq!(first.post(&votes, &json!({ "satisfied": false })).await.unwrap().refused(), (409, 40900));
    let page = public().await;
    let top = page.as_array().unwrap().iter().find(|item| item["id"] == shown["id"]).unwrap();
    assert_eq!((&top["votes"]["satisfied"], &top["votes"]["unsatisfied"]), (&json!(1), &json!(1)));
    assert_eq!((text(top, "/echo/words"), &top["solved"]), ("已清运并恢复", &json!(true)));
    assert!(!text(top, "/echo/photos/0/urls/display").is_empty());
    city.finish().await;
}

#[tokio::test]
async fn m080_m108_what_is_circulated_again_and_again_goes_to_the_party_group_and_units_climb_their_own_ladder()
 {
    let city = City::start().await;
    let fault = set_rule(&city, "ticket_ladder", json!({ "rungs": [] })).await.unwrap_err();
    assert_eq!((fault.0, fault.1.starts_with("第1级：缺少“提醒”")), (400, true), "{fault:?}");
    // Slow rungs, so that only the circulars of two half months in a row lead to the party group.
    let rung =
        |act: &str| json!({ "act": act, "when": ["overdue"], "after_minutes": 100_000, "due_minutes": 60 });
    let rungs = ["reminder", "slip", "head", "party_group"].map(rung);
    set_rule(&city, "ticket_ladder", json!({ "rungs": rungs, "consecutive": 2 })).await.unwrap();
    let step =
        |act: &str, within: u32| json!({ "act": act, "within_days": within, "count": 1, "period_days": 60 });
    let rungs = [step("circular", 0), step("talk", 60), step("efficiency", 60), step("discipline", 60)];
    set_rule(&city, "unit_ladder", json!({ "rungs": rungs })).await.unwrap();

    let (leader, command) = (city.leader().await, city.staff("command").await);
    let talk = json!({ "kind": "talk", "department": UNIT, "words": "约谈主要负责人" });
    assert_eq!(issue(&leader, talk.clone()).await, Err((422, 42201, "kind".into())), "no circular before");
    city.next_monday().await;
    let (ticket, _) = city.dispatched_heap().await;
    city.forward(2 * DAY_MS).await;
    let proposal = wait_for_act(&command, &format!("kind=circular&state=proposed&department={UNIT}")).await;
    assert!(text(&proposal, "/words").contains("超时 1 件"), "{proposal}");
    let out = acts(&city.head("huanxiu").await, "kind=circular").await;
    assert!(out.iter().all(|act| act["ticket_id"].is_string()), "a proposal is not out: {out:?}");
    on_act(&command, &proposal, json!({ "action": "confirm" })).await.unwrap();
    issue(&leader, talk).await.unwrap();
    let jump = json!({ "kind": "discipline", "department": UNIT, "words": "移送" });
    assert_eq!(issue(&command, jump).await, Err((422, 42201, "kind".into())), "no rung is left out");

    city.forward(33 * DAY_MS).await;
    let matter = wait_for_act(&command, &format!("kind=party_group&ticket={ticket}")).await;
    assert!(text(&matter, "/words").contains("连续 2 期通报"), "{matter}");
    let circulars = acts(&command, &format!("kind=circular&ticket={ticket}")).await;
    assert!(circulars.len() >= 2, "one for each half month: {circulars:?}");
    let release = json!({ "action": "release", "words": "党组研究同意解除" });
    assert_eq!(on_act(&leader, &matter, release.clone()).await, Err((403, 40301)));
    assert_eq!(text(&on_act(&command, &matter, release).await.unwrap(), "/state"), "released");
    city.finish().await;
}

#[tokio::test]
async fn m111_m112_m113_m114_m120_m121_sanctions_rewards_badges_pursuits_penalties_and_credit_are_records_of_people()
 {
    let city = City::start().await;
    let (coordinator, command) = (city.staff("coordinator").await, city.staff("command").await);
    let on = |kind: &str, more: Value| {
        let mut body = json!({ "kind": kind, "department": UNIT, "words": "经研究决定" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    assert_eq!(issue(&coordinator, on("deduction", json!({}))).await, Err((422, 42201, "points".into())));
    assert_eq!(
        issue(&coordinator, on("pursuit", json!({ "points": 2 }))).await,
        Err((422, 42201, "item".into()))
    );
    let lost = json!({ "points": 2, "item": "测评点位 12 第 3 项：占道经营" });
    for body in [
        on("deduction", json!({ "points": 2 })),
        on("title_removed", json!({})),
        on("commend", json!({})),
        on("recommend", json!({})),
        on("promote", json!({})),
        on("badge", json!({ "badge": "流动红旗" })),
        on("pursuit", lost),
    ] {
        let issued = issue(&coordinator, body).await.unwrap();
        assert!(text(&issued, "/number").ends_with("〕1号"), "{issued}");
    }
    let badges = acts(&city.head("huanxiu").await, "kind=badge").await;
    assert_eq!(text(&badges[0], "/details/badge"), "流动红旗", "the unit sees its own");

    let until = now().plus_ms(30 * DAY_MS);
    let record = json!({ "kind": "credit", "subject": "某物业公司", "words": "多次拒不整改",
        "legal_basis": "城市管理条例第十条", "expires_at": until });
    assert_eq!(issue(&coordinator, record.clone()).await, Err((422, 42200, String::new())), "off by default");
    set_rule(&city, "credit", json!({ "enabled": true })).await.unwrap();
    let mut person = record.clone();
    person["natural_person"] = json!(true);
    assert_eq!(
        issue(&coordinator, person).await.unwrap_err().1,
        42200,
        "a natural person needs a rule of its own"
    );
    let mut bare = record.clone();
    bare.as_object_mut().unwrap().remove("legal_basis");
    assert_eq!(issue(&coordinator, bare).await, Err((422, 42201, "legal_basis".into())));
    let entry = issue(&coordinator, record).await.unwrap();
    assert_eq!((text(&entry, "/state"), &entry["number"]), ("proposed", &Value::Null));
    assert_eq!(on_act(&coordinator, &entry, json!({ "action": "confirm" })).await, Err((403, 40303)));
    on_act(&command, &entry, json!({ "action": "confirm" })).await.unwrap();
    let appeal = json!({ "action": "appeal", "reason": "当事人称已整改" });
    on_act(&coordinator, &entry, appeal).await.unwrap();
    on_act(&command, &entry, json!({ "action": "dismiss", "reason": "查证不实" })).await.unwrap();
    let repaired =
        on_act(&coordinator, &entry, json!({ "action": "repair", "words": "已完成信用修复" })).await.unwrap();
    assert_eq!((text(&repaired, "/state"), repaired["details"]["repaired"].is_object()), ("released", true));
    let path = format!("/v1/acts/{}", text(&entry, "/id"));
    assert_eq!(city.dispatcher(1).await.get(&path).await.unwrap().status, 404);

    let notice = json!({ "kind": "penalty_notice", "subject": "某餐饮店", "title": "占道经营处罚", "words": "罚款五百元",
        "legal_basis": "城市管理条例第二十条", "expires_at": now().plus_ms(60 * MINUTE_MS) });
    let notice = issue(&coordinator, notice).await.unwrap();
    on_act(&command, &notice, json!({ "action": "publish" })).await.unwrap();
    let shown = || async {
        let page = city.nobody().get("/v1/exposures?kind=penalty_notice").await.unwrap().ok().unwrap();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(shown().await, 1);
    city.forward(61 * MINUTE_MS).await;
    assert_eq!(shown().await, 0, "taken down on its day");
    city.finish().await;
}
