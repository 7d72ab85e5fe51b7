//! Who plays: three citizens by WeChat, and staff of the reference district by name and password.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::{Client, Failure, Result};

/// The password of every demo account.
pub const PASSWORD: &str = "demo-2026";
/// The citizens' openids.
pub(super) const OPENIDS: [&str; 3] = ["o-story-citizen-1", "o-story-citizen-2", "o-story-citizen-3"];

/// Everybody, logged in.
pub(super) struct Cast {
    /// The first citizen, who finds the heap.
    pub first: Client,
    /// The second, who stands a few steps beside.
    pub second: Client,
    /// The third, far off.
    pub third: Client,
    pub dispatcher: Client,
    /// Of the unit that leads.
    pub handler: Client,
    /// The 网格员 of the place.
    pub worker: Client,
}

impl Cast {
    /// Logs everybody in.
    pub async fn log_in(base: &str) -> Result<Self> {
        let nobody = Client::new(base)?;
        let began = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let citizen = async |openid: &str| {
            // A login code is good for one login, so each story has its own.
            let login = nobody.login_wechat(&format!("demo-{openid}.{began}")).await;
            login.map_err(|why| {
                Failure::new(format!("市民无法用微信登录（故事只能在接了微信替身的演示服务上演）：{why}"))
            })
        };
        let staff = async |name: &str| nobody.login_staff(name, PASSWORD).await;
        Ok(Self {
            first: citizen(OPENIDS[0]).await?,
            second: citizen(OPENIDS[1]).await?,
            third: citizen(OPENIDS[2]).await?,
            dispatcher: staff("dispatcher1").await?,
            handler: staff("handler-huanxiu").await?,
            worker: staff("grid-huanxiu1").await?,
        })
    }
}
