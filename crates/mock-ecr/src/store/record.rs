//! Records: objects that contain a value as JSON.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::error::StoreError;
use crate::store::key::Key;

/// Serializes the value of a record.
pub(crate) fn serialize<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value)
        .expect("records consist of strings and numbers")
        .into()
}

/// Parses the value of a record.
pub(crate) fn parse<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Record {
        key: key.0.to_string(),
        source,
    })
}
