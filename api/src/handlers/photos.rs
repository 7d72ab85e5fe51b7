//! Pictures in and out: one ingest path for every picture, and signed addresses for its public copies. Bytes
//! first, row second; it refuses what is not a picture by its first bytes and never shows an original.

use actix_web::body::SizedStream;
use actix_web::http::header::{CacheControl, CacheDirective, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use domain::geo::datum::CoordType;
use domain::id::PhotoId;
use domain::job::{Job, JobKind};
use domain::photo::{Fault, Format, sniff};
use domain::proof::Channel;
use domain::time::Moment;
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as WordError, StrDeserializer};
use store::blob::{Key, Stored, Upload, UploadError};
use store::jobs::NewJob;
use store::repo::photos::{self, NewPhoto, PhotoState};
use store::{StoreError, id};

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::form::{FILE, Form, Sink};
use crate::extract::{Caller, Once, PathId, Point, Query, read_point, sha256_hex};
use crate::sign::Size;
use crate::view::photo::{uploaded, whole};
use crate::{Api, now};

/// Most bytes of a picture.
pub const MAX_PHOTO_BYTES: u64 = 20 * 1024 * 1024;
/// So many first bytes tell the format.
const HEAD: usize = 64;
const TEXTS: [&str; 6] = ["captured_at", "longitude", "latitude", "coord_type", "accuracy", "channel"];

/// `POST /v1/photos`
pub async fn upload(
    api: web::Data<Api>,
    caller: Caller,
    once: Once,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Reply> {
    let form = Form { texts: &TEXTS, limit: MAX_PHOTO_BYTES, patience: &api.settings.limits };
    let mut file =
        Incoming { upload: api.stores.blob.begin_upload(MAX_PHOTO_BYTES), head: Vec::new(), format: None };
    let texts = form.read(&request, payload, &mut file).await?;
    let told = Told::read(|name| texts.get(name).map(String::as_str))?;
    let (stored, format) = file.finish().await?;
    metrics::counter!("upload_bytes_total").increment(stored.size);
    let fields: Vec<&[u8]> =
        texts.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]).collect();
    let fingerprint = sha256_hex(&[stored.sha256.as_bytes(), sha256_hex(&fields).as_bytes()]);
    let photo = told.photo(stored, format, &caller);
    let reply = Reply::created(&uploaded(&photo, api.signer.image_urls(&photo.id, now())))?;
    let job = analysis(&photo)?;
    let reply = once.take(&api, &caller, &fingerprint, (photo, job), reply).await?;
    api.nudge();
    Ok(reply)
}

fn analysis(photo: &NewPhoto) -> Result<NewJob, ApiError> {
    let job = Job::AnalysePhoto { photo: photo.id.clone() };
    let payload = serde_json::to_string(&job).map_err(ApiError::internal)?;
    let (kind, run_at_ms) = (JobKind::from(&job).to_string(), photo.uploaded_at.ms());
    Ok(NewJob { kind, payload, run_at_ms, dedup: job.dedup() })
}

/// A file on its way to the blob store, looked at as soon as its first bytes are there.
struct Incoming {
    upload: Upload,
    head: Vec<u8>,
    format: Option<Format>,
}

impl Sink for Incoming {
    async fn push(&mut self, bytes: Bytes) -> Result<(), ApiError> {
        if self.format.is_none() {
            self.head.extend(bytes.iter().take(HEAD - self.head.len()));
            if self.head.len() == HEAD {
                self.format = Some(tell(&self.head)?);
            }
        }
        self.upload.push(&bytes).await.map_err(of_upload)
    }
}

impl Incoming {
    async fn finish(self) -> Result<(Stored, Format), ApiError> {
        let format = match self.format {
            Some(format) => format,
            None => tell(&self.head)?,
        };
        Ok((self.upload.finish().await.map_err(of_upload)?, format))
    }
}

/// The format, or why the file is refused.
fn tell(head: &[u8]) -> Result<Format, ApiError> {
    match sniff(head) {
        _ if head.is_empty() => {
            Err(ApiError::from(Kind::BadMultipart).saying(Fault::Empty.message()).detail(FILE, "文件是空的"))
        }
        Some(Format::Heic) => {
            Err(ApiError::from(Kind::NotAPicture).saying(Fault::Heic(Box::default()).message()))
        }
        Some(format) => Ok(format),
        None => Err(ApiError::from(Kind::NotAPicture).saying(Fault::NotAPicture.message())),
    }
}

