//! Timestamps in milliseconds, the resolution of ECR, and their formats in protocols and files.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Unexpected, Visitor};
use toml::value::Datetime;

use crate::types::error_chain::debug_as_chain;
use crate::types::json::Entries;

/// A point in time with a resolution of one millisecond, from 0001-01-01T00:00:00Z to 9999-12-30T21:59:59.999Z.
///
/// Every operation saturates: a result before or after the range is replaced by the first or the last timestamp of the
/// range. Durations and times with a higher resolution are truncated to whole milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(try_from = "TimestampText")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time of [`ClockStart::FROZEN`](crate::config::ClockStart::FROZEN), 2015-11-29T21:30:53.241Z.
    pub(crate) const AWS_EXAMPLE: Timestamp = Timestamp(1_448_832_653_241);
    const MIN: i64 = -62_135_596_800_000;
    const MAX: i64 = 253_402_207_199_999;

    /// Creates a timestamp from the number of milliseconds since 1970-01-01T00:00:00Z. The result saturates at the ends
    /// of the range.
    pub fn from_millis(millis: i64) -> Self {
        Timestamp(millis.clamp(Self::MIN, Self::MAX))
    }

    /// Returns the number of milliseconds since 1970-01-01T00:00:00Z. It is negative for earlier times.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Parses the basic format of ISO 8601, which SigV4 uses: `20151129T213053Z`.
    pub(crate) fn parse_basic(text: &str) -> Option<Self> {
        let digits = |range| -> Option<i16> {
            let digits: &str = text.get(range)?;
            digits.bytes().all(|c| c.is_ascii_digit()).then_some(())?;
            digits.parse().ok()
        };
        let narrow = |range| digits(range)?.try_into().ok();
        if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..) != Some("Z") {
            return None;
        }
        let date = civil::Date::new(digits(0..4)?, narrow(4..6)?, narrow(6..8)?).ok()?;
        let time = civil::Time::new(narrow(9..11)?, narrow(11..13)?, narrow(13..15)?, 0).ok()?;
        let timestamp = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
        Some(Self::from_millis(timestamp.as_millisecond()))
    }

    /// Parses the format of HTTP's `Date` header: `Sun, 29 Nov 2015 21:30:53 GMT`.
    pub(crate) fn parse_http(text: &str) -> Option<Self> {
        let zoned = rfc2822::parse(text).ok()?;
        Some(Self::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// Returns the timestamp in the format of SigV4, `20151129T213053Z`.
    pub(crate) fn to_basic(self) -> String {
        self.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// Returns the timestamp in the format of HTTP, `Sun, 29 Nov 2015 21:30:53 GMT`.
    pub(crate) fn to_http(self) -> String {
        HTTP_DATE
            .timestamp_to_rfc9110_string(&self.to_jiff())
            .expect("the year of a Timestamp has four digits")
    }

    /// Returns year, month and day in UTC.
    #[cfg(feature = "tls")]
    pub(crate) fn date(self) -> (i32, u8, u8) {
        let date = Offset::UTC.to_datetime(self.to_jiff()).date();
        let unsigned = |part: i8| part.unsigned_abs();
        (
            date.year().into(),
            unsigned(date.month()),
            unsigned(date.day()),
        )
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("jiff supports the range of a Timestamp")
    }
}

const HTTP_DATE: rfc2822::DateTimePrinter = rfc2822::DateTimePrinter::new();

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Self::from_millis(self.0.saturating_add(millis(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Self::from_millis(self.0.saturating_sub(millis(duration)))
    }
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let epoch = Timestamp(0);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => epoch + after,
            Err(before) => epoch - before.duration(),
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let distance = Duration::from_millis(timestamp.0.unsigned_abs());
        if timestamp.0 >= 0 {
            UNIX_EPOCH + distance
        } else {
            UNIX_EPOCH - distance
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Formats the timestamp in RFC 3339, in UTC with milliseconds: `2015-11-29T21:30:53.241Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(|timestamp| Self::from_millis(timestamp.as_millisecond()))
            .map_err(|_| TimestampError(text.to_owned()))
    }
}

impl TryFrom<TimestampText> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: TimestampText) -> Result<Self, TimestampError> {
        text.0.parse()
    }
}

/// The text of a timestamp in a file: a string, or a date and time of TOML.
pub(crate) struct TimestampText(pub(crate) String);

impl<'de> Deserialize<'de> for TimestampText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = TimestampText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp such as 2015-11-29T21:30:53.241Z")
    }

    fn visit_str<E>(self, text: &str) -> Result<TimestampText, E> {
        Ok(TimestampText(text.to_owned()))
    }

    /// The `toml` crate represents a date as a map with one private key.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TimestampText, A::Error> {
        let entries = Entries::of(map, &self)?;
        let date = Datetime::deserialize(MapAccessDeserializer::new(entries));
        date.map(|date| TimestampText(date.to_string()))
            .map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))
    }
}

/// The error returned when a string is not a valid timestamp in RFC 3339.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid timestamp {0:?}: expected RFC 3339, such as 2015-11-29T21:30:53.241Z")]
pub struct TimestampError(String);

debug_as_chain!(TimestampError);

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: Timestamp = Timestamp(1_448_832_653_241);

    #[test]
    fn the_error_for_a_number_does_not_depend_on_its_form() {
        for number in ["1.5", r#"{"$serde_json::private::Number":"1.5"}"#] {
            let error = serde_json::from_str::<Timestamp>(number).unwrap_err();
            let expected = "invalid type: floating point `1.5`, expected a timestamp";
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_timestamp_is_parsed_and_printed_with_milliseconds() {
        assert_eq!("2015-11-29T21:30:53.241Z".parse(), Ok(EXAMPLE));
        assert_eq!("2015-11-29T22:30:53.241+01:00".parse(), Ok(EXAMPLE));
        assert_eq!(EXAMPLE.to_string(), "2015-11-29T21:30:53.241Z");
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn the_formats_of_protocols_are_printed_and_parsed() {
        let seconds = Timestamp(1_448_832_653_000);
        assert_eq!(EXAMPLE.to_basic(), "20151129T213053Z");
        assert_eq!(Timestamp::parse_basic("20151129T213053Z"), Some(seconds));
        assert_eq!(EXAMPLE.to_http(), "Sun, 29 Nov 2015 21:30:53 GMT");
        assert_eq!(Timestamp::parse_http(&EXAMPLE.to_http()), Some(seconds));
    }

    #[test]
    fn every_timestamp_has_a_format_in_http() {
        let first = Timestamp::from_millis(i64::MIN);
        assert_eq!(first.to_http(), "Mon, 01 Jan 0001 00:00:00 GMT");
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.to_http(), "Thu, 30 Dec 9999 21:59:59 GMT");
    }

    #[test]
    fn an_invalid_basic_format_is_rejected() {
        for wrong in [
            "",
            "20151129T213053",
            "20151329T213053Z",
            "20151129 213053Z",
            "2015112９T21305Z",
            "+0151129T213053Z",
            "20151129T21:053Z",
            "2015112éT21305Z",
            "20151129T21305é",
        ] {
            assert_eq!(Timestamp::parse_basic(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn arithmetic_saturates_at_the_ends_of_the_range() {
        let end = EXAMPLE + Duration::MAX;
        assert_eq!(end.as_millis(), Timestamp::MAX);
        assert!(end.to_string().starts_with("9999-"));
        let start = EXAMPLE - Duration::MAX;
        assert!(start.to_string().starts_with("0001-01-01"));
        assert_eq!(Timestamp::from(SystemTime::from(start)), start);
    }
}
