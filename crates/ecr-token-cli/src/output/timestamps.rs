//! Formats `expiresAt` as selected by `cli_timestamp_format`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::python_time::PythonTime;

/// The values of `cli_timestamp_format`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Timestamps {
    /// `none` and `wire`: the number of the response.
    Wire,
    /// `iso8601`: date and time in the local time zone.
    Iso8601,
}

impl Timestamps {
    /// Formats the timestamps of a response, which are numbers or texts.
    ///
    /// # Errors
    /// Returns an error for a text that is not a time, and for a time outside the years 1 to 9999.
    pub(crate) fn apply(self, mut document: Value) -> Result<Value, Error> {
        if self == Self::Wire {
            return Ok(document);
        }
        let zone = TimeZone::system();
        let elements = document.get_mut("authorizationData");
        for element in elements.and_then(Value::as_array_mut).into_iter().flatten() {
            match element.get_mut("expiresAt") {
                Some(time @ Value::Number(_)) => {
                    let seconds = time.to_string();
                    *time = Value::String(iso8601(&seconds, &zone)?);
                }
                Some(Value::String(text)) => *text = self.format_text(std::mem::take(text))?,
                _ => {}
            }
        }
        Ok(document)
    }

    /// Formats a text that is a time, or the number of seconds since 1970. v1 does so in responses of all services.
    ///
    /// # Errors
    /// Returns an error for a text that is not a time, and for a time outside the years 1 to 9999.
    pub(crate) fn format_text(self, text: String) -> Result<String, Error> {
        if self == Self::Wire {
            return Ok(text);
        }
        if text.trim().parse::<f64>().is_ok() {
            return iso8601(text.trim(), &TimeZone::system());
        }
        let time = PythonTime::parse(&text);
        let time = time.map_err(|reason| Error::InvalidTimestamp { text, reason })?;
        let formatted = time.iso_format();
        Ok(formatted.map_err(CredentialError::from)?)
    }
}

/// Formats a time like Python's `isoformat`, with microseconds unless they are zero.
///
/// v1 uses this year's offsets of the time zone for every year. Here the offset is that of the formatted time. For a token,
/// which expires within twelve hours, both are the same.
fn iso8601(seconds: &str, zone: &TimeZone) -> Result<String, Error> {
    let out_of_range = || Error::TimeOutOfRange(seconds.to_owned());
    let time = timestamp(seconds).ok_or_else(out_of_range)?;
    let time = time.to_zoned_datetime(zone.clone());
    if !(1..=9999).contains(&time.year()) {
        return Err(out_of_range());
    }
    Ok(match time.subsec_nanosecond() {
        0 => time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        _ => time.strftime("%Y-%m-%dT%H:%M:%S.%6f%:z").to_string(),
    })
}

/// Rounds to the nearest microsecond of the double that Python parses, and a tie to the even one.
fn timestamp(seconds: &str) -> Option<Timestamp> {
    let seconds: f64 = seconds.parse().ok()?;
    let whole = seconds.trunc();
    let microseconds = ((seconds - whole) * 1e6).round_ties_even();
    // A saturated number is still out of range.
    Timestamp::new(whole as i64, 0)
        .ok()?
        .checked_add(jiff::SignedDuration::from_micros(microseconds as i64))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_time(seconds: &str, zone: &str) -> Result<String, Error> {
        let zone = TimeZone::posix(zone).unwrap();
        iso8601(seconds, &zone)
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn times_are_formatted_as_by_python() {
        for (seconds, zone, time) in [
            ("1448875853.241", "UTC0", "2015-11-30T09:30:53.241000+00:00"),
            ("1448875853.0", "UTC0", "2015-11-30T09:30:53+00:00"),
            (
                "1.448875853241E9",
                "EST5",
                "2015-11-30T04:30:53.241000-05:00",
            ),
            ("1448875853", "<+0530>-5:30", "2015-11-30T15:00:53+05:30"),
            ("-1.5", "UTC0", "1969-12-31T23:59:58.500000+00:00"),
            ("0.00001", "UTC0", "1970-01-01T00:00:00.000010+00:00"),
            ("0.0000001", "UTC0", "1970-01-01T00:00:00+00:00"),
            ("32503680000.5", "UTC0", "3000-01-01T00:00:00.500000+00:00"),
        ] {
            assert_eq!(format_time(seconds, zone).unwrap(), time, "{seconds}");
        }
    }

    #[test]
    fn a_time_beyond_year_9999_is_an_error() {
        for seconds in ["1448875853241", "1e22", "1e400", "-1e12"] {
            assert!(format_time(seconds, "UTC0").is_err(), "{seconds}");
        }
    }
}
