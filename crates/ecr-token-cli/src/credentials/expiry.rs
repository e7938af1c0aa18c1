//! The time at which credentials expire.

use std::time::SystemTime;

use jiff::SignedDuration;
use jiff::civil::date;

use crate::credential_error::CredentialError;
use crate::python_time::PythonTime;

/// Parses the time of an expiry.
///
/// # Errors
/// Returns v1's message for a text that is not a date with a time, and for a time without an offset.
pub(super) fn parse(text: &str) -> Result<SystemTime, CredentialError> {
    let time = PythonTime::parse(text).map_err(CredentialError::Python)?;
    Ok(time.instant()?)
}

/// Returns the time in UTC that is some seconds after another one, in the form in which v1 caches it.
///
/// # Errors
/// Returns v1's message, which is Python's, if there is no such time in the years 1 to 9999.
pub(super) fn after(now: SystemTime, seconds: i64) -> Result<String, CredentialError> {
    let days = seconds.div_euclid(24 * 60 * 60);
    let message = match i32::try_from(days) {
        Err(_) => "Python int too large to convert to C int".to_owned(),
        Ok(days) if days.abs() > MAX_DAYS => {
            format!("days={days}; must have magnitude <= {MAX_DAYS}")
        }
        Ok(_) => "date value out of range".to_owned(),
    };
    let since = now.duration_since(SystemTime::UNIX_EPOCH).ok();
    let since = since.and_then(|since| SignedDuration::try_from(since).ok());
    let since = since.and_then(|since| since.checked_add(SignedDuration::from_secs(seconds)));
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    let time = since.and_then(|since| epoch.checked_add(since).ok());
    let time = time.filter(|time| time.year() > 0);
    let time = time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    time.ok_or(CredentialError::Python(message))
}

/// The longest duration of Python's `timedelta`.
const MAX_DAYS: i32 = 999_999_999;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_needs_an_offset() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        assert_eq!(parse("2001-09-09T03:46:40+02:00").unwrap(), time);
        for (text, message) in [
            (
                "2001-09-09T01:46:40",
                "can't subtract offset-naive and offset-aware datetimes",
            ),
            ("soon", "Unknown string format: soon"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_duration_that_is_too_long_has_the_message_of_python() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(after(now, 60).unwrap(), "1970-01-01T00:01:00Z");
        assert_eq!(after(now, -1).unwrap(), "1969-12-31T23:59:59Z");
        assert_eq!(after(now, 253_402_300_799).unwrap(), "9999-12-31T23:59:59Z");
        for (seconds, message) in [
            (253_402_300_800, "date value out of range"),
            (-1_000_000_000_000, "date value out of range"),
            (
                1_000_000_000 * 86_400,
                "days=1000000000; must have magnitude <= 999999999",
            ),
            (i64::MAX, "Python int too large to convert to C int"),
        ] {
            let error = after(now, seconds).unwrap_err();
            assert_eq!(error.to_string(), message, "{seconds}");
        }
    }
}
