//! Registers and the three lists: reading, keeping up to date, taking away as a file. It refuses citizens everything here.

mod asked;
mod lists;
pub(crate) mod sent;

use actix_web::web;
use domain::actor::Role;
use domain::id::AccountId;
use domain::import::register_columns;
use domain::register::{Entry, Register};
use serde_json::Value;
use store::export::Table;
use store::repo::registers::{self, After, RegisterFilter};
use store::repo::{import, people};
use store::sql::On;

use self::asked::{Given, Wanted, read_after};
use self::sent::{Format, Sent};
use super::tickets::{DEFAULT, dossier};
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Body, Caller, IfMatch, Once, Query, check_version, read_page};
use crate::view::Listed;
use crate::view::register::{self as view, People};
use crate::{Api, now};

pub use self::lists::show as show_list;

/// `GET /v1/registers/{register}`
pub async fn list(
    api: web::Data<Api>,
    caller: Caller,
    register: web::Path<String>,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Sent> {
    insider(&caller)?;
    let register = read_register(&register)?;
    let (filter, now) = (wanted.filter(register)?, now());
    let pool = &api.stores.pool;
    if wanted.format != Format::Json {
        let entries = narrowed(&api, registers::all(pool, &filter).await?, wanted.offline).await?;
        let people = people_of(pool, &entries).await?;
        let columns = register_columns(register);
        let rows = entries
            .iter()
            .map(|entry| columns.iter().map(|(column, _)| view::cell(entry, column, &people)).collect());
        let table = Table {
            title: register.label().to_owned(),
            columns: columns.iter().map(|(_, label)| (*label).to_owned()).collect(),
            rows: rows.collect(),
        };
        return Sent::file(wanted.format, table, now.date()).await;
    }
    let (after, (_, size)) = (read_after(wanted.cursor.as_deref())?, read_page(None, wanted.limit)?);
    let page = match wanted.offline {
        None => registers::list(pool, &filter, after.as_ref(), size).await?,
        // Whether a camera is silent depends on the present: it can't be asked of the database.
        Some(_) => {
            let mut entries = narrowed(&api, registers::all(pool, &filter).await?, wanted.offline).await?;
            entries.retain(|entry| after.as_ref().is_none_or(|after| entry.code > after.0));
            let rows = wanted.limit.unwrap_or(20) as usize;
            let more = entries.len() > rows;
            entries.truncate(rows);
            let next = entries.last().filter(|_| more).map(|entry| After(entry.code.clone()).write());
            store::repo::page::Page { rows: entries, next }
        }
    };
    let total = match wanted.with_total {
        true if wanted.offline.is_some() => {
            let silent = narrowed(&api, registers::all(pool, &filter).await?, wanted.offline).await?;
            Some(i64::try_from(silent.len()).unwrap_or(i64::MAX))
        }
        true => Some(registers::count(pool, &filter).await?),
        false => None,
    };
    let people = people_of(pool, &page.rows).await?;
    let books = api.books().await?;
    let frame = dossier::frame(&api, &books, wanted.coord_type.unwrap_or(DEFAULT), now);
    let page = page.map(|entry| view::entry(&frame, entry, &people));
    Ok(Sent::Json(Reply::ok(&Listed { items: page.rows, next_cursor: page.next, total })?))
}

/// `GET /v1/registers/{register}/{code}`
pub async fn show(
    api: web::Data<Api>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> ApiResult<Reply> {
    insider(&caller)?;
    let register = read_register(&path.0)?;
    let entry =
        registers::get(&api.stores.pool, register, &path.1).await?.ok_or_else(|| missing(register))?;
    answer(&api, &api.stores.pool, entry).await
}

/// `POST /v1/registers/{register}`: a new entry or a new version of one; `active: false` retires it.
pub async fn put(
    api: web::Data<Api>,
    caller: Caller,
    register: web::Path<String>,
    expected: IfMatch,
    once: Once,
    Body(given): Body<Given>,
) -> ApiResult<Reply> {
    caller.require(&[Role::Admin, Role::Dispatcher, Role::Institution])?;
    let register = read_register(&register)?;
    let expected = expected.or(given.expected_version);
    once.run(&api, &caller, async |tx| {
        let before = registers::lock(tx, register, &given.code).await?;
        let version = before.as_ref().map_or(0, |entry| entry.version.unsigned_abs());
        check_version(expected, version)?;
        let named = import::named(&mut *tx, register).await?;
        let mut entry = given.entry(register, &named, before.as_ref())?;
        entry.updated_at = now();
        entry.version = registers::put(tx, &entry, &caller.account.id, entry.updated_at).await?;
        answer(&api, &mut *tx, entry).await
    })
    .await
}

/// `POST /v1/registers/camera/{code}/seen`: a sign of life; no new version of the entry.
pub async fn seen(
    api: web::Data<Api>,
    caller: Caller,
    code: web::Path<String>,
    once: Once,
) -> ApiResult<Reply> {
    caller.require(&[Role::Integration])?;
    once.run(&api, &caller, async |tx| {
        let found = registers::lock(tx, Register::Camera, &code).await?.filter(|camera| camera.active);
        let mut camera = found.ok_or_else(|| missing(Register::Camera))?;
        if let Value::Object(body) = &mut camera.body {
            body.insert("last_seen".to_owned(), Value::from(now().to_string()));
        }
        registers::note(tx, &camera).await?;
        answer(&api, &mut *tx, camera).await
    })
    .await
}

async fn answer(api: &Api, on: impl Into<On<'_>>, entry: Entry) -> ApiResult<Reply> {
    let people = people_of(on, std::slice::from_ref(&entry)).await?;
    let books = api.books().await?;
    let frame = dossier::frame(api, &books, DEFAULT, now());
    let version = entry.version.unsigned_abs();
    Ok(Reply::ok(&view::entry(&frame, entry, &people))?.version(version))
}

/// Those of the cameras that are silent, or that are not; everything when nothing is asked.
async fn narrowed(api: &Api, mut entries: Vec<Entry>, offline: Option<bool>) -> ApiResult<Vec<Entry>> {
    let Some(offline) = offline else { return Ok(entries) };
    let minutes = api.books().await?.config.registers.camera_offline_minutes;
    entries.retain(|camera| view::is_offline(camera, minutes, now()) == offline);
    Ok(entries)
}

/// The people whom entries name.
async fn people_of(on: impl Into<On<'_>>, entries: &[Entry]) -> ApiResult<People> {
    let mut on: On<'_> = on.into();
    let mut ids: Vec<AccountId> =
        entries.iter().flat_map(|entry| entry.person.iter().chain(&entry.leader)).cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut people = People::new();
    for chunk in ids.chunks(500) {
        people.extend(people::accounts(&mut on, chunk).await?.into_iter().map(|one| (one.id.clone(), one)));
    }
    Ok(people)
}

/// Refuses the public, to whom those who visit in secret belong, and machines.
fn insider(caller: &Caller) -> ApiResult<()> {
    let outside = !caller.is_staff();
    if outside { caller.require(&[]) } else { Ok(()) }
}

fn read_register(word: &str) -> ApiResult<Register> {
    word.parse().map_err(|_| ApiError::from(Kind::NotFound).saying("没有这个台账"))
}

fn missing(register: Register) -> ApiError {
    ApiError::from(Kind::NotFound).saying(format!("{}中没有该编码", register.label()))
}

/// The entries in use right below the entries on a page, by their parent.
async fn points_of(api: &Api, items: &[Entry]) -> ApiResult<std::collections::BTreeMap<String, Vec<Entry>>> {
    let mut found = std::collections::BTreeMap::<String, Vec<Entry>>::new();
    let codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
    for chunk in codes.chunks(500) {
        for point in registers::below(&api.stores.pool, Register::Point, chunk).await? {
            found.entry(point.parent.clone().unwrap_or_default()).or_default().push(point);
        }
    }
    Ok(found)
}

/// The items in use.
fn items_of(department: Option<&domain::id::DepartmentCode>) -> RegisterFilter {
    RegisterFilter { department: department.cloned(), ..RegisterFilter::of(Register::Item) }
}
