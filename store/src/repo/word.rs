//! Enumerations as the one word that serde gives them. It refuses values that are more than a word.

use serde::Serialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use crate::sql::{Result, StoreError};

/// The word of a value.
pub(super) fn write<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(StoreError::Other(format!("{other:?} is not one word"))),
    }
}

/// The value of a word.
pub(super) fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    let word: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(word).ok()
}

/// The value of a stored word, or which column of which row holds something else.
pub(super) fn stored<T: DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    row: &str,
    word: &str,
) -> Result<T> {
    read(word).ok_or_else(|| StoreError::corrupt(table, column, row))
}
