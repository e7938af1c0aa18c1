//! Limits how many clients can do the same thing at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A limited number of permits. A permit is returned when it is dropped.
#[derive(Debug)]
pub(crate) struct Permits {
    semaphore: Arc<Semaphore>,
    /// The key of the limit, in the table `limits` of the configuration.
    key: &'static str,
    limit: usize,
    was_exhausted: AtomicBool,
}

/// The error of a request that exceeds a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the mock has the maximum number of {key}, {limit}: repeat the request later, or increase limits.{key}"
)]
pub(crate) struct LimitReached {
    key: &'static str,
    limit: usize,
}

impl Permits {
    pub(crate) fn new(key: &'static str, limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Permits {
            semaphore: Arc::new(Semaphore::new(limit)),
            key,
            limit,
            was_exhausted: AtomicBool::new(false),
        }
    }

    /// Returns a permit, or an error if there is none.
    pub(crate) fn try_acquire(&self) -> Result<OwnedSemaphorePermit, LimitReached> {
        let permit = Arc::clone(&self.semaphore).try_acquire_owned();
        permit.map_err(|_| LimitReached {
            key: self.key,
            limit: self.limit,
        })
    }

    /// Waits for a permit. The first time that there is none, logs a warning.
    pub(crate) async fn acquire(&self) -> OwnedSemaphorePermit {
        if let Ok(permit) = self.try_acquire() {
            return permit;
        }
        if !self.was_exhausted.swap(true, Ordering::Relaxed) {
            let (key, limit) = (self.key, self.limit);
            tracing::warn!(
                limit,
                "the maximum number of {key} is open; further clients wait; increase limits.{key} to serve more at the same time"
            );
        }
        let permit = Arc::clone(&self.semaphore).acquire_owned();
        permit.await.expect("the semaphore is never closed")
    }
}
