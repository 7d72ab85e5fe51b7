//! `departments`: units of the 块 and the 条, the desk and outside units. It refuses loops of superiors.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::table::{Lined, Spec, Table, choices, needed, optional};
use super::{Fault, Known, Sheet};
use crate::geo::grid::Layer;
use crate::id::{DepartmentCode, GridCode};
use crate::workline::Workline;

word! {
    /// Which side of the organisation a unit is on.
    DepartmentKind {
        /// 块: leads an area.
        Block "块",
        /// 条: an industry bureau, keeps a workline.
        Line "条",
        /// The office and its dispatch desk.
        Center "指挥中心",
        /// A unit outside the district's chain that takes part by 双报到.
        External "双报到单位",
    }
}

/// One unit (责任单位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentRow {
    pub code: DepartmentCode,
    pub name: String,
    pub kind: DepartmentKind,
    /// The unit above it.
    pub parent: Option<DepartmentCode>,
    /// Its workline; always there for the 条.
    pub workline: Option<Workline>,
    /// The grid of the area layer that it leads; only for the 块.
    pub area: Option<GridCode>,
}

const COLUMNS: [Spec; 6] = [
    needed("code", "编码"),
    needed("name", "名称"),
    needed("kind", "类型"),
    optional("parent", "上级单位"),
    optional("workline", "工作线"),
    optional("area", "片区"),
];

/// Reads units; areas must be known, superiors known or in the file.
pub fn departments(sheet: &Sheet, known: &Known) -> Result<Vec<DepartmentRow>, Vec<Fault>> {
    let mut table = Table::open(sheet, &COLUMNS)?;
    let kinds = choices(DepartmentKind::VARIANTS, DepartmentKind::label);
    let lines = choices(&Workline::ALL, Workline::label);
    let rows = table.read(|cells| {
        let (code, name, kind) = (cells.code("code"), cells.text("name", 60), cells.word("kind", &kinds));
        let parent = cells.maybe_code("parent").map(DepartmentCode::from);
        let workline = cells.maybe_word("workline", &lines);
        let area = cells.maybe_code("area").map(GridCode::from);
        let (code, name, kind) = (DepartmentCode::from(code?), name?, kind?);
        match kind {
            DepartmentKind::Line if workline.is_none() => cells.fault("workline", "条线单位须填写工作线"),
            DepartmentKind::Line | DepartmentKind::Block => {}
            _ if workline.is_some() => cells.fault("workline", "只有块、条单位可填写工作线"),
            _ => {}
        }
        if area.is_some() && kind != DepartmentKind::Block {
            cells.fault("area", "只有块单位可负责片区");
        }
        Some(DepartmentRow { code, name, kind, parent, workline, area })
    });
    table.unique("code", str::to_owned);
    table.unique("area", str::to_owned);
    check_references(&mut table, &rows, known);
    table.finish(rows)
}

fn check_references(table: &mut Table<'_>, rows: &[Lined<DepartmentRow>], known: &Known) {
    let own = table.values("code");
    let above: BTreeMap<&DepartmentCode, &DepartmentCode> =
        rows.iter().filter_map(|(_, row)| Some((&row.code, row.parent.as_ref()?))).collect();
    for (line, row) in rows {
        if let Some(parent) = &row.parent {
            if !own.contains(parent.as_str()) && !known.departments.contains(parent) {
                table.fault(*line, "parent", format!("单位“{parent}”不存在"));
            } else if is_own_superior(&above, &row.code) {
                table.fault(*line, "parent", format!("单位“{}”成了自己的上级", row.code));
            }
        }
        if let Some(area) = &row.area
            && !known.grids.contains(&(Layer::Area, area.clone()))
        {
            table.fault(*line, "area", format!("片区网格“{area}”不存在"));
        }
    }
}

/// Whether the chain of superiors leads back to the unit itself.
fn is_own_superior(above: &BTreeMap<&DepartmentCode, &DepartmentCode>, unit: &DepartmentCode) -> bool {
    let mut passed = BTreeSet::new();
    let mut at = unit;
    while let Some(parent) = above.get(at) {
        if *parent == unit {
            return true;
        }
        if !passed.insert(*parent) {
            return false;
        }
        at = parent;
    }
    false
}
