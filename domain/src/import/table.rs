//! A sheet under reading: finds its columns, checks its cells and gathers the faults. It refuses to know any row type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::{Fault, MOST_FAULTS, Sheet};

/// One column that a table may have.
pub(super) struct Spec {
    pub name: &'static str,
    pub label: &'static str,
    needed: bool,
}

/// A column that must be in the header.
pub(super) const fn needed(name: &'static str, label: &'static str) -> Spec {
    Spec { name, label, needed: true }
}

/// A column that may be left out.
pub(super) const fn optional(name: &'static str, label: &'static str) -> Spec {
    Spec { name, label, needed: false }
}

/// One word of an enumeration: machine word, Chinese label, value.
pub(super) type Choice<T> = (String, &'static str, T);

/// The choices of an enumeration that prints its machine word.
pub(super) fn choices<T: Copy + Display>(all: &[T], label: fn(T) -> &'static str) -> Vec<Choice<T>> {
    all.iter().map(|value| (value.to_string(), label(*value), *value)).collect()
}

/// A row with the line it stands on.
pub(super) type Lined<T> = (usize, T);

/// A sheet whose header is understood.
pub(super) struct Table<'a> {
    sheet: &'a Sheet,
    columns: BTreeMap<&'static str, (usize, String)>,
    faults: Vec<Fault>,
}

/// Strips white space and the byte order mark that editors leave at the start of a file.
fn tidy(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

impl<'a> Table<'a> {
    /// Finds the columns; unknown, repeated and missing ones and an empty sheet are faults of line 1.
    pub fn open(sheet: &'a Sheet, specs: &[Spec]) -> Result<Self, Vec<Fault>> {
        let mut table = Self { sheet, columns: BTreeMap::new(), faults: Vec::new() };
        for (place, written) in sheet.header.iter().enumerate() {
            let head = tidy(written);
            let spec = specs.iter().find(|s| s.name.eq_ignore_ascii_case(head) || s.label == head);
            let Some(spec) = spec else {
                let all: Vec<String> = specs.iter().map(|s| format!("{}（{}）", s.name, s.label)).collect();
                table.raise(1, head, format!("是未知的列，可用的列有 {}", all.join("、")));
                continue;
            };
            if table.columns.insert(spec.name, (place, head.to_owned())).is_some() {
                table.raise(1, head, "列重复".into());
            }
        }
        for spec in specs.iter().filter(|s| s.needed && !table.columns.contains_key(s.name)) {
            table.faults.push(Fault {
                line: 1,
                column: format!("{}（{}）", spec.name, spec.label),
                reason: "缺少此列".into(),
            });
        }
        if sheet.rows.iter().all(|(_, cells)| cells.iter().all(|cell| tidy(cell).is_empty())) {
            table.raise(1, "", "没有数据行".into());
        }
        if table.faults.is_empty() { Ok(table) } else { Err(table.faults) }
    }

    /// Reads every row that isn't blank; rows with a fault are left out.
    pub fn read<T>(&mut self, mut row: impl FnMut(&mut Cells<'_, 'a>) -> Option<T>) -> Vec<Lined<T>> {
        let mut read = Vec::new();
        for (line, cells) in &self.sheet.rows {
            if cells.iter().all(|cell| tidy(cell).is_empty()) {
                continue;
            }
            let before = self.faults.len();
            if cells.iter().skip(self.sheet.header.len()).any(|cell| !tidy(cell).is_empty()) {
                self.raise(*line, "", format!("单元格多于表头的 {} 列", self.sheet.header.len()));
            }
            let value = row(&mut Cells { table: self, line: *line, cells });
            if self.faults.len() >= MOST_FAULTS {
                break;
            }
            read.extend(value.filter(|_| self.faults.len() == before).map(|value| (*line, value)));
        }
        read
    }

    /// Reports a fault at a column named by its machine word.
    pub fn fault(&mut self, line: usize, name: &str, reason: impl Into<String>) {
        let column = self.columns.get(name).map_or_else(|| name.to_owned(), |(_, head)| head.clone());
        self.raise(line, &column, reason.into());
    }

    /// Reports every row whose cell says the same as that of an earlier row, whether or not those rows are good.
    pub fn unique(&mut self, name: &str, plain: impl Fn(&str) -> String) {
        let Some((place, _)) = self.columns.get(name) else { return };
        let (sheet, place) = (self.sheet, *place);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (line, cells) in &sheet.rows {
            let key = cells.get(place).map(|text| plain(tidy(text))).unwrap_or_default();
            if key.is_empty() {
                continue;
            }
            match seen.get(&key) {
                Some(first) => self.fault(*line, name, format!("“{}”与第 {first} 行重复", shorten(&key))),
                None => drop(seen.insert(key, *line)),
            }
        }
    }

    /// Every value of a column as written, also of rows that have faults.
    pub fn values(&self, name: &str) -> BTreeSet<String> {
        let place = self.columns.get(name).map(|(place, _)| *place);
        let cell = |cells: &Vec<String>| place.and_then(|p| cells.get(p)).map(|text| tidy(text).to_owned());
        self.sheet.rows.iter().filter_map(|(_, cells)| cell(cells)).filter(|text| !text.is_empty()).collect()
    }

    /// All rows, or all faults by line.
    pub fn finish<T>(mut self, rows: Vec<Lined<T>>) -> Result<Vec<T>, Vec<Fault>> {
        self.faults.sort_by_key(|fault| fault.line);
        if self.faults.is_empty() {
            Ok(rows.into_iter().map(|(_, row)| row).collect())
        } else {
            Err(self.faults)
        }
    }

    fn raise(&mut self, line: usize, column: &str, reason: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { line, column: shorten(column), reason });
        }
    }
}

