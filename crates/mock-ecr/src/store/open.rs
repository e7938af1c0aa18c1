//! Opens the store at a location.

#[cfg(not(feature = "file-store"))]
use crate::store::error::{MissingFeature, OpenError};
use crate::store::location::{LayersLocation, S3Access, StoreLocation, StoreLocationError};
#[cfg(feature = "file-store")]
use crate::store::open_persistent::{open_database, open_directory};
use crate::store::records::Store;

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

#[cfg(not(feature = "file-store"))]
async fn open_directory(
    _: &std::path::Path,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
    _: &str,
) -> Result<Store, OpenError> {
    Err(MissingFeature("file-store").into())
}

#[cfg(not(feature = "file-store"))]
async fn open_database(
    _: &crate::store::PostgresUrl,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
) -> Result<Store, OpenError> {
    Err(MissingFeature("postgres").into())
}
