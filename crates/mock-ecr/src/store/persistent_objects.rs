//! Objects in a directory or in a bucket.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::local::LocalFileSystem;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _, PutMode,
};

use crate::store::directory::sync_entries;
use crate::store::error::{StoreError, WithSources};
use crate::store::part_writer::{PartWriter, Parts};
use crate::store::stored_object::{ObjectBytes, StoredObject};

/// Objects that outlive the process.
#[derive(Clone, Debug)]
pub(crate) struct PersistentObjects {
    store: Arc<dyn ObjectStore>,
    /// The directory of the objects. `None` if they are in a bucket.
    directory: Option<PathBuf>,
    /// The location as errors name it.
    location: Arc<str>,
    parts: Parts,
}

impl PersistentObjects {
    /// The size of the largest chunk of an opened object. A download that a client does not read has one chunk in memory. Chunks of 64 KiB
    /// take twice the time, chunks of 512 KiB about the same.
    pub(super) const CHUNK_SIZE: usize = 256 * 1024;

    /// Returns the objects in an existing directory. A written object is on the disk.
    pub(super) fn in_directory(path: &Path) -> Result<Self, object_store::Error> {
        let files = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(PersistentObjects {
            store: Arc::new(files),
            directory: Some(path.to_owned()),
            location: format!("file:{}", path.display()).into(),
            parts: Parts::in_directory(),
        })
    }

    /// Returns the objects in a bucket.
    #[cfg(any(feature = "s3", test))]
    pub(super) fn in_bucket(store: impl ObjectStore) -> Self {
        PersistentObjects {
            store: Arc::new(store),
            directory: None,
            location: "a bucket".into(),
            parts: Parts::in_bucket(),
        }
    }

    /// Sets the location that errors name.
    pub(super) fn named(self, location: &str) -> Self {
        PersistentObjects {
            location: location.into(),
            ..self
        }
    }

    #[cfg(test)]
    pub(super) fn with_parts(self, parts: Parts) -> Self {
        PersistentObjects { parts, ..self }
    }

    /// The location as errors name it.
    pub(super) fn location(&self) -> String {
        self.location.to_string()
    }

    fn failed(&self, error: impl Into<Cause>) -> StoreError {
        failed(&self.location, error)
    }

    /// Returns whether there is an object with a prefix of whole folders.
    pub(super) async fn has_folder(&self, folder: &str) -> Result<bool, WithSources> {
        let first = self.store.list(Some(&folder.into())).next().await;
        let first = first.transpose().map_err(WithSources::new)?;
        Ok(first.is_some())
    }

