//! Writes a large object in chunks. The object exists when it is complete.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use tokio::io::AsyncWriteExt as _;

use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::listing::Listing;

/// A writer of one object. If it is dropped before it is finished, no object is created.
pub(crate) struct Writer {
    listing: Listing,
    key: Key,
    size: u64,
    objects: BufWriter,
}

impl Writer {
    pub(super) fn new(objects: Arc<dyn ObjectStore>, listing: Listing, key: &Key) -> Self {
        // S3 rejects parts of less than 5 MiB. Two concurrent parts use the store well and limit the memory.
        let objects = BufWriter::with_capacity(objects, key.0.clone(), PART_SIZE);
        Writer {
            listing,
            key: key.clone(),
            size: 0,
            objects: objects.with_max_concurrency(2),
        }
    }

    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.size += bytes.len() as u64;
        Ok(self.objects.put(bytes).await?)
    }

    /// Completes the object, which then exists.
    pub(crate) async fn finish(mut self) -> Result<(), StoreError> {
        self.objects.shutdown().await?;
        let size = self.size;
        self.listing
            .update_index(|index| index.insert(&self.key, size));
        Ok(())
    }
}

const PART_SIZE: usize = 5 * 1024 * 1024;
