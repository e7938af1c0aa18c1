//! Collects the log of a client whose process continues to run after a request: its stderr, and the stdout of a refresher.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The text that the processes of a client have written to stderr, and a refresher also to stdout. A client that is restarted continues the
/// text.
#[derive(Debug, Default)]
pub(super) struct LoggedText {
    text: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl LoggedText {
    /// Starts to collect the output of a process.
    pub(super) fn collect(&mut self, from: impl AsyncRead + Unpin + Send + 'static) {
        self.readers
            .push(tokio::spawn(read(from, Arc::clone(&self.text))));
    }

    /// Waits until the text that the process has written is collected.
    pub(super) async fn settle(&self) {
        if !self.readers.is_empty() {
            sleep(SETTLE_TIME).await;
        }
    }

    /// Waits for the end of the output, after the process has ended. Another process can keep it open, so the wait is limited.
    pub(super) async fn finish(&mut self) {
        for reader in self.readers.drain(..) {
            let _ = timeout(FINISH_TIMEOUT, reader).await;
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        lock(&self.text).clone()
    }
}

async fn read(mut from: impl AsyncRead + Unpin, into: Arc<Mutex<Vec<u8>>>) {
    let mut piece = [0; 4096];
    while let Ok(length) = from.read(&mut piece).await
        && length > 0
    {
        let mut buffer = lock(&into);
        let room = MAX_LENGTH.saturating_sub(buffer.len());
        buffer.extend_from_slice(&piece[..length.min(room)]);
    }
}

fn lock(buffer: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}

const MAX_LENGTH: usize = 1 << 20;
const SETTLE_TIME: Duration = Duration::from_millis(5);
const FINISH_TIMEOUT: Duration = Duration::from_millis(500);