    /// Returns the text of an object of at most a few bytes, if it exists and is not empty. A shell can create an empty file.
    pub(super) async fn read_short(&self, name: &str) -> Result<Option<String>, StoreError> {
        let object = match self.store.get(&name.into()).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            object => object.map_err(|error| self.failed(error))?,
        };
        let size = object.meta.size;
        if size > SHORT {
            let text = format!("the object {name} has {size} bytes: expected at most {SHORT}");
            return Err(self.failed(text));
        }
        let bytes = object.bytes().await.map_err(|error| self.failed(error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    /// Creates an object, or replaces it if `mode` permits that.
    pub(super) async fn write_short(
        &self,
        name: &str,
        content: String,
        mode: PutMode,
    ) -> Result<(), StoreError> {
        let (location, payload) = (name.into(), content.into());
        let written = self.store.put_opts(&location, payload, mode.into());
        let written = written.await.map_err(|error| self.failed(error));
        written.map(drop)
    }

    /// Returns a writer of a new object.
    pub(super) fn writer(&self, name: &str) -> PartWriter {
        PartWriter::new(
            Arc::clone(&self.store),
            self.parts.clone(),
            &self.location,
            name,
        )
    }

    /// Returns a range of an object. The range must not exceed the object.
    pub(super) async fn open(
        &self,
        name: &str,
        range: Range<u64>,
    ) -> Result<ObjectBytes, StoreError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let object = match self.store.get_opts(&name.into(), options).await {
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::MissingObject {
                    name: name.to_owned(),
                    location: Arc::clone(&self.location),
                });
            }
            object => object.map_err(|error| self.failed(error))?,
        };
        let (range, location) = (object.range.clone(), Arc::clone(&self.location));
        // `object_store` reads a file in chunks of 8 KiB and starts a blocking task for each, which takes most of the time.
        Ok(match object.payload {
            GetResultPayload::File(file, _) => read_chunks(file, range)
                .map_err(move |error| failed(&location, error))
                .boxed(),
            GetResultPayload::Stream(bytes) => {
                bytes.map_err(move |error| failed(&location, error)).boxed()
            }
        })
    }

    /// Returns whether an object exists with its size. A full disk or another program can truncate a file.
    pub(super) async fn has(&self, object: &StoredObject) -> Result<bool, StoreError> {
        match self.store.head(&object.name.as_str().into()).await {
            Ok(found) => Ok(found.size == object.size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Removes an object, if it exists, or what an interrupted write has left of it.
    pub(super) async fn remove(&self, name: &str) -> Result<(), StoreError> {
        match self.store.delete(&name.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(self.failed(error)),
        }
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        // The name of the file into which `object_store` writes before it renames the file.
        let partial = directory.join(format!("{name}#1"));
        match tokio::fs::remove_file(partial).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }
}

impl PersistentObjects {
    /// Writes the removal of objects to the disk. A bucket has no such operation.
    pub(super) async fn sync_removals(&self) -> Result<(), StoreError> {
        let Some(directory) = self.directory.clone() else {
            return Ok(());
        };
        let synced = tokio::task::spawn_blocking(move || sync_entries(&directory));
        let synced = synced.await.map_err(io::Error::other)?;
        synced.map_err(|error| self.failed(error))
    }
}

fn failed(location: &Arc<str>, error: impl Into<Cause>) -> StoreError {
    StoreError::Objects {
        location: Arc::clone(location),
        source: WithSources::new(error),
    }
}

type Cause = Box<dyn Error + Send + Sync>;

/// The size of the largest short object.
const SHORT: u64 = 64;

/// Reads a range of a file in chunks. Each chunk is read in a blocking task, because a disk can be slow.
fn read_chunks(
    file: File,
    range: Range<u64>,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, range), |(mut file, range)| async {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let chunk = read_chunk(&mut file, &range)?;
            let rest = range.start + chunk.len() as u64..range.end;
            Ok::<_, io::Error>(Some((chunk, (file, rest))))
        });
        read.await.map_err(io::Error::other)?
    })
}

fn read_chunk(file: &mut File, range: &Range<u64>) -> io::Result<Bytes> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = usize::try_from(range.end - range.start).unwrap_or(PersistentObjects::CHUNK_SIZE);
    let mut chunk = Vec::with_capacity(length.min(PersistentObjects::CHUNK_SIZE));
    file.take(length.min(PersistentObjects::CHUNK_SIZE) as u64)
        .read_to_end(&mut chunk)?;
    if chunk.is_empty() {
        // The store never truncates a file. If another program does, an empty chunk would make the stream endless.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(chunk.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_directory(directory: &tempfile::TempDir) -> PersistentObjects {
        PersistentObjects::in_directory(directory.path()).unwrap()
    }

    /// `object_store` then synchronizes a file, renames it, and synchronizes its directory before a write ends. A loss of power cannot be
    /// simulated below it.
    #[test]
    fn files_are_synchronized() {
        let directory = tempfile::tempdir().unwrap();
        let store = format!("{:?}", in_directory(&directory).store);
        assert!(store.contains("fsync: true"), "{store}");
    }

    #[tokio::test]
    async fn a_file_is_read_in_chunks_of_the_stated_size() {
        let directory = tempfile::tempdir().unwrap();
        let objects = in_directory(&directory);
        let mut writer = objects.writer("a");
        let content = vec![b'a'; 3 * PersistentObjects::CHUNK_SIZE + 1];
        writer.write(content.into()).await.unwrap();
        let size = writer.finish().await.unwrap().size;
        let opened = objects.open("a", 0..size).await.unwrap();
        let chunks: Vec<Bytes> = opened.try_collect().await.unwrap();
        let largest = chunks.iter().map(Bytes::len).max().unwrap();
        assert_eq!((chunks.len(), largest), (4, PersistentObjects::CHUNK_SIZE));
    }

    #[tokio::test]
    async fn what_an_interrupted_write_has_left_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let objects = in_directory(&directory);
        let files = || std::fs::read_dir(directory.path()).unwrap().count();
        let mut writer = objects.writer("a");
        writer.write(Bytes::from(vec![0; 1 << 20])).await.unwrap();
        // A killed process does not remove the file.
        std::mem::forget(writer);
        assert_eq!(files(), 1);
        objects.remove("a").await.unwrap();
        assert_eq!(files(), 0);
    }
}
