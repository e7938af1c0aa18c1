//! Names that are never used again, for the generations of repositories and for objects.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::snapshot::{Snapshot, Transaction};

/// The generator of the names of one process: the identifier of the store, the number of the process, a random number, and a counter.
///
/// A copy of a store has the identifier of the original, and its processes have the same numbers. The random number makes their names different.
#[derive(Debug)]
pub(super) struct Names {
    before: Epochs,
    random: u64,
    counter: AtomicU64,
}

/// The record of the processes that have written to a store.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Epochs {
    /// A random number that identifies the store.
    pub(super) store: u64,
    /// The number of processes.
    count: u64,
    /// A random number that identifies the location of the layers. `None` if the location has no marker yet.
    #[serde(default)]
    pub(super) layers: Option<u64>,
}

impl Epochs {
    /// Returns the record. A store to which no process has written has none.
    pub(super) fn read(view: &dyn Snapshot) -> Result<Option<Self>, StoreError> {
        view.read(&Key::epochs())
    }

    /// Records the location of the layers, unless one is recorded. Returns the recorded one.
    #[cfg(feature = "file-store")]
    pub(super) fn record_layers(
        records: &mut Transaction<'_>,
        location: u64,
    ) -> Result<u64, StoreError> {
        let Some(epochs) = Epochs::read(records.view())? else {
            return Ok(location);
        };
        let recorded = epochs.layers.unwrap_or(location);
        let layers = Some(recorded);
        records.write(&Key::epochs(), &Epochs { layers, ..epochs });
        Ok(recorded)
    }
}

impl Names {
    /// Takes the number of this process. It must be committed before it is used. The random numbers identify a new store, and this process.
    pub(super) fn draw(
        records: &mut Transaction<'_>,
        [store, random]: [u64; 2],
    ) -> Result<Self, StoreError> {
        let before = Epochs::read(records.view())?.unwrap_or(Epochs {
            store,
            count: 0,
            layers: None,
        });
        let count = before.count + 1;
        records.write(&Key::epochs(), &Epochs { count, ..before });
        Ok(Names {
            before,
            random,
            counter: AtomicU64::new(0),
        })
    }

    pub(super) fn next(&self) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let (Epochs { store, .. }, random) = (self.before, self.random);
        format!("{store:016x}-{:x}-{random:016x}-{count:012x}", self.epoch())
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
            layers: None,
        };
        let names = Names {
            before,
            random: 7,
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
