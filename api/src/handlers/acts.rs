//! Acts of supervision and accountability: lists, one whole, issuing one, and what may be done with it. Units see what is
//! addressed to them; an act that one may not see is "not found".

mod new;

use std::collections::BTreeSet;

use actix_web::web;
use domain::act::{self, Act, ActAction, ActKind, ActRefusal, ActState};
use domain::actor::Role;
use domain::id::{AccountId, DepartmentCode, TicketId};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Tx;
use store::repo::acts::{self, ActFilter};
use store::repo::{people, tickets};
use store::sql::On;
use strum::VariantArray as _;

use super::tickets::action::check_text;
use super::tickets::{DEFAULT, check_sight, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, PathId, Query, check_version, explain, is_id, read_page};
use crate::view::Listed;
use crate::view::act as view;
use crate::{Api, now};

use self::new::NewBody;
pub(super) use self::new::write;

/// Most characters of a text that people write, and pictures of an act.
pub(super) const MOST: (usize, usize) = (500, 9);
/// The states of an act that was issued and has not ended.
const LIVE: [ActState; 3] = [ActState::Open, ActState::Received, ActState::Effective];

impl From<ActRefusal> for ApiError {
    fn from(refusal: ActRefusal) -> Self {
        let kind = match &refusal {
            ActRefusal::Role { .. } => Kind::RoleRefused,
            ActRefusal::NotAddressed => Kind::ReachRefused,
            ActRefusal::SamePerson(_) => Kind::OwnWork,
            ActRefusal::State { .. } => Kind::StateRefused,
            ActRefusal::Lacking { .. } => Kind::Lacking,
            ActRefusal::Off(_) => Kind::Unfit,
        };
        let error = Self::from(kind).saying(refusal.message());
        match refusal {
            ActRefusal::Lacking { field, reason } => error.detail(field, reason),
            _ => error,
        }
    }
}

/// Which acts of one's own are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mine {
    /// Addressed to one's unit or oneself.
    Addressed,
    /// And not yet received.
    Unreceipted,
}

/// A state, or all in which something is still expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Live {
    Live,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Standing {
    One(ActState),
    Live(Live),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    kind: Option<ActKind>,
    state: Option<Standing>,
    ticket: Option<TicketId>,
    department: Option<DepartmentCode>,
    parent: Option<String>,
    mine: Option<Mine>,
    cursor: Option<String>,
    limit: Option<u32>,
    #[serde(default)]
    with_total: bool,
}

/// `GET /v1/acts`: newest first. The party group's agenda is `kind=party_group&state=live`.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    for (field, word) in [
        ("ticket", asked.ticket.as_ref().map(TicketId::as_str)),
        ("parent", asked.parent.as_deref()),
        ("department", asked.department.as_ref().map(DepartmentCode::as_str)),
    ] {
        if word.is_some_and(|word| !is_id(word)) {
            return Err(ApiError::from(Kind::BadQuery).detail(field, "不是编号"));
        }
    }
    let filter = filter(&caller, &asked)?;
    let pool = &api.stores.pool;
    let page = acts::list(pool, &filter, cursor.as_ref(), size).await?;
    let total = match asked.with_total {
        true => Some(acts::count(pool, &filter).await?),
        false => None,
    };
    let names = names(pool, page.rows.iter()).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now());
    let page = page.map(|act| view::act(&frame, &caller.actor, act, &names));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total })
}

/// What the caller may see of what was asked for.
fn filter(caller: &Caller, asked: &Asked) -> ApiResult<ActFilter> {
    let role = caller.actor.role;
    let hidden: Vec<ActKind> =
        ActKind::VARIANTS.iter().copied().filter(|kind| !act::reads_all(role, *kind)).collect();
    let everything = hidden.len() < ActKind::VARIANTS.len();
    let addressee = matches!(role, Role::Handler | Role::UnitHead | Role::Crew);
    if !everything && !addressee {
        return Err(ApiError::from(Kind::RoleRefused).saying(format!("{}无权查看督办问责", role.label())));
    }
    let own = || (caller.actor.department.clone(), caller.account.id.clone());
    Ok(ActFilter {
        kinds: asked.kind.into_iter().collect(),
        hidden: if everything { hidden } else { Vec::new() },
        states: match asked.state {
            None => Vec::new(),
            Some(Standing::One(state)) => vec![state],
            Some(Standing::Live(Live::Live)) => LIVE.to_vec(),
        },
        ticket: asked.ticket.clone(),
        unit: asked.department.clone(),
        parent: asked.parent.clone(),
        addressed: (addressee || asked.mine.is_some()).then(own),
        unreceipted: asked.mine == Some(Mine::Unreceipted),
    })
}

/// `GET /v1/acts/{id}`
pub async fn show(api: web::Data<Api>, caller: Caller, PathId(id): PathId<String>) -> ApiResult<Reply> {
    let pool = &api.stores.pool;
    let act = acts::get(pool, &id).await?.ok_or(Kind::NotFound)?;
    check_act(&caller, &act)?;
    answer(&api, &caller, pool, act).await
}

