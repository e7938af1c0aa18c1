//! Parses dates with times in the forms that providers of credentials write, with the result of the library `dateutil`, which v1 uses.
//!
//! These forms are RFC 3339, the basic and extended formats of ISO 8601, RFC 2822 with HTTP's RFC 1123, and the output of `date`. `dateutil` also
//! guesses the meaning of incomplete and ambiguous texts, such as `12:00` and `01/02/99`, which this module rejects.

use std::time::{Duration, SystemTime};

use jiff::civil::{DateTime, date};

use fields::Fields;

mod fields;

/// A date and a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PythonTime {
    local: DateTime,
    /// The offset from UTC in seconds, if the text contains one.
    offset: Option<i64>,
}

/// The reason why a time cannot be compared with the current time. v1 finds it after the text is parsed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub(crate) enum OffsetError {
    #[error("can't subtract offset-naive and offset-aware datetimes")]
    Missing,
    #[error(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)."
    )]
    TooLarge,
}

impl PythonTime {
    /// Parses a text.
    ///
    /// # Errors
    /// Returns the message of `dateutil`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.chars().all(is_jump) {
            return Err(format!("String does not contain a date: {text}"));
        }
        if let Some(year) = number_alone(text) {
            return Err(year_error(year, text));
        }
        let fields = Fields::read(text);
        let fields = fields.ok_or_else(|| format!("Unknown string format: {text}"))?;
        Self::of_fields(&fields, text)
    }

    /// Returns the point in time. Times before 1970 are equal to its start.
    ///
    /// # Errors
    /// Returns an error if the offset is missing or too large.
    pub(crate) fn instant(self) -> Result<SystemTime, OffsetError> {
        let offset = self.offset.ok_or(OffsetError::Missing)?;
        if offset.abs() >= DAY {
            return Err(OffsetError::TooLarge);
        }
        let since = self.local.duration_since(date(1970, 1, 1).at(0, 0, 0, 0));
        let since = since - jiff::SignedDuration::from_secs(offset);
        let since = Duration::try_from(since).unwrap_or_default();
        Ok(SystemTime::UNIX_EPOCH + since)
    }

    /// `isoformat()`: with microseconds unless they are zero.
    ///
    /// # Errors
    /// Returns an error if the offset is too large.
    pub(crate) fn iso_format(self) -> Result<String, OffsetError> {
        let format = match self.local.subsec_nanosecond() {
            0 => "%Y-%m-%dT%H:%M:%S",
            _ => "%Y-%m-%dT%H:%M:%S.%6f",
        };
        let local = self.local.strftime(format);
        let Some(offset) = self.offset else {
            return Ok(local.to_string());
        };
        if offset.abs() >= DAY {
            return Err(OffsetError::TooLarge);
        }
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.abs() / 60;
        Ok(format!(
            "{local}{sign}{:02}:{:02}",
            minutes / 60,
            minutes % 60
        ))
    }

    /// Checks the values in the order of Python.
    fn of_fields(fields: &Fields, text: &str) -> Result<Self, String> {
        let Ok(year @ 1..=9999) = i16::try_from(fields.year) else {
            return Err(year_error(fields.year, text));
        };
        let within = |value: u64, range: std::ops::RangeInclusive<u64>, message: &str| {
            let value = Some(value).filter(|value| range.contains(value));
            let value = value.and_then(|value| i8::try_from(value).ok());
            value.ok_or_else(|| format!("{message}: {text}"))
        };
        let month = within(fields.month, 1..=12, "month must be in 1..12")?;
        let last_day = date(year, month, 1).days_in_month();
        let days = 1..=u64::from(last_day.unsigned_abs());
        let day = within(fields.day, days, "day is out of range for month")?;
        let hour = within(fields.hour, 0..=23, "hour must be in 0..23")?;
        let minute = within(fields.minute, 0..=59, "minute must be in 0..59")?;
        let second = within(fields.second, 0..=59, "second must be in 0..59")?;
        Ok(Self {
            local: date(year, month, day).at(hour, minute, second, fields.microsecond * 1000),
            offset: fields.offset,
        })
    }
}

