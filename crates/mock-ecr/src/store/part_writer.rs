//! Writes objects in parts, so that an upload in progress needs little memory.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::store::error::{StoreError, WithSources};
use crate::store::stored_object::StoredObject;

/// How a store of objects is written to.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// The size of all parts of an object but the last. It is the size of the buffer of a writer.
    size: usize,
    /// The number of parts that all writers together have in memory.
    memory: Arc<Semaphore>,
}

impl Parts {
    /// Small parts, which the system stores at once. Parts of 64 KiB and of 256 KiB are slower, the latter probably because three of them do
    /// not fit in the cache of a processor. All uploads together have at most 128 MiB in memory; further ones wait.
    pub(super) fn in_directory() -> Self {
        Parts::new(128 * 1024, 1024)
    }

    /// The smallest parts that S3 permits. All uploads together have at most 160 MiB in memory; further ones wait.
    #[cfg(any(feature = "s3", test))]
    pub(super) fn in_bucket() -> Self {
        Parts::new(5 * 1024 * 1024, 32)
    }

    pub(super) fn new(size: usize, in_memory: usize) -> Self {
        Parts {
            size,
            memory: Arc::new(Semaphore::new(in_memory)),
        }
    }
}

/// A writer of one object. If it is dropped before it is finished, there is no object.
///
/// A part is in memory while the client sends it, and while it is written. A writer that waits for memory has no unwritten part, and the parts
/// that are being written do not wait for anything in memory, so that they release theirs.
pub(crate) struct PartWriter {
    store: Arc<dyn ObjectStore>,
    parts: Parts,
    /// The location as errors name it.
    location: Arc<str>,
    name: String,
    /// The size of the bytes that were passed to the writer.
    size: u64,
    /// The bytes of the current part. They are copied, because a short `Bytes` can refer to a large allocation.
    buffer: Vec<u8>,
    /// The memory of the current part. `None` if the buffer is empty.
    permit: Option<OwnedSemaphorePermit>,
    /// `None` if the object has only one part so far.
    upload: Option<Box<dyn MultipartUpload>>,
    written: JoinSet<object_store::Result<()>>,
}

impl PartWriter {
    pub(super) fn new(
        store: Arc<dyn ObjectStore>,
        parts: Parts,
        location: &Arc<str>,
        name: &str,
    ) -> Self {
        PartWriter {
            store,
            parts,
            location: Arc::clone(location),
            name: name.to_owned(),
            size: 0,
            buffer: Vec::new(),
            permit: None,
            upload: None,
            written: JoinSet::new(),
        }
    }

    pub(super) async fn write(&mut self, mut bytes: Bytes) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.buffer.len() == self.parts.size {
                self.write_part().await?;
            }
            if self.permit.is_none() {
                let permit = Arc::clone(&self.parts.memory).acquire_owned().await;
                self.permit = Some(permit.expect("the semaphore is never closed"));
            }
            let space = self.parts.size - self.buffer.len();
            let part = bytes.split_to(space.min(bytes.len()));
            self.append(&part);
        }
        Ok(())
    }

    /// Appends bytes to the buffer, whose capacity doubles up to the size of a part.
    fn append(&mut self, bytes: &[u8]) {
        let length = self.buffer.len() + bytes.len();
        if length > self.buffer.capacity() {
            let doubled = self.buffer.capacity().saturating_mul(2);
            let capacity = length.max(doubled).min(self.parts.size);
            self.buffer.reserve_exact(capacity - self.buffer.len());
        }
        self.buffer.extend_from_slice(bytes);
        self.size += bytes.len() as u64;
    }

    /// Completes the object. It is durable when this function returns.
    pub(super) async fn finish(mut self) -> Result<StoredObject, StoreError> {
        if let Err(error) = self.complete().await {
            self.abort().await;
            return Err(error);
        }
        Ok(StoredObject {
            name: self.name,
            size: self.size,
        })
    }

    async fn complete(&mut self) -> Result<(), StoreError> {
        if self.upload.is_none() {
            self.buffer.shrink_to_fit();
            let content = std::mem::take(&mut self.buffer);
            let put = self.store.put(&self.path(), content.into()).await;
            return put.map(drop).map_err(|error| self.failed(error));
        }
        self.write_part().await?;
        self.wait_until(0).await?;
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        let completed = upload.complete().await;
        completed.map(drop).map_err(|error| self.failed(error))
    }

    /// Removes the parts that are written. Without this call, an incomplete upload can remain in a bucket.
    pub(super) async fn abort(mut self) {
        self.written.shutdown().await;
        if let Some(mut upload) = self.upload {
            // The object does not exist in either case.
            let _ = upload.abort().await;
        }
    }

    /// Starts to write the current part.
    async fn write_part(&mut self) -> Result<(), StoreError> {
        self.wait_until(MAX_WRITTEN - 1).await?;
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => {
                let upload = self.store.put_multipart(&self.path()).await;
                let upload = upload.map_err(|error| self.failed(error))?;
                self.upload.insert(upload)
            }
        };
        let (part, permit) = (std::mem::take(&mut self.buffer), self.permit.take());
        let write = upload.put_part(part.into());
        self.written.spawn(async move {
            let written = write.await;
            drop(permit);
            written
        });
        Ok(())
    }

    /// Waits until at most `count` parts are being written.
    async fn wait_until(&mut self, count: usize) -> Result<(), StoreError> {
        while self.written.len() > count {
            if let Some(written) = self.written.join_next().await {
                let written = written.map_err(std::io::Error::other)?;
                written.map_err(|error| self.failed(error))?;
            }
        }
        Ok(())
    }

    fn failed(&self, error: object_store::Error) -> StoreError {
        StoreError::Objects {
            location: Arc::clone(&self.location),
            source: WithSources::new(error),
        }
    }

    fn path(&self) -> Path {
        Path::from(self.name.as_str())
    }
}

