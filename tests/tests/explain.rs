//! Why the machine decided so, through the API and from the command line, and history decided again: both on the database
//! of a ticket that went the whole way.

use demo::client::text;
use serde_json::{Value, json};
use tests::street::{PATIENCE, act, beside, file, heap_report, here, report, upload};
use tests::{City, pictures};

/// The section about a subject.
fn about<'a>(explained: &'a Value, subject: &str) -> &'a Value {
    let mut sections = explained["sections"].as_array().into_iter().flatten();
    sections.find(|section| section["subject"] == subject).unwrap_or_else(|| panic!("{subject}: {explained}"))
}

#[tokio::test]
async fn a_closed_ticket_tells_why_it_went_where_it_went() {
    let city = City::start().await;
    let ticket = city.closed_heap().await;
    let dispatcher = city.dispatcher(1).await;
    let path = format!("/v1/tickets/{ticket}/explanation");
    let explained = dispatcher.get(&path).await.unwrap().ok().unwrap();
    for subject in ["place", "category", "duplicates", "routing", "proof"] {
        let section = about(&explained, subject);
        assert!(
            !text(section, "/outcome").is_empty() && text(section, "/version").contains("版"),
            "{section}"
        );
    }
    assert!(about(&explained, "place")["lines"].to_string().contains("手机定位"), "{explained}");
    assert!(about(&explained, "proof")["lines"].to_string().contains("界限"), "{explained}");
    assert!(text(&explained, "/address").contains("街道"), "{explained}");
    assert_eq!(city.citizen(1).await.get(&path).await.unwrap().status, 403);
    assert_eq!(city.handler("huanxiu").await.get(&path).await.unwrap().status, 403);
    assert_eq!(dispatcher.get("/v1/tickets/none/explanation").await.unwrap().status, 404);

    let changes = dispatcher.get(&format!("/v1/tickets/{ticket}/changes")).await.unwrap().ok().unwrap();
    assert_eq!(changes["items"][0]["finding"], "changed", "{changes}");
    assert!(text(&changes, "/items/0/overlay").starts_with("data:image/png;base64,iVBOR"), "{changes}");

    let whole = dispatcher.get(&format!("/v1/tickets/{ticket}")).await.unwrap().ok().unwrap();
    assert_eq!(whole["place"]["address"], explained["address"]);
    let (told, printed) = city.command(&["explain", text(&whole, "/number")]).await;
    assert!(told, "{printed}");
    for part in ["【位置与网格】", "【类别】", "【派单】", "【处置证据】", "判定时间"]
    {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let (found, printed) = city.command(&["explain", "no-such-number"]).await;
    assert!(!found && printed.contains("没有案件"), "{printed}");
    city.finish().await;
}

#[tokio::test]
async fn what_the_reporter_marked_on_a_photo_is_seen_by_who_fixes_it() {
    let city = City::start().await;
    let reporter = city.citizen(1).await;
    let photo = upload(&reporter, pictures::heap(), here()).await;
    let mut body = heap_report(here(), 15.0, std::slice::from_ref(&photo));
    body["regions"] = json!([{ "photo_id": photo, "x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25 }]);
    let ticket = file(&reporter, &body).await;
    city.dispatcher(1).await.wait_for(&ticket, "dispatched", PATIENCE).await.unwrap();
    let seen = city.handler("huanxiu").await.ticket(&ticket).await.unwrap();
    let marked = json!({ "x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25 });
    assert_eq!((text(&seen, "/photos/0/id"), &seen["photos"][0]["region"]), (photo.as_str(), &marked));
    city.finish().await;
}

#[tokio::test]
async fn a_duplicate_tells_every_feature_and_a_draft_shows_what_would_differ() {
    let city = City::start().await;
    let (ticket, _) = city.dispatched_heap().await;
    let (second, dispatcher) = (city.citizen(2).await, city.dispatcher(1).await);
    let again = report(&second, beside(12.0, 0.0), pictures::heap_again()).await;
    dispatcher.wait_for(&again, "merged", PATIENCE).await.unwrap();
    let path = format!("/v1/tickets/{again}/explanation");
    let explained = dispatcher.get(&path).await.unwrap().ok().unwrap();
    let section = about(&explained, "duplicates");
    assert!(text(section, "/outcome").contains("并案"), "{section}");
    assert!(section["lines"].to_string().contains("×"), "{section}");

    let (done, printed) = city.command(&["rescore"]).await;
    assert!(done && printed.contains("没有改动任何数据"), "{printed}");
    assert!(printed.contains("重复 | 并案 | 并案"), "{printed}");
    let draft = std::env::temp_dir().join(format!("draft-{ticket}.json"));
    std::fs::write(&draft, json!({ "dedupe": { "wrong_merge": 1e9, "missed": 100.0 } }).to_string()).unwrap();
    let asked = ["rescore", "--only", "duplicates", "--rules", draft.to_str().unwrap()];
    let (done, printed) = city.command(&asked).await;
    std::fs::remove_file(&draft).unwrap();
    assert!(done && printed.contains("重复 | 并案 | 待人工判断"), "{printed}");
    let (done, printed) = city.command(&["rescore", "--since", "tomorrow"]).await;
    assert!(!done && printed.contains("since"), "{printed}");
    city.finish().await;
}

#[tokio::test]
async fn a_dispatchers_undo_is_an_answer_that_the_review_counts_and_nothing_changes_by_itself() {
    let city = City::start().await;
    city.dispatched_heap().await;
    let (second, dispatcher) = (city.citizen(2).await, city.dispatcher(1).await);
    let again = report(&second, beside(12.0, 0.0), pictures::heap_again()).await;
    dispatcher.wait_for(&again, "merged", PATIENCE).await.unwrap();
    // A merge that nobody undid counts after thirty days.
    let (done, printed) = city.command(&["dedupe", "review"]).await;
    assert!(done && printed.contains("还没有人工结论"), "{printed}");
    act(&dispatcher, &again, json!({ "action": "unmerge", "reason": "现场是两处垃圾" })).await;
    let before = city.admin().await.get("/v1/rules/dedupe").await.unwrap().ok().unwrap();
    let (done, printed) = city.command(&["dedupe", "review"]).await;
    assert!(done && printed.contains("门槛以上正确率 0.000"), "{printed}");
    assert!(printed.contains("本报告不改变任何设置"), "{printed}");
    let after = city.admin().await.get("/v1/rules/dedupe").await.unwrap().ok().unwrap();
    assert_eq!(after, before);
    city.finish().await;
}

#[tokio::test]
async fn words_suggest_a_category_before_anything_is_sent() {
    let city = City::start().await;
    let citizen = city.citizen(1).await;
    let asked = |words: &str| format!("/v1/categories/suggest?words={words}");
    let suggested = citizen.get(&asked("小区门口的井盖没了")).await.unwrap().ok().unwrap();
    assert_eq!(suggested["items"][0]["code"], "01001", "{suggested}");
    assert!(text(&suggested, "/items/0/reason").contains("井盖"), "{suggested}");
    assert_eq!(citizen.get(&asked("")).await.unwrap().status, 400);
    let off = json!({ "value": { "mode": "off" } });
    city.admin().await.post("/v1/rules/guess", &off).await.unwrap().ok().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let suggested = citizen.get(&asked("小区门口的井盖没了")).await.unwrap().ok().unwrap();
    assert_eq!(suggested["items"], json!([]));
    city.finish().await;
}
