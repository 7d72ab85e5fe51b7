//! The people of a city, by the names of the reference district; each logs in once and is remembered.

use std::sync::PoisonError;

use demo::client::Client;

use crate::City;

/// The password of every demo account.
pub const PASSWORD: &str = "demo-2026";

impl City {
    /// The nth citizen, by WeChat; the openid is `o-citizen-n`.
    pub async fn citizen(&self, n: u32) -> Client {
        self.citizen_named(&format!("o-citizen-{n}")).await
    }

    /// A citizen with this openid.
    pub async fn citizen_named(&self, openid: &str) -> Client {
        if let Some(known) = self.remembered(openid) {
            return known;
        }
        let client =
            self.nobody().login_wechat(&format!("demo-{openid}.{}", uuid::Uuid::now_v7().simple())).await;
        self.remember(openid, client)
    }

    /// A staff member by user name.
    pub async fn staff(&self, username: &str) -> Client {
        if let Some(known) = self.remembered(username) {
            return known;
        }
        let client = self.nobody().login_staff(username, PASSWORD).await;
        self.remember(username, client)
    }

    /// The 网格员 of the story's community grid.
    pub async fn grid_worker(&self) -> Client {
        self.staff("grid-huanxiu1").await
    }

    /// The handler of a unit: `huanxiu`, `sanitation` …
    pub async fn handler(&self, unit: &str) -> Client {
        self.staff(&format!("handler-{unit}")).await
    }

    /// The head of a unit.
    pub async fn head(&self, unit: &str) -> Client {
        self.staff(&format!("head-{unit}")).await
    }

    /// The first or second dispatcher.
    pub async fn dispatcher(&self, n: u32) -> Client {
        self.staff(&format!("dispatcher{n}")).await
    }

    /// An inspector of `supervision` or `industry`.
    pub async fn inspector(&self, side: &str) -> Client {
        self.staff(&format!("inspector-{side}1")).await
    }

    /// The administrator.
    pub async fn admin(&self) -> Client {
        self.staff("admin").await
    }

    /// The leader.
    pub async fn leader(&self) -> Client {
        self.staff("leader").await
    }

    /// The other system.
    pub async fn integration(&self) -> Client {
        self.staff("integration").await
    }

    fn remembered(&self, name: &str) -> Option<Client> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.get(name).filter(|client| client.base() == self.base).cloned()
    }

    fn remember(&self, name: &str, login: demo::client::Result<Client>) -> Client {
        let client = login.unwrap_or_else(|error| panic!("{name} can't log in: {error}"));
        self.people.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), client.clone());
        client
    }
}
