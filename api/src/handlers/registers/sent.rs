//! An answer that is JSON or a file to keep: one list, three formats. It refuses to send a file of more rows than an
//! office can read.

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, Charset};
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde::Deserialize;
use store::export::{self, Table};

use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult};

/// How a list is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Json,
    Csv,
    Xlsx,
}

/// A list on its way out.
#[derive(Debug)]
pub enum Sent {
    Json(Reply),
    File { name: String, kind: &'static str, bytes: Vec<u8> },
}

impl Sent {
    /// Writes a table off the threads that serve; for `Json` there is nothing to write.
    pub async fn file(format: Format, table: Table, today: chrono::NaiveDate) -> ApiResult<Self> {
        let title = format!("{}-{}", table.title, today.format("%Y%m%d"));
        let (ending, kind) = match format {
            Format::Csv => ("csv", "text/csv; charset=utf-8"),
            Format::Json | Format::Xlsx => {
                ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            }
        };
        let write = move || if ending == "csv" { export::csv(&table) } else { export::xlsx(&table) };
        let bytes = web::block(write).await.map_err(ApiError::internal)??;
        Ok(Self::File { name: format!("{title}.{ending}"), kind, bytes })
    }
}

impl Responder for Sent {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Json(reply) => reply.respond_to(request),
            Self::File { name, kind, bytes } => {
                let ending = name.rsplit('.').next().unwrap_or("bin").to_owned();
                let named = ExtendedValue {
                    charset: Charset::Ext("UTF-8".to_owned()),
                    language_tag: None,
                    value: name.into_bytes(),
                };
                let parameters = vec![
                    DispositionParam::Filename(format!("export.{ending}")),
                    DispositionParam::FilenameExt(named),
                ];
                HttpResponse::Ok()
                    .content_type(kind)
                    .insert_header(ContentDisposition {
                        disposition: DispositionType::Attachment,
                        parameters,
                    })
                    .insert_header((CACHE_CONTROL, "no-store"))
                    .insert_header(("X-Content-Type-Options", "nosniff"))
                    .body(bytes)
            }
        }
    }
}
