//! The errors of a store.

use std::error::Error;
use std::io;

/// An error of an operation on a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// An operation failed.
    #[error("the store failed")]
    Objects(#[source] WithSources<object_store::Error>),
    /// A write through a [`Writer`](crate::store::writer::Writer) failed.
    #[error("the store failed")]
    Write(#[source] WithSources<io::Error>),
    /// The store is a directory, and its file system does not support file names of this length.
    #[error("a name is too long for the file system of the store")]
    NameTooLong,
    /// The store contains an object that this program has not written.
    #[error("the store contains an invalid record at {key}")]
    Record {
        key: String,
        source: serde_json::Error,
    },
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match is_invalid_file_name(&error) {
            true => StoreError::NameTooLong,
            false => StoreError::Objects(WithSources(error)),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        StoreError::Write(WithSources(error))
    }
}

/// An error with a text that includes its sources, such as those of `object_store`. It returns no source, so that none is printed twice.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WithSources<E: Error>(pub(super) E);

/// Returns the value of a result, or `None` if the object does not exist.
pub(super) fn optional<T>(result: object_store::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        // An object with a name that is too long cannot exist.
        Err(error) if is_invalid_file_name(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether a file system rejects a file name. For the names of keys, this means that the name is too long.
fn is_invalid_file_name(error: &(dyn Error + 'static)) -> bool {
    let of_file = error.downcast_ref::<io::Error>();
    of_file.is_some_and(|error| error.kind() == io::ErrorKind::InvalidFilename)
        || error.source().is_some_and(is_invalid_file_name)
}
