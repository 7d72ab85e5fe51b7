//! The quality of the numbers: boards, scores with every lost point, weather, targets, hot spots and frozen months.

use std::time::Instant;

use chrono::{Datelike as _, Days, NaiveDate};
use demo::client::{Client, text};
use domain::geo::datum::Wgs84;
use domain::stats::tally::Sums;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tests::City;
use tests::clock::{at, now};
use tests::pictures;
use tests::street::{PATIENCE, act, beside, file, heap_report, upload, wait_for_notice};

/// The unit of the street.
const UNIT: &str = "area-huanxiu";

async fn board(who: &Client, query: &str) -> Value {
    let path = format!("/v1/boards/{query}");
    let board = who.get(&path).await.unwrap().ok().unwrap_or_else(|error| panic!("{path}: {error}"));
    for row in
        board["rows"].as_array().unwrap().iter().chain(Some(&board["total"]).filter(|row| row.is_object()))
    {
        for figure in row["figures"].as_array().unwrap() {
            let known = |formula: &Value| {
                formula["name"] == figure["formula"] && formula["version"] == figure["version"]
            };
            assert!(board["formulas"].as_array().unwrap().iter().any(known), "{figure} has no formula");
        }
    }
    board
}

fn row<'a>(board: &'a Value, key: &str) -> &'a Value {
    let rows = board["rows"].as_array().unwrap();
    rows.iter().find(|row| text(row, "/key") == key).unwrap_or_else(|| panic!("no row {key}: {board}"))
}

fn figure<'a>(row: &'a Value, name: &str) -> &'a Value {
    let figures = row["figures"].as_array().unwrap();
    figures.iter().find(|figure| text(figure, "/name") == name).unwrap_or_else(|| panic!("no {name}: {row}"))
}

fn value(row: &Value, name: &str) -> i64 {
    figure(row, name)["value"].as_i64().unwrap_or_else(|| panic!("no value of {name}: {row}"))
}

