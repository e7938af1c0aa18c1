//! Text patterns of matchers.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::glob::{Case, Glob, QuestionMark};

/// A text pattern in which `*` matches any text, including an empty one, such as `team/*` or `*.amazonaws.com`.
/// Matching is case-sensitive and applies to the whole text.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
pub struct Pattern(#[cfg_attr(any(test, feature = "schemars"), schemars(with = "String"))] Glob);

impl Pattern {
    /// Returns whether the pattern matches the whole text.
    pub fn fits(&self, text: &str) -> bool {
        self.0.matches(text)
    }

    fn new(text: impl Into<String>) -> Self {
        Pattern(Glob::new(text, Case::Sensitive, QuestionMark::Literal))
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Pattern::new(text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Pattern::new)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, text) in [
            ("app", "app"),
            ("*", ""),
            ("team/*", "team/a/b"),
            ("*.com", "a.com"),
            ("a*c*e", "abcde"),
            ("a**b", "ab"),
            ("*aba", "ababa"),
        ] {
            assert!(Pattern::from(pattern).fits(text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("app", "apps"),
            ("team/*", "team"),
            ("a*a", "a"),
            ("*x*", "ab"),
        ] {
            assert!(!Pattern::from(pattern).fits(text), "{pattern} {text}");
        }
    }
}
