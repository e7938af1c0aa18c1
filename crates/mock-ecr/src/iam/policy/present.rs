//! Parses optional elements of a policy.

use serde::{Deserialize, Deserializer};

/// Parses the value of an optional element. `null` is not the absence of the element.
pub(super) fn present<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(from).map(Some)
}
