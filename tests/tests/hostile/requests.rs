//! Requests that the contract does not know: refused in the envelope, by the name of what is wrong.

use demo::client::{Answer, Client};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::{City, pictures, street};

use crate::chinese::{names, polite, refused};

async fn get(who: &Client, path: &str) -> Answer {
    who.get(path).await.expect("an answer")
}

async fn post(who: &Client, path: &str, body: &Value) -> Answer {
    who.post(path, body).await.expect("an answer")
}

/// A form whose only file is a picture, with these text fields.
async fn upload(who: &Client, texts: &[(&'static str, &'static str)]) -> Answer {
    let part = Part::bytes(pictures::heap()).file_name("a.jpg");
    let form =
        texts.iter().fold(Form::new().part("file", part), |form, (name, text)| form.text(*name, *text));
    let request = who.request(Method::POST, "/v1/photos").multipart(form);
    who.finish(request, "POST", "/v1/photos", None).await.expect("an answer")
}

#[tokio::test]
async fn unknown_fields_and_parameters_are_refused_by_name() {
    let city = City::start().await;
    let (citizen, dispatcher) = (city.citizen(1).await, city.dispatcher(1).await);
    let extra = json!({ "photo_ids": ["p"], "words": "路边有垃圾", "phone": "10000000000" });
    let answer = post(&citizen, "/v1/reports", &extra).await;
    refused(&answer, 400, 40003);
    assert!(names(&answer, "phone"), "{}", answer.details);
    let answer =
        post(&city.nobody(), "/v1/auth/login", &json!({ "username": "a", "password": "b", "otp": 1 })).await;
    refused(&answer, 400, 40003);
    let answer = upload(&citizen, &[("owner", "me")]).await;
    refused(&answer, 400, 40003);
    assert!(names(&answer, "owner"), "{}", answer.details);
    let answer = get(&dispatcher, "/v1/tickets?stagee=closed").await;
    refused(&answer, 400, 40003);
    assert!(names(&answer, "stagee"), "{}", answer.details);
    refused(&get(&dispatcher, "/v1/tickets?stage=flying").await, 400, 40004);
    refused(&get(&dispatcher, "/v1/tickets?limit=101").await, 400, 40004);
    refused(&get(&dispatcher, "/v1/tickets?cursor=mine").await, 400, 40008);
    refused(&get(&citizen, "/v1/me?full=true").await, 400, 40004);
    city.finish().await;
}

#[tokio::test]
async fn a_point_without_a_known_datum_is_refused_by_the_name_of_the_field() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
    let mut report = street::heap_report(street::here(), 15.0, &[photo]);
    for wrong in [json!("wgs-84"), json!("GCJ02"), json!(7)] {
        report["coord_type"] = wrong;
        let answer = post(&citizen, "/v1/reports", &report).await;
        refused(&answer, 400, 40002);
        assert!(names(&answer, "coord_type"), "{}", answer.details);
    }
    report.as_object_mut().expect("an object").remove("coord_type");
    let mut answers = vec![post(&citizen, "/v1/reports", &report).await];
    answers.push(upload(&citizen, &[("longitude", "120.4"), ("latitude", "36.3")]).await);
    answers.push(get(&citizen, "/v1/reports/nearby?longitude=120.4&latitude=36.3").await);
    answers.push(get(&citizen, "/v1/grids/locate?longitude=120.4&latitude=36.3").await);
    for answer in answers {
        refused(&answer, 400, 40006);
        assert!(names(&answer, "coord_type"), "{}", answer.details);
    }
    let answer =
        upload(&citizen, &[("longitude", "120.4"), ("latitude", "36.3"), ("coord_type", "mars")]).await;
    refused(&answer, 400, 40002);
    let off_earth = get(&citizen, "/v1/grids/locate?longitude=120.4&latitude=213&coord_type=wgs84").await;
    refused(&off_earth, 400, 40007);
    city.finish().await;
}

