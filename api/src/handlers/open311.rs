//! Open311 GeoReport v2, JSON only: the catalogue, public requests in WGS-84, and a door for other systems. It answers in
//! that standard's own forms, errors too, and refuses words, pictures and people of anybody, and addresses of pictures:
//! fetching what a stranger names would let strangers reach our own network.

use actix_web::http::StatusCode;
use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::id::{CategoryCode, ReportId};
use domain::ticket::event::{Opening, Place, Source};
use serde_json::{Value, json};
use store::desk::NewReport;
use store::repo::{georeport, people};

use super::config::MAX_WORDS;
use super::tickets::action::check_text;
use super::tickets::{DEFAULT, dossier};
use crate::edge::log_inner;
use crate::envelope::{Reply, standing};
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Once, claims_of, read_point, sha256_hex};
use crate::view::open311::{request, service};
use crate::{Api, now};

mod asked;

use asked::Pairs;

/// Most bytes of a form.
const MOST_BYTES: usize = 64 * 1024;
/// Metres that a point of another system is taken to be good for.
const USUAL_ACCURACY_M: f64 = 50.0;
const FORM: &str = "application/x-www-form-urlencoded";

/// `GET /open311/v2/services.json`
pub async fn services(api: web::Data<Api>) -> HttpResponse {
    let list = async {
        let books = api.books().await?;
        Ok(books.categories.values().map(|category| service(&books, category)).collect::<Value>())
    };
    answer(StatusCode::OK, list.await)
}

/// `GET /open311/v2/services/{code}.json`: no service asks for more than every request has.
pub async fn definition(api: web::Data<Api>, code: web::Path<String>) -> HttpResponse {
    let found = async {
        let books = api.books().await?;
        let code = CategoryCode::new(code.as_str());
        match books.categories.contains_key(&code) {
            true => Ok(json!({ "service_code": code, "attributes": [] })),
            false => Err(ApiError::from(Kind::NotFound).saying("没有这个 service_code")),
        }
    };
    answer(StatusCode::OK, found.await)
}

/// `GET /open311/v2/requests.json`: those that have a number, newest first.
pub async fn requests(api: web::Data<Api>, http: HttpRequest) -> HttpResponse {
    let list = async {
        let wanted = Pairs::read(http.query_string())?.wanted(now())?;
        shown(&api, &wanted).await
    };
    answer(StatusCode::OK, list.await)
}

/// `GET /open311/v2/requests/{id}.json`: a list of one, as the standard has it.
pub async fn one(api: web::Data<Api>, id: web::Path<String>) -> HttpResponse {
    let found = async {
        let ids = asked::ids(&id)?;
        let list = shown(&api, &georeport::Wanted { ids, ..Default::default() }).await?;
        match list.as_array().is_some_and(Vec::is_empty) {
            true => Err(ApiError::from(Kind::NotFound).saying("没有这个 service_request_id")),
            false => Ok(list),
        }
    };
    answer(StatusCode::OK, found.await)
}

async fn shown(api: &Api, wanted: &georeport::Wanted) -> ApiResult<Value> {
    let found = georeport::requests(&api.stores.pool, wanted).await?;
    let books = api.books().await?;
    let frame = dossier::frame(api, &books, DEFAULT, now());
    Ok(found.iter().map(|one| request(&frame, one)).collect())
}

/// `POST /open311/v2/requests.json`
pub async fn create(api: web::Data<Api>, http: HttpRequest, form: web::Bytes) -> HttpResponse {
    let made = take(&api, &http, &form).await;
    if made.is_ok() {
        api.nudge();
    }
    answer(StatusCode::CREATED, made)
}

