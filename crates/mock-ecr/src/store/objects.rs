//! A store of objects: the operations that every kind of store has.

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
use crate::store::error::found;
use crate::store::key::{Folder, Key};
use crate::store::listing::Listing;
use crate::store::record::{parse, print};
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

    pub(super) fn in_files(files: LocalFileSystem) -> Self {
        Store {
            objects: Arc::new(files),
            listing: Listing::Unordered,
        }
    }

    #[cfg(feature = "s3")]
    pub(super) fn in_order(objects: impl ObjectStore) -> Self {
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
        range: Option<Range<u64>>,
    ) -> Result<Option<Content>, StoreError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
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
                self.listing.note(|index| index.insert(key, size));
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
        self.listing.note(|index| index.insert(key, size));
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
        Writer::new(Arc::clone(&self.objects), self.listing.clone(), key)
    }

    /// Gives an object another key, over what is there.
    pub(crate) async fn rename(&self, from: &Key, to: &Key) -> Result<(), StoreError> {
        self.objects.rename(&from.0, &to.0).await?;
        self.listing.note(|index| {
            index.copy(from, to);
            index.remove(from);
        });
        Ok(())
    }

    /// Copies an object, if it is there; tells whether it was.
    pub(crate) async fn copy(&self, from: &Key, to: &Key) -> Result<Option<()>, StoreError> {
        let copied = found(self.objects.copy(&from.0, &to.0).await)?;
        self.listing.note(|index| index.copy(from, to));
        Ok(copied)
    }

    /// Removes an object, if it is there; tells whether it was.
    pub(crate) async fn remove(&self, key: &Key) -> Result<Option<()>, StoreError> {
        // Not every store tells whether there was anything to remove.
        if self.size(key).await?.is_none() {
            return Ok(None);
        }
        let removed = found(self.objects.delete(&key.0).await)?;
        self.listing.note(|index| index.remove(key));
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

    /// All names in a folder, in the order of their bytes.
    pub(crate) async fn all(&self, folder: &Folder) -> Result<Vec<Entry>, StoreError> {
        self.page(folder, None, usize::MAX).await
    }
}

/// Whether a key was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// It was, and now holds what was given.
    New,
    /// It was not, and holds what it held.
    Taken,
}