#[tokio::test]
async fn a_report_that_a_form_could_have_caught_is_refused() {
    let city = City::start().await;
    let (citizen, other) = (city.citizen(1).await, city.citizen(2).await);
    let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
    let good = street::heap_report(street::here(), 15.0, std::slice::from_ref(&photo));
    let with = |field: &str, value: Value| {
        let mut report = good.clone();
        report[field] = value;
        report
    };
    let ten: Vec<String> = (0..10).map(|n| format!("photo-{n}")).collect();
    let cases = [
        ("words", json!("字".repeat(501))),
        ("words", json!("响铃\u{7}")),
        ("photo_ids", json!(ten)),
        ("photo_ids", json!([])),
        ("photo_ids", json!([photo, photo])),
        ("category", json!("99999")),
        ("captured_at", json!("2019-01-01T00:00:00+08:00")),
        ("captured_at", json!("昨天")),
        ("accuracy", json!(1_000_000)),
    ];
    for (field, value) in cases {
        let answer = post(&citizen, "/v1/reports", &with(field, value)).await;
        refused(&answer, 400, if field == "accuracy" { answer.code } else { 40002 });
        assert!(names(&answer, field), "{field}: {}", answer.details);
    }
    // Somebody else's picture and one that nobody has are the same refusal.
    for (who, ids) in [(&other, json!([photo])), (&citizen, json!(["no-such-photo"]))] {
        let answer = post(who, "/v1/reports", &with("photo_ids", ids)).await;
        polite(&answer);
        assert_eq!(answer.status, 422, "{}", answer.message);
    }
    refused(&post(&citizen, "/v1/reports", &with("fixed_photo_ids", json!(["x"]))).await, 403, 40301);
    refused(&post(&citizen, "/v1/reports", &with("source", json!("patrol"))).await, 403, 40301);
    let longest = with("words", json!("字".repeat(500)));
    assert_eq!(post(&citizen, "/v1/reports", &longest).await.status, 201);
    city.finish().await;
}

#[tokio::test]
async fn one_key_for_two_requests_is_refused_and_for_one_request_repeats_its_answer() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let photo = street::upload(&citizen, pictures::heap(), street::here()).await;
    let report = street::heap_report(street::here(), 15.0, &[photo]);
    let first = citizen.report(&report, "key-1").await.expect("an answer");
    let again = citizen.report(&report, "key-1").await.expect("an answer");
    assert_eq!((first.status, again.status, &first.data), (201, 201, &again.data));
    let mut other = report.clone();
    other["words"] = json!("别的话");
    refused(&citizen.report(&other, "key-1").await.expect("an answer"), 409, 40903);
    refused(&citizen.report(&report, &"k".repeat(129)).await.expect("an answer"), 400, 40009);
    city.finish().await;
}

#[tokio::test]
async fn whatever_the_server_refuses_comes_in_the_envelope() {
    let city = City::start().await;
    let (citizen, nobody) = (city.citizen(1).await, city.nobody());
    refused(&get(&nobody, "/v1/nothing").await, 404, 40400);
    refused(&get(&nobody, "/admin.php").await, 404, 40400);
    let cases = [
        (Method::DELETE, "/v1/reports", "POST, GET"),
        (Method::PUT, "/v1/me", "GET"),
        (Method::GET, "/v1/photos", "POST"),
    ];
    for (method, path, allow) in cases {
        let answer = citizen.send(method, path, &[], None).await.expect("an answer");
        refused(&answer, 405, 40500);
        assert_eq!(answer.header("allow"), allow);
    }
    let long = json!({ "photo_ids": ["p"], "words": "字".repeat(30_000) });
    refused(&post(&citizen, "/v1/reports", &long).await, 413, 41300);
    let path = "/v1/reports";
    let body = |kind: &str, bytes: &'static [u8]| {
        citizen.request(Method::POST, path).header("Content-Type", kind.to_owned()).body(bytes)
    };
    let cases: [(&str, &'static [u8], u16, i64); 6] = [
        ("text/plain", b"{}", 415, 41500),
        ("application/x-www-form-urlencoded", b"photo_ids=1", 415, 41500),
        ("application/json", b"{\"photo_ids\":[\"p\"", 400, 40001),
        ("application/json", b"\xff\xfe{}", 400, 40001),
        ("application/json", b"", 400, 40001),
        ("application/json", b"{\"photo_ids\":[\"p\"],\"words\":\"a\\u0000b\"}", 400, 40001),
    ];
    for (kind, bytes, status, code) in cases {
        let answer = citizen.finish(body(kind, bytes), "POST", path, None).await.expect("an answer");
        polite(&answer);
        assert_eq!(answer.status, status, "{}", answer.message);
        assert!(answer.code == code || status == 400, "{kind}: {} {}", answer.code, answer.message);
    }
    let json_upload = post(&citizen, "/v1/photos", &json!({})).await;
    refused(&json_upload, 415, 41500);
    let deep = format!("{{\"photo_ids\":{}{}}}", "[".repeat(5000), "]".repeat(5000)).into_bytes();
    let request = citizen.request(Method::POST, path).header("Content-Type", "application/json").body(deep);
    let answer = citizen.finish(request, "POST", path, None).await.expect("an answer");
    polite(&answer);
    assert_eq!(answer.status, 400);
    city.finish().await;
}
