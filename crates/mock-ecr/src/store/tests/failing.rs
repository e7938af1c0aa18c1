//! An engine and objects that fail from a step on, as if the process had ended.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::oneshot;

use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;

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
                self.inner.submit(job, done);
                let wait = || finished.blocking_recv();
                let _ = std::thread::spawn(wait).join();
            }
            Step::Last(Failure::Before) | Step::Ended => {}
        }
        let _ = done.send(Err(ended().into()));
    }

    fn reads(&self) -> Reads {
        self.inner.reads()
    }
}

#[derive(Debug)]
pub(super) struct FailingObjects<O> {
    inner: O,
    steps: Steps,
}

impl<O> FailingObjects<O> {
    pub(super) fn new(inner: O, steps: &Steps) -> Self {
        let steps = steps.clone();
        FailingObjects { inner, steps }
    }
}

fn failed<T>() -> Result<T> {
    Err(object_store::Error::Generic {
        store: "test",
        source: Box::new(ended()),
    })
}

impl<O: ObjectStore> fmt::Display for FailingObjects<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failing {}", self.inner)
    }
}

#[async_trait]
impl<O: ObjectStore + Clone> ObjectStore for FailingObjects<O> {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        match self.steps.next() {
            Step::Allowed => self.inner.put_opts(location, payload, options).await,
            Step::Last(Failure::After) => {
                self.inner.put_opts(location, payload, options).await?;
                failed()
            }
            Step::Last(Failure::Before) | Step::Ended => failed(),
        }
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        unreachable!("the parts of the tests are short")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        match self.steps.has_failed() {
            true => failed(),
            false => self.inner.get_opts(location, options).await,
        }
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let (inner, steps) = (self.inner.clone(), self.steps.clone());
        let delete = move |location: Result<Path>| {
            let (inner, step) = (inner.clone(), steps.next());
            async move {
                let location = location?;
                let one = futures_util::stream::once(async move { Ok(location) }).boxed();
                match step {
                    Step::Allowed => inner.delete_stream(one).next().await.unwrap(),
                    Step::Last(Failure::After) => {
                        inner.delete_stream(one).next().await.unwrap()?;
                        failed()
                    }
                    Step::Last(Failure::Before) | Step::Ended => failed(),
                }
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unreachable!("objects are not copied")
    }
}
