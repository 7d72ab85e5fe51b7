//! Many rows in few statements. It refuses to know any table: the caller gives head, rows and tail.

use crate::sql::{Arg, Result, SqlText, Tx, execute_dyn};

/// Rows of one statement; with at most ten columns far below the 32,766 values that SQLite takes.
const CHUNK: usize = 200;

/// The values of one row, in the order of the columns.
pub(super) struct Values<'a> {
    text: &'a mut SqlText,
    separator: &'static str,
}

impl Values<'_> {
    /// Adds a value.
    pub(super) fn add(&mut self, value: impl Into<Arg>) -> &mut Self {
        self.text.push(self.separator).bind(value);
        self.separator = ", ";
        self
    }

    /// Adds a value that may be absent.
    pub(super) fn maybe(&mut self, value: Option<impl Into<Arg>>) -> &mut Self {
        match value {
            Some(value) => self.add(value),
            None => {
                self.text.push(self.separator).push("null");
                self.separator = ", ";
                self
            }
        }
    }
}

/// Runs `head values (…), (…) tail` for all rows.
pub(super) async fn insert_all<T>(
    tx: &mut Tx,
    head: &'static str,
    tail: &'static str,
    rows: &[T],
    row: impl Fn(&mut Values<'_>, &T),
) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let mut text = SqlText::new(head);
        text.push(" values ");
        for (number, value) in chunk.iter().enumerate() {
            text.push(if number == 0 { "(" } else { ", (" });
            row(&mut Values { text: &mut text, separator: "" }, value);
            text.push(")");
        }
        text.push(tail);
        execute_dyn(&mut *tx, &text).await?;
    }
    Ok(())
}
