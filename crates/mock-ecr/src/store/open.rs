//! Opens the store at a location.

use std::path::Path;
use std::time::Duration;

use crate::store::directory::create_directory;
use crate::store::error::WithSources;
use crate::store::file::FileEngine;
use crate::store::location::{LayersLocation, S3Access, StoreLocation, StoreLocationError};
use crate::store::objects::Objects;
use crate::store::owner::{Owner, OwnerError};
#[cfg(feature = "postgres")]
use crate::store::postgres::PostgresEngine;
use crate::store::postgres_url::PostgresUrl;
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
        opened.map_err(|source| StoreLocationError::Unusable {
            location: self.to_string(),
            source,
        })
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

async fn open_directory(
    path: &Path,
    layers: Option<&LayersLocation>,
    access: Option<&S3Access>,
    server: &str,
) -> Result<Store, Cause> {
    create_directory(path)?;
    if path.join(OLD_LAYOUT).try_exists()? {
        return Err(WRITTEN_BY_OLD_VERSION.into());
    }
    let owner = lock(path, server).await?;
    let default = || LayersLocation::Directory(path.join("layers"));
    let layers = layers.cloned().unwrap_or_else(default);
    let objects = open_layers(&layers, access).await?;
    let engine = FileEngine::open(&path.join("records.redb"))?;
    let store = Store::new(engine, objects, Some(owner));
    store.check_layers(&layers).await?;
    Ok(store)
}

#[cfg(feature = "postgres")]
async fn open_database(
    url: &PostgresUrl,
    layers: Option<&LayersLocation>,
    access: Option<&S3Access>,
) -> Result<Store, Cause> {
    let layers = layers.ok_or(DATABASE_WITHOUT_LAYERS)?;
    let objects = open_layers(layers, access).await?;
    let url = url.clone();
    let opened = tokio::task::spawn_blocking(move || PostgresEngine::open(&url));
    let store = Store::new(opened.await??, objects, None);
    store.check_layers(layers).await?;
    Ok(store)
}

#[cfg(not(feature = "postgres"))]
async fn open_database(
    _: &PostgresUrl,
    _: Option<&LayersLocation>,
    _: Option<&S3Access>,
) -> Result<Store, Cause> {
    Err(
        "this mock-ecr was built without the feature postgres; build it with --features postgres"
            .into(),
    )
}

async fn open_layers(
    location: &LayersLocation,
    access: Option<&S3Access>,
) -> Result<Objects, Cause> {
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

fn objects_in(path: &Path) -> Result<Objects, Cause> {
    create_directory(path)?;
    Objects::in_directory(path).map_err(|error| WithSources(error).into())
}

/// The directory of the versions that stored each record as a file.
const OLD_LAYOUT: &str = "registries";

const WRITTEN_BY_OLD_VERSION: &str = "an earlier version of mock-ecr has written this directory; use another directory, start the earlier \
version on this one, and copy the images, for example with `skopeo sync`";

const LAYERS_WITHOUT_DIRECTORY: &str = "a location of layers is set, which requires a store in a directory or in a database: expected \
file:DIRECTORY or postgres://…";

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
) -> Result<Objects, Cause> {
    let access = access.ok_or(NO_CREDENTIALS)?;
    let objects = crate::store::s3::open(bucket, prefix, access).await;
    objects
        .map(Objects::in_bucket)
        .map_err(|error| WithSources(error).into())
}

#[cfg(not(feature = "s3"))]
async fn open_bucket(_: &str, _: &str, _: Option<&S3Access>) -> Result<Objects, Cause> {
    Err("this mock-ecr was built without the feature s3; build it with --features s3".into())
}

#[cfg(test)]
mod tests {
    use super::*;
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
