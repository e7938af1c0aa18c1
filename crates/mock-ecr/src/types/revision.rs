//! Counts the changes of a part of the state, and notifies the tasks that wait for a change.

use std::sync::Arc;

use tokio::sync::watch;

/// The number of changes of a part of the state. It is incremented after a change, so a reader that has received a number finds the change. Clones
/// share the number.
#[derive(Clone, Debug)]
pub(crate) struct Revision(Arc<watch::Sender<u64>>);

impl Revision {
    pub(crate) fn increment(&self) {
        self.0.send_modify(|revision| *revision += 1);
    }

    /// Returns the current number, and a future for the next one.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Default for Revision {
    fn default() -> Self {
        Revision(Arc::new(watch::Sender::new(0)))
    }
}
