//! Lengths of time as people write them.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// Reads a length of time such as `12h`, `90m`, `1h 30m` or `1500ms`; it must be longer than nothing.
///
/// # Errors
///
/// When the text has no unit, is negative or zero, or is no length of time at all.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|signed| signed.try_into().ok())
        .filter(|duration: &Duration| duration.as_millis() > 0)
        .ok_or_else(|| DurationError(text.chars().take(100).collect()))
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a length of time; expected a number with a unit, such as 12h, 90m or 1500ms")]
pub struct DurationError(String);

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_a_unit_and_is_longer_than_nothing() {
        assert_eq!(parse_duration("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(parse_duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("1500ms"), Ok(Duration::from_millis(1_500)));
        for wrong in ["", "12", "-1h", "0s", "1ns", "forever"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
