//! The settings that determine which tags of a repository can be moved to another image.

use serde::{Deserialize, Serialize};

use crate::config::ImageTagMutability;
use crate::types::glob::{Case, Glob, QuestionMark};
use crate::types::{Tag, TagFilter};

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

impl From<ImageTagMutability> for TagRule {
    fn from(initial: ImageTagMutability) -> Self {
        match initial {
            ImageTagMutability::Mutable => TagRule::Mutable,
            ImageTagMutability::Immutable => TagRule::Immutable,
        }
    }
}

/// The reason for which a name and filters are no mutability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MutabilityError {
    #[error("the tag mutability {0} requires exclusion filters")]
    MissingFilters(String),
    #[error(
        "an exclusion filter of the tag mutability has more than {} wildcards",
        TagFilter::MAX_WILDCARDS
    )]
    TooManyWildcards,
    #[error("exclusion filters require a tag mutability that ends in _WITH_EXCLUSION")]
    UnexpectedFilters,
}

/// The end of the names that require filters. Other names do not allow them.
const WITH_EXCLUSION: &str = "_WITH_EXCLUSION";

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

    /// Returns the mutability with a name and filters. A name that the service model does not have is parsed as `MUTABLE`.
    pub(crate) fn named(name: &str, exclusions: Vec<String>) -> Result<Self, MutabilityError> {
        let has_wildcards =
            |filter: &String| filter.matches('*').count() > TagFilter::MAX_WILDCARDS;
        match (name.ends_with(WITH_EXCLUSION), exclusions.is_empty()) {
            (true, true) => return Err(MutabilityError::MissingFilters(name.to_owned())),
            _ if exclusions.iter().any(has_wildcards) => {
                return Err(MutabilityError::TooManyWildcards);
            }
            (false, false) => return Err(MutabilityError::UnexpectedFilters),
            (true, false) | (false, true) => {}
        }
        let rule = match name.starts_with("IMMUTABLE") {
            true => TagRule::Immutable,
            false => TagRule::Mutable,
        };
        Ok(TagMutability { rule, exclusions })
    }
}

/// A change of a mutability. A member that is `None` is not changed, except that the filters are removed by a name that does not allow them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MutabilityChange {
    pub(crate) name: Option<String>,
    pub(crate) exclusions: Option<Vec<String>>,
}

impl MutabilityChange {
    pub(super) fn apply(self, to: TagMutability) -> Result<TagMutability, MutabilityError> {
        let name = self.name.unwrap_or_else(|| to.name().to_owned());
        let kept = match name.ends_with(WITH_EXCLUSION) {
            true => to.exclusions,
            false => Vec::new(),
        };
        TagMutability::named(&name, self.exclusions.unwrap_or(kept))
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
    }

    #[test]
    fn a_change_is_checked_together_with_the_mutability_that_it_changes() {
        let filters = || vec!["dev-*".to_owned()];
        let stored = TagMutability::named("IMMUTABLE_WITH_EXCLUSION", filters()).unwrap();
        let changed = |name: Option<&str>, exclusions: Option<Vec<String>>| {
            let name = name.map(str::to_owned);
            MutabilityChange { name, exclusions }.apply(stored.clone())
        };
        let other = TagMutability::named("MUTABLE_WITH_EXCLUSION", filters());
        assert_eq!(changed(None, None), Ok(stored.clone()));
        assert_eq!(changed(Some("MUTABLE_WITH_EXCLUSION"), None), other);
        assert_eq!(changed(Some("MUTABLE"), None), Ok(TagMutability::default()));
        let new = changed(None, Some(vec!["new".to_owned()])).unwrap();
        assert_eq!(new.name(), "IMMUTABLE_WITH_EXCLUSION");
        assert_eq!(new.exclusions, ["new"]);
        let conflict = changed(Some("MUTABLE"), Some(filters()));
        assert_eq!(conflict, Err(MutabilityError::UnexpectedFilters));
        let missing = changed(None, Some(Vec::new()));
        let name = "IMMUTABLE_WITH_EXCLUSION".to_owned();
        assert_eq!(missing, Err(MutabilityError::MissingFilters(name)));
    }
}
