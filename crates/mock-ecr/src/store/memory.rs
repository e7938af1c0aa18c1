//! Records in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;

use crate::store::engine::{Done, Engine, Job, Outcome, Reads};
use crate::store::error::StoreError;
use crate::store::key::{Folder, Key};
use crate::store::snapshot::{Record, Snapshot, Transaction, Writes};

/// Ordered records under one lock. Transactions run one after the other.
#[derive(Debug, Default)]
pub(super) struct MemoryEngine(RwLock<Records>);

#[derive(Debug, Default)]
struct Records(BTreeMap<Key, Bytes>);

impl Engine for MemoryEngine {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        // A panic in a transaction leaves the records unchanged, so they are valid.
        let records = self.0.read().unwrap_or_else(PoisonError::into_inner);
        reader(&*records);
        Ok(())
    }

    fn submit(&self, mut job: Job, done: Done) {
        let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut transaction = Transaction::new(&*records);
        if job(&mut transaction) == Outcome::Commit {
            let writes = transaction.into_writes();
            records.apply(writes);
        }
        drop(records);
        done.send(Ok(()));
    }

    fn reads(&self) -> Reads {
        Reads::AtOnce
    }
}

impl Records {
    fn apply(&mut self, writes: Writes) {
        for (key, value) in writes {
            match value {
                Some(value) => drop(self.0.insert(key, value)),
                None => drop(self.0.remove(&key)),
            }
        }
    }
}

impl Records {
    /// Returns what `row` returns for each record of a page.
    fn list<T>(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
        row: impl Fn(&Key, &Bytes) -> T,
    ) -> Vec<T> {
        let start = match after {
            Some(after) => Bound::Excluded(folder.key(after)),
            None => Bound::Included(folder.key("")),
        };
        let records = self.0.range((start, Bound::Unbounded));
        let records = records.take_while(|(key, _)| folder.contains(key));
        records
            .take(limit)
            .map(|(key, value)| row(key, value))
            .collect()
    }
}

impl Snapshot for Records {
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        Ok(self.0.get(key).cloned())
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let row = |key: &Key, value: &Bytes| (key.clone(), value.clone());
        Ok(self.list(folder, after, limit, row))
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        Ok(self.list(folder, after, limit, |key, _| key.clone()))
    }
}
