//! A sorted index of the keys of a store in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use crate::store::entry::Entry;
use crate::store::key::{Folder, Key};

/// All keys and the sizes of their objects. The index finds a page without reading the other keys.
///
/// It is used only for a store to which no other process writes: it would not contain the keys of the others.
#[derive(Debug, Default)]
pub(super) struct Index(RwLock<BTreeMap<String, u64>>);

impl Index {
    pub(super) fn insert(&self, key: &Key, size: u64) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sizes.insert(key.0.to_string(), size);
    }

    pub(super) fn remove(&self, key: &Key) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sizes.remove(key.0.as_ref());
    }

    /// Copies the size of one key to another.
    pub(super) fn copy(&self, from: &Key, to: &Key) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = sizes.get(from.0.as_ref()).copied() {
            sizes.insert(to.0.to_string(), size);
        }
    }

    /// Returns at most `limit` entries of a folder that follow `after`.
    pub(super) fn page(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Vec<Entry> {
        let prefix = format!("{}/", folder.0);
        let start = match after {
            Some(after) => Bound::Excluded(format!("{prefix}{after}")),
            None => Bound::Included(prefix.clone()),
        };
        let sizes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sizes
            .range((start, Bound::Unbounded))
            .map_while(|(path, size)| Some((path.strip_prefix(&prefix)?, *size)))
            .take(limit)
            .map(|(name, size)| Entry {
                name: name.to_owned(),
                size,
            })
            .collect()
    }
}
