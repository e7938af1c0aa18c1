//! Filters of the repositories whose images are scanned.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::types::RepositoryName;
use crate::types::glob::{Case, Glob, QuestionMark};
use crate::types::name::{NameError, as_text};

/// A filter of repositories in a scanning configuration, such as `prod` or `team/*`. A filter without `*` matches the
/// names that contain it. In another filter, `*` matches any number of characters, and the filter matches whole names.
///
/// Source of the form: `ScanningRepositoryFilterValue` in the service model; of the meaning: the user guide of Amazon
/// ECR, `image-scanning-filters.html`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScanFilter(String);

impl ScanFilter {
    /// Returns the filter as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn matches(&self, name: &RepositoryName) -> bool {
        if !self.0.contains('*') {
            return name.as_str().contains(&self.0);
        }
        Glob::new(self.as_str(), Case::Sensitive, QuestionMark::Literal).matches(name.as_str())
    }
}

impl FromStr for ScanFilter {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'*';
        let is_separator = |c: u8| b"._-/".contains(&c);
        let bytes = text.as_bytes();
        let has_words = bytes.iter().all(|c| is_word(*c) || is_separator(*c));
        let is_separated = !bytes
            .windows(2)
            .any(|two| two.iter().all(|c| is_separator(*c)));
        let ends = [bytes.first(), bytes.last()];
        let has_ends = ends.iter().all(|end| end.is_some_and(|c| is_word(*c)));
        if text.len() <= 255 && has_words && is_separated && has_ends {
            return Ok(ScanFilter(text.to_owned()));
        }
        let expected = "1 to 255 lower-case letters, digits and '*', with single '.', '_', '-' or '/' between them, such as team/*";
        Err(NameError::new("scan filter", text, expected))
    }
}

impl From<ScanFilter> for String {
    fn from(filter: ScanFilter) -> String {
        filter.0
    }
}

as_text!(ScanFilter);

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = [
        "prod",
        "repo-prod",
        "prod-repo",
        "repo-prod-repo",
        "prodrepo",
    ];

    /// Source of each row: the user guide of Amazon ECR, `image-scanning-filters.html`.
    #[test]
    fn a_filter_matches_the_names_in_the_user_guide() {
        for (filter, expected) in [
            ("prod", &NAMES[..]),
            ("*prod", &["prod", "repo-prod"]),
            ("prod*", &["prod", "prod-repo", "prodrepo"]),
            ("*prod*", &NAMES),
            ("prod*repo", &["prod-repo", "prodrepo"]),
            ("*", &NAMES),
        ] {
            let parsed: ScanFilter = filter.parse().unwrap();
            let matches = |name: &&str| parsed.matches(&name.parse().unwrap());
            let matched: Vec<_> = NAMES.into_iter().filter(matches).collect();
            assert_eq!(matched, expected, "{filter}");
        }
    }

    #[test]
    fn a_filter_has_the_form_of_the_service_model() {
        for text in ["*", "a", "team/*", "a*b.c_d-e/f", &"a".repeat(255)] {
            assert_eq!(text.parse::<ScanFilter>().unwrap().as_str(), text);
        }
        for text in ["", "/a", "a/", "a--b", "A", "a b", "a?", &"a".repeat(256)] {
            let error = text.parse::<ScanFilter>().unwrap_err().to_string();
            assert!(error.starts_with("invalid scan filter"), "{error}");
        }
    }
}
