//! Everything that lasts, as objects under documented keys ([`key`]): in memory, in a directory, or in a bucket.
//!
//! All that is asked of a store is that an object appears whole or not at all, and that of several who create one key one wins. Any
//! store of the `object_store` crate gives that. Nothing is kept beside one that others may write to, so that servers which share a store
//! share all.

mod content;
mod index;
mod key;
mod location;
#[cfg(feature = "s3")]
mod s3;
mod writer;

use std::error::Error;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use content::Content;
use index::Index;
pub(crate) use key::{Folder, Key, decode, digest, encode, file_name};
pub use location::{S3Access, StoreLocation, StoreLocationError};
pub(crate) use writer::Writer;

/// A store of objects.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    objects: Arc<dyn ObjectStore>,
    listing: Listing,
}

/// How the objects of a folder are listed.
#[derive(Clone, Debug)]
enum Listing {
    /// By an index, where nobody else writes.
    Indexed(Arc<Index>),
    /// In the order of their bytes, a page at a time.
    #[cfg_attr(
        not(feature = "s3"),
        expect(dead_code, reason = "only a bucket is listed in order")
    )]
    Ordered,
    /// In no order, all at once.
    Unordered,
}

/// Whether a key was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// It was, and now holds what was given.
    New,
    /// It was not, and holds what it held.
    Taken,
}

impl Store {
    pub(crate) fn in_memory() -> Self {
        Store {
            objects: Arc::new(InMemory::new()),
            listing: Listing::Indexed(Arc::default()),
        }
    }

    fn in_files(files: LocalFileSystem) -> Self {
        Store {
            objects: Arc::new(files),
            listing: Listing::Unordered,
        }
    }

    #[cfg(feature = "s3")]
    fn in_order(objects: impl ObjectStore) -> Self {
        Store {
            objects: Arc::new(objects),
            listing: Listing::Ordered,
        }
    }

    /// The whole of an object.
    pub(crate) async fn read(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        match found(self.objects.get(&key.0).await)? {
            Some(object) => Ok(found(object.bytes().await)?),
            None => Ok(None),
        }
    }

