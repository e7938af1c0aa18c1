//! How often a call is tried, and by which rules.

use aws_config::profile::ProfileSet;

use crate::config::environment::{is_true, setting, variable};
use crate::config::integer::integer;
use crate::error::Error;

/// The number of attempts, first one included, and what deserves another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Retries {
    pub(crate) mode: Mode,
    pub(crate) attempts: u32,
}

/// Which failures v1 takes for passing ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Legacy,
    /// The adaptive mode too: what it adapts to is the calls before, and a command makes one.
    Standard,
}

impl Retries {
    /// Reads `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`, or the profile's `retry_mode` and `max_attempts`.
    ///
    /// Without them v1's legacy mode tries five times, its other modes three.
    ///
    /// # Errors
    /// A mode that v1 does not know; a number that is none or below one.
    pub(super) fn resolve(profiles: &ProfileSet) -> Result<Self, Error> {
        let number = setting("AWS_MAX_ATTEMPTS", "max_attempts", profiles);
        let number = number.map(|text| attempts(integer(&text)?)).transpose()?;
        let mode = match setting("AWS_RETRY_MODE", "retry_mode", profiles).as_deref() {
            // Recorded: the switch makes the standard mode v1's default.
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

/// As good as no end: with its pauses, it takes days.
const MAX_ATTEMPTS: u32 = 10_000;
