//! The error of an invalid policy.

/// The error returned when a text is not the policy of a repository.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid policy: {0}")]
pub(crate) struct InvalidPolicy(pub(crate) String);

impl InvalidPolicy {
    /// Adds the place of the statement, counted from 1, to the message.
    pub(super) fn in_statement(self, index: usize) -> Self {
        InvalidPolicy(format!("statement {}: {}", index + 1, self.0))
    }
}