    /// An object that holds a value.
    pub(crate) async fn read_record<T: DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.read(key).await?;
        bytes.map(|bytes| parse(key, &bytes)).transpose()
    }

    /// How long an object is, if there is one.
    pub(crate) async fn size(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        Ok(found(self.objects.head(&key.0).await)?.map(|object| object.size))
    }

    /// An object as a stream, or a part of it.
    pub(crate) async fn open(
        &self,
        key: &Key,
        range: Option<GetRange>,
    ) -> Result<Option<Content>, StoreError> {
        let options = GetOptions {
            range,
            ..GetOptions::default()
        };
        let object = found(self.objects.get_opts(&key.0, options).await)?;
        Ok(object.map(Content::of))
    }

    /// Writes an object where there is none.
    pub(crate) async fn create(&self, key: &Key, bytes: Bytes) -> Result<Created, StoreError> {
        let size = bytes.len() as u64;
        let put = self
            .objects
            .put_opts(&key.0, bytes.into(), PutMode::Create.into());
        match put.await {
            Ok(_) => {
                self.note(|index| index.insert(key, size));
                Ok(Created::New)
            }
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a value where there is none.
    pub(crate) async fn create_record<T: Serialize>(
        &self,
        key: &Key,
        value: &T,
    ) -> Result<Created, StoreError> {
        self.create(key, print(value)).await
    }

    /// Writes an object, over what is there.
    pub(crate) async fn write(&self, key: &Key, bytes: Bytes) -> Result<(), StoreError> {
        let size = bytes.len() as u64;
        self.objects.put(&key.0, bytes.into()).await?;
        self.note(|index| index.insert(key, size));
        Ok(())
    }

    /// Writes a value, over what is there.
    pub(crate) async fn write_record<T: Serialize>(
        &self,
        key: &Key,
        value: &T,
    ) -> Result<(), StoreError> {
        self.write(key, print(value)).await
    }

    /// Writes an object that is longer than should be held in memory.
    pub(crate) fn writer(&self, key: &Key) -> Writer {
        Writer::new(self, key)
    }

    /// Gives an object another key, over what is there.
    pub(crate) async fn rename(&self, from: &Key, to: &Key) -> Result<(), StoreError> {
        self.objects.rename(&from.0, &to.0).await?;
        self.note(|index| {
            index.copy(from, to);
            index.remove(from);
        });
        Ok(())
    }

    /// Copies an object, if it is there; tells whether it was.
    pub(crate) async fn copy(&self, from: &Key, to: &Key) -> Result<Option<()>, StoreError> {
        let copied = found(self.objects.copy(&from.0, &to.0).await)?;
        self.note(|index| index.copy(from, to));
        Ok(copied)
    }

    /// Removes an object, if it is there; tells whether it was.
    pub(crate) async fn remove(&self, key: &Key) -> Result<Option<()>, StoreError> {
        // Not every store tells whether there was anything to remove.
        if self.size(key).await?.is_none() {
            return Ok(None);
        }
        let removed = found(self.objects.delete(&key.0).await)?;
        self.note(|index| index.remove(key));
        Ok(removed)
    }

    /// Removes all that is in a folder.
    pub(crate) async fn clear(&self, folder: &Folder) -> Result<(), StoreError> {
        let found: Vec<ObjectMeta> = self.objects.list(Some(&folder.0)).try_collect().await?;
        for object in found {
            self.remove(&Key(object.location)).await?;
        }
        Ok(())
    }

    /// The first `limit` names in a folder that come after another, in the order of their bytes.
    pub(crate) async fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        match &self.listing {
            Listing::Indexed(index) => Ok(index.page(folder, after, limit)),
            Listing::Ordered => Ok(self.list(folder, after).take(limit).try_collect().await?),
            Listing::Unordered => {
                let mut entries: Vec<Entry> = self.list(folder, after).try_collect().await?;
                entries.sort_by(|one, other| one.name.cmp(&other.name));
                entries.truncate(limit);
                Ok(entries)
            }
        }
    }

    fn list(
        &self,
        folder: &Folder,
        after: Option<&str>,
    ) -> BoxStream<'static, object_store::Result<Entry>> {
        let listed = match after {
            Some(after) => self
                .objects
                .list_with_offset(Some(&folder.0), &folder.key(after).0),
            None => self.objects.list(Some(&folder.0)),
        };
        listed
            .try_filter_map(|object| async move { Ok(Entry::of(&object)) })
            .boxed()
    }

    fn note(&self, change: impl FnOnce(&Index)) {
        if let Listing::Indexed(index) = &self.listing {
            change(index);
        }
    }

    /// All names in a folder, in the order of their bytes.
    pub(crate) async fn all(&self, folder: &Folder) -> Result<Vec<Entry>, StoreError> {
        self.page(folder, None, usize::MAX).await
    }
}

/// What a folder says of an object in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
}

impl Entry {
    fn of(object: &ObjectMeta) -> Option<Self> {
        Some(Entry {
            name: object.location.filename()?.to_owned(),
            size: object.size,
        })
    }
}

fn found<T>(result: object_store::Result<T>) -> Result<Option<T>, StoreError> {
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

/// Writes a value as objects hold it.
pub(crate) fn print<T: Serialize>(value: &T) -> Bytes {
    serde_json::to_vec(value)
        .expect("what is stored are structs of texts and numbers")
        .into()
}

/// Reads a value as objects hold it.
pub(crate) fn parse<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Record {
        key: key.0.to_string(),
        source,
    })
}

/// What a store says when it does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// It fails.
    #[error("the store fails: {0}")]
    Objects(#[source] object_store::Error),
    /// It fails while a long object is written.
    #[error("the store fails: {0}")]
    Write(#[from] io::Error),
    /// It is a directory, and a name is longer than those of files can be.
    #[error("a name is too long for the file system of the store")]
    NameTooLong,
    /// It holds what this program has not written.
    #[error("the store holds something strange at {key}: {source}")]
    Record {
        key: String,
        source: serde_json::Error,
    },
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match is_for_a_name(&error) {
            true => StoreError::NameTooLong,
            false => StoreError::Objects(error),
        }
    }
}
