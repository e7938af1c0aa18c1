//! The errors of a store.

use std::error::Error;
use std::io;
#[cfg(feature = "file-store")]
use std::sync::Arc;

/// An error of an operation on a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The engine of the records failed.
    #[cfg(feature = "file-store")]
    #[error("the store failed")]
    Engine(#[source] Box<dyn Error + Send + Sync>),
    /// The connection ended while a transaction was committed.
    #[cfg(feature = "postgres")]
    #[error("it is unknown whether the store has committed a transaction")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The engine failed to commit several transactions.
    #[cfg(feature = "file-store")]
    #[error(transparent)]
    Shared(Arc<StoreError>),
    /// The engine panicked.
    #[error("a transaction panicked")]
    Panicked,
    /// An operation on an object failed.
    #[cfg(feature = "file-store")]
    #[error("the store of layers failed")]
    Objects(#[source] WithSources<object_store::Error>),
    /// An object that a record refers to does not exist.
    #[error("the store of layers has no object {0}")]
    MissingObject(String),
    /// The layers would be stored at the location of another store.
    #[cfg(feature = "file-store")]
    #[error("another store uses the location of the layers")]
    LayersOfAnotherStore,
    /// A file could not be read or written.
    #[error("the store failed")]
    Io(#[from] io::Error),
    /// The store contains a record that this program has not written.
    #[error("the store contains an invalid record at {key}")]
    Record {
        key: String,
        source: serde_json::Error,
    },
}

impl StoreError {
    #[cfg(feature = "file-store")]
    pub(super) fn engine(error: impl Into<redb::Error>) -> Self {
        StoreError::Engine(error.into().into())
    }

    #[cfg(feature = "postgres")]
    pub(super) fn database(error: postgres::Error) -> Self {
        StoreError::Engine(error.into())
    }
}

#[cfg(feature = "file-store")]
impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        StoreError::Objects(WithSources(error))
    }
}

/// An error with a text that includes its sources, such as those of `object_store`. It returns no source, so that none is printed twice.
#[cfg(feature = "file-store")]
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WithSources<E: Error>(pub(super) E);

/// The cause for which a store cannot be opened.
pub(super) type OpenError = Box<dyn Error + Send + Sync>;

/// The error of a location that needs a feature of the crate.
#[cfg(not(all(feature = "postgres", feature = "s3")))]
#[derive(Debug, thiserror::Error)]
#[error("this mock-ecr was built without the feature {0}; build it with --features {0}")]
pub(super) struct MissingFeature(pub(super) &'static str);