async fn wait_for_board(who: &Client, query: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let board = board(who, query).await;
        if fits(&board) {
            return board;
        }
        assert!(began.elapsed() < PATIENCE, "{query}: {board}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn set_rule(city: &City, name: &str, value: Value) -> Result<Value, String> {
    let body = json!({ "value": value });
    let answer = city.staff("institution").await.post(&format!("/v1/rules/{name}"), &body).await.unwrap();
    let reason = text(&answer.details, "/0/reason").to_owned();
    answer.ok().map_err(|_| reason)
}

fn patch(id: &str, at: Wgs84) -> Value {
    let (w, s, e, n) = (at.lon - 0.0001, at.lat - 0.0001, at.lon + 0.0001, at.lat + 0.0001);
    json!({ "type": "Feature", "id": id, "properties": { "new_build": false, "address": "示例路" },
        "geometry": { "type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]] } })
}

async fn import(who: &Client, features: &[Value]) {
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let form = Form::new()
        .part("file", Part::bytes(file.into_bytes()).file_name("file"))
        .text("coord_type", "wgs84")
        .text("source", "drone")
        .text("programme", "F-2026-9");
    let path = "/v1/imports/patches";
    let request = who.request(Method::POST, path).multipart(form);
    who.finish(request, "POST", path, None).await.unwrap().ok().unwrap();
}

/// Lets the worker catch up with the clock, so that the next move finds nothing half done.
async fn settle(city: &City) {
    let database = city.database().await;
    database.wait_for_jobs().await;
    database.close().await;
}

/// A working Monday whose Tuesday is in the same month.
async fn a_monday(city: &City) -> NaiveDate {
    loop {
        let monday = city.next_monday().await;
        settle(city).await;
        if (monday + Days::new(1)).month() == monday.month() {
            return monday;
        }
    }
}

fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// Runs a text on the city's database: what a year of work would have left there.
async fn write(city: &City, sql: String) {
    let url = &city.backend().database_url;
    if url.starts_with("sqlite:") {
        let options: SqliteConnectOptions = url.parse().unwrap();
        let options = options.busy_timeout(PATIENCE);
        let mut to = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut to).await.unwrap();
        to.close().await.unwrap();
    } else {
        let mut to = PgConnection::connect(url).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut to).await.unwrap();
        to.close().await.unwrap();
    }
}

async fn seed(city: &City, day: NaiveDate, dimension: &str, value: &str, sums: Sums) {
    let values: Vec<String> = sums.values().iter().map(ToString::to_string).collect();
    let sql = format!(
        "insert into tally (dimension, day, value, {}) values ('{dimension}', '{day}', '{value}', {})",
        Sums::COLUMNS.join(", "),
        values.join(", ")
    );
    write(city, sql).await;
}

#[tokio::test]
async fn m104_m117_published_totals_come_out_with_weather_and_targets_that_will_be_missed_raise_the_alarm() {
    let city = City::plan().uncounted().start().await;
    let (leader, today) = (city.leader().await, now().date());
    // A day of this year, before this month where the year has one.
    let day = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap();
    let unit = Sums { found: 40_000, found_struck_off: 39_600, ..Sums::default() };
    let rest = Sums { found: 1_516, found_struck_off: 1_390, ..Sums::default() };
    let work = Sums {
        opened: 1_054,
        registered: 996,
        due: 972,
        due_closed: 911,
        due_closed_on_time: 737,
        ..Sums::default()
    };
    seed(&city, day, "all", "", unit + rest + work).await;
    seed(&city, day, "lead", UNIT, unit + work).await;
    seed(&city, day, "lead", "line-roads", rest).await;

    let year = format!("span={}", today.year());
    let weather = board(&leader, &format!("weather?{year}")).await;
    let total = &weather["total"];
    let clearing = figure(total, "clearing");
    assert_eq!((&clearing["numerator"], &clearing["denominator"]), (&json!(40_990), &json!(41_516)));
    assert_eq!((text(clearing, "/printed"), text(total, "/label")), ("98.73 %", "晴"));
    assert_eq!(text(row(&weather, "line-roads"), "/weather"), "cloud", "1,390 of 1,516 are 91.69 %");
    assert_eq!(row(&weather, "line-trading")["weather"], Value::Null, "nothing was asked of it");
    let fault = set_rule(&city, "weather", json!({ "sun": 9000, "cloud": 9500 })).await.unwrap_err();
    assert!(fault.contains("sun"), "{fault}");
    set_rule(&city, "weather", json!({ "sun": 9990, "cloud": 9500, "overcast": 9170, "rain": 1 }))
        .await
        .unwrap();
    let weather =
        wait_for_board(&leader, &format!("weather?{year}"), |board| board["total"]["weather"] == "cloud")
            .await;
    assert_eq!(text(row(&weather, "line-roads"), "/weather"), "rain");

    let targets = board(&leader, &format!("targets?{year}")).await;
    let closing = row(&targets, "closing");
    assert_eq!((text(figure(closing, "closing"), "/printed"), value(closing, "target")), ("93.72 %", 9_800));
    assert_eq!(value(closing, "forecast"), 9_372, "what was so far goes on");
    assert!(text(closing, "/alarm").contains("达不到目标 98.00 %"), "{closing}");
    assert_eq!(text(figure(row(&targets, "closing_on_time"), "closing_on_time"), "/printed"), "75.82 %");
    assert_eq!(text(figure(row(&targets, "satisfaction"), "satisfaction"), "/printed"), "—", "nobody rated");
    assert_eq!(row(&targets, "petitions")["alarm"], Value::Null);
    city.finish().await;
}

#[tokio::test]
async fn m105_m106_m107_m113_m114_every_lost_point_has_its_cases_and_a_frozen_month_is_read_not_counted() {
    let city = City::start().await;
    let monday = a_monday(&city).await;
    let (ticket, _) = city.dispatched_heap().await;
    let (leader, head) = (city.leader().await, city.head("huanxiu").await);
    let month = month_of(monday);
    let fresh = board(&leader, &format!("ranking?span={month}")).await;
    assert_eq!(value(row(&fresh, UNIT), "score"), 10_000, "what is not due yet costs nothing: {fresh}");

    // Four working hours from nine: late since half past two, two begun days by Tuesday's evening.
    let tuesday = monday + Days::new(1);
    settle(&city).await;
    city.clock_to(at(tuesday, 18, 0)).await;
    let sql = format!(
        "insert into task (id, slot, kind, span, subject, title, about, due_at, hidden, late_given, state, done_at,
         deducted, score, full_score, version, created_at, body)
         values ('s1', 's1', 'simulation', 'x', 'P1', '农贸市场地面有垃圾', '{UNIT}', 0, false, false, 'done', {},
         350, 0, 0, 1, 0, '{{}}')",
        now().ms() - 1
    );
    write(&city, sql).await;
    let ranking = board(&leader, &format!("ranking?span={month}")).await;
    let own = row(&ranking, UNIT);
    let lost = own["lost"].as_array().unwrap();
    let sum: i64 = lost.iter().map(|lost| lost["lost"].as_i64().unwrap()).sum();
    assert_eq!(sum, 10_000 - value(own, "score"), "the explanation adds up: {own}");
    let of = |item: &str| lost.iter().find(|lost| text(lost, "/item") == item).unwrap_or(&Value::Null);
    assert_eq!((&of("late")["lost"], &of("late")["behind"]), (&json!(5_000), &json!([ticket])));
    assert_eq!(of("overdue_days")["count"], 2, "{own}");
    assert_eq!(
        (&of("simulation")["lost"], &of("simulation")["behind"]),
        (&json!(350), &json!(["农贸市场地面有垃圾"]))
    );
    assert!(text(of("late"), "/text").contains("未按期 1 件 ÷ 应结案 1 件"));
    assert_eq!((&own["rank"], text(own, "/group")), (&json!(1), "块"), "the only one of its kind with work");
    assert_eq!(row(&ranking, "line-roads")["rank"], Value::Null);

    let overdue = board(&leader, &format!("overdue?span={month}")).await;
    let days = row(&overdue, UNIT);
    assert_eq!(
        (value(days, "overdue_days"), value(days, "overdue_working_days")),
        (2, 2),
        "by the standard's unit"
    );
    assert_eq!(
        (value(days, "overdue_open_cases"), value(days, "open_overdue")),
        (1, 1),
        "still open, counted"
    );
    let labels = board(&head, &format!("labels?span={month}")).await;
    assert_eq!(text(row(&labels, UNIT), "/label"), text(own, "/label"));

    // A unit sees all ranks and only its own cases; outsiders see nothing; a field that can't be is named.
    let foreign = board(&city.head("chaohai").await, &format!("ranking?span={month}")).await;
    assert!(row(&foreign, UNIT)["lost"].as_array().unwrap().iter().all(|lost| lost["behind"] == json!([])));
    assert!(
        row(&board(&head, &format!("ranking?span={month}")).await, UNIT)["lost"]
            .to_string()
            .contains(&ticket)
    );
    board(&city.staff("oversight").await, "ranking").await;
    assert_eq!(city.citizen(1).await.get("/v1/boards/ranking").await.unwrap().status, 403);
    assert_eq!(leader.get("/v1/boards/nothing").await.unwrap().status, 404);
    for (query, field) in [
        ("ranking?span=2026-13", "span"),
        ("ranking?dimension=mode", "dimension"),
        ("funnel?department=u", "department"),
    ] {
        let answer = leader.get(&format!("/v1/boards/{query}")).await.unwrap();
        assert_eq!((answer.status, text(&answer.details, "/0/field")), (400, field));
    }
    assert!(set_rule(&city, "score", json!({ "rework": -1 })).await.unwrap_err().contains("rework"));

    // Month's end: what comes later changes nothing of it.
    let first = month_after(monday);
    settle(&city).await;
    city.clock_to(at(first, 8, 1)).await;
    let query = format!("ranking?span={month}");
    let frozen = wait_for_board(&leader, &query, |board| board["frozen"] == true).await;
    set_rule(&city, "score", json!({ "late": 1 })).await.unwrap();
    city.forward(60_000).await;
    let again = board(&leader, &query).await;
    assert_eq!((&again["rows"], &again["as_of"]), (&frozen["rows"], &frozen["as_of"]));
    let next = board(&leader, &format!("labels?span={}", month_of(first))).await;
    let past = &row(&next, UNIT)["history"][0];
    assert_eq!((text(past, "/span"), &past["label"]), (month.as_str(), &row(&frozen, UNIT)["label"]));
    city.finish().await;
}

fn month_after(day: NaiveDate) -> NaiveDate {
    (1..32).map(|n| day + Days::new(n)).find(|day| day.day() == 1).unwrap()
}

#[tokio::test]
async fn m003_m007_m026_m027_m041_m118_m119_the_same_cases_are_counted_by_step_source_mode_line_rating_and_cause()
 {
    let city = City::start().await;
    let closed = city.closed_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let worker = city.grid_worker().await;
    let photo = upload(&worker, pictures::other_heap(), beside(0.0, 400.0)).await;
    let mut patrol = heap_report(beside(0.0, 400.0), 15.0, &[photo]);
    patrol["origin"] = json!({ "patrol": "walk" });
    let open = file(&worker, &patrol).await;
    dispatcher.wait_until(&open, PATIENCE, |seen| seen["number"].is_string()).await.unwrap();
    let cause = json!({ "action": "name_cause", "cause": "policy", "note": "没有清运频次的规定" });
    act(&dispatcher, &closed, cause).await;
    let citizen = city.citizen(1).await;
    let mine = citizen.get("/v1/reports").await.unwrap().ok().unwrap();
    let rating = format!("/v1/reports/{}/rating", text(&mine, "/items/0/id"));
    citizen.post(&rating, &json!({ "stars": 1, "comment": "还是很脏" })).await.unwrap().ok().unwrap();

    let funnel = board(&dispatcher, "funnel").await;
    let steps = [
        "found",
        "found_registered",
        "found_rectified",
        "found_inspected",
        "found_qualified",
        "found_struck_off",
    ];
    let passed: Vec<i64> = steps.iter().map(|step| value(&funnel["total"], step)).collect();
    assert_eq!(passed, [2, 2, 1, 1, 1, 1], "{funnel}");
    let by_lead = board(&dispatcher, &format!("funnel?dimension=lead&department={UNIT}")).await;
    assert_eq!(by_lead["rows"].as_array().unwrap().len(), 1);
    let day = now().date();
    let today = board(&dispatcher, &format!("funnel?span={day}")).await;
    assert_eq!(value(&today["total"], "found"), 2);

    let sources = board(&dispatcher, "sources").await;
    assert_eq!(value(row(&sources, "patrol"), "opened") + value(row(&sources, "mini_program"), "opened"), 2);
    assert_eq!(text(figure(row(&sources, "patrol"), "yield_rate"), "/printed"), "100.00 %");
    let modes = board(&dispatcher, "sources?dimension=mode").await;
    assert_eq!((text(row(&modes, "walk"), "/name"), value(row(&modes, "walk"), "registered")), ("步巡", 1));
    let (mapped, tabled) = (value(&sources["total"], "mapped"), value(&sources["total"], "tabled"));
    assert_eq!(mapped + tabled, value(&sources["total"], "opened"));

    let lines = board(&dispatcher, "worklines").await;
    let codes: Vec<&str> = lines["rows"].as_array().unwrap().iter().map(|row| text(row, "/key")).collect();
    assert_eq!(codes[..7], ["sanitation", "roads", "trading", "traffic", "signage", "housing", "service"]);
    assert_eq!(value(row(&lines, "sanitation"), "closed"), 1);
    assert_eq!(text(figure(row(&lines, "roads"), "closing"), "/printed"), "—");

    let causes = board(&dispatcher, "causes").await;
    assert_eq!(value(row(&causes, "06010"), "cause_policy"), 1);
    let ratings = board(&dispatcher, "ratings").await;
    let rated = row(&ratings, UNIT);
    assert_eq!((value(rated, "unsatisfied"), &rated["tickets"]), (1, &json!([closed])));

    // The struck-off one left the open map, the other is on it.
    let map =
        dispatcher.get("/v1/tickets/map?stage=dispatched,handling").await.unwrap().ok().unwrap().to_string();
    assert!(map.contains(&open) && !map.contains(&closed), "{map}");
    let page = dispatcher.get("/v1/statistics").await.unwrap().ok().unwrap();
    assert_eq!((&page["counts"]["received"], &page["counts"]["closed"]), (&json!(2), &json!(1)), "{page}");
    assert_eq!((&page["counts"]["filed"], &page["counts"]["open"]), (&json!(2), &json!(1)));
    city.finish().await;
}

#[tokio::test]
async fn m013_m035_m081_m093_m116_what_is_open_hot_urged_and_suspected_has_its_board_and_its_alarm() {
    let city = City::start().await;
    let monday = a_monday(&city).await;
    let (dispatcher, admin) = (city.dispatcher(1).await, city.admin().await);
    for (name, bad, place) in [
        ("hotspot", json!({ "before_days": 0 }), "before_days"),
        ("zero_targets", json!({ "limit_hours": 0 }), "limit_hours"),
        ("labels", json!({ "labels": [] }), "labels"),
        ("targets", json!({ "petitions": -1 }), "petitions"),
    ] {
        let fault = set_rule(&city, name, bad).await.unwrap_err();
        assert!(fault.contains(place), "{fault}");
    }
    set_rule(&city, "hotspot", json!({ "min_count": 1 })).await.unwrap();
    set_rule(&city, "zero_targets", json!({ "categories": ["06010"], "limit_hours": 12 })).await.unwrap();
    let (ticket, _) = city.dispatched_heap().await;
    let zero = wait_for_board(&dispatcher, "zero", |board| board["rows"][0]["key"] == "06010").await;
    assert_eq!((value(row(&zero, "06010"), "open"), &row(&zero, "06010")["alarm"]), (1, &Value::Null));

    // Urged, and the handler's next step is its effect.
    let slip = json!({ "kind": "slip", "ticket_id": ticket, "words": "请尽快", "due_at": at(monday, 17, 0) });
    dispatcher.post("/v1/acts", &slip).await.unwrap().ok().unwrap();
    let before = board(&dispatcher, "effects").await;
    assert_eq!((value(row(&before, "slip"), "issued"), value(row(&before, "slip"), "effective")), (1, 0));
    assert_eq!(text(figure(row(&before, "slip"), "effect_minutes"), "/printed"), "—");
    settle(&city).await;
    city.clock_to(at(monday, 9, 40)).await;
    act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
    let after = board(&dispatcher, "effects").await;
    let median = value(row(&after, "slip"), "effect_minutes");
    assert!((35..=40).contains(&median), "{after}");

    // The night after: the place is proposed for a slip, the desk hears of what is not at zero.
    settle(&city).await;
    city.clock_to(at(monday + Days::new(1), 2, 1)).await;
    wait_for_notice(&dispatcher, &ticket, "动态清零告警").await;
    let zero = board(&dispatcher, "zero").await;
    assert!(text(row(&zero, "06010"), "/alarm").contains("未清零"), "{zero}");
    let proposed =
        city.staff("coordinator").await.get("/v1/acts?kind=slip&state=proposed").await.unwrap().ok().unwrap();
    let proposal = &proposed["items"][0];
    assert!(text(proposal, "/words").contains("热点"), "{proposed}");
    let hot = board(&dispatcher, "hotspots").await;
    assert_eq!((value(&hot["rows"][0], "recent"), &hot["rows"][0]["tickets"]), (1, &json!([ticket])));
    let place = &hot["rows"][0]["place"];
    assert_eq!(text(place, "/coord_type"), "gcj02", "{hot}");
    let (longitude, latitude) = (place["longitude"].as_f64().unwrap(), place["latitude"].as_f64().unwrap());
    let seen = dispatcher.ticket(&ticket).await.unwrap();
    let off = |name: &str, degrees: f64| (seen["place"][name].as_f64().unwrap() - degrees).abs();
    assert!(off("longitude", longitude) < 1e-6 && off("latitude", latitude) < 1e-6, "{place} {seen}");

    let contractor = json!({ "code": "k1", "name": "环卫一体化公司",
        "body": { "weights": { "line-sanitation": 0.6, "area-huanxiu": 0.4 } } });
    admin.post("/v1/registers/contractor", &contractor).await.unwrap().ok().unwrap();
    let ranking = board(&dispatcher, "ranking").await;
    let contractors = board(&dispatcher, "contractors").await;
    let own = row(&contractors, "k1");
    assert_eq!(
        value(own, "contractor_score"),
        value(row(&ranking, UNIT), "score"),
        "the only unit with a score"
    );
    assert!(own["figures"].to_string().contains("权重 0.6"), "{own}");

    // Three patches: one judged to be allowed, one to be none, one not judged yet.
    let features: Vec<Value> =
        (0..3).map(|n| patch(&format!("t{n}"), beside(200.0 + 60.0 * f64::from(n), 300.0))).collect();
    import(&dispatcher, &features).await;
    let found = dispatcher.get("/v1/tickets?source=drone").await.unwrap().ok().unwrap();
    let locality = city.grid_worker().await;
    for (row, finding) in found["items"].as_array().unwrap().iter().zip(["approved", "not_real"]) {
        dispatcher.wait_for(text(row, "/id"), "verifying", PATIENCE).await.unwrap();
        act(
            &locality,
            text(row, "/id"),
            json!({ "action": "verify", "finding": finding, "note": "已到现场" }),
        )
        .await;
    }
    let patches = board(&dispatcher, "patches").await;
    let counts: Vec<i64> = ["patches", "pending", "real", "not_real", "approved"]
        .iter()
        .map(|name| value(&patches["total"], name))
        .collect();
    assert_eq!(counts, [3, 1, 0, 1, 1], "{patches}");
    assert_eq!(text(figure(&patches["total"], "verified"), "/printed"), "66.67 %");
    city.finish().await;
}
