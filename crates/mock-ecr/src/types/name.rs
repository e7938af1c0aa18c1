//! The error type of all name types, and their conversions from and to text.

use crate::types::error_chain::debug_as_chain;

/// The error returned when a string is not a valid name. The message contains the kind of name, the string and the
/// expected form.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {kind} {found:?}: expected {expected}")]
pub struct NameError {
    kind: &'static str,
    found: String,
    expected: &'static str,
}

debug_as_chain!(NameError);

impl NameError {
    pub(crate) fn new(kind: &'static str, found: &str, expected: &'static str) -> Self {
        NameError {
            kind,
            found: found.to_owned(),
            expected,
        }
    }
}

/// Implements `Display`, `Debug` and `TryFrom` for a name type with `as_str` and `FromStr`.
macro_rules! as_text {
    ($name:ty) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::types::NameError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::types::NameError;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

pub(super) use as_text;
