//! What all names share: their error, and their conversions from and to text.

/// A name that is not what it should be; says what it is, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {what}; expected {expected}")]
pub struct NameError {
    what: &'static str,
    found: String,
    expected: &'static str,
}

impl NameError {
    pub(super) fn new(what: &'static str, found: &str, expected: &'static str) -> Self {
        let found = found.chars().take(100).collect();
        NameError {
            what,
            found,
            expected,
        }
    }
}

/// Names are printed as they are written, and read from text wherever a file has a string.
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
