//! 履责台账: what one person did in a stretch of days, counted and listed. It refuses to be read by colleagues.

use actix_web::web;
use chrono::NaiveDate;
use domain::actor::Role;
use domain::id::AccountId;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::repo::{ledger, people};

use crate::Api;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Query, read_page};
use crate::view::Named;
use crate::view::paper::{DeedView, deed};

/// The most days of one answer.
const MOST_DAYS: i64 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Whose; one's own without.
    person: Option<AccountId>,
    first: NaiveDate,
    last: NaiveDate,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// How often something was done.
#[derive(Serialize)]
struct DutyCount {
    action: Option<String>,
    label: &'static str,
    times: i64,
}

/// Who it is.
#[derive(Serialize)]
struct PersonView {
    id: AccountId,
    name: String,
    role: Role,
    role_label: &'static str,
    department: Option<Named>,
}

/// A person's duty ledger.
#[derive(Serialize)]
struct LedgerView {
    person: PersonView,
    first: NaiveDate,
    last: NaiveDate,
    counts: Vec<DutyCount>,
    items: Vec<DeedView>,
    next_cursor: Option<String>,
}

/// `GET /v1/duty-ledger`
pub async fn show(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let (first, last) = (asked.first, asked.last);
    let window = window(first, last)?;
    let pool = &api.stores.pool;
    let person = asked.person.as_ref().unwrap_or(&caller.account.id);
    let account = people::account(pool, person).await?;
    let account = account.filter(|account| account.role != Role::Citizen || account.id == caller.account.id);
    let account = account.ok_or(Kind::NotFound)?;
    check(&caller, &account)?;
    let counts = ledger::duties(pool, &account.id, window).await?;
    let page = ledger::deeds(pool, &account.id, window, cursor.as_ref(), size).await?;
    let books = api.books().await?;
    let unit = account.department.as_ref().map(|code| {
        let name = books.departments.get(code).map_or_else(|| code.to_string(), |unit| unit.name.clone());
        Named { code: code.to_string(), name }
    });
    let count = |(action, times): (Option<domain::ticket::action::ActionKind>, i64)| DutyCount {
        action: action.map(|action| action.to_string()),
        label: action.map_or("上报", |action| action.label()),
        times,
    };
    let page = page.map(|one| deed(&books, one));
    Reply::ok(&LedgerView {
        person: PersonView {
            role: account.role,
            role_label: account.role.label(),
            department: unit,
            id: account.id,
            name: account.name,
        },
        first,
        last,
        counts: counts.into_iter().map(count).collect(),
        items: page.rows,
        next_cursor: page.next,
    })
}

/// From the first day's midnight to the one after the last.
fn window(first: NaiveDate, last: NaiveDate) -> ApiResult<(Moment, Moment)> {
    let refuse = |field, reason: String| Err(ApiError::from(Kind::BadQuery).detail(field, reason));
    let days = last.signed_duration_since(first).num_days();
    if days < 0 {
        return refuse("last", "不能早于 first".into());
    }
    if days >= MOST_DAYS {
        return refuse("last", format!("一次最多 {MOST_DAYS} 天"));
    }
    let Some(end) = last.succ_opt() else { return refuse("last", "日期不正确".into()) };
    Ok((Moment::midnight(first), Moment::midnight(end)))
}

/// Oneself, one's head, and those who stand above units.
fn check(caller: &Caller, account: &people::Account) -> ApiResult<()> {
    use Role::{Command, Dispatcher, Institution, Leader, UnitHead};
    if account.id == caller.account.id {
        return Ok(());
    }
    caller.require(&[Leader, Dispatcher, Command, Institution, UnitHead])?;
    let own = account.department.is_some() && account.department == caller.actor.department;
    if caller.actor.role == UnitHead && !own {
        return Err(ApiError::from(Kind::ReachRefused).saying("只能查看本单位人员的履责台账"));
    }
    Ok(())
}