/// Returns whether `dateutil` ignores a character between other parts.
fn is_jump(c: char) -> bool {
    crate::python_text::is_space(c) || ".,;-/'".contains(c)
}

/// Returns the value of a text that is only a number, such as the seconds since 1970. `dateutil` reads it as a year, unless it has the length of a
/// date in the basic format.
fn number_alone(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        0..=4 | 6 | 8 | 12 | 14 => None,
        _ => is_number.then(|| text.parse().unwrap_or(u64::MAX)),
    }
}

fn year_error(year: u64, text: &str) -> String {
    match (i32::try_from(year), i64::try_from(year)) {
        (Ok(year), _) => format!("year {year} is out of range: {text}"),
        (_, Ok(_)) => "signed integer is greater than maximum".to_owned(),
        _ => "Python int too large to convert to C long".to_owned(),
    }
}

const DAY: i64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> String {
        let time = PythonTime::parse(text);
        time.and_then(|time| time.iso_format().map_err(|error| error.to_string()))
            .unwrap_or_else(|error| format!("error: {error}"))
    }

    /// Recorded from `dateutil` 2.9.0 with CPython 3.11.
    #[test]
    fn the_forms_of_providers_are_parsed() {
        for (time, texts) in [
            (
                "2999-01-02T03:04:05+00:00",
                &[
                    "2999-01-02T03:04:05Z",
                    "2999-01-02t03:04:05z",
                    "2999-01-02 03:04:05 UTC",
                    "2999-01-02T03:04:05UTC",
                    "2999-01-02  03:04:05 GMT",
                    "2999-01-02T03:04:05+00:00",
                    "2999-01-02T03:04:05 +0000",
                    "2999-01-02T03:04:05+00",
                    "2999-01-02T03:04:05Z+00:00",
                    "2999-1-2T3:4:5Z",
                    "2999/01/02 03:04:05Z",
                    " 2999-01-02T03:04:05Z\n",
                    "29990102T030405Z",
                    "29990102 030405 UTC",
                    "29990102030405Z",
                    "2999-01-02T030405Z",
                    "Wed, 02 Jan 2999 03:04:05 GMT",
                    "Wed, 2 Jan 2999 03:04:05 +0000 (GMT)",
                    "WED, 02 JAN 2999 03:04:05 Z",
                    "02-Jan-2999 03:04:05 GMT",
                    "2 January 2999 03:04:05 UTC",
                    "January 2, 2999 03:04:05 UTC",
                    "Wed Jan  2 03:04:05 UTC 2999",
                    "Wed Jan  2 03:04:05 2999 UTC",
                ][..],
            ),
            (
                "2999-01-02T03:04:00+00:00",
                &["2999-01-02T03:04Z", "299901020304Z"],
            ),
            (
                "2999-01-02T03:00:00+00:00",
                &["2999-01-02T03Z", "29990102T03Z"],
            ),
            (
                "2999-01-02T03:04:05.123456+00:00",
                &[
                    "2999-01-02T03:04:05.1234567890123Z",
                    "29990102T030405,123456Z",
                ],
            ),
            (
                "2999-01-02T03:04:05.500000-05:30",
                &["2999-01-02T03:04:05.5-05:30"],
            ),
            ("2999-01-02T03:04:05+01:39", &["2999-01-02T03:04:05+00:99"]),
            ("2999-01-02T03:04:05-03:00", &["2999-01-02T03:04:05UTC+3"]),
        ] {
            for text in texts {
                assert_eq!(iso(text), time, "{text}");
            }
        }
    }

    /// Recorded from `dateutil` 2.9.0 with CPython 3.11.
    #[test]
    fn the_limits_of_years_and_times_without_an_offset_are_parsed() {
        for (time, texts) in [
            ("9999-12-31T23:59:59+00:00", &["9999-12-31T23:59:59Z"][..]),
            ("0123-01-02T03:04:05+00:00", &["123-01-02T03:04:05Z"]),
            (
                "2999-01-02T03:04:05",
                &["2999-01-02T03:04:05", "Wed Jan  2 03:04:05 2999"],
            ),
            ("2999-01-02T00:00:00", &["2999-01-02", "29990102"]),
        ] {
            for text in texts {
                assert_eq!(iso(text), time, "{text}");
            }
        }
    }

    /// Recorded from `dateutil` 2.9.0 with CPython 3.11.
    #[test]
    fn errors_have_the_messages_of_dateutil() {
        for (reason, texts) in [
            (
                "Unknown string format",
                &[
                    "soon",
                    "2999-01-02T03:04:05.Z",
                    "2999-01-02T03:04:05.1.2Z",
                    "2999-01-02T03:04:5,5Z",
                    "2999-01-02T03:04:05 utc",
                    "2999-01-02T03:04:05+100",
                    "2999-01-02T03:04:05+",
                    "2999-01-02T03:04:05+00:00Z",
                    "2999-01-02T03:04:05+00:00:00",
                    "2999-01-02T03:04:05Z[UTC]",
                    "2999-01-02T03:04:05+0000(UTC)",
                    "2999-01-02_03:04:05Z",
                    "2999-01-02Z",
                    "2999-W01-1T00:00:00Z",
                    "2999-002T03:04:05Z",
                    "+10000-01-01T00:00:00Z",
                    "100000-01-01T00:00:00Z",
                    "29990102030405.5Z",
                    "1700000000.5",
                ][..],
            ),
            ("String does not contain a date", &["", "  ", ","]),
            ("year 10000 is out of range", &["10000-01-01T00:00:00Z"]),
            ("year 0 is out of range", &["0000-01-01T00:00:00Z"]),
            ("year 1700000000 is out of range", &["1700000000"]),
            (
                "month must be in 1..12",
                &[
                    "2999-13-01T00:00:00Z",
                    "2999-00-01T00:00:00Z",
                    "170000000000",
                ],
            ),
            (
                "day is out of range for month",
                &[
                    "2999-02-29T00:00:00Z",
                    "2999-01-00T00:00:00Z",
                    "32 Jan 2999 00:00 Z",
                ],
            ),
            ("hour must be in 0..23", &["2999-01-01T24:00:00Z"]),
            ("minute must be in 0..59", &["2999-01-01T23:60:00Z"]),
            ("second must be in 0..59", &["2999-01-01T23:59:60Z"]),
        ] {
            for text in texts {
                assert_eq!(iso(text), format!("error: {reason}: {text}"));
            }
        }
        let message = "error: signed integer is greater than maximum";
        assert_eq!(iso("32503680000"), message);
        let message = "error: Python int too large to convert to C long";
        assert_eq!(iso("9999999999999999999999"), message);
    }

    #[test]
    fn a_point_in_time_needs_an_offset() {
        let instant = |text: &str| PythonTime::parse(text).unwrap().instant();
        let epoch = SystemTime::UNIX_EPOCH;
        let second = |seconds| Ok(epoch + Duration::from_secs(seconds));
        assert_eq!(instant("2001-09-09T03:46:40+02:00"), second(1_000_000_000));
        assert_eq!(
            instant("9999-12-31T23:59:59-23:59"),
            second(253_402_387_139)
        );
        assert_eq!(instant("0001-01-01T00:00:00+01:00"), second(0));
        let naive = instant("2001-09-09T03:46:40");
        assert_eq!(naive, Err(OffsetError::Missing));
        for offset in ["+24:00", "-99:00"] {
            let time = instant(&format!("2001-09-09T03:46:40{offset}"));
            assert_eq!(time, Err(OffsetError::TooLarge));
        }
    }
}
