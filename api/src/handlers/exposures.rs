//! What the district shows of its own failures (曝光台) and what became of it (回音壁), for everybody, and what citizens say
//! of that. It refuses pictures that are not the ticket's, petitions, and a second vote.

use std::collections::BTreeMap;

use actix_web::web;
use domain::act::{self, Act, ActKind, ActState, Asked, Particulars};
use domain::actor::Role;
use domain::id::{PhotoId, TicketId};
use domain::ticket::event::By;
use domain::time::Moment;
use serde::Deserialize;
use store::repo::acts::{self, ActFilter, NewAct};
use store::repo::{lists, tickets};
use store::{Tx, id};

use super::acts::{MOST, ticket, write};
use super::tickets::action::check_text;
use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, Once, PathId, Query, read_page};
use crate::view::Listed;
use crate::view::act::{self as view, Names};
use crate::{Api, now};

/// Most characters of a headline.
const MOST_TITLE: usize = 60;
/// The states in which something is shown.
const SHOWN: [ActState; 4] = [ActState::Open, ActState::Received, ActState::Effective, ActState::Resolved];

/// What is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Page {
    #[default]
    Exposure,
    PenaltyNotice,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    #[serde(default)]
    kind: Page,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/exposures`: without a login, newest first; a penalty is hidden after its day.
pub async fn list(api: web::Data<Api>, Query(asked): Query<Shown>) -> ApiResult<Reply> {
    let (cursor, size) = read_page(asked.cursor.as_deref(), asked.limit)?;
    let kind = match asked.kind {
        Page::Exposure => ActKind::Exposure,
        Page::PenaltyNotice => ActKind::PenaltyNotice,
    };
    let filter = ActFilter { kinds: vec![kind], states: SHOWN.to_vec(), ..ActFilter::default() };
    let (pool, now) = (&api.stores.pool, now());
    let page = acts::list(pool, &filter, cursor.as_ref(), size).await?;
    let ids: Vec<TicketId> = page.rows.iter().filter_map(|act| act.ticket.clone()).collect();
    let rows: BTreeMap<TicketId, _> =
        lists::rows(pool, &ids).await?.into_iter().map(|row| (row.id.clone(), row)).collect();
    let shown: Vec<String> = page.rows.iter().map(|act| act.id.clone()).collect();
    let votes = acts::votes(pool, &shown).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, DEFAULT, now);
    let current = |act: &Act| act.body.expires_at.is_none_or(|end| end > now);
    let items = page.rows.into_iter().filter(current).map(|act| {
        let row = act.ticket.as_ref().and_then(|ticket| rows.get(ticket));
        let votes = votes.get(&act.id).copied().unwrap_or_default();
        view::exposure(&frame, act, row, votes)
    });
    Reply::ok(&Listed { items: items.collect::<Vec<_>>(), next_cursor: page.next, total: None })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewExposure {
    ticket_id: TicketId,
    title: String,
    words: String,
    photo_ids: Vec<PhotoId>,
}

/// `POST /v1/exposures`: a draft, which somebody else lets out.
pub async fn create(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    Body(body): Body<NewExposure>,
) -> ApiResult<Reply> {
    act::check_role(ActKind::Exposure, caller.actor.role)?;
    check_words(&body)?;
    let books = api.books().await?;
    let now = now();
    let reply = once
        .run(&api, &caller, async |tx| {
            let particulars = Particulars {
                title: Some(body.title.trim().to_owned()),
                photo_ids: body.photo_ids.clone(),
                ..Particulars::default()
            };
            let asked = Asked {
                kind: ActKind::Exposure,
                ticket: Some(&body.ticket_id),
                unit: None,
                person: None,
                parent: None,
                due_at: None,
                body: &particulars,
                before: &[],
            };
            let config = &books.config;
            act::check_new(&asked, caller.actor.role, &config.unit_ladder, &config.credit, now)?;
            let ticket = ticket(tx, &caller, &body.ticket_id).await?;
            let Some(assignment) = ticket.assignment.filter(|_| !ticket.source.is_restricted()) else {
                return Err(ApiError::from(Kind::Unfit).saying("只能曝光已派单的案件，信访件不得曝光"));
            };
            check_photos(tx, Some(&body.ticket_id), &body.photo_ids).await?;
            let new = NewAct {
                kind: ActKind::Exposure,
                ticket: Some(body.ticket_id.clone()),
                unit: Some(assignment.lead.code),
                person: None,
                parent: None,
                words: body.words.trim().to_owned(),
                by: By::from(&caller.actor),
                due_at: None,
                state: ActState::Draft,
                slot: format!("person:{}", id::fresh()),
                body: serde_json::to_value(&particulars).map_err(ApiError::internal)?,
            };
            let act = write(tx, &new, now).await?;
            let frame = dossier::frame(&api, &books, DEFAULT, now);
            let version = act.version;
            Ok(Reply::created(&view::act(&frame, &caller.actor, act, &Names::new()))?.version(version))
        })
        .await?;
    Ok(reply)
}

fn check_words(body: &NewExposure) -> ApiResult<()> {
    for (field, text, most) in [("title", &body.title, MOST_TITLE), ("words", &body.words, MOST.0)] {
        check_text(field, text, most)?;
        if text.trim().is_empty() {
            return Err(ApiError::bad_field(field, "须写明内容"));
        }
        if let Some((what, at)) = act::private_data(text) {
            let reason = format!("第{}个字起疑似{what}，公开内容不得含个人信息", at + 1);
            return Err(ApiError::from(Kind::Unfit).saying(reason.clone()).detail(field, reason));
        }
    }
    if body.photo_ids.len() > MOST.1 {
        return Err(ApiError::bad_field("photo_ids", format!("最多 {} 张", MOST.1)));
    }
    Ok(())
}

/// Every picture belongs to the ticket and can be shown.
pub(super) async fn check_photos(
    tx: &mut Tx,
    ticket: Option<&TicketId>,
    photos: &[PhotoId],
) -> ApiResult<()> {
    let known = match ticket {
        Some(ticket) => acts::photos_of_ticket(&mut *tx, ticket, photos).await?,
        None => Vec::new(),
    };
    match photos.iter().position(|photo| !known.contains(photo)) {
        Some(at) => {
            let reason = format!("第{}张照片不是该案件的照片或不能使用", at + 1);
            Err(ApiError::from(Kind::Unfit).saying(reason.clone()).detail("photo_ids", reason))
        }
        None => Ok(()),
    }
}

/// What it leads to that an act is out: the unit is told, and after so many exposures of an unsolved ticket a file is opened.
pub(super) async fn follow_up(tx: &mut Tx, api: &Api, act: &Act, now: Moment) -> ApiResult<()> {
    let Some(id) = &act.ticket else { return Ok(()) };
    let Some(ticket) = tickets::get(&mut *tx, id).await? else { return Ok(()) };
    let told = NewAct {
        kind: act.kind,
        ticket: act.ticket.clone(),
        unit: act.unit.clone(),
        person: None,
        parent: None,
        words: act.words.clone(),
        by: act.by.clone(),
        due_at: None,
        state: act.state,
        slot: act.slot.clone(),
        body: serde_json::Value::Null,
    };
    acts::tell(tx, &told, now).await?;
    let (nth, most) = (act.body.nth.unwrap_or(0), api.books().await?.config.ticket_ladder.exposures);
    if act.kind == ActKind::Exposure && nth >= most && ticket.stage().is_open() {
        acts::open_file_after_exposure(tx, &ticket, nth, now).await?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    satisfied: bool,
}

/// `POST /v1/exposures/{id}/votes`: one for each citizen (市民评议).
pub async fn vote(
    api: web::Data<Api>,
    caller: Caller,
    PathId(id): PathId<String>,
    once: Once,
    Body(vote): Body<Vote>,
) -> ApiResult<Reply> {
    caller.require(&[Role::Citizen, Role::Visitor])?;
    once.run(&api, &caller, async |tx| {
        let shown = |act: &Act| act.kind == ActKind::Exposure && SHOWN.contains(&act.state);
        acts::get(&mut *tx, &id).await?.filter(shown).ok_or(Kind::NotFound)?;
        if !acts::vote(tx, &id, &caller.account.id, vote.satisfied, now()).await? {
            return Err(ApiError::from(Kind::Conflict).saying("您已经评议过了"));
        }
        Ok(Reply::done())
    })
    .await
}
