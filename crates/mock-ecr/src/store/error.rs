//! Errors of a store.

use std::error::Error;
use std::io;

/// What a store says when it does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// It fails.
    #[error("the store fails")]
    Objects(#[source] Whole<object_store::Error>),
    /// It fails while a long object is written.
    #[error("the store fails")]
    Write(#[source] Whole<io::Error>),
    /// It is a directory, and a name is longer than those of files can be.
    #[error("a name is too long for the file system of the store")]
    NameTooLong,
    /// It holds what this program has not written.
    #[error("the store holds something strange at {key}")]
    Record {
        key: String,
        source: serde_json::Error,
    },
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match is_for_a_name(&error) {
            true => StoreError::NameTooLong,
            false => StoreError::Objects(Whole(error)),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        StoreError::Write(Whole(error))
    }
}

/// An error whose text includes its sources, such as those of `object_store`. It returns no source itself, so that none is printed twice.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Whole<E: Error>(pub(super) E);

/// Returns the value of a result, or `None` if the error is that there is no object.
pub(super) fn found<T>(result: object_store::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        // What cannot be there is not there.
        Err(error) if is_for_a_name(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a file system refuses the name of a file, which for the names of keys means that it is too long.
fn is_for_a_name(error: &(dyn Error + 'static)) -> bool {
    let of_file = error.downcast_ref::<io::Error>();
    of_file.is_some_and(|error| error.kind() == io::ErrorKind::InvalidFilename)
        || error.source().is_some_and(is_for_a_name)
}
