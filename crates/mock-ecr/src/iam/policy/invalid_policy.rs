//! The error of an invalid policy.

/// The error returned when a text is not the policy of a repository.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid policy: {0}")]
pub(crate) struct InvalidPolicy(pub(crate) String);
