//! Names that are never used again, for the generations of repositories and for objects.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::snapshot::{Snapshot, Transaction};

/// The generator of the names of one process: the identifier of the store, the number of the process, and a counter.
#[derive(Debug)]
pub(super) struct Names {
    before: Epochs,
    counter: AtomicU64,
}

/// The record of the processes that have written to a store.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Epochs {
    /// A random number that identifies the store.
    pub(super) store: u64,
    /// The number of processes.
    count: u64,
    /// Whether the location of the layers has the marker of this store.
    #[serde(default)]
    pub(super) is_marked: bool,
}

impl Epochs {
    /// Returns the record. A store to which no process has written has none.
    pub(super) fn read(view: &dyn Snapshot) -> Result<Option<Self>, StoreError> {
        view.read(&Key::epochs())
    }

    /// Records that the location of the layers has the marker.
    #[cfg(feature = "file-store")]
    pub(super) fn set_marked(records: &mut Transaction<'_>) -> Result<(), StoreError> {
        if let Some(epochs) = Epochs::read(records.view())? {
            let is_marked = true;
            records.write(
                &Key::epochs(),
                &Epochs {
                    is_marked,
                    ..epochs
                },
            );
        }
        Ok(())
    }
}

impl Names {
    /// Takes the number of this process. It must be committed before it is used. `random` identifies a new store.
    pub(super) fn draw(records: &mut Transaction<'_>, random: u64) -> Result<Self, StoreError> {
        let before = Epochs::read(records.view())?.unwrap_or(Epochs {
            store: random,
            count: 0,
            is_marked: false,
        });
        let count = before.count + 1;
        records.write(&Key::epochs(), &Epochs { count, ..before });
        Ok(Names {
            before,
            counter: AtomicU64::new(0),
        })
    }

    pub(super) fn next(&self) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let Epochs { store, .. } = self.before;
        format!("{store:016x}-{:x}-{count:012x}", self.epoch())
    }

    pub(super) fn epoch(&self) -> u64 {
        self.before.count
    }

    /// Returns the record as it was before this process.
    #[cfg(feature = "file-store")]
    pub(super) fn before(&self) -> Epochs {
        self.before
    }

    pub(super) fn process(&self) -> ProcessId {
        ProcessId::new(self.before.store, self.epoch())
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
        let before = Epochs {
            store: u64::MAX,
            count: 17,
            is_marked: false,
        };
        let names = Names {
            before,
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
