//! When a valid token is renewed.

use std::time::Duration;

/// The remaining TTL at which a token is renewed: a tenth of its TTL, but at least a minimum.
///
/// The minimum is five minutes by default. It covers differences between clocks and the time between fetching a token and
/// the last request that uses it. A tenth of the twelve hours of ECR is 72 minutes. If the API is unavailable for up to
/// that time, callers do not notice: each request repeats the call, and the old token is returned while the call fails.
///
/// A token whose TTL is shorter than the margin is returned to the callers that wait for it. The next caller makes the
/// next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    minimum: Duration,
}

impl Margin {
    /// Creates a margin with another minimum.
    pub const fn at_least(minimum: Duration) -> Self {
        Margin { minimum }
    }

    /// Returns the margin of a token with this TTL.
    pub fn for_ttl(self, ttl: Duration) -> Duration {
        self.minimum.max(ttl / 10)
    }
}

impl Default for Margin {
    fn default() -> Self {
        Margin::at_least(Duration::from_secs(5 * 60))
    }
}
