//! The number of attempts and the retry mode.

use crate::config::environment::{is_true, setting};
use crate::config::integer::integer;
use crate::config::profile::Profiles;
use crate::config::variables::variable;
use crate::error::Error;

/// The maximum number of attempts, including the first one, and the retry mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Retries {
    pub(crate) mode: Mode,
    pub(crate) attempts: u32,
}

/// The rules for errors that are retried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Legacy,
    /// Also used for the adaptive mode, which adapts to earlier calls: a command makes only one call.
    Standard,
}

impl Retries {
    /// Reads `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`, or the profile's `retry_mode` and `max_attempts`.
    ///
    /// By default, v1 makes five attempts in legacy mode and three in its other modes.
    ///
    /// # Errors
    /// Returns an error for an unknown mode, and for a number of attempts that is not a positive integer.
    pub(super) fn resolve(profiles: &Profiles) -> Result<Self, Error> {
        let number = setting("AWS_MAX_ATTEMPTS", "max_attempts", profiles)?;
        let number = number.map(|text| attempts(integer(&text)?)).transpose()?;
        let mode = match setting("AWS_RETRY_MODE", "retry_mode", profiles)?.as_deref() {
            // Recorded: this variable changes v1's default to the standard mode.
            None if variable("AWS_NEW_RETRIES_2026").is_some_and(|value| is_true(&value)) => {
                Mode::Standard
            }
            None | Some("legacy") => Mode::Legacy,
            Some("standard" | "adaptive") => Mode::Standard,
            Some(other) => return Err(Error::RetryMode(other.to_owned())),
        };
        let attempts = match (number, mode) {
            (Some(number), _) => number,
            (None, Mode::Legacy) => 5,
            (None, Mode::Standard) => 3,
        };
        Ok(Self { mode, attempts })
    }
}

fn attempts(number: i64) -> Result<u32, Error> {
    match number {
        1.. => Ok(u32::try_from(number).map_or(MAX_ATTEMPTS, |number| number.min(MAX_ATTEMPTS))),
        _ => Err(Error::MaxAttempts(number)),
    }
}

/// An upper limit. With the pauses between them, so many attempts take days.
const MAX_ATTEMPTS: u32 = 10_000;
