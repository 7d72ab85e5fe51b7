use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A stand-in for the platform: answers by path, in turn, the last one for ever, and keeps what it was asked.
struct Platform {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    async fn start(answers: &[(&'static str, &[&'static str])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Vec<(&str, Vec<&str>)> =
            answers.iter().map(|(path, list)| (*path, list.to_vec())).collect();
        let answers = Arc::new(Mutex::new(answers));
        let log = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answers, log) = (answers.clone(), log.clone());
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    let body = {
                        let mut answers = answers.lock().unwrap();
                        let found = answers.iter_mut().find(|(path, _)| request.contains(*path)).unwrap();
                        if found.1.len() > 1 { found.1.remove(0) } else { found.1[0] }
                    };
                    log.lock().unwrap().push(request);
                    let head =
                        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length:";
                    let _ = stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await;
                });
            }
        });
        Self { base, asked }
    }

    fn client(&self) -> Wechat {
        let text = |s: &str| s.to_owned();
        Wechat::new(WechatSettings {
            api_base: format!("{}/", self.base),
            app_id: text("wx1"),
            secret: text("TOPSECRET"),
            program_state: text("formal"),
        })
        .unwrap()
    }

    fn asked(&self, path: &str) -> Vec<String> {
        self.asked.lock().unwrap().iter().filter(|request| request.contains(path)).cloned().collect()
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok())
            });
            if n == 0 || body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
    }
}

const LOGIN: &str = "/sns/jscode2session";
const TOKEN: &str = "/cgi-bin/stable_token";
const SEND: &str = "/cgi-bin/message/subscribe/send";

#[tokio::test]
async fn a_login_gives_the_person_without_the_session_key_and_a_repeat_asks_no_second_time() {
    let answer = r#"{"openid":"o1","session_key":"KEY","unionid":"u1"}"#;
    let platform =
        Platform::start(&[(LOGIN, &[answer, r#"{"errcode":40163,"errmsg":"code been used"}"#])]).await;
    let client = platform.client();
    let (first, second) = tokio::join!(client.code2session("c&1"), client.code2session("c&1"));
    assert_eq!(first, Ok(Session { openid: "o1".into(), unionid: Some("u1".into()) }));
    assert_eq!(first, second);
    let asked = platform.asked(LOGIN);
    assert_eq!(asked.len(), 1);
    assert!(asked[0].contains("js_code=c%261&grant_type=authorization_code"), "{}", asked[0]);
    assert_eq!(client.code2session("other").await, Err(WechatError::BadCode));
    assert_eq!(client.code2session("other").await, Err(WechatError::BadCode));
    assert_eq!(platform.asked(LOGIN).len(), 3, "a failure is not remembered");
}

#[tokio::test]
async fn every_login_error_says_what_to_do() {
    type Expected = fn(&WechatError) -> bool;
    let cases: [(&'static str, Expected); 7] = [
        (r#"{"errcode":-1,"errmsg":"system busy"}"#, WechatError::is_retryable),
        (r#"{"errcode":45011,"errmsg":"limit"}"#, WechatError::is_retryable),
        (r#"{"errcode":40029,"errmsg":"invalid code"}"#, |e| *e == WechatError::BadCode),
        (r#"{"errcode":40226,"errmsg":"blocked"}"#, |e| *e == WechatError::Blocked),
        (r#"{"errcode":40125,"errmsg":"invalid secret"}"#, |e| {
            matches!(e, WechatError::Config { errcode: 40125, .. })
        }),
        ("<html>gateway</html>", WechatError::is_retryable),
        ("{}", WechatError::is_retryable),
    ];
    for (answer, expected) in cases {
        let platform = Platform::start(&[(LOGIN, &[answer])]).await;
        let error = platform.client().code2session("SECRETCODE").await.unwrap_err();
        assert!(expected(&error), "{answer}: {error}");
    }
}

#[tokio::test]
async fn an_unreachable_platform_is_busy_and_no_secret_is_in_the_error() {
    let mut platform = Platform::start(&[(LOGIN, &["{}"])]).await;
    platform.base = "http://127.0.0.1:1".to_owned();
    let client = platform.client();
    let error = client.code2session("SECRETCODE").await.unwrap_err();
    assert!(error.is_retryable());
    let shown = format!("{error} {error:?} {client:?}");
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[tokio::test]
async fn one_token_serves_many_callers() {
    let platform = Platform::start(&[(TOKEN, &[r#"{"access_token":"T1","expires_in":7200}"#])]).await;
    let client = platform.client();
    let calls = futures_util::future::join_all((0..20).map(|_| client.stable_token())).await;
    assert!(calls.into_iter().all(|token| token.as_deref() == Ok("T1")));
    assert_eq!(platform.asked(TOKEN).len(), 1);
    assert!(platform.asked(TOKEN)[0].contains(r#""force_refresh":false"#));
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_the_message_goes_out() {
    let token = |value| match value {
        1 => r#"{"access_token":"T1","expires_in":7200}"#,
        _ => r#"{"access_token":"T2","expires_in":7200}"#,
    };
    let sent = r#"{"errcode":0,"errmsg":"ok"}"#;
    let expired = r#"{"errcode":42001,"errmsg":"access_token expired"}"#;
    let platform = Platform::start(&[(TOKEN, &[token(1), token(2)]), (SEND, &[expired, sent])]).await;
    let client = platform.client();
    let data = [("thing1", "井盖\n丢失"), ("phrase2", "已办结。")];
    assert_eq!(client.send_subscribe("o1", "tpl", Some("pages/t?id=1"), &data).await, Ok(Delivery::Sent));
    let asked = platform.asked(SEND);
    assert!(asked[0].contains("access_token=T1") && asked[1].contains("access_token=T2"));
    assert!(asked[1].contains(r#""thing1":{"value":"井盖 丢失"}"#), "{}", asked[1]);
    assert!(asked[1].contains(r#""phrase2":{"value":"已办结"}"#));

    // The platform keeps giving the token it refuses: force is used once, then an operator must look.
    let platform = Platform::start(&[(TOKEN, &[token(1)]), (SEND, &[expired])]).await;
    let client = platform.client();
    for _ in 0..3 {
        let error = client.send_subscribe("o1", "tpl", None, &data).await.unwrap_err();
        assert!(matches!(error, WechatError::Config { errcode: 42001, .. }), "{error}");
    }
    let forced = platform.asked(TOKEN).iter().filter(|body| body.contains(r#""force_refresh":true"#)).count();
    assert_eq!(forced, 1);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_a_wrong_template_is_final() {
    let token = r#"{"access_token":"T1","expires_in":7200}"#;
    let refused = r#"{"errcode":43101,"errmsg":"user refuse to accept the msg"}"#;
    let wrong = r#"{"errcode":47003,"errmsg":"argument invalid! data.thing1.value invalid"}"#;
    let platform = Platform::start(&[(TOKEN, &[token]), (SEND, &[refused, wrong])]).await;
    let client = platform.client();
    assert_eq!(client.send_subscribe("o", "t", None, &[]).await, Ok(Delivery::Refused));
    let error = client.send_subscribe("o", "t", None, &[]).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("thing1"), "{error}");
}
