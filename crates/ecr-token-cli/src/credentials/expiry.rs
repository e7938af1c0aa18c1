//! Parses the time at which credentials expire.

use std::time::SystemTime;

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
}
