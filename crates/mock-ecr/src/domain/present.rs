//! The time of an operation, which is not after the time of the mock's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clock::Clock;
use crate::domain::repositories::Repositories;
use crate::types::timestamp::Timestamp;

/// The time of an operation. If the clock is set back while the operation is in progress, for example by a reset, this is the earlier time:
/// otherwise, the operation would carry out work of the new state that is not due.
#[derive(Clone, Debug)]
pub(super) struct Present {
    begun: Timestamp,
    clock: Option<Clock>,
    resets: Arc<AtomicUsize>,
    /// The number of resets when the operation began.
    resets_before: usize,
}

impl Present {
    pub(super) fn now(&self) -> Timestamp {
        let clock = self.clock.as_ref().map(Clock::now);
        clock.map_or(self.begun, |now| self.begun.min(now))
    }

    /// Returns whether the repositories were reset or the clock was set back since the operation began. It must not change the new state then.
    pub(super) fn is_obsolete(&self) -> bool {
        self.now() < self.begun || self.resets.load(Ordering::SeqCst) != self.resets_before
    }
}

impl Repositories {
    /// Returns the time of an operation that has begun at a time.
    pub(super) fn present(&self, begun: Timestamp) -> Present {
        Present {
            begun,
            clock: self.clock.clone(),
            resets: self.resets.clone(),
            resets_before: self.resets.load(Ordering::SeqCst),
        }
    }
}