async fn take(api: &Api, http: &HttpRequest, form: &[u8]) -> ApiResult<Value> {
    if !http.content_type().eq_ignore_ascii_case(FORM) {
        return Err(ApiError::from(Kind::MediaType).saying(format!("请以 {FORM} 提交；本服务不接收图片")));
    }
    if form.len() > MOST_BYTES {
        return Err(Kind::BodyTooLarge.into());
    }
    let text =
        std::str::from_utf8(form).map_err(|_| ApiError::from(Kind::BadRequest).saying("表单不是 UTF-8"))?;
    let form = Pairs::read(text)?;
    let caller = caller(api, http, &form).await?;
    let new = opening(api, &caller, &form).await?;
    let once = Once::extract(http).await?;
    let told = json!({
        "service_notice": match form.get("media_url") {
            Some(_) => "已收到。media_url 不会被抓取，图片请在平台上补充。",
            None => "已收到，将按网格派遣。",
        },
        "account_id": null,
    });
    let reply = once
        .run_as(api, &caller, &sha256_hex(&[text.as_bytes()]), async |tx| {
            let opened = api.desk.report(tx, new, &caller.actor, now()).await?;
            let mut told = told;
            told["service_request_id"] = json!(opened.ticket);
            Reply::created(&[told])
        })
        .await?;
    serde_json::from_str(&reply.data).map_err(ApiError::internal)
}

/// The outside system behind the bearer token or, as the standard has it, the form's `api_key`.
async fn caller(api: &Api, http: &HttpRequest, form: &Pairs) -> ApiResult<Caller> {
    let claims = match form.get("api_key") {
        Some(key) => api.keys.check(key)?,
        None => claims_of(http, api).map_err(|error| error.saying("缺少或无效的 api_key"))?,
    };
    let account = api.account(&claims.sub).await?;
    let caller = Caller { actor: people::actor_of(&account), account };
    caller.require(&[Role::Integration])?;
    Ok(caller)
}

/// The report; without a point it goes into the table and a person looks for the place.
async fn opening(api: &Api, caller: &Caller, form: &Pairs) -> ApiResult<NewReport> {
    let code = form.get("service_code").ok_or_else(|| missing("service_code"))?;
    let category = CategoryCode::new(code);
    if !api.books().await?.categories.contains_key(&category) {
        return Err(ApiError::from(Kind::NotFound).saying("没有这个 service_code"));
    }
    let point = read_point(form.number("long")?, form.number("lat")?, Some(CoordType::Wgs84), None)?;
    let address = form.get("address_string").map(str::trim).unwrap_or_default();
    if point.is_none() && address.is_empty() {
        return Err(missing("lat、long 或 address_string"));
    }
    let mut words = form.get("description").unwrap_or_default().trim().to_owned();
    if !address.is_empty() {
        words.push_str(&format!("（地点：{address}）"));
    }
    check_text("description", &words, MAX_WORDS)?;
    let now = now();
    Ok(NewReport {
        opening: Opening {
            report: ReportId::new(store::id::fresh()),
            source: Source::Integration,
            reporter: Some(caller.account.id.clone()),
            words,
            place: point.map(|point| Place { at: point.at, accuracy_m: USUAL_ACCURACY_M }),
            found_at: now,
            category_hint: Some(category),
            photos: Vec::new(),
            fixed_on_spot: Vec::new(),
            relapse_of: None,
            origin: Default::default(),
        },
        external_id: None,
        raw: point.map(|point| point.raw),
        place_source: if point.is_some() { "pin" } else { "none" }.to_owned(),
        captured_at: None,
        regions: Vec::new(),
    })
}

fn missing(what: &str) -> ApiError {
    ApiError::bad_field(what, format!("缺少 {what}"))
}

/// Everything else under the door, such as the XML forms.
pub async fn elsewhere() -> HttpResponse {
    let refusal = ApiError::from(Kind::NoRoute).saying("没有这个资源；本服务只提供 JSON，请以 .json 结尾");
    answer(StatusCode::OK, Err(refusal))
}

/// The answer in the standard's form; its errors are 400, 403 and 404, a code and a description each.
fn answer(status: StatusCode, result: ApiResult<Value>) -> HttpResponse {
    let error = match result {
        Ok(value) => return standing(status, &value),
        Err(error) => error,
    };
    log_inner(&error, "-");
    let status = match error.kind.status() {
        StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        status @ (StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => status,
        status if status.is_server_error() => status,
        _ => StatusCode::BAD_REQUEST,
    };
    let reasons = error.details.iter().map(|detail| format!("{}：{}", detail.field, detail.reason));
    let mut description = vec![error.message().to_owned()];
    description.extend(reasons);
    standing(status, &json!([{ "code": error.kind.code(), "description": description.join("；") }]))
}
