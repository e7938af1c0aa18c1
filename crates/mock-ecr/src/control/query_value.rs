//! Parses the values of query parameters from text.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize as _, Deserializer};

use crate::types::duration::Text;

/// Parses a number without a sign. The error names what is expected, which that of the standard library does not.
pub(super) fn number<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    expected(from, "a number of 0 or more, in decimal digits")
}

/// Parses `true` or `false`.
pub(super) fn boolean<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    expected(from, "true or false")
}

fn expected<'de, D, T>(from: D, expected: &str) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = String::deserialize(from)?;
    let parsed = text.parse().map(Some);
    parsed.map_err(|_| {
        serde::de::Error::custom(format_args!("invalid value {text:?}: expected {expected}"))
    })
}

/// Parses a value of a type of this crate, whose error names what is expected.
pub(super) fn parsed<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(from)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Parses a duration such as `100ms`.
pub(super) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    Text::deserialize(from).map(Some)
}
