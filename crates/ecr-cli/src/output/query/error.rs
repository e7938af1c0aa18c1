//! Reasons why an expression has no value.

/// Why an expression has no value; the text is Python's.
#[derive(Debug)]
pub(super) struct EvaluationError(pub(super) String);
