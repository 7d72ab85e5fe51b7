//! The faces of the crate `web`: the citizens' pages under `/m/`, the console under
//! `/console/`. Without them a page says how to build them. It refuses to serve anything else, and lets no page ask
//! another host for anything but the tiles of a base map that the operator chose.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentEncoding, ETAG, Encoding, Header as _,
    IF_NONE_MATCH, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::web::{Data, Path, ServiceConfig, block, get};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use web::{Citizens, Console, EmbeddedFile, RustEmbed};

use crate::error::{ApiError, ApiResult, Kind};
use crate::{Api, base_map};

/// The page of a path that only the face itself knows.
const START: &str = "index.html";
/// Files whose names hold a digest of their content, so that they never change.
const ASSETS: [&str; 4] = ["assets/", "js/", "css/", "chunk/"];
/// How the types of files end that are mostly words.
const WORDY: [&str; 5] = ["html", "css", "javascript", "svg+xml", "json"];
const UNBUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
    content=\"width=device-width\"><title>随手拍</title><style>body{font:16px/1.8 system-ui,'PingFang SC','Noto Sans CJK SC',\
    sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}code{background:#eef2f6;padding:.1em .4em;border-radius:4px}</style>\
    <h1>页面还没有构建</h1><p>服务已经在运行，接口可用，见 <a href=\"/docs\">接口文档</a>。</p><p>构建页面：安装 Node.js 20 \
    或更新，在源码目录运行 <code>make web</code>，然后刷新本页；发布版需重新编译。</p></html>";

/// Registers both faces; the bare address leads to the citizens'.
pub fn register(config: &mut ServiceConfig) {
    let lead = |to: &'static str| {
        move || async move { HttpResponse::Found().insert_header((LOCATION, to)).finish() }
    };
    config
        .route("/", get().to(lead("/m/")))
        .route("/m", get().to(lead("/m/")))
        .route("/console", get().to(lead("/console/")))
        .route("/m/{file:.*}", get().to(serve::<Citizens>))
        .route("/console/{file:.*}", get().to(serve::<Console>))
        .route(base_map::FILE, get().to(base_map::file));
}

/// The `Content-Security-Policy` of every page; `tiles` is the one other origin that may be asked, for the base map.
pub fn policy(tiles: Option<String>) -> String {
    let tiles = tiles.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'self'; img-src 'self' data: blob:{tiles}; media-src 'self' blob:; style-src 'self' \
         'unsafe-inline'; worker-src 'self' blob:; connect-src 'self'{tiles}; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    )
}

/// A file of a face; its start page for every path that names none.
async fn serve<Face: RustEmbed + 'static>(
    api: Data<Api>,
    request: HttpRequest,
    path: Path<String>,
) -> ApiResult<HttpResponse> {
    let name = path.into_inner();
    if let Some(file) = Face::get(&name).filter(|_| name != START) {
        let lasting = ASSETS.iter().any(|folder| name.starts_with(folder));
        let keep = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
        return answer(&api, &request, file, keep).await;
    }
    let is_file = name.rsplit('/').next().is_some_and(|last| last.contains('.')) && name != START;
    if is_file {
        return Err(Kind::NotFound.into());
    }
    match Face::get(START) {
        Some(start) => answer(&api, &request, start, "no-cache").await,
        None => {
            Ok(dressed(&api, &mut HttpResponse::Ok()).content_type("text/html; charset=utf-8").body(UNBUILT))
        }
    }
}

/// The file, or 304 when the caller has it.
async fn answer(
    api: &Api,
    request: &HttpRequest,
    file: EmbeddedFile,
    keep: &'static str,
) -> ApiResult<HttpResponse> {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..15]));
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    // A compressed answer carries its tag as a weak one.
    let is_known =
        known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut builder = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    dressed(api, &mut builder).insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, keep));
    if is_known {
        return Ok(builder.finish());
    }
    let kind = file.metadata.mimetype();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    let takes_gzip = AcceptEncoding::parse(request).is_ok_and(|accepted| {
        accepted.negotiate([Encoding::gzip(), Encoding::identity()].iter()) == Some(Encoding::gzip())
    });
    builder.content_type(kind);
    if takes_gzip && WORDY.iter().any(|ending| file.metadata.mimetype().ends_with(ending)) {
        builder.insert_header(ContentEncoding::Gzip).insert_header((VARY, "accept-encoding"));
        return Ok(builder.body(squeezed(file).await?));
    }
    Ok(builder.body(file.data.into_owned()))
}

/// The file at gzip's best, made once: answers are compressed fast, but a page is sent many times.
async fn squeezed(file: EmbeddedFile) -> ApiResult<Bytes> {
    static KEPT: Mutex<BTreeMap<[u8; 32], Bytes>> = Mutex::new(BTreeMap::new());
    let digest = file.metadata.sha256_hash();
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = kept().get(&digest) {
        return Ok(bytes.clone());
    }
    let squeeze = move || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&file.data).and_then(|()| encoder.finish())
    };
    let bytes = Bytes::from(block(squeeze).await.map_err(ApiError::internal)?.map_err(ApiError::internal)?);
    kept().insert(digest, bytes.clone());
    Ok(bytes)
}

fn dressed<'a>(api: &Api, builder: &'a mut HttpResponseBuilder) -> &'a mut HttpResponseBuilder {
    builder
        .insert_header((CONTENT_SECURITY_POLICY, api.policy.as_str()))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header(("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"))
}
