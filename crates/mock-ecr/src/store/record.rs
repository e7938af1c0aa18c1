//! The values that objects contain, as JSON.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::error::StoreError;
use crate::store::key::Key;

/// Writes a value as objects hold it.
pub(crate) fn print<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value)
        .expect("what is stored are structs of texts and numbers")
        .into()
}

/// Reads a value as objects hold it.
pub(crate) fn parse<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Record {
        key: key.0.to_string(),
        source,
    })
}
