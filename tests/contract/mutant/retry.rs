//! Decides whether and when a request is repeated.

use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::Response;
use crate::variant::Variant;

/// The remaining attempts and time of one request.
pub(crate) struct RetryBudget {
    tries: u32,
    failed: u32,
    deadline: f64,
    timeout: f64,
}

/// The reason why a request is repeated.
#[derive(Clone, Copy)]
pub(crate) enum RetryReason {
    /// The service is busy. Contains the seconds of `Retry-After`.
    Busy(Option<f64>),
    /// The connection broke.
    Broken,
}

impl RetryBudget {
    /// Creates the budget of a caller that waits and has no other login.
    pub(crate) fn usual() -> Self {
        match () {
            () if Variant::TwoAttempts.is_on() => RetryBudget::of(2, 9.0, 4.0),
            () if Variant::Patient.is_on() => RetryBudget::of(5, 48.0, 10.0),
            () => RetryBudget::of(5, 9.0, 4.0),
        }
    }

    /// Creates a budget of attempts, of seconds in total, and of seconds for each attempt.
    pub(crate) fn of(tries: u32, seconds: f64, timeout: f64) -> Self {
        RetryBudget {
            tries,
            failed: 0,
            deadline: clock::now() + seconds,
            timeout,
        }
    }

    /// Returns the time limit of the next attempt.
    pub(crate) fn limit(&self) -> std::time::Duration {
        let left = (self.deadline - clock::now()).clamp(0.1, self.timeout);
        let seconds = if Fault::WaitsForever.is_on() {
            3600.0
        } else {
            left
        };
        std::time::Duration::from_secs_f64(seconds)
    }

    /// Waits before the next attempt, longer each time. Returns false if there is no attempt left.
    pub(crate) async fn again(&mut self, reason: RetryReason) -> bool {
        self.failed += 1;
        let is_broken = matches!(reason, RetryReason::Broken);
        if Fault::RetriesForever.is_on()
            || (is_broken && Fault::RetriesBrokenConnectionsForever.is_on())
        {
            clock::wait(0.2).await;
            return true;
        }
        let wanted = match reason {
            RetryReason::Busy(after) if !Fault::IgnoresRetryAfter.is_on() => after.unwrap_or(0.0),
            _ => 0.0,
        };
        let gap = gap(self.failed) + wanted.min(MAX_RETRY_AFTER);
        let is_over = self.failed >= self.tries || clock::now() + gap >= self.deadline;
        if is_over || Fault::NeverRetries.is_on() {
            return false;
        }
        clock::wait(gap).await;
        true
    }
}

fn gap(failed: u32) -> f64 {
    let doubled = f64::from(1_u32 << failed.min(8)) * 0.1;
    if Fault::ConstantGap.is_on() {
        0.001
    } else {
        doubled * (1.0 + jitter() / 5.0)
    }
}

/// Returns a number from 0 to 1 that differs between processes and times.
pub(crate) fn jitter() -> f64 {
    (clock::now() * 1e4 + f64::from(std::process::id()) * 0.618).fract()
}

/// Returns why a request is repeated, or nothing if it is not.
pub(crate) fn retry_reason(response: &Result<Response, ClientError>) -> Option<RetryReason> {
    match response {
        Err(ClientError::Network(_)) => Some(RetryReason::Broken),
        Ok(response) if response.status == 429 && Fault::NoRetryOn429.is_on() => None,
        Ok(response) if response.status == 429 || response.status >= 500 => {
            Some(RetryReason::Busy(retry_after(response)))
        }
        _ => None,
    }
}

/// Returns the seconds of `Retry-After`.
pub(crate) fn retry_after(response: &Response) -> Option<f64> {
    let after: f64 = response.header("retry-after")?.parse().ok()?;
    (after >= 0.0).then_some(after)
}

const MAX_RETRY_AFTER: f64 = 3.0;
