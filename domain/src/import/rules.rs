//! `rules`: who leads and who assists where the default doesn't hold. It refuses rules that name no unit, and
//! conditions that nothing can meet.

use strum::VariantArray as _;

use super::table::{Spec, Table, choices, needed, optional};
use super::{Fault, Known, Sheet};
use crate::geo::grid::Layer;
use crate::id::{DepartmentCode, GridCode};
use crate::route::Rule;
use crate::workline::Workline;

const COLUMNS: [Spec; 8] = [
    needed("id", "编号"),
    optional("category", "类别"),
    optional("workline", "工作线"),
    optional("layer", "层"),
    optional("grid", "网格"),
    optional("lead", "主办"),
    optional("assist", "协办"),
    optional("note", "说明"),
];

/// Reads routing rules; units, grids and the categories that a prefix begins must be known.
pub fn rules(sheet: &Sheet, known: &Known) -> Result<Vec<Rule>, Vec<Fault>> {
    let mut table = Table::open(sheet, &COLUMNS)?;
    let lines = choices(&Workline::ALL, Workline::label);
    let layers = choices(Layer::VARIANTS, Layer::label);
    let rows = table.read(|cells| {
        let (id, category) = (cells.code("id"), cells.maybe_code("category"));
        let (workline, layer) = (cells.maybe_word("workline", &lines), cells.maybe_word("layer", &layers));
        let grid = cells.maybe_code("grid").map(GridCode::from);
        let (lead, assist) = (cells.maybe_code("lead"), cells.maybe_code("assist"));
        let note = cells.maybe("note", 200).unwrap_or_default();
        if let Some(prefix) = &category
            && !known.categories.iter().any(|code| code.as_str().starts_with(prefix.as_str()))
        {
            cells.fault("category", format!("没有以“{prefix}”开头的类别"));
        }
        let stands = |code: &GridCode| match layer {
            Some(layer) => known.grids.contains(&(layer, code.clone())),
            None => known.grids.iter().any(|(_, known)| known == code),
        };
        if let Some(code) = grid.as_ref().filter(|code| !stands(code)) {
            cells.fault("grid", format!("网格“{code}”不存在"));
        }
        let (lead, assist) = (lead.map(DepartmentCode::from), assist.map(DepartmentCode::from));
        for (column, unit) in [("lead", &lead), ("assist", &assist)] {
            if let Some(unit) = unit.as_ref().filter(|unit| !known.departments.contains(*unit)) {
                cells.fault(column, format!("单位“{unit}”不存在"));
            }
        }
        if lead.is_none() && assist.is_none() {
            cells.fault("lead", "主办与协办至少填写一个");
        } else if lead == assist {
            cells.fault("assist", "协办不能与主办相同");
        }
        let workline = workline.map(|line| line.code().to_owned());
        Some(Rule { id: id?, category, workline, layer, grid, lead, assist, note })
    });
    table.unique("id", str::to_owned);
    table.finish(rows)
}
