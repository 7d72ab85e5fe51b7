//! What the stand-in remembers and decides: used login codes, the valid access token, sent messages. Codes and words of
//! an answer are the platform's own.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::template::misfit;
use super::{APP_ID, Break, How, SECRET, Sent};

/// Seconds for which an access token is valid.
const TOKEN_SECONDS: u32 = 7200;
/// How often a day a token may be renewed by force.
const FORCED_A_DAY: u32 = 20;

#[derive(Debug, Default)]
pub(super) struct Platform {
    used: BTreeSet<String>,
    tokens: u32,
    /// Whether the newest token was declared stale.
    stale: bool,
    forced: u32,
    messages: u64,
    pub sent: Vec<Sent>,
    trouble: Option<Break>,
}

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    js_code: String,
    #[serde(default)]
    grant_type: String,
}

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

/// `{"errcode":…,"errmsg":…}` as the platform words it.
pub(super) fn error(code: i64, message: &str) -> Value {
    json!({ "errcode": code, "errmsg": format!("{message}, rid: 00000000-00000000-00000000") })
}

/// Why id and secret are refused.
fn wrong_program(app_id: &str, secret: &str) -> Option<Value> {
    match (app_id, secret) {
        (APP_ID, SECRET) => None,
        (APP_ID, _) => Some(error(40125, "invalid appsecret")),
        _ => Some(error(40013, "invalid appid")),
    }
}

impl Platform {
    pub fn break_next(&mut self, order: Break) {
        if order.how == How::StaleToken {
            self.stale = true;
        } else {
            self.trouble = Some(order).filter(|order| order.calls > 0);
        }
    }

    /// How this call goes wrong, if it does.
    pub fn next_trouble(&mut self) -> Option<How> {
        let order = self.trouble.as_mut()?;
        let how = order.how;
        order.calls -= 1;
        if order.calls == 0 {
            self.trouble = None;
        }
        Some(how)
    }

    /// `demo-<openid>` is a code; what follows a dot makes another code of the same person.
    pub fn login(&mut self, query: &LoginQuery) -> Value {
        if let Some(refusal) = wrong_program(&query.appid, &query.secret) {
            return refusal;
        }
        let code = query.js_code.as_str();
        match code {
            _ if query.grant_type != "authorization_code" => error(40002, "invalid grant_type"),
            "" => error(41008, "missing code"),
            _ if code.starts_with("busy-") => error(-1, "system error"),
            _ if code.starts_with("risky-") => error(40226, "code blocked"),
            _ => match code
                .strip_prefix("demo-")
                .and_then(|rest| rest.split('.').next())
                .filter(|id| !id.is_empty())
            {
                None => error(40029, "invalid code"),
                Some(_) if !self.used.insert(code.to_owned()) => error(40163, "code been used"),
                // Success has no errcode.
                Some(openid) => json!({ "session_key": "c3RhbmQtaW4gc2Vzc2lvbg==", "openid": openid }),
            },
        }
    }

    pub fn token(&mut self, request: &TokenRequest) -> Value {
        if request.grant_type != "client_credential" {
            return error(40002, "invalid grant_type");
        }
        if let Some(refusal) = wrong_program(&request.appid, &request.secret) {
            return refusal;
        }
        if request.force_refresh {
            if self.forced == FORCED_A_DAY {
                return error(45009, "reach max api daily quota limit");
            }
            self.forced += 1;
        }
        if request.force_refresh || self.stale || self.tokens == 0 {
            self.tokens += 1;
            self.stale = false;
        }
        json!({ "access_token": self.access_token(), "expires_in": TOKEN_SECONDS })
    }

    fn access_token(&self) -> String {
        format!("demo-token-{}", self.tokens)
    }

    pub fn send(&mut self, token: &str, message: &Value) -> Value {
        if self.tokens == 0 || self.stale || token != self.access_token() {
            return error(40001, "invalid credential, access_token is invalid or not latest");
        }
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (touser, template_id) = (text("touser"), text("template_id"));
        let data = message.get("data").cloned().unwrap_or_else(|| json!({}));
        let page = message.get("page").and_then(Value::as_str).map(str::to_owned);
        match &data {
            _ if touser.is_empty() => error(40003, "invalid openid"),
            _ if template_id.is_empty() => error(40037, "invalid template_id"),
            _ if page.as_deref().is_some_and(|page| page.contains("://")) => error(41030, "invalid page"),
            _ if touser.contains("refuses") => error(43101, "user refuse to accept the msg"),
            Value::Object(fields) => match fields.iter().find_map(|(key, field)| misfit(key, field)) {
                Some(field) => error(47003, &format!("argument invalid! {field}")),
                None => self.keep(Sent { touser, template_id, page, data }),
            },
            _ => error(47003, "argument invalid! data"),
        }
    }

    fn keep(&mut self, message: Sent) -> Value {
        self.sent.push(message);
        self.messages += 1;
        json!({ "errcode": 0, "errmsg": "ok", "msgid": self.messages })
    }
}
