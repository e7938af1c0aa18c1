//! The one place that reads time: clients live by the system's clock, and so does whoever times them.

use std::time::SystemTime;

use tokio::time::Instant;

/// Now.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place that reads time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, as clients write it into files.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place that reads time"
)]
pub(crate) fn system() -> SystemTime {
    SystemTime::now()
}

/// How long ago it was, in milliseconds.
pub(crate) fn millis_since(instant: Instant) -> u64 {
    millis_between(instant, now())
}

/// How long it is from one to the other, in milliseconds.
pub(crate) fn millis_between(from: Instant, to: Instant) -> u64 {
    let length = to.saturating_duration_since(from).as_millis();
    u64::try_from(length).unwrap_or(u64::MAX)
}
