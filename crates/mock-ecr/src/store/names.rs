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
    pub(super) fn before(&self) -> Epochs {
        self.before
    }
}