/// A foreign text short enough to be shown in a fault.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        text.chars().take(MOST).chain(['…']).collect()
    }
}

/// The cells of one row.
pub(super) struct Cells<'t, 'a> {
    table: &'t mut Table<'a>,
    line: usize,
    cells: &'a [String],
}

impl<'a> Cells<'_, 'a> {
    /// The cell's text, empty when the column or the cell is missing.
    fn raw(&self, name: &str) -> &'a str {
        let place = self.table.columns.get(name).map(|(place, _)| *place);
        place.and_then(|place| self.cells.get(place)).map_or("", |text| tidy(text))
    }

    /// Reports a fault in this row.
    pub fn fault(&mut self, name: &str, reason: impl Into<String>) {
        self.table.fault(self.line, name, reason);
    }

    /// Whether a fault of this row was reported at the column.
    pub fn is_at_fault(&self, name: &str) -> bool {
        let column = self.table.columns.get(name).map_or(name, |(_, head)| head);
        self.table.faults.iter().any(|fault| fault.line == self.line && fault.column == column)
    }

    /// A text of at most `most` characters that may be absent.
    pub fn maybe(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.raw(name);
        if text.chars().count() > most {
            self.fault(name, format!("过长，最多 {most} 个字"));
            return None;
        }
        if text.chars().any(char::is_control) {
            self.fault(name, "含有换行或控制字符");
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A text that must be there.
    pub fn text(&mut self, name: &str, most: usize) -> Option<String> {
        if self.raw(name).is_empty() {
            self.fault(name, "不能为空");
            return None;
        }
        self.maybe(name, most)
    }

    /// A code that may be absent: letters, digits, `-`, `_`, `.`, at most 40.
    pub fn maybe_code(&mut self, name: &str) -> Option<String> {
        let text = self.maybe(name, 40)?;
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            return Some(text);
        }
        self.fault(name, format!("“{}”只能含字母、数字和 - _ .", shorten(&text)));
        None
    }

    /// A code that must be there.
    pub fn code(&mut self, name: &str) -> Option<String> {
        self.text(name, 40)?;
        self.maybe_code(name)
    }

    /// One of the words of an enumeration, by machine word or label, that may be absent.
    pub fn maybe_word<T: Copy>(&mut self, name: &str, choices: &[Choice<T>]) -> Option<T> {
        let text = self.raw(name);
        if text.is_empty() {
            return None;
        }
        let found = choices.iter().find(|(word, label, _)| word == text || *label == text);
        if found.is_none() {
            let all: Vec<String> =
                choices.iter().map(|(word, label, _)| format!("{word}（{label}）")).collect();
            self.fault(name, format!("“{}”不在允许的值之内：{}", shorten(text), all.join("、")));
        }
        found.map(|(_, _, value)| *value)
    }

    /// One of the words of an enumeration.
    pub fn word<T: Copy>(&mut self, name: &str, choices: &[Choice<T>]) -> Option<T> {
        self.text(name, 200)?;
        self.maybe_word(name, choices)
    }

    /// A whole number in a range that may be absent.
    pub fn maybe_number(&mut self, name: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let text = self.raw(name);
        if text.is_empty() {
            return None;
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        if number.is_none() {
            let (from, to) = (range.start(), range.end());
            self.fault(name, format!("“{}”不是 {from} 至 {to} 的整数", shorten(text)));
        }
        number
    }

    /// A whole number in a range.
    pub fn number(&mut self, name: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        self.text(name, 200)?;
        self.maybe_number(name, range)
    }

    /// A finite number that may be absent.
    pub fn maybe_real(&mut self, name: &str) -> Option<f64> {
        let text = self.raw(name);
        if text.is_empty() {
            return None;
        }
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
        let number = text.parse().ok().filter(|number: &f64| plain && number.is_finite());
        if number.is_none() {
            self.fault(name, format!("“{}”不是数字", shorten(text)));
        }
        number
    }
}
