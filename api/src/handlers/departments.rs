//! The units of the district, for choosing one.

use actix_web::web;
use domain::id::{DepartmentCode, GridCode};
use domain::import::DepartmentKind;
use domain::workline::Workline;
use serde::Serialize;

use crate::Api;
use crate::envelope::Reply;
use crate::error::ApiResult;
use crate::extract::Caller;

/// The units of one version of the books.
#[derive(Serialize)]
struct Departments<'a> {
    version: i64,
    /// By code.
    items: Vec<Department<'a>>,
}

/// A unit.
#[derive(Serialize)]
struct Department<'a> {
    code: &'a DepartmentCode,
    name: &'a str,
    kind: DepartmentKind,
    kind_label: &'static str,
    /// The unit above it.
    parent: Option<&'a DepartmentCode>,
    /// The line that a unit of the 条 keeps.
    workline: Option<Workline>,
    workline_label: Option<&'static str>,
    /// The area that a unit of the 块 leads.
    area: Option<&'a GridCode>,
}

/// `GET /v1/departments`
pub async fn list(api: web::Data<Api>, _caller: Caller) -> ApiResult<Reply> {
    let books = api.books().await?;
    let items = books.departments.values().map(|unit| Department {
        code: &unit.code,
        name: &unit.name,
        kind: unit.kind,
        kind_label: unit.kind.label(),
        parent: unit.parent.as_ref(),
        workline: unit.workline,
        workline_label: unit.workline.map(Workline::label),
        area: unit.area.as_ref(),
    });
    Reply::ok(&Departments { version: books.version, items: items.collect() })
}
