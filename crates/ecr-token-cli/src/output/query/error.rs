//! The error of a query.

/// The reason why an expression has no value. The text is Python's.
#[derive(Debug)]
pub(super) struct EvaluationError(pub(super) String);
