//! The remaining TTL at which a token is renewed.

use std::time::Duration;

/// The remaining TTL at which a token is renewed: a tenth of the token's TTL, or a minimum if that is longer.
///
/// The minimum is five minutes by default. It allows for differences between clocks, and for the time during which a
/// caller uses a token that [`TokenSource::get`](crate::TokenSource::get) has returned.
///
/// ECR's tokens have a TTL of twelve hours, so their margin is 72 minutes. If the API is unavailable for less than the margin,
/// callers receive no error: each request for a token starts a call, and the cached token is returned when the call fails.
///
/// If the TTL of a new token is shorter than the margin, the token is returned to the callers that wait for it, and the next
/// request for a token starts a new call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    minimum: Duration,
}

impl Margin {
    /// Creates a margin of a tenth of the TTL, or of `minimum` if that is longer.
    pub const fn at_least(minimum: Duration) -> Self {
        Margin { minimum }
    }

    /// Returns the margin for a token with the given TTL.
    pub fn for_ttl(self, ttl: Duration) -> Duration {
        self.minimum.max(ttl / 10)
    }
}

impl Default for Margin {
    fn default() -> Self {
        Margin::at_least(Duration::from_secs(5 * 60))
    }
}
