//! The action that limits the request rate.

use serde::{Deserialize, Serialize};

use crate::types::timestamp::Timestamp;

/// A limit on the request rate. The mock uses the token bucket algorithm. (The tokens of this algorithm are not
/// authorization tokens.) The bucket is filled according to the mock's clock. The bucket is full at the first matching
/// request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Throttle {
    /// The number of requests per second, a finite number greater than 0.
    pub rate: f64,
    /// The number of requests that are accepted at once at the start and after a sufficiently long pause. The value
    /// must be at least 1.
    pub burst: u32,
    /// The value of the `Retry-After` header in responses of the registry, in seconds. If absent, the header is not
    /// sent. Throttled responses of an API do not contain the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Throttle {
    /// Creates a limit of `rate` requests per second. At the start and after a sufficiently long pause, `burst`
    /// requests are accepted at once. The values are checked when the fault is added to a mock: `rate` must be finite
    /// and greater than 0, and `burst` must be at least 1.
    pub fn new(rate: f64, burst: u32) -> Self {
        Throttle {
            rate,
            burst,
            retry_after: None,
        }
    }

    /// Sets the value of the `Retry-After` header in responses of the registry, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// The number of requests that may pass now.
#[derive(Debug)]
pub(super) struct Bucket {
    left: f64,
    since: Timestamp,
}

impl Bucket {
    pub(super) fn full(throttle: &Throttle, now: Timestamp) -> Self {
        Bucket {
            left: throttle.burst.into(),
            since: now,
        }
    }

    /// Returns whether a request may pass, and counts it if so.
    pub(super) fn take(&mut self, throttle: &Throttle, now: Timestamp) -> bool {
        // A clock that was set back adds nothing to the bucket.
        let passed = now
            .as_millis()
            .saturating_sub(self.since.as_millis())
            .max(0);
        #[allow(
            clippy::cast_precision_loss,
            reason = "the bucket is full long before the precision matters"
        )]
        let gained = passed as f64 / 1000.0 * throttle.rate;
        self.left = (self.left + gained).min(throttle.burst.into());
        self.since = now;
        let passes = self.left >= 1.0;
        if passes {
            self.left -= 1.0;
        }
        passes
    }
}
