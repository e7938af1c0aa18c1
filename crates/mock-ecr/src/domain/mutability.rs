//! The settings that determine which tags of a repository can be moved to another image.

use serde::{Deserialize, Serialize};

use crate::types::Tag;
use crate::types::glob::{Case, Glob, QuestionMark};

/// The mutability of the tags of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TagMutability {
    pub(crate) rule: TagRule,
    /// Patterns of the tags to which the opposite rule applies. `*` matches any number of characters. Case is
    /// significant.
    pub(crate) exclusions: Vec<String>,
}

/// Whether a tag can be moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TagRule {
    #[default]
    Mutable,
    Immutable,
}

impl TagMutability {
    /// Returns the rule that applies to a tag.
    pub(crate) fn rule_of(&self, tag: &Tag) -> TagRule {
        let is_excluded = self.exclusions.iter().any(|pattern| {
            Glob::new(pattern, Case::Sensitive, QuestionMark::Literal).matches(tag.as_str())
        });
        match (self.rule, is_excluded) {
            (TagRule::Mutable, false) | (TagRule::Immutable, true) => TagRule::Mutable,
            (TagRule::Immutable, false) | (TagRule::Mutable, true) => TagRule::Immutable,
        }
    }

    /// Returns the name in the API. Source: the enum `ImageTagMutability` of the service model (botocore 1.44.5).
    pub(crate) fn name(&self) -> &'static str {
        match (self.rule, self.exclusions.is_empty()) {
            (TagRule::Mutable, true) => "MUTABLE",
            (TagRule::Mutable, false) => "MUTABLE_WITH_EXCLUSION",
            (TagRule::Immutable, true) => "IMMUTABLE",
            (TagRule::Immutable, false) => "IMMUTABLE_WITH_EXCLUSION",
        }
    }

    /// Returns the mutability with a name, or `None` if the name is unknown.
    pub(crate) fn named(name: &str, exclusions: Vec<String>) -> Option<Self> {
        let rule = match name {
            "MUTABLE" | "MUTABLE_WITH_EXCLUSION" => TagRule::Mutable,
            "IMMUTABLE" | "IMMUTABLE_WITH_EXCLUSION" => TagRule::Immutable,
            _ => return None,
        };
        Some(TagMutability { rule, exclusions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opposite_rule_applies_to_an_excluded_tag() {
        let rule = |name: &str, tag: &str| {
            let mutability = TagMutability::named(name, vec!["dev-*".to_owned()]).unwrap();
            mutability.rule_of(&tag.parse().unwrap())
        };
        assert_eq!(rule("IMMUTABLE_WITH_EXCLUSION", "1.0"), TagRule::Immutable);
        assert_eq!(rule("IMMUTABLE_WITH_EXCLUSION", "dev-1"), TagRule::Mutable);
        assert_eq!(rule("MUTABLE_WITH_EXCLUSION", "1.0"), TagRule::Mutable);
        assert_eq!(rule("MUTABLE_WITH_EXCLUSION", "dev-1"), TagRule::Immutable);
    }

    #[test]
    fn a_filter_does_not_match_a_tag_in_another_case() {
        let filters = vec!["latest".to_owned(), "dev-*".to_owned()];
        let mutability = TagMutability::named("IMMUTABLE_WITH_EXCLUSION", filters).unwrap();
        for (tag, rule) in [
            ("latest", TagRule::Mutable),
            ("LATEST", TagRule::Immutable),
            ("dev-1", TagRule::Mutable),
            ("Dev-1", TagRule::Immutable),
        ] {
            assert_eq!(mutability.rule_of(&tag.parse().unwrap()), rule, "{tag}");
        }
    }

    #[test]
    fn names_are_parsed_and_printed() {
        for (name, exclusions) in [
            ("MUTABLE", vec![]),
            ("IMMUTABLE", vec![]),
            ("MUTABLE_WITH_EXCLUSION", vec!["a".to_owned()]),
            ("IMMUTABLE_WITH_EXCLUSION", vec!["a".to_owned()]),
        ] {
            assert_eq!(TagMutability::named(name, exclusions).unwrap().name(), name);
        }
        assert_eq!(TagMutability::named("mutable", vec![]), None);
    }
}
