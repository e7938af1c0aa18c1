//! Opens the stores that outlive the process.

use std::path::Path;
use std::time::Duration;

use crate::store::directory::create_directory;
#[cfg(not(all(feature = "postgres", feature = "s3")))]
use crate::store::error::MissingFeature;
use crate::store::error::{OpenError, WithSources};
use crate::store::file::FileEngine;
use crate::store::location::{LayersLocation, S3Access};
use crate::store::objects::Objects;
use crate::store::owner::{Owner, OwnerError};
use crate::store::persistent_objects::PersistentObjects;
#[cfg(feature = "postgres")]
use crate::store::postgres::PostgresEngine;
use crate::store::postgres_url::PostgresUrl;
use crate::store::records::Store;

/// Opens a store in a directory.
pub(super) async fn open_directory(
    path: &Path,
    layers: Option<&LayersLocation>,
    access: Option<&S3Access>,
    server: &str,
) -> Result<Store, OpenError> {
    create_directory(path)?;
    if path.join(OLD_LAYOUT).try_exists()? {
        return Err(WRITTEN_BY_OLD_VERSION.into());
    }
    let owner = lock(path, server).await?;
    let default = || LayersLocation::Directory(path.join("layers"));
    let layers = layers.cloned().unwrap_or_else(default);
    let objects = open_layers(&layers, access).await?;
    let engine = FileEngine::open(&path.join("records.redb"))?;
    let store = Store::with_owner(engine, objects, owner);
    store.check_layers(&layers).await?;
    Ok(store)
}

/// Opens a store in a database.
#[cfg(feature = "postgres")]
pub(super) async fn open_database(
    url: &PostgresUrl,
    layers: Option<&LayersLocation>,
    access: Option<&S3Access>,
) -> Result<Store, OpenError> {
    let layers = layers.ok_or(DATABASE_WITHOUT_LAYERS)?;
    let objects = open_layers(layers, access).await?;
    let url = url.clone();
    let opened = tokio::task::spawn_blocking(move || PostgresEngine::open(&url));
    let store = Store::new(opened.await??, objects);
    store.check_layers(layers).await?;
    Ok(store)
}

#[cfg(not(feature = "postgres"))]
pub(super) async fn open_database(
    _: &PostgresUrl,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
) -> Result<Store, OpenError> {
    Err(MissingFeature("postgres").into())
}

async fn open_layers(
    location: &LayersLocation,
    access: Option<&S3Access>,
) -> Result<Objects, OpenError> {
    match location {
        LayersLocation::Directory(path) => objects_in(path),
        LayersLocation::S3 { bucket, prefix } => open_bucket(bucket, prefix, access).await,
    }
}

/// Locks a directory. Waits for a mock of this process that was dropped and is still closing its store.
async fn lock(path: &Path, server: &str) -> Result<Owner, OwnerError> {
    for _ in 0..MAX_ATTEMPTS {
        match Owner::lock(path, server) {
            Err(OwnerError::InUseByThisProcess) => tokio::time::sleep(PAUSE).await,
            locked => return locked,
        }
    }
    Owner::lock(path, server)
}

const MAX_ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

fn objects_in(path: &Path) -> Result<Objects, OpenError> {
    create_directory(path)?;
    let objects = PersistentObjects::in_directory(path).map_err(WithSources)?;
    Ok(Objects::Persistent(objects))
}

/// The directory of the versions that stored each record as a file.
const OLD_LAYOUT: &str = "registries";

const WRITTEN_BY_OLD_VERSION: &str = "an earlier version of mock-ecr has written this directory; use another directory, start the earlier \
version on this one, and copy the images, for example with `skopeo sync`";

#[cfg(feature = "postgres")]
const DATABASE_WITHOUT_LAYERS: &str = "a store in a database requires a location of layers: expected file:DIRECTORY or s3://BUCKET/PREFIX";

#[cfg(feature = "s3")]
const NO_CREDENTIALS: &str = "no credentials: expected the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the program, or an \
S3Access in the library";

#[cfg(feature = "s3")]
async fn open_bucket(
    bucket: &str,
    prefix: &str,
    access: Option<&S3Access>,
) -> Result<Objects, OpenError> {
    let access = access.ok_or(NO_CREDENTIALS)?;
    let bucket = crate::store::s3::open(bucket, prefix, access).await;
    let objects = PersistentObjects::in_bucket(bucket.map_err(WithSources)?);
    Ok(Objects::Persistent(objects))
}

#[cfg(not(feature = "s3"))]
async fn open_bucket(_: &str, _: &str, _: Option<&S3Access>) -> Result<Objects, OpenError> {
    Err(MissingFeature("s3").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreLocation;
    use crate::types::error_chain::chain;

    /// A directory with stores and locations of layers.
    struct Directory(tempfile::TempDir);

    impl Directory {
        /// Opens a store and writes to it, as a process does.
        async fn write(&self, store: &str, layers: Option<&str>) -> Result<(), String> {
            let path = |name: &str| self.0.path().join(name);
            let layers = layers.map(|layers| LayersLocation::Directory(path(layers)));
            let location = StoreLocation::Directory(path(store));
            let opened = location.open(layers.as_ref(), None, "a test").await;
            let store = opened.map_err(|error| chain(&error))?;
            store.unique_name().await.unwrap();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_location_of_layers_belongs_to_one_store() {
        let stores = Directory(tempfile::tempdir().unwrap());
        for (store, layers) in [("a", None), ("b", Some("layers-of-b"))] {
            for _ in 0..2 {
                stores.write(store, layers).await.unwrap();
            }
        }
        for layers in ["a/layers", "layers-of-b"] {
            let error = stores.write("c", Some(layers)).await.unwrap_err();
            assert!(error.contains("belong to another store"), "{error}");
            assert!(error.contains(layers), "{error}");
        }
        stores.write("c", None).await.unwrap();
    }

    #[tokio::test]
    async fn a_forgotten_location_of_layers_is_an_error() {
        let stores = Directory(tempfile::tempdir().unwrap());
        stores.write("a", Some("layers")).await.unwrap();
        stores.write("b", None).await.unwrap();
        for (store, layers) in [("a", None), ("b", Some("other"))] {
            let error = stores.write(store, layers).await.unwrap_err();
            let expected = "was --layers set at an earlier start";
            assert!(error.contains(expected), "{error}");
        }
        stores.write("a", Some("layers")).await.unwrap();
    }

    #[cfg(not(feature = "s3"))]
    #[tokio::test]
    async fn a_build_without_the_feature_names_it_before_it_asks_for_credentials() {
        let directory = tempfile::tempdir().unwrap();
        let store = StoreLocation::Directory(directory.path().to_owned());
        let layers = "s3://images".parse().unwrap();
        let error = store.open(Some(&layers), None, "a test").await.unwrap_err();
        assert!(chain(&error).contains("without the feature s3"), "{error}");
    }
}