/// The number of parts of one object that are written at the same time.
const MAX_WRITTEN: usize = 2;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use object_store::memory::InMemory;

    use super::*;

    fn writer(store: &Arc<dyn ObjectStore>, parts: &Parts, name: &str) -> PartWriter {
        PartWriter::new(Arc::clone(store), parts.clone(), &"a bucket".into(), name)
    }

    fn in_memory() -> Arc<dyn ObjectStore> {
        Arc::new(InMemory::new())
    }

    #[tokio::test]
    async fn the_parts_have_the_content_in_order() {
        let (store, parts) = (in_memory(), Parts::new(4, 1));
        let content = b"hello world";
        for length in 0..=content.len() {
            for chunk in 1..=content.len() {
                let mut writer = writer(&store, &parts, "a");
                for chunk in content[..length].chunks(chunk) {
                    writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
                }
                assert_eq!(writer.finish().await.unwrap().size, length as u64);
                let stored = store.get(&"a".into()).await.unwrap();
                assert_eq!(stored.bytes().await.unwrap(), content[..length]);
            }
        }
    }

    #[tokio::test]
    async fn a_writer_waits_while_others_use_the_memory() {
        let (store, parts) = (in_memory(), Parts::new(4, 2));
        let [mut one, mut two, mut three] =
            ["1", "2", "3"].map(|name| writer(&store, &parts, name));
        for writer in [&mut one, &mut two] {
            writer.write(Bytes::from_static(b"a")).await.unwrap();
        }
        let content = Bytes::from_static(b"abc");
        assert_eq!(three.write(content.clone()).now_or_never().map(drop), None);
        // The others can continue: the memory of a part is available again when it is written.
        one.write(Bytes::from_static(b"hello world")).await.unwrap();
        one.finish().await.unwrap();
        three.write(content).await.unwrap();
        assert_eq!(
            three
                .write(Bytes::from_static(b"de"))
                .now_or_never()
                .map(drop),
            None
        );
        two.abort().await;
        three.finish().await.unwrap();
    }

    #[test]
    fn the_parts_in_memory_are_bounded() {
        let bound = |parts: Parts| (parts.size * parts.memory.available_permits()) >> 20;
        assert_eq!(bound(Parts::in_directory()), 128);
        assert_eq!(bound(Parts::in_bucket()), 160);
    }

    #[tokio::test]
    async fn the_buffer_is_not_longer_than_a_part() {
        let (store, parts) = (in_memory(), Parts::in_directory());
        let mut writer = writer(&store, &parts, "a");
        for _ in 0..100 {
            writer.write(Bytes::from(vec![0; 100_000])).await.unwrap();
            assert!(writer.buffer.capacity() <= parts.size);
            assert!(writer.written.len() <= MAX_WRITTEN);
        }
    }
}
