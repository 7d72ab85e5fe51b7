//! Who asks: the account behind the access token, read afresh every few seconds so that a closed account dies
//! quickly. It refuses demo accounts in production.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use domain::actor::{Actor, Role};
use store::repo::people::Account;

use crate::Api;
use crate::auth::token::Claims;
use crate::edge::Asker;
use crate::error::{ApiError, Kind};

/// A logged-in person or system.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What the rules look at.
    pub actor: Actor,
    /// What else is known.
    pub account: Arc<Account>,
}

impl Caller {
    /// Refuses every role that is not named.
    pub fn require(&self, roles: &[Role]) -> Result<(), ApiError> {
        if roles.contains(&self.actor.role) {
            return Ok(());
        }
        Err(ApiError::from(Kind::RoleRefused).saying(format!("{}无权执行该操作", self.actor.role.label())))
    }

    /// Whether the caller works for the district; those who visit in secret are guests.
    pub fn is_staff(&self) -> bool {
        !matches!(self.actor.role, Role::Citizen | Role::Integration | Role::Visitor)
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = request.app_data::<web::Data<Api>>().cloned();
        let claims = api.as_ref().map(|api| claims_of(request, api));
        let request = request.clone();
        Box::pin(async move {
            let (Some(api), Some(claims)) = (api, claims) else {
                return Err(ApiError::internal("the server state is missing"));
            };
            let claims = claims?;
            let account = api.account(&claims.sub).await?;
            if account.sessions_since.is_some_and(|since| claims.is_before(since)) {
                return Err(Kind::TokenInvalid.into());
            }
            request.extensions_mut().insert(Asker(account.id.to_string()));
            let actor = store::repo::people::actor_of(&account);
            Ok(Self { actor, account })
        })
    }
}

/// What the request's bearer token says; `LoginNeeded` without one.
pub(crate) fn claims_of(request: &HttpRequest, api: &Api) -> Result<Claims, ApiError> {
    let value = request.headers().get(header::AUTHORIZATION).ok_or(Kind::LoginNeeded)?;
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Kind::TokenInvalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Kind::TokenInvalid.into());
    }
    api.keys.check(token.trim())
}
