//! A mock on a thread of its own, for tests without an asynchronous runtime.

use std::sync::mpsc;

use tokio::runtime::RuntimeFlavor;

use crate::builder::MockEcrBuilder;
use crate::mock_ecr::MockEcr;
use crate::server::own_runtime::OwnRuntime;
use crate::start_error::StartError;

impl MockEcr {
    /// Starts a mock with the default configuration on a thread of its own, on a free port of the loopback address 127.0.0.1. A blocking
    /// client can call it, for example from a plain `#[test]` function.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # use mock_ecr::repository::Image;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start_blocking()?;
    /// let app = ecr.block_on(ecr.create_repository("team/app"))?;
    /// ecr.block_on(app.push(Image::new().layer("a layer").tag("1.0")))?;
    /// let variables: Vec<_> = ecr.env().map(|(name, _)| name).collect();
    /// assert!(variables.contains(&"AWS_ENDPOINT_URL_ECR"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`MockEcrBuilder::start_blocking`].
    pub fn start_blocking() -> Result<MockEcr, StartError> {
        MockEcr::builder().start_blocking()
    }

    /// Waits for a future, such as that of [`create_repository`](MockEcr::create_repository), on the runtime of the mock.
    ///
    /// # Panics
    ///
    /// Panics in an asynchronous task, whose thread must not wait. Use `await` there.
    ///
    /// Panics if the mock was started on a runtime with one thread, for example by [`start`](MockEcr::start) in `#[tokio::test]`. Such a
    /// runtime works only while its own `block_on` runs, so the future might never complete. Use
    /// [`start_blocking`](MockEcr::start_blocking), or `block_on` of that runtime.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let is_driven = self.has_own_runtime()
            || self.runtime().runtime_flavor() != RuntimeFlavor::CurrentThread;
        assert!(
            is_driven,
            "the mock was started on a runtime with one thread, which cannot run while the thread waits: expected a mock of start_blocking, or \
            block_on of that runtime"
        );
        self.runtime().block_on(future)
    }
}

impl MockEcrBuilder {
    /// Starts the mock on a thread of its own, and waits until it listens. It needs no runtime, and ends with the mock.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread cannot be started, and the errors of [`start`](MockEcrBuilder::start).
    pub fn start_blocking(self) -> Result<MockEcr, StartError> {
        let runtime = OwnRuntime::start().map_err(StartError::Thread)?;
        let (send, started) = mpsc::channel();
        runtime.handle().spawn(async move {
            // The receiver waits.
            let _ = send.send(self.start().await);
        });
        let mock = started.recv().expect("the runtime runs the task")?;
        Ok(mock.on(runtime))
    }
}
