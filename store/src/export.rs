//! Tables as files that an office opens: CSV with a byte order mark, or XLSX. It refuses to let a cell become a formula,
//! and more rows than an office can read.

use rust_xlsxwriter::{Format, Workbook};

use crate::sql::StoreError;

/// Rows that a file may have.
pub const MOST_ROWS: usize = 10_000;
/// Characters of a cell in XLSX.
const MOST_CHARS: usize = 32_000;
/// How wide a column gets, in characters.
const WIDEST: f64 = 60.0;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<i64> for Cell {
    #[expect(clippy::cast_precision_loss, reason = "counts of a district stay far below 2⁵³")]
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Empty }
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A table with a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The name of the file and of the sheet.
    pub title: String,
    pub columns: Vec<String>,
    /// At most [`MOST_ROWS`] are written.
    pub rows: Vec<Vec<Cell>>,
}

/// As CSV (RFC 4180) in UTF-8 with a byte order mark, which spreadsheets need to read Chinese.
pub fn csv(table: &Table) -> Result<Vec<u8>, StoreError> {
    let failed = |error: csv::Error| StoreError::Other(error.to_string());
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(table.columns.iter().map(|name| guarded(name))).map_err(failed)?;
    for row in table.rows.iter().take(MOST_ROWS) {
        writer.write_record(row.iter().map(plain)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| StoreError::Other(error.to_string()))
}

/// As a workbook of one sheet; every text is written as text.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, StoreError> {
    let failed = |error: rust_xlsxwriter::XlsxError| StoreError::Other(error.to_string());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&table.title)).map_err(failed)?;
    let bold = Format::new().set_bold();
    for (place, name) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, place, name, &bold).map_err(failed)?;
        sheet.set_column_width(place, width(table, usize::from(place))).map_err(failed)?;
    }
    for (line, row) in (1u32..).zip(table.rows.iter().take(MOST_ROWS)) {
        for (place, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) => {
                    let text: String = text.chars().take(MOST_CHARS).collect();
                    sheet.write_string(line, place, text).map_err(failed)?;
                }
                Cell::Number(number) => drop(sheet.write_number(line, place, *number).map_err(failed)?),
                Cell::Empty => {}
            }
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

/// A cell of a CSV file.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Empty => String::new(),
    }
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection).
fn guarded(text: &str) -> String {
    let risky = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

/// The name of a sheet: at most 31 characters, none of those that Excel refuses.
fn sheet_name(title: &str) -> String {
    let name: String = title
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
        .take(31)
        .collect();
    if name.is_empty() { "表".to_owned() } else { name }
}

/// The width of a column by its first rows; a Chinese character is two wide.
fn width(table: &Table, place: usize) -> f64 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f64>();
    let head = table.columns.get(place).map_or(0.0, |name| wide(name));
    let cells = table.rows.iter().take(50).filter_map(|row| row.get(place));
    let widest = cells.fold(head, |most, cell| most.max(wide(&plain(cell))));
    (widest + 2.0).clamp(8.0, WIDEST)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    fn table() -> Table {
        Table {
            title: "责任清单[2026]".into(),
            columns: vec!["名称".into(), "数量".into(), "说明".into()],
            rows: vec![
                vec!["=HYPERLINK(\"http://a\")".into(), (-3_i64).into(), "甲,\"乙\"\n丙".into()],
                vec!["\t@SUM(A1)".into(), Cell::Empty, "＋1".into()],
            ],
        }
    }

    #[test]
    fn a_formula_is_written_as_text_and_a_number_stays_one() {
        let file = csv(&table()).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert!(text.starts_with("\u{feff}名称,数量,说明\r\n"), "{text}");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows[0], ["'=HYPERLINK(\"http://a\")", "-3", "甲,\"乙\"\n丙"]);
        assert_eq!(rows[1], ["'\t@SUM(A1)", "", "'＋1"]);
    }

    #[test]
    fn a_workbook_holds_the_same_cells_and_no_formula() {
        let file = xlsx(&table()).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
        assert_eq!(book.sheet_names(), ["责任清单2026"]);
        assert!(book.worksheet_formula("责任清单2026").unwrap().is_empty());
        let sheet = book.worksheet_range("责任清单2026").unwrap();
        assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("=HYPERLINK(\"http://a\")".into())));
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::Float(-3.0)));
    }

    #[test]
    fn a_file_has_at_most_ten_thousand_rows() {
        let long =
            Table { rows: vec![vec![Cell::Empty, Cell::Empty, 1_i64.into()]; MOST_ROWS + 5], ..table() };
        let lines = csv(&long).unwrap().iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines, MOST_ROWS + 1);
    }
}
