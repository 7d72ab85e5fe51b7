//! Where a list goes on and how many rows it gives, from `cursor` and `limit`. It refuses cursors that we did
//! not write.

use store::repo::page::{Cursor, PageSize};

use crate::error::{ApiError, Kind};

/// Reads both parameters; 20 rows without a limit, at most 100.
pub fn read_page(cursor: Option<&str>, limit: Option<u32>) -> Result<(Option<Cursor>, PageSize), ApiError> {
    let size = match limit {
        Some(rows) => {
            PageSize::new(rows).ok_or_else(|| ApiError::from(Kind::BadQuery).detail("limit", "须为 1 到 100"))
        }
        None => Ok(PageSize::default()),
    };
    let cursor = match cursor {
        Some(text) => Some(
            Cursor::read(text).ok_or_else(|| ApiError::from(Kind::BadCursor).detail("cursor", "不能识别"))?,
        ),
        None => None,
    };
    Ok((cursor, size?))
}
