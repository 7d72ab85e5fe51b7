//! The rules in which cities differ: what is in force, every version of it, and setting a new one. It refuses a value
//! that the rule's own check refuses, with the place of the fault.

use actix_web::web;
use domain::actor::Role;
use domain::config::{Config, RULES};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::repo::rules;

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once, PathId};
use crate::view::Listed;
use crate::{Api, now};

/// Most characters of a rule's JSON.
const MOST_CHARS: usize = 50_000;

/// A rule as it is in force.
#[derive(Serialize)]
struct RuleView {
    name: &'static str,
    label: &'static str,
    /// 0 is the default that the product carries.
    version: i64,
    value: Value,
}

/// One version of a rule.
#[derive(Serialize)]
struct VersionView {
    version: i64,
    value: Value,
    set_by: String,
    set_at: Moment,
}

/// A rule with its history.
#[derive(Serialize)]
struct HistoryView {
    #[serde(flatten)]
    rule: RuleView,
    default: Value,
    versions: Vec<VersionView>,
}

/// `GET /v1/rules`
pub async fn list(api: web::Data<Api>, caller: Caller) -> ApiResult<Reply> {
    read_allowed(&caller)?;
    let books = api.books().await?;
    let newest = rules::newest(&api.stores.pool).await?;
    let version =
        |name: &str| newest.iter().find(|(rule, _)| rule == name).map_or(0, |(_, version)| *version);
    let items = RULES.iter().filter_map(|(name, label)| {
        Some(RuleView { name, label, version: version(name), value: books.config.get(name)? })
    });
    Reply::ok(&Listed { items: items.collect::<Vec<_>>(), next_cursor: None, total: None })
}

/// `GET /v1/rules/{id}`
pub async fn show(api: web::Data<Api>, caller: Caller, PathId(name): PathId<String>) -> ApiResult<Reply> {
    read_allowed(&caller)?;
    Reply::ok(&history(&api, &name).await?)
}

/// Body of `POST /v1/rules/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    value: Value,
}

/// `POST /v1/rules/{id}`: the next version of a rule, in force for everybody within a second.
pub async fn set(
    api: web::Data<Api>,
    caller: Caller,
    PathId(name): PathId<String>,
    once: Once,
    Body(asked): Body<NewValue>,
) -> ApiResult<Reply> {
    caller.require(&[Role::Admin, Role::Institution])?;
    find(&name)?;
    if asked.value.to_string().chars().count() > MOST_CHARS {
        return Err(ApiError::bad_field("value", format!("最多 {MOST_CHARS} 个字")));
    }
    let mut config = Config::default();
    config.set(&name, asked.value).map_err(|fault| match fault {
        Some(fault) => ApiError::bad_field("value", fault),
        None => Kind::NotFound.into(),
    })?;
    let reply = once
        .run(&api, &caller, async |tx| {
            let version = rules::set(tx, &config, &name, &caller.account.id, now()).await?;
            let (name, label) = find(&name)?;
            let value = config.get(name).ok_or(Kind::NotFound)?;
            Reply::ok(&RuleView { name, label, version, value })
        })
        .await?;
    api.desk.books.forget();
    Ok(reply)
}

fn read_allowed(caller: &Caller) -> ApiResult<()> {
    use Role::{Admin, Command, Coordinator, Dispatcher, Inspector, Institution, Leader, Oversight};
    caller.require(&[Admin, Institution, Dispatcher, Coordinator, Command, Leader, Inspector, Oversight])
}

fn find(name: &str) -> ApiResult<(&'static str, &'static str)> {
    Ok(RULES.iter().find(|(rule, _)| *rule == name).copied().ok_or(Kind::NotFound)?)
}

async fn history(api: &Api, name: &str) -> ApiResult<HistoryView> {
    let (name, label) = find(name)?;
    let books = api.books().await?;
    let versions = rules::versions(&api.stores.pool, name).await?;
    let read = |text: &str| serde_json::from_str(text).map_err(ApiError::internal);
    let views = versions.iter().map(|row| {
        let (set_by, set_at) = (row.set_by.clone(), Moment::from_ms(row.set_at));
        Ok(VersionView { version: row.version, value: read(&row.value)?, set_by, set_at })
    });
    Ok(HistoryView {
        rule: RuleView {
            name,
            label,
            version: versions.first().map_or(0, |row| row.version),
            value: books.config.get(name).ok_or(Kind::NotFound)?,
        },
        default: Config::default().get(name).ok_or(Kind::NotFound)?,
        versions: views.collect::<ApiResult<_>>()?,
    })
}
