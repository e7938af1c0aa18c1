//! Names that are never used again, for the generations of repositories and for objects.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::snapshot::Transaction;

/// The generator of the names of one process: the identifier of the store, the number of the process, and a counter.
#[derive(Debug)]
pub(super) struct Names {
    store: u64,
    epoch: u64,
    counter: AtomicU64,
}

/// The record of the processes that have written to a store.
#[derive(Debug, Serialize, Deserialize)]
struct Epochs {
    /// A random number. Two stores that use the same bucket by mistake use different names.
    store: u64,
    /// The number of processes.
    count: u64,
}

impl Names {
    /// Takes the number of this process. It must be committed before it is used. `random` identifies a new store.
    pub(super) fn draw(records: &mut Transaction<'_>, random: u64) -> Result<Self, StoreError> {
        let epochs: Option<Epochs> = records.view().read(&Key::epochs())?;
        let (store, epoch) = epochs.map_or((random, 0), |epochs| (epochs.store, epochs.count));
        let count = epoch + 1;
        records.write(&Key::epochs(), &Epochs { store, count });
        Ok(Names {
            store,
            epoch,
            counter: AtomicU64::new(0),
        })
    }

    pub(super) fn next(&self) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{:x}-{count:012x}", self.store, self.epoch)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn process(&self) -> ProcessId {
        ProcessId::new(self.store, self.epoch)
    }
}

/// A process that has written to a store. Processes on different stores have different ids, except by coincidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProcessId(u64);

impl ProcessId {
    fn new(store: u64, epoch: u64) -> Self {
        ProcessId(store.wrapping_add(epoch))
    }

    /// Returns the process that has returned a name, or `None` if the text is not a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let mut parts = name.split('-');
        let mut part = || u64::from_str_radix(parts.next()?, 16).ok();
        Some(ProcessId::new(part()?, part()?))
    }

    #[cfg(feature = "postgres")]
    pub(super) fn from_bits(bits: u64) -> Self {
        ProcessId(bits)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn to_bits(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_names_its_process() {
        let names = Names {
            store: u64::MAX,
            epoch: 17,
            counter: AtomicU64::new(0),
        };
        for _ in 0..2 {
            assert_eq!(ProcessId::of_name(&names.next()), Some(names.process()));
        }
        for text in ["", "1", "1-", "g-1-2"] {
            assert_eq!(ProcessId::of_name(text), None, "{text}");
        }
    }
}
