//! Reads the system clock. Other modules use the functions of this module. Client programs use the system clock too.

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

/// Returns the current wall-clock time. Clients use the wall-clock time for timestamps.
#[allow(
    clippy::disallowed_methods,
    reason = "this module is the only one that reads the clock"
)]
pub(crate) fn system() -> SystemTime {
    SystemTime::now()
}

/// Returns the duration since `start`, in milliseconds.
pub(crate) fn millis_since(start: Instant) -> u64 {
    millis_between(start, now())
}

/// Returns the duration between two times, in milliseconds. Returns 0 if `to` is earlier than `from`.
pub(crate) fn millis_between(from: Instant, to: Instant) -> u64 {
    let length = to.saturating_duration_since(from).as_millis();
    u64::try_from(length).unwrap_or(u64::MAX)
}
