//! The operations that every kind of store supports.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::content::Content;
use crate::store::entry::Entry;
use crate::store::error::StoreError;
use crate::store::error::optional;
use crate::store::key::{Folder, Key};
use crate::store::listing::Listing;
use crate::store::record::{parse, serialize};
use crate::store::writer::Writer;

/// A store of objects.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    objects: Arc<dyn ObjectStore>,
    listing: Listing,
}

impl Store {
    pub(crate) fn in_memory() -> Self {
        Store {
            objects: Arc::new(InMemory::new()),
            listing: Listing::Indexed(Arc::default()),
        }
    }

    pub(super) fn in_directory(files: LocalFileSystem) -> Self {
        Store {
            objects: Arc::new(files),
            listing: Listing::Unordered,
        }
    }

    #[cfg(feature = "s3")]
    pub(super) fn in_bucket(objects: impl ObjectStore) -> Self {
        Store {
            objects: Arc::new(objects),
            listing: Listing::Ordered,
        }
    }

    /// Returns the content of an object, if it exists.
    pub(crate) async fn read(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        match optional(self.objects.get(&key.0).await)? {
            Some(object) => Ok(optional(object.bytes().await)?),
            None => Ok(None),
        }
    }

    /// Returns the value of a record, if it exists.
    pub(crate) async fn read_record<T: DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.read(key).await?;
        bytes.map(|bytes| parse(key, &bytes)).transpose()
    }

    /// Returns the size of an object in bytes, if it exists.
    pub(crate) async fn size(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        Ok(optional(self.objects.head(&key.0).await)?.map(|object| object.size))
    }

    /// Returns an object, or a range of it, as a stream, if the object exists.
    pub(crate) async fn open(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
    ) -> Result<Option<Content>, StoreError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let object = optional(self.objects.get_opts(&key.0, options).await)?;
        Ok(object.map(Content::of))
    }

    /// Writes an object, unless the key exists already.
    pub(crate) async fn create(&self, key: &Key, bytes: Bytes) -> Result<Created, StoreError> {
        let size = bytes.len() as u64;
        let put = self
            .objects
            .put_opts(&key.0, bytes.into(), PutMode::Create.into());
        match put.await {
            Ok(_) => {
                self.listing.update_index(|index| index.insert(key, size));
                Ok(Created::New)
            }
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Existing),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a record, unless the key exists already.
    pub(crate) async fn create_record<T: Serialize>(
        &self,
        key: &Key,
        value: &T,
    ) -> Result<Created, StoreError> {
        self.create(key, serialize(value)).await
    }

    /// Creates or replaces an object.
    pub(crate) async fn write(&self, key: &Key, bytes: Bytes) -> Result<(), StoreError> {
        let size = bytes.len() as u64;
        self.objects.put(&key.0, bytes.into()).await?;
        self.listing.update_index(|index| index.insert(key, size));
        Ok(())
    }

    /// Creates or replaces a record.
    pub(crate) async fn write_record<T: Serialize>(
        &self,
        key: &Key,
        value: &T,
    ) -> Result<(), StoreError> {
        self.write(key, serialize(value)).await
    }

    /// Returns a writer of an object that is too large for memory.
    pub(crate) fn writer(&self, key: &Key) -> Writer {
        Writer::new(Arc::clone(&self.objects), self.listing.clone(), key)
    }

    /// Moves an object to another key, and replaces an object there.
    pub(crate) async fn rename(&self, from: &Key, to: &Key) -> Result<(), StoreError> {
        self.objects.rename(&from.0, &to.0).await?;
        self.listing.update_index(|index| {
            index.copy(from, to);
            index.remove(from);
        });
        Ok(())
    }

    /// Copies an object. Returns `None` if it does not exist.
    pub(crate) async fn copy(&self, from: &Key, to: &Key) -> Result<Option<()>, StoreError> {
        let copied = optional(self.objects.copy(&from.0, &to.0).await)?;
        self.listing.update_index(|index| index.copy(from, to));
        Ok(copied)
    }

    /// Removes an object. Returns `None` if it does not exist.
    pub(crate) async fn remove(&self, key: &Key) -> Result<Option<()>, StoreError> {
        // Not every store reports that the object to remove does not exist.
        if self.size(key).await?.is_none() {
            return Ok(None);
        }
        let removed = optional(self.objects.delete(&key.0).await)?;
        self.listing.update_index(|index| index.remove(key));
        Ok(removed)
    }

    /// Removes all objects in a folder.
    pub(crate) async fn clear(&self, folder: &Folder) -> Result<(), StoreError> {
        let found: Vec<ObjectMeta> = self.objects.list(Some(&folder.0)).try_collect().await?;
        for object in found {
            self.remove(&Key(object.location)).await?;
        }
        Ok(())
    }

    /// Returns at most `limit` entries of a folder that follow `after`, in the byte order of their names.
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

    /// Returns the names of the folders in a folder, in byte order.
    pub(crate) async fn folders(&self, folder: &Folder) -> Result<Vec<String>, StoreError> {
        let listed = self.objects.list_with_delimiter(Some(&folder.0)).await?;
        let folders = listed.common_prefixes.iter();
        let names = folders.filter_map(|path| path.filename().map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// Returns all entries of a folder, in the byte order of their names.
    pub(crate) async fn all(&self, folder: &Folder) -> Result<Vec<Entry>, StoreError> {
        self.page(folder, None, usize::MAX).await
    }
}

/// Whether an operation has created an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// The object is new.
    New,
    /// The object existed already and was not changed.
    Existing,
}