/// `POST /v1/acts`: by people; on a ticket, 提醒, 督办单, 报主要负责人 and 提请党组 are also a 督办 of that ticket.
pub async fn create(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    Body(body): Body<NewBody>,
) -> ApiResult<Reply> {
    act::check_role(body.kind, caller.actor.role)?;
    body.check()?;
    if body.kind == ActKind::Exposure {
        return Err(ApiError::bad_field("kind", "曝光请用 POST /v1/exposures"));
    }
    let reply = once
        .run(&api, &caller, async |tx| {
            let act = new::issue(&api, &caller, tx, body, now()).await?;
            let reply = answer(&api, &caller, &mut *tx, act).await?;
            Ok(Reply { status: actix_web::http::StatusCode::CREATED, ..reply })
        })
        .await?;
    api.nudge();
    Ok(reply)
}

/// `POST /v1/acts/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    expected: IfMatch,
    once: Once,
    Body(body): Body<Map<String, Value>>,
) -> ApiResult<Reply> {
    let (action, version) = read_action(body)?;
    let expected = expected.or(version);
    let reply = once
        .run(&api, &caller, async |tx| {
            let before = acts::lock(tx, &id).await?.ok_or(Kind::NotFound)?;
            check_act(&caller, &before)?;
            check_version(expected, before.version)?;
            let act = apply(tx, &api, &caller, &before, &action).await?;
            answer(&api, &caller, &mut *tx, act).await
        })
        .await?;
    api.nudge();
    Ok(reply)
}

async fn apply(tx: &mut Tx, api: &Api, caller: &Caller, before: &Act, action: &ActAction) -> ApiResult<Act> {
    let now = now();
    let mut after = act::decide(before, action, &caller.actor, now)?;
    if let ActAction::Echo { photo_ids, .. } = action {
        super::exposures::check_photos(tx, before.ticket.as_ref(), photo_ids).await?;
    }
    let opened = before.issued_at.is_none() && after.issued_at.is_some();
    if let (true, ActKind::Exposure, Some(ticket)) = (opened, after.kind, &after.ticket) {
        after.body.nth = u32::try_from(acts::exposures_of(&mut *tx, ticket).await? + 1).ok();
    }
    if !acts::save(tx, &after, now).await? {
        return Err(Kind::Stale.into());
    }
    if opened {
        super::exposures::follow_up(tx, api, &after, now).await?;
    }
    Ok(acts::get(&mut *tx, &after.id).await?.ok_or(Kind::NotFound)?)
}

fn read_action(mut body: Map<String, Value>) -> ApiResult<(ActAction, Option<u64>)> {
    let version = match body.remove("expected_version") {
        None | Some(Value::Null) => None,
        Some(value) => {
            Some(value.as_u64().ok_or_else(|| ApiError::bad_field("expected_version", "须为整数版本号"))?)
        }
    };
    for (field, value) in &body {
        match value {
            Value::String(text) => check_text(field, text, MOST.0)?,
            Value::Array(items) if items.len() > MOST.1 => {
                return Err(ApiError::bad_field(field, format!("最多 {} 个", MOST.1)));
            }
            _ => {}
        }
    }
    let field = if body.contains_key("action") { None } else { Some("action".to_owned()) };
    let action = serde_json::from_value(Value::Object(body))
        .map_err(|error| explain(&error.to_string(), field.or(Some("action".into())), Kind::BadField))?;
    Ok((action, version))
}

/// An act that the caller may not see does not exist.
fn check_act(caller: &Caller, act: &Act) -> ApiResult<()> {
    let actor = &caller.actor;
    let addressee = matches!(actor.role, Role::Handler | Role::UnitHead | Role::Crew)
        && act.issued_at.is_some()
        && (act.person.as_ref() == Some(&actor.account)
            || (act.unit.is_some() && act.unit == actor.department));
    if act::reads_all(actor.role, act.kind) || addressee { Ok(()) } else { Err(Kind::NotFound.into()) }
}

async fn answer(api: &Api, caller: &Caller, on: impl Into<On<'_>>, act: Act) -> ApiResult<Reply> {
    let names = names(on, std::iter::once(&act)).await?;
    let books = api.books().await?;
    let frame = dossier::frame(api, &books, DEFAULT, now());
    let version = act.version;
    Ok(Reply::ok(&view::act(&frame, &caller.actor, act, &names))?.version(version))
}

async fn names(on: impl Into<On<'_>>, acts: impl Iterator<Item = &Act>) -> ApiResult<view::Names> {
    let ids: BTreeSet<AccountId> = acts.filter_map(|act| act.person.clone()).collect();
    if ids.is_empty() {
        return Ok(view::Names::new());
    }
    let ids: Vec<AccountId> = ids.into_iter().collect();
    let accounts = people::accounts(on, &ids).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}

/// The ticket that an act names, as the caller may see it.
pub(super) async fn ticket(tx: &mut Tx, caller: &Caller, id: &TicketId) -> ApiResult<domain::ticket::Ticket> {
    let ticket = tickets::get(&mut *tx, id).await?.ok_or(Kind::NoTicket)?;
    check_sight(caller, &ticket, false)?;
    Ok(ticket)
}
