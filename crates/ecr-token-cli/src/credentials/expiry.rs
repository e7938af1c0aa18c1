//! Parses the time at which credentials expire.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::credential_error::CredentialError;

/// Parses a date and a time with an offset, in a form of ISO 8601.
///
/// # Errors
/// Returns v1's message for a time without an offset and for any other text. v1 also accepts other forms of dates.
pub(super) fn parse(text: &str) -> Result<SystemTime, CredentialError> {
    // Python's `%Z` of UTC, in the cache of v1.
    let zulu = text.strip_suffix("UTC").map(|time| format!("{time}Z"));
    let timestamp: Result<Timestamp, _> = zulu.as_deref().unwrap_or(text).trim().parse();
    if let Some(time) = timestamp.ok().and_then(|time| time.try_into().ok()) {
        return Ok(time);
    }
    if text.parse::<DateTime>().is_ok() {
        return Err(CredentialError::ExpiryWithoutOffset);
    }
    let reason = match text.trim().is_empty() {
        true => "String does not contain a date",
        false => "Unknown string format",
    };
    Err(CredentialError::Python(format!("{reason}: {text}")))
}

/// Returns the time that is some seconds after another one.
///
/// # Errors
/// Returns v1's message, which is Python's, if there is no such time in the years 1 to 9999.
pub(super) fn after(now: SystemTime, seconds: u64) -> Result<Timestamp, CredentialError> {
    let days = seconds / (24 * 60 * 60);
    let message = match i32::try_from(days) {
        Err(_) => "Python int too large to convert to C int".to_owned(),
        Ok(days) if days > MAX_DAYS => format!("days={days}; must have magnitude <= {MAX_DAYS}"),
        Ok(_) => "date value out of range".to_owned(),
    };
    let time = now.checked_add(Duration::from_secs(seconds));
    let time = time.and_then(|time| Timestamp::try_from(time).ok());
    time.ok_or(CredentialError::Python(message))
}

/// The longest duration of Python's `timedelta`.
const MAX_DAYS: i32 = 999_999_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_an_offset() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for text in [
            "2001-09-09T01:46:40Z",
            "2001-09-09T01:46:40UTC",
            "2001-09-09T03:46:40+02:00",
            "2001-09-09 01:46:40+00:00",
        ] {
            assert_eq!(parse(text).unwrap(), time, "{text}");
        }
        for (text, message) in [
            (
                "2001-09-09T01:46:40",
                "can't subtract offset-naive and offset-aware datetimes",
            ),
            ("soon", "Unknown string format: soon"),
            ("", "String does not contain a date: "),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_duration_that_is_too_long_has_the_message_of_python() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(after(now, 60).unwrap().as_second(), 60);
        for (seconds, message) in [
            (1_000_000_000_000, "date value out of range"),
            (
                1_000_000_000 * 86_400,
                "days=1000000000; must have magnitude <= 999999999",
            ),
            (1 << 63, "Python int too large to convert to C int"),
            (u64::MAX, "Python int too large to convert to C int"),
        ] {
            let error = after(now, seconds).unwrap_err();
            assert_eq!(error.to_string(), message, "{seconds}");
        }
    }
}
