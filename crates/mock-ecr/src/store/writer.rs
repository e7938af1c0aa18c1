//! An object that is written piece by piece, and appears when it is whole.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use tokio::io::AsyncWriteExt as _;

use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::listing::Listing;

/// Writes one object. Dropped before it is finished, it leaves nothing.
pub(crate) struct Writer {
    listing: Listing,
    key: Key,
    size: u64,
    objects: BufWriter,
}

impl Writer {
    pub(super) fn new(objects: Arc<dyn ObjectStore>, listing: Listing, key: &Key) -> Self {
        // S3 takes no parts of less than 5 MiB; two at a time keep a store busy and the memory flat.
        let objects = BufWriter::with_capacity(objects, key.0.clone(), PART);
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

    /// Lets the object appear.
    pub(crate) async fn finish(mut self) -> Result<(), StoreError> {
        self.objects.shutdown().await?;
        let size = self.size;
        self.listing.note(|index| index.insert(&self.key, size));
        Ok(())
    }
}

const PART: usize = 5 * 1024 * 1024;
