//! Answers that no story calls forth: every list and figure when there is nothing to tell, conflicts, the stream of
//! changes, and a dead job that is revived.

use std::time::Duration;

use demo::client::{Picture, text};
use reqwest::Method;
use serde_json::{Value, json};
use tests::contract::{check, contract};
use tests::street::{act, here, report};
use tests::{City, pictures};

use crate::operation::{insider, operations};

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_can_be_read_without_an_id_is_there_from_the_first_minute() {
    let city = City::start().await;
    for operation in operations() {
        let is_read = operation.method == Method::GET && !operation.path.contains('{');
        // A stream and a file have no envelope.
        let is_plain = ["/v1/events", "/v1/points/export"].contains(&operation.path.as_str());
        if is_read && !is_plain {
            let answer = operation.ask(&insider(&city, &operation).await, &operation.target()).await;
            assert_eq!(answer.refused(), (200, 0), "{}", answer.asked);
        }
    }
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_for_one_picture_is_not_taken_for_another() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let send = async |bytes: Vec<u8>| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("a.jpg");
        let form = reqwest::multipart::Form::new().part("file", part);
        let request =
            citizen.request(Method::POST, "/v1/photos").header("Idempotency-Key", "one").multipart(form);
        citizen.finish(request, "POST", "/v1/photos", None).await.unwrap()
    };
    let first = send(pictures::heap()).await;
    let again = send(pictures::heap()).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((first.data, again.header("idempotent-replay")), (again.data.clone(), "true"));
    assert_eq!(send(pictures::cleared()).await.refused(), (409, 40903));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_not_followed_and_only_what_is_struck_off_is_rated() {
    let city = City::start().await;
    let (citizen, other) = (city.citizen(1).await, city.citizen(2).await);
    let picture = citizen.photo(&Picture::new(pictures::other_heap())).await.unwrap();
    let sent = json!({ "photo_ids": [picture], "words": "看错了" });
    let sent = citizen.report(&sent, "taken-back").await.unwrap().ok().unwrap();
    act(&citizen, text(&sent, "/ticket_id"), json!({ "action": "withdraw" })).await;
    assert_eq!(other.follow(text(&sent, "/ticket_id")).await.unwrap().refused(), (409, 40901));
    let rating = format!("/v1/reports/{}/rating", text(&sent, "/report_id"));
    assert_eq!(citizen.post(&rating, &json!({ "stars": 5 })).await.unwrap().refused(), (409, 40901));

    let closed = city.closed_heap().await;
    let mine = citizen.get("/v1/reports").await.unwrap().ok().unwrap();
    let rated = mine["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|report| report["ticket_id"] == closed.as_str())
        .unwrap();
    let rating = format!("/v1/reports/{}/rating", text(rated, "/id"));
    let answer = citizen.post(&rating, &json!({ "stars": 9 })).await.unwrap();
    assert_eq!((answer.refused(), text(&answer.details, "/0/field")), ((422, 42201), "stars"));

    let notices = citizen.get("/v1/notices").await.unwrap().ok().unwrap();
    let read = format!("/v1/notices/{}/read", text(&notices, "/items/0/id"));
    for _ in 0..2 {
        assert_eq!(citizen.send(Method::POST, &read, &[], None).await.unwrap().refused(), (200, 0));
    }
    let after = citizen.get("/v1/notices").await.unwrap().ok().unwrap();
    assert_eq!(after["unread"].as_i64(), notices["unread"].as_i64().map(|unread| unread - 1));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_tells_of_a_report_and_goes_on_after_the_last_event_that_was_seen() {
    let city = City::start().await;
    let dispatcher = city.dispatcher(1).await;
    let mut stream = dispatcher.request(Method::GET, "/v1/events").send().await.unwrap();
    let content_type = stream.headers()["content-type"].to_str().unwrap().to_owned();
    check("GET", "/v1/events", stream.status().as_u16(), &content_type, None, b"");
    let ticket = report(&city.citizen(1).await, here(), pictures::heap()).await;
    let first = next_event(&mut stream).await;
    assert_eq!((text(&first, "/ticket_id"), &first["action"]), (ticket.as_str(), &Value::Null));
    drop(stream);

    let request = dispatcher.request(Method::GET, "/v1/events").header("Last-Event-ID", text(&first, "/id"));
    let next = next_event(&mut request.send().await.unwrap()).await;
    assert!(text(&next, "/id") > text(&first, "/id"), "{next} comes after {first}");
    let answer =
        dispatcher.send(Method::GET, "/v1/events", &[("Last-Event-ID", "yesterday")], None).await.unwrap();
    assert_eq!(answer.refused(), (400, 40009));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_looked_for_as_they_are_and_the_map_says_why_a_person_is_needed() {
    let city = City::start().await;
    let (ticket, seen) = city.dispatched_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let found = async |words: &str| {
        let answer = dispatcher.get(&format!("/v1/tickets?words={words}")).await.unwrap().ok().unwrap();
        let items = answer["items"].as_array().unwrap().clone();
        items.iter().map(|item| text(item, "/id").to_owned()).collect::<Vec<_>>()
    };
    let number = text(&seen, "/number").to_lowercase();
    let words: String = text(&seen, "/words").chars().take(2).collect();
    assert_eq!(found(&words).await, [ticket.as_str()]);
    assert_eq!(found(&number).await, [ticket.as_str()], "the case of letters doesn't matter");
    assert!(found("%25%25").await.is_empty() && found("__").await.is_empty(), "a wildcard is itself");
    assert_eq!(dispatcher.get("/v1/tickets?words=x").await.unwrap().refused(), (400, 40004));
    let map = dispatcher.get(&format!("/v1/tickets/map?words={words}&limit=100000")).await.unwrap();
    let point = &map.ok().unwrap()["features"][0]["properties"];
    assert_eq!((text(point, "/number").to_lowercase(), &point["attention"]), (number, &Value::Null));
    city.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_board_is_also_a_workbook_and_the_public_one_names_no_case() {
    let city = City::start().await;
    city.dispatched_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let boards = dispatcher.get("/v1/boards").await.unwrap().ok().unwrap();
    for board in boards["items"].as_array().unwrap() {
        let name = text(board, "/board");
        for (format, begin) in [("xlsx", "PK".as_bytes()), ("csv", "\u{feff}名称".as_bytes())] {
            let path = format!("/v1/boards/{name}?format={format}");
            let file = dispatcher.request(Method::GET, &path).send().await.unwrap();
            assert_eq!(file.status(), 200, "{path}");
            assert!(file.bytes().await.unwrap().starts_with(begin), "{path}");
        }
    }
    let weather = city.citizen(1).await.get("/v1/boards/weather").await.unwrap().ok().unwrap();
    let rows = weather["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["tickets"].as_array().unwrap().is_empty()));
    city.finish().await;
}

/// The next event of a stream, held against the contract.
async fn next_event(stream: &mut reqwest::Response) -> Value {
    let mut read = String::new();
    let event = tokio::time::timeout(Duration::from_secs(20), async {
        while let Some(bytes) = stream.chunk().await.expect("the stream goes on") {
            read.push_str(std::str::from_utf8(&bytes).expect("text"));
            let whole =
                read.split_inclusive("\n\n").find(|part| part.contains("data: ") && part.ends_with("\n\n"));
            if let Some(data) =
                whole.and_then(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
            {
                return serde_json::from_str::<Value>(data).expect("JSON");
            }
        }
        panic!("the stream ended: {read}");
    });
    let event = event.await.expect("an event in time");
    let schema = json!({ "$ref": "#/components/schemas/LiveEvent" });
    contract().hold_schema("LiveEvent", &schema, &event).unwrap_or_else(|why| panic!("{why}"));
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_a_dead_job_and_has_it_done_again() {
    let city = City::start().await;
    let id = uuid::Uuid::now_v7().to_string();
    write(
        &city,
        "insert into job (id, kind, payload, state, run_at, attempts, last_error, created_at)
         values ($1, 'sweep_blobs', '{\"kind\":\"sweep_blobs\"}', 'dead', 0, 5, 'no reason', 0)",
        &id,
    )
    .await;
    let admin = city.admin().await;
    let jobs = admin.get("/v1/jobs").await.unwrap().ok().unwrap();
    assert_eq!((text(&jobs, "/dead/0/id"), text(&jobs, "/dead/0/last_error")), (id.as_str(), "no reason"));
    let revive = format!("/v1/jobs/{id}/revive");
    assert_eq!(admin.send(Method::POST, &revive, &[], None).await.unwrap().refused(), (200, 0));
    assert_eq!(admin.send(Method::POST, &revive, &[], None).await.unwrap().refused(), (404, 40401));
    city.finish().await;
}

/// Changes one row past the server, by its id.
pub async fn write(city: &City, text: &'static str, id: &str) {
    use sqlx::{Connection as _, PgConnection, SqliteConnection};
    let url = &city.backend().database_url;
    let changed = if url.starts_with("postgres") {
        let mut on = PgConnection::connect(url).await.expect("the city's database opens");
        sqlx::query(text).bind(id).execute(&mut on).await.expect("the row is written").rows_affected()
    } else {
        let mut on = SqliteConnection::connect(url).await.expect("the city's database opens");
        sqlx::query(text).bind(id).execute(&mut on).await.expect("the row is written").rows_affected()
    };
    assert_eq!(changed, 1);
}
