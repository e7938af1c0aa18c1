//! Objects: the bytes of layers, in memory, in a directory, or in a bucket.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _, PutMode,
};

use crate::store::error::StoreError;
use crate::store::object_writer::{ObjectWriter, Parts, StoredObject};

/// A store of immutable objects. Each has a name that is never used again, so an object is never replaced, renamed or copied.
#[derive(Clone, Debug)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    place: Place,
    parts: Parts,
}

/// Where objects are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    Directory(PathBuf),
    #[cfg(any(feature = "s3", test))]
    Bucket,
}

/// The content of a layer, or of a range of it, as a stream.
pub(crate) type ObjectBytes = BoxStream<'static, Result<Bytes, StoreError>>;

impl Objects {
    pub(super) fn in_memory() -> Self {
        Objects {
            store: Arc::new(InMemory::new()),
            place: Place::Memory,
            parts: Parts::in_memory(),
        }
    }

    /// Returns the objects in an existing directory. A written object is on the disk.
    pub(super) fn in_directory(path: &Path) -> Result<Self, object_store::Error> {
        let files = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(Objects {
            store: Arc::new(files),
            place: Place::Directory(path.to_owned()),
            parts: Parts::in_directory(),
        })
    }

    /// Returns the objects in a bucket.
    #[cfg(any(feature = "s3", test))]
    pub(super) fn in_bucket(store: impl ObjectStore) -> Self {
        Objects {
            store: Arc::new(store),
            place: Place::Bucket,
            parts: Parts::in_bucket(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_parts(self, parts: Parts) -> Self {
        Objects { parts, ..self }
    }

    /// Whether the objects outlive the process.
    pub(super) fn are_persistent(&self) -> bool {
        self.place != Place::Memory
    }

    /// The size of the largest chunk of an opened object that is in memory only because it is read. Objects in memory are not copied.
    pub(crate) fn chunk_size(&self) -> usize {
        match self.place {
            Place::Memory => 0,
            _ => CHUNK_SIZE,
        }
    }

    /// Returns the content of an object of at most a few bytes, if it exists.
    pub(super) async fn read_short(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        match self.store.get(&name.into()).await {
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(object) if object.meta.size <= SHORT => Ok(Some(object.bytes().await?)),
            Ok(object) => {
                let size = object.meta.size;
                let text = format!("the object {name} has {size} bytes: expected at most {SHORT}");
                Err(io::Error::new(io::ErrorKind::InvalidData, text).into())
            }
        }
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
        Ok(written.await.map(drop)?)
    }

    /// Returns a writer of a new object.
    pub(crate) fn writer(&self, name: &str) -> ObjectWriter {
        ObjectWriter::new(Arc::clone(&self.store), self.parts.clone(), name)
    }

    /// Returns a range of the concatenation of objects, as a stream. The range must not exceed the objects. The first object is opened
    /// before this function returns, the others when the stream reaches them.
    pub(crate) async fn open(
        &self,
        objects: &[StoredObject],
        range: Range<u64>,
    ) -> Result<ObjectBytes, StoreError> {
        let mut segments = segments(objects, range).into_iter();
        let Some((name, range)) = segments.next() else {
            return Ok(stream::empty().boxed());
        };
        let first = self.open_object(&name, range).await?;
        let objects = self.clone();
        let rest = stream::iter(segments).then(move |(name, range)| {
            let objects = objects.clone();
            async move { objects.open_object(&name, range).await }
        });
        Ok(first.chain(rest.try_flatten()).boxed())
    }

    /// Returns whether all objects exist.
    pub(crate) async fn have_all(&self, objects: &[StoredObject]) -> Result<bool, StoreError> {
        let names: Vec<_> = objects.iter().map(|object| object.name.clone()).collect();
        let has = |name| {
            let objects = self.clone();
            async move { objects.has(name).await }
        };
        let found = stream::iter(names).map(has).buffer_unordered(CONCURRENT);
        found
            .try_fold(true, async |all, found| Ok(all && found))
            .await
    }

    async fn has(&self, name: String) -> Result<bool, StoreError> {
        match self.store.head(&name.into()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn open_object(&self, name: &str, range: Range<u64>) -> Result<ObjectBytes, StoreError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let object = match self.store.get_opts(&name.into(), options).await {
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::MissingObject(name.to_owned()));
            }
            object => object?,
        };
        let range = object.range.clone();
        // `object_store` reads a file in chunks of 8 KiB and starts a blocking task for each, which takes most of the time.
        Ok(match object.payload {
            GetResultPayload::File(file, _) => read_chunks(file, range).boxed(),
            GetResultPayload::Stream(bytes) => bytes.map_err(StoreError::from).boxed(),
        })
    }

    /// Removes an object, if it exists, or what an interrupted write has left of it.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), StoreError> {
        match self.store.delete(&name.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let Place::Directory(directory) = &self.place else {
            return Ok(());
        };
        // The name of the file into which `object_store` writes before it renames the file.
        let partial = directory.join(format!("{name}#1"));
        match tokio::fs::remove_file(partial).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Returns the names of the objects that a range of their concatenation needs, and the range of each.
fn segments(objects: &[StoredObject], range: Range<u64>) -> Vec<(String, Range<u64>)> {
    let mut start = 0;
    let mut segments = Vec::new();
    for object in objects {
        let end = start + object.size;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            segments.push((object.name.clone(), from - start..to - start));
        }
        start = end;
    }
    segments
}

/// The number of objects that are looked for at the same time. A layer has up to 4,200.
const CONCURRENT: usize = 16;

/// The size of the largest short object.
const SHORT: u64 = 64;

/// Reads a range of a file in chunks. Each chunk is read in a blocking task, because a disk can be slow.
fn read_chunks(
    file: File,
    range: Range<u64>,
) -> impl futures_util::Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold((file, range), |(mut file, range)| async {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let chunk = read_chunk(&mut file, &range)?;
            let rest = range.start + chunk.len() as u64..range.end;
            Ok::<_, io::Error>(Some((chunk, (file, rest))))
        });
        Ok(read.await.map_err(io::Error::other)??)
    })
}

