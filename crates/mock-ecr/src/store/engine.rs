//! An engine of records: it reads snapshots and commits transactions.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;

use crate::store::error::StoreError;
use crate::store::names::ProcessId;
use crate::store::snapshot::{Snapshot, Transaction};
use crate::types::revision::Revision;

/// Whether the changes of a transaction are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Commit,
    Rollback,
}

/// The body of a transaction. It does no I/O, and may run more than once.
pub(super) type Job = Box<dyn FnMut(&mut Transaction<'_>) -> Outcome + Send>;

/// Receives the result of a transaction after its changes are durable.
pub(super) struct Done {
    caller: oneshot::Sender<Result<(), StoreError>>,
    changes: Option<Changes>,
}

/// Whether a transaction changes records, and the number of those that have.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    pub(super) revision: Revision,
    /// Whether the body, when it last ran, has changed records.
    pub(super) has_changes: Arc<AtomicBool>,
}

impl Done {
    pub(super) fn new(caller: oneshot::Sender<Result<(), StoreError>>, changes: Changes) -> Self {
        let changes = Some(changes);
        Done { caller, changes }
    }

    /// Counts the transaction if it has changed records, even if the caller no longer waits, and sends the result to the caller.
    pub(super) fn send(self, result: Result<(), StoreError>) {
        if let Some(changes) = self.changes
            && result.is_ok()
            && changes.has_changes.load(Ordering::SeqCst)
        {
            changes.revision.increment();
        }
        let _ = self.caller.send(result);
    }
}

/// A transaction that is not counted.
impl From<oneshot::Sender<Result<(), StoreError>>> for Done {
    fn from(caller: oneshot::Sender<Result<(), StoreError>>) -> Self {
        let changes = None;
        Done { caller, changes }
    }
}

/// An ordered store of records with serializable transactions.
pub(super) trait Engine: fmt::Debug + Send + Sync + 'static {
    /// Reads the records at one time. The reader may be called more than once; the last call counts.
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError>;

    /// Runs a transaction. It is carried out even if the receiver of `done` is dropped.
    fn submit(&self, job: Job, done: Done);

    /// Whether `read` waits for a disk or a network.
    fn reads(&self) -> Reads;

    /// Announces this process to the others that use the store, until the engine is dropped. An engine that only one process uses has
    /// nothing to do.
    fn announce(&self, _process: ProcessId) -> Result<(), StoreError> {
        Ok(())
    }

    /// Returns the processes that have announced themselves and still run. An engine that only one process uses returns none.
    fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        Ok(BTreeSet::new())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// From memory.
    AtOnce,
    /// From a file or a server. They run in a blocking task.
    #[cfg(feature = "file-store")]
    Blocking,
}
