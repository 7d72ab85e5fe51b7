//! A multipart form with exactly one file, streamed to wherever the handler puts it, and short text fields. It
//! refuses unknown, repeated and long fields, a body beyond its limit before it is read, and a client that
//! stalls.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use bytes::Bytes;
use futures_util::StreamExt as _;

use crate::error::{ApiError, Kind};
use crate::settings::Limits;

/// Name of the part that is the file.
pub const FILE: &str = "file";
/// Longest text field, bytes.
const MAX_TEXT: usize = 64;
/// What boundaries, headers and text fields may take besides the file.
const AROUND: u64 = 64 * 1024;

/// Where the bytes of the file go.
pub(crate) trait Sink {
    /// Takes the next bytes.
    async fn push(&mut self, bytes: Bytes) -> Result<(), ApiError>;
}

/// What a form may contain.
pub(crate) struct Form<'a> {
    /// Names of the text fields.
    pub texts: &'a [&'a str],
    /// Most bytes of the file.
    pub limit: u64,
    /// How patient to be.
    pub patience: &'a Limits,
}

impl Form<'_> {
    /// Reads the form into `sink` and returns its text fields.
    pub async fn read(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        sink: &mut impl Sink,
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.limit + AROUND) {
            return Err(Kind::FileTooLarge.into());
        }
        let total = Duration::from_secs(self.patience.upload_seconds);
        match tokio::time::timeout(total, self.read_parts(request, payload, sink)).await {
            Ok(read) => read,
            Err(_) => Err(Kind::TimedOut.into()),
        }
    }

    async fn read_parts(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        sink: &mut impl Sink,
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let mut left = self.limit + AROUND;
        let counted = payload.map(move |chunk| {
            let chunk = chunk?;
            left = left.checked_sub(chunk.len() as u64).ok_or(PayloadError::Overflow)?;
            Ok::<_, PayloadError>(chunk)
        });
        let mut parts = Multipart::new(request.headers(), counted);
        let (mut texts, mut has_file) = (BTreeMap::new(), false);
        while let Some(part) = self.wait(parts.next()).await? {
            let mut part = part.map_err(explain)?;
            let name = part.name().unwrap_or_default().to_owned();
            if name == FILE {
                if std::mem::replace(&mut has_file, true) {
                    return Err(bad(FILE, "每次只能上传一个文件"));
                }
                while let Some(chunk) = self.wait(part.next()).await? {
                    sink.push(chunk.map_err(explain)?).await?;
                }
            } else if !self.texts.contains(&name.as_str()) {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(ApiError::from(Kind::UnknownField).detail(&shown, "不认识的字段"));
            } else {
                let text = self.read_text(&name, &mut part).await?;
                if texts.insert(name.clone(), text).is_some() {
                    return Err(bad(&name, "该字段重复"));
                }
            }
        }
        if !has_file {
            return Err(bad(FILE, "缺少文件"));
        }
        texts.retain(|_, text: &mut String| !text.is_empty());
        Ok(texts)
    }

    async fn read_text(&self, name: &str, part: &mut Field) -> Result<String, ApiError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.wait(part.next()).await? {
            bytes.extend_from_slice(&chunk.map_err(explain)?);
            if bytes.len() > MAX_TEXT {
                return Err(bad(name, "过长"));
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| bad(name, "不是 UTF-8 文本"))?;
        match text.trim() {
            text if text.chars().any(char::is_control) => Err(bad(name, "含有控制字符")),
            text => Ok(text.to_owned()),
        }
    }

    /// The next piece, unless it takes too long.
    async fn wait<T>(&self, next: impl Future<Output = Option<T>>) -> Result<Option<T>, ApiError> {
        let stall = Duration::from_secs(self.patience.upload_stall_seconds);
        tokio::time::timeout(stall, next).await.map_err(|_| Kind::TimedOut.into())
    }
}

fn bad(field: &str, reason: &str) -> ApiError {
    ApiError::from(Kind::BadMultipart).saying(format!("上传字段“{field}”{reason}")).detail(field, reason)
}

fn explain(error: MultipartError) -> ApiError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => {
            ApiError::from(Kind::MediaType).saying("请以 multipart/form-data 上传")
        }
        MultipartError::Payload(PayloadError::Overflow) => Kind::FileTooLarge.into(),
        other => ApiError::from(Kind::BadMultipart).because(other),
    }
}