fn read_chunk(file: &mut File, range: &Range<u64>) -> io::Result<Bytes> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = usize::try_from(range.end - range.start).unwrap_or(CHUNK_SIZE);
    let mut chunk = Vec::with_capacity(length.min(CHUNK_SIZE));
    file.take(length.min(CHUNK_SIZE) as u64)
        .read_to_end(&mut chunk)?;
    if chunk.is_empty() {
        // The store never truncates a file. If another program does, an empty chunk would make the stream endless.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(chunk.into())
}

/// A download that a client does not read has one chunk in memory. Chunks of 64 KiB take twice the time, chunks of 512 KiB about the same.
const CHUNK_SIZE: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    async fn write(objects: &Objects, name: &str, text: &'static str) -> StoredObject {
        let mut writer = objects.writer(name);
        writer
            .write(Bytes::from_static(text.as_bytes()))
            .await
            .unwrap();
        writer.finish().await.unwrap()
    }

    #[tokio::test]
    async fn a_range_of_several_objects_is_read() {
        let directory = tempfile::tempdir().unwrap();
        for objects in [
            Objects::in_memory(),
            Objects::in_directory(directory.path()).unwrap(),
        ] {
            let mut parts = Vec::new();
            for (name, text) in [("a", "hello"), ("b", " "), ("c", "world")] {
                parts.push(write(&objects, name, text).await);
            }
            for start in 0..=11_usize {
                for end in start..=11 {
                    let opened = objects.open(&parts, start as u64..end as u64).await;
                    let chunks: Vec<Bytes> = opened.unwrap().try_collect().await.unwrap();
                    assert_eq!(chunks.concat(), b"hello world"[start..end]);
                }
            }
        }
    }

    /// `object_store` then synchronizes a file, renames it, and synchronizes its directory before a write ends. A loss of power cannot be
    /// simulated below it.
    #[test]
    fn files_are_synchronized() {
        let directory = tempfile::tempdir().unwrap();
        let objects = Objects::in_directory(directory.path()).unwrap();
        let store = format!("{:?}", objects.store);
        assert!(store.contains("fsync: true"), "{store}");
    }

    #[tokio::test]
    async fn a_file_is_read_in_chunks_of_the_stated_size() {
        let directory = tempfile::tempdir().unwrap();
        let objects = Objects::in_directory(directory.path()).unwrap();
        let text = "a".repeat(3 * CHUNK_SIZE + 1);
        let part = write(&objects, "a", Box::leak(text.into_boxed_str())).await;
        let size = part.size;
        let opened = objects.open(&[part], 0..size).await.unwrap();
        let chunks: Vec<Bytes> = opened.try_collect().await.unwrap();
        let largest = chunks.iter().map(Bytes::len).max().unwrap();
        assert_eq!((chunks.len(), largest), (4, objects.chunk_size()));
    }

    #[tokio::test]
    async fn a_missing_object_is_named() {
        let objects = Objects::in_memory();
        let part = write(&objects, "a", "hello").await;
        objects.remove("a").await.unwrap();
        objects.remove("a").await.unwrap();
        let error = objects.open(&[part], 0..5).await.err().unwrap();
        assert_eq!(error.to_string(), "the store of layers has no object a");
    }

    #[tokio::test]
    async fn what_an_interrupted_write_has_left_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let objects = Objects::in_directory(directory.path()).unwrap();
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
