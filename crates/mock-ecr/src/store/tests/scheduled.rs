//! An engine whose transactions run in tasks of the scheduler of shuttle, in any order and at any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;

#[derive(Debug)]
pub(super) struct ScheduledEngine<E> {
    inner: E,
    /// The number of transactions that have not run yet.
    waiting: Arc<AtomicUsize>,
}

impl<E> ScheduledEngine<E> {
    pub(super) fn new(inner: E, waiting: Arc<AtomicUsize>) -> Self {
        ScheduledEngine { inner, waiting }
    }
}

impl<E: Engine + Clone> Engine for ScheduledEngine<E> {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        // Other tasks run before the read.
        shuttle::thread::yield_now();
        self.inner.read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        let (engine, waiting) = (self.inner.clone(), Arc::clone(&self.waiting));
        waiting.fetch_add(1, Ordering::SeqCst);
        shuttle::future::spawn(async move {
            engine.submit(job, done);
            waiting.fetch_sub(1, Ordering::SeqCst);
        });
    }

    fn reads(&self) -> Reads {
        self.inner.reads()
    }
}
