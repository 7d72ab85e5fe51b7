//! Imports by an administrator: one file a request, taken whole or not at all. The answer names every fault by
//! line and column.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use bytes::Bytes;
use domain::actor::Actor;
use domain::actor::Role;
use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::id::AccountId;
use domain::register::Register;
use domain::ticket::event::Source;
use store::desk::Desk;
use store::repo::import::{self, Ending, Flight, ImportError, MOST_BYTES, Summary, Table};

use crate::auth::password;
use crate::envelope::Reply;
use crate::error::{ApiError, ApiResult, Detail, Kind};
use crate::extract::Caller;
use crate::extract::form::{Form, Sink};
use crate::{Api, now};

const TEXTS: [&str; 6] = ["layer", "coord_type", "source", "programme", "expected", "dry_run"];
/// By whom an import from the command line is made.
const COMMAND_LINE: &str = "cli";

/// A file held in memory.
struct Held(Vec<u8>);

impl Sink for Held {
    async fn push(&mut self, bytes: Bytes) -> Result<(), ApiError> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(ApiError::from(Kind::FileTooLarge).saying("文件过大，不能超过 20 MB"));
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
    let what = What::read(&kind).map_err(|error| {
        // Whoever may not import anything is told so, not what there is.
        caller.require(&[Role::Admin, Role::Dispatcher, Role::Institution]).err().unwrap_or(error)
    })?;
    caller.require(what.roles())?;
    let form = Form { texts: &TEXTS, limit: MOST_BYTES as u64, patience: &api.settings.limits };
    let mut file = Held(Vec::new());
    let texts = form.read(&request, payload, &mut file).await?;
    let summary = what.import(&api.desk, file.0, &texts, &caller.actor).await?;
    if texts.get("dry_run").is_none_or(|word| word != "true") {
        api.desk.books.forget();
        api.nudge();
        tracing::info!(import.kind = summary.kind, import.rows = summary.rows, account.id = %caller.account.id, "imported");
    }
    Reply::ok(&summary)
}

/// What a file holds.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// One of the tables.
    Table(Table),
    /// Borders of a layer.
    Grids,
    /// Entries of a register.
    Register(Register),
    /// 图斑.
    Patches,
}

impl What {
    /// The kind named in the path or on the command line; 404 for any other.
    pub fn read(kind: &str) -> Result<Self, ApiError> {
        let table = || kind.parse().map(Self::Table).ok();
        let register = || kind.parse().map(Self::Register).ok();
        match kind {
            "grids" => Ok(Self::Grids),
            "patches" => Ok(Self::Patches),
            _ => table().or_else(register).ok_or_else(|| {
                ApiError::from(Kind::NotFound)
                    .saying("没有这种导入：不是表、台账、网格（grids）或图斑（patches）")
            }),
        }
    }

    /// Who may import it.
    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Table(_) | Self::Grids => &[Role::Admin],
            Self::Register(_) => &[Role::Admin, Role::Dispatcher, Role::Institution],
            Self::Patches => &[Role::Admin, Role::Dispatcher],
        }
    }

    /// Who imports from the command line.
    pub fn operator() -> Actor {
        Actor { account: AccountId::from(COMMAND_LINE), ..Actor::system() }
    }

    /// Imports `file`; borders need `layer` and `coord_type` among the texts, patches `coord_type`, `source` and
    /// `programme`; a register takes `expected`.
    pub async fn import(
        self,
        desk: &Desk,
        file: Vec<u8>,
        texts: &BTreeMap<String, String>,
        by: &Actor,
    ) -> Result<Summary, ApiError> {
        let (text, pool) = (|name: &str| texts.get(name).map(String::as_str), &desk.pool);
        self.check_texts(texts)?;
        let ending = match text("dry_run") {
            None | Some("false") => Ending::Keep,
            Some("true") => Ending::Discard,
            Some(_) => return Err(ApiError::bad_field("dry_run", "取值须为 true、false")),
        };
        match self {
            Self::Table(table) => Ok(import::table(pool, table, file, &password::hash, ending, now()).await?),
            Self::Register(register) => {
                let expected = text("expected");
                Ok(import::register(pool, register, file, expected, &by.account, ending, now()).await?)
            }
            Self::Patches => {
                let flight = Flight {
                    coord: choose("coord_type", text("coord_type"), "wgs84、gcj02、bd09")?,
                    source: choose::<Source>("source", text("source"), "drone、satellite")?,
                    programme: text("programme")
                        .ok_or_else(|| ApiError::bad_field("programme", "缺少巡飞编号"))?
                        .to_owned(),
                };
                if !flight.source.is_patch() {
                    return Err(ApiError::bad_field("source", "取值须为 drone、satellite"));
                }
                Ok(import::patches(desk, file, &flight, by, now()).await?)
            }
            Self::Grids => {
                let layer: Layer =
                    choose("layer", text("layer"), "community、inspection、enforcement、area")?;
                let coord: CoordType = choose("coord_type", text("coord_type"), "wgs84、gcj02、bd09")?;
                let file = String::from_utf8(file).map_err(|_| {
                    ApiError::from(Kind::ImportRefused).saying("文件不是 UTF-8 编码的 GeoJSON")
                })?;
                let source = text("source").unwrap_or("管理员导入");
                Ok(import::grids(pool, layer, coord, file, source, ending, now()).await?)
            }
        }
    }

    /// Refuses a text that this kind of import doesn't look at.
    fn check_texts(self, texts: &BTreeMap<String, String>) -> Result<(), ApiError> {
        let known: &[&str] = match self {
            Self::Table(_) | Self::Grids => &["layer", "coord_type", "source", "dry_run"],
            Self::Register(_) => &["expected", "dry_run"],
            Self::Patches => &["coord_type", "source", "programme"],
        };
        match texts.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(ApiError::from(Kind::UnknownField).detail(name, "这种导入没有该字段")),
            None => Ok(()),
        }
    }
}

fn choose<T: std::str::FromStr>(field: &str, word: Option<&str>, words: &str) -> Result<T, ApiError> {
    let word = word.ok_or_else(|| ApiError::bad_field(field, format!("缺少该字段，须为 {words}")))?;
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
