//! A mock on a thread of its own, for tests without an asynchronous runtime.

use std::io;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::builder::{MockEcrBuilder, StartError};
use crate::mock_ecr::MockEcr;

/// A runtime on a thread, which ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct OwnRuntime {
    handle: Handle,
    /// Dropped to end the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

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
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
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
        runtime.handle.spawn(async move {
            // The receiver waits.
            let _ = send.send(self.start().await);
        });
        let mock = started.recv().expect("the runtime runs the task")?;
        Ok(mock.on(runtime))
    }
}

impl OwnRuntime {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("mock-ecr".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        Ok(OwnRuntime {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        self.stop.take();
        // A task of this runtime cannot wait for its end.
        let is_other =
            |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(is_other) {
            let _ = thread.join();
        }
    }
}
