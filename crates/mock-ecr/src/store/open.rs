//! Opens the store at a location.

use std::error::Error;

use crate::store::location::{LayersLocation, S3Access, StoreLocation, StoreLocationError};
#[cfg(feature = "file-store")]
use crate::store::open_persistent::{open_database, open_directory};
use crate::store::records::Store;

/// The cause of an error. If it is a [`StoreLocationError`], it is the error itself.
pub(super) type Cause = Box<dyn Error + Send + Sync>;

impl StoreLocation {
    /// Opens the store at the location, with the layers at another location if one is given. A bucket requires `access`. `server` names the
    /// process to others that try to open the same directory.
    pub(crate) async fn open(
        &self,
        layers: Option<&LayersLocation>,
        access: Option<&S3Access>,
        server: &str,
    ) -> Result<Store, StoreLocationError> {
        let opened = match self {
            StoreLocation::Memory if layers.is_some() => Err(LAYERS_WITHOUT_DIRECTORY.into()),
            StoreLocation::Memory => Ok(Store::in_memory()),
            StoreLocation::Directory(path) => open_directory(path, layers, access, server).await,
            StoreLocation::Postgres(url) => open_database(url, layers, access).await,
        };
        opened.map_err(|source| match source.downcast() {
            Ok(of_layers) => *of_layers,
            Err(source) => StoreLocationError::Unusable {
                location: self.to_string(),
                source,
            },
        })
    }
}

const LAYERS_WITHOUT_DIRECTORY: &str = "--layers requires --store file:DIRECTORY or --store postgres://… (in a configuration: the keys layers and \
store)";

/// The error of a location that needs a feature of the crate.
#[cfg(not(all(feature = "postgres", feature = "s3")))]
#[derive(Debug, thiserror::Error)]
#[error("this mock-ecr was built without the feature {0}; build it with --features {0}")]
pub(super) struct MissingFeature(pub(super) &'static str);

#[cfg(not(feature = "file-store"))]
async fn open_directory(
    _: &std::path::Path,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
    _: &str,
) -> Result<Store, Cause> {
    Err(MissingFeature("file-store").into())
}

#[cfg(not(feature = "file-store"))]
async fn open_database(
    _: &crate::store::PostgresUrl,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
) -> Result<Store, Cause> {
    Err(MissingFeature("postgres").into())
}
