//! Plain CSV text (RFC 4180, LF). It refuses to invent cells: every row has the header's width.

/// A table of text being written.
pub struct Table {
    width: usize,
    text: String,
}

impl Table {
    /// Starts with a header.
    pub fn new(header: &[&str]) -> Self {
        let mut table = Self { width: header.len(), text: String::new() };
        table.push(header);
        table
    }

    /// Adds one row.
    ///
    /// # Panics
    /// When the row is not as wide as the header.
    pub fn push(&mut self, cells: &[&str]) {
        assert_eq!(cells.len(), self.width, "a row is as wide as its header");
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            if cell.contains([',', '"', '\n']) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(cell);
            }
        }
        self.text.push('\n');
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}
