//! Opens the stores that outlive the process.

use std::path::Path;
use std::time::Duration;

use crate::store::directory::create_directory;
#[cfg(not(all(feature = "postgres", feature = "s3")))]
use crate::store::error::MissingFeature;
use crate::store::error::{OpenError, WithSources};
use crate::store::file::FileEngine;
use crate::store::location::{LayersLocation, S3Access, StoreLocationError};
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
    store.check_layers().await?;
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
    store.check_layers().await?;
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
) -> Result<Objects, StoreLocationError> {
    let opened = match location {
        LayersLocation::Directory(path) => objects_in(path),
        LayersLocation::S3 { bucket, prefix } => open_bucket(bucket, prefix, access),
    };
    let objects = match opened {
        Ok(objects) => check_layout(objects).await,
        Err(error) => Err(error),
    };
    match objects {
        Ok(objects) => Ok(Objects::Persistent(objects.named(&location.to_string()))),
        Err(source) => Err(StoreLocationError::UnusableLayers {
            location: location.to_string(),
            source,
        }),
    }
}

/// Rejects a location that an earlier version has used as a store.
async fn check_layout(objects: PersistentObjects) -> Result<PersistentObjects, OpenError> {
    match objects.has_folder(OLD_LAYOUT).await? {
        true => Err(WRITTEN_BY_OLD_VERSION.into()),
        false => Ok(objects),
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

fn objects_in(path: &Path) -> Result<PersistentObjects, OpenError> {
    create_directory(path)?;
    Ok(PersistentObjects::in_directory(path).map_err(WithSources::new)?)
}

/// The directory of the versions that stored each record as a file.
const OLD_LAYOUT: &str = "registries";

const WRITTEN_BY_OLD_VERSION: &str = "an earlier version of mock-ecr has written it; to keep its images, start that version on it and this version \
on another location, and copy the images (docs/src/guides/stores.md)";

#[cfg(feature = "postgres")]
const DATABASE_WITHOUT_LAYERS: &str = "--store postgres://… requires --layers file:DIRECTORY or --layers s3://BUCKET/PREFIX (in a configuration: \
the keys store and layers)";

#[cfg(feature = "s3")]
const NO_CREDENTIALS: &str = "no credentials: expected the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the program, or an \
S3Access in the library";

#[cfg(feature = "s3")]
fn open_bucket(
    bucket: &str,
    prefix: &str,
    access: Option<&S3Access>,
) -> Result<PersistentObjects, OpenError> {
    let access = access.ok_or(NO_CREDENTIALS)?;
    let objects = crate::store::s3::open(bucket, prefix, access)?;
    Ok(PersistentObjects::in_bucket(objects))
}

#[cfg(not(feature = "s3"))]
fn open_bucket(_: &str, _: &str, _: Option<&S3Access>) -> Result<PersistentObjects, OpenError> {
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
            let written = store.unique_name().await;
            written.map(drop).map_err(|error| chain(&error))
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
            assert!(error.contains("this store is empty"), "{error}");
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
            let expected = "expected the value of --layers of an earlier start";
            assert!(error.contains(expected), "{error}");
        }
        stores.write("a", Some("layers")).await.unwrap();
    }

    #[tokio::test]
    async fn a_store_that_has_lost_its_records_or_uses_those_of_another_is_an_error() {
        let stores = Directory(tempfile::tempdir().unwrap());
        stores.write("a", None).await.unwrap();
        stores.write("b", None).await.unwrap();
        let error = stores.write("b", Some("a/layers")).await.unwrap_err();
        assert!(error.contains("belongs to another store"), "{error}");
        let path = |name: &str| stores.0.path().join(name);
        std::fs::remove_file(path("a/records.redb")).unwrap();
        let error = stores.write("a", None).await.unwrap_err();
        assert!(error.contains("this store is empty"), "{error}");
    }

    #[tokio::test]
    async fn an_error_of_layers_names_their_location() {
        let stores = Directory(tempfile::tempdir().unwrap());
        let path = stores.0.path().join("layers");
        std::fs::write(&path, "").unwrap();
        let error = stores.write("a", Some("layers")).await.unwrap_err();
        let expected = format!(
            "cannot open the location of layers file:{}: ",
            path.display()
        );
        assert!(error.starts_with(&expected), "{error}");
        let old = stores.0.path().join("old/registries/1");
        std::fs::create_dir_all(&old).unwrap();
        std::fs::write(old.join("a"), "").unwrap();
        let error = stores.write("a", Some("old")).await.unwrap_err();
        assert!(error.contains("an earlier version"), "{error}");
    }

    /// A lifecycle rule of a bucket can delete the marker with the layers.
    #[tokio::test]
    async fn the_error_of_a_deleted_marker_says_how_to_restore_it() {
        let stores = Directory(tempfile::tempdir().unwrap());
        stores.write("a", None).await.unwrap();
        let marker = stores.0.path().join("a/layers/mock-ecr-store");
        let content = std::fs::read_to_string(&marker).unwrap();
        std::fs::remove_dir_all(stores.0.path().join("a/layers")).unwrap();
        let error = stores.write("a", None).await.unwrap_err();
        let advice = format!("create mock-ecr-store with the line {}, ", content.trim());
        assert!(error.contains(&advice), "{error}");
        std::fs::write(&marker, "").unwrap();
        let error = stores.write("a", None).await.unwrap_err();
        assert!(error.contains(&advice), "{error}");
        for content in [content.trim().to_owned(), format!("{}\r\n", content.trim())] {
            std::fs::write(&marker, content).unwrap();
            stores.write("a", None).await.unwrap();
        }
    }

    /// redb panics if it reads some damaged pages.
    #[tokio::test]
    async fn a_damaged_file_is_an_error_that_names_it() {
        let stores = Directory(tempfile::tempdir().unwrap());
        stores.write("a", None).await.unwrap();
        let path = stores.0.path().join("a/records.redb");
        let file = std::fs::read(&path).unwrap();
        let mut damaged = 0;
        for page in (0..file.len().min(1 << 16)).step_by(4096) {
            let mut content = file.clone();
            content[page..page + 4096].fill(0xff);
            std::fs::write(&path, content).unwrap();
            if let Err(error) = stores.write("a", None).await {
                damaged += 1;
                let name = path.display().to_string();
                let is_named = error.contains(&name) || error.contains("damaged records");
                assert!(is_named, "{error}");
            }
        }
        assert_ne!(damaged, 0);
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
