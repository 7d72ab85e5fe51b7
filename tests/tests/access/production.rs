//! Production does not start without a real secret, loads no demo people, and refuses those that a demo left behind.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use demo::client::Client;
use demo::server::{Launch, Server, find_program};
use serde_json::json;
use tests::people::PASSWORD;
use tokio::process::Command;

use crate::chinese::{is_chinese, refused};

const SECRET: &str = "a real secret of a real city, 32 bytes and more";
const START: Duration = Duration::from_secs(60);

fn folder() -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("suishoupai-production-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn launch(folder: &Path, mode: &str) -> Launch {
    Launch::beside(folder.join("log"))
        .expect("the server is built")
        .with("SUISHOUPAI_MODE", mode)
        .with("SUISHOUPAI_LISTEN", "127.0.0.1:0")
        .with("SUISHOUPAI_DATABASE_URL", format!("sqlite:{}", folder.join("city.db").display()))
        .with("SUISHOUPAI_BLOB_URL", folder.join("photos"))
        .with("SUISHOUPAI_SECRET", SECRET)
}

async fn up(launch: &Launch) -> (Server, Client) {
    let mut server = launch.start().expect("it starts");
    let base = server.wait_ready(START).await.unwrap_or_else(|error| panic!("{error}"));
    (server, Client::new(&base).expect("a client"))
}

async fn down(server: Server) {
    assert!(server.stop(START).await.expect("it ends").success());
}

#[tokio::test]
async fn production_does_not_start_without_a_long_secret() {
    for secret in [None, Some("short")] {
        let folder = folder();
        let mut command = Command::new(find_program().expect("the server is built"));
        command.args(["--mode", "production", "--listen", "127.0.0.1:0"]);
        command.arg("--database-url").arg(format!("sqlite:{}", folder.join("city.db").display()));
        command.arg("--blob-url").arg(folder.join("photos")).stdin(Stdio::null()).kill_on_drop(true);
        command.env_remove("SUISHOUPAI_SECRET");
        if let Some(secret) = secret {
            command.env("SUISHOUPAI_SECRET", secret);
        }
        let ended = tokio::time::timeout(Duration::from_secs(10), command.output()).await;
        let ended = ended.expect("it ends by itself").expect("it starts");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && told.contains("SECRET") || told.contains("密钥"), "{told}");
        assert!(is_chinese(&told), "{told}");
        assert!(!folder.join("city.db").exists(), "it touched the database");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}

#[tokio::test]
async fn production_refuses_the_accounts_and_tokens_of_a_demo() {
    let folder = folder();
    let (server, client) = up(&launch(&folder, "demo")).await;
    let admin = client.login_staff("admin", PASSWORD).await.expect("a demo has demo people");
    down(server).await;
    let (server, client) = up(&launch(&folder, "production")).await;
    let login = client.post("/v1/auth/login", &json!({ "username": "admin", "password": PASSWORD })).await;
    refused(&login.expect("an answer"), 401, 40104);
    let token = demo::client::text(admin.session(), "/access_token");
    let me = client.with_token(Some(token)).get("/v1/me").await.expect("an answer");
    assert!([401, 403].contains(&me.status), "{} {}", me.status, me.message);
    let refresh = json!({ "refresh_token": demo::client::text(admin.session(), "/refresh_token") });
    let renewed = client.post("/v1/auth/refresh", &refresh).await.expect("an answer");
    assert!([401, 403].contains(&renewed.status), "{} {}", renewed.status, renewed.message);
    let config = client.get("/v1/config").await.expect("an answer").ok().expect("the configuration");
    assert_eq!((&config["mode"], &config["wechat_login"]), (&json!("production"), &json!(false)));
    down(server).await;
    std::fs::remove_dir_all(folder).expect("removed");
}
