//! Texts with stars.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in which `*` stands for anything, such as `team/*` or `*.amazonaws.com`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Whether a text is such.
    pub fn fits(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        // Without a star there is no more to come.
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Pattern(text.to_owned())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
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
