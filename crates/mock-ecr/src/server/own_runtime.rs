//! A runtime for a mock whose caller has none.

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread, which ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct OwnRuntime {
    handle: Handle,
    /// Dropped to end the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl OwnRuntime {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("mock-ecr".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                // A blocking task of this runtime can wait for the end of this thread, if it drops the mock.
                runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
            })?;
        Ok(OwnRuntime {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// The time that blocking tasks have to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

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
