//! Every route of the contract for every role: one row a route, one letter a role. The people stand around one ticket: a
//! heap in 环秀街道, led by its unit and signed in.

use std::collections::BTreeSet;

use demo::client::{Client, text};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{City, contract, pictures, street};

use crate::chinese::polite;

/// Who asks, in the order of the letters. `far` is the same role in 蓝村街道, `assist` the handler of the assisting unit,
/// `follower` a citizen who follows the heap and `stranger` one who does not.
const WHO: [&str; 22] = [
    "nobody",
    "owner",
    "follower",
    "stranger",
    "grid",
    "grid-far",
    "handler",
    "handler-assist",
    "handler-far",
    "head",
    "dispatcher",
    "inspector",
    "leader",
    "admin",
    "integration",
    "crew",
    "visitor",
    "command",
    "coordinator",
    "publicity",
    "institution",
    "oversight",
];

/// `2` is answered with success, `4` gets in and is refused for what it sent (400, 409, 413, 415, 422), `1` is 401, `3` is
/// 403, `0` is 404. Rows that change something stand last.
const DOORS: &[(&str, &str, &str)] = &[
    ("GET", "/healthz", "2222222222222222222222"),
    ("GET", "/readyz", "2222222222222222222222"),
    ("GET", "/metrics", "2222222222222222222222"),
    ("GET", "/openapi.yaml", "2222222222222222222222"),
    ("GET", "/docs", "2222222222222222222222"),
    ("POST", "/v1/auth/wechat", "4444444444444444444444"),
    ("POST", "/v1/auth/guest", "4444444444444444444444"),
    ("POST", "/v1/auth/login", "4444444444444444444444"),
    ("POST", "/v1/auth/refresh", "4444444444444444444444"),
    ("POST", "/v1/auth/logout", "4444444444444444444444"),
    ("GET", "/v1/config", "2222222222222222222222"),
    ("GET", "/v1/me", "1222222222222222222222"),
    ("POST", "/v1/me/consents", "1222222222222222222222"),
    ("GET", "/v1/categories", "1222222222222222222222"),
    ("GET", "/v1/categories/suggest?words=%E4%BA%95%E7%9B%96%E6%B2%A1%E4%BA%86", "1222222222222222222222"),
    ("GET", "/v1/departments", "1222222222222222222222"),
    ("GET", "/v1/grids?layer=area&coord_type=gcj02", "1222222222222222222222"),
    ("GET", "/v1/grids/locate?longitude=120.46&latitude=36.36&coord_type=wgs84", "1222222222222222222222"),
    ("POST", "/v1/photos", "1444444444444444444444"),
    ("GET", "/v1/photos/{photo}", "1200222222222202022222"),
    ("GET", "/v1/photos/{photo}/thumb?expires=1&signature=AA", "3333333333333333333333"),
    ("POST", "/v1/reports", "1444444444443344444333"),
    ("GET", "/v1/reports", "1222222222222222222222"),
    ("GET", "/v1/reports/nearby?longitude=120.46&latitude=36.36&coord_type=wgs84", "1222222222222222222222"),
    ("GET", "/v1/reports/{report}", "1200202202222202022222"),
    ("GET", "/v1/tickets", "1222222222222222222222"),
    ("GET", "/v1/tickets/map", "1222222222222222222222"),
    ("GET", "/v1/tickets/{ticket}", "1220202202222202022222"),
    ("GET", "/v1/tickets/{ticket}/timeline", "1220202202222202022222"),
    ("GET", "/v1/tickets/{ticket}/explanation", "1333333333222233322332"),
    ("GET", "/v1/tickets/{ticket}/changes", "1333202202222232322222"),
    ("GET", "/v1/statistics", "1333332222222233322222"),
    ("GET", "/v1/events", "1333332222222233322222"),
    ("GET", "/v1/notices", "1222222222222222222222"),
    ("POST", "/v1/notices/{notice}/read", "1200000000000000000000"),
    ("GET", "/v1/rechecks", "1333223333222233322332"),
    ("GET", "/v1/jobs", "1333333333333233333333"),
    ("GET", "/v1/acts", "1333332222222232322222"),
    ("GET", "/v1/acts/{none}", "1000000000000000000000"),
    ("GET", "/v1/exposures", "2222222222222222222222"),
    ("GET", "/v1/registers/{camera}", "1333222222222232322222"),
    ("GET", "/v1/registers/{camera}/{none}", "1333000000000030300000"),
    ("GET", "/v1/lists/{duties}", "1333222222222232322222"),
    ("GET", "/v1/programmes", "1333222222222232222222"),
    ("GET", "/v1/programmes/{none}", "1333000000000030000000"),
    ("GET", "/v1/tasks", "1333222222222232222222"),
    ("GET", "/v1/papers", "1333332222232233322322"),
    ("GET", "/v1/papers/{none}", "1333330000030033300300"),
    ("GET", "/v1/duty-ledger?first=2026-11-01&last=2026-11-30", "1222222222222222222222"),
    ("GET", "/v1/boards", "1333332222222233322222"),
    ("GET", "/v1/boards/{weather}", "1222222222222222222222"),
    ("GET", "/v1/people", "1333333333333233333333"),
    ("POST", "/v1/people/{none}/actions", "1333333333333033333333"),
    ("GET", "/v1/rules", "1333333333222233322322"),
    ("GET", "/v1/rules/{gap}", "1333333333222233322322"),
    ("GET", "/v1/points", "1222333333333333333333"),
    ("GET", "/v1/points/export?month=2026-11&format=csv", "1333333333233233332333"),
    ("GET", "/v1/subscriptions", "1333333333333223333333"),
    ("GET", "/open311/v2/services.json", "2222222222222222222222"),
    ("GET", "/open311/v2/services/{heap}.json", "2222222222222222222222"),
    ("GET", "/open311/v2/requests.json", "2222222222222222222222"),
    ("GET", "/open311/v2/requests/{none}.json", "0000000000000000000000"),
    ("GET", "/open311/v2/{none}", "0000000000000000000000"),
    ("GET", "/open311/v2/{none}/{none}", "0000000000000000000000"),
    ("POST", "/v1/jobs/no-such-job/revive", "1333333333333033333333"),
    ("POST", "/v1/imports/departments", "1333333333333433333333"),
    ("POST", "/v1/acts", "1333333333030333300333"),
    ("POST", "/v1/acts/{none}/actions", "1000000000000000000000"),
    ("POST", "/v1/exposures", "1333333333033333330033"),
    ("POST", "/v1/exposures/{none}/votes", "1000333333333333033333"),
    ("POST", "/v1/registers/{camera}", "1333333333433433333343"),
    ("POST", "/v1/registers/camera/{none}/seen", "1333333333333303333333"),
    ("POST", "/v1/programmes", "1333333333233233322333"),
    ("POST", "/v1/programmes/{none}/actions", "1333333333033033300333"),
    ("POST", "/v1/tasks/{none}/actions", "1333000000003030000003"),
    ("POST", "/v1/papers/{none}/actions", "1333330000030033300300"),
    ("POST", "/v1/rules/{gap}", "1333333333333233333323"),
    ("POST", "/v1/practice/clock", "1333333333333433333333"),
    ("POST", "/v1/subscriptions", "1333333333333223333333"),
    ("POST", "/v1/subscriptions/{none}/revoke", "1333333333333003333333"),
    ("POST", "/open311/v2/requests.json", "4444444444444444444444"),
    ("POST", "/open311/v2/{none}", "0000000000000000000000"),
    ("POST", "/v1/reports/{report}/rating", "1440000000000000000000"),
    ("POST", "/v1/tickets/{ticket}/actions", "1444444444444444444444"),
    ("POST", "/v1/tickets/{ticket}/follow", "1222223333333332233333"),
];

