//! The mini-program platform's server side: who is logging in, and one message to one person. It refuses to keep or show
//! a `session_key`, and no code, secret or token is in any error or log (the official pages: code2Session,
//! getStableAccessToken, subscribeMessage.send).

mod fit;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use fit::fit;
use token::Token;

const TIMEOUT: Duration = Duration::from_secs(5);
/// A repeated login with the same code gets the first answer for so long: the platform takes a code only once.
const CODE_MEMORY: Duration = Duration::from_secs(60);
const CODES: u64 = 100_000;

/// Where and as whom the platform is called.
#[derive(Clone)]
pub struct WechatSettings {
    /// Such as `https://api.weixin.qq.com`; a private gateway or a stand-in in tests.
    pub api_base: String,
    /// The mini-program's id.
    pub app_id: String,
    /// Its secret.
    pub secret: String,
    /// Which version a message opens: `formal`, `trial` or `developer`.
    pub program_state: String,
}

/// Who is logging in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The person in this mini-program.
    pub openid: String,
    /// The person in all programs of the same owner, when these are bound together.
    pub unionid: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The platform took it.
    Sent,
    /// The person has not agreed, or no longer (43101); sending again is of no use.
    Refused,
}

/// Why the platform did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WechatError {
    /// It is busy or its rate limit is reached (−1, 45009, 45011), or it can't be reached; later it may work.
    #[error("WeChat is busy: {0}")]
    Busy(String),
    /// The login code is wrong, old or used (40029, 40163); the person logs in again.
    #[error("WeChat login code is not valid")]
    BadCode,
    /// The platform blocks this person as a high risk (40226).
    #[error("WeChat blocks this user")]
    Blocked,
    /// Our id, secret or network is not accepted; an operator must act.
    #[error("WeChat settings are refused: {errcode} {errmsg}")]
    Config {
        /// The platform's code.
        errcode: i64,
        /// The platform's words.
        errmsg: String,
    },
    /// This message will never be taken (47003 names the field, 40037 template, 40003 openid, 41030 page).
    #[error("WeChat refuses the message: {errcode} {errmsg}")]
    Rejected {
        /// The platform's code.
        errcode: i64,
        /// The platform's words.
        errmsg: String,
    },
}

impl WechatError {
    /// Whether the same call may succeed a little later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// The client; cheap to clone.
#[derive(Clone)]
pub struct Wechat(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    settings: WechatSettings,
    sessions: Cache<[u8; 32], Session>,
    token: tokio::sync::Mutex<Token>,
}

impl std::fmt::Debug for Wechat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wechat").field("app_id", &self.0.settings.app_id).finish_non_exhaustive()
    }
}

/// The part of every answer that tells about failure; success often has none of it.
#[derive(Deserialize)]
struct Answer<T> {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
    #[serde(flatten)]
    content: T,
}

/// An answer of which only success or failure is read.
#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct SessionContent {
    openid: Option<String>,
    unionid: Option<String>,
}

impl Wechat {
    /// A client with one connection pool.
    pub fn new(settings: WechatSettings) -> Result<Self, WechatError> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| WechatError::Config { errcode: 0, errmsg: error.to_string() })?;
        Ok(Self(Arc::new(Inner {
            http,
            settings,
            sessions: Cache::builder().max_capacity(CODES).time_to_live(CODE_MEMORY).build(),
            token: tokio::sync::Mutex::default(),
        })))
    }

    /// Who holds this login code; the same code within a minute gets the same answer, asked once.
    pub async fn code2session(&self, code: &str) -> Result<Session, WechatError> {
        let key: [u8; 32] = Sha256::digest(code).into();
        let asked = self.0.sessions.try_get_with(key, self.ask_session(code)).await;
        asked.map_err(|error| WechatError::clone(&error))
    }

    async fn ask_session(&self, code: &str) -> Result<Session, WechatError> {
        let settings = &self.0.settings;
        let query = [
            ("appid", settings.app_id.as_str()),
            ("secret", &settings.secret),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        let request = self.0.http.get(self.url("/sns/jscode2session")).query(&query);
        let answer: Answer<SessionContent> = read(request).await?;
        match answer.errcode {
            0 => {}
            40029 | 40163 => return Err(WechatError::BadCode),
            40226 => return Err(WechatError::Blocked),
            _ => return Err(busy_or_config(answer.errcode, answer.errmsg)),
        }
        let openid = answer.content.openid.filter(|openid| !openid.is_empty());
        let openid = openid.ok_or_else(|| WechatError::Busy("a login answer without openid".to_owned()))?;
        Ok(Session { openid, unionid: answer.content.unionid })
    }

    /// Sends a subscription message; each value of `data` is made to [`fit`] its field. An expired token is renewed once.
    pub async fn send_subscribe(
        &self,
        openid: &str,
        template: &str,
        page: Option<&str>,
        data: &[(&str, &str)],
    ) -> Result<Delivery, WechatError> {
        let fields: BTreeMap<&str, _> =
            data.iter().map(|(key, text)| (*key, json!({ "value": fit(key, text) }))).collect();
        let mut body = json!({
            "touser": openid,
            "template_id": template,
            "data": fields,
            "miniprogram_state": self.0.settings.program_state,
            "lang": "zh_CN",
        });
        if let Some(page) = page {
            body["page"] = page.into();
        }
        let token = self.stable_token().await?;
        let mut answer = self.post_message(&token, &body).await?;
        if matches!(answer.errcode, 40001 | 40014 | 42001) {
            let token = self.renew_token(&token).await?;
            answer = self.post_message(&token, &body).await?;
        }
        let Answer { errcode, errmsg, .. } = answer;
        match errcode {
            0 => Ok(Delivery::Sent),
            43101 => Ok(Delivery::Refused),
            -1 | 45009 | 45011 => Err(WechatError::Busy(format!("{errcode} {errmsg}"))),
            // A fresh token that is refused, or an address that is not on the platform's list.
            40001 | 40014 | 42001 | 40013 | 40164 | 48001 => Err(WechatError::Config { errcode, errmsg }),
            _ => Err(WechatError::Rejected { errcode, errmsg }),
        }
    }

    async fn post_message(
        &self,
        token: &str,
        body: &serde_json::Value,
    ) -> Result<Answer<Nothing>, WechatError> {
        let url = self.url("/cgi-bin/message/subscribe/send");
        read(self.0.http.post(url).query(&[("access_token", token)]).json(body)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.settings.api_base.trim_end_matches('/'))
    }
}

fn busy_or_config(errcode: i64, errmsg: String) -> WechatError {
    match errcode {
        -1 | 45009 | 45011 => WechatError::Busy(format!("{errcode} {errmsg}")),
        _ => WechatError::Config { errcode, errmsg },
    }
}

/// Sends the request and reads the answer, which is JSON whatever its content type says.
async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, WechatError> {
    // The URL holds the secret, the code or the token, so it is taken out of every error.
    let unreachable = |error: reqwest::Error| WechatError::Busy(error.without_url().to_string());
    let response = request.send().await.map_err(unreachable)?;
    let response = response.error_for_status().map_err(unreachable)?;
    let body = response.bytes().await.map_err(unreachable)?;
    // Not the parser's words: they quote the body, which holds a session key.
    serde_json::from_slice(&body).map_err(|_| WechatError::Busy("an answer that is not JSON".to_owned()))
}

#[cfg(test)]
mod tests;
