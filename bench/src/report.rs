//! The table: work, figure, anchor of the same run, ratio, goal; then remarks such as query plans. It says whether a ratio
//! reaches its goal; it refuses to fail for it, and to take an absent anchor for a pass.

use std::io::Write as _;

/// One line of the table.
struct Row {
    work: String,
    figure: String,
    anchor: String,
    ratio: Option<f64>,
    goal: Option<Goal>,
}

/// What a ratio is meant to reach.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
}

impl Goal {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
        }
    }

    fn spell(self, ratio: Option<f64>) -> String {
        let goal = match self {
            Self::AtMost(most) => format!("≤ {most}"),
            Self::AtLeast(least) => format!("≥ {least}"),
        };
        match ratio {
            Some(ratio) if self.is_met(ratio) => format!("{goal} 达到"),
            Some(_) => format!("{goal} 未达到"),
            None => format!("{goal} 锚缺失"),
        }
    }
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
        self.rows.push(Row { work: work.into(), figure, anchor, ratio: Some(ratio), goal: None });
    }

    /// Adds a figure beside its anchor and what the ratio is meant to reach; without a ratio the anchor is absent.
    pub fn aim(
        &mut self,
        work: impl Into<String>,
        figure: String,
        anchor: String,
        ratio: Option<f64>,
        goal: Goal,
    ) {
        self.rows.push(Row { work: work.into(), figure, anchor, ratio, goal: Some(goal) });
    }

    /// Adds a figure that has no anchor, with the reason in its place.
    pub fn add_alone(&mut self, work: impl Into<String>, figure: String, anchor: &str) {
        self.rows.push(Row { work: work.into(), figure, anchor: anchor.to_owned(), ratio: None, goal: None });
    }

    /// Adds a line below the table.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// Prints the table and the remarks.
    pub fn print(&self) -> std::io::Result<()> {
        let lines: Vec<[String; 5]> = std::iter::once(HEAD.map(str::to_owned)).chain(self.cells()).collect();
        let width = |column: usize| lines.iter().map(|line| columns(&line[column])).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
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

    fn cells(&self) -> impl Iterator<Item = [String; 5]> + '_ {
        self.rows.iter().map(|row| {
            let ratio = row.ratio.map_or_else(|| "—".to_owned(), |ratio| format!("{ratio:.2}"));
            let goal = row.goal.map_or_else(String::new, |goal| goal.spell(row.ratio));
            [row.work.clone(), row.figure.clone(), row.anchor.clone(), ratio, goal]
        })
    }

    /// The table as Markdown, for `docs/benchmarks.md`.
    pub fn markdown(&self) -> String {
        let row = |cells: &[String; 5]| format!("| {} |\n", cells.join(" | "));
        let head = row(&HEAD.map(str::to_owned)) + "|---|---|---|---|---|\n";
        let rows: String = self.cells().map(|cells| row(&cells)).collect();
        let remarks: String = self.remarks.iter().map(|remark| format!("- {remark}\n")).collect();
        format!("{head}{rows}\n{remarks}")
    }
}

const HEAD: [&str; 5] = ["工作", "数值", "同一轮的锚", "比值", "目标"];

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
    fn a_goal_without_its_anchor_is_not_met() {
        assert_eq!(Goal::AtMost(1.5).spell(None), "≤ 1.5 锚缺失");
        assert_eq!(Goal::AtMost(1.5).spell(Some(1.6)), "≤ 1.5 未达到");
        assert_eq!(Goal::AtLeast(3.0).spell(Some(3.0)), "≥ 3 达到");
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(columns("网格 1,000:a"), 12);
        assert_eq!(columns("(全角)"), 6);
    }
}
