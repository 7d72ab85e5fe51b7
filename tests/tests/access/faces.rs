//! The pages are open to everyone and ask no other host; a browser's citizen is whoever holds the key it made.

use reqwest::{Client, StatusCode, redirect};
use serde_json::json;
use tests::City;

use crate::chinese::refused;

#[tokio::test]
async fn the_pages_are_there_for_everyone_and_ask_no_other_host() {
    let city = City::start().await;
    let base = city.nobody().base().to_owned();
    let browser = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
    let get = async |path: &str| browser.get(format!("{base}{path}")).send().await.expect("an answer");
    for (path, to) in [("/", "/m/"), ("/m", "/m/"), ("/console", "/console/")] {
        let answer = get(path).await;
        let led = answer.headers()["location"].to_str().expect("text");
        assert_eq!((answer.status(), led), (StatusCode::FOUND, to), "{path}");
    }
    for path in ["/m/", "/console/", "/console/desk/some-ticket"] {
        let answer = get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert!(header("content-type").starts_with("text/html"), "{path}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("http"), "{policy}");
        assert_eq!(header("x-frame-options"), "DENY");
        assert!(answer.text().await.expect("a page").contains("lang=\"zh-CN\""), "{path}");
    }
    // A page's scripts come small, and whole to who can't unpack them.
    let page = get("/console/").await.text().await.expect("a page");
    if let Some(script) = page.split('"').find(|part| part.ends_with(".js")) {
        let url = format!("{base}{script}");
        let whole = browser.get(&url).header("accept-encoding", "identity").send().await.expect("a script");
        let small = browser.get(&url).header("accept-encoding", "gzip").send().await.expect("a script");
        assert_eq!((whole.status(), small.status()), (StatusCode::OK, StatusCode::OK));
        assert_eq!(small.headers()["content-encoding"], "gzip");
        assert!(whole.headers().get("content-encoding").is_none());
        let (whole, small) = (whole.bytes().await.expect("bytes"), small.bytes().await.expect("bytes"));
        assert!(small.starts_with(&[0x1f, 0x8b]) && small.len() * 2 < whole.len(), "{}", small.len());
    }
    for path in ["/console/nothing.js", "/m/..%2f..%2fCargo.toml", "/console/../openapi.json"] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    city.finish().await;
}

#[tokio::test]
async fn a_base_map_is_told_and_only_its_host_may_be_asked() {
    let tiles = "https://tiles.example.org/{z}/{x}/{y}.png?tk=abc";
    let plan = City::plan().with("SUISHOUPAI_BASE_MAP", tiles).with("SUISHOUPAI_BASE_MAP_DATUM", "gcj02");
    let city = plan.with("SUISHOUPAI_DISTRICT", "即墨区").start().await;
    let config = city.nobody().get("/v1/config").await.expect("an answer").ok().expect("the settings");
    let told = json!({ "kind": "raster", "url": tiles, "coord_type": "gcj02", "attribution": "" });
    assert_eq!((&config["base_map"], &config["district"]), (&told, &json!("即墨区")));
    let page = Client::new().get(format!("{}/console/", city.nobody().base())).send().await.expect("a page");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("connect-src 'self' https://tiles.example.org;"), "{policy}");
    assert_eq!(policy.matches("http").count(), 2, "one host, for pictures and for connections: {policy}");
    city.finish().await;
}

#[tokio::test]
async fn a_base_map_in_a_file_is_served_in_parts() {
    let file = std::env::temp_dir().join(format!("base-{}.pmtiles", uuid::Uuid::now_v7().simple()));
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    std::fs::write(&file, &bytes).expect("a file");
    let city = City::plan().with("SUISHOUPAI_BASE_MAP", file.display().to_string()).start().await;
    let config = city.nobody().get("/v1/config").await.expect("an answer").ok().expect("the settings");
    assert_eq!(
        (&config["base_map"]["kind"], &config["base_map"]["url"]),
        (&json!("pmtiles"), &json!("/base-map.pmtiles"))
    );
    let request = Client::new().get(format!("{}/base-map.pmtiles", city.nobody().base()));
    let part = request.header("Range", "bytes=1000-1099").send().await.expect("a part");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.expect("bytes"), &bytes[1000..1100]);
    city.finish().await;
    std::fs::remove_file(file).expect("the file is there");
}

#[tokio::test]
async fn a_browser_with_its_own_key_is_a_citizen_and_only_that_key_is() {
    let city = City::start().await;
    let nobody = city.nobody();
    let login =
        async |key: &str| nobody.post("/v1/auth/guest", &json!({ "key": key })).await.expect("an answer");
    let (one, other) = ("a".repeat(43), format!("{}-_9", "B".repeat(40)));
    let first = login(&one).await.ok().expect("a citizen");
    assert_eq!((&first["is_new"], &first["account"]["role"]), (&json!(true), &json!("citizen")));
    let again = login(&one).await.ok().expect("the same citizen");
    assert_eq!((&again["is_new"], &again["account"]["id"]), (&json!(false), &first["account"]["id"]));
    let stranger = login(&other).await.ok().expect("another citizen");
    assert_ne!(stranger["account"]["id"], first["account"]["id"]);
    for key in ["", "a", &"a".repeat(44), &format!("{}%", "a".repeat(42)), &"字".repeat(43)] {
        refused(&login(key).await, 400, 40002);
    }
    city.finish().await;
}

#[tokio::test]
async fn a_district_that_wants_wechat_only_turns_browsers_away() {
    let city = City::plan().with("SUISHOUPAI_GUESTS", "false").start().await;
    let config = city.nobody().get("/v1/config").await.expect("an answer").ok().expect("the settings");
    assert_eq!(config["guest_login"], false);
    let answer = city.nobody().post("/v1/auth/guest", &json!({ "key": "a".repeat(43) })).await;
    refused(&answer.expect("an answer"), 403, 40308);
    city.finish().await;
}
