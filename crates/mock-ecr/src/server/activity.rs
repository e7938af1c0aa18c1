//! The requests of one connection: whether they are being processed, and whether the client reads the responses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Counts the requests of a connection and the bytes that were written to it. The connection, its stream and its requests share it.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// The requests that were received.
    received: AtomicU64,
    /// The requests without a response.
    in_process: AtomicUsize,
    /// The requests whose response was not sent completely.
    open: AtomicUsize,
    written: AtomicU64,
}

/// A request without a response. Dropping this value records that there is a response.
#[derive(Debug)]
pub(super) struct InProcess(Arc<Activity>);

/// A request whose response was not sent completely. Dropping this value records that it was sent.
#[derive(Debug)]
pub(super) struct Open(Arc<Activity>);

impl Activity {
    pub(super) fn begin(self: &Arc<Self>) -> (InProcess, Open) {
        self.received.fetch_add(1, Ordering::Relaxed);
        self.in_process.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        (InProcess(Arc::clone(self)), Open(Arc::clone(self)))
    }

    pub(super) fn record_written(&self, count: usize) {
        self.written.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Completes when the connection was idle for some time: no request arrived or was open, or the client did not read the responses to
    /// requests that have been processed.
    pub(super) async fn idle(&self) {
        let mut idle_time = Duration::ZERO;
        while idle_time < IDLE_TIMEOUT {
            let (received, written) = (self.received(), self.written());
            tokio::time::sleep(CHECK_INTERVAL).await;
            let is_unused = self.open.load(Ordering::Relaxed) == 0 && self.received() == received;
            idle_time = match is_unused || self.is_unread_since(written) {
                true => idle_time + CHECK_INTERVAL,
                false => Duration::ZERO,
            };
        }
    }

    /// Completes when all requests have been processed and the client has not read the responses for a short time.
    pub(super) async fn unread(&self) {
        loop {
            let written = self.written();
            tokio::time::sleep(CLOSE_TIMEOUT).await;
            if self.is_unread_since(written) {
                return;
            }
        }
    }

    fn is_unread_since(&self, written: u64) -> bool {
        self.in_process.load(Ordering::Relaxed) == 0 && self.written() == written
    }

    fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.0.in_process.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The time after which an idle connection is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Whether a connection is idle is checked in this interval. A timer that restarts with each request would cost more.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The time that a client has to read the rest of its responses when the connection is being closed, after each part that it reads.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);
