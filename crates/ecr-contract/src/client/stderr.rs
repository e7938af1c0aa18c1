//! Collects the stderr of a client whose process continues to run after a request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The text that the processes of a client have written to stderr. A client that is restarted continues the text.
#[derive(Debug, Default)]
pub(super) struct StderrText {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl StderrText {
    /// Starts to collect the stderr of a process.
    pub(super) fn collect(&mut self, from: ChildStderr) {
        self.reader = Some(tokio::spawn(read(from, Arc::clone(&self.text))));
    }

    /// Waits until the text that the process has written is collected.
    pub(super) async fn settle(&self) {
        if self.reader.is_some() {
            sleep(SETTLE_TIME).await;
        }
    }

    /// Waits for the end of stderr, after the process has ended. Another process can keep stderr open, so the wait is limited.
    pub(super) async fn finish(&mut self) {
        if let Some(reader) = self.reader.take() {
            let _ = timeout(FINISH_TIMEOUT, reader).await;
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        lock(&self.text).clone()
    }
}

async fn read(mut from: ChildStderr, into: Arc<Mutex<Vec<u8>>>) {
    let mut piece = [0; 4096];
    while let Ok(length) = from.read(&mut piece).await
        && length > 0
    {
        let mut buffer = lock(&into);
        let room = MAX_STDERR.saturating_sub(buffer.len());
        buffer.extend_from_slice(&piece[..length.min(room)]);
    }
}

fn lock(buffer: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}

const MAX_STDERR: usize = 1 << 20;
const SETTLE_TIME: Duration = Duration::from_millis(5);
const FINISH_TIMEOUT: Duration = Duration::from_millis(500);
