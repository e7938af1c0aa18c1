//! Objects: the bytes of layers, in memory, in a directory, or in a bucket.

use std::ops::Range;

use bytes::Bytes;
use futures_util::stream;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::store::error::StoreError;
use crate::store::memory_objects::{MemoryObjects, MemoryWriter};
#[cfg(feature = "file-store")]
use crate::store::part_writer::PartWriter;
#[cfg(feature = "file-store")]
use crate::store::persistent_objects::PersistentObjects;
use crate::store::stored_object::{ObjectBytes, StoredObject};

/// A store of immutable objects. Each has a name that is never used again, so a complete object is never replaced, renamed or copied.
#[derive(Clone, Debug)]
pub(crate) enum Objects {
    Memory(MemoryObjects),
    #[cfg(feature = "file-store")]
    Persistent(PersistentObjects),
}

impl Objects {
    /// The size of the largest chunk of an opened object that is in memory only because it is read. Objects in memory are not copied.
    pub(crate) fn chunk_size(&self) -> usize {
        match self {
            Objects::Memory(_) => 0,
            #[cfg(feature = "file-store")]
            Objects::Persistent(_) => PersistentObjects::CHUNK_SIZE,
        }
    }

    /// Returns a writer of a new object.
    pub(crate) fn writer(&self, name: &str) -> ObjectWriter {
        match self {
            Objects::Memory(objects) => ObjectWriter::Memory(objects.writer(name)),
            #[cfg(feature = "file-store")]
            Objects::Persistent(objects) => ObjectWriter::Parts(objects.writer(name)),
        }
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

    async fn open_object(&self, name: &str, range: Range<u64>) -> Result<ObjectBytes, StoreError> {
        match self {
            Objects::Memory(objects) => {
                let bytes = objects.read(name, range)?;
                Ok(stream::once(async { Ok(bytes) }).boxed())
            }
            #[cfg(feature = "file-store")]
            Objects::Persistent(objects) => objects.open(name, range).await,
        }
    }

    /// Returns whether all objects exist, with their sizes.
    pub(crate) async fn have_all(&self, objects: &[StoredObject]) -> Result<bool, StoreError> {
        let wanted = objects.to_vec();
        let has = |wanted| {
            let objects = self.clone();
            async move { objects.has(&wanted).await }
        };
        let found = stream::iter(wanted).map(has).buffer_unordered(CONCURRENT);
        found
            .try_fold(true, async |all, found| Ok(all && found))
            .await
    }

    async fn has(&self, object: &StoredObject) -> Result<bool, StoreError> {
        match self {
            Objects::Memory(objects) => Ok(objects.has(&object.name)),
            #[cfg(feature = "file-store")]
            Objects::Persistent(objects) => objects.has(object).await,
        }
    }

    /// Removes an object, if it exists, or what an interrupted write has left of it.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), StoreError> {
        match self {
            Objects::Memory(objects) => objects.remove(name),
            #[cfg(feature = "file-store")]
            Objects::Persistent(objects) => objects.remove(name).await?,
        }
        Ok(())
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

/// A writer of one object. If it is dropped before it is finished, there is no object.
pub(crate) enum ObjectWriter {
    Memory(MemoryWriter),
    #[cfg(feature = "file-store")]
    Parts(PartWriter),
}

impl ObjectWriter {
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        match self {
            ObjectWriter::Memory(writer) => writer.write(&bytes),
            #[cfg(feature = "file-store")]
            ObjectWriter::Parts(writer) => writer.write(bytes).await?,
        }
        Ok(())
    }

    /// Completes the object. It is durable when this function returns.
    pub(crate) async fn finish(self) -> Result<StoredObject, StoreError> {
        match self {
            ObjectWriter::Memory(writer) => Ok(writer.finish()),
            #[cfg(feature = "file-store")]
            ObjectWriter::Parts(writer) => writer.finish().await,
        }
    }

    /// Removes the parts that are written. Without this call, an incomplete upload can remain in a bucket.
    pub(crate) async fn abort(self) {
        match self {
            ObjectWriter::Memory(writer) => drop(writer),
            #[cfg(feature = "file-store")]
            ObjectWriter::Parts(writer) => writer.abort().await,
        }
    }
}

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

    /// Objects in memory, and in a directory if this build has them.
    fn kinds(directory: &std::path::Path) -> Vec<Objects> {
        let _ = directory;
        vec![
            Objects::Memory(MemoryObjects::default()),
            #[cfg(feature = "file-store")]
            Objects::Persistent(PersistentObjects::in_directory(directory).unwrap()),
        ]
    }

    #[tokio::test]
    async fn a_range_of_several_objects_is_read() {
        let directory = tempfile::tempdir().unwrap();
        for objects in kinds(directory.path()) {
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

    #[tokio::test]
    async fn a_missing_object_is_named() {
        let directory = tempfile::tempdir().unwrap();
        for objects in kinds(directory.path()) {
            let part = write(&objects, "a", "hello").await;
            let parts = std::slice::from_ref(&part);
            assert!(objects.have_all(parts).await.unwrap());
            objects.remove("a").await.unwrap();
            objects.remove("a").await.unwrap();
            assert!(!objects.have_all(parts).await.unwrap());
            let error = objects.open(parts, 0..5).await.err().unwrap();
            let expected = "the object a of a layer does not exist at ";
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }

    #[tokio::test]
    async fn an_object_exists_when_it_is_finished() {
        let directory = tempfile::tempdir().unwrap();
        for objects in kinds(directory.path()) {
            let object = || StoredObject {
                name: "a".to_owned(),
                size: 1,
            };
            let mut writer = objects.writer("a");
            writer.write(Bytes::from_static(b"b")).await.unwrap();
            assert!(!objects.have_all(&[object()]).await.unwrap());
            writer.abort().await;
            assert!(!objects.have_all(&[object()]).await.unwrap());
        }
    }
}
