//! Repeats attempts that may succeed later.

use std::time::Duration;

use crate::clock::Stopwatch;
use crate::store::error::StoreError;
use crate::store::postgres::failure::Failure;

/// Repeats an attempt until it succeeds, cannot succeed, or [`MAX_DURATION`] has passed since the caller began to wait.
pub(super) fn repeat<T>(
    accepted: &Stopwatch,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, StoreError> {
    for number in 0.. {
        let error = match attempt() {
            Ok(output) => return Ok(output),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Conflict(error) | Failure::Disconnected(error)) => error,
        };
        if accepted.elapsed() >= MAX_DURATION {
            return Err(error.into());
        }
        std::thread::sleep(pause(number));
    }
    unreachable!("the attempts end at the deadline")
}

/// The time after which an operation is not repeated any more.
pub(super) const MAX_DURATION: Duration = Duration::from_secs(10);

/// Returns a random pause before the next attempt, so that two conflicting transactions do not conflict again.
fn pause(attempt: u32) -> Duration {
    let longest = 1_u64 << attempt.min(MAX_PAUSE_EXPONENT);
    // Without random numbers, the longest pause is correct, too.
    let random = getrandom::u64().unwrap_or(u64::MAX);
    Duration::from_micros(500 * (1 + random % longest))
}

/// The longest pause is 64 ms.
const MAX_PAUSE_EXPONENT: u32 = 7;
