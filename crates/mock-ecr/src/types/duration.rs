//! Lengths of time as people write them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::timestamp::Timestamp;

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

/// Writes a length of time as [`parse_duration`] reads it, such as `12h`.
pub(crate) fn print_duration(duration: Duration) -> String {
    let signed = jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX);
    format!("{signed:#}")
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a length of time; expected a number with a unit, such as 12h, 90m or 1500ms")]
pub struct DurationError(String);

/// The form of a duration in files and JSON, such as `12h`, for serde's attribute `with`.
pub(crate) struct Text;

impl Text {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        parse_duration(&text).map_err(serde::de::Error::custom)
    }

    pub(crate) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&print_duration(*duration))
    }
}

/// A duration of time before or after an timestamp, such as `5m`, `-20m` or `+1h`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shift {
    direction: Direction,
    duration: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Before,
    After,
}

impl Shift {
    /// So much later.
    pub fn after(duration: Duration) -> Self {
        Shift {
            direction: Direction::After,
            duration,
        }
    }

    /// So much earlier.
    pub fn before(duration: Duration) -> Self {
        Shift {
            direction: Direction::Before,
            duration,
        }
    }

    /// The timestamp that is so much before or after another.
    pub fn of(self, timestamp: Timestamp) -> Timestamp {
        match self.direction {
            Direction::Before => timestamp - self.duration,
            Direction::After => timestamp + self.duration,
        }
    }
}

impl TryFrom<String> for Shift {
    type Error = DurationError;

    fn try_from(text: String) -> Result<Self, DurationError> {
        match text.strip_prefix('-') {
            Some(duration) => Ok(Shift::before(parse_duration(duration)?)),
            None => Ok(Shift::after(parse_duration(text.trim_start_matches('+'))?)),
        }
    }
}

impl From<Shift> for String {
    fn from(shift: Shift) -> Self {
        match shift.direction {
            Direction::Before => format!("-{}", print_duration(shift.duration)),
            Direction::After => print_duration(shift.duration),
        }
    }
}

impl std::fmt::Debug for Shift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_a_unit_and_is_longer_than_nothing() {
        assert_eq!(parse_duration("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(parse_duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("1500ms"), Ok(Duration::from_millis(1_500)));
        assert_eq!(print_duration(Duration::from_secs(43_200)), "12h");
        assert_eq!(
            parse_duration(&print_duration(Duration::from_millis(5_400_007))),
            Ok(Duration::from_millis(5_400_007))
        );
        for wrong in ["", "12", "-1h", "0s", "1ns", "forever"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for text in ["1500ms", "12h", "90m", "36h 1s"] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(
                parse_duration(&print_duration(duration)),
                Ok(duration),
                "{text}"
            );
        }
    }

    #[test]
    fn a_shift_goes_both_ways() {
        let now = Timestamp::AWS_EXAMPLE;
        let of = |text: &str| Shift::try_from(text.to_owned()).unwrap().of(now);
        assert_eq!(of("-20m"), now - Duration::from_secs(1200));
        assert_eq!(of("+1h"), of("1h"));
        assert_eq!(of("1h"), now + Duration::from_secs(3600));
        assert!(Shift::try_from("--1h".to_owned()).is_err());
    }
}
