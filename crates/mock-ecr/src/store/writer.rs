//! An object that is written piece by piece, and appears when it is whole.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use tokio::io::AsyncWriteExt as _;

use crate::store::StoreError;

/// Writes one object. Dropped before it is finished, it leaves nothing.
pub(crate) struct Writer(BufWriter);

impl Writer {
    pub(super) fn new(objects: Arc<dyn ObjectStore>, path: Path) -> Self {
        // S3 takes no parts of less than 5 MiB; two at a time keep a store busy and the memory flat.
        let writer = BufWriter::with_capacity(objects, path, PART).with_max_concurrency(2);
        Writer(writer)
    }

    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        Ok(self.0.put(bytes).await?)
    }

    /// Lets the object appear.
    pub(crate) async fn finish(mut self) -> Result<(), StoreError> {
        Ok(self.0.shutdown().await?)
    }
}

const PART: usize = 5 * 1024 * 1024;
