//! The table: work, figure, anchor of the same run, ratio; then remarks such as query plans. It refuses to colour or judge.

use std::io::Write as _;

/// One line of the table.
struct Row {
    work: String,
    figure: String,
    anchor: String,
    ratio: String,
}

/// Everything that a run found.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    remarks: Vec<String>,
}

impl Report {
    /// Adds a figure beside its anchor; `ratio` is figure by anchor.
    pub fn add(&mut self, work: impl Into<String>, figure: String, anchor: String, ratio: f64) {
        self.rows.push(Row { work: work.into(), figure, anchor, ratio: format!("{ratio:.2}") });
    }

    /// Adds a figure that has no anchor, with the reason in its place.
    pub fn add_alone(&mut self, work: impl Into<String>, figure: String, anchor: &str) {
        self.rows.push(Row { work: work.into(), figure, anchor: anchor.to_owned(), ratio: "—".to_owned() });
    }

    /// Adds a line below the table.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// Prints the table and the remarks.
    pub fn print(&self) -> std::io::Result<()> {
        let head = ["工作", "数值", "同一轮的锚", "比值"].map(str::to_owned);
        let rows = self
            .rows
            .iter()
            .map(|row| [row.work.clone(), row.figure.clone(), row.anchor.clone(), row.ratio.clone()]);
        let lines: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| columns(&line[column])).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        let mut out = std::io::stdout().lock();
        for line in &lines {
            let cells: Vec<String> = line
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - columns(cell))))
                .collect();
            writeln!(out, "{}", cells.join(" | ").trim_end())?;
        }
        writeln!(out)?;
        self.remarks.iter().try_for_each(|remark| writeln!(out, "{remark}"))
    }
}

/// How many terminal columns the text takes: Chinese characters and their punctuation take two.
fn columns(text: &str) -> usize {
    let wide =
        |c: char| matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(columns("网格 1,000:a"), 12);
        assert_eq!(columns("(全角)"), 6);
    }
}
