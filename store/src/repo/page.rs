//! Pages of long lists: a position in the list's order instead of an offset, opaque to whoever carries it. It refuses
//! cursors that it did not write and pages larger than a hundred.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Ids are UUIDv7 text; nothing longer is a position.
const MOST_ID_CHARS: usize = 40;
/// The instants of which a millisecond number can be spoken at all: until the year 9999.
const MOST_MS: i64 = 253_402_300_799_999;

/// A place in a list that is ordered by an instant and, within it, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Epoch milliseconds of the last row that was read.
    pub ms: i64,
    /// Its id.
    pub id: String,
}

impl Cursor {
    /// The position of a row.
    pub fn at(ms: i64, id: impl Into<String>) -> Self {
        Self { ms, id: id.into() }
    }

    /// The opaque text: base64url of `1:<ms>:<id>`.
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("1:{}:{}", self.ms, self.id))
    }

    /// Reads what [`Cursor::write`] wrote; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, rest) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        let (ms, id) = rest.split_once(':')?;
        let fine = !id.is_empty()
            && id.len() <= MOST_ID_CHARS
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let ms = ms.parse().ok().filter(|ms| (0..=MOST_MS).contains(ms))?;
        let cursor = Self { ms, id: id.to_owned() };
        // Written again it must be the same text: no second spelling of a number gets through.
        (version == "1" && fine && cursor.write() == text).then_some(cursor)
    }
}

/// How many rows a page has: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// The most.
    pub const MOST: Self = Self(100);

    /// Refuses what is not within 1 to 100.
    pub const fn new(rows: u32) -> Option<Self> {
        if rows >= 1 && rows <= Self::MOST.0 { Some(Self(rows)) } else { None }
    }

    /// Rows to ask for: one more than the page, which tells whether another page follows.
    pub(super) const fn ask(self) -> i64 {
        self.0 as i64 + 1
    }

    const fn rows(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

/// One page and the way to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The cursor of the page after; none at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts the rows that were asked for with one more to a page; `place` tells the position of a row.
    pub(super) fn cut(mut rows: Vec<T>, size: PageSize, place: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > size.rows();
        rows.truncate(size.rows());
        let next = rows.last().filter(|_| more).map(|row| place(row).write());
        Self { rows, next }
    }

    /// The page with every row turned into something else.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(to).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id;

    #[test]
    fn a_cursor_reads_only_what_was_written() {
        let cursor = Cursor::at(1_770_000_000_000, id::fresh());
        assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        let text = |inner: &str| URL_SAFE_NO_PAD.encode(inner);
        let hostile =
            ["", "1", "1:1", "1:1:", "2:1:a", "1:-1:a", "1:+1:a", "1:01:a", "1:1:a'b", "1:1:a b", "1:x:a"];
        for inner in hostile.into_iter().chain(["1:99999999999999999999:a", "1:253402300800000:a"]) {
            assert_eq!(Cursor::read(&text(inner)), None, "{inner}");
        }
        assert_eq!(Cursor::read(&text(&format!("1:1:{}", "a".repeat(41)))), None);
        for raw in ["%%%", "MTox=", "\u{fffd}", "AAAA"] {
            assert_eq!(Cursor::read(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_rows() {
        assert_eq!((PageSize::new(0), PageSize::new(101)), (None, None));
        assert!(PageSize::new(1).is_some() && PageSize::new(100) == Some(PageSize::MOST));
    }
}
