//! Ranges of counts and of durations.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mock_ecr::config::parse_duration;
use serde::{Deserialize, Deserializer};

/// A range of counts: `3`, `1..=4`, `..=4` or `1..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Count {
    least: u64,
    most: u64,
}

impl Count {
    pub(crate) fn has(self, count: usize) -> bool {
        u64::try_from(count).is_ok_and(|count| (self.least..=self.most).contains(&count))
    }

    /// Returns the range for a time that is longer than the one that the range was written for: its end is larger in the same ratio.
    pub(crate) fn in_longer_time(self, written: Duration, actual: Duration) -> Self {
        let scaled = u128::from(self.most) * actual.as_millis() / written.as_millis().max(1);
        Count {
            most: u64::try_from(scaled).unwrap_or(u64::MAX).max(self.most),
            ..self
        }
    }

    /// Returns whether the range has an end.
    #[cfg(test)]
    pub(crate) fn is_limited(self) -> bool {
        self.most < u64::MAX
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, most) if least == most => write!(f, "{least}"),
            (least, u64::MAX) => write!(f, "at least {least}"),
            (0, most) => write!(f, "at most {most}"),
            (least, most) => write!(f, "{least} to {most}"),
        }
    }
}

/// A range of durations: `..30s`, `1s..` or `1s..30s`. The end is exclusive. `0s` is a valid duration in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Span {
    least: Duration,
    end: Option<Duration>,
}

impl Span {
    pub(crate) fn has(self, length: Duration) -> bool {
        length >= self.least && self.end.is_none_or(|end| length < end)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.end) {
            (Duration::ZERO, Some(end)) => write!(f, "less than {end:?}"),
            (least, Some(end)) => write!(f, "{least:?} to {end:?}"),
            (least, None) => write!(f, "at least {least:?}"),
        }
    }
}

/// A range of durations for which a login may be cached: `..12h`, or `..12h or default` if the client may leave the duration to the
/// configuration of the kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct CacheSpan {
    pub(crate) span: Span,
    pub(crate) permits_default: bool,
}

impl fmt::Display for CacheSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.permits_default {
            " or unspecified"
        } else {
            ""
        };
        write!(f, "{}{default}", self.span)
    }
}

impl TryFrom<String> for CacheSpan {
    type Error = WrongRange;

    fn try_from(text: String) -> Result<Self, WrongRange> {
        let without_default = text.strip_suffix(" or default");
        let permits_default = without_default.is_some();
        let span = Span::try_from(without_default.unwrap_or(&text).to_owned())?;
        Ok(CacheSpan {
            span,
            permits_default,
        })
    }
}

/// A range of counts in the format of the file: a number or a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u64),
    Text(String),
}

impl TryFrom<Written> for Count {
    type Error = WrongRange;

    fn try_from(written: Written) -> Result<Self, WrongRange> {
        match written {
            Written::Number(number) => Ok(Count {
                least: number,
                most: number,
            }),
            Written::Text(text) => text.parse(),
        }
    }
}

impl FromStr for Count {
    type Err = WrongRange;

    fn from_str(text: &str) -> Result<Self, WrongRange> {
        let wrong = || WrongRange(text.to_owned(), "3, 1..=4, ..=4 or 1..");
        let number = |text: &str, default| match text {
            "" => Some(default),
            text => text.parse().ok(),
        };
        let ends = match text.split_once("..") {
            None => text.parse().ok().map(|number| (number, number)),
            Some((least, most)) => {
                let most = match most.strip_prefix('=') {
                    Some(most) => most.parse().ok(),
                    None if most.is_empty() => Some(u64::MAX),
                    None => None,
                };
                number(least, 0).zip(most)
            }
        };
        let (least, most) = ends
            .filter(|(least, most)| least <= most)
            .ok_or_else(wrong)?;
        Ok(Count { least, most })
    }
}

impl TryFrom<String> for Span {
    type Error = WrongRange;

    fn try_from(text: String) -> Result<Self, WrongRange> {
        let ends = text.split_once("..").and_then(|(least, end)| {
            let least = match least {
                "" => Duration::ZERO,
                least => parse_duration(least).ok()?,
            };
            let end = match end {
                "" => None,
                end => Some(parse_duration(end).ok()?),
            };
            Some(Span { least, end })
        });
        ends.ok_or(WrongRange(text, "..30s, 1s.. or 1s..30s"))
    }
}

/// Parses an optional duration.
pub(super) fn optional_length<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    length(from).map(Some)
}

/// Parses a duration.
pub(super) fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

/// The error returned when a string is not a valid range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid range {0:?}: expected a range such as {1}")]
pub(crate) struct WrongRange(String, &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_range_is_parsed() {
        let count = |text: &str| text.parse::<Count>().unwrap();
        assert!(count("2").has(2) && !count("2").has(3));
        assert!(count("1..=3").has(3) && !count("1..=3").has(4));
        assert!(count("..=3").has(0) && count("2..").has(900) && !count("2..").has(1));
        for wrong in ["", "x", "1..3", "3..=1", "-1"] {
            assert!(wrong.parse::<Count>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_count_range_ends_later_in_a_longer_time() {
        let seconds = Duration::from_secs;
        let count = |text: &str| text.parse::<Count>().unwrap();
        let longer = count("1..=6").in_longer_time(seconds(4), seconds(12));
        assert_eq!(longer, count("1..=18"));
        let endless = count("1..").in_longer_time(seconds(4), seconds(12));
        assert_eq!(endless, count("1.."));
        assert_eq!(
            count("6").in_longer_time(seconds(4), seconds(4)),
            count("6")
        );
    }

    #[test]
    fn a_cache_range_can_permit_the_default() {
        let cache = |text: &str| CacheSpan::try_from(text.to_owned()).unwrap();
        assert!(cache("..12h or default").permits_default && !cache("..12h").permits_default);
        assert_eq!(cache("..12h or default").span, cache("..12h").span);
        assert_eq!(
            cache("1s..2s or default").to_string(),
            "1s to 2s or unspecified"
        );
    }

    #[test]
    fn a_duration_range_excludes_its_end() {
        let span = |text: &str| Span::try_from(text.to_owned());
        let thirty = span("1s..30s").unwrap();
        assert!(thirty.has(Duration::from_secs(1)) && !thirty.has(Duration::from_secs(30)));
        assert!(span("..30s").unwrap().has(Duration::ZERO));
        assert!(span("30s").is_err() && span("30..").is_err());
    }
}