fn of_upload(error: UploadError) -> ApiError {
    match error {
        UploadError::TooLarge { .. } => Kind::FileTooLarge.into(),
        UploadError::Store(error) => error.into(),
    }
}

/// What the client says of the picture.
struct Told {
    captured_at: Option<Moment>,
    point: Option<Point>,
    channel: Channel,
}

impl Told {
    fn read<'a>(text: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, ApiError> {
        let number = |name| match text(name) {
            Some(text) => text.parse::<f64>().map(Some).map_err(|_| ApiError::bad_field(name, "须为数字")),
            None => Ok(None),
        };
        let captured_at = match text("captured_at") {
            Some(time) => Some(
                Moment::parse(time)
                    .ok_or_else(|| ApiError::bad_field("captured_at", "时间须为带时区的 ISO-8601"))?,
            ),
            None => None,
        };
        let kind = match text("coord_type") {
            Some(word) => Some(
                word.parse::<CoordType>()
                    .map_err(|_| ApiError::bad_field("coord_type", "取值须为 wgs84、gcj02、bd09"))?,
            ),
            None => None,
        };
        let point = read_point(number("longitude")?, number("latitude")?, kind, number("accuracy")?)?;
        let channel = text("channel").map_or(Ok(Channel::MiniProgram), |word| {
            let word: StrDeserializer<'_, WordError> = word.into_deserializer();
            Channel::deserialize(word)
                .map_err(|_| ApiError::bad_field("channel", "取值须为 mini_program、h5、console、device"))
        })?;
        Ok(Self { captured_at, point, channel })
    }

    fn photo(self, stored: Stored, format: Format, caller: &Caller) -> NewPhoto {
        NewPhoto {
            id: PhotoId::new(id::fresh()),
            sha256: stored.sha256,
            bytes: stored.size,
            format,
            owner: caller.account.id.clone(),
            channel: self.channel,
            captured_at: self.captured_at,
            raw: self.point.map(|point| point.raw),
            at: self.point.map(|point| point.at),
            accuracy_m: self.point.and_then(|point| point.accuracy_m),
            uploaded_at: now(),
        }
    }
}

/// `GET /v1/photos/{id}`: for its owner and for staff.
pub async fn show(api: web::Data<Api>, caller: Caller, PathId(id): PathId<PhotoId>) -> ApiResult<Reply> {
    let photo = photos::get(&api.stores.pool, &id).await?.ok_or(Kind::NotFound)?;
    if photo.owner != caller.account.id && !caller.is_staff() {
        return Err(Kind::NotFound.into());
    }
    Reply::ok(&whole(&photo, api.signer.image_urls(&id, now())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    expires: i64,
    signature: String,
}

/// `GET /v1/photos/{id}/{size}`: a public copy, by signed address.
pub async fn image(
    api: web::Data<Api>,
    request: HttpRequest,
    PathId(id): PathId<PhotoId>,
    Query(signed): Query<Signed>,
) -> ApiResult<HttpResponse> {
    let size: Size = request.match_info().query("size").parse().map_err(|_| Kind::NotFound)?;
    if !api.signer.is_valid(&id, size, signed.expires, &signed.signature, now()) {
        return Err(Kind::LinkInvalid.into());
    }
    let card = photos::cards(&api.stores.pool, std::slice::from_ref(&id)).await?.pop();
    let card = card.filter(|card| card.state == PhotoState::Ready).ok_or(Kind::ImageNotReady)?;
    let key = match size {
        Size::Display => Key::Display(card.sha256),
        Size::Medium => Key::Medium(card.sha256),
        Size::Thumb => Key::Thumb(card.sha256),
    };
    let object = api.stores.blob.get_stream(&key).await.map_err(|error| match error {
        StoreError::Missing(_) => Kind::ImageNotReady.into(),
        other => ApiError::from(other),
    })?;
    let bytes = object.bytes.map_err(|error| {
        tracing::error!("a picture broke off: {error}");
        actix_web::error::ErrorInternalServerError("broken off")
    });
    let cache = CacheControl(vec![CacheDirective::Private, CacheDirective::MaxAge(3600)]);
    let mut answer = HttpResponse::Ok();
    answer.insert_header(ContentType::jpeg()).insert_header(cache);
    answer.insert_header(("X-Content-Type-Options", "nosniff"));
    Ok(answer.body(SizedStream::new(object.size, bytes)))
}
