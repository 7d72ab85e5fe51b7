//! `calendar`: public holidays and 调休 make-up days. It refuses to know which weekdays are worked.

use chrono::{Datelike as _, NaiveDate};

use super::table::{Cells, Choice, Spec, Table, needed, shorten};
use super::{Fault, Sheet};
use crate::clock::calendar::{CalendarRow, DayKind};

const COLUMNS: [Spec; 4] =
    [needed("date", "日期"), needed("kind", "类型"), needed("name", "名称"), needed("source", "来源")];

/// Reads the days that differ from their weekday; needs nothing known.
pub fn calendar(sheet: &Sheet) -> Result<Vec<CalendarRow>, Vec<Fault>> {
    let mut table = Table::open(sheet, &COLUMNS)?;
    let kinds: [Choice<DayKind>; 2] = [
        (DayKind::Holiday.to_string(), "放假", DayKind::Holiday),
        (DayKind::MakeUp.to_string(), "调休上班", DayKind::MakeUp),
    ];
    let rows = table.read(|cells| {
        let (date, kind) = (read_date(cells), cells.word("kind", &kinds));
        let (name, source) = (cells.text("name", 40), cells.text("source", 300));
        Some(CalendarRow { date: date?, kind: kind?, name: name?, source: source? })
    });
    table.unique("date", |text| parse_date(text).map_or_else(|| text.to_owned(), |date| date.to_string()));
    table.finish(rows)
}

fn read_date(cells: &mut Cells<'_, '_>) -> Option<NaiveDate> {
    let text = cells.text("date", 40)?;
    let date = parse_date(&text);
    if date.is_none() {
        cells.fault("date", format!("“{}”不是 2026-10-01 这样的日期", shorten(&text)));
    }
    date
}

/// Reads `2026-10-01` or `2026/10/1` of the years 2000 to 2100.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(&text.replace('/', "-"), "%Y-%m-%d").ok()?;
    (2000..=2100).contains(&date.year()).then_some(date)
}
