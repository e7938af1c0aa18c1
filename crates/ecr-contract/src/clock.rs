//! The only module that reads the system's clock. Client programs use the system's clock too.

use std::time::SystemTime;

use tokio::time::Instant;

/// Returns the current time of the monotonic clock.
#[allow(
    clippy::disallowed_methods,
    reason = "this module is the only one that reads the clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Returns the current wall-clock time, in which clients write timestamps.
#[allow(
    clippy::disallowed_methods,
    reason = "this module is the only one that reads the clock"
)]
pub(crate) fn system() -> SystemTime {
    SystemTime::now()
}

/// Returns the time since `start`, in milliseconds.
pub(crate) fn millis_since(start: Instant) -> u64 {
    millis_between(start, now())
}

/// Returns the time between two times, in milliseconds; 0 if `to` is earlier.
pub(crate) fn millis_between(from: Instant, to: Instant) -> u64 {
    let length = to.saturating_duration_since(from).as_millis();
    u64::try_from(length).unwrap_or(u64::MAX)
}
