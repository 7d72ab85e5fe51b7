//! Imports by an administrator: one file a request, taken whole or not at all. The answer names every fault by
//! line and column.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use bytes::Bytes;
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use store::repo::import::{self, ImportError, MOST_BYTES, Summary, Table};

use crate::auth::password;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Detail, Kind};
use crate::extract::Caller;
use crate::extract::form::{Form, Sink};
use crate::{Api, now};

const TEXTS: [&str; 3] = ["layer", "coord_type", "source"];

/// A file held in memory.
struct Held(Vec<u8>);

impl Sink for Held {
    async fn push(&mut self, bytes: Bytes) -> Result<(), ApiError> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(ApiError::from(Kind::FileTooLarge).saying("文件过大,不能超过 20 MB"));
        }
        self.0.extend_from_slice(&bytes);
        Ok(())
    }
}

/// `POST /v1/imports/{kind}`
pub async fn take(
    api: web::Data<Api>,
    caller: Caller,
    kind: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult<Reply> {
    caller.require(&[Role::Admin])?;
    let what = What::read(&kind)?;
    let form = Form { texts: &TEXTS, limit: MOST_BYTES as u64, patience: &api.settings.limits };
    let mut file = Held(Vec::new());
    let texts = form.read(&request, payload, &mut file).await?;
    let summary = what.import(&api.stores.pool, file.0, &texts).await?;
    api.desk.books.forget();
    tracing::info!(import.kind = summary.kind, import.rows = summary.rows, account.id = %caller.account.id, "imported");
    Reply::ok(&summary)
}

/// What a file holds.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// One of the tables.
    Table(Table),
    /// Borders of a layer.
    Grids,
}

impl What {
    /// The kind named in the path or on the command line; 404 for any other.
    pub fn read(kind: &str) -> Result<Self, ApiError> {
        match kind {
            "grids" => Ok(Self::Grids),
            other => Ok(Self::Table(other.parse().map_err(|_| Kind::NotFound)?)),
        }
    }

    /// Imports `file`; borders need `layer` and `coord_type` among the texts.
    pub async fn import(
        self,
        pool: &store::Pool,
        file: Vec<u8>,
        texts: &BTreeMap<String, String>,
    ) -> Result<Summary, ApiError> {
        let text = |name: &str| texts.get(name).map(String::as_str);
        match self {
            Self::Table(table) => Ok(import::table(pool, table, file, &password::hash, now()).await?),
            Self::Grids => {
                let layer: Layer =
                    choose("layer", text("layer"), "community、inspection、enforcement、area")?;
                let coord: CoordType = choose("coord_type", text("coord_type"), "wgs84、gcj02、bd09")?;
                let file = String::from_utf8(file).map_err(|_| {
                    ApiError::from(Kind::ImportRefused).saying("文件不是 UTF-8 编码的 GeoJSON")
                })?;
                Ok(import::grids(pool, layer, coord, file, text("source").unwrap_or("管理员导入"), now())
                    .await?)
            }
        }
    }
}

fn choose<T: std::str::FromStr>(field: &str, word: Option<&str>, words: &str) -> Result<T, ApiError> {
    let word = word.ok_or_else(|| ApiError::bad_field(field, format!("缺少该字段,须为 {words}")))?;
    word.parse().map_err(|_| ApiError::bad_field(field, format!("取值须为 {words}")))
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        let faults = match error {
            ImportError::Faults(faults) => faults,
            ImportError::Store(error) => return error.into(),
        };
        let details = faults.into_iter().map(|fault| Detail {
            field: "file".to_owned(),
            reason: fault.reason,
            line: Some(fault.line),
            column: Some(fault.column),
        });
        Self { details: details.collect(), ..Self::from(Kind::ImportRefused) }
    }
}
