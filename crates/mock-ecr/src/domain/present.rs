//! The time of an operation, which is not after the time of the mock's clock.

use crate::clock::Clock;
use crate::domain::repositories::Repositories;
use crate::types::timestamp::Timestamp;

/// The time of an operation. If the clock is set back while the operation is in progress, for example by a reset, this is the earlier time:
/// otherwise, the operation would carry out work of the new state that is not due.
#[derive(Clone, Debug)]
pub(super) struct Present {
    begun: Timestamp,
    clock: Option<Clock>,
}

impl Present {
    pub(super) fn now(&self) -> Timestamp {
        let clock = self.clock.as_ref().map(Clock::now);
        clock.map_or(self.begun, |now| self.begun.min(now))
    }

    /// Returns whether the clock was set back since the operation began.
    pub(super) fn is_set_back(&self) -> bool {
        self.now() < self.begun
    }
}

impl Repositories {
    /// Returns the time of an operation that has begun at a time.
    pub(super) fn present(&self, begun: Timestamp) -> Present {
        let clock = self.clock.clone();
        Present { begun, clock }
    }
}
