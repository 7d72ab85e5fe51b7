//! Papers: lists, who is missing, one whole or as a sheet, and what is done with it; and the duty ledger of a person. It
//! refuses any change of a frozen paper, naming when it was frozen.

mod ask;
mod ledger;

use actix_web::web;
use domain::actor::Role;
use domain::id::DepartmentCode;
use domain::paper::{self, PaperAction, PaperKind, PaperRefusal, PaperState, Standing, late_minutes};
use domain::rhythm::Span;
use domain::ticket::event::By;
use domain::time::Moment;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Tx;
use store::repo::papers::{self, NewDecision, Paper, PaperFilter};
use store::sql::On;

use self::ask::{Ask, read};
use super::registers::sent::{Format, Sent};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, PathId, Query, check_version, read_page};
use crate::view::Listed;
use crate::view::paper::{PaperView, head, sheet, whole};
use crate::{Api, now};

pub use self::ledger::show as duty_ledger;

impl From<PaperRefusal> for ApiError {
    fn from(refusal: PaperRefusal) -> Self {
        let kind = match &refusal {
            PaperRefusal::Role { .. } => Kind::RoleRefused,
            PaperRefusal::Reach(_) => Kind::ReachRefused,
            PaperRefusal::State { .. } => Kind::StateRefused,
        };
        Self::from(kind).saying(refusal.to_string())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    kind: Option<PaperKind>,
    /// The key of a span.
    span: Option<String>,
    department: Option<DepartmentCode>,
    state: Option<PaperState>,
    #[serde(default)]
    missing: bool,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/papers`: newest first; with `missing=true` those that were not there in time.
pub async fn list(api: web::Data<Api>, caller: Caller, Query(asked): Query<Asked>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let span = asked.span.as_deref().map(read_span).transpose()?;
    let within = within(&caller)?;
    if let (Some(own), Some(other)) = (&within, &asked.department)
        && own != other
    {
        return Err(Kind::ReachRefused.into());
    }
    let filter = PaperFilter {
        kind: asked.kind,
        span,
        state: asked.state,
        unit: asked.department.map(Some),
        within,
        missing: asked.missing,
    };
    let page = papers::list(&api.stores.pool, &filter, cursor.as_ref(), size).await?;
    let books = api.books().await?;
    let page = page.map(|row| head(&books, &caller.actor, &row));
    Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total: None })
}

/// The unit within which the caller reads; none when everything may be read.
fn within(caller: &Caller) -> ApiResult<Option<DepartmentCode>> {
    use Role::{Admin, Command, Coordinator, Dispatcher, Handler, Institution, Leader, Oversight, UnitHead};
    caller.require(&[
        Dispatcher,
        Coordinator,
        Command,
        Leader,
        Oversight,
        Institution,
        Admin,
        Handler,
        UnitHead,
    ])?;
    match caller.actor.role {
        Handler | UnitHead => Ok(Some(caller.actor.department.clone().ok_or(Kind::ReachRefused)?)),
        _ => Ok(None),
    }
}

fn read_span(key: &str) -> ApiResult<Span> {
    let shapes = "2026-11-22、2026-W47、2026-11a、2026-11、2026Q4、2026H2 或 2026";
    Span::parse(key).ok_or_else(|| {
        ApiError::from(Kind::BadQuery)
            .detail("span", format!("须为日、周、半月、月、季、半年或年，如 {shapes}"))
    })
}

/// Query of `GET /v1/papers/{id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    #[serde(default)]
    format: Format,
}

/// `GET /v1/papers/{id}`
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Sent> {
    within(&caller)?;
    let paper = readable(&caller, papers::get(&api.stores.pool, &id).await?)?;
    let view = view(&api, &caller, &api.stores.pool, paper).await?;
    match wanted.format {
        Format::Json => Ok(Sent::Json(Reply::ok(&view)?.version(view.head.version))),
        format => Sent::file(format, sheet(&view), now().date()).await,
    }
}

/// A paper that the caller may not read is "not found".
fn readable(caller: &Caller, paper: Option<Paper>) -> ApiResult<Paper> {
    let paper = paper.ok_or(Kind::NotFound)?;
    match paper::may_read(&caller.actor, paper.head.unit.as_ref()) {
        true => Ok(paper),
        false => Err(Kind::NotFound.into()),
    }
}

async fn view(api: &Api, caller: &Caller, on: impl Into<On<'_>>, paper: Paper) -> ApiResult<PaperView> {
    let decisions = papers::decisions(on, &paper.head.id).await?;
    let books = api.books().await?;
    Ok(whole(&books, &caller.actor, paper, decisions))
}

/// `POST /v1/papers/{id}/actions`
pub async fn act(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    expected: IfMatch,
    once: Once,
    Body(body): Body<Map<String, Value>>,
) -> ApiResult<Reply> {
    within(&caller)?;
    let (ask, version) = read(body)?;
    let expected = expected.or(version);
    let reply = once
        .run(&api, &caller, async |tx| {
            let before = readable(&caller, papers::lock(tx, &id).await?)?;
            check_version(expected, before.head.version)?;
            apply(&api, tx, &caller, before, ask, now()).await?;
            let after = readable(&caller, papers::get(&mut *tx, &id).await?)?;
            let view = view(&api, &caller, &mut *tx, after).await?;
            Ok(Reply::ok(&view)?.version(view.head.version))
        })
        .await?;
    api.nudge();
    Ok(reply)
}

async fn apply(
    api: &Api,
    tx: &mut Tx,
    caller: &Caller,
    before: Paper,
    ask: Ask,
    now: Moment,
) -> ApiResult<()> {
    let state = permitted(&before, ask.action(), caller)?;
    let by = By::from(&caller.actor);
    let mut after = before.clone();
    after.head.state = state;
    match ask {
        Ask::Amend { words } => words.put(&mut after.body.words),
        Ask::File { words } => {
            words.unwrap_or_default().put(&mut after.body.words);
            if let Some((name, title)) = after.body.words.lacking(before.head.kind) {
                let reason = format!("{}须写明{title}", before.head.kind.label());
                return Err(ApiError::from(Kind::Lacking)
                    .saying(reason.clone())
                    .detail(&format!("words.{name}"), reason));
            }
            after.head.late_minutes = before.head.due_at.and_then(|due| late_minutes(due, now));
            after.head.filed = Some((by, now));
        }
        Ask::Sign {} => after.head.signed = Some((by, now)),
        Ask::Freeze {} => after.head.frozen = Some((by, now)),
        Ask::Decide { text, unit, due_at } => {
            check_unit(api, unit.as_ref()).await?;
            let paper = before.head.id.as_str();
            let new = NewDecision { paper, words: text.trim(), unit: unit.as_ref(), due_at, by: &by };
            papers::decide(tx, &new, now).await?;
        }
        Ask::FinishDecision { decision, text } => {
            let of = (before.head.id.as_str(), decision.as_str());
            if !papers::finish_decision(tx, of, text.trim(), &by, now).await? {
                return Err(ApiError::from(Kind::Unfit)
                    .saying("没有这一议定事项，或者已经办结")
                    .detail("decision", "没有这一议定事项，或者已经办结"));
            }
            // Tracking is not a change of the paper, which may be frozen.
            return Ok(());
        }
    }
    match papers::change(tx, &before.head, &after).await? {
        true => Ok(()),
        false => Err(frozen(&before)),
    }
}

/// Where the paper stands after `action`; of a frozen one the refusal names when it was frozen.
fn permitted(paper: &Paper, action: PaperAction, caller: &Caller) -> ApiResult<PaperState> {
    let head = &paper.head;
    let standing = Standing { kind: head.kind, unit: head.unit.as_ref(), state: head.state };
    paper::step(standing, action, &caller.actor).map_err(|refusal| match refusal {
        PaperRefusal::State { state: PaperState::Frozen, .. } => frozen(paper),
        other => other.into(),
    })
}

fn frozen(paper: &Paper) -> ApiError {
    let when = paper
        .head
        .frozen
        .as_ref()
        .map_or_else(String::new, |(by, at)| format!("，由{}于 {} 冻结", by.name, at.short()));
    let text = format!("{}{}已冻结，不能再改{when}", paper.head.span.title(), paper.head.kind.label());
    ApiError::from(Kind::StateRefused).saying(text)
}

async fn check_unit(api: &Api, unit: Option<&DepartmentCode>) -> ApiResult<()> {
    let books = api.books().await?;
    match unit {
        Some(unit) if !books.departments.contains_key(unit) => {
            Err(ApiError::from(Kind::Unfit).saying("没有这个单位").detail("unit", "没有这个单位"))
        }
        _ => Ok(()),
    }
}
