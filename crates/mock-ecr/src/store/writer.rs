//! An object that is written piece by piece, and appears when it is whole.

use std::sync::Arc;

use bytes::Bytes;
use object_store::buffered::BufWriter;
use tokio::io::AsyncWriteExt as _;

use crate::store::{Key, Store, StoreError};

/// Writes one object. Dropped before it is finished, it leaves nothing.
pub(crate) struct Writer {
    store: Store,
    key: Key,
    size: u64,
    objects: BufWriter,
}

impl Writer {
    pub(super) fn new(store: &Store, key: &Key) -> Self {
        let objects = Arc::clone(&store.objects);
        // S3 takes no parts of less than 5 MiB; two at a time keep a store busy and the memory flat.
        let objects = BufWriter::with_capacity(objects, key.0.clone(), PART);
        Writer {
            store: store.clone(),
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
        self.store.note(|index| index.insert(&self.key, size));
        Ok(())
    }
}

const PART: usize = 5 * 1024 * 1024;
