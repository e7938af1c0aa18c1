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
    fn a_duration_range_excludes_its_end() {
        let span = |text: &str| Span::try_from(text.to_owned());
        let thirty = span("1s..30s").unwrap();
        assert!(thirty.has(Duration::from_secs(1)) && !thirty.has(Duration::from_secs(30)));
        assert!(span("..30s").unwrap().has(Duration::ZERO));
        assert!(span("30s").is_err() && span("30..").is_err());
    }
}
