//! A stored object, and its content.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;

/// An object that a record refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredObject {
    pub(crate) name: String,
    /// The size in bytes.
    pub(crate) size: u64,
}

/// The content of a layer, or of a range of it, as a stream.
pub(crate) type ObjectBytes = BoxStream<'static, Result<Bytes, StoreError>>;
