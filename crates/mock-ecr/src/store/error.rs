//! The errors of a store.

use std::error::Error;
#[cfg(feature = "file-store")]
use std::fmt;
use std::io;
#[cfg(feature = "file-store")]
use std::iter;
#[cfg(feature = "file-store")]
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "file-store")]
use crate::store::marker::LayersError;

/// An error of an operation on a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The engine of the records failed.
    #[cfg(feature = "file-store")]
    #[error("cannot read or write records")]
    Engine(#[source] Box<dyn Error + Send + Sync>),
    /// The file of the records cannot be opened or created.
    #[cfg(feature = "file-store")]
    #[error("cannot open {}", .path.display())]
    File {
        path: PathBuf,
        source: Box<dyn Error + Send + Sync>,
    },
    /// The connection ended while a transaction was committed.
    #[cfg(feature = "postgres")]
    #[error("the connection ended during a commit; the change may have been applied")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The engine failed to commit several transactions.
    #[cfg(feature = "file-store")]
    #[error(transparent)]
    Shared(Arc<StoreError>),
    /// The engine panicked. redb panics if its file is damaged.
    #[error("internal error, or damaged records: a transaction panicked")]
    Panicked,
    /// The runtime has ended before the call began, or much due work is left when the mock stops.
    #[error("the mock is stopping")]
    Stopped,
    /// An operation on an object failed.
    #[cfg(feature = "file-store")]
    #[error("cannot read or write layers at {location}")]
    Objects {
        location: Arc<str>,
        source: WithSources,
    },
    /// An object cannot be deleted.
    #[error("cannot delete the object {name}")]
    Undeletable {
        name: String,
        source: Box<StoreError>,
    },
    /// An object that a record refers to does not exist.
    #[error(
        "the object {name} of a layer does not exist at {location}; push the layer to another repository"
    )]
    MissingObject { name: String, location: Arc<str> },
    /// Another server started while the session of this server was closed, and removed the object.
    #[error(
        "the object {0} of a layer was deleted before its upload was complete; push the layer again"
    )]
    RemovedObject(String),
    /// The location of the layers is not that of the store.
    #[cfg(feature = "file-store")]
    #[error(transparent)]
    Layers(#[from] LayersError),
    /// The operating system failed.
    #[error("an operation of the operating system failed")]
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
}

/// An error whose text has one line and includes its sources. It returns no source, so that none is printed twice.
///
/// The text of an error of `object_store` contains the text of some of its sources, and the XML of S3.
#[cfg(feature = "file-store")]
#[derive(Debug)]
pub(crate) struct WithSources(Box<dyn Error + Send + Sync>);

#[cfg(feature = "file-store")]
impl WithSources {
    pub(super) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        WithSources(error.into())
    }
}

#[cfg(feature = "file-store")]
impl Error for WithSources {}

#[cfg(feature = "file-store")]
impl fmt::Display for WithSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = one_line(&self.0.to_string());
        for source in iter::successors(self.0.source(), |&error| error.source()) {
            let source = one_line(&source.to_string());
            if !text.contains(&source) {
                text = format!("{text}: {source}");
            }
        }
        f.write_str(&text)
    }
}

#[cfg(feature = "file-store")]
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cause for which a store cannot be opened. If it is a `StoreLocationError`, it is the error itself.
pub(super) type OpenError = Box<dyn Error + Send + Sync>;

/// The error of a location that needs a feature of the crate.
#[cfg(not(all(feature = "postgres", feature = "s3")))]
#[derive(Debug, thiserror::Error)]
#[error(
    "mock-ecr was built without the feature {0}; add it to the features of the dependency mock-ecr, or build the command with --features {0}"
)]
pub(super) struct MissingFeature(pub(super) &'static str);

#[cfg(test)]
#[cfg(feature = "file-store")]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Level {
        text: &'static str,
        source: Option<Box<Level>>,
    }

    #[test]
    fn the_text_has_one_line_with_each_source_once() {
        let mut error = None;
        for text in [
            "refused",
            "error sending request",
            "GET /:\n  error sending request\n",
        ] {
            let source = error.take().map(Box::new);
            error = Some(Level { text, source });
        }
        let text = WithSources::new(error.unwrap()).to_string();
        assert_eq!(text, "GET /: error sending request: refused");
    }
}
