//! Parses the values of query parameters from text.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize as _, Deserializer};

use crate::types::duration::Text;

/// Parses a value of any type that implements `FromStr`.
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
