//! `people`: staff accounts with their role, unit and grids. It refuses citizens, who register by themselves,
//! and never prints a password in a fault.

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::table::{Cells, Choice, Spec, Table, choices, needed, optional, shorten};
use super::{Fault, Known, Sheet};
use crate::actor::{Role, Side};
use crate::geo::grid::Layer;
use crate::id::{DepartmentCode, GridCode};

/// One staff account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Lower-case name to log in with.
    pub username: String,
    pub name: String,
    /// Any role but citizen and system.
    pub role: Role,
    pub department: DepartmentCode,
    /// Own grids; at least one for a grid worker.
    pub grids: Vec<(Layer, GridCode)>,
    pub phone: Option<String>,
    /// The body for which an inspector signs; only and always for inspectors.
    pub inspector_side: Option<Side>,
    /// First password in clear text, to be hashed at once.
    pub password: Option<String>,
}

impl std::fmt::Debug for PersonRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonRow")
            .field("username", &self.username)
            .field("role", &self.role)
            .field("department", &self.department)
            .finish_non_exhaustive()
    }
}

const COLUMNS: [Spec; 8] = [
    needed("username", "用户名"),
    needed("name", "姓名"),
    needed("role", "角色"),
    needed("department", "单位"),
    optional("grids", "网格"),
    optional("phone", "电话"),
    optional("inspector_side", "验收方"),
    optional("password", "初始密码"),
];

/// Reads staff accounts; units and grids must be known.
pub fn people(sheet: &Sheet, known: &Known) -> Result<Vec<PersonRow>, Vec<Fault>> {
    let mut table = Table::open(sheet, &COLUMNS)?;
    let staff: Vec<Role> =
        Role::VARIANTS.iter().copied().filter(|role| !matches!(role, Role::Citizen | Role::System)).collect();
    let roles = choices(&staff, Role::label);
    let sides = choices(Side::VARIANTS, Side::label);
    let layers = choices(Layer::VARIANTS, Layer::label);
    let rows = table.read(|cells| {
        let (username, name) = (read_username(cells), cells.text("name", 40));
        let (role, department) =
            (cells.word("role", &roles), cells.code("department").map(DepartmentCode::from));
        let (grids, phone) = (read_grids(cells, &layers, known), read_phone(cells));
        let (side, password) = (cells.maybe_word("inspector_side", &sides), read_password(cells));
        if let Some(unit) = department.as_ref().filter(|unit| !known.departments.contains(*unit)) {
            cells.fault("department", format!("单位“{unit}”不存在"));
        }
        let role = role?;
        if role == Role::GridWorker && grids.is_empty() {
            cells.fault("grids", "网格员至少须有一个网格");
        }
        match (role == Role::Inspector, side) {
            (true, None) => {
                cells.fault("inspector_side", "督查人员须填写 supervision（督查组）或 industry（行业组）")
            }
            (false, Some(_)) => cells.fault("inspector_side", "只有督查人员可填写"),
            _ => {}
        }
        let (username, name, department) = (username?, name?, department?);
        Some(PersonRow { username, name, role, department, grids, phone, inspector_side: side, password })
    });
    table.unique("username", str::to_owned);
    table.finish(rows)
}

fn read_username(cells: &mut Cells<'_, '_>) -> Option<String> {
    let text = cells.text("username", 40)?;
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    if text.len() >= 2 && text.bytes().all(fine) {
        return Some(text);
    }
    cells.fault("username", format!("“{}”须为 2 至 40 位小写字母、数字或 - _ .", shorten(&text)));
    None
}

fn read_phone(cells: &mut Cells<'_, '_>) -> Option<String> {
    let text = cells.maybe("phone", 20)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 5 && text.bytes().all(|b| b.is_ascii_digit() || b"+- ".contains(&b)) {
        return Some(text);
    }
    cells.fault("phone", "不是电话号码");
    None
}

fn read_password(cells: &mut Cells<'_, '_>) -> Option<String> {
    let text = cells.maybe("password", 128)?;
    if text.chars().count() >= 8 {
        return Some(text);
    }
    cells.fault("password", "初始密码至少 8 位");
    None
}

/// Reads `layer:code;layer:code`; the full-width signs do as well.
fn read_grids(cells: &mut Cells<'_, '_>, layers: &[Choice<Layer>], known: &Known) -> Vec<(Layer, GridCode)> {
    let mut grids = Vec::new();
    let text = cells.maybe("grids", 4000).unwrap_or_default();
    for part in text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty()) {
        let shown = shorten(part);
        let Some((layer, code)) = part.split_once([':', '：']) else {
            cells.fault("grids", format!("“{shown}”须写作 层：网格编码，例如 community:370215001001001"));
            continue;
        };
        let Some((_, _, layer)) =
            layers.iter().find(|(word, label, _)| word == layer.trim() || *label == layer.trim())
        else {
            let all: Vec<&str> = layers.iter().map(|(word, _, _)| word.as_str()).collect();
            cells.fault("grids", format!("“{shown}”的层不在允许的值之内：{}", all.join("、")));
            continue;
        };
        let grid = (*layer, GridCode::from(code.trim()));
        if !known.grids.contains(&grid) {
            cells.fault("grids", format!("网格“{shown}”不存在"));
        } else if grids.contains(&grid) {
            cells.fault("grids", format!("网格“{shown}”重复"));
        } else {
            grids.push(grid);
        }
    }
    grids
}