/// Actions on the heap: done (2), refused for the role or the reach (3), for not seeing the ticket (0), or, for those who
/// may ask, for its state or what the body lacks (4).
const ACTIONS: &[(&str, &str)] = &[
    (r#"{"action":"sign_in"}"#, "1333334304333333333333"),
    (r#"{"action":"acknowledge"}"#, "1333333203333333333333"),
    (r#"{"action":"submit_fix","photo_ids":["none"]}"#, "1333334304333333333333"),
    (r#"{"action":"return","proposed":"none","reason":"不归我们"}"#, "1333334304333333333333"),
    (r#"{"action":"resume","reason":"好了"}"#, "1333334304433333343333"),
    (r#"{"action":"assign","person":"none","reason":"换人"}"#, "1333333334433333343333"),
    (r#"{"action":"appeal","reason":"节日"}"#, "1333333334333333333333"),
    (r#"{"action":"grant","reason":"同意"}"#, "1333333333433333333333"),
    (r#"{"action":"rule","lead":"none","reason":"裁定"}"#, "1333333333433333343333"),
    (r#"{"action":"transfer","lead":"none","reason":"移交"}"#, "1333333333433333343333"),
    (r#"{"action":"merge","into":"none","reason":"同一处"}"#, "1333333333433333333333"),
    (r#"{"action":"accept"}"#, "1333333333443333333333"),
    (r#"{"action":"close"}"#, "1333333333443333333333"),
    (r#"{"action":"rework","reason":"没扫净"}"#, "1333333333443333333333"),
    (r#"{"action":"reopen","reason":"又有了"}"#, "1333333333443333343333"),
    (r#"{"action":"supervise","level":99,"text":"快办"}"#, "1333333333434333344333"),
    (r#"{"action":"handle_on_spot","photo_ids":["none"]}"#, "1333403333333334333333"),
    (r#"{"action":"judge"}"#, "1333333333333333333333"),
    (r#"{"action":"flag"}"#, "1333333333333333333333"),
];

/// What stands for the words between braces that are no id of the heap's.
const WORDS: [(&str, &str); 6] = [
    ("{none}", "no-such-id"),
    ("{camera}", "camera"),
    ("{duties}", "duties"),
    ("{weather}", "weather"),
    ("{gap}", "gap"),
    ("{heap}", street::HEAP),
];

struct Around {
    people: Vec<Client>,
    names: Vec<(&'static str, String)>,
}

impl Around {
    async fn of(city: &City) -> Self {
        let owner = city.citizen(1).await;
        let photo = street::upload(&owner, pictures::heap(), street::here()).await;
        let report = street::heap_report(street::here(), 15.0, std::slice::from_ref(&photo));
        let answer = owner.report(&report, "the-heap").await.expect("an answer").ok().expect("taken in");
        let (report, ticket) =
            (text(&answer, "/report_id").to_owned(), text(&answer, "/ticket_id").to_owned());
        let seen = city.dispatcher(1).await.wait_for(&ticket, "dispatched", street::PATIENCE).await;
        let seen = seen.expect("the heap is dispatched");
        let assist = text(&seen, "/assist/code").to_owned();
        let word =
            assist.split_once('-').map(|(_, word)| word.to_owned()).expect("the heap has an assisting unit");
        street::act(&city.handler("huanxiu").await, &ticket, json!({ "action": "sign_in" })).await;
        let follower = city.citizen(2).await;
        let path = format!("/v1/tickets/{ticket}/follow");
        assert_eq!(follower.send(Method::POST, &path, &[], None).await.expect("an answer").status, 200);
        let people = vec![
            city.nobody(),
            owner.clone(),
            follower,
            city.citizen(3).await,
            city.grid_worker().await,
            city.staff("grid-lancun1").await,
            city.handler("huanxiu").await,
            city.handler(&word).await,
            city.handler("lancun").await,
            city.head("huanxiu").await,
            city.dispatcher(1).await,
            city.inspector("supervision").await,
            city.leader().await,
            city.admin().await,
            city.integration().await,
            city.staff("crew1").await,
            city.staff("visitor1").await,
            city.staff("command").await,
            city.staff("coordinator").await,
            city.staff("publicity").await,
            city.staff("institution").await,
            city.staff("oversight").await,
        ];
        let notice = first_notice(&owner).await;
        let names =
            vec![("{photo}", photo), ("{report}", report), ("{ticket}", ticket), ("{notice}", notice)];
        let names = names.into_iter().chain(WORDS.map(|(name, word)| (name, word.to_owned()))).collect();
        Self { people, names }
    }

    fn fill(&self, path: &str) -> String {
        self.names.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
    }
}

async fn first_notice(owner: &Client) -> String {
    for _ in 0..100 {
        let data = owner.get("/v1/notices").await.expect("an answer").ok().expect("notices");
        if let Some(id) = data.pointer("/items/0/id").and_then(Value::as_str) {
            return id.to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the reporter gets no notice");
}

/// The letter of an answer.
fn letter(status: u16) -> char {
    match status {
        200..300 => '2',
        401 => '1',
        403 => '3',
        404 => '0',
        400 | 409 | 413 | 415 | 422 => '4',
        _ => '?',
    }
}

/// Compares one row with what happened.
fn compare(row: &str, due: &str, seen: &[(char, String)], faults: &mut Vec<String>) {
    assert_eq!(due.len(), WHO.len(), "{row}");
    let found: String = seen.iter().map(|(letter, _)| *letter).collect();
    if found != due {
        let wrong = WHO.iter().zip(due.chars()).zip(seen).filter(|((_, due), (found, _))| due != found);
        let told: Vec<_> =
            wrong.map(|((who, due), (found, told))| format!("{who} {due}→{found} {told}")).collect();
        faults.push(format!("{row}\n  due   {due}\n  found {found}\n  {}", told.join("\n  ")));
    }
}

#[tokio::test]
async fn every_route_admits_exactly_the_roles_of_the_table() {
    let named: BTreeSet<(String, String)> =
        DOORS.iter().map(|(method, path, _)| template(method, path)).collect();
    let documented: BTreeSet<(String, String)> =
        contract::contract().operations().map(|(method, path, _)| template(&method, path)).collect();
    assert_eq!(named, documented, "the table has every route of the contract");
    let city = City::start().await;
    let around = Around::of(&city).await;
    let mut faults = Vec::new();
    for (method, path, due) in DOORS {
        let mut seen = Vec::new();
        for who in &around.people {
            let target = around.fill(path);
            // An event stream has no end: only its head is asked for.
            let answer = if *path == "/v1/events" {
                head_of(who, &target).await
            } else {
                ask(who, method, path, &target).await
            };
            seen.push(answer);
        }
        compare(&format!("{method} {path}"), due, &seen, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    city.finish().await;
}

/// Method and path with every name alike.
fn template(method: &str, path: &str) -> (String, String) {
    let path = path.split('?').next().unwrap_or_default();
    let known = ["/v1/photos/{photo}/thumb", "/v1/jobs/no-such-job/revive", "/v1/imports/departments"];
    let (known, due) = match known.iter().position(|known| *known == path) {
        Some(0) => (true, "/v1/photos/{}/{}".to_owned()),
        Some(1) => (true, "/v1/jobs/{}/revive".to_owned()),
        Some(_) => (true, "/v1/imports/{}".to_owned()),
        None => (false, String::new()),
    };
    let plain = || -> Vec<_> {
        path.split('/').map(|step| if step.starts_with('{') { "{}" } else { step }).collect()
    };
    (method.to_owned(), if known { due } else { plain().join("/") })
}

/// The first example of the body that the contract gives for a row's route.
fn example(row: &str) -> Option<Value> {
    let apart = ["/v1/auth/", "/v1/tickets/", "/v1/imports/"];
    if apart.iter().any(|begin| row.starts_with(begin)) {
        return None;
    }
    let (_, _, operation) = contract::contract()
        .operations()
        .find(|(method, path, _)| template(method, path) == template("POST", row))?;
    let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
    contract::entries(examples).next().map(|(_, example)| example["value"].clone())
}

async fn ask(who: &Client, method: &str, row: &str, path: &str) -> (char, String) {
    let body = (method == "POST"
        && !path.ends_with("/follow")
        && !path.ends_with("/read")
        && !path.ends_with("/revive"))
    .then(|| match path {
        "/v1/reports" => json!({ "photo_ids": ["none"], "location_source": "none", "words": "路灯不亮" }),
        path if path.ends_with("/rating") => json!({ "stars": 5 }),
        _ => example(row).unwrap_or_else(|| json!({})),
    });
    let method = if method == "POST" { Method::POST } else { Method::GET };
    let answer = who.send(method, path, &[], body.as_ref()).await.expect("an answer");
    // Open311 has its own form of a refusal.
    if answer.status >= 400 && !path.starts_with("/open311") {
        polite(&answer);
    }
    (letter(answer.status), answer.message)
}

async fn head_of(who: &Client, path: &str) -> (char, String) {
    let response = who.request(Method::GET, path).send().await.expect("an answer");
    (letter(response.status().as_u16()), String::new())
}

#[tokio::test]
async fn every_action_is_refused_to_all_but_the_roles_of_the_table() {
    let city = City::start().await;
    let around = Around::of(&city).await;
    let path = around.fill("/v1/tickets/{ticket}/actions");
    let mut faults = Vec::new();
    for (body, due) in ACTIONS {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let mut seen = Vec::new();
        for who in &around.people {
            let answer = who.post(&path, &body).await.expect("an answer");
            if answer.status >= 400 {
                polite(&answer);
            }
            seen.push((letter(answer.status), answer.message));
        }
        compare(&body.to_string(), due, &seen, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    city.finish().await;
}
