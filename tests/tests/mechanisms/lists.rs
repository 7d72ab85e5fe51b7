//! Registers, the three lists and the patches from the air.

mod defects;

use demo::client::{Answer, Client, text};
use domain::geo::datum::Wgs84;
use domain::time::MINUTE_MS;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::City;
use tests::street::{PATIENCE, act, beside, here};

/// Sends a file as a clerk's page does.
async fn import(
    who: &Client,
    kind: &str,
    file: impl Into<Vec<u8>>,
    texts: &[(&'static str, &str)],
) -> Answer {
    let form = Form::new().part("file", Part::bytes(file.into()).file_name("file"));
    let form = texts.iter().fold(form, |form, (name, text)| form.text(*name, (*text).to_owned()));
    let path = format!("/v1/imports/{kind}");
    let request = who.request(Method::POST, &path).multipart(form);
    who.finish(request, "POST", &path, None).await.unwrap()
}

async fn get(who: &Client, path: &str) -> Value {
    who.get(path).await.unwrap().ok().unwrap_or_else(|error| panic!("{path}: {error}"))
}

async fn put(who: &Client, register: &str, entry: Value) -> Value {
    let answer = who.post(&format!("/v1/registers/{register}"), &entry).await.unwrap();
    answer.ok().unwrap_or_else(|error| panic!("{entry}: {error}"))
}

async fn sign_of_life(who: &Client, camera: &str) -> Answer {
    let path = format!("/v1/registers/camera/{camera}/seen");
    who.send(Method::POST, &path, &[], None).await.unwrap()
}

/// The codes of a list, page by page.
async fn codes(who: &Client, path: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(who, &format!("{path}{cursor}")).await;
        found.extend(page["items"].as_array().unwrap().iter().map(|line| text(line, "/code").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("{}cursor={next}", if path.contains('?') { "&" } else { "?" });
    }
}

/// Line and column of every fault of a refused file.
fn faults(answer: &Answer) -> Vec<(i64, String)> {
    assert_eq!(answer.refused(), (422, 42202), "{} {}", answer.message, answer.details);
    let place = |detail: &Value| (detail["line"].as_i64().unwrap(), text(detail, "/column").to_owned());
    answer.details.as_array().unwrap().iter().map(place).collect()
}

fn square(at: Wgs84, side: f64) -> Value {
    let (w, s, e, n) = (at.lon - side, at.lat - side, at.lon + side, at.lat + side);
    json!({ "type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]] })
}

fn patch(id: &str, at: Wgs84, new_build: bool) -> Value {
    json!({ "type": "Feature", "id": id, "properties": { "new_build": new_build, "address": "示例路" },
            "geometry": square(at, 0.0001) })
}

fn patches(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// The test system of 49 classes and 576 items, the last twelve of which nobody owns.
fn items() -> String {
    let mut file = String::from("编码,名称,上级编码,责任单位,协办单位,分管领导,责任人,标签,类别\n");
    (1..=49).for_each(|class| file.push_str(&format!("{class},第{class}大类,,,,,,,\n")));
    for n in 0..576 {
        let class = n % 49 + 1;
        let owner = if n < 564 { "line-sanitation,line-roads,leader,head-sanitation" } else { ",,," };
        let part = ["实地", "材料", "问卷"][n % 3];
        file.push_str(&format!("{class}.{n},第{n}项,{class},{owner},{part},06010\n"));
    }
    file
}

#[tokio::test]
async fn m021_m022_m028_m029_m113_m123_the_test_system_is_split_to_three_owners_and_points_in_three_lists() {
    let city = City::start().await;
    let (admin, citizen, leader) = (city.admin().await, city.citizen(1).await, city.leader().await);
    let wrong = import(&admin, "item", items(), &[("expected", "49/577")]).await;
    assert_eq!(faults(&wrong), [(1, "文件".to_owned())]);
    assert!(wrong.details[0]["reason"].as_str().unwrap().contains("实为 49 大类 576 小项"));
    assert!(codes(&admin, "/v1/registers/item?limit=100").await.is_empty(), "half a file was taken");
    let summary = import(&admin, "item", items(), &[("expected", "49/576")]).await.ok().unwrap();
    assert_eq!(summary["notes"][0], "49 大类 576 小项");
    assert!(text(&summary, "/notes/1").starts_with("12 项没有责任单位："), "{summary}");
    let points = "code,name,parent,longitude,latitude,coord_type,department,target,done\n\
                  P1,环秀路,1.0,120.46,36.36,wgs84,area-huanxiu,1,1\nP2,潮海路,1.0,120.49,36.40,wgs84,area-chaohai,1,0\n";
    import(&admin, "point", points, &[]).await.ok().unwrap();

    let item = get(&leader, "/v1/registers/item/1.0").await;
    let owners = [text(&item, "/leader/name"), text(&item, "/department/name"), text(&item, "/person/name")];
    assert!(owners.iter().all(|owner| !owner.is_empty()), "{item}");
    assert_eq!(codes(&leader, "/v1/registers/item?limit=100").await.len(), 625);
    let projects = get(&leader, "/v1/lists/projects?department=line-sanitation&limit=1").await;
    let line = &projects["items"][0];
    assert_eq!((text(line, "/code"), text(line, "/part"), &line["points_done"]), ("1.0", "site", &json!(1)));
    assert_eq!(line["points"][1]["code"], "P2", "a lost point names its item and its owner: {line}");
    assert_eq!(codes(&leader, "/v1/lists/projects?department=line-sanitation&limit=100").await.len(), 564);

    let duties = get(&leader, "/v1/lists/duties?department=area-huanxiu&limit=5").await;
    for line in duties["items"].as_array().unwrap() {
        let carried = ["/leader/name", "/lead/name", "/person/name"].map(|at| !text(line, at).is_empty());
        assert_eq!(carried, [true; 3], "{line}");
    }
    for list in ["projects", "problems", "duties"] {
        let file = leader.get(&format!("/v1/lists/{list}?format=csv")).await.unwrap();
        assert!(file.body.starts_with("\u{feff}".as_bytes()), "{list}");
        assert!(file.header("content-disposition").contains("filename*=UTF-8''"), "{list}");
        let book = leader.get(&format!("/v1/lists/{list}?format=xlsx")).await.unwrap();
        assert!(book.status == 200 && book.body.starts_with(b"PK"), "{list}");
        assert_eq!(citizen.get(&format!("/v1/lists/{list}")).await.unwrap().status, 403);
    }
    assert_eq!(leader.get("/v1/lists/wishes").await.unwrap().status, 404);
    // What is taken away can be brought back.
    let file = admin.get("/v1/registers/point?format=csv").await.unwrap();
    let again = import(&admin, "point", file.body, &[("expected", "2")]).await.ok().unwrap();
    assert_eq!(again["rows"], 2);
    city.finish().await;
}

#[tokio::test]
async fn m023_m034_the_negative_list_shows_open_problems_by_family_with_deadline_and_live_state() {
    let city = City::start().await;
    let (ticket, _) = city.dispatched_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let heaps = get(&dispatcher, "/v1/lists/problems?theme=six_heaps").await;
    let line = &heaps["items"][0];
    assert_eq!(text(line, "/ticket"), ticket);
    assert!(line["due_at"].is_string() && line["on_map"] == true, "{line}");
    let families: Vec<&str> =
        line["themes"].as_array().unwrap().iter().map(|theme| text(theme, "/name")).collect();
    assert!(families.contains(&"六大堆") && families.contains(&"病媒生物"), "{families:?}");
    assert_eq!(get(&dispatcher, "/v1/lists/problems?theme=market").await["items"], json!([]));
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    let live = get(&dispatcher, "/v1/lists/problems?theme=six_heaps").await;
    assert_eq!(live["items"][0]["stage"], "handling");
    assert_eq!(get(&dispatcher, "/v1/lists/problems?department=area-lancun").await["items"], json!([]));

    let rule = json!({ "value": [{ "code": "mine", "name": "门前乱堆", "categories": ["0601"] }] });
    city.admin().await.post("/v1/rules/themes", &rule).await.unwrap().ok().unwrap();
    let named = get(&dispatcher, "/v1/lists/problems?theme=mine").await;
    assert_eq!(named["items"][0]["themes"], json!([{ "code": "mine", "name": "门前乱堆" }]));
    let unknown = dispatcher.get("/v1/lists/problems?theme=six_heaps").await.unwrap();
    assert_eq!(unknown.refused(), (400, 40004));
    let empty = json!({ "value": [{ "code": "none", "name": "空" }] });
    assert_eq!(city.admin().await.post("/v1/rules/themes", &empty).await.unwrap().status, 400);
    city.finish().await;
}

#[tokio::test]
async fn m013_m014_a_flight_s_patches_become_cases_that_their_locality_judges_and_none_comes_twice() {
    let city = City::start().await;
    let (admin, dispatcher) = (city.admin().await, city.dispatcher(1).await);
    let drone = [("coord_type", "wgs84"), ("source", "drone"), ("programme", "F-2026-1")];
    let (a, b) = (patch("t1", beside(0.0, 0.0), false), patch("t2", beside(30.0, 0.0), true));
    let bow = json!({ "type": "Feature", "id": "t3", "properties": {}, "geometry": { "type": "Polygon",
        "coordinates": [[[120.0, 36.0], [120.01, 36.01], [120.01, 36.0], [120.0, 36.01], [120.0, 36.0]]] } });
    let refused = import(&dispatcher, "patches", patches(&[a.clone(), bow]), &drone).await;
    assert_eq!(faults(&refused), [(2, "geometry".to_owned())]);
    let seen = get(&dispatcher, "/v1/tickets?source=drone&with_total=true").await;
    assert_eq!(seen["total"], 0, "a patch of a refused file was taken");
    let leader = import(&city.leader().await, "patches", patches(std::slice::from_ref(&a)), &drone).await;
    assert_eq!(leader.status, 403);
    let nowhere = import(
        &admin,
        "patches",
        patches(std::slice::from_ref(&a)),
        &[("coord_type", "wgs84"), ("source", "h5")],
    )
    .await;
    assert_eq!(nowhere.status, 400);

    let outside = patch("t9", Wgs84 { lon: 120.05, lat: 36.30 }, false);
    let all = patches(&[a, b, outside]);
    let summary = import(&dispatcher, "patches", all.clone(), &drone).await.ok().unwrap();
    assert_eq!(summary["rows"], 3, "{summary}");
    let notes = summary["notes"].to_string();
    assert!(notes.contains("环秀街道 2 个") && notes.contains("辖区以外 1 个"), "split by 属地: {notes}");
    let again = import(&admin, "patches", all, &drone).await.ok().unwrap();
    assert_eq!((&again["rows"], &again["notes"][0]), (&json!(0), &json!("新立 0 个，此前已导入 3 个")));

    let found = get(&dispatcher, "/v1/tickets?source=drone&programme=F-2026-1&with_total=true").await;
    assert_eq!(found["total"], 3);
    let ticket = |id: &str| {
        let rows = found["items"].as_array().unwrap();
        let row = rows.iter().find(|row| text(row, "/words").contains(id)).unwrap();
        text(row, "/id").to_owned()
    };
    let (old, new) = (ticket("t1"), ticket("t2"));
    for id in [&old, &new] {
        dispatcher.wait_for(id, "verifying", PATIENCE).await.unwrap();
    }
    let locality = city.grid_worker().await;
    act(&locality, &old, json!({ "action": "verify", "finding": "approved", "note": "有许可证" })).await;
    assert_eq!(demo::client::stage_of(&dispatcher.ticket(&old).await.unwrap()), "declined");
    act(&locality, &new, json!({ "action": "verify", "finding": "real", "note": "正在加盖" })).await;
    let real = dispatcher
        .wait_until(&new, PATIENCE, |seen| !matches!(demo::client::stage_of(seen), "verifying" | "received"))
        .await
        .unwrap();
    assert_eq!(
        real.pointer("/category/code").or(real.pointer("/class/category")),
        Some(&json!("06001")),
        "{real}"
    );

    let satellite = [("coord_type", "wgs84"), ("source", "satellite"), ("programme", "S-2026-1")];
    let summary =
        import(&admin, "patches", patches(&[patch("t1", beside(60.0, 0.0), true)]), &satellite).await;
    assert_eq!(summary.ok().unwrap()["rows"], 1, "another source is another patch");
    city.finish().await;
}

#[tokio::test]
async fn m011_m015_m033_cameras_tell_that_they_live_and_sites_and_flights_are_kept_up_to_date() {
    let city = City::start().await;
    let (admin, integration) = (city.admin().await, city.integration().await);
    let mut camera = json!({ "code": "cam-1", "name": "路口", "longitude": 120.46, "latitude": 36.36,
                             "coord_type": "wgs84", "body": { "heading": 90 } });
    let first = put(&admin, "camera", camera.clone()).await;
    assert_eq!((&first["offline"], &first["version"]), (&json!(true), &json!(1)));
    let silent = "/v1/registers/camera?offline=true";
    assert_eq!(codes(&admin, silent).await, ["cam-1"]);
    let seen = sign_of_life(&integration, "cam-1").await.ok().unwrap();
    assert_eq!((&seen["offline"], &seen["version"]), (&json!(false), &json!(1)), "a sign of life is no edit");
    assert!(codes(&admin, silent).await.is_empty());
    city.forward(31 * MINUTE_MS).await;
    assert_eq!(codes(&admin, silent).await, ["cam-1"]);
    assert_eq!(sign_of_life(&admin, "cam-1").await.status, 403);
    assert_eq!(sign_of_life(&integration, "no").await.status, 404);
    camera["expected_version"] = json!(7);
    assert_eq!(admin.post("/v1/registers/camera", &camera).await.unwrap().refused(), (409, 40902));

    let site = "code,name,department,longitude,latitude,coord_type,from_day,to_day\n\
                s1,安置房工地,area-huanxiu,120.46,36.36,wgs84,2026-03-01,2027-03-01\n";
    import(&admin, "site", site, &[]).await.ok().unwrap();
    let shown = get(&admin, "/v1/registers/site/s1").await;
    assert_eq!(shown["checks"].as_array().unwrap().len(), 6, "six items, each with a photo: {shown}");
    let flight = json!({ "code": "F-1", "name": "三月巡飞", "parent": "s1", "from_day": "2026-03-05",
                         "body": { "sorties": 12, "found": 3, "done": 1 } });
    assert_eq!(put(&admin, "flight", flight).await["body"]["found"], 3);
    let near = "/v1/registers/site?longitude=120.46&latitude=36.36&coord_type=wgs84&radius=200";
    assert_eq!(codes(&admin, near).await, ["s1"]);
    let gone = json!({ "code": "s1", "name": "安置房工地", "longitude": 120.46, "latitude": 36.36,
                       "coord_type": "wgs84", "active": false });
    put(&admin, "site", gone).await;
    assert!(codes(&admin, "/v1/registers/site").await.is_empty(), "retired");
    assert_eq!(codes(&admin, "/v1/registers/site?active=false").await, ["s1"]);
    city.finish().await;
}

#[tokio::test]
async fn m037_m038_a_watched_estate_raises_what_is_found_in_it_and_hard_points_count_towards_their_target() {
    let city = City::start().await;
    let admin = city.admin().await;
    let roads = json!({ "code": "roads", "name": "示范路", "target": 30, "tags": ["示范路"],
                        "department": "line-roads", "body": { "done": 12 } });
    let roads = put(&admin, "stubborn", roads).await;
    assert_eq!((&roads["target"], &roads["body"]["done"]), (&json!(30), &json!(12)));
    let estate = json!({ "code": "w1", "name": "帮包联系小区", "shape": square(here(), 0.001), "coord_type": "wgs84",
                         "leader": "leader", "tags": ["patrol"] });
    let estate = put(&admin, "watch_area", estate).await;
    assert_eq!(estate["shape"]["type"], "MultiPolygon");
    let (_, seen) = city.dispatched_heap().await;
    let priority = seen.pointer("/priority/value").or(seen.pointer("/priority")).cloned();
    assert!(priority.is_some_and(|word| word == "high" || word == "top"), "watched more closely: {seen}");
    city.finish().await;
}

#[tokio::test]
async fn m042_m053_m060_m061_m116_m124_every_register_takes_its_own_entries_and_counts_to_its_target() {
    let city = City::start().await;
    let admin = city.admin().await;
    let mut teams = String::from("编码,名称,标签,责任单位\n");
    for (kind, label, count) in [("a", "片区组", 5), ("i", "行业组", 4), ("f", "职能组", 4)] {
        (1..=count).for_each(|n| teams.push_str(&format!("{kind}{n},{label}{n},{label},office\n")));
    }
    import(&admin, "area_team", teams, &[("expected", "13")]).await.ok().unwrap();
    for (tag, count) in [("area", 5), ("industry", 4), ("function", 4)] {
        assert_eq!(codes(&admin, &format!("/v1/registers/area_team?tag={tag}")).await.len(), count, "{tag}");
    }
    let receivers = "code,name,department,layer,grid,target,done\n\
                     r1,燃气公司,ext-gas,community,370215001006002,,3\nr2,供水公司,ext-water,community,370215001006002,5,5\n";
    import(&admin, "receiver", receivers, &[]).await.ok().unwrap();
    let at_community = "/v1/registers/receiver?layer=community&grid=370215001006002";
    assert_eq!(codes(&admin, at_community).await, ["r1", "r2"]);
    let gas = get(&admin, "/v1/registers/receiver/r1").await;
    assert_eq!(
        (&gas["target"], &gas["body"]["done"]),
        (&json!(4), &json!(3)),
        "four projects unless told otherwise"
    );
    put(
        &admin,
        "frontage",
        json!({ "code": "f1", "name": "示例超市", "longitude": 120.46, "latitude": 36.36,
        "coord_type": "wgs84", "department": "area-huanxiu", "person": "grid-huanxiu1" }),
    )
    .await;
    put(
        &admin,
        "chief",
        json!({ "code": "river", "name": "墨水河河长", "person": "head-huanxiu", "level": 2,
        "tags": ["river"], "shape": square(here(), 0.002), "coord_type": "wgs84" }),
    )
    .await;
    put(
        &admin,
        "contractor",
        json!({ "code": "k1", "name": "环卫一体化公司",
        "body": { "weights": { "line-sanitation": 0.6, "area-huanxiu": 0.4 } } }),
    )
    .await;
    put(
        &admin,
        "project",
        json!({ "code": "p1", "name": "口袋公园", "tags": ["为民实事"], "to_day": "2026-12-31",
        "department": "line-sanitation", "body": { "status": "doing" } }),
    )
    .await;
    assert_eq!(codes(&admin, "/v1/registers/project?tag=为民实事").await, ["p1"]);
    city.finish().await;
}

#[tokio::test]
async fn m031_m032_every_enumerated_defect_has_a_category_with_a_standard_and_standards_have_versions() {
    let city = City::start().await;
    let (ticket, before) = city.dispatched_heap().await;
    let admin = city.admin().await;
    let catalogue = get(&admin, "/v1/categories").await;
    let lines = catalogue["worklines"].as_array().unwrap();
    let categories: Vec<&Value> =
        lines.iter().flat_map(|line| line["categories"].as_array().unwrap()).collect();
    for (list, defects) in defects::DEFECTS {
        for (defect, code) in *defects {
            let category = categories.iter().find(|category| text(category, "/code") == *code);
            let category = category.unwrap_or_else(|| panic!("{list}：{defect} 没有类别 {code}"));
            let standard = &category["standards"][0];
            let told =
                ["/opens_when", "/closes_when", "/limit/label"].map(|at| !text(standard, at).is_empty());
            assert_eq!(told, [true; 3], "{list}：{defect} {category}");
        }
    }
    let file = "category,code,name,opens_when,limit_amount,limit_unit,closes_when,source\n\
                06010,06010-1,暴露垃圾,任何散落垃圾,1,work_hours,清除,本地标准\n";
    let summary = import(&admin, "standards", file, &[]).await.ok().unwrap();
    assert!(summary["notes"].to_string().contains("1 条标准有新版本"), "{summary}");
    let again = import(&admin, "standards", file, &[]).await.ok().unwrap();
    assert!(!again["notes"].to_string().contains("新版本"), "{again}");
    assert!(get(&admin, "/v1/categories").await["version"].as_i64() > catalogue["version"].as_i64());
    let after = city.dispatcher(1).await.ticket(&ticket).await.unwrap();
    assert!(after["standard"].is_object(), "{after}");
    assert_eq!(after["standard"], before["standard"], "a ticket keeps the standard by which it was filed");
    city.finish().await;
}

#[tokio::test]
async fn a_register_refuses_what_does_not_exist_with_reason_and_place() {
    let city = City::start().await;
    let admin = city.admin().await;
    for path in ["/v1/registers/unicorn", "/v1/registers/item/none"] {
        assert_eq!(admin.get(path).await.unwrap().refused(), (404, 40401), "{path}");
    }
    assert_eq!(import(&admin, "unicorn", "code,name\na,b\n", &[]).await.status, 404);
    let wrong = "code,name,parent,department,person,category,weight\n\
                 a,甲,,nowhere,nobody,99,-1\nb,乙,c,,,,\nc,丙,b,,,,\na,丁,zz,,,,\n";
    let answer = import(&admin, "item", wrong, &[]).await;
    let mut places = faults(&answer);
    places.sort();
    let expected = [
        (2, "category"),
        (2, "department"),
        (2, "person"),
        (2, "weight"),
        (3, "parent"),
        (4, "parent"),
        (5, "code"),
        (5, "parent"),
    ];
    assert_eq!(places, expected.map(|(line, column)| (line, column.to_owned())));
    let bad = json!({ "code": "x", "name": "甲", "department": "nowhere", "person": "nobody", "level": 9,
                      "from_day": "2026-03-02", "to_day": "2026-03-01" });
    let answer = admin.post("/v1/registers/chief", &bad).await.unwrap();
    assert_eq!(answer.refused(), (422, 42200));
    let fields: Vec<&str> =
        answer.details.as_array().unwrap().iter().map(|detail| text(detail, "/field")).collect();
    for field in ["person", "department", "level", "grid", "to_day"] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
    let publicity = city.staff("publicity").await;
    assert_eq!(
        publicity.post("/v1/registers/item", &json!({ "code": "1", "name": "甲" })).await.unwrap().status,
        403
    );
    for outsider in [city.citizen(1).await, city.integration().await, city.staff("visitor1").await] {
        assert_eq!(outsider.get("/v1/registers/item").await.unwrap().status, 403);
    }
    city.finish().await;
}
