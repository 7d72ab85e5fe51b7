//! The rules in which cities differ, every version of them. It refuses values that the domain's own check refuses.

use domain::config::Config;
use domain::id::AccountId;
use domain::time::Moment;
use serde_json::Value;
use sqlx::FromRow;

use super::catalogue;
use super::tickets::{parse, write};
use crate::sql::{On, Result, StoreError, Tx};
use crate::{execute, fetch_all, fetch_scalar};

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Version {
    /// 1, 2, 3 …; 0 is the default that the product carries.
    pub version: i64,
    /// JSON.
    pub value: String,
    /// The account that set it.
    pub set_by: String,
    /// Epoch milliseconds.
    pub set_at: i64,
}

/// The rules in force: what was set last, else the default.
pub async fn load(on: impl Into<On<'_>>) -> Result<Config> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, String),
        "select name, value from rule_version r where version =
         (select max(version) from rule_version s where s.name = r.name)"
    )?;
    let mut config = Config::default();
    for (name, value) in rows {
        let value: Value = parse("rule_version", "value", &name, &value)?;
        match config.set(&name, value) {
            // A rule that a later version of the product no longer has is history.
            Ok(()) | Err(None) => {}
            Err(Some(fault)) => {
                tracing::error!(rule.name = name, fault, "a stored rule no longer fits; its default is used");
            }
        }
    }
    Ok(config)
}

/// The newest version of every rule that was ever set.
pub async fn newest(on: impl Into<On<'_>>) -> Result<Vec<(String, i64)>> {
    let mut on: On<'_> = on.into();
    fetch_all!(on, (String, i64), "select name, max(version) from rule_version group by name")
}

/// The versions of a rule, the newest first.
pub async fn versions(on: impl Into<On<'_>>, name: &str) -> Result<Vec<Version>> {
    let mut on: On<'_> = on.into();
    fetch_all!(
        on,
        Version,
        "select version, value, set_by, set_at from rule_version where name = $1 order by version desc limit 50",
        name
    )
}

/// Writes the next version of a rule, as `config` holds it, and has every process read the books anew.
pub async fn set(tx: &mut Tx, config: &Config, name: &str, by: &AccountId, now: Moment) -> Result<i64> {
    let value = config.get(name).ok_or_else(|| StoreError::Missing(name.to_owned()))?;
    let last = fetch_scalar!(
        &mut *tx,
        i64,
        "select cast(coalesce(max(version), 0) as bigint) from rule_version where name = $1",
        name
    )?;
    execute!(
        &mut *tx,
        "insert into rule_version (name, version, value, set_by, set_at) values ($1, $2, $3, $4, $5)",
        name,
        last + 1,
        write(&value)?,
        by.as_str(),
        now.ms()
    )?;
    catalogue::raise_version(tx, now).await?;
    Ok(last + 1)
}
