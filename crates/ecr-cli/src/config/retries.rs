//! How often a call is tried.

use aws_config::profile::ProfileSet;

use crate::config::{is_true, variable};
use crate::error::Error;
use crate::python;

/// The number of attempts, first one included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Retries {
    pub(crate) attempts: u32,
}

impl Retries {
    /// Reads `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`, or the profile's `retry_mode` and `max_attempts`.
    ///
    /// Without them v1's legacy mode tries five times, its other modes three.
    ///
    /// # Errors
    /// A mode that v1 does not know; a number that is none or below one.
    pub(crate) fn resolve(profiles: &ProfileSet) -> Result<Self, Error> {
        let setting = |name, key| variable(name).or_else(|| profiles.get(key).map(str::to_owned));
        let attempts = match setting("AWS_RETRY_MODE", "retry_mode").as_deref() {
            // Recorded: the switch makes the standard mode v1's default.
            None if variable("AWS_NEW_RETRIES_2026").is_some_and(|value| is_true(&value)) => 3,
            None | Some("legacy") => 5,
            Some("standard" | "adaptive") => 3,
            Some(other) => return Err(Error::RetryMode(other.to_owned())),
        };
        let Some(text) = setting("AWS_MAX_ATTEMPTS", "max_attempts") else {
            return Ok(Self { attempts });
        };
        let number: i64 = text
            .trim()
            .parse()
            .map_err(|_| Error::NotAnInteger(python::repr_str(&text)))?;
        match u32::try_from(number) {
            Ok(attempts) if attempts > 0 => Ok(Self { attempts }),
            _ => Err(Error::MaxAttempts(number)),
        }
    }
}
