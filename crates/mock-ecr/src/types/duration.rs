//! Parses and formats durations such as `12h`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::error_chain::debug_as_chain;
use crate::types::timestamp::Timestamp;

/// Parses a duration with units, such as `12h`, `90m`, `1h 30m`, `1500ms` or `1d12h`. A day has 24 hours.
///
/// # Errors
///
/// Returns an error if the text is not a duration, has no unit, is negative, is shorter than one millisecond, or is longer
/// than `106751991167300d 15h 30m 7s`.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let (days, rest) = days_and_rest(text).ok_or_else(|| DurationError::malformed(text))?;
    let time = time(rest).ok_or_else(|| DurationError::malformed(text))?;
    let duration = days.saturating_add(time);
    if duration > MAX {
        return Err(DurationError::too_long(text));
    }
    let is_positive = duration.as_millis() > 0;
    is_positive
        .then_some(duration)
        .ok_or_else(|| DurationError::malformed(text))
}

/// The maximum of [`jiff::SignedDuration`] in whole seconds, so that [`print_duration`] can print every duration.
const MAX: Duration = Duration::from_secs(i64::MAX.unsigned_abs());

/// Splits a duration such as `1d12h` into its days and the rest. jiff rejects days, because days of a calendar can have
/// other lengths. Days above the maximum saturate.
fn days_and_rest(text: &str) -> Option<(Duration, &str)> {
    let number_end = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit_and_rest) = text.split_at(number_end.unwrap_or(text.len()));
    match unit_and_rest.trim_start().strip_prefix('d') {
        None => Some((Duration::ZERO, text)),
        Some(_) if number.is_empty() => None,
        Some(rest) => {
            let days = number.parse().unwrap_or(u64::MAX);
            Some((
                Duration::from_secs(days.saturating_mul(SECONDS_PER_DAY)),
                rest,
            ))
        }
    }
}

/// Parses the part of a duration after its days. The part after days can be empty. A time above the maximum saturates.
fn time(text: &str) -> Option<Duration> {
    let text = text.trim_start();
    if text.is_empty() {
        return Some(Duration::ZERO);
    }
    match text.parse::<jiff::SignedDuration>() {
        Ok(signed) => signed.try_into().ok(),
        Err(_) => is_duration_if_short(text).then_some(Duration::MAX),
    }
}

/// Returns whether the text is a duration if each digit is replaced by 0. Then only its numbers are too large.
fn is_duration_if_short(text: &str) -> bool {
    let zeros = text.replace(|c: char| c.is_ascii_digit(), "0");
    !text.starts_with('-') && zeros.parse::<jiff::SignedDuration>().is_ok()
}

const SECONDS_PER_DAY: u64 = 24 * 3600;

/// Returns the text of a duration, such as `12h`. [`parse_duration`] accepts it.
pub(crate) fn print_duration(duration: Duration) -> String {
    let signed = jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX);
    format!("{signed:#}")
}

/// The error returned when a string is not a valid duration.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid duration {0}")]
pub struct DurationError(String);

debug_as_chain!(DurationError);

impl DurationError {
    fn malformed(text: &str) -> Self {
        let expected = "a number with a unit, such as 1d, 12h, 90m or 1500ms";
        DurationError::new(text, expected)
    }

    fn too_long(text: &str) -> Self {
        DurationError::new(text, "at most 106751991167300d 15h 30m 7s")
    }

    fn new(text: &str, expected: &str) -> Self {
        DurationError(format!("{text:?}: expected {expected}"))
    }
}

/// Serializes a duration as text such as `12h`, for serde's attribute `with`.
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

/// Deserializes a duration such as `12h`, or `0s`, for serde's attribute `deserialize_with`.
pub(crate) struct TextOrZero;

impl TextOrZero {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        match text.trim() {
            "0s" | "0ms" => Ok(Duration::ZERO),
            text => parse_duration(text)
                .map_err(|error| serde::de::Error::custom(format_args!("{error}, or 0s"))),
        }
    }
}

/// A positive or negative duration that is added to a timestamp. In TOML and JSON, it is a string such as `5m`, `+1h`
/// or `-20m`.
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
    /// Creates a positive shift, to a later time.
    pub fn after(duration: Duration) -> Self {
        Shift {
            direction: Direction::After,
            duration,
        }
    }

    /// Creates a negative shift, to an earlier time.
    pub fn before(duration: Duration) -> Self {
        Shift {
            direction: Direction::Before,
            duration,
        }
    }

    /// Returns the shifted timestamp. The result saturates at the ends of the range of [`Timestamp`].
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
    fn a_duration_without_a_unit_or_below_a_millisecond_is_rejected() {
        assert_eq!(parse_duration("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(parse_duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("1500ms"), Ok(Duration::from_millis(1_500)));
        assert_eq!(parse_duration("1d"), Ok(Duration::from_secs(86_400)));
        for text in ["1d12h", "1d 12h", "1 d 12h"] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(129_600)));
        }
        assert_eq!(print_duration(Duration::from_secs(43_200)), "12h");
        assert_eq!(
            parse_duration(&print_duration(Duration::from_millis(5_400_007))),
            Ok(Duration::from_millis(5_400_007))
        );
        for wrong in [
            "",
            "12",
            "-1h",
            "0s",
            "1ns",
            "forever",
            "d",
            "0d",
            "-1d",
            "1d-1h",
            "1d1d",
            "1day",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_duration_above_the_maximum_is_rejected_with_the_maximum() {
        let max = "106751991167300d 15h 30m 7s";
        assert_eq!(parse_duration(max), Ok(MAX));
        assert_eq!(parse_duration(&print_duration(MAX)), Ok(MAX));
        for long in [
            "106751991167300d 15h 30m 8s",
            "106751991167300d 15h 30m 7s 1ms",
            "106751991167301d",
            "200000000000000d",
            "99999999999999999999d",
            "9223372036854775807h",
            "99999999999999999999h",
            "1d 99999999999999999999s",
        ] {
            let error = parse_duration(long).unwrap_err().to_string();
            let expected = format!("invalid duration {long:?}: expected at most {max}");
            assert_eq!(error, expected);
        }
        let error = parse_duration("99999999999999999999").unwrap_err();
        assert!(
            error.to_string().contains("a number with a unit"),
            "{error}"
        );
    }

    #[test]
    fn a_printed_duration_can_be_parsed() {
        for text in ["1500ms", "12h", "90m", "36h 1s", "2d"] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(
                parse_duration(&print_duration(duration)),
                Ok(duration),
                "{text}"
            );
        }
    }

    #[test]
    fn a_shift_is_earlier_or_later() {
        let now = Timestamp::AWS_EXAMPLE;
        let of = |text: &str| Shift::try_from(text.to_owned()).unwrap().of(now);
        assert_eq!(of("-20m"), now - Duration::from_secs(1200));
        assert_eq!(of("+1h"), of("1h"));
        assert_eq!(of("1h"), now + Duration::from_secs(3600));
        assert!(Shift::try_from("--1h".to_owned()).is_err());
    }
}
