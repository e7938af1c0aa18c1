//! The requests that ECR rejects although OCI Distribution 1.1 permits them, or rejects with other errors.
//!
//! [`Rejection::ALL`] is the only list. The responses of the registry and the API, and a page of the book, are derived from it. An
//! operation applies the [`Rules`] of its [`Repositories`](crate::domain::Repositories).

mod table;

use crate::config::Quirk;

/// A request that ECR rejects although OCI Distribution 1.1 permits it, or that it rejects with another error.
///
/// [`Rejection::ALL`] lists all of them. The operations of the API apply all of them. The registry applies those whose quirk it has.
///
/// ```
/// use mock_ecr::config::Quirk;
/// use mock_ecr::repository::Rejection;
///
/// let mut all = Rejection::ALL.iter();
/// let empty = all.find(|one| one.quirk == Some(Quirk::EmptyLayersRejected)).unwrap();
/// assert_eq!((empty.status, empty.code), (400, "BLOB_UPLOAD_INVALID"));
/// assert_eq!(empty.exception, "EmptyUploadException");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejection {
    pub(crate) rule: Rule,
    /// The quirk with which the registry rejects the request. `None` if only the API does.
    pub quirk: Option<Quirk>,
    /// What is rejected.
    pub request: &'static str,
    /// The exception of the API.
    pub exception: &'static str,
    /// The status of the response of the registry.
    pub status: u16,
    /// The error code of the registry.
    pub code: &'static str,
    /// The message of the API and of the registry. It contains names of values in braces, such as `{repository}`.
    pub message: &'static str,
    /// How the rejection is known.
    pub evidence: Evidence,
    /// The sources, and the parts of the response that are assumed.
    pub source: &'static str,
}

/// How a [`Rejection`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// A public record contains the message of ECR. [`Rejection::source`] names the parts of the response that are assumed.
    Recorded,
    /// Public reports or the documentation say that ECR rejects the request. Its response is derived from other records.
    Documented,
}

/// Identifies a [`Rejection`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    EmptyLayer,
    SmallPart,
    LayerDigest,
    PartOrder,
    MissingLayers,
    MissingImages,
    ImageDigest,
    UnknownType,
    NoType,
    UnknownMember,
    MediaTypeParameter,
    NoLayers,
    TooManyLayers,
    ImageQuota,
    TagQuota,
    RepositoryQuota,
}

impl Rule {
    pub(crate) fn rejection(self) -> &'static Rejection {
        let mut all = Rejection::ALL.iter();
        all.find(|one| one.rule == self)
            .expect("a test checks that each rule is in the table")
    }
}

/// The exception of the API for a value that is not valid. The registry responds as [`Quirk::ValidationUnsupported`] describes.
pub(crate) const INVALID_PARAMETER: &str = "InvalidParameterException";

/// The rules that an operation applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules(u32);

impl Rules {
    /// No rules: those of OCI Distribution 1.1.
    pub(crate) const NONE: Rules = Rules(0);
    /// All rules: those of the API.
    pub(crate) const ALL: Rules = Rules(u32::MAX);

    /// Returns the rules of a registry with these quirks.
    pub(crate) fn of_registry(has: impl Fn(Quirk) -> bool) -> Self {
        let all = Rejection::ALL.iter();
        let applied = all.filter(|one| one.quirk.is_some_and(&has));
        Rules(applied.fold(0, |rules, one| rules | one.rule.bit()))
    }

    pub(crate) fn have(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }
}

impl Rule {
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_in_the_table_once() {
        let mut rules: Vec<u32> = Rejection::ALL.iter().map(|one| one.rule as u32).collect();
        rules.sort_unstable();
        let count = Rule::RepositoryQuota as u32 + 1;
        assert_eq!(rules, (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn a_registry_has_the_rules_of_its_quirks() {
        let some = Rules::of_registry(|quirk| quirk == Quirk::LayersRequired);
        assert!(some.have(Rule::NoLayers));
        assert!(!some.have(Rule::EmptyLayer));
        assert!(!some.have(Rule::NoType));
        assert_eq!(Rules::of_registry(|_| false), Rules::NONE);
        assert!(!Rules::of_registry(|_| true).have(Rule::NoType));
        assert!(Rules::ALL.have(Rule::NoType));
    }

    #[test]
    fn only_an_invalid_parameter_has_status_405() {
        for one in Rejection::ALL {
            let invalid = one.exception == INVALID_PARAMETER;
            assert_eq!(one.status == 405, invalid, "{}", one.request);
            assert_eq!(one.code == "UNSUPPORTED", invalid, "{}", one.request);
        }
    }
}
