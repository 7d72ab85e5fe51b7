//! The access token: fetched by one caller while the others wait, kept until five minutes before its end, and renewed by
//! force only as rarely as the platform allows (20 times a day, at least 30 s apart).

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::{Answer, Wechat, WechatError, busy_or_config, read};

/// The platform replaces a token so long before its end.
const EARLY: Duration = Duration::from_secs(300);
/// Twenty forced renewals a day.
const FORCE_APART: Duration = Duration::from_secs(24 * 3600 / 20);

#[derive(Default)]
pub(super) struct Token {
    current: Option<(String, Instant)>,
    forced: Option<Instant>,
}

#[derive(Deserialize)]
struct TokenContent {
    access_token: Option<String>,
    #[serde(default)]
    expires_in: u64,
}

impl Wechat {
    /// The token other calls are made with.
    pub async fn stable_token(&self) -> Result<String, WechatError> {
        let mut token = self.0.token.lock().await;
        match &token.current {
            Some((value, until)) if Instant::now() < *until => Ok(value.clone()),
            _ => self.fetch_token(&mut token, false).await,
        }
    }

    /// A token other than the refused one, if the platform gives one.
    pub(super) async fn renew_token(&self, refused: &str) -> Result<String, WechatError> {
        let mut token = self.0.token.lock().await;
        // Another caller may have renewed it meanwhile.
        if let Some((value, until)) = &token.current
            && value != refused
            && Instant::now() < *until
        {
            return Ok(value.clone());
        }
        let value = self.fetch_token(&mut token, false).await?;
        let may_force = token.forced.is_none_or(|at| at.elapsed() >= FORCE_APART);
        if value != refused || !may_force {
            return Ok(value);
        }
        token.forced = Some(Instant::now());
        self.fetch_token(&mut token, true).await
    }

    async fn fetch_token(&self, token: &mut Token, force: bool) -> Result<String, WechatError> {
        let settings = &self.0.settings;
        let request = self.0.http.post(self.url("/cgi-bin/stable_token")).json(&json!({
            "grant_type": "client_credential",
            "appid": settings.app_id,
            "secret": settings.secret,
            "force_refresh": force,
        }));
        token.current = None;
        let answer: Answer<TokenContent> = read(request).await?;
        if answer.errcode != 0 {
            return Err(busy_or_config(answer.errcode, answer.errmsg));
        }
        let value = answer.content.access_token.filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| WechatError::Busy("a token answer without token".to_owned()))?;
        let life = Duration::from_secs(answer.content.expires_in).saturating_sub(EARLY);
        token.current = Some((value.clone(), Instant::now() + life));
        Ok(value)
    }
}
