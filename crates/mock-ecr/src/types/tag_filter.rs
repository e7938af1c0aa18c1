//! Filters of tags.

use std::str::FromStr;

use serde::Deserialize;

use crate::types::name::{NameError, as_text};

/// A filter of tags, such as `dev-*`. `*` matches any number of characters, and case is significant.
///
/// Sources of the form: `ImageTagMutabilityExclusionFilterValue` in the service model; of the number of wildcards:
/// hashicorp/terraform-provider-aws#43642 (2025).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TagFilter(String);

impl TagFilter {
    /// The maximum number of `*` in a filter.
    pub(crate) const MAX_WILDCARDS: usize = 2;

    /// Returns the filter as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TagFilter {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '*' | '-');
        let has_form = (1..=128).contains(&text.len()) && text.chars().all(is_valid);
        if has_form && text.matches('*').count() <= Self::MAX_WILDCARDS {
            return Ok(TagFilter(text.to_owned()));
        }
        let expected = "1 to 128 letters, digits, '.', '_', '-' and at most two '*', such as dev-*";
        Err(NameError::new("tag filter", text, expected))
    }
}

as_text!(TagFilter);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_at_most_two_wildcards() {
        for text in ["latest", "dev-*", "*.*", &"a".repeat(128)] {
            assert_eq!(text.parse::<TagFilter>().unwrap().as_str(), text);
        }
        for text in ["", "***", "a b", "a:b", &"a".repeat(129)] {
            let error = text.parse::<TagFilter>().unwrap_err().to_string();
            assert!(error.starts_with("invalid tag filter"), "{error}");
        }
    }
}
