//! Objects in memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::store::error::StoreError;
use crate::store::stored_object::StoredObject;

/// Objects that are lost when the last clone is dropped. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryObjects(Arc<Mutex<HashMap<String, Bytes>>>);

impl MemoryObjects {
    /// Returns a range of an object. It shares the memory of the object. The range must not exceed the object.
    pub(super) fn read(&self, name: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let index = |position| usize::try_from(position).expect("the object is in memory");
        let range = index(range.start)..index(range.end);
        let objects = self.objects();
        let object = objects.get(name);
        let object = object.ok_or_else(|| StoreError::MissingObject {
            name: name.to_owned(),
            location: "memory".into(),
        })?;
        Ok(object.slice(range))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.objects().contains_key(name)
    }

    pub(super) fn remove(&self, name: &str) {
        let removed = self.objects().remove(name);
        // The memory is released after the lock.
        drop(removed);
    }

    pub(super) fn writer(&self, name: &str) -> MemoryWriter {
        MemoryWriter {
            objects: self.clone(),
            name: name.to_owned(),
            buffer: Vec::new(),
        }
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<String, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer of one object in memory.
pub(crate) struct MemoryWriter {
    objects: MemoryObjects,
    name: String,
    /// The bytes are copied, because a short `Bytes` can refer to a large allocation.
    buffer: Vec<u8>,
}

impl MemoryWriter {
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    pub(super) fn finish(mut self) -> StoredObject {
        self.buffer.shrink_to_fit();
        let content = Bytes::from(self.buffer);
        let stored = StoredObject {
            name: self.name.clone(),
            size: content.len() as u64,
        };
        self.objects.objects().insert(self.name, content);
        stored
    }
}
