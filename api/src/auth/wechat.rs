//! Who a WeChat login code stands for. The platform takes a code once, so the answer is kept for a minute: a
//! client whose first answer was lost can ask again. It refuses to keep or show a session key.

use std::time::Duration;

use store::outbound::wechat::WechatError;

use crate::Api;
use crate::error::{ApiError, Kind};
use crate::extract::sha256_hex;

/// How long a code can be repeated, also at another server process.
const REPEAT: Duration = Duration::from_secs(60);

/// The person behind `code`.
pub async fn openid_of(api: &Api, code: &str) -> Result<String, ApiError> {
    let wechat = api.stores.wechat.as_ref().ok_or(Kind::WechatOff)?;
    let key = format!("wechat:{}", sha256_hex(&[code.as_bytes()]));
    if let Some(known) = api.stores.cache.get(&key).await
        && let Ok(openid) = String::from_utf8(known.to_vec())
    {
        return Ok(openid);
    }
    let session = wechat.code2session(code).await.map_err(explain)?;
    api.stores.cache.put(&key, session.openid.clone().into(), REPEAT).await;
    Ok(session.openid)
}

fn explain(error: WechatError) -> ApiError {
    match error {
        WechatError::BadCode => Kind::WechatCode.into(),
        WechatError::Blocked => Kind::WechatBlocked.into(),
        WechatError::Busy(_) => ApiError::from(Kind::WechatBusy).retry_after(3).because(error),
        WechatError::Config { .. } | WechatError::Rejected { .. } => {
            ApiError::from(Kind::Internal).saying("微信登录配置有误，请联系管理员").because(error)
        }
    }
}
