//! An engine and objects that fail from a step on, as if the process had ended.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use object_store::path::Path;
use object_store::{GetResult, MultipartUpload, PutResult, Result};
use tokio::sync::oneshot;

use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::tests::observed::{Call, Observer};

/// A number of steps: transactions, and changes of objects.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    remaining: Arc<AtomicU64>,
    failure: Failure,
}

/// Whether the failing step itself is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The process ends before the step.
    Before,
    /// The process ends after the step, before it learns that the step succeeded.
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Allowed,
    Last(Failure),
    Ended,
}

impl Steps {
    pub(crate) fn unlimited() -> Self {
        Steps::limited(u64::MAX / 2, Failure::Before)
    }

    /// Allows `count` steps. The next one fails, and all later ones.
    pub(crate) fn limited(count: u64, failure: Failure) -> Self {
        Steps {
            remaining: Arc::new(AtomicU64::new(count + 1)),
            failure,
        }
    }

    /// Returns whether a step has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.remaining.load(Ordering::SeqCst) == 0
    }

    /// Returns the number of steps that are left.
    pub(crate) fn remaining(&self) -> u64 {
        self.remaining.load(Ordering::SeqCst)
    }

    fn next(&self) -> Step {
        let take = |remaining: u64| remaining.checked_sub(1);
        let before = self
            .remaining
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
        match before {
            Ok(1) => Step::Last(self.failure),
            Ok(_) => Step::Allowed,
            Err(_) => Step::Ended,
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("the process has ended")
}

#[derive(Debug)]
pub(super) struct FailingEngine<E> {
    inner: E,
    steps: Steps,
}

impl<E> FailingEngine<E> {
    pub(super) fn new(inner: E, steps: &Steps) -> Self {
        let steps = steps.clone();
        FailingEngine { inner, steps }
    }
}

impl<E: Engine> Engine for FailingEngine<E> {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> std::result::Result<(), StoreError> {
        if self.steps.has_failed() {
            return Err(ended().into());
        }
        self.inner.read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        match self.steps.next() {
            Step::Allowed => return self.inner.submit(job, done),
            Step::Last(Failure::After) => {
                let (done, finished) = oneshot::channel();
                self.inner.submit(job, done.into());
                let wait = || finished.blocking_recv();
                let _ = std::thread::spawn(wait).join();
            }
            Step::Last(Failure::Before) | Step::Ended => {}
        }
        done.send(Err(ended().into()));
    }

    fn reads(&self) -> Reads {
        self.inner.reads()
    }
}

fn failed<T>() -> Result<T> {
    Err(object_store::Error::Generic {
        store: "test",
        source: Box::new(ended()),
    })
}

/// The objects of a process that ends.
#[async_trait]
impl Observer for Steps {
    async fn put(&self, _: &Path, put: Call<PutResult>) -> Result<PutResult> {
        self.take(put).await
    }

    async fn get(&self, get: Call<GetResult>) -> Result<GetResult> {
        match self.has_failed() {
            true => failed(),
            false => get.await,
        }
    }

    async fn delete(&self, _: &Path, delete: Call<Path>) -> Result<Path> {
        self.take(delete).await
    }

    fn upload(&self, _: Path, _: Box<dyn MultipartUpload>) -> Box<dyn MultipartUpload> {
        unreachable!("the parts of the tests are short")
    }
}

impl Steps {
    /// Carries out a call as a step.
    async fn take<T: Send>(&self, call: Call<T>) -> Result<T> {
        match self.next() {
            Step::Allowed => call.await,
            Step::Last(Failure::After) => {
                call.await?;
                failed()
            }
            Step::Last(Failure::Before) | Step::Ended => failed(),
        }
    }
}
