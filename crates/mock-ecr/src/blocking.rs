//! A mock on a thread of its own, for tests without an asynchronous runtime.

use std::io;
use std::ops::Deref;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::builder::{MockEcrBuilder, StartError};
use crate::mock_ecr::MockEcr;

/// A running mock on a thread of its own. It stops when this value is dropped.
///
/// It has the methods of [`MockEcr`], and [`block_on`](BlockingMockEcr::block_on) for those that are asynchronous. A blocking client can call
/// it, for example from a plain `#[test]` function.
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
#[derive(Debug)]
pub struct BlockingMockEcr {
    /// `None` after the drop.
    mock: Option<MockEcr>,
    runtime: Runtime,
}

/// A runtime on a thread.
#[derive(Debug)]
struct Runtime {
    handle: Handle,
    /// Dropped to end the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl MockEcr {
    /// Starts a mock with the default configuration on a thread of its own, on a free port of the loopback address 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`MockEcrBuilder::start_blocking`].
    pub fn start_blocking() -> Result<BlockingMockEcr, StartError> {
        MockEcr::builder().start_blocking()
    }
}

impl MockEcrBuilder {
    /// Starts the mock on a thread of its own, and waits until it listens. It needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread cannot be started, and the errors of [`start`](MockEcrBuilder::start).
    pub fn start_blocking(self) -> Result<BlockingMockEcr, StartError> {
        let runtime = Runtime::start().map_err(StartError::Thread)?;
        let (send, started) = mpsc::channel();
        runtime.handle.spawn(async move {
            // The receiver waits.
            let _ = send.send(self.start().await);
        });
        let mock = started.recv().expect("the runtime runs the task")?;
        Ok(BlockingMockEcr {
            mock: Some(mock),
            runtime,
        })
    }
}

impl BlockingMockEcr {
    /// Waits for a future, such as that of [`MockEcr::create_repository`].
    ///
    /// # Panics
    ///
    /// Panics in an asynchronous task, whose thread must not wait. Use `await` there.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.handle.block_on(future)
    }
}

impl Deref for BlockingMockEcr {
    type Target = MockEcr;

    fn deref(&self) -> &MockEcr {
        self.mock.as_ref().expect("present until the drop")
    }
}

impl Drop for BlockingMockEcr {
    fn drop(&mut self) {
        // The mock ends its tasks while their runtime exists.
        self.mock.take();
    }
}

impl Runtime {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("mock-ecr".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Runtime {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
