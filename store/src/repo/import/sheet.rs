//! A CSV or XLSX file as one table of text. It refuses other encodings than UTF-8, other workbooks than XLSX, and
//! files that would grow beyond reason when read.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};
use domain::import::{Fault, Sheet};

use super::{ImportError, MOST_BYTES, MOST_ROWS};

/// Columns that a table may have.
const MOST_COLUMNS: usize = 100;
/// Characters that all cells together may have.
const MOST_CHARS: usize = 64 * 1024 * 1024;
/// Bytes that all parts of a workbook together may declare.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;

const ZIP: &[u8] = b"PK\x03\x04";
/// A compound file: workbooks of Excel before 2007, and encrypted ones.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// Reads the first sheet of a workbook, or the only one of a CSV file.
pub(super) fn read(file: &[u8]) -> Result<Sheet, ImportError> {
    if file.len() > MOST_BYTES {
        return Err(ImportError::of_file(format!("超过 {} MB", MOST_BYTES >> 20)));
    }
    if file.starts_with(ZIP) {
        read_xlsx(file)
    } else if file.starts_with(COMPOUND) {
        Err(ImportError::of_file("是旧版或加密的工作簿，请另存为未加密的 .xlsx 或“CSV UTF-8”"))
    } else {
        read_csv(file)
    }
}

fn read_csv(file: &[u8]) -> Result<Sheet, ImportError> {
    let Ok(text) = std::str::from_utf8(file) else {
        return Err(ImportError::of_file(
            "不是 UTF-8 编码（可能是 GBK），请在表格软件中另存为“CSV UTF-8”或 .xlsx",
        ));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    for record in reader.records() {
        let record = record.map_err(|error| ImportError::of_file(format!("不是有效的 CSV：{error}")))?;
        let line = record.position().map_or(1, |position| position.line());
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        if record.len() > MOST_COLUMNS {
            return Err(at(line, format!("多于 {MOST_COLUMNS} 列")));
        }
        let cells = record.iter().map(ToOwned::to_owned).collect();
        if sheet.header.is_empty() {
            sheet.header = cells;
        } else if sheet.rows.len() == MOST_ROWS {
            return Err(at(line, format!("多于 {MOST_ROWS} 行")));
        } else {
            sheet.rows.push((line, cells));
        }
    }
    Ok(sheet)
}

fn read_xlsx(file: &[u8]) -> Result<Sheet, ImportError> {
    let broken = |error| {
        tracing::info!(%error, "a workbook can't be read");
        ImportError::of_file("不是有效的 .xlsx 工作簿")
    };
    if unpacked_size(file).is_none_or(|size| size > MOST_UNPACKED) {
        return Err(ImportError::of_file("不是有效的 .xlsx 工作簿，或解压后过大"));
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(broken)?;
    let Some(name) = workbook.sheet_names().first().cloned() else {
        return Err(ImportError::of_file("工作簿没有工作表"));
    };
    // Cell by cell: a range would be a full rectangle, which two far cells make as large as they like.
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(broken)?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut chars = 0;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let ((row, column), line) = (cell.get_position(), cell.get_position().0 as usize + 1);
        let Some(text) = words(cell.get_value()).map_err(|reason| at(line, reason))? else { continue };
        let column = column as usize;
        chars += text.len();
        if column >= MOST_COLUMNS {
            return Err(at(line, format!("多于 {MOST_COLUMNS} 列")));
        }
        let row = rows.entry(row).or_default();
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
        if rows.len() > MOST_ROWS + 1 || chars > MOST_CHARS {
            return Err(at(line, format!("多于 {MOST_ROWS} 行，或文字过多")));
        }
    }
    let mut rows = rows.into_iter().map(|(row, cells)| (row as usize + 1, cells));
    let header = rows.next().map(|(_, cells)| cells).unwrap_or_default();
    Ok(Sheet { header, rows: rows.collect() })
}

/// A cell as a person reads it; nothing for an empty one, the reason for one that is an error.
fn words(value: &DataRef<'_>) -> Result<Option<String>, String> {
    Ok(Some(match value {
        DataRef::Empty => return Ok(None),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Codes and phone numbers typed as numbers have no decimals; 2⁵³ is where a double stops being exact.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => return Err(format!("单元格是错误值 {error}")),
    }))
}

/// The bytes that all parts of a zip file declare to have, from its central directory (APPNOTE 4.3.12, 4.3.16); `None`
/// when there is no sound directory or a part needs 64-bit sizes.
fn unpacked_size(file: &[u8]) -> Option<u64> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    let u16_at = |at: usize| Some(u64::from(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?)));
    let u32_at = |at: usize| Some(u64::from(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?)));
    let tail = file.len().saturating_sub(22 + usize::from(u16::MAX));
    let end = tail + file[tail..].windows(4).rposition(|window| window == END)?;
    let (entries, mut at) = (u16_at(end + 10)?, usize::try_from(u32_at(end + 16)?).ok()?);
    let mut total = 0;
    for _ in 0..entries {
        if file.get(at..at + 4)? != ENTRY {
            return None;
        }
        let size = u32_at(at + 24).filter(|size| *size != u64::from(u32::MAX))?;
        total += size;
        at += 46 + usize::try_from(u16_at(at + 28)? + u16_at(at + 30)? + u16_at(at + 32)?).ok()?;
    }
    Some(total)
}

fn at(line: usize, reason: String) -> ImportError {
    ImportError::Faults(vec![Fault { line, column: String::new(), reason }])
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
